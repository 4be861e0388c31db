import Documents
import HTTPTypes
import Synchronization

@testable import Sandbox

/// A sandbox vendor with a mood: it may be told to answer otherwise, or to hold its answer back.
final class MoodyVendor: SandboxVendor {
  /// What it does with a request instead of answering it as usual; nil for as usual.
  typealias Mood = @Sendable (HTTPRequest) async -> HTTPResponse?

  /// The credential it takes now.
  let credential = Mutex("sandbox")
  private let kind: String
  private let usual: Mutex<any SandboxVendor>
  private let mood = Mutex<Mood?>(nil)
  private let seen = Mutex<[HTTPRequest]>([])

  /// A vendor of one of the sandbox's kinds that knows people.
  init(_ kind: String, people: [String]) {
    self.kind = kind
    usual = Mutex(Self.vendor(kind, people))
  }

  private static func vendor(_ kind: String, _ people: [String]) -> any SandboxVendor {
    switch kind {
    case "lookup": LookUpVendor(people: people)
    case "jobs": JobVendor(people: people, troubleEvery: 0, questionsUntilDone: 0)
    default: BatchVendor(people: people)
    }
  }

  var ledger: Ledger { usual.withLock { $0 }.ledger }
  var token: String { credential.withLock { $0 } }
  /// Requests with a good credential, checks included.
  var requests: [HTTPRequest] { seen.withLock { $0 } }
  /// Requests that were no check.
  var calls: [HTTPRequest] { requests.filter { $0.url != "/me" } }

  func answer(_ request: HTTPRequest, number: Int) async -> HTTPResponse {
    seen.withLock { $0.append(request) }
    if let other = await mood.withLock({ $0 })?(request) { return other }
    return await usual.withLock { $0 }.answer(request, number: number)
  }

  /// Answers as usual, for a mood that wants to do something afterwards.
  func usually(_ request: HTTPRequest) async -> HTTPResponse {
    await usual.withLock { $0 }.answer(request, number: 0)
  }

  /// Forgets everything and knows these people, in the same mood.
  func beginAnew(knowing people: [String]) {
    usual.withLock { $0 = Self.vendor(kind, people) }
    seen.withLock { $0 = [] }
  }

  /// Takes another mood; nil for as usual.
  func be(_ mood: Mood?) { self.mood.withLock { $0 = mood } }
}

extension HTTPRequest {
  var isCheck: Bool { url == "/me" }
}

extension HTTPRequest {
  /// The body as text.
  var text: String { String(decoding: body, as: UTF8.self) }
}
