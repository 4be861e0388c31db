import FoundationEssentials
import Glibc
import PurgeCore
import Synchronization
import Testing

@testable import Store

@Suite struct `A process that dies` {
  let world: World
  let store: Store

  init() throws {
    world = try World()
    store = try world.open()
  }

  /// What the disk holds at this moment, with the log cut short, as another world.
  private func image(log length: Int? = nil) throws -> World {
    let copy = try World()
    try FileManager.default.createDirectory(atPath: copy.folder, withIntermediateDirectories: true)
    for name in ["hub.sqlite", "hub.sqlite-wal"] {
      let bytes = try Data(contentsOf: URL(filePath: world.folder + "/" + name))
      let kept = name.hasSuffix("wal") ? bytes.prefix(length ?? bytes.count) : bytes
      try kept.write(to: URL(filePath: copy.folder + "/" + name))
    }
    return copy
  }

  /// Does something while a reader keeps the log from being written back and emptied, so that two
  /// files read one after the other are of one moment.
  private func pinningLog(_ body: () async throws -> Void) async throws {
    let gate = Gate()
    async let reading: Void = store.readers.read { (connection) throws(StoreError) in
      _ = try connection.nextStart()
      gate.wait()
    }
    await gate.reached()
    do { try await body() } catch {
      gate.open()
      throw error
    }
    gate.open()
    try await reading
  }

  private func logLength() throws -> Int {
    try Data(contentsOf: URL(filePath: world.folder + "/hub.sqlite-wal")).count
  }

  @Test func `1 keeps every request it answered for`() async throws {
    var ids: Set<PurgeRequestID> = []
    for _ in 0..<20 { ids.insert(try await store.accept(.of(3)).id) }
    let again = try image().open()
    #expect(Set(try await again.requests(limit: 99).map(\.id)) == ids)
  }

  @Test func `1 gives out again what it had in hand, and nothing it had ended`() async throws {
    let key = try await store.planned(4, by: 1)
    await store.commit([.ended(key, 0..<1, .erased), .ended(key, 2..<3, .ambiguous)])
    let calls = try await image().open().load().calls
    #expect(calls.map(\.key.range) == [1..<2, 3..<4])
    #expect(calls.map(\.people) == [[people(4)[1]], [people(4)[3]]])
  }

  @Test func `3 keeps whole transactions wherever its log ends`() async throws {
    let key = try await store.planned(41, by: 1)
    let start = try logLength()
    for first in 0..<40 { await store.commit([.ended(key, first..<(first + 1), .erased)]) }
    let end = try logLength()
    var erased = -1
    for length in Array(stride(from: start, to: end, by: max(1, (end - start) / 60))) + [end] {
      let task = try #require(
        try await image(log: length).open().request(key.request).tasks.first)
      #expect(task.tally.erased >= erased)
      erased = task.tally.erased
    }
    #expect(erased == 40)
  }

  @Test func `3 ends a request with its key, notice and audit or not at all`() async throws {
    let key = try await store.planned(1, by: 1)
    try await pinningLog {
      let start = try logLength()
      await store.commit([.ended(key, 0..<1, .erased)])
      let end = try logLength()
      for length in Array(stride(from: start, to: end, by: 997)) + [end] {
        try await checkEnd(of: key.request, in: image(log: length), isWhole: length == end)
      }
    }
  }

  private func checkEnd(
    of request: PurgeRequestID, in world: World, isWhole: Bool
  ) async throws {
    let again = try world.open()
    let isDone = try await again.request(request).state == .completed
    #expect(isDone || !isWhole)
    #expect(try await again.rowCount("SELECT COUNT(*) FROM request_key") == (isDone ? 0 : 1))
    #expect(try await again.ends().count == (isDone ? 1 : 0))
    #expect(try await again.auditEntries(limit: 9).count == (isDone ? 2 : 1))
  }
}

@Suite struct `A process that is killed` {
  @Test func `2 keeps every request it answered for`() async throws {
    let world = try World()
    await #expect(processExitsWith: .signal(SIGKILL)) { [folder = world.folder as String] in
      let key = try #require(MasterKey(Array(repeating: 7, count: 32)))
      let store = try Store(folder: folder, key: key)
      let answers = try Answers(path: folder + "/answers")
      await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<8 {
          group.addTask { while true { answers.note(try await store.accept(.of(2)).id) } }
        }
      }
    }
    let answers = try String(contentsOfFile: world.folder + "/answers", encoding: .utf8)
    let ids = try answers.split(separator: "\n").map { try PurgeRequestID(reading: String($0)) }
    #expect(ids.count >= 100)
    let store = try world.open()
    try await store.check()
    for id in ids { #expect(try await store.request(id).total == 2) }
  }
}

/// A file of the requests a process answered for; after a hundred it kills the process.
private final class Answers: Sendable {
  private let descriptor: Int32
  private let count = Atomic<Int>(0)

  init(path: String) throws {
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    try #require(descriptor >= 0)
  }

  func note(_ id: PurgeRequestID) {
    let line = Array("\(id)\n".utf8)
    _ = unsafe write(descriptor, line, line.count)
    if count.wrappingAdd(1, ordering: .relaxed).newValue == 100 { kill(getpid(), SIGKILL) }
  }
}

@Suite struct `A commit that may or may not have reached the disk` {
  @Test func `4 ends the process with code 70`() async throws {
    // Made here, because a process that ends like this removes nothing.
    let world = try World()
    await #expect(processExitsWith: .exitCode(70)) { [folder = world.folder as String] in
      let key = try #require(MasterKey(Array(repeating: 7, count: 32)))
      let store = try Store(folder: folder, key: key)
      // Larger files now fail to be written with EFBIG, which is not a full disk.
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 4_096, rlim_max: 4_096)
      _ = unsafe setrlimit(__rlimit_resource_t(1), &limit)
      _ = try await store.accept(.of(1))
    }
  }
}

@Suite struct `The log` {
  @Test func `10 is emptied once the reader that pins it is gone`() async throws {
    let world = try World()
    let store = try world.open()
    _ = try await store.accept(.of(1))
    let gate = Gate()
    async let reading: Void = store.readers.read { (connection) throws(StoreError) in
      _ = try connection.nextStart()
      gate.wait()
    }
    await gate.reached()
    try await store.audit("note", by: "ann", at: noon)
    let pinned = try await store.writer.between { $0.truncateLog() }
    #expect(!pinned)
    gate.open()
    try await reading
    let afterwards = try await store.writer.between { $0.truncateLog() }
    #expect(afterwards)
  }
}
