import Documents
import Foundation
public import PurgeCore
import Store
import Transport

/// The hub put together: settings, store, connectors and the engine's thread.
///
/// One process has one house on a data folder. Everything asked of it is safe from any task; what
/// changes connectors or accepts requests passes one gate. Call `close` before letting go.
public final class House: Sendable {
  /// The settings it was opened with.
  public let settings: Settings
  let store: Store
  let engine: EngineThread
  let register: Register
  let messenger: Messenger
  let gate = Gate()
  let environment: [String: String]
  let log: Log?
  private let holdClock: UnhurriedClock
  private let starter: Task<Void, Never>
  private let forgetter: Task<Void, Never>

  /// How much of the configuration is read when a house opens.
  public enum Opening: Sendable, Hashable {
    /// What changed in the connector files is applied, as `reload` does.
    case reloading
    /// The connectors are as they were accepted last; files are only looked at.
    case asAccepted
  }

  /// Opens the house; when this returns, what was open before goes on.
  ///
  /// - Throws: `HouseError` when the folder, the key or the database cannot be used.
  public static func open(
    _ settings: Settings, _ opening: Opening = .reloading,
    environment: [String: String], log: Log? = nil
  ) async throws(HouseError) -> House {
    let key = try MasterKey.fetch(settings, environment: environment)
    let house: House
    do throws(StoreError) {
      house = try House(settings, Store(folder: settings.data, key: key), environment, log)
    } catch {
      throw HouseError(error, data: settings.data)
    }
    do throws(Refusal) {
      try await house.tellOfWhatHappens()
      try await house.install()
      if opening == .reloading {
        let report = try await house.reload(by: "hub")
        log?.reloaded(report, by: "hub")
      }
    } catch {
      await house.close()
      let kind: HouseError.Kind = error.code == .storageFull ? .full : .damaged
      throw HouseError(kind: kind, problem: error.detail, remedy: error.action)
    }
    return house
  }

  private init(
    _ settings: Settings, _ store: Store, _ environment: [String: String], _ log: Log?
  ) throws(StoreError) {
    self.settings = settings
    self.store = store
    self.environment = environment
    self.log = log
    register = Register()
    let messenger = try Messenger(settings.notices, store, environment: environment, log: log)
    self.messenger = messenger
    let holdClock = UnhurriedClock(wall: Self.now())
    self.holdClock = holdClock
    do throws(TransportError) {
      engine = try EngineThread(
        store: store, seed: .random(in: 0 ... .max), log: log, now: { Self.now() },
        onClockSet: { messenger.lookAgain() })
    } catch {
      throw StoreError(.unavailable, call: error.call, detail: "the engine's loop could not start")
    }
    let period = settings.waitingPeriod
    forgetter = Task { await Self.forgetOldCopies(in: settings.data) }
    starter = Task { [store, engine] in
      await Self.startWaiting(store, engine, period, holdClock)
    }
  }

  /// The wall clock.
  public static func now() -> Instant {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Instant(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
  }

  func now() -> Instant { Self.now() }

  /// The time by which holds end.
  func holdTime() -> Instant { holdClock.now(wall: now()) }

  /// Finishes what is in flight, at most the drain timeout long, delivers notices for a few seconds of
  /// that, and lets go of the folder.
  ///
  /// - Returns: How many deliveries of notices are left for the next hub.
  @discardableResult
  public func close() async -> Int {
    starter.cancel()
    forgetter.cancel()
    let limit = ContinuousClock.now + .milliseconds(settings.drainTimeout.milliseconds)
    await drain(until: limit)
    let left = await messenger.settle(until: min(limit, .now + Self.patienceForNotices))
    if left > 0 { log?.write(.info, "notices.left", [.init("deliveries", JSON(left))]) }
    await messenger.stop()
    engine.stop()
    await store.close()
    return left
  }

  /// How long a stop waits for notices.
  private static let patienceForNotices = Duration.seconds(3)

  private func drain(until limit: ContinuousClock.Instant) async {
    engine.post(.drain)
    await engine.untilDrained(or: limit)
  }

  /// Ends holds on their last day, and starts requests as their waiting periods end.
  private static func startWaiting(
    _ store: Store, _ engine: EngineThread, _ period: Span, _ holdClock: UnhurriedClock
  ) async {
    // A request accepted during a pause of at most the period ends its own period after the pause.
    // A minute at most: clocks are set.
    let longest = period > .seconds(0) ? min(period, .minutes(1)) : .minutes(1)
    while !Task.isCancelled {
      _ = try? await store.endHolds(at: holdClock.now(wall: now()))
      if let names = try? await store.startWaiting(at: now()), !names.isEmpty {
        engine.post(.submitted(names))
      }
      let next = (try? await store.nextStart()) ?? nil
      let pause = max(min(next.map { $0 - now() } ?? longest, longest), .milliseconds(10))
      try? await Task.sleep(for: .milliseconds(pause.milliseconds))
    }
  }
}
