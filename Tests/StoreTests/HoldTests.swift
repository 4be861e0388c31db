import PurgeCore
import Testing

@testable import Store

/// A fingerprint of an invented name.
private func print(_ name: String, in store: Store) throws -> Fingerprint {
  var maker = try store.fingerprints()
  return try maker.of(form: 1, name)
}

@Suite struct `A legal hold` {
  let world: World
  let store: Store

  init() throws {
    world = try World()
    store = try world.open()
  }

  private func order(
    _ names: String..., until: Instant? = nil
  ) throws -> HoldOrder {
    HoldOrder(
      fingerprints: try names.map { try print($0, in: store) }, reason: "litigation",
      matter: "4711", until: until, actor: "ann")
  }

  /// A request for people of these names.
  private func acceptance(
    _ names: String..., startAt: Instant? = noon + .hours(1)
  ) throws -> Acceptance {
    var acceptance = Acceptance.of(names.count, startAt: startAt)
    acceptance.fingerprints = try names.map { try print($0, in: store) }
    return acceptance
  }

  private func state(_ request: PurgeRequestID) async throws -> RequestState {
    try await store.request(request).state
  }

  @Test(arguments: ["ada", "ada-7", "ada@example.org"])
  func `stops a request by any of its names`(name: String) async throws {
    _ = try await store.place(try order("ada", "ada-7", "ada@example.org"), at: noon)
    let request = try acceptance("bob", name)
    let error = await #expect(throws: StoreError.self) { try await store.accept(request) }
    #expect(error?.code == .held)
    #expect(try await store.requests(limit: 9).isEmpty)
    #expect(try await store.purges(of: [print("bob", in: store)]).isEmpty)
  }

  @Test func `stops a large request and leaves nothing of it`() async throws {
    _ = try await store.place(try order("ada"), at: noon)
    var request = Acceptance.of(20_000)
    request.fingerprints = [try print("bob", in: store), try print("ada", in: store)]
    let large = request
    let error = await #expect(throws: StoreError.self) { try await store.accept(large) }
    #expect(error?.code == .held)
    let left = try await store.readers.read { (connection) throws(StoreError) in
      try connection.first("SELECT count(*) FROM tombstone") { (row) throws(StoreError) in
        row.integer(0)
      }
    }
    #expect(left == 0)
  }

  @Test func `lets others pass`() async throws {
    _ = try await store.place(try order("ada"), at: noon)
    #expect(try await store.accept(try acceptance("bob")).isNew)
  }

  @Test func `is there after the process is gone`() async throws {
    let id = try await store.place(try order("ada", until: noon + .days(1)), at: noon).id
    await store.close()
    let again = try world.open()
    let hold = try await again.hold(id)
    #expect(hold.reason == "litigation" && hold.matter == "4711" && hold.actor == "ann")
    #expect(hold.names == 1 && hold.placed == noon && hold.until == noon + .days(1))
    #expect(hold.end == nil)
  }

  @Test func `keeps a waiting request from starting`() async throws {
    let id = try await store.accept(try acceptance("ada")).id
    let placed = try await store.place(try order("ada"), at: noon)
    #expect(placed.heldBack == [id] && placed.tooLate.isEmpty)
    #expect(try await store.startWaiting(at: noon + .days(2)).isEmpty)
    #expect(try await state(id) == .onHold)
    #expect(try await store.holds(on: id) == [placed.id])
  }

  @Test func `gives the rest of the waiting period back when it is released`() async throws {
    let id = try await store.accept(try acceptance("ada")).id
    let hold = try await store.place(try order("ada"), at: noon + .minutes(20)).id
    let later = noon + .days(5)
    #expect(try await store.release(hold, by: "bob", reason: "closed", at: later) == [id])
    let request = try await store.request(id)
    #expect(request.state == .pending && request.startAt == later + .minutes(40))
    #expect(try await store.startWaiting(at: later + .minutes(39)).isEmpty)
    #expect(try await store.startWaiting(at: later + .minutes(40)) == [mixpanel])
  }

  @Test func `holds on while another one does, and time stood still since the first`() async throws
  {
    let id = try await store.accept(try acceptance("ada", "bob")).id
    let first = try await store.place(try order("ada"), at: noon + .minutes(10)).id
    let second = try await store.place(try order("bob"), at: noon + .minutes(30)).id
    let later = noon + .days(1)
    #expect(try await store.release(first, by: "bob", reason: "closed", at: later).isEmpty)
    #expect(try await state(id) == .onHold)
    #expect(try await store.release(second, by: "bob", reason: "closed", at: later) == [id])
    #expect(try await store.request(id).startAt == later + .minutes(50))
  }

