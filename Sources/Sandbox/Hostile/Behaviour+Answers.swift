import Documents

// Answers that are there and are none.
extension Behaviour {
  static let framing = [
    Behaviour(
      "truncates", row: 36, "closes before the announced end of the body",
      mustHold: "Half a body is no answer.",
      .request { visit in
        visit.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        visit.close()
      }),
    Behaviour(
      "truncates-chunks", row: 36, "closes in the middle of a chunk",
      mustHold: "Half a body is no answer.",
      .request { visit in
        visit.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhalf")
        visit.close()
      }),
    Behaviour(
      "longer-than-announced", row: 36, "says 500, and a second answer behind its end says success",
      mustHold: "What stands behind the end is nobody's answer.",
      .request { visit in
        visit.say("HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n{}" + visit.goodAnswer)
      }),
    Behaviour(
      "answers-twice", row: 36, "says 500, and a moment later success, unasked",
      mustHold: "An answer that nobody asked for is never taken for the next one's.",
      .request { visit in
        visit.say("HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n{}")
        visit.wait(milliseconds: 50)
        visit.say(visit.goodAnswer)
      }),
    Behaviour(
      "two-lengths", row: 36, "announces two lengths for one body",
      mustHold: "Nobody knows where it ends: it is no answer.",
      .request { visit in
        let body = visit.goodBody
        visit.say(
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            + body)
        visit.close()
      }),
    Behaviour(
      "garbage", row: 36, "answers in another protocol",
      mustHold: "It is no answer.",
      .request { visit in
        visit.say("SSH-2.0-OpenSSH_9.2\r\n\r\n")
        visit.close()
      }),
    Behaviour(
      "no-head", row: 36, "answers as before HTTP had heads",
      mustHold: "It is no answer.",
      .request { visit in
        visit.say(visit.goodBody)
        visit.close()
      }),
  ]

  static let bodies = [
    Behaviour(
      "html", row: 36, "says 200 with a page for people",
      mustHold: "Nobody counts as erased; a person is asked.",
      .body("<!doctype html><title>Sign in</title>", type: "text/html")),
    Behaviour(
      "bad-utf8", row: 36, "says 200 with bytes that are no text",
      mustHold: "Nobody counts as erased; a person is asked.",
      .request {
        $0.answer(200, body: Array("{\"results\":\"".utf8) + [0xff, 0xfe, 0xc0, 34, 125])
      }
    ),
    Behaviour(
      "broken-json", row: 36, "says 200 with JSON that stops early",
      mustHold: "Nobody counts as erased; a person is asked.",
      .body("{\"results\":[{\"result\":\"deleted\"}")),
    Behaviour(
      "deep-json", row: 36, "says 200 with JSON 10,000 levels deep",
      mustHold: "Nothing overflows, and nobody counts as erased.",
      .body(String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000))),
    Behaviour(
      "empty", row: 36, "says 200 and nothing else",
      mustHold: "Nobody counts as erased; a person is asked.", .body("")),
    Behaviour(
      "another-list", row: 36, "says 200 with a result more than people were sent",
      mustHold: "Nobody knows whose result is whose: nobody counts as erased.",
      .request { $0.answerWith(results: $0.people + ["one-more@example.org"]) { _ in "deleted" } }),
    Behaviour(
      "fails-one", row: 37, "says 200, and of the first person that it failed",
      mustHold: "The others are erased; of the first a person is asked.",
      .request { visit in
        let first = visit.people.first
        visit.answerWith(results: visit.people) { $0 == first ? "failed" : "deleted" }
      }),
    Behaviour(
      "error-in-success", row: 37, "says 200 with nothing but an error in it",
      mustHold: "Nobody counts as erased; a person is asked.",
      .body("{\"error\":\"something broke\",\"deleted\":true}")),
  ]

  static let statuses = [
    throttling("throttles", "without saying for how long", ""),
    throttling("throttles-seconds", "for 30 seconds", "Retry-After: 30\r\n"),
    throttling("throttles-date", "until 2099", "Retry-After: Thu, 01 Jan 2099 00:00:00 GMT\r\n"),
    throttling("throttles-past", "until 2015", "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n"),
    throttling("throttles-negative", "for less than no time", "Retry-After: -5\r\n"),
    throttling("throttles-huge", "for longer than there is time", "Retry-After: 9e99\r\n"),
    throttling("throttles-garbage", "and says \"soon\"", "Retry-After: soon\r\n"),
    Behaviour(
      "fails", row: 39, "answers 500",
      mustHold: "It is tried again with growing pauses, and after ten in a row by one probe.",
      .request { $0.answer(500) }),
    Behaviour(
      "busy", row: 39, "answers 503 and asks for 30 seconds",
      mustHold: "The pause is kept, and uses up nobody's tries.",
      .request { $0.answer(503, fields: "Retry-After: 30\r\n") }),
    Behaviour(
      "flaps", row: 40, "answers every second request with 500",
      mustHold: "After twenty results with ten failures one probe at a time goes out.",
      .request { visit in visit.number.isMultiple(of: 2) ? visit.answerWell() : visit.answer(500) }
    ),
    Behaviour(
      "gone", row: 43, "answers 410, as if the address had moved for ever",
      mustHold: "A missing address says nothing about people: the connector stops.",
      .request { $0.answer(410) }),
    Behaviour(
      "not-found", row: 43, "answers 404, as if there were no such address",
      mustHold: "A missing address says nothing about people: the connector stops.",
      .request { $0.answer(404) }),
    Behaviour(
      "redirects", row: 43, "sends the client to a machine's secrets for now",
      mustHold: "Nothing is asked of the other address; a person is asked.",
      .request { $0.answer(302, fields: "Location: http://169.254.169.254/latest/\r\n") }),
    Behaviour(
      "redirects-for-good", row: 43, "sends the client to a machine's secrets for good",
      mustHold: "Nothing is asked of the other address; a person is asked.",
      .request { $0.answer(301, fields: "Location: http://169.254.169.254/latest/\r\n") }),
    Behaviour(
      "redirects-in-circles", row: 43, "sends the client to where it is",
      mustHold: "It is asked once.",
      .request { $0.answer(307, fields: "Location: /people/delete\r\n") }),
    Behaviour(
      "sets-cookie", row: 43, "hands out a cookie and fails",
      mustHold: "It gets no cookie back.",
      .request { $0.answer(500, fields: "Set-Cookie: id=1; Path=/\r\n") }),
  ]

  private static func throttling(_ word: String, _ how: String, _ field: String) -> Behaviour {
    Behaviour(
      word, row: 38, "answers 429 \(how)",
      mustHold: "The whole connector pauses for a day at most, and nobody's tries are used up.",
      .request { $0.answer(429, fields: field) })
  }
}

