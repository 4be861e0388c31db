import Documents
import Foundation
import PurgeCore
import TestSupport
import Testing

@testable import Hub
@testable import Store
@testable import Transport

@Suite struct `An e-mail` {
  private let noon = Instant(milliseconds: 1_700_000_000_000)

  private func text(_ kind: String, connector: String? = nil, _ data: JSON = [:]) -> String {
    let notice = OutboxNotice(
      sequence: 7, kind: kind, request: PurgeRequestID(bits: 5),
      connector: connector.map { ConnectorName($0) }, code: .ambiguous, at: noon)
    return NoticeMail(
      notice: notice, data: data, from: "hub@example.org", to: "ops@example.org",
      destination: "d1"
    ).mail.text
  }

  @Test func `has the head that RFC 5322 asks for`() throws {
    let text = text("request.completed")
    let head = try #require(text.range(of: "\r\n\r\n")).lowerBound
    let lines = text[..<head].components(separatedBy: "\r\n")
    #expect(lines.contains("From: PurgeHub <hub@example.org>"))
    #expect(lines.contains("To: <ops@example.org>"))
    #expect(lines.contains("Date: Tue, 14 Nov 2023 22:13:20 +0000"))
    #expect(lines.contains("Subject: [PurgeHub] \(PurgeRequestID(bits: 5)) is done"))
    #expect(
      lines.contains { $0.hasPrefix("Message-ID: <msg_") && $0.hasSuffix(".d1@example.org>") })
    #expect(lines.count == 9)
  }

  @Test func `has no line that what it tells of could have added`() {
    let text = text("connector.disabled", connector: "crm\r\nBcc: canary@example.org\r\n\r\nhello")
    #expect(text.components(separatedBy: "\r\n").allSatisfy { !$0.hasPrefix("Bcc") })
    #expect(text.utf8.allSatisfy { (32..<127).contains($0) || $0 == 13 || $0 == 10 })
  }

  @Test func `tells what came of each connector`() {
    let data: JSON = [
      "people": 3, "deadline": "2026-12-01T00:00:00Z",
      "connectors": [["connector": "crm", "state": "completed", "people": 3, "erased": 3]],
    ]
    let text = text("request.completed", data)
    #expect(text.contains("  crm: completed (3 erased)\r\n"))
    #expect(text.contains("People: 3"))
  }

  @Test(arguments: NoticeKind.allCases)
  func `says in its subject what happened`(kind: NoticeKind) throws {
    let subject = try #require(
      text(kind.rawValue, connector: "crm").components(separatedBy: "\r\n")
        .first { $0.hasPrefix("Subject: ") })
    #expect(subject.count > 30)
    #expect(!subject.contains(kind.rawValue))
  }

  @Test(arguments: [
    (0 as Int64, "Thu, 01 Jan 1970 00:00:00 +0000"),
    (951_782_400_000, "Tue, 29 Feb 2000 00:00:00 +0000"),
    (1_795_219_200_999, "Sat, 21 Nov 2026 00:00:00 +0000"),
  ])
  func `is dated`(milliseconds: Int64, date: String) {
    #expect(Instant(milliseconds: milliseconds).mailDate == date)
  }
}

@Suite struct `A mail server` {
  private func send(
    to recipient: String, at port: Int, _ change: (inout MailPolicy) -> Void = { _ in }
  ) async throws -> Result<Int, MailFailure> {
    var policy = MailPolicy(server: "smtp://127.0.0.1:\(port)")
    policy.selfHosted = true
    change(&policy)
    let mail = Mail(
      from: "hub@example.org", to: recipient, text: "Subject: x\r\n\r\n.dot\r\n..\r\nend\r\n")
    return try await onThread { [policy] in
      Transport.send(mail, under: policy, until: MailStop())
    }
  }

  @Test func `takes a mail as it was written`() async throws {
    let server = try MailServer()
    let result = try await send(to: "ops@example.org", at: server.port) { $0.plaintext = true }
    #expect(result == .success(250))
    let mail = try await server.next("text")
    #expect(mail["text"] == "Subject: x\r\n\r\n.dot\r\n..\r\nend\r\n")
    #expect(mail["from"] == "hub@example.org")
    #expect(mail["to"] == ["ops@example.org"])
  }

  @Test(arguments: [("nobody@example.org", 550), ("later@example.org", 451)])
  func `says why it does not take one`(recipient: String, status: Int) async throws {
    let server = try MailServer()
    let result = try await send(to: recipient, at: server.port) { $0.plaintext = true }
    #expect(result == .failure(MailFailure(kind: .refused, status: status)))
  }

  @Test func `is told nothing when it offers no TLS`() async throws {
    let server = try MailServer()
    let result = try await send(to: "ops@example.org", at: server.port)
    #expect(throws: MailFailure.self) { try result.get() }
    guard case .failure(let failure) = result else { return }
    #expect(failure.kind == .tls)
  }

