/// How one connector stands in the engine, for status pages and tests.
public struct ConnectorView: Sendable, Hashable {
  /// Its name.
  public var name: ConnectorName
  /// Whether it sends; nil before the engine was told.
  public var state: ConnectorState?
  /// How many calls are in flight, those being made durable included.
  public var inFlight: Int
  /// How many of them have an exchange under way.
  public var inAir: Int
  /// How many calls may be in flight at present.
  public var limit: Int
  /// How many calls are in hand and not in flight.
  public var held: Int
  /// How many tasks with unplanned people are known.
  public var tasks: Int
  /// Until when the vendor asked for patience, or a missing token is not asked for again; nil when
  /// nothing of the kind is waited for.
  public var pausedUntil: Instant?
  /// When an open breaker lets the next probe through; nil when closed or a probe is under way.
  public var probeAt: Instant?
  /// Whether the breaker is closed.
  public var isBreakerClosed: Bool
  /// Whether a load is under way.
  public var isLoading: Bool
}

extension Engine {
  /// How many calls are in flight, those being made durable included.
  public var inFlight: Int { slots.reduce(0) { $0 + $1.flights.count } }

  /// How many changes it keeps that are not durable yet.
  public var changesInMind: Int { ledger.count }

  /// Whether nothing is in flight, in hand, being loaded or waiting to become durable.
  public var isQuiet: Bool {
    ledger.isEmpty
      && slots.allSatisfy {
        $0.flights.isEmpty && $0.held.count == 0 && $0.tasks.count == 0 && !$0.isLoading
          && !$0.token.isFetching
      }
  }

  /// Whether the store refuses what the engine wants to make durable.
  public var isStorageStalled: Bool { ledger.isStalled }

  /// Every connector the engine was told of, in the order it was told.
  public var connectors: [ConnectorView] { slots.map(view) }

  /// One connector; nil when the engine was never told of it.
  public func connector(_ name: ConnectorName) -> ConnectorView? { slot(name).map(view) }

  private func view(_ slot: ConnectorSlot) -> ConnectorView {
    let now = clock ?? Instant(milliseconds: .min)
    var probeAt: Instant?
    if case .open(let until) = slot.breaker.position { probeAt = until }
    let tokenWait = slot.token.usable(at: now) == nil ? slot.token.retryAt : nil
    let pauses = [slot.pausedUntil, tokenWait].compactMap(\.self)
    return ConnectorView(
      name: slot.name, state: slot.state, inFlight: slot.flights.count, inAir: slot.inAir,
      limit: slot.limit.current, held: slot.held.count, tasks: slot.tasks.count,
      pausedUntil: pauses.filter { $0 > now }.max(), probeAt: probeAt,
      isBreakerClosed: slot.breaker.isClosed, isLoading: slot.isLoading)
  }
}

extension Engine {
  /// A number that two runs of the same seed and the same events share, in any process.
  public var stateHash: UInt64 {
    var digest = Digest()
    digest.add(random.fingerprint)
    digest.add(UInt64(bitPattern: ledger.lastBatch.number))
    digest.add(nextWake)
    for slot in slots {
      digest.add(slot.name.description)
      for count in [
        slot.flights.count, slot.inAir, slot.held.count, slot.tasks.count, slot.limit.current,
        slot.revision, slot.throttles, slot.breaker.trips, slot.isServing ? 1 : 0,
      ] {
        digest.add(UInt64(count))
      }
      digest.add(slot.pausedUntil)
      digest.add(slot.nextDue)
      digest.add(slot.lastSent)
    }
    return digest.value
  }
}

/// FNV-1a: unlike `Hasher` it is the same in every process.
struct Digest {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ number: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) { add(byte: UInt8(number >> shift & 0xFF)) }
  }

  mutating func add(_ instant: Instant?) {
    add(UInt64(bitPattern: instant?.milliseconds ?? .min))
  }

  mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte: byte) }
  }

  private mutating func add(byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
}
