import Documents
import Foundation
import TestSupport

/// A client with its own book, who asks for purges at one data folder and is cut off all the time.
actor SoakLane {
  /// A purge as the client knows it.
  private struct Order {
    let key: String
    let people: [String]
    var plan: String?
    /// The request IDs that were told for its key.
    var told: Set<String> = []
    var isDone = false
    /// How many kills came between the first asking and the end.
    var kills = 0

    var flags: [String] { people.flatMap { ["--email", $0] } }
  }

  private let desk: Desk
  private let vendors: SoakVendors
  private let name: String
  private var random: SeededChoice
  private var orders: [Order] = []
  /// Connectors an administrator was told to be disabled, and how many calls they had by then.
  private var off: [String: Int] = [:]
  private(set) var count = SoakCount()
  /// What must not have happened.
  private(set) var faults: [String] = []

  init(_ name: String, seed: UInt64) throws {
    self.name = name
    desk = try Desk()
    vendors = try SoakVendors(on: desk)
    random = SeededChoice(seed: seed)
  }

  /// Asks, waits, reloads and switches connectors, under blows, until an instant.
  func beat(until limit: ContinuousClock.Instant) async throws {
    while ContinuousClock.now < limit {
      let waiting = orders.indices.filter { !orders[$0].isDone && !orders[$0].told.isEmpty }
      switch Int.random(in: 0..<100, using: &random) {
      case ..<45 where waiting.count < 12: try await ask(nextOrder(), isBeset: true)
      case ..<80:
        guard let index = waiting.randomElement(using: &random) else { continue }
        try await wait(index, "3s", under: blow())
      case ..<90:
        _ = try await run(["connectors", "reload"], allowing: [78], under: blow(within: 0.2))
      default: try await toggle(under: blow(within: 0.2))
      }
    }
  }

  /// Carries everything to its end undisturbed, then compares the books.
  func finish() async throws {
    vendors.calmDown()
    for name in ["late", "slow"] {
      _ = try await run(["connectors", "enable", name, "--no-wait"], allowing: [77, 78])
    }
    let limit = ContinuousClock.now + .seconds(240)
    while let index = orders.firstIndex(where: { !$0.isDone }), ContinuousClock.now < limit {
      if orders[index].told.isEmpty { try await ask(index) } else { try await wait(index, "20s") }
    }
    try await compareBooks()
  }
}

// What it does.
extension SoakLane {
  /// A blow within so many seconds; a command that asks no vendor is over in a tenth of one.
  private func blow(within seconds: Double = 2) -> Blow? {
    switch Int.random(in: 0..<100, using: &random) {
    case ..<65: .kill(after: random.span(upTo: seconds))
    case ..<83: .pause(after: random.span(upTo: seconds / 2), for: random.span(upTo: 1.5))
    case ..<90: .terminate(after: random.span(upTo: seconds))
    default: nil
    }
  }

  /// The oldest purge without an ID, or a new one.
  private func nextOrder() -> Int {
    if let index = orders.firstIndex(where: \.told.isEmpty) { return index }
    let number = orders.count
    let people = (0..<Int.random(in: 1...6, using: &random)).map {
      "canary-\(name)-\(number)-\($0)@example.org"
    }
    vendors.admit(people)
    orders.append(Order(key: "key-\(number)", people: people))
    count.purges += 1
    count.people += people.count
    return number
  }

  /// Asks for a purge, with a plan of its own; the same key every time.
  private func ask(_ index: Int, isBeset: Bool = false) async throws {
    let order = orders[index]
    guard let plan = order.plan else {
      let ended = try await run(
        ["plan", "--json"] + order.flags, under: isBeset ? blow(within: 0.2) : nil)
      return orders[index].plan = ended.code == 0 ? try ended.json["plan"]?.string : nil
    }
    let patience = Int.random(in: 0..<4, using: &random) == 0 ? ["--no-wait"] : ["--timeout", "3s"]
    let words = ["purge", "--yes", plan, "--key", order.key] + order.flags + patience
    let ended = try await run(words, under: isBeset ? blow() : nil)
    let told = ended.output.isEmpty ? [] : ended.identifiers
    orders[index].told.formUnion(told)
    // A connector's state has changed since the plan was made.
    if ended.complaint.contains("(code 1006)") { orders[index].plan = nil }
  }

  private func wait(_ index: Int, _ time: String, under blow: Blow? = nil) async throws {
    guard let id = orders[index].told.first else { return }
    let ended = try await run(["requests", "wait", id, "--timeout", time], under: blow)
    if ended.code == 0 { orders[index].isDone = true }
  }

