import Foundation
import TestSupport

/// A data folder's database as it lay on the disk at one moment, read by another program than ours.
final class DatabaseCopy: Sendable {
  private let folder: String

  /// Copies the database; whoever owns it must not be writing.
  init(of data: String) throws {
    folder = data + "-copy-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in ["hub.sqlite", "hub.sqlite-wal"] {
      guard FileManager.default.fileExists(atPath: data + "/" + name) else { continue }
      try FileManager.default.copyItem(atPath: data + "/" + name, toPath: folder + "/" + name)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// The rows of a question, their columns parted by `|`.
  func rows(_ question: String) async throws -> [String] {
    let ended = try await Program(path: "/usr/bin/sqlite3", folder: folder)
      .run(["-bail", "hub.sqlite"], input: question + ";\n")
    return (ended.output + ended.complaint).split(separator: "\n").map(String.init)
  }

  /// What is wrong with it: damaged pages, and tasks whose people are not each in one place.
  func faults() async throws -> [String] {
    var faults = try await rows("PRAGMA integrity_check").filter { $0 != "ok" }
    // A database that is just being made has no tables yet.
    if try await !rows("SELECT name FROM sqlite_master WHERE name = 'audit'").isEmpty {
      faults += try await rows(Self.partition) + rows(Self.sums) + rows(Self.others)
    }
    return faults
  }

  /// Where everybody of a task is.
  private static let places = """
    WITH place AS (
      SELECT request, connector, first, people, verdict FROM task_result
      UNION ALL SELECT request, connector, position, 1, verdict FROM subject_exception
      UNION ALL SELECT request, connector, first, people,
        CASE WHEN job IS NULL THEN 0 ELSE 9 END FROM call
      UNION ALL SELECT request, connector, planned_through, total - planned_through, 0 FROM task
        WHERE planned_through < total)
    """

  /// S3: no gap and no overlap.
  private static let partition =
    places + """
       SELECT 'S3', t.connector, p.first, p.people FROM (
        SELECT *, lead(first) OVER (PARTITION BY request, connector ORDER BY first) AS next,
          lag(first) OVER (PARTITION BY request, connector ORDER BY first) AS previous
        FROM place) p
      JOIN task t USING (request, connector)
      WHERE first + people <> coalesce(next, t.total) OR (previous IS NULL AND first <> 0)
      """

  /// S2: the counters say what the places say.
  private static let sums =
    places
    + [
      "erased", "absent", "accepted", "verified_absent", "not_applicable", "waived", "ambiguous",
      "failed", "pending",
    ].enumerated().map { index, column in
      """
       SELECT 'S2', t.connector, '\(column)', t.\(column) FROM task t
      WHERE t.\(column) <> (SELECT coalesce(sum(people), 0) FROM place p
        WHERE p.request = t.request AND p.connector = t.connector AND p.verdict = \(index + 1))
      """
    }.joined(separator: " UNION ALL ")

  /// A request has its tasks and its key, an audit trail no gap.
  private static let others = """
    SELECT 'tasks', id FROM request
      WHERE open_tasks <> (SELECT count(*) FROM task WHERE request = id AND is_open = 1)
    UNION ALL SELECT 'key', id FROM request
      WHERE ended_at IS NULL AND id NOT IN (SELECT request FROM request_key)
    UNION ALL SELECT 'audit', count(*) FROM audit HAVING count(*) <> max(sequence)
    UNION ALL SELECT 'accepted', id FROM request WHERE 1 <> (SELECT count(*) FROM audit
      WHERE audit.request = request.id AND action = 'request.accepted')
    """
}
