import Crypto
import Foundation
import Store
import Transport

/// The machine: what a process may open, the libraries, and who watches over the hub.
extension Doctor {
  func descriptors(_ patient: Patient) -> Finding {
    let topic = "open files"
    let holder = patient.holder.flatMap { $0 > 0 ? $0 : nil }
    let (limit, whose) =
      holder.flatMap(Self.limit).map { ($0, "the serving hub") } ?? (Self.ownLimit, "this user")
    if limit < 64 {
      return .fault(
        topic, "\(whose) may open \(limit) files, and the hub needs 64",
        "Allow more with ulimit -n or LimitNOFILE.")
    }
    guard limit >= 1_024 else {
      return .warning(
        topic, "\(whose) may open only \(limit) files",
        "With many connectors, allow 1024 or more with ulimit -n or LimitNOFILE.")
    }
    return .ok(topic, "\(whose) may open \(limit == .max ? "any number of" : "\(limit)") files")
  }

  private static var ownLimit: Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return 0
    }
    return Int(clamping: limit.rlim_cur)
  }

  /// Reads the soft limit in the line `Max open files   1024   524288   files`.
  private static func limit(of process: Int) -> Int? {
    let text = try? String(contentsOfFile: "/proc/\(process)/limits", encoding: .utf8)
    let line = text?.split(separator: "\n").first { $0.hasPrefix("Max open files") }
    return line?.split(separator: " ").dropFirst(3).first.flatMap {
      $0 == "unlimited" ? .max : Int($0)
    }
  }

  func libraries(_ patient: Patient) -> Finding {
    let (sqlite, curl) = (StoreLibrary.version, TransportLibraries.client)
    let crypto = CryptoLibrary.version
    return Self.libraries(
      sqlite: sqlite, curl: String(curl.split(separator: " ").first ?? ""), crypto: crypto)
  }

  /// Judges versions, a table rather than a guess: below the first, the hub does not work.
  static func libraries(sqlite: String, curl: String, crypto: String) -> Finding {
    let topic = "libraries"
    let seen = "SQLite \(sqlite), \(curl), \(crypto)"
    let bad: [(isBad: Bool, why: String)] = [
      (sqlite.version < [3, 35], "SQLite before 3.35 lacks RETURNING"),
      (curl.version < [7, 85], "libcurl before 7.85 cannot be kept to https by name"),
      (crypto.version < [3], "OpenSSL before 3 lacks what the hub calls"),
    ]
    let old: [(isBad: Bool, why: String)] = [
      (
        !(crypto.version < [3, 0, 0]) && crypto.version < [3, 0, 7],
        "OpenSSL 3.0.0 to 3.0.6 can be crashed by a certificate (CVE-2022-3602)"
      )
    ]
    if let fault = bad.first(where: \.isBad) {
      return .fault(
        topic, "\(seen): \(fault.why)", "Install Debian 12's libraries, as config/setup does.")
    }
    if let warning = old.first(where: \.isBad) {
      return .warning(topic, "\(seen): \(warning.why)", "Install the system's updates.")
    }
    return .ok(topic, seen)
  }

  func watchdog(_ patient: Patient) -> Finding {
    let topic = "watchdog"
    guard let holder = patient.holder, holder > 0 else { return .ok(topic, "no hub serves") }
    guard let names = Self.variables(of: holder) else {
      return .ok(topic, "whether systemd watches process \(holder) is not yours to see")
    }
    if names.contains("WATCHDOG_USEC") { return .ok(topic, "systemd watches the hub") }
    guard names.contains("NOTIFY_SOCKET") else {
      return .ok(topic, "the hub was not started by systemd")
    }
    return .warning(
      topic, "systemd started the hub and would not notice if it stood still",
      "Add WatchdogSec=30 to its unit, as in config/purgehub.service.")
  }

  /// The names of a process' variables; their values are nobody's business here.
  private static func variables(of process: Int) -> Set<String>? {
    guard let data = FileManager.default.contents(atPath: "/proc/\(process)/environ") else {
      return nil
    }
    return Set(
      data.split(separator: 0).map { String(decoding: $0.prefix { $0 != 0x3D }, as: UTF8.self) })
  }
}

extension String {
  /// The first numbers with dots in the text: `[3, 40, 1]`.
  fileprivate var version: Version {
    let start = drop { !$0.isASCII || !$0.isNumber }
    let number = start.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    return Version(numbers: number.split(separator: ".").compactMap { Int($0) })
  }
}

/// Numbers compared one after the other.
private struct Version: Comparable, ExpressibleByArrayLiteral {
  let numbers: [Int]

  init(numbers: [Int]) { self.numbers = numbers }
  init(arrayLiteral numbers: Int...) { self.numbers = numbers }

  static func < (a: Version, b: Version) -> Bool { a.numbers.lexicographicallyPrecedes(b.numbers) }
}
