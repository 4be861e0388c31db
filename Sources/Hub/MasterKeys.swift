import Connectors
import Crypto
import Foundation
import Store

extension MasterKey {
  /// The key the settings point to; made at the first start when they point nowhere.
  ///
  /// A key file must belong to its owner alone. Nothing of a key is ever part of an error.
  static func fetch(
    _ settings: Settings, environment: [String: String]
  ) throws(HouseError) -> MasterKey {
    switch settings.masterKey {
    case .environment(let name): return try parse(environment[name] ?? "", from: "variable \(name)")
    case .file(let path): return try read(path)
    case nil:
      if let text = environment[Settings.keyVariable] {
        return try parse(text, from: "variable \(Settings.keyVariable)")
      }
      return try readOrMake(settings.data + "/master.key", in: settings.data)
    }
  }

  /// The key the settings point to; nil when none was made yet, and then none is made.
  static func find(
    _ settings: Settings, environment: [String: String]
  ) throws(HouseError) -> MasterKey? {
    let isMade = FileManager.default.fileExists(atPath: settings.data + "/master.key")
    let isNamed = settings.masterKey != nil || environment[Settings.keyVariable] != nil
    return isNamed || isMade ? try fetch(settings, environment: environment) : nil
  }

  private static func read(_ path: String) throws(HouseError) -> MasterKey {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw HouseError(
        kind: .configuration, problem: "The master key file \(path) cannot be read",
        remedy: "Check that it is there and that this user may read it.")
    }
    let mode = (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions]
    guard (mode as? Int).map({ $0 & 0o077 == 0 }) ?? false else {
      throw HouseError(
        kind: .configuration, problem: "The master key file \(path) can be read by others",
        remedy: "chmod 600 \(path)")
    }
    return try parse(String(decoding: data, as: UTF8.self), from: "file \(path)")
  }

  private static func parse(_ text: String, from place: String) throws(HouseError) -> MasterKey {
    let digits = text.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).map {
      UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
    guard digits.count == 64, text.filter({ !$0.isWhitespace }).count == 64,
      let key = MasterKey(bytes)
    else {
      throw HouseError(
        kind: .configuration, problem: "The master key in \(place) is not 64 hexadecimal digits",
        remedy: "Give the key as it was made, such as by openssl rand -hex 32.")
    }
    return key
  }

  /// Makes a key only where there is no database that another key belongs to.
  private static func readOrMake(_ path: String, in folder: String) throws(HouseError) -> MasterKey
  {
    // Asked in this order: another hub that starts at the same moment makes the key first.
    let hasDatabase = FileManager.default.fileExists(atPath: folder + "/hub.sqlite")
    if FileManager.default.fileExists(atPath: path) { return try read(path) }
    guard !hasDatabase else {
      throw HouseError(
        kind: .configuration, problem: "The master key \(path) is gone, and the database needs it",
        remedy: "Put the key file back; without it nobody in the database can be read.")
    }
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
      try write(RandomBytes.make(32).hex + "\n", to: path)
    } catch {
      throw HouseError(
        kind: .cannotCreate, problem: "The data folder \(folder) cannot be made or written",
        remedy: "Check who owns it and whether the disk has room.")
    }
    return try read(path)
  }

  /// Writes and syncs the file before anything is sealed with it.
  ///
  /// A key that another hub has put there meanwhile stays: its database may be sealed with it.
  private static func write(_ text: String, to path: String) throws {
    let new = "\(path).\(try RandomBytes.make(8).hex)"
    defer { try? FileManager.default.removeItem(atPath: new) }
    let made = FileManager.default.createFile(
      atPath: new, contents: nil, attributes: [.posixPermissions: 0o600])
    guard made, let handle = FileHandle(forWritingAtPath: new) else {
      throw CocoaError(.fileWriteUnknown)
    }
    try handle.write(contentsOf: Data(text.utf8))
    try handle.synchronize()
    try handle.close()
    do {
      try FileManager.default.linkItem(atPath: new, toPath: path)
    } catch  where FileManager.default.fileExists(atPath: path) {}
  }
}
