import Documents
import PurgeCore
import Store
import Transport

/// A notice as an e-mail in plain ASCII (RFC 5322), made of the same text that programs are sent.
struct NoticeMail {
  let notice: OutboxNotice
  /// The notice's `data`.
  let data: JSON
  let from: String
  let to: String
  /// Tells the messages of one notice to several people apart.
  let destination: String

  var mail: Mail { Mail(from: from, to: to, text: (head + [""] + body + [""]).asMessage) }

  /// The head; every value is made here or was checked when the settings were read.
  private var head: [String] {
    let domain = from.split(separator: "@").last ?? "localhost"
    return [
      "From: PurgeHub <\(from)>", "To: <\(to)>", "Subject: [PurgeHub] \(subject)",
      "Date: \(notice.at.mailDate)", "Message-ID: <\(notice.messageName).\(destination)@\(domain)>",
      "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=us-ascii", "Content-Transfer-Encoding: 7bit",
    ]
  }

  private var body: [String] {
    var lines = [subject + ".", ""]
    if let people = data["people"]?.integer, let deadline = data["deadline"]?.string {
      lines += ["People: \(people)", "To be done by: \(deadline)", ""]
    }
    lines += connectors + places + remedy
    return lines + ["", "-- ", "This message names no purged person and cannot be answered."]
  }

  private var connectors: [String] {
    let tasks = data["connectors"]?.array ?? []
    guard !tasks.isEmpty else { return [] }
    return tasks.map { task in
      let counts = (task.members ?? []).filter {
        !["connector", "state", "people"].contains($0.name)
      }
      .map { "\($0.value.integer ?? 0) \($0.name)" }.joined(separator: ", ")
      return "  \(task["connector"]?.string ?? ""): \(task["state"]?.string ?? "")"
        + (counts.isEmpty ? "" : " (\(counts))")
    } + [""]
  }

  private var places: [String] {
    (data["places"]?.array ?? []).map {
      "  \($0["file"]?.string ?? ""), line \($0["line"]?.integer ?? 0)"
    }
  }

  private var remedy: [String] {
    if notice.kind.hasPrefix("connector."), let name = notice.connector {
      return ["See: purgehub connectors show \(name)"]
    }
    return notice.request.map { ["See: purgehub requests show \($0)"] } ?? []
  }

  private var subject: String {
    let request = notice.request?.description ?? ""
    let connector = notice.connector?.description ?? ""
    let code = notice.code.map { " (code \($0.number))" } ?? ""
    return switch NoticeKind(rawValue: notice.kind) {
    case .requestAccepted: "\(request) was accepted"
    case .requestNeedsAttention: "\(request) needs a person's decision at \(connector)\(code)"
    case .deadline50, .deadline75, .deadline90:
      "\(request) has used \(data["percentOfTime"]?.integer ?? 0) percent of its time"
    case .deadline100: "\(request) is overdue"
    case .requestCompleted: "\(request) is done"
    case .requestCompletedWithExceptions: "\(request) ended with exceptions"
    case .requestCancelled: "\(request) was cancelled"
    case .requestRejected: "\(request) was rejected"
    case .connectorDisabled: "The connector \(connector) is disabled\(code)"
    case .connectorEnabled: "The connector \(connector) sends again"
    case .hubTest: "This is a test, and you can be told"
    case nil: "\(request) \(notice.kind)"
    }
  }
}

extension [String] {
  /// The lines as a message: ASCII only, none too long, each with its end.
  fileprivate var asMessage: String {
    map { line in
      let plain = line.unicodeScalars.map { (32..<127).contains($0.value) ? Character($0) : "?" }
      return String(plain.prefix(900)) + "\r\n"
    }.joined()
  }
}

extension Instant {
  /// The instant as RFC 5322 has it: `Tue, 14 Nov 2023 22:13:20 +0000`.
  var mailDate: String {
    let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let day = Int((milliseconds / 86_400_000) % 7)
    let parts = rfc3339.split { "-T.Z".contains($0) }
    let month = (Int(parts[1]) ?? 1) - 1
    return "\(days[max(0, day)]), \(parts[2]) \(months[month]) \(parts[0]) \(parts[3]) +0000"
  }
}
