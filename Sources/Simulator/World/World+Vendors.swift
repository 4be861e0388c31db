import HTTPTypes
import PurgeCore

// The way to the vendors and back.
extension World {
  func weather(at connector: Int) -> [Weather] {
    weather[connector].filter { $0.until > elapsed }.map(\.weather)
  }

  func depart(_ request: HTTPRequest, to connector: Int, for purpose: Trip.Purpose) {
    trips += 1
    var request = request
    if flaw == .operationIDChanges, request.fields["Idempotency-Key"] != nil {
      request.fields["Idempotency-Key"] = "\(dice.next())"
    }
    if case .call(let key) = purpose { watch.departs(key, request) }
    let trip = Trip(
      number: trips, connector: connector, purpose: purpose, request: request, life: life)
    let weather = weather(at: connector)
    let delay = dice.within(weather.contains(.slowness) ? 2_000...25_000 : 5...150)
    if let failure = Self.failureOnTheWay(weather) {
      return add(trip, .failure(HTTPFailure(failure, detail: "")), after: min(delay, 5_000))
    }
    agenda.add(.arrive(trip), at: elapsed + delay)
  }

  private static func failureOnTheWay(_ weather: [Weather]) -> HTTPFailure.Kind? {
    if weather.contains(.refusedConnections) { return .connect }
    if weather.contains(.failedNames) { return .dns }
    if weather.contains(.brokenHandshakes) { return .tls }
    return weather.contains(.resetsBeforeActing) ? .uncertain : nil
  }

  private func add(
    _ trip: Trip, _ result: Result<HTTPResponse, HTTPFailure>, after delay: Int64
  ) {
    agenda.add(.answer(trip, result), at: elapsed + delay, life: trip.life)
  }

  /// The vendor acts, whether or not anybody hears of it.
  func arrive(_ trip: Trip) {
    let weather = weather(at: trip.connector)
    let delay = dice.within(3...200)
    if let refusal = refusal(weather) { return add(trip, .success(refusal), after: delay) }
    var response = vendors[trip.connector].answer(
      trip.request, weather, at: elapsed, &dice)
    if weather.contains(.resetsAfterActing) {
      return add(trip, .failure(HTTPFailure(.uncertain, detail: "")), after: delay)
    }
    if weather.contains(.timeoutsAfterActing) {
      return add(trip, .failure(HTTPFailure(.timeout, detail: "")), after: 30_000)
    }
    if weather.contains(.hugeBodies) {
      return add(trip, .failure(HTTPFailure(.responseTooLarge, detail: "")), after: delay)
    }
    if weather.contains(.garbledBodies), !response.body.isEmpty {
      response.body = Array("<html>\u{0}{\"".utf8)
    }
    add(trip, .success(response), after: delay)
  }

  /// Answers that say nothing about anybody.
  private func refusal(_ weather: [Weather]) -> HTTPResponse? {
    if weather.contains(.serverErrors) { return HTTPResponse(dice.once(in: 2) ? 503 : 500) }
    if weather.contains(.flapping), dice.once(in: 2) { return HTTPResponse(502) }
    if weather.contains(.redirects) {
      return HTTPResponse(302, fields: ["Location": "http://169.254.169.254/"])
    }
    guard let hint = throttleHint(weather) else { return nil }
    return HTTPResponse(429, fields: hint)
  }

  private func throttleHint(_ weather: [Weather]) -> HTTPFields? {
    // Not every request is throttled, so that windows open and close.
    if dice.once(in: 4) { return nil }
    if weather.contains(.throttledWithoutHint) { return [:] }
    if weather.contains(.throttledWithSeconds) { return ["Retry-After": "\(1 + dice.below(900))"] }
    if weather.contains(.throttledWithDate) {
      return ["Retry-After": Self.httpDate(now + .seconds(Int64(dice.below(900))))]
    }
    if weather.contains(.throttledWithEpoch) {
      let reset = (now.milliseconds / 1_000) + Int64(dice.below(600)) - 60
      return ["X-RateLimit-Reset": "\(reset)"]
    }
    if weather.contains(.throttledWithNegative) { return ["Retry-After": "-\(dice.below(900))"] }
    if weather.contains(.throttledWithNonsense) {
      return ["Retry-After": dice.pick(["soon", "", "1e999", "NaN", "99 Feb 2026", "0x10"])]
    }
    return weather.contains(.throttledForYears) ? ["Retry-After": "999999999999"] : nil
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`, without the day's name, which nobody reads.
  private static func httpDate(_ instant: Instant) -> String {
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let text = Array(instant.rfc3339.utf8)
    func part(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
    let month = months[(Int(part(5..<7)) ?? 1) - 1]
    return "Sun, \(part(8..<10)) \(month) \(part(0..<4)) \(part(11..<19)) GMT"
  }

  func answer(_ trip: Trip, _ result: Result<HTTPResponse, HTTPFailure>) {
    guard case .call(let key) = trip.purpose else {
      watch.tokenAnswered(trip.connector)
      return hear(.tokenAnswered(store.names[trip.connector], result))
    }
    switch flaw {
    case .lostAnswer where dice.once(in: 12): return
    case .answersSwapped: return swap(trip, key, result)
    case .illnessDisguised: return hear(trip, key, result, as: Self.nonsense(result))
    case .patienceIgnored: return hear(trip, key, result, as: Self.withoutHints(result))
    default: hear(trip, key, result, as: result)
    }
    if flaw == .answerTwice, isUp { hear(.answered(key, result)) }
  }

  /// What the vendor said, and what the engine is told of it.
  private func hear(
    _ trip: Trip, _ key: CallKey, _ said: Result<HTTPResponse, HTTPFailure>,
    as told: Result<HTTPResponse, HTTPFailure>
  ) {
    fingerprint.add((try? said.get().status) ?? 0)
    watch.answered(trip, key, said, self)
    hear(.answered(key, told))
  }

  private func swap(
    _ trip: Trip, _ key: CallKey, _ result: Result<HTTPResponse, HTTPFailure>
  ) {
    guard let (other, earlier) = heldAnswer, other.connector == trip.connector,
      case .call(let otherKey) = other.purpose
    else {
      if heldAnswer == nil { return heldAnswer = (trip, result) }
      return hear(trip, key, result, as: result)
    }
    heldAnswer = nil
    hear(other, otherKey, earlier, as: result)
    if isUp { hear(trip, key, result, as: earlier) }
  }

  /// An answer that shows a vendor well, in place of a failure.
  private static func nonsense(
    _ result: Result<HTTPResponse, HTTPFailure>
  ) -> Result<HTTPResponse, HTTPFailure> {
    if case .success(let response) = result, response.status < 500 { return result }
    return .success(HTTPResponse(302))
  }

  private static func withoutHints(
    _ result: Result<HTTPResponse, HTTPFailure>
  ) -> Result<HTTPResponse, HTTPFailure> {
    result.map { response in
      var response = response
      response.fields["Retry-After"] = nil
      response.fields["X-RateLimit-Reset"] = nil
      return response
    }
  }
}
