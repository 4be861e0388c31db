import Connectors
import Documents
import HTTPTypes
import PurgeCore
import Testing

/// Answers that would have the hub believe too much, or think too long.
@Suite struct `An answer of a hostile vendor` {
  private func conclusion(
    _ answer: HTTPResponse, _ step: String, people: Int
  ) throws -> Conclusion? {
    let manifest = try makeManifest(with: "erase: [{ \(step) }]")
    let call = makeCall((0..<people).map { person(.email, "guest-\($0)@example.org") })
    return Conversation(try makeBehaviour(manifest), call, [answer]).conclusion
  }

  private static let list = "post: \"/delete\", batch: { max: 5 }, json: { ids: \"{id}\" }"

  @Test(arguments: [404, 410], [1, 3])
  func `43 that the address of a list is missing says nothing about people`(
    status: Int, people: Int
  ) throws {
    let conclusion = try conclusion(HTTPResponse(status), Self.list, people: people)
    #expect(conclusion == .blocked(ConnectorFault(.refused, status: status)))
  }

  @Test(arguments: [404, 410])
  func `43 that one person's own address is missing means that nobody is there`(
    status: Int
  ) throws {
    let step = "delete: \"/people{?ids}\", with: { ids: \"{id}\" }, batch: { max: 5 }"
    let conclusion = try conclusion(HTTPResponse(status), step, people: 1)
    #expect(conclusion == .outcomes([.settled(.absent)]))
  }

  @Test func `43 that several people's address is missing is asked about one by one`() throws {
    let step = "delete: \"/people{?ids}\", with: { ids: \"{id}\" }, batch: { max: 5 }"
    let conclusion = try conclusion(HTTPResponse(404), step, people: 3)
    #expect(conclusion == .refused(.refused))
  }

  @Test func `43 means nobody where a rule says so`() throws {
    let rules = ", outcome: [{ status: 404, is: \"absent\" }]"
    let conclusion = try conclusion(HTTPResponse(404), Self.list + rules, people: 2)
    #expect(conclusion == .outcomes([.settled(.absent), .settled(.absent)]))
  }

  @Test func `36 is searched in no time, however long it is`() throws {
    let body = Array(String(repeating: "a", count: 1 << 20).utf8)
    let rules = ", outcome: [{ text: \"a.*x\", is: \"absent\" }]"
    var found: Conclusion?
    let time = try ContinuousClock().measure {
      found = try conclusion(HTTPResponse(200, body: body), Self.list + rules, people: 1)
    }
    #expect(found == .outcomes([.settled(.failed(.unexpectedBody))]))
    #expect(time < .seconds(20))
  }

  @Test(arguments: [429, 503])
  func `42 says how long to wait where tokens are fetched`(status: Int) throws {
    let manifest = try makeManifest(
      with: """
        auth: { token: { post: "https://api.vendor.example/token", take: { access: "/a" },
          for: "1h" }, bearer: "{access}" },
        erase: [{ delete: "/people/{id}" }]
        """)
    let response = HTTPResponse(status, fields: ["Retry-After": "90"])
    let answer = try makeBehaviour(manifest).token(in: response, at: Instant(milliseconds: 0))
    guard case .failure(let fault) = answer else { throw fault() }
    #expect(fault.patience == .delay(.seconds(90)))
  }

  private func fault() -> any Error { ConnectorFault(.unexpectedBody) }
}
