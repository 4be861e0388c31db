import FaultyDisk
import PurgeCore
import Testing

@testable import Store

/// FAULTS rows 3, 4, 6 and 8: a whole story is told again and again, and each time another operation
/// of its disk fails, until none is left; then whatever was acknowledged is looked for.
@Suite(.serialized) struct `A disk that fails at operation k` {
  @Test(arguments: [(Fault.power, 1), (.tear, 3)])
  func `3 S1 S2 S3 S5 S13 S22 keeps what was acknowledged when power is lost`(
    fault: Fault, stride: Int
  ) async throws {
    try await Trial(fault).run(each: stride)
  }

  @Test(arguments: [(Fault.error, 1), (.errors, 9)])
  func `4 6 S1 S2 S3 S5 S13 S22 undoes the step or ends the process`(
    fault: Fault, stride: Int
  ) async throws {
    try await Trial(fault).run(each: stride)
  }

  @Test(arguments: [(Fault.kill, 5), (.sync, 1)])
  func `1 3 4 S1 shows only what is on the disk, though the last process did not sync it`(
    fault: Fault, stride: Int
  ) async throws {
    try await Trial(fault).run(each: stride)
  }

  @Test func `8 S1 S2 S3 S5 S13 S22 goes on by itself once there is room`() async throws {
    try await Trial(.noRoom).run(each: 3)
  }
}

/// One sort of failure, tried at every operation.
struct Trial {
  let fault: Fault
  let disk: Disk

  init(_ fault: Fault) throws {
    self.fault = fault
    disk = try Disk()
  }

  /// Goes on until nothing fails any more.
  func run(each stride: Int = 1) async throws {
    var n = 1
    while try await fails(at: n) { n += stride }
    #expect(n > 20)
  }

  /// Tells the story on a new disk whose n-th operation fails, and again on what is left.
  private func fails(at n: Int) async throws -> Bool {
    disk.reset()
    disk.plan(fault, at: n)
    var promises = await tell(n)
    let hasFailed = disk.hasFailed
    let place = Comment(rawValue: "\(fault.testDescription), \(n): \(disk.place)")
    disk.mend()
    // What a new process shows is as good as promised, even if it writes nothing before the power goes.
    promises = try await living(promises) { story, store in
      try await story.see()
      try await store.check(story.promises, after: place)
      disk.losePower(seed: n)
    }
    _ = try await living(promises) { story, store in
      try await store.check(promises, after: place)
      try await story.tell()
      try await store.check(story.promises, after: place)
      try await store.checkEnd(story.promises, after: place)
    }
    return hasFailed
  }

  /// Opens the store for a while and closes it, whatever happens; returns what it promised.
  private func living(
    _ promises: Promises, _ body: (inout Story, Store) async throws -> Void
  ) async throws -> Promises {
    let store = try disk.open()
    var story = Story(store, promises)
    let result: Result<Void, any Error>
    do { result = .success(try await body(&story, store)) } catch { result = .failure(error) }
    await store.close()
    disk.restart()
    try result.get()
    return story.promises
  }

  /// Tells the story while the disk fails; returns what was acknowledged.
  private func tell(_ n: Int) async -> Promises {
    let store: Store
    do throws(StoreError) { store = try disk.open() } catch {
      // For want of an inode a file cannot be opened, which SQLite does not tell apart.
      let mayBe: [StoreError.Kind] = [.full, .unavailable]
      #expect(fault.sort != FAULTY_FULL || mayBe.contains(error.code), "\(n): \(disk.place)")
      disk.restart()
      return Promises()
    }
    var patience = 3
    var story = Story(store) { error in
      if fault.sort == FAULTY_FULL {
        #expect(error.code == .full, "\(n): \(disk.place)")
        disk.mend()
      }
      patience -= 1
      return patience > 0 && disk.whyEnded == nil
    }
    try? await story.tell()
    // Every other process ends without a word.
    if n.isMultiple(of: 2) { disk.restart() }
    await store.close()
    disk.restart()
    return story.promises
  }
}
