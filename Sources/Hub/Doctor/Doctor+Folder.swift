import Foundation
import PurgeCore
import Store

/// The data folder: rights, key, who has it open, and room.
extension Doctor {
  func folder(_ patient: Patient) -> Finding {
    let topic = "data folder"
    guard let facts = FileFacts(settings.data) else {
      return .warning(
        topic, "\(settings.data) is not there",
        "It is made at the first start; if there was one, name it with --data or --config.")
    }
    guard facts.isFolder else {
      return .fault(topic, "\(settings.data) is no folder", "Name a folder with --data.")
    }
    guard facts.owner == Int(geteuid()) else {
      return .warning(
        topic, "\(settings.data) belongs to user \(facts.owner), not to you",
        "Run the hub and its commands as the same user, such as sudo -u purgehub.")
    }
    guard facts.mode & 0o077 == 0 else {
      return .fault(
        topic, "others may look into \(settings.data) (mode \(facts.octal))",
        "chmod 700 \(settings.data)")
    }
    return .ok(topic, "\(settings.data) belongs to its user alone")
  }

  func files(_ patient: Patient) -> Finding {
    let topic = "files"
    let names = ["hub.sqlite", "hub.sqlite-wal", "hub.sqlite-shm", "hub.lock", "master.key"]
    let owner = FileFacts(settings.data)?.owner
    let wrong = names.filter { name in
      guard let facts = FileFacts(settings.data + "/" + name) else { return false }
      return facts.mode & 0o077 != 0 || facts.owner != owner
    }
    guard wrong.isEmpty else {
      return .fault(
        topic, "others own or may read \(wrong.joined(separator: ", ")) in \(settings.data)",
        "chmod 600 them and chown them to the folder's owner, while no hub runs.")
    }
    return .ok(topic, "the database and its key belong to the folder's owner alone")
  }

  func key(_ patient: Patient) -> Finding {
    let topic = "master key"
    switch patient.key {
    case .failure(let error): return .fault(topic, error.problem, error.remedy)
    case .success(nil) where patient.probe != nil:
      return .fault(
        topic, "the master key is gone, and the database needs it",
        "Put \(settings.data)/master.key back from the backup.")
    case .success(nil): return .ok(topic, "none was made yet")
    case .success: return .ok(topic, "it is there and only its owner can read it")
    }
  }

  func server(_ patient: Patient) -> Finding {
    let topic = "server"
    guard let holder = patient.holder else {
      return .ok(topic, "no hub has the folder open; commands open it themselves")
    }
    return .ok(topic, "process \(holder) has the folder open")
  }

  func socket(_ patient: Patient) -> Finding {
    let topic = "socket"
    let isThere = FileFacts(settings.data + "/hub.sock") != nil
    switch (answer, patient.holder, isThere) {
    case (.ready, _, _): return .ok(topic, "a hub serves and is ready")
    case (.stalled, _, _):
      return .fault(
        topic, "the hub that serves cannot write", "Make room on its disk; it goes on by itself.")
    case (.stuck, _, _):
      return .fault(
        topic, "the hub that serves is stuck", "Restart it; nothing that was answered is lost.")
    case (nil, let holder?, true):
      return .fault(
        topic, "process \(holder) has the folder open, and its socket does not answer",
        "Ask as the user it runs as; if that is so, restart it.")
    case (nil, nil, true):
      return .warning(
        topic, "hub.sock was left behind by a hub that was killed",
        "Nothing; the next purgehub serve replaces it.")
    case (nil, _, false): return .ok(topic, "none; no hub serves")
    }
  }

  func log(_ patient: Patient) -> Finding {
    let topic = "database log"
    let size = FileFacts(settings.data + "/hub.sqlite-wal")?.size ?? 0
    guard size <= 128 << 20 else {
      return .warning(
        topic, "hub.sqlite-wal has \(size.megabytes)",
        "Another program that reads the database keeps it from being cut; end that program.")
    }
    return .ok(topic, "hub.sqlite-wal has \(size.megabytes)")
  }

  func disk(_ patient: Patient) -> Finding {
    let topic = "disk"
    let folder = FileFacts(settings.data) == nil ? "." : settings.data
    guard let room = FileFacts.room(folder) else {
      return .warning(topic, "the room left cannot be told", "Look with df \(settings.data).")
    }
    let remedy = "Make room; a full disk stops new purges with code 1017, and nothing is lost."
    if room < 64 << 20 { return .fault(topic, "\(room.megabytes) are left", remedy) }
    let size = FileFacts(settings.data + "/hub.sqlite")?.size ?? 0
    guard room >= max(1 << 30, size / 4) else {
      return .warning(topic, "\(room.megabytes) are left", remedy)
    }
    return .ok(topic, "\(room.megabytes) are left")
  }
}

extension FileFacts {
  fileprivate var octal: String { String(mode, radix: 8) }
}

extension Int {
  /// A size in whole megabytes, in words.
  var megabytes: String { "\(self >> 20) MB" }
}
