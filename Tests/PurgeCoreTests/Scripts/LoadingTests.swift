import HTTPTypes
import PurgeCore
import Testing

@Suite struct `Loading` {
  private static let name = World.connector

  private struct Bench {
    var engine = Engine(seed: 1)
    var loads: [Int] = []
    var inAir: [CallKey] = []

    mutating func hear(_ event: Event) {
      var events = [event]
      while !events.isEmpty {
        for effect in engine.handle(events.removeFirst(), at: World.start) {
          switch effect {
          case .load(_, let calls, _): loads.append(calls)
          case .send(let key, _): inAir.append(key)
          case .commit(let id, _): events.append(.committed(id, []))
          default: break
          }
        }
      }
    }
  }

  /// An engine with four slots that has asked for its first calls.
  private func make() -> Bench {
    var bench = Bench()
    var traits = ConnectorTraits()
    traits.concurrent = 4
    bench.hear(.connectorChanged(Self.name, ScriptedBehaviour(traits: traits), .enabled))
    return bench
  }

  private func work(_ positions: Range<Int>, hasMore: Bool) -> Event {
    let calls = positions.map { position in
      Call(
        CallKey(TaskKey(PurgeRequestID(bits: 1), Self.name), position..<position + 1),
        people: [ModelStore.person(position)],
        schedule: CallSchedule(due: World.start, isHeld: true), requestedAt: World.start,
        deadline: World.start + .days(30), lane: .normal)
    }
    return .loaded(
      LoadedWork(connector: Self.name, calls: calls, tasks: [], nextDue: nil, hasMore: hasMore))
  }

  @Test func `asks for twice as many calls as may be in flight`() {
    #expect(make().loads == [8])
  }

  @Test func `asks again when half of them are left, and only then`() {
    var bench = make()
    bench.hear(work(0..<9, hasMore: true))
    #expect(bench.loads == [8])
    bench.hear(.answered(bench.inAir[0], .success(HTTPResponse(200))))
    #expect(bench.loads == [8, 4])
  }

  @Test func `never asks twice at once`() {
    var bench = make()
    bench.hear(work(0..<8, hasMore: true))
    for _ in 0..<4 {
      bench.hear(.answered(bench.inAir.removeFirst(), .success(HTTPResponse(200))))
      bench.hear(.submitted([Self.name]))
      bench.hear(.tick)
    }
    #expect(bench.loads == [8, 4])
  }

  @Test func `asks once more after what came while it was asking`() {
    var bench = make()
    bench.hear(.submitted([Self.name]))
    bench.hear(work(0..<0, hasMore: false))
    bench.hear(work(0..<0, hasMore: false))
    #expect(bench.loads == [8, 8])
  }

  @Test func `never asks just in case`() {
    var bench = make()
    bench.hear(work(0..<8, hasMore: false))
    while !bench.inAir.isEmpty {
      bench.hear(.answered(bench.inAir.removeFirst(), .success(HTTPResponse(200))))
    }
    bench.hear(.tick)
    #expect(bench.loads == [8])
  }

  @Test func `BZ-02 plans no more calls than the window holds`() {
    var traits = ConnectorTraits()
    (traits.concurrent, traits.peoplePerCall) = (4, 50)
    var world = World.make(traits)
    world.submit(1_000_000)
    let rows = world.store.legs.values.reduce(0) { $0 + $1.rows.count }
    #expect(rows >= 8 && rows <= 4 + 8 + 4)
  }

  @Test(arguments: [(1, [1]), (49, [49]), (50, [50]), (51, [50, 1]), (120, [50, 50, 20])])
  func `BZ-02 fills calls to the vendor's size`(people: Int, sizes: [Int]) {
    var traits = ConnectorTraits()
    traits.peoplePerCall = 50
    var world = World.make(traits)
    world.submit(people)
    #expect(world.inAir.map(\.key.range.count) == sizes)
  }
}

@Suite struct `An attempt` {
  private func evidence(_ fields: HTTPFields) throws -> [String: String] {
    var world = World.make()
    let key = world.submit(1)
    world.answer(503, fields)
    return try #require(world.leg(key)?.attempts.first).evidence
  }

  @Test func `keeps only header fields that help support`() throws {
    let kept = try evidence([
      "X-Request-Id": "r1", "request-id": "r2", "Date": "today", "Retry-After": "5",
      "X-RateLimit-Remaining": "3", "RateLimit-Policy": "p", "Set-Cookie": "secret",
      "Location": "https://vendor.example/u0", "X-User": "u0", "Content-Type": "text/plain",
    ])
    #expect(
      kept == [
        "x-request-id": "r1", "request-id": "r2", "date": "today", "retry-after": "5",
        "x-ratelimit-remaining": "3", "ratelimit-policy": "p",
      ])
  }

  @Test func `keeps no more than 128 characters of a field`() throws {
    let kept = try evidence(["Date": String(repeating: "d", count: 5_000)])
    #expect(kept["date"]?.count == 128)
  }

  @Test func `keeps the first of fields with one name`() throws {
    #expect(try evidence(["Date": "first", "date": "second"]) == ["date": "first"])
  }

  @Test func `keeps nothing that is not plain text`() throws {
    #expect(try evidence(["Date": "jürgen"]).isEmpty)
  }

  @Test func `keeps no field with an endless name`() throws {
    let name = "x-ratelimit-" + String(repeating: "a", count: 60)
    var fields: HTTPFields = [:]
    fields[name] = "1"
    #expect(try evidence(fields).isEmpty)
  }

  @Test func `keeps fields of the first sixty-four only`() throws {
    var fields: HTTPFields = [:]
    for number in 0..<200 { fields["RateLimit-\(number)"] = "1" }
    #expect(try evidence(fields).count == 64)
  }

  @Test func `is numbered and dated`() throws {
    var world = World.make(exchanges: 2)
    let key = world.submit(1)
    world.answer(200)
    world.pass(.seconds(2))
    world.answer(503)
    let attempt = try #require(world.leg(key)?.attempts.first)
    let expected = Attempt(
      call: CallKey(key, 0..<1), number: 1, began: World.start, ended: World.start + .seconds(2),
      exchanges: 2, status: 503, code: .vendorFailed)
    #expect(attempt == expected)
  }
}
