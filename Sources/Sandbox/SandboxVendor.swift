import Documents
public import HTTPTypes

/// A vendor of ours that behaves like a kind of real one, for the demo, for tests and for trying out
/// a connector by hand.
public protocol SandboxVendor: Sendable {
  /// What the vendor knows and did.
  var ledger: Ledger { get }
  /// The credential it takes: `Authorization: Bearer ...`.
  var token: String { get }
  /// Answers a request whose credential was right; `number` counts requests from 1.
  func answer(_ request: HTTPRequest, number: Int) async -> HTTPResponse
}

extension SandboxVendor {
  /// Answers any request: counts it and looks at the credential first.
  public func respond(to request: HTTPRequest) async -> HTTPResponse {
    let number = ledger.countRequest()
    guard request.fields["Authorization"] == "Bearer \(token)" else {
      return .json(401, ["error": "the credential is not known here"])
    }
    return await answer(request, number: number)
  }
}

/// Deletes lists of people at once and says of each whether it was there.
public struct BatchVendor: SandboxVendor {
  /// Its books.
  public let ledger: Ledger
  /// Its credential.
  public let token: String

  /// A vendor that knows these people.
  public init(people: some Sequence<String>, token: String = "sandbox") {
    ledger = Ledger(people: people)
    self.token = token
  }

  /// `POST /people/delete {"emails": [...]}` or `GET /me`.
  public func answer(_ request: HTTPRequest, number: Int) async -> HTTPResponse {
    switch (request.method, request.url) {
    case (.get, "/me"): return .json(200, ["account": "sandbox batch"])
    case (.post, "/people/delete"):
      guard let emails = request.json?["emails"]?.array?.map({ $0.string ?? "" }),
        (1...50).contains(emails.count)
      else { return .json(400, ["error": "send one to fifty emails"]) }
      let results = emails.map { email in
        JSON.object([
          .init("email", .string(email)),
          .init("result", ledger.erase(email) ? "deleted" : "unknown"),
        ])
      }
      return .json(200, ["results": .array(results)])
    default: return .json(404, ["error": "no such address"])
    }
  }
}

/// Knows people by numbers of its own: they are looked up, then deleted one by one.
public struct LookUpVendor: SandboxVendor {
  /// Its books.
  public let ledger: Ledger
  /// Its credential.
  public let token: String

  /// A vendor that knows these people.
  public init(people: some Sequence<String>, token: String = "sandbox") {
    ledger = Ledger(people: people)
    self.token = token
  }

  /// `GET /customers?email=...`, `DELETE /customers/{id}` or `GET /me`.
  public func answer(_ request: HTTPRequest, number: Int) async -> HTTPResponse {
    if request.method == .get, request.url == "/me" {
      return .json(200, ["account": "sandbox look-up"])
    }
    if request.method == .get, let email = request.query("email") {
      let customer = JSON.object([
        .init("id", .string(Self.number(of: email))), .init("email", .string(email)),
      ])
      return .json(200, ["data": .array(ledger.knows(email) ? [customer] : [])])
    }
    if request.method == .delete, request.url.hasPrefix("/customers/") {
      let email = Self.email(of: String(request.url.dropFirst("/customers/".count)))
      return ledger.erase(email)
        ? .json(200, ["deleted": true]) : .json(404, ["error": "no such customer"])
    }
    return .json(404, ["error": "no such address"])
  }

  /// The vendor's own number of a person: the address in hexadecimal, so that no table is needed.
  private static func number(of email: String) -> String {
    "cus" + email.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  private static func email(of number: String) -> String {
    let digits = number.dropFirst(3).compactMap(\.hexDigitValue).map(UInt8.init)
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).map {
      digits[$0] << 4 | digits[$0 + 1]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