  @Test func `names the requests for which it comes too late`() async throws {
    let id = try await store.accept(try acceptance("ada", startAt: nil)).id
    let placed = try await store.place(try order("ada"), at: noon)
    #expect(placed.tooLate == [id] && placed.heldBack.isEmpty)
    #expect(try await state(id) == .inProgress)
  }

  @Test func `says nothing of a request that came to nothing`() async throws {
    let id = try await store.accept(try acceptance("ada")).id
    _ = try await store.cancel(id, by: "ann", reason: "", at: noon)
    let placed = try await store.place(try order("ada"), at: noon)
    #expect(placed.tooLate.isEmpty && placed.heldBack.isEmpty)
  }

  @Test func `ends by itself after its last day, and for good`() async throws {
    let id = try await store.accept(try acceptance("ada")).id
    let hold = try await store.place(try order("ada", until: noon + .days(1)), at: noon).id
    #expect(try await store.endHolds(at: noon + .days(1) + .milliseconds(-1)).isEmpty)
    #expect(try await store.endHolds(at: noon + .days(1)) == [id])
    // A clock that is set back brings nothing back.
    #expect(try await store.endHolds(at: noon).isEmpty)
    #expect(try await store.hold(hold).end?.actor == "hub")
    #expect(try await state(id) == .pending)
  }

  @Test func `cannot be released twice`() async throws {
    let id = try await store.place(try order("ada"), at: noon).id
    _ = try await store.release(id, by: "bob", reason: "closed", at: noon)
    let error = await #expect(throws: StoreError.self) {
      try await store.release(id, by: "bob", reason: "closed", at: noon)
    }
    #expect(error?.code == .wrongState)
  }

  @Test func `is unknown when nobody placed it`() async throws {
    let error = await #expect(throws: StoreError.self) {
      try await store.release(HoldID(bits: 5), by: "bob", reason: "closed", at: noon)
    }
    #expect(error?.code == .unknownHold)
  }

  @Test func `forgets its names when it ends`() async throws {
    let name = try print("ada", in: store)
    let id = try await store.place(try order("ada"), at: noon).id
    #expect(try await store.holds(naming: [name]).map(\.hold) == [id])
    _ = try await store.release(id, by: "bob", reason: "closed", at: noon)
    #expect(try await store.holds(naming: [name]).isEmpty)
    #expect(try await store.accept(try acceptance("ada")).isNew)
  }

  @Test func `is listed newest first, the ended ones only when asked for`() async throws {
    var holds: [HoldID] = []
    for day in 0..<3 {
      holds.append(try await store.place(try order("ada"), at: noon + .days(Int64(day))).id)
    }
    _ = try await store.release(holds[1], by: "bob", reason: "closed", at: noon + .days(3))
    let active = try await store.holds(limit: 9, activeOnly: true)
    #expect(active.map(\.id) == [holds[2], holds[0]])
    let all = try await store.holds(limit: 2, activeOnly: false)
    #expect(all.map(\.id) == [holds[2], holds[1]])
    let rest = try await store.holds(after: HoldCursor(all[1]), limit: 2, activeOnly: false)
    #expect(rest.map(\.id) == [holds[0]])
  }

  @Test func `is in the audit with what it stopped and what went on`() async throws {
    let id = try await store.accept(try acceptance("ada")).id
    let hold = try await store.place(try order("ada"), at: noon).id
    _ = try await store.release(hold, by: "bob", reason: "closed", at: noon)
    let entries = try await store.auditEntries(limit: 9)
    #expect(
      entries.map(\.action) == [
        "request.accepted", "hold.placed", "request.held", "hold.released", "request.resumed",
      ])
    #expect(entries[3].actor == "bob" && entries[3].detail == "\(hold): closed")
    #expect(entries[2].request == id && entries[4].request == id)
  }

  @Test(arguments: [true, false])
  func `lets a held request be cancelled or rejected`(isCancelled: Bool) async throws {
    let id = try await store.accept(try acceptance("ada")).id
    let hold = try await store.place(try order("ada"), at: noon).id
    if isCancelled {
      _ = try await store.cancel(id, by: "ann", reason: "", at: noon)
    } else {
      _ = try await store.reject(id, by: "ann", reason: "must stay", at: noon)
    }
    #expect(try await state(id) == (isCancelled ? .cancelled : .rejected))
    #expect(try await store.release(hold, by: "bob", reason: "closed", at: noon).isEmpty)
  }
}