// Credentials and TLS.
extension Behaviour {
  static let credentials = [
    Behaviour(
      "unauthorized", row: 42, "answers 401 to every token",
      mustHold: "One new token is tried, then the connector is disabled and everybody is kept.",
      .request { $0.answer(401) }),
    Behaviour(
      "token-expires", row: 42, "answers every second request with 401, as if its token had ended",
      mustHold: "A new token is fetched and the request sent again; nobody's tries are used up.",
      .request { visit in visit.number.isMultiple(of: 2) ? visit.answerWell() : visit.answer(401) }
    ),
    Behaviour(
      "no-tokens", row: 42, "answers 503 where tokens are fetched",
      mustHold: "Nothing else is sent, and nobody's tries are used up.", .token { $0.answer(503) }),
    Behaviour(
      "throttles-tokens", row: 42, "answers 429 where tokens are fetched and asks for an hour",
      mustHold: "The hour is kept, and nobody's tries are used up.",
      .token { $0.answer(429, fields: "Retry-After: 3600\r\n") }),
    Behaviour(
      "refuses-tokens", row: 42, "answers 401 where tokens are fetched",
      mustHold: "The connector is disabled and everybody is kept.", .token { $0.answer(401) }),
    Behaviour(
      "empty-tokens", row: 42, "says 200 where tokens are fetched, and gives none",
      mustHold: "Nothing is sent without a token, and nobody's tries are used up.",
      .token { $0.answer(200, body: Array("{}".utf8)) }),
  ]

  static let secure = [
    Behaviour(
      "stalls-in-handshake", row: 44, "never ends the handshake of TLS",
      mustHold: "The time for connecting ends it, and nothing was sent.",
      .connection { $0.waitForTheEnd() }),
    Behaviour(
      "speaks-no-tls", row: 44, "answers TLS with plain HTTP",
      mustHold: "Nothing is sent in the clear.",
      .connection { connection in
        _ = connection.readSome()
        connection.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
      }),
  ]
}

extension Behaviour.Stage {
  /// Says 200 with a body.
  fileprivate static func body(_ text: String, type: String = "application/json") -> Self {
    .request { $0.answer(200, fields: "Content-Type: \(type)\r\n", body: Array(text.utf8)) }
  }
}
