import Documents
import PurgeCore
import Store
import Synchronization
import Transport

/// Tells people and programs outside what happened, in its own time: what it meets never touches a
/// purge.
///
/// One task sorts: it leaves the notices of passed deadlines and makes deliveries of what is new. One
/// task for each destination delivers, one notice after the other. All of them sleep until there is
/// something to do; what is not delivered when the hub stops is kept.
final class Messenger: Sendable {
  private let store: Store
  private let log: Log?
  private let post: PostOffice
  private let destinations: [Destination]
  private let sorter: Alarm
  private let counters: [Alarm]
  private let rest: Alarm
  private let tasks = Mutex<[Task<Void, Never>]>([])
  private let hasWorked = Atomic(false)

  /// Makes a messenger that does nothing yet.
  init(
    _ settings: NoticeSettings, _ store: Store, environment: [String: String], log: Log?
  ) throws(StoreError) {
    self.store = store
    self.log = log
    let destinations = try Destination.all(in: settings, store)
    self.destinations = destinations
    post = try PostOffice(destinations, environment)
    let rest = Alarm()
    self.rest = rest
    sorter = Alarm { rest.ring() }
    counters = destinations.map { _ in Alarm { rest.ring() } }
  }

  /// Begins: from here on nothing that happens is missed.
  func begin() async throws(StoreError) {
    try await store.subscribe(destinations.map(\.name))
    let now = House.now()
    try await store.giveUp(
      onAllBut: destinations.map(\.name),
      owedSince: now + .milliseconds(-DeliveryPolicy.patience.milliseconds),
      .noticeDestinationGone, at: now)
    try await store.whenNoticeIsLeft { [sorter] in sorter.ring() }
    tasks.withLock { tasks in
      tasks.append(Task { await self.sort() })
      for (destination, alarm) in zip(destinations, counters) {
        tasks.append(Task { await self.serve(destination, alarm) })
      }
    }
  }

  /// Looks again, because the clock was set or a person asked.
  func lookAgain() {
    sorter.ring()
    for counter in counters { counter.ring() }
  }

  /// How many are told.
  var audience: Int { destinations.count }

  /// The destination of a name; nil when the settings do not name it.
  func destination(_ name: String) -> Destination? { destinations.first { $0.name == name } }

  /// Waits until nothing can be delivered now, at most so long; returns how many deliveries are left
  /// for later, 0 when there was nothing to do at all.
  func settle(until limit: ContinuousClock.Instant) async -> Int {
    while !isAtRest, ContinuousClock.now < limit {
      let left = limit - .now
      await rest.sleep(atMost: .milliseconds(Int64(left / .milliseconds(1))))
    }
    guard hasWorked.load(ordering: .relaxed) else { return 0 }
    var waiting = 0
    for destination in destinations {
      waiting += (try? await store.countWaiting(for: destination.name)) ?? 0
    }
    return waiting
  }

  private var isAtRest: Bool {
    tasks.withLock { $0.isEmpty } || sorter.isResting && counters.allSatisfy(\.isResting)
  }

  /// Ends what is under way; it is sent again by the next hub, under the same name.
  func stop() async {
    let running = tasks.withLock { tasks in
      defer { tasks = [] }
      return tasks
    }
    for task in running { task.cancel() }
    post.close()
    for task in running { await task.value }
  }
}

// The tasks.
extension Messenger {
  /// How long to wait when the store takes nothing.
  private static let pauseAfterFailure = Span.seconds(30)

  private func sort() async {
    while !Task.isCancelled {
      var pause: Span?
      do throws(StoreError) {
        let next = try await store.tellDeadlines(at: House.now())
        if !destinations.isEmpty { try await distribute() }
        pause = next.map { max($0 - House.now(), .milliseconds(1)) }
      } catch {
        pause = Self.pauseAfterFailure
      }
      await sorter.sleep(atMost: pause)
    }
  }

  private func distribute() async throws(StoreError) {
    guard
      try await store.distribute(to: destinations.map(\.subscriber), at: House.now())
    else { return }
    hasWorked.store(true, ordering: .relaxed)
    for counter in counters { counter.ring() }
  }

  /// Delivers what is due, one notice after the other, and leaves a destination alone for a while that
  /// fails again and again.
  private func serve(_ destination: Destination, _ alarm: Alarm) async {
    var failures = 0
    var quietUntil = House.now()
    while !Task.isCancelled {
      do throws(StoreError) {
        guard let next = try await store.nextDelivery(to: destination.name) else {
          await alarm.sleep(atMost: nil)
          continue
        }
        let due = max(DeliveryPolicy.due(next, at: House.now()), quietUntil)
        guard due <= House.now() else {
          await alarm.sleep(atMost: due - House.now())
          continue
        }
        hasWorked.store(true, ordering: .relaxed)
        let isTaken = try await deliver(next, to: destination)
        failures = isTaken ? 0 : failures + 1
        quietUntil = House.now() + DeliveryPolicy.pause(after: failures)
      } catch {
        await alarm.sleep(atMost: Self.pauseAfterFailure)
      }
    }
  }

  /// Tries once and writes what came of it; says whether the destination answers sensibly.
  ///
  /// A try that the hub's stop ends counts too: else each command would wait for who never answers.
  private func deliver(
    _ delivery: NoticeDelivery, to destination: Destination
  ) async throws(StoreError) -> Bool {
    let reply = await post.send(delivery, to: destination, at: House.now())
    let now = House.now()
    let outcome = DeliveryPolicy.outcome(
      of: reply, to: delivery, at: now, chance: .random(in: 0...1))
    try await store.record(outcome, of: delivery, at: now)
    switch outcome {
    case .delivered: return true
    case .again(_, let code, let status):
      tell(.info, "notice.delayed", delivery, code, status)
      return false
    case .failed(let code, let status):
      tell(.warning, "notice.failed", delivery, code, status)
      if code == .noticeGivenUp { try await giveUpTheOld(of: destination, at: now) }
      return code == .noticeRefused
    }
  }

  /// What waited just as long behind the one that was given up will not fare better.
  private func giveUpTheOld(of destination: Destination, at now: Instant) async throws(StoreError) {
    let since = now + .milliseconds(-DeliveryPolicy.patience.milliseconds)
    _ = try await store.giveUp(on: destination.name, owedSince: since, .noticeGivenUp, at: now)
  }

  private func tell(
    _ level: Log.Level, _ event: String, _ delivery: NoticeDelivery, _ code: Code, _ status: Int?
  ) {
    log?.write(
      level, event,
      [
        .init("notice", JSON(delivery.notice.sequence)),
        .init("destination", .string(delivery.subscriber)), .init("code", JSON(code.number)),
        .init("status", status.map { JSON($0) } ?? .null),
      ])
  }
}
