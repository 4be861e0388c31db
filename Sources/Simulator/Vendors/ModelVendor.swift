import Documents
import HTTPTypes
import PurgeCore

/// A vendor with a ledger: what it was asked, what it did, who is gone.
struct ModelVendor: Sendable {
  /// A job the vendor took.
  struct Paper: Sendable {
    var people: [Int]
    var doneAt: Int64
    var isFailed = false
  }

  let kind: VendorKind
  /// When each person's data went; nil while it is there.
  private(set) var goneAt: [Int64?] = Array(repeating: nil, count: People.count)
  private(set) var papers: [Paper] = []
  private(set) var requests = 0
  private var tokens = 0
  private var validToken = 0
  private var firstCalls: [Bool] = Array(repeating: false, count: People.count)
  private var queued: [Int64?] = Array(repeating: nil, count: People.count)

  init(_ kind: VendorKind) { self.kind = kind }

  /// Whether nothing is left of a person, or nothing ever was.
  func isGone(_ person: Int, at now: Int64) -> Bool {
    if goneAt[person] != nil || !People.hasData(person) { return true }
    if let ready = queued[person], ready <= now { return true }
    return papers.contains { $0.doneAt <= now && !$0.isFailed && $0.people.contains(person) }
  }
}

extension ModelVendor {
  /// Acts on a request and answers it.
  mutating func answer(
    _ request: HTTPRequest, _ weather: [Weather], at now: Int64, _ dice: inout Dice
  ) -> HTTPResponse {
    requests += 1
    if let refusal = credentialRefusal(request, weather) { return refusal }
    let path = Self.path(of: request.url)
    if path.hasPrefix("/me") { return HTTPResponse(200, body: [0x7B, 0x7D]) }
    if path.hasPrefix("/token") { return token(weather) }
    if kind == .accepting, isTokenForgotten(request, weather, &dice) { return HTTPResponse(401) }
    switch kind {
    case .batch: return deleteEach(request, weather, at: now)
    case .counting: return deleteAndCount(request, weather, at: now)
    case .lookUp: return lookUpOrDelete(request, path, weather, at: now)
    case .job: return takeOrReport(request, path, weather, at: now, &dice)
    case .twoCall: return deleteTwice(path, weather, at: now)
    case .accepting: return queue(request, weather, at: now, &dice)
    case .verifying: return queueOrLookUp(request, path, weather, at: now, &dice)
    }
  }

  /// What follows the host: all model vendors speak https.
  private static func path(of url: String) -> String {
    let rest = url.dropFirst("https://".count)
    return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/"
  }

  private mutating func erase(_ person: Int, at now: Int64) {
    if goneAt[person] == nil { goneAt[person] = now }
  }

  private func names(in request: HTTPRequest) -> [Int] {
    guard let body = try? JSON(reading: request.body) else { return [] }
    let names = body["ids"]?.array ?? [body["who"] ?? .null]
    return names.compactMap { $0.string.flatMap(People.number) }
  }

  private func isRefused(_ people: [Int], _ weather: [Weather]) -> Bool {
    if weather.contains(.refusedBatches), people.count > 1 { return true }
    return weather.contains(.refusedPeople) && people.contains { $0 % 7 == 3 }
  }
}

// Credentials.
extension ModelVendor {
  private func credentialRefusal(
    _ request: HTTPRequest, _ weather: [Weather]
  ) -> HTTPResponse? {
    if weather.contains(.rejectedCredential) { return HTTPResponse(401) }
    if weather.contains(.forbidden) { return HTTPResponse(403) }
    return nil
  }

  private mutating func token(_ weather: [Weather]) -> HTTPResponse {
    if weather.contains(.failingTokens) { return HTTPResponse(503) }
    tokens += 1
    validToken = tokens
    return Self.json(200, ["access": JSON("t\(tokens)")])
  }

  private mutating func isTokenForgotten(
    _ request: HTTPRequest, _ weather: [Weather], _ dice: inout Dice
  ) -> Bool {
    if weather.contains(.forgottenTokens), dice.once(in: 3) { validToken = -1 }
    return request.fields["Authorization"] != "Bearer t\(validToken)"
  }
}

// Each kind's own way.
extension ModelVendor {
  private static func json(_ status: Int, _ body: JSON) -> HTTPResponse {
    HTTPResponse(status, body: body.encoded())
  }

  private mutating func deleteEach(
    _ request: HTTPRequest, _ weather: [Weather], at now: Int64
  ) -> HTTPResponse {
    let people = names(in: request)
    if isRefused(people, weather) { return HTTPResponse(400) }
    var results: [JSON] = people.map { person in
      if weather.contains(.ambiguousPeople), person % 6 == 1 { return ["result": "several"] }
      guard !isGone(person, at: now) else { return ["result": "unknown"] }
      erase(person, at: now)
      return ["result": "deleted"]
    }
    if weather.contains(.wrongLengths) { results.append(["result": "deleted"]) }
    return Self.json(200, ["results": .array(results)])
  }