  @Test func `is spoken to over STARTTLS, by name and password`() async throws {
    let authority = try TestAuthority()
    let server = try MailServer(
      authority.credential(for: "DNS:localhost,IP:127.0.0.1"), demandsLogin: true)
    let result = try await send(to: "ops@example.org", at: server.port) {
      $0.trustedCertificates = authority.certificate
      ($0.user, $0.password) = ("hub", "letmein")
    }
    #expect(result == .success(250))
    let mail = try await server.next("text")
    #expect(mail["tls"] == true)
    #expect(mail["user"] == true)
  }

  @Test func `that does not take the password is told so`() async throws {
    let authority = try TestAuthority()
    let server = try MailServer(
      authority.credential(for: "DNS:localhost,IP:127.0.0.1"), demandsLogin: true)
    let result = try await send(to: "ops@example.org", at: server.port) {
      $0.trustedCertificates = authority.certificate
      ($0.user, $0.password) = ("hub", "wrong")
    }
    #expect(result == .failure(MailFailure(kind: .login, status: 535)))
  }

  @Test func `that nobody vouches for is told nothing`() async throws {
    let authority = try TestAuthority()
    let server = try MailServer(authority.credential(for: "DNS:localhost,IP:127.0.0.1"))
    guard case .failure(let failure) = try await send(to: "ops@example.org", at: server.port)
    else {
      Issue.record("it was told something")
      return
    }
    #expect(failure.kind == .tls)
  }

  @Test func `that is gone cannot be reached`() async throws {
    let server = try MailServer()
    server.stop()
    var result = try await send(to: "ops@example.org", at: server.port) { $0.plaintext = true }
    while case .success = result {
      result = try await send(to: "ops@example.org", at: server.port) { $0.plaintext = true }
    }
    #expect(result == .failure(MailFailure(kind: .unreachable, status: nil)))
  }

  @Test func `at a private address is not spoken to unless it is ours`() async throws {
    let server = try MailServer()
    let result = try await send(to: "ops@example.org", at: server.port) {
      ($0.plaintext, $0.selfHosted) = (true, false)
    }
    #expect(result == .failure(MailFailure(kind: .addressRefused, status: nil)))
  }
}

@Suite struct `A notice to a person` {
  /// A house that writes to people over a server on loopback, and the visitor who purges in it.
  private func writing(
    to recipients: [String], over port: Int, _ stay: (Visitor) async throws -> Void
  ) async throws {
    var mail = NoticeSettings.Mail(
      server: "smtp://127.0.0.1:\(port)", from: "hub@example.org", to: recipients,
      kinds: [.requestCompleted])
    (mail.selfHosted, mail.plaintext) = (true, true)
    try await visit(nil, changing: { [mail] in $0.notices.mail = mail }, stay)
  }

  private func delivery(
    in visitor: Visitor, until isMet: (JSON) -> Bool
  ) async throws -> JSON {
    while true {
      let notices = try await visitor.get("/v1/notices").json["notices"]?.array ?? []
      let all = notices.flatMap { $0["deliveries"]?.array ?? [] }
      if let one = all.first(where: isMet) { return one }
      await Task.yield()
    }
  }

  @Test func `ALM-19 ALM-48 ALM-52 goes to whom the settings name, and names nobody`() async throws
  {
    let server = try MailServer()
    try await writing(to: ["ops@example.org"], over: server.port) { visitor in
      let id = try await visitor.purge(.people("email", ["canary@example.org"])).id
      let mail = try await server.next("text")
      #expect(mail["to"] == ["ops@example.org"])
      #expect(mail["text"]?.string?.contains("\(id) is done") == true)
      #expect(mail["text"]?.string?.contains("canary") == false)
    }
  }

  @Test func `that is refused is given up, and the others have theirs`() async throws {
    let server = try MailServer()
    try await writing(to: ["nobody@example.org", "ops@example.org"], over: server.port) { visitor in
      _ = try await visitor.purge(.people(1))
      let failed = try await delivery(in: visitor) { $0["state"] == "failed" }
      #expect(failed["to"] == "mail nobody@example.org")
      #expect(failed["status"] == 550)
      #expect(failed["code"] == 8002)
      let taken = try await delivery(in: visitor) { $0["state"] == "delivered" }
      #expect(taken["to"] == "mail ops@example.org")
    }
  }

  @Test func `that is put off is tried again`() async throws {
    let server = try MailServer()
    try await writing(to: ["later@example.org"], over: server.port) { visitor in
      _ = try await visitor.purge(.people(1))
      _ = try await server.next("postponed")
      let mail = try await server.next("text")
      #expect(mail["to"] == ["later@example.org"])
      let taken = try await delivery(in: visitor) { $0["state"] == "delivered" }
      #expect(taken["attempts"] == 2)
    }
  }

  @Test func `whose server says nothing delays no purge and no stop`() async throws {
    let server = try MailServer()
    var start = ContinuousClock.now
    try await writing(to: ["silent@example.org"], over: server.port) { visitor in
      let id = try await visitor.purge(.people(1)).id
      #expect(try await visitor.request(id) { $0.state == "completed" }.state == "completed")
      _ = try await server.next("silent")
      start = .now
    }
    #expect(start.duration(to: .now) < .seconds(15))
  }
}
