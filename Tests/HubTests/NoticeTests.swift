import Connectors
import Crypto
import Documents
import Foundation
import HTTPTypes
import PurgeCore
import Store
import Testing

@testable import Hub

@Suite struct `A callback` {
  /// The published example of Standard Webhooks.
  @Test func `is signed as Standard Webhooks says`() throws {
    let key = try #require(SignedCallback.key(in: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    let callback = SignedCallback(
      url: "https://example.org", name: "msg_p5jXN8AQM9LWM0D4loKWxJek",
      payload: #"{"test": 2432232314}"#, keys: [key])
    let request = try callback.request(at: Instant(milliseconds: 1_614_265_330_999))
    #expect(request.fields["webhook-id"] == "msg_p5jXN8AQM9LWM0D4loKWxJek")
    #expect(request.fields["webhook-timestamp"] == "1614265330")
    #expect(
      request.fields["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
  }

  @Test func `has two signatures while a secret is replaced`() throws {
    let keys = [[UInt8](repeating: 1, count: 24), [UInt8](repeating: 2, count: 24)]
    let callback = SignedCallback(url: "https://x", name: "m", payload: "{}", keys: keys)
    let field = try callback.request(at: Instant(milliseconds: 0)).fields["webhook-signature"]
    let parts = try #require(field).split(separator: " ")
    #expect(parts.count == 2)
    #expect(Set(parts).count == 2)
    #expect(parts.allSatisfy { $0.hasPrefix("v1,") })
  }

  @Test(arguments: ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_AAAA", "whsec_%"])
  func `has no key in what is no secret`(text: String) {
    #expect(SignedCallback.key(in: text) == nil)
  }
}

@Suite struct `A try to deliver` {
  private let noon = Instant(milliseconds: 1_700_000_000_000)

  private func delivery(_ attempts: Int) -> NoticeDelivery {
    NoticeDelivery.example(attempts: attempts, since: noon)
  }

  private func outcome(_ reply: Reply, attempts: Int = 0, after span: Span = .seconds(0))
    -> DeliveryOutcome
  {
    DeliveryPolicy.outcome(of: reply, to: delivery(attempts), at: noon + span, chance: 1)
  }

  @Test(arguments: [(200, true), (204, true), (301, false), (400, false), (500, false)])
  func `is taken by 2xx only`(status: Int, isTaken: Bool) {
    let reply = Reply(.success(HTTPResponse(status)), at: noon)
    #expect((outcome(reply) == .delivered(status: status)) == isTaken)
  }

  @Test func `is the last when the other side is gone for good`() {
    let reply = Reply(.success(HTTPResponse(410)), at: noon)
    #expect(outcome(reply) == .failed(.noticeRefused, status: 410))
  }

  @Test(arguments: [(0, 5), (1, 10), (2, 20), (9, 2_560), (10, 3_600), (63, 3_600)])
  func `is repeated later and later, at least each hour`(attempts: Int, seconds: Int64) {
    #expect(DeliveryPolicy.backoff(after: attempts, 1) == .seconds(seconds))
    #expect(DeliveryPolicy.backoff(after: attempts, 0) == .milliseconds(seconds * 500))
  }

  @Test(arguments: [
    ("600", 600 as Int64), ("Tue, 14 Nov 2023 22:23:20 GMT", 600), ("9999999", 86_400),
    ("1", 5), ("soon", 5), ("-3", 5),
  ])
  func `is repeated when the other side says, within a day`(hint: String, seconds: Int64) {
    let reply = Reply(.success(HTTPResponse(429, fields: ["Retry-After": hint])), at: noon)
    #expect(
      outcome(reply) == .again(at: noon + .seconds(seconds), .noticeNotTaken, status: 429))
  }

  @Test func `is the last after three days`() {
    let reply = Reply.later(.noticeUnreachable, status: nil, wait: nil)
    guard case .again = outcome(reply, after: .hours(71)) else {
      Issue.record("given up too early")
      return
    }
    #expect(outcome(reply, after: .hours(72)) == .failed(.noticeGivenUp, status: nil))
  }

  @Test func `is due when only a clock that was set back keeps it waiting`() {
    let delivery = delivery(3)
    #expect(DeliveryPolicy.due(delivery, at: noon + .hours(-24)) == noon)
    #expect(DeliveryPolicy.due(delivery, at: noon + .hours(-25)) == noon + .hours(-25))
  }

  @Test(arguments: [(2, 0), (3, 30), (4, 60), (8, 900), (99, 900)])
  func `is left for a while after failures in a row`(failures: Int, seconds: Int64) {
    #expect(DeliveryPolicy.pause(after: failures) == .seconds(seconds))
  }
}

@Suite struct `A notice to a program` {
  private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

  /// A house that tells a listener, and the visitor who purges in it.
  private func telling(
    _ listener: Listener, at place: Place? = nil, secret: String? = secret, selfHosted: Bool = true,
    _ stay: (Visitor) async throws -> Void
  ) async throws {
    let place = try place ?? Place()
    let file = try place.write(secret ?? "", to: "secret")
    try await visit(
      place,
      changing: { settings in
        settings.notices.callbacks = [
          .init(
            url: listener.url, secrets: [.file(file)], kinds: Set(NoticeKind.allCases),
            selfHosted: selfHosted)
        ]
      }, stay)
  }

