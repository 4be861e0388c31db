import Connectors
import Crypto
import Directory
public import Documents
import Foundation
import PurgeCore
import Store
import Transport

/// What support needs to know of a hub, free of people and secrets.
public struct HubFacts: Sendable {
  /// The hub's and its libraries' versions, by name.
  public var versions: JSON
  /// The settings that hold no path of a secret and name nobody.
  public var settings: JSON
  /// Sizes of the database's files and the room left, in bytes.
  public var storage: JSON
  /// The last lines of the log, oldest first; none when no hub serves.
  public var log: [JSON]
}

extension House {
  /// This release's number.
  public static let version = "0.1.0"

  /// The hub's and its libraries' versions.
  public static var versions: JSON {
    [
      "purgehub": .string(version), "sqlite": .string(StoreLibrary.version),
      "libcurl": .string(TransportLibraries.client),
      "libmicrohttpd": .string(TransportLibraries.server),
      "libcrypto": .string(CryptoLibrary.version),
      "system": .string(ProcessInfo.processInfo.operatingSystemVersionString),
    ]
  }

  /// What support needs to know of this hub.
  public func facts() -> HubFacts {
    HubFacts(
      versions: Self.versions, settings: settings.facts, storage: storageFacts,
      log: log?.recent ?? [])
  }

  /// The digest of a kind's manifest; nil when it cannot be read.
  public func manifestDigest(_ kind: String) -> String? {
    let path = "\(settings.manifests)/\(kind)/connector.json5"
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    return (try? Digest.sha256(Array(data)))?.hex
  }

  private var storageFacts: JSON {
    let files = ["hub.sqlite", "hub.sqlite-wal", "hub.sqlite-shm"]
    return .object(
      files.map { .init($0, JSON(FileFacts(settings.data + "/" + $0)?.size ?? 0)) }
        + [.init("free", FileFacts.room(settings.data).map { JSON($0) } ?? .null)])
  }

  /// Which of these texts name a purged person, whole or in part, plainly or as percent-encoding,
  /// base64 or hexadecimal digits.
  public func textsThatName(_ texts: Set<String>) async throws(Refusal) -> Set<String> {
    let list = texts.sorted()
    let values = list.enumerated().flatMap { number, text in
      text.readings.map {
        SettingValue(place: SettingPlace(path: text, file: "", line: number), text: $0)
      }
    }
    return Set(try await purgedPeople(in: values)?.1.map(\.path) ?? [])
  }
}

extension Settings {
  /// Named one by one, so that a setting added later is left out until somebody thought about it.
  fileprivate var facts: JSON {
    let key =
      switch masterKey {
      case nil: "data folder"
      case .environment: "environment"
      case .file: "file"
      }
    return [
      "masterKey": .string(key), "deadlineMs": JSON(deadline.milliseconds),
      "waitingPeriodMs": JSON(waitingPeriod.milliseconds), "phraseAbove": JSON(phraseAbove),
      "bulkAbove": JSON(bulkAbove), "maxPeople": JSON(maxPeople),
      "drainTimeoutMs": JSON(drainTimeout.milliseconds),
    ]
  }
}

extension String {
  /// The text, its words, and what those stand for where they look encoded.
  fileprivate var readings: [String] {
    let words = split { " ,;&?=()[]{}<>\"'|/".contains($0) }.map(String.init)
    var readings: [String] = []
    for word in [self] + words where word.utf8.count > 1 {
      readings.append(word)
      if let plain = word.removingPercentEncoding, plain != word { readings.append(plain) }
      readings += [word.fromBase64, word.fromHex].compactMap(\.self)
    }
    return readings
  }

  private var fromBase64: String? {
    let standard = replacing("-", with: "+").replacing("_", with: "/")
    let padded = standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
    return Data(base64Encoded: padded).flatMap { String(data: $0, encoding: .utf8) }
  }

  private var fromHex: String? {
    [UInt8](hex: self).flatMap { String(validating: $0, as: UTF8.self) }
  }
}
