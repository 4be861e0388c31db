import Foundation
import PurgeCore
import Store

/// The database, and what it says of requests.
extension Doctor {
  func database(_ patient: Patient) -> Finding {
    let topic = "database"
    if patient.isForeign {
      return .warning(
        topic, "it was not looked into: that would leave files of yours beside it",
        "Run the doctor as the user who owns the folder.")
    }
    switch patient.probe {
    case nil: return .ok(topic, "none was made yet")
    case .failure(let error): return damaged(topic, [error.detail])
    case .success(let probe):
      do throws(StoreError) {
        let damage = try probe.damage(isFull: isThorough)
        guard damage.isEmpty else { return damaged(topic, damage) }
        return .ok(
          topic,
          isThorough
            ? "every page and index is whole"
            : "every page is whole; --full checks the indexes, too")
      } catch { return damaged(topic, [error.detail]) }
    }
  }

  private func damaged(_ topic: String, _ damage: [String]) -> Finding {
    .fault(
      topic, "it is damaged or cannot be read: \(damage.prefix(3).joined(separator: "; "))",
      "Stop the hub, keep the damaged files, and restore the newest backup of the whole folder.")
  }

  func version(_ patient: Patient) -> Finding {
    ask(patient, "database version") { probe, topic throws(StoreError) in
      let (found, known) = (try probe.version() ?? 0, StoreProbe.knownVersion)
      if found > known {
        return .fault(
          topic, "it has version \(found), and this hub knows up to \(known)",
          "Use the newer hub that wrote it.")
      }
      let later = found < known ? "; the next start brings it to \(known)" : ""
      return .ok(topic, "it has version \(found)\(later)")
    }
  }

  func keyFits(_ patient: Patient) -> Finding {
    ask(patient, "key and database") { probe, topic throws(StoreError) in
      guard let key = patient.masterKey else { return .ok(topic, "there is no key to compare") }
      return try probe.fits(key)
        ? .ok(topic, "the database was made with this key")
        : .fault(
          topic, "the database was made with another master key",
          "Give the key it was made with; without it nobody in it can be read.")
    }
  }

  func clock(_ patient: Patient) -> Finding {
    ask(patient, "clock") { probe, topic throws(StoreError) in
      let (now, newest) = (House.now(), try probe.newest())
      let release = Instant(milliseconds: 1_760_000_000_000)
      guard now >= release, newest.map({ $0 <= now + .minutes(2) }) ?? true else {
        return .fault(
          topic,
          "it says \(now.minute) UTC, and the newest record is of \((newest ?? now).minute) UTC",
          "Set the clock; what waits would wait for as much longer.")
      }
      return .ok(topic, "it says \(now.minute) UTC, which fits the newest record")
    }
  }

  func deadlines(_ patient: Patient) -> Finding {
    ask(patient, "deadlines") { probe, topic throws(StoreError) in
      let (now, open) = (House.now(), try probe.openRequests(limit: Self.most))
      func count(_ standing: DeadlineStanding) -> Int {
        open.count {
          DeadlineStanding(accepted: $0.accepted, deadline: $0.deadline, now: now) == standing
        }
      }
      let (overdue, soon) = (count(.overdue), count(.dueSoon))
      let seen = "\(open.count.orMore) open, \(overdue) overdue, \(soon) due soon"
      guard overdue + soon > 0 else { return .ok(topic, seen) }
      return .warning(topic, seen, "See purgehub requests list --open; begin with the oldest.")
    }
  }

  func attention(_ patient: Patient) -> Finding {
    ask(patient, "decisions") { probe, topic throws(StoreError) in
      var waiting: [String] = []
      for name in try probe.owing() {
        let tasks = try probe.openTasks(of: name, limit: Self.most)
        let count = tasks.count { $0.needingAttention > 0 }
        if count > 0 { waiting.append("\(name) (\(count.orMore))") }
      }
      guard !waiting.isEmpty else { return .ok(topic, "no task waits for a person's decision") }
      return .warning(
        topic, "tasks wait for a person's decision at \(waiting.joined(separator: ", "))",
        "See requests show for each, then requests retry or requests waive.")
    }
  }

  /// How many rows are looked at before it is enough to say "or more".
  static let most = 1_000

  /// Asks the database; where there is none to ask, that was said already.
  func ask(
    _ patient: Patient, _ topic: String,
    _ look: (StoreProbe, String) throws(StoreError) -> Finding
  ) -> Finding {
    guard let probe = patient.store else { return .ok(topic, "there is no database to ask") }
    do throws(StoreError) { return try look(probe, topic) } catch {
      if error.code == .corrupt { return .ok(topic, "not looked at; see the database") }
      return .warning(
        topic, "it could not be read: \(error.detail)",
        "If the database is older, the next start of the hub brings it to today's tables.")
    }
  }
}

extension Int {
  /// A count that stopped at a limit says so.
  var orMore: String { self >= Doctor.most ? "\(Doctor.most) or more" : "\(self)" }
}
