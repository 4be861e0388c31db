import Foundation
import Hub
import PurgeCore

@testable import Store

/// A folder of its own for a hub; taken away with the last reference.
final class Place: Sendable {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "purgehub-hub-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Settings whose every path is within the folder.
  var settings: Settings {
    var settings = Settings(root: folder)
    settings.drainTimeout = .seconds(9)
    return settings
  }

  var keyFile: String { settings.data + "/master.key" }

  /// Writes a file and says where it is.
  @discardableResult
  func write(_ text: String, to name: String, mode: Int = 0o600) throws -> String {
    let path = folder + "/" + name
    let parent = (path as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return path
  }

  /// Every byte of every file of the data folder.
  func bytes() throws -> Data {
    let names = try FileManager.default.contentsOfDirectory(atPath: settings.data).sorted()
    return try names.reduce(into: Data()) { bytes, name in
      bytes += try Data(contentsOf: URL(filePath: settings.data + "/" + name))
    }
  }
}

extension Place {
  /// Makes the database one of a newer hub.
  func age() throws {
    let connection = try Connection(path: settings.data + "/hub.sqlite")
    try connection.execute("UPDATE meta SET number = number + 1 WHERE name = 'schema_version'")
    connection.close()
  }
}

extension Place {
  /// Makes every open request one whose time is over, as if no hub had run for so long.
  func shiftDeadlines() throws {
    let connection = try Connection(path: settings.data + "/hub.sqlite")
    try connection.execute(
      """
      UPDATE request SET accepted_at = accepted_at - 9000000000, deadline = deadline - 9000000000,
        mark_at = mark_at - 9000000000
      """)
    connection.close()
  }
}

extension NoticeDelivery {
  /// A delivery of an end, tried so often since an instant.
  static func example(attempts: Int, since: Instant) -> NoticeDelivery {
    let notice = OutboxNotice(
      sequence: 7, kind: "request.completed", request: PurgeRequestID(bits: 5), connector: nil,
      code: nil, at: since)
    return NoticeDelivery(
      notice: notice, payload: "{}", subscriber: "s", state: .waiting, since: since, due: since,
      attempts: attempts, code: nil, status: nil)
  }
}
