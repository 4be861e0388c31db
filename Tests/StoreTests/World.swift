import Crypto
import FoundationEssentials
import Glibc
import PurgeCore
import Synchronization
import Testing

@testable import Store

/// A store in a folder of its own, and the folder's removal.
final class World: Sendable {
  let folder: String
  let key: MasterKey

  init() throws {
    folder = NSTemporaryPath.make()
    key = try #require(MasterKey(Array(repeating: 7, count: 32)))
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func open() throws(StoreError) -> Store { try Store(folder: folder, key: key) }

  /// Every byte of every file of the folder.
  func bytes() throws -> [UInt8] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted().flatMap { name in
      [UInt8](try Data(contentsOf: URL(filePath: folder + "/" + name)))
    }
  }

  /// Runs statements behind the store's back, as a vandal or a newer hub would.
  func tamper(_ script: StaticString) throws {
    let connection = try Connection(path: folder + "/hub.sqlite")
    try connection.execute(script)
  }
}

enum NSTemporaryPath {
  static func make() -> String {
    FileManager.default.temporaryDirectory.path(percentEncoded: false)
      + "/purgehub-store-\(UInt64.random(in: 0 ... .max))"
  }
}

let mixpanel = ConnectorName("mixpanel")
let braze = ConnectorName("braze")
let noon = Instant(milliseconds: 1_700_000_000_000)

/// People named `canary-0@example.org`, `canary-1@example.org`, ...
func people(_ count: Int) -> [Subject] {
  (0..<count).map { Subject([Identity(.email, "canary-\($0)@example.org")]) }
}

extension Acceptance {
  /// A request for so many people at connectors.
  static func of(
    _ count: Int, at connectors: [ConnectorName] = [mixpanel], startAt: Instant? = nil,
    accepted: Instant = noon
  ) -> Acceptance {
    Acceptance(
      subjects: Roster(people(count)), purpose: .erasure(regulation: "gdpr"), lane: .normal,
      accepted: accepted, deadline: accepted + .days(30), startAt: startAt,
      connectors: connectors.map { ConnectorShare($0) }, fingerprints: [], actor: "ann")
  }
}

extension Store {
  /// The engine's work, awaited.
  func engine(_ work: EngineWork, at now: Instant = noon) async -> Event {
    await withCheckedContinuation { waiting in
      submit(work, at: now) { waiting.resume(returning: $0) }
    }
  }

  /// Makes changes; the planned calls, nil when the batch failed.
  @discardableResult
  func commit(_ changes: [Change], at now: Instant = noon) async -> [Call]? {
    guard case .committed(_, let calls) = await engine(.commit(BatchID(1), changes), at: now)
    else { return nil }
    return calls
  }

  func load(
    _ connector: ConnectorName = mixpanel, calls: Int = 100, tasks: Int = 10,
    at now: Instant = noon
  ) async throws -> LoadedWork {
    guard
      case .loaded(let work) = await engine(
        .load(connector, calls: calls, tasksPerLane: tasks), at: now)
    else { throw StoreError(.statement, call: "load", detail: "another event") }
    return work
  }

  /// Accepts a request and plans all of it in ranges of so many.
  func planned(
    _ count: Int, by size: Int, at connectors: [ConnectorName] = [mixpanel]
  ) async throws -> TaskKey {
    let id = try await accept(.of(count, at: connectors)).id
    let key = TaskKey(id, connectors[0])
    let ranges = stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    await commit([.planned(key, ranges, at: noon)])
    return key
  }
}

extension Store {
  /// The kinds of notices that tell of the end of a request.
  func ends() async throws -> [String] {
    let ends: Set<NoticeKind?> = [.requestCompleted, .requestCompletedWithExceptions]
    return try await notices(limit: 999).map(\.kind)
      .filter { ends.contains(NoticeKind(rawValue: $0)) }
  }
}

extension Change {
  /// A call of a range ended with segments.
  static func ended(
    _ key: TaskKey, _ range: Range<Int>, _ segments: [CallSegment], at ended: Instant = noon,
    number: Int = 1
  ) -> Change {
    .concluded(
      Attempt(
        call: CallKey(key, range), number: number, began: ended, ended: ended, exchanges: 1,
        status: 200, code: .completed, evidence: ["x-request-id": "r1"]), segments)
  }

  /// A call of a range ended with one verdict for everybody.
  static func ended(_ key: TaskKey, _ range: Range<Int>, _ verdict: Verdict) -> Change {
    .ended(key, range, [CallSegment(range, .settled(verdict))])
  }
}