  /// Disables a connector, or enables it and looks whether it was left alone meanwhile (S7).
  private func toggle(under blow: Blow?) async throws {
    guard let name = ["late", "slow"].randomElement(using: &random) else { return }
    if let before = off.removeValue(forKey: name) {
      expect(vendors.calls(at: name) == before, "S7: \(name) was asked while disabled")
      _ = try await run(["connectors", "enable", name], allowing: [77, 78], under: blow)
    } else {
      let words = ["connectors", "disable", name, "--note", "soak"]
      let ended = try await run(words, allowing: [77], under: blow)
      guard ended.code == 0 || ended.code == 77 else { return }
      if ended.code == 0 { count.disablings += 1 }
      off[name] = vendors.calls(at: name)
    }
  }

  private func run(
    _ words: [String], allowing codes: Set<Int32> = [], under blow: Blow? = nil
  ) async throws -> Ended {
    count.commands += 1
    async let rival: Void = startRival(beside: blow)
    let beset = try await desk.run(words, under: blow)
    try await rival
    let ended = beset.ended
    expect(!ended.everything.lowercased().contains("canary"), "S17: it names somebody")
    var allowed: Set<Int32> = codes.union([0, 1, 75])
    if beset.isStruck, case .kill = blow { allowed.insert(137) }
    if beset.isStruck, case .terminate = blow { allowed.insert(143) }
    let command = words.prefix(2).joined(separator: " ")
    expect(allowed.contains(ended.code), "\(command) ended with \(ended.code): \(ended.complaint)")
    guard beset.isStruck else { return ended }
    switch blow {
    case .kill: try await look(afterKilling: words)
    case .pause: count.pauses += 1
    case .terminate: count.terminations += 1
    case nil: break
    }
    return ended
  }

  /// Now and then somebody else starts the program beside one that is paused.
  private func startRival(beside blow: Blow?) async throws {
    guard case .pause(let delay, let length) = blow, Bool.random(using: &random) else { return }
    try await Task.sleep(for: delay + length / 2)
    let ended = try await desk.run("requests", "list", "--json")
    count.rivals += 1
    expect([0, 75].contains(ended.code), "a rival ended with \(ended.code): \(ended.complaint)")
  }
}

// What it looks at.
extension SoakLane {
  private func expect(_ isSo: Bool, _ fault: @autoclosure () -> String) {
    if !isSo { faults.append("lane \(name): \(fault())") }
  }

  /// After a kill: the database as it lies there, then a start that finds all it told.
  private func look(afterKilling words: [String]) async throws {
    count.kills += 1
    for index in orders.indices where !orders[index].isDone { orders[index].kills += 1 }
    try await lookAtData()
    let start = ContinuousClock.now
    let ended = try await desk.run("requests", "list", "--json", "--limit", "200")
    count.slowestStart = max(count.slowestStart, start.duration(to: .now))
    expect(ended.code == 0, "a start after a kill ended with \(ended.code): \(ended.complaint)")
    let told = orders.suffix(100).reduce(into: Set()) { $0.formUnion($1.told) }
    expect(told.isSubset(of: ended.identifiers), "S1: a told ID is not in the list")
  }

  private func lookAtData() async throws {
    let data = desk.folder + "/data"
    guard FileManager.default.fileExists(atPath: data) else { return }
    faults += try await DatabaseCopy(of: data).faults().map { "lane \(name): \($0)" }
    for file in try FileManager.default.contentsOfDirectory(atPath: data) {
      let bytes = FileManager.default.contents(atPath: data + "/" + file) ?? Data()
      expect(bytes.range(of: Data("canary".utf8)) == nil, "S17: \(file) names somebody")
    }
  }

  private func compareBooks() async throws {
    for order in orders {
      expect(order.told.count == 1, "S13: \(order.key) has \(order.told.count) requests")
      guard let id = order.told.first else { continue }
      let ended = try await desk.run("requests", "show", id, "--json")
      let shown = ended.code == 0 ? try ended.json : .null
      expect(shown["people"]?.integer == order.people.count, "S1: \(order.key) is not as told")
      expect(shown["state"]?.string == "completed", "\(order.key) is \(ended.everything)")
    }
    try await lookAtData()
    let copy = try DatabaseCopy(of: desk.folder + "/data")
    expect(
      try await copy.rows("SELECT count(*) FROM request") == ["\(orders.count)"],
      "S13: there are other requests than were asked for")
    let audited = try await copy.rows(
      "SELECT count(*) FROM audit WHERE action = 'connector.disabled'")
    expect(Int(audited.first ?? "") ?? 0 >= count.disablings, "S22: a disabling left no trace")
    for name in SoakVendors.names { compareErasures(at: name) }
  }

  private func compareErasures(at name: String) {
    let (all, untold) = vendors.erasures(at: name)
    for order in orders {
      for (place, person) in order.people.enumerated() {
        let times = all[person] ?? 0
        expect(times > 0, "S4: \(name) still knows person \(place) of \(order.key)")
        let most = 1 + order.kills + (untold[person] ?? 0)
        expect(times <= most, "S9: \(name) erased person \(place) of \(order.key) \(times) times")
        count.duplicates[name, default: 0] += max(0, times - 1)
      }
    }
  }
}