  @Test func `ALM-19 OS-13 tells that a request was accepted and that it ended, once each`()
    async throws
  {
    let (listener, place) = (try Listener(), try Place())
    var id = ""
    try await telling(listener, at: place) { visitor in
      id = try await visitor.purge(.people(3)).id
      await listener.has(2)
    }
    try await telling(listener, at: place) { _ in }
    #expect(listener.bodies("request.accepted").count == 1)
    let ends = listener.bodies("request.completed")
    #expect(ends.map { $0["data"]?["request"]?.string } == [id])
    #expect(ends.first?["data"]?["connectors"]?[0]?["erased"] == 3)
  }

  @Test func `is signed with the secret of the file`() async throws {
    let listener = try Listener()
    try await telling(listener) { visitor in
      _ = try await visitor.purge(.people(1))
      await listener.has(2)
    }
    let key = try #require(SignedCallback.key(in: Self.secret))
    for request in listener.received {
      let parts = [request.fields["webhook-id"], request.fields["webhook-timestamp"]]
        .map { $0 ?? "" }
      let signed = Array(parts.joined(separator: ".").utf8) + [46] + request.body
      let code = try MessageCode.hmacSHA256(of: signed, key: key).base64
      #expect(request.fields["webhook-signature"] == "v1," + code)
    }
    #expect(Set(listener.received.map { $0.fields["webhook-id"] }).count == 2)
  }

  @Test func `ALM-48 names nobody`() async throws {
    let listener = try Listener()
    try await telling(listener) { visitor in
      _ = try await visitor.purge(.people("email", ["canary@example.org"]))
      await listener.has(2)
    }
    let text = listener.received.map { String(decoding: $0.body, as: UTF8.self) + $0.url }.joined()
    #expect(!text.contains("canary"))
  }

  @Test func `has the same name and text when it is tried again`() async throws {
    let place = try Place()
    let busy = try Listener { $0 == 0 ? HTTPResponse(503) : HTTPResponse(200) }
    try await telling(busy, at: place) { visitor in
      _ = try await visitor.purge(.people(1))
      await busy.has(3)
    }
    let names = busy.received.map { $0.fields["webhook-id"] ?? "" }
    let first = busy.received.filter { $0.fields["webhook-id"] == names[0] }
    #expect(first.count == 2)
    #expect(Set(first.map(\.body)).count == 1)
  }

  @Test func `that nobody takes touches no purge, and waits for the next hub`() async throws {
    let (place, deaf) = (try Place(), try Listener { _ in HTTPResponse(500) })
    try await telling(deaf, at: place) { visitor in
      let id = try await visitor.purge(.people(2)).id
      let request = try await visitor.request(id) { $0.state == "completed" }
      #expect(request.state == "completed")
      await deaf.has(2)
      let page = try await visitor.get("/v1/notices").json
      let deliveries = page["notices"]?.array?.compactMap { $0["deliveries"]?[0] } ?? []
      #expect(deliveries.count >= 2)
      #expect(deliveries.allSatisfy { $0["state"] == "waiting" })
    }
  }

  @Test func `that hangs delays no purge and no stop`() async throws {
    let place = try Place()
    let silent = try Listener.silent()
    var start = ContinuousClock.now
    try await telling(silent, at: place) { visitor in
      let id = try await visitor.purge(.people(2)).id
      #expect(try await visitor.request(id) { $0.state == "completed" }.state == "completed")
      await silent.has(1)
      start = .now
    }
    #expect(start.duration(to: .now) < .seconds(15))
    // The try counts, so that the next hub does not wait for it at once.
    try await visit(place) { visitor in
      let notices = try await visitor.get("/v1/notices").json["notices"]?.array ?? []
      let attempts = notices.compactMap { $0["deliveries"]?[0]?["attempts"]?.integer }
      #expect(attempts.max() == 1)
    }
  }

  @Test func `that hangs at every destination lets a purge end in its own time`() async throws {
    let (place, mail) = (try Place(), try MailServer())
    let silent = try Listener.silent()
    let secret = try place.write(Self.secret, to: "secret")
    var people = NoticeSettings.Mail(
      server: "smtp://127.0.0.1:\(mail.port)", from: "hub@example.org", to: ["silent@example.org"],
      kinds: Set(NoticeKind.allCases))
    (people.selfHosted, people.plaintext) = (true, true)
    let change: (inout Settings) -> Void = { [people] settings in
      settings.notices.mail = people
      settings.notices.callbacks = [
        .init(
          url: silent.url, secrets: [.file(secret)], kinds: Set(NoticeKind.allCases),
          selfHosted: true)
      ]
    }
    var start = ContinuousClock.now
    try await visit(place, changing: change) { visitor in
      let id = try await visitor.purge(.people(2)).id
      await silent.has(1)
      _ = try await mail.next("silent")
      #expect(try await visitor.request(id) { $0.state == "completed" }.state == "completed")
      start = .now
    }
    #expect(start.duration(to: .now) < .seconds(15))
    #expect(silent.received.count == 1)
  }