  private mutating func deleteAndCount(
    _ request: HTTPRequest, _ weather: [Weather], at now: Int64
  ) -> HTTPResponse {
    let people = names(in: request)
    if isRefused(people, weather) { return HTTPResponse(400) }
    // It skips one of several without saying whom; only the number tells (BZ-21).
    let acted = weather.contains(.miscounting) && people.count > 1 ? people.dropLast() : people[...]
    for person in acted { erase(person, at: now) }
    return Self.json(200, ["deleted": JSON(acted.count)])
  }

  private mutating func lookUpOrDelete(
    _ request: HTTPRequest, _ path: String, _ weather: [Weather], at now: Int64
  ) -> HTTPResponse {
    if request.method == .get {
      guard let person = Self.person(in: path) else { return HTTPResponse(400) }
      if isRefused([person], weather) { return HTTPResponse(400) }
      let row: JSON = ["id": JSON("n\(person)"), "name": JSON(People.name(of: person))]
      let count =
        isGone(person, at: now) ? 0 : weather.contains(.ambiguousPeople) && person % 6 == 1 ? 25 : 1
      return Self.json(200, ["data": .array(Array(repeating: row, count: count))])
    }
    guard let person = Int(path.dropFirst("/customers/n".count)) else { return HTTPResponse(400) }
    guard !isGone(person, at: now) else { return HTTPResponse(404) }
    erase(person, at: now)
    return HTTPResponse(204)
  }

  private mutating func takeOrReport(
    _ request: HTTPRequest, _ path: String, _ weather: [Weather], at now: Int64,
    _ dice: inout Dice
  ) -> HTTPResponse {
    if request.method == .post {
      let people = names(in: request)
      if isRefused(people, weather) { return HTTPResponse(400) }
      let days = weather.contains(.stuckJobs) ? 30 : Int64(dice.below(4))
      papers.append(
        Paper(
          people: people, doneAt: now + days * 86_400_000 + dice.within(1_000...40_000_000),
          isFailed: weather.contains(.failedJobs)))
      return Self.json(202, ["job": JSON(papers.count)])
    }
    guard let number = Int(path.dropFirst("/erasures/".count)), papers.indices.contains(number - 1)
    else { return HTTPResponse(404) }
    let paper = papers[number - 1]
    guard paper.doneAt <= now else { return Self.json(200, ["state": "running"]) }
    return Self.json(200, ["state": paper.isFailed ? "failed" : "done"])
  }

  private mutating func deleteTwice(
    _ path: String, _ weather: [Weather], at now: Int64
  ) -> HTTPResponse {
    guard let slash = path.lastIndex(of: "/"),
      let person = Self.person(in: String(path[path.index(after: slash)...]))
    else { return HTTPResponse(400) }
    if isRefused([person], weather) { return HTTPResponse(400) }
    if path.hasPrefix("/users/") {
      defer { firstCalls[person] = true }
      return HTTPResponse(firstCalls[person] || isGone(person, at: now) ? 404 : 204)
    }
    guard firstCalls[person], !isGone(person, at: now) else { return HTTPResponse(404) }
    erase(person, at: now)
    return HTTPResponse(204)
  }

  private mutating func queue(
    _ request: HTTPRequest, _ weather: [Weather], at now: Int64, _ dice: inout Dice
  ) -> HTTPResponse {
    let people = names(in: request)
    if isRefused(people, weather) { return HTTPResponse(400) }
    for person in people where queued[person] == nil {
      queued[person] = now + dice.within(60_000...80_000_000)
    }
    return Self.json(201, ["message": "queued"])
  }

  private mutating func queueOrLookUp(
    _ request: HTTPRequest, _ path: String, _ weather: [Weather], at now: Int64,
    _ dice: inout Dice
  ) -> HTTPResponse {
    if request.method == .post {
      let people = names(in: request)
      if isRefused(people, weather) { return HTTPResponse(400) }
      for person in people where queued[person] == nil {
        queued[person] =
          now + dice.within(60_000...100_000_000)
          + (weather.contains(.stuckJobs) ? 500_000_000 : 0)
      }
      return HTTPResponse(202)
    }
    guard let person = Self.person(in: path) else { return HTTPResponse(400) }
    let row: JSON = ["name": JSON(People.name(of: person))]
    return Self.json(200, ["data": isGone(person, at: now) ? [] : [row]])
  }

  /// The person an address names; URLs carry the `@` as it is or encoded.
  private static func person(in path: String) -> Int? {
    guard let start = path.lastIndex(of: "u") else { return nil }
    let digits = path[path.index(after: start)...].prefix { $0.isNumber }
    return Int(digits)
  }

  /// Its data is as it was before anybody was erased.
  mutating func restore() {
    goneAt = Array(repeating: nil, count: People.count)
    firstCalls = Array(repeating: false, count: People.count)
  }

  /// Everything that waits is done at once, and nothing is wrong any more.
  mutating func heal(at now: Int64) {
    for index in papers.indices where papers[index].isFailed {
      papers[index].doneAt = min(papers[index].doneAt, now)
    }
  }
}
