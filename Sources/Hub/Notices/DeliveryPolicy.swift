import Connectors
import HTTPTypes
import PurgeCore
import Store

/// What the other side made of a notice.
enum Reply: Sendable, Hashable {
  /// It took it.
  case taken(status: Int?)
  /// It may take it later, not before so long where it says.
  case later(Code, status: Int?, wait: Span?)
  /// It never will.
  case never(Code, status: Int?)
}

/// When a notice is tried again, and when it is given up.
struct DeliveryPolicy: Sendable {
  /// How long a notice is tried.
  static let patience = Span.days(3)
  /// The longest wait between two tries.
  static let longestWait = Span.hours(1)
  /// The longest wait that the other side may ask for.
  static let longestHint = Span.hours(24)

  /// When a delivery may be tried; one that waits for longer than anybody asks for waits because the
  /// clock was set back, and is due.
  static func due(_ delivery: NoticeDelivery, at now: Instant) -> Instant {
    delivery.due - now > longestHint ? now : delivery.due
  }

  /// What follows from a reply; `chance` in 0...1 spreads the tries.
  static func outcome(
    of reply: Reply, to delivery: NoticeDelivery, at now: Instant, chance: Double
  ) -> DeliveryOutcome {
    switch reply {
    case .taken(let status): return .delivered(status: status)
    case .never(let code, let status): return .failed(code, status: status)
    case .later(let code, let status, let hint):
      guard now - delivery.since < patience else {
        return .failed(.noticeGivenUp, status: status)
      }
      let wait = max(
        backoff(after: delivery.attempts, chance), min(hint ?? .seconds(0), longestHint))
      return .again(at: now + wait, code, status: status)
    }
  }

  /// 5 s doubled with each try, at most an hour, of which half is left to chance.
  static func backoff(after attempts: Int, _ chance: Double) -> Span {
    let whole = min(5_000 << Int64(min(attempts, 20)), longestWait.milliseconds)
    return .milliseconds(Int64(Double(whole) * (0.5 + chance / 2)))
  }

  /// How long a destination is left alone after failures in a row, whatever else waits for it.
  static func pause(after failures: Int) -> Span {
    guard failures >= 3 else { return .seconds(0) }
    return min(.seconds(30 << Int64(min(failures - 3, 10))), .minutes(15))
  }
}

extension Reply {
  /// What an HTTP answer says: only 410 is for good, as Standard Webhooks has it; a wrong address or
  /// key may be mended.
  init(_ result: Result<HTTPResponse, HTTPFailure>, at now: Instant) {
    switch result {
    case .success(let response) where (200..<300).contains(response.status):
      self = .taken(status: response.status)
    case .success(let response) where response.status == 410:
      self = .never(.noticeRefused, status: 410)
    case .success(let response):
      let hint = response.fields["Retry-After"].flatMap { Self.wait($0, at: now) }
      self = .later(.noticeNotTaken, status: response.status, wait: hint)
    case .failure(let failure): self = .later(Code(failure), status: nil, wait: nil)
    }
  }

  private static func wait(_ text: String, at now: Instant) -> Span? {
    if let seconds = Int64(text), seconds >= 0 { return .seconds(min(seconds, 1 << 32)) }
    return Instant(httpDate: text).map { $0 - now }
  }
}

extension Code {
  fileprivate init(_ failure: HTTPFailure) {
    self =
      switch failure.kind {
      case .tls: .noticeTLS
      case .addressRefused: .noticeAddressRefused
      default: .noticeUnreachable
      }
  }
}
