import Connectors
import Documents
import Foundation
import Hub
import Store
import Testing

@Suite struct `The setting notices` {
  private func load(_ notices: String) throws -> NoticeSettings {
    let place = try Place()
    let file = try place.write("{\n  notices: \(notices),\n}", to: "purgehub.json5")
    return try Settings.load(file: file, root: "/", environment: [:]).notices
  }

  @Test func `tells nobody by itself`() throws {
    #expect(try load("{}") == NoticeSettings())
  }

  @Test func `names programs and people`() throws {
    let notices = try load(
      """
      { callbacks: [{ url: "https://example.org/hook", secret: { env: "A" },
          events: ["request.deadline", "connector.disabled"] }],
        mail: { server: "smtp://mail.example.org:587", user: "hub", password: { file: "/p" },
          from: "hub@example.org", to: ["ops@example.org", "dpo@example.org"] } }
      """)
    #expect(
      notices.callbacks.first?.kinds
        == [.deadline50, .deadline75, .deadline90, .deadline100, .connectorDisabled])
    #expect(notices.callbacks.first?.secrets == [.environment("A")])
    #expect(notices.mail?.kinds == Set(NoticeKind.allCases))
    #expect(notices.mail?.to == ["ops@example.org", "dpo@example.org"])
  }

  @Test(arguments: [
    ("[]", "write {"), ("{ canary: 1 }", "the members are callbacks, mail"),
    ("{ callbacks: {} }", "write ["),
    ("{ callbacks: [{ url: 'http://canary.org', secret: { env: 'A' } }] }", "callbacks[0].url"),
    ("{ callbacks: [{ url: 'https://a:canary@b.org', secret: { env: 'A' } }] }", "without name"),
    ("{ callbacks: [{ url: 'ftp://canary.org', secret: { env: 'A' } }] }", "https://host"),
    ("{ callbacks: [{ url: 'https://b.org', secret: 'canary' }] }", "never stands in the file"),
    ("{ callbacks: [{ url: 'https://b.org', secret: [] }] }", "0 secrets"),
    (
      "{ callbacks: [{ url: 'https://b.org', secret: { env: 'A' }, events: ['canary'] }] }",
      "the events are request.accepted"
    ),
    (
      "{ callbacks: [{ url: 'https://b.org', secret: { env: 'A' } }, "
        + "{ url: 'https://b.org', secret: { env: 'B' } }] }", "twice"
    ),
    ("{ mail: { server: 'canary', from: 'a@b', to: ['a@b'] } }", "smtps://host:465"),
    ("{ mail: { server: 'smtp://b.org/canary', from: 'a@b', to: ['a@b'] } }", "smtps://host:465"),
    ("{ mail: { server: 'smtp://b.org', from: 'a@b', to: [] } }", "name each recipient once"),
    (
      "{ mail: { server: 'smtp://b.org', from: 'a@b', to: ['x@y\\r\\nBcc: canary@z'] } }",
      "no plain e-mail address"
    ),
    (
      "{ mail: { server: 'smtp://b.org', from: '<canary@b>', to: ['x@y'] } }",
      "no plain e-mail address"
    ),
    (
      "{ mail: { server: 'smtp://b.org', user: 'canary', from: 'a@b', to: ['x@y'] } }",
      "give both or neither"
    ),
    (
      "{ mail: { server: 'smtp://b.org', plaintext: true, from: 'a@b', to: ['x@y'] } }",
      "localhost"
    ),
  ])
  func `says what is wrong and what to write, never the value`(text: String, remedy: String) throws
  {
    let error = try #require(throws: HouseError.self) { try load(text) }
    #expect(error.problem.contains("purgehub.json5, line 2: \"notices\""), "\(error.problem)")
    #expect(error.problem.contains(remedy), "\(error.problem)")
    #expect(!error.problem.contains("canary"))
  }
}