  @Test func `that is refused for good is listed, and tried again when a person says so`()
    async throws
  {
    let listener = try Listener { $0 < 2 ? HTTPResponse(410) : HTTPResponse(200) }
    try await telling(listener) { visitor in
      _ = try await visitor.purge(.people(1))
      await listener.has(2)
      var failed: [JSON] = []
      while failed.count < 2 {
        failed = try await visitor.get("/v1/notices?failed=true").json["notices"]?.array ?? []
        await Task.yield()
      }
      #expect(failed.first?["deliveries"]?[0]?["code"] == 8002)
      #expect(failed.first?["deliveries"]?[0]?["to"] == "callback 127.0.0.1")
      let answer = try await visitor.post("/v1/notices/retry")
      #expect(answer.json["retried"] == 2)
      await listener.has(4)
      #expect(try await visitor.get("/v1/notices?failed=true").json["notices"] == [])
    }
  }

  @Test func `is not posted to a private address unless it is said to be ours`() async throws {
    let listener = try Listener()
    try await telling(listener, selfHosted: false) { visitor in
      _ = try await visitor.purge(.people(1))
      #expect(try await code(of: "request.accepted", to: visitor) != nil)
    }
    #expect(listener.received.isEmpty)
  }

  @Test func `waits for a secret that is not there`() async throws {
    let listener = try Listener()
    try await telling(listener, secret: nil) { visitor in
      _ = try await visitor.purge(.people(1))
      #expect(try await code(of: "request.accepted", to: visitor) == 8004)
    }
    #expect(listener.received.isEmpty)
  }

  /// The code of the first try of a kind's delivery.
  private func code(of kind: String, to visitor: Visitor) async throws -> Int? {
    while true {
      let notices = try await visitor.get("/v1/notices").json["notices"]?.array ?? []
      let notice = notices.first { $0["kind"]?.string == kind }
      if let code = notice?["deliveries"]?[0]?["code"]?.integer { return code }
      await Task.yield()
    }
  }

  @Test func `that is a test goes to everybody, whatever they want`() async throws {
    let (place, listener) = (try Place(), try Listener())
    let secret = try place.write(Self.secret, to: "secret")
    try await visit(
      place,
      changing: {
        $0.notices.callbacks = [
          .init(url: listener.url, secrets: [.file(secret)], kinds: [], selfHosted: true)
        ]
      }
    ) { visitor in
      let answer = try await visitor.post("/v1/notices/test")
      #expect(answer.status == 202)
      #expect(answer.json["told"] == 1)
      await listener.has(1)
    }
    #expect(listener.bodies("hub.test").count == 1)
    try await visit { visitor in
      let answer = try await visitor.post("/v1/notices/test")
      #expect(answer.code == 1054)
    }
  }

  @Test func `that there is not cannot be tried again`() async throws {
    try await visit { visitor in
      let unknown = try await visitor.post("/v1/notices/retry", ["notice": 9])
      #expect(unknown.code == 1050)
      let nonsense = try await visitor.post("/v1/notices/retry", ["notice": "x"])
      #expect(nonsense.code == 1009)
    }
  }

  @Test func `ALM-53 L7 tells of a deadline's marks as they pass`() async throws {
    let (place, listener) = (try Place(), try Listener())
    let secret = try place.write(Self.secret, to: "secret")
    let marks: Set<NoticeKind> = [.deadline50, .deadline75, .deadline90, .deadline100]
    try await visit(
      place,
      changing: {
        $0.deadline = .seconds(2)
        $0.notices.callbacks = [
          .init(url: listener.url, secrets: [.file(secret)], kinds: marks, selfHosted: true)
        ]
      }
    ) { visitor in
      try await visitor.house.install("slow", ScriptedBehaviour(traits: .init()), as: .off)
      _ = try await visitor.purge(.people(1))
      await listener.has(4)
    }
    let told = listener.received.compactMap { try? JSON(reading: $0.body) }
      .compactMap { $0["data"]?["percentOfTime"]?.integer }
    #expect(told == [50, 75, 90, 100])
  }

  @Test func `L7 tells of the deadlines that passed while no hub ran`() async throws {
    let (place, listener) = (try Place(), try Listener { _ in HTTPResponse(200) })
    try await telling(listener, at: place) { visitor in
      _ = try await visitor.purge(.people("phone", ["+4915112345678"]))
      try await visitor.house.install("slow", ScriptedBehaviour(traits: .init()), as: .off)
      _ = try await visitor.purge(.people(1))
    }
    try place.shiftDeadlines()
    try await telling(listener, at: place) { _ in await listener.has(8) }
    let marks = listener.received.compactMap { try? JSON(reading: $0.body) }
      .compactMap { $0["data"]?["percentOfTime"]?.integer }
    #expect(marks == [50, 75, 90, 100])
  }
}

extension ConnectorState {
  fileprivate static let off = ConnectorState.disabled(
    .administrator(note: "tests"), since: Instant(milliseconds: 0))
}
