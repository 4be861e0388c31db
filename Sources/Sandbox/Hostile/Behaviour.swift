/// A way in which a vendor can be a bad one, and what must hold in spite of it.
public struct Behaviour: Sendable {
  /// The word on the command line.
  public let word: String
  /// The number of the fault it stands for; the tests carry it in their names.
  public let row: Int
  /// What the vendor does, as half a sentence.
  public let vendor: String
  /// What must hold, as a sentence.
  public let mustHold: String
  let stage: Stage

  /// When it behaves so.
  enum Stage: Sendable {
    /// Before anybody can connect; it cannot be mixed with others.
    case port(Port)
    /// Once somebody is connected, before a request is read.
    case connection(@Sendable (RawConnection) -> Void)
    /// Once a request is read that is neither a check nor for a token.
    case request(@Sendable (Visit) -> Void)
    /// Once a request for a token is read; everything else is answered well.
    case token(@Sendable (Visit) -> Void)
  }

  /// What becomes of the port.
  enum Port: Sendable { case closed, blackHole }

  init(
    _ word: String, row: Int, _ vendor: String, mustHold: String, _ stage: Stage
  ) {
    self.word = word
    self.row = row
    self.vendor = vendor
    self.mustHold = mustHold
    self.stage = stage
  }
}

extension Behaviour {
  /// Every behaviour there is, by row.
  public static let all: [Behaviour] =
    [well] + unreachable + broken + flooding + framing + bodies + statuses + credentials + secure

  /// The behaviour of that word; nil when there is none.
  public static func named(_ word: String) -> Behaviour? { all.first { $0.word == word } }

  /// The behaviour of a good vendor.
  public static let well = Behaviour(
    "well", row: 0, "answers as it should", mustHold: "Everybody is erased by one call.",
    .request { $0.answerWell() })

  /// Whether it is about access tokens, and so about a connector that needs one.
  public var isAboutTokens: Bool {
    row == 42
  }

  /// Whether it shows only where tokens are fetched.
  public var isAboutTokenAnswers: Bool {
    if case .token = stage { true } else { false }
  }

  /// Whether it is met only by who speaks TLS.
  public var isAboutTLS: Bool { row == 44 }

  /// Whether it can only be the vendor's one and only behaviour.
  public var isExclusive: Bool {
    if case .port = stage { true } else { false }
  }
}

// What happens before an answer.
extension Behaviour {
  static let unreachable = [
    Behaviour(
      "refuses", row: 28, "refuses the connection",
      mustHold: "It is tried again with growing pauses and never in a hurry.", .port(.closed)),
    Behaviour(
      "resets-at-connect", row: 29, "resets the connection at once",
      mustHold: "It is tried again.", .connection { $0.reset() }),
    Behaviour(
      "resets", row: 29, "reads the request and resets the connection",
      mustHold: "It counts as uncertain and is sent again under the same name.",
      .request { $0.reset() }),
    Behaviour(
      "resets-in-head", row: 29, "resets the connection in the middle of the head",
      mustHold: "Half a head is no answer.",
      .request { visit in
        visit.say("HTTP/1.1 200 OK\r\nContent-Ty")
        visit.reset()
      }),
    Behaviour(
      "resets-in-body", row: 29, "resets the connection in the middle of the body",
      mustHold: "Half a body is no answer.",
      .request { visit in
        visit.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"results\":[")
        visit.reset()
      }),
    Behaviour(
      "vanishes", row: 30, "lets every packet of a connection vanish",
      mustHold: "The time for connecting ends it; other vendors are served meanwhile.",
      .port(.blackHole)),
    Behaviour(
      "stalls", row: 30, "reads the request and says nothing",
      mustHold: "The time for an answer ends it; other vendors are served meanwhile.",
      .request { $0.waitForTheEnd() }),
    Behaviour(
      "hangs-up", row: 36, "reads the request and closes without a word",
      mustHold: "It counts as uncertain and is sent again under the same name.",
      .request { $0.close() }),
    Behaviour(
      "acts-then-stalls", row: 41, "does what was asked and never says so",
      mustHold: "The same is asked again under the same name, until an answer comes.",
      .request { visit in
        visit.actInSilence()
        visit.waitForTheEnd()
      }),
    Behaviour(
      "acts-then-hangs-up", row: 41, "does what was asked and closes without a word",
      mustHold: "The same is asked again under the same name, until an answer comes.",
      .request { visit in
        visit.actInSilence()
        visit.close()
      }),
  ]

  static let broken = [
    Behaviour(
      "trickles", row: 32, "sends its body a byte now and then",
      mustHold: "The time for an answer ends it.", .request { $0.trickle(afterHead: true) }),
    Behaviour(
      "trickles-head", row: 32, "sends its head a byte now and then",
      mustHold: "The time for an answer ends it.", .request { $0.trickle(afterHead: false) }),
  ]

  static let flooding = [
    Behaviour(
      "endless-fields", row: 33, "sends header fields for ever",
      mustHold: "It is cut off at the limit, and counted as too large.",
      .request { visit in
        visit.say("HTTP/1.1 200 OK\r\n")
        visit.flood("X-Filler: 0123456789abcdef\r\n")
      }),
    Behaviour(
      "endless-line", row: 33, "sends one header field that never ends",
      mustHold: "It is cut off at the limit, and counted as too large.",
      .request { visit in
        visit.say("HTTP/1.1 200 OK\r\nX-Filler: ")
        visit.flood(String(repeating: "x", count: 4096))
      }),
    Behaviour(
      "endless-interims", row: 33, "says \"later\" for ever",
      mustHold: "It is cut off at the limit, and counted as too large.",
      .request { $0.flood("HTTP/1.1 102 Processing\r\n\r\n") }),
    Behaviour(
      "endless-chunks", row: 34, "sends chunks for ever",
      mustHold: "It is cut off at the limit, however long it goes on.",
      .request { visit in
        visit.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        visit.flood("10000\r\n" + String(repeating: "x", count: 64 << 10) + "\r\n")
      }),
    Behaviour(
      "announced-flood", row: 34, "announces four gigabytes and sends them",
      mustHold: "It is cut off at the limit.",
      .request { visit in
        visit.say("HTTP/1.1 200 OK\r\nContent-Length: 4294967296\r\n\r\n")
        visit.flood(String(repeating: "x", count: 64 << 10))
      }),
    Behaviour(
      "gzip-bomb", row: 35, "sends a small body that says it is compressed, unasked",
      mustHold: "Nothing is unfolded; it is an answer that cannot be read.",
      .request { visit in
        visit.say(
          "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
            + "Content-Length: \(Visit.bomb.count)\r\n\r\n")
        visit.say(bytes: Visit.bomb)
      }),
  ]
}
