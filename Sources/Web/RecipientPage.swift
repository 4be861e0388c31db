import Documents
import HTTPTypes
import Hub
import PurgeCore
import Store

extension API {
  func listRecipients(_ text: String) async throws(Refusal) -> HTTPResponse {
    let record = try await house.request(try House.id(reading: text))
    let recipients = try await house.recipients(of: record)
    return HTTPResponse(
      200,
      json: [
        "request": .string(record.id.description), "isFinal": .bool(record.state.isFinal),
        "people": JSON(record.total), "acceptedAt": .string(record.accepted.rfc3339),
        "endedAt": record.ended.map { .string($0.rfc3339) } ?? .null,
        "recipients": .array(recipients.map { RecipientLine(recipient: $0).json }),
      ])
  }
}

/// One recipient in words that the person understands: no states, no codes, no connectors.
struct RecipientLine {
  let recipient: Recipient

  var json: JSON {
    [
      "name": .string(recipient.name), "outcome": .string(outcome),
      "lastAskedAt": recipient.lastTried.map { .string($0.rfc3339) } ?? .null,
      "sentence": .string(sentence),
    ]
  }

  private var task: ConnectorTask { recipient.task }
  private var tally: Tally { task.tally }

  /// One word for programs; `several` when the people of one request fared differently.
  private var outcome: String {
    if task.state == .cancelled { return "notTold" }
    let words = parts.map(\.word)
    return words.count == 1 ? words[0] : "several"
  }

  private var sentence: String {
    if task.state == .cancelled { return "was not told: the request was withdrawn in time" }
    let text = parts.map(\.words).joined(separator: "; ")
    guard isAsked, let lastTried = recipient.lastTried else { return text }
    return "\(text) (last asked on \(lastTried.day))"
  }

  private var isAsked: Bool { tally.settled - tally.waived - tally.notApplicable > 0 }

  private struct Part {
    var count: Int
    var word: String
    var words: String
  }

  private var parts: [Part] {
    let isOne = task.total == 1
    let table: [(Int, String, String)] = [
      (
        tally.erased, "erased",
        task.isByHand ? "erased the data by hand, as its owner told us" : "erased the data"
      ),
      (tally.verifiedAbsent, "verified", "erased the data, and a look-up afterwards found none"),
      (tally.absent, "nothingHeld", "answered that it holds no data"),
      (tally.accepted, "accepted", "took the order to erase, and does not confirm when it is done"),
      (
        tally.notApplicable, "notAsked",
        "was not asked, since it knows nobody by what we were given"
      ),
      (tally.waived, "exempt", "is exempt by a documented decision; ask us for the reason"),
      (tally.pending, "working", "has the order to erase and is at work on it"),
      (
        task.needingAttention, "unsettled",
        task.isByHand
          ? "has not erased the data yet; its owner does so by hand"
          : "has not erased the data yet; we are looking into it"
      ),
      (rest, "open", "has not answered yet; the order to erase stands"),
    ]
    return table.filter { $0.0 > 0 }.map { count, word, words in
      let whom = isOne ? words : "\(count) of \(task.total) people: \(words)"
      return Part(count: count, word: word, words: whom)
    }
  }

  private var rest: Int {
    task.state.isClosed ? 0 : max(0, task.open - task.needingAttention - tally.pending)
  }
}
