import Documents
import HTTPTypes
import Hub
import PurgeCore
import Testing
import Web

/// What the API said.
struct Answer: Sendable {
  let status: Int
  let fields: HTTPFields
  let text: String
  let json: JSON

  init(_ response: HTTPResponse) throws {
    status = response.status
    fields = response.fields
    text = String(decoding: response.body, as: UTF8.self)
    json = try JSON(reading: response.body)
  }

  var code: Int? { json["code"]?.integer }
  var detail: String { json["detail"]?.string ?? "" }
  var id: String { json["id"]?.string ?? "" }
  var state: String? { json["state"]?.string }
  var plan: String { json["plan"]?.string ?? "" }
}

/// Somebody who knows nothing of a hub but its API.
struct Visitor: Sendable {
  let house: House

  func ask(_ request: HTTPRequest) async throws -> Answer {
    try await Answer(API(house).respond(to: request))
  }

  func get(_ url: String) async throws -> Answer { try await ask(HTTPRequest(.get, url)) }

  func post(
    _ url: String, _ body: JSON = [:], fields: HTTPFields = [:]
  ) async throws -> Answer {
    try await ask(HTTPRequest(.post, url, fields: fields, body: body.encoded()))
  }

  func post(_ url: String, csv: [UInt8]) async throws -> Answer {
    try await ask(HTTPRequest(.post, url, fields: ["Content-Type": "text/csv"], body: csv))
  }

  func post(_ url: String, csv: String) async throws -> Answer {
    try await post(url, csv: Array(csv.utf8))
  }

  /// Plans, and confirms what was shown.
  func purge(_ body: JSON, fields: HTTPFields = [:]) async throws -> Answer {
    let plan = try await post("/v1/plans", body)
    return try await post("/v1/requests", body.confirming(plan), fields: fields)
  }

  /// How many requests there are.
  func countRequests() async throws -> Int {
    try #require(try await get("/v1/requests").json["requests"]?.array).count
  }

  /// Asks until the request is as wanted, each time no sooner than there is news.
  func request(_ id: String, until isMet: (Answer) -> Bool) async throws -> Answer {
    var answer = try await get("/v1/requests/" + id)
    for _ in 0..<30 where !isMet(answer) {
      let revision = answer.json["revision"]?.integer ?? 0
      answer = try await get("/v1/requests/\(id)?after=\(revision)&wait=1000")
    }
    return answer
  }
}

extension JSON {
  /// A selection of people by one kind.
  static func people(_ kind: String = "email", _ values: [String]) -> JSON {
    ["identifiers": .object([.init(kind, .array(values.map(JSON.string)))])]
  }

  /// So many invented people by e-mail address.
  static func people(_ count: Int) -> JSON {
    .people("email", (0..<count).map { "guest-\($0)@example.org" })
  }

  /// The same with more or other members.
  func with(_ more: JSON) -> JSON {
    let (old, new) = (members ?? [], more.members ?? [])
    let names = new.map(\.name)
    return .object(old.filter { !names.contains($0.name) } + new)
  }

  /// The same with what a plan asks for.
  func confirming(_ plan: Answer) -> JSON {
    with([
      "plan": .string(plan.plan), "consent": true,
      "phrase": plan.json["confirmation"]?["phrase"] ?? .null,
    ])
  }
}

/// Opens a house for a visitor, and closes it however the visit ends; its connector `mail` knows
/// people of every kind.
func visit(
  _ place: Place? = nil, changing change: (inout Settings) -> Void = { _ in },
  _ stay: (Visitor) async throws -> Void
) async throws {
  let place = try place ?? Place()
  var settings = place.settings
  change(&settings)
  let house = try await House.open(settings, .asAccepted, environment: [:])
  do {
    let kinds: Set<IdentityKind> = [.externalId, .email, .phone, .userAlias, .deviceId]
    try await house.install("mail", ScriptedBehaviour(kinds: kinds))
    try await stay(Visitor(house: house))
  } catch {
    await house.close()
    throw error
  }
  await house.close()
}
