import Documents
import Foundation
import HTTPTypes
import Hub
import PurgeCore

extension HTTPRequest {
  /// The path without query, split at slashes, decoded.
  var pathParts: [String] {
    (url.split(separator: "?", omittingEmptySubsequences: false).first ?? "")
      .split(separator: "/").map { $0.removingPercentEncoding ?? "" }
  }

  /// The query's items, decoded; the first of a name counts.
  var queryItems: [String: String] {
    let items = URLComponents(string: url)?.queryItems ?? []
    return Dictionary(items.map { ($0.name, $0.value ?? "") }) { first, _ in first }
  }

  /// Whether the body is a CSV, so that what else there is to say stands in the query.
  var isCSV: Bool { fields["Content-Type"]?.lowercased().hasPrefix("text/csv") ?? false }

  /// The body as a JSON object with no other members than these; an empty body is an empty object.
  func jsonObject(knowing names: Set<String>) throws(Refusal) -> JSON {
    guard !body.isEmpty else { return [:] }
    let value: JSON
    do throws(DocumentError) {
      value = try JSON(reading: body, file: "the body")
    } catch {
      throw Refusal(
        .unreadableInput,
        "The body is no JSON: line \(error.line), column \(error.column): \(error.reason).",
        action: "Send a JSON object in UTF-8.")
    }
    guard let members = value.members else {
      throw Refusal(
        .unreadableInput, "The body is \(value.kindInWords).", action: "Send a JSON object.")
    }
    guard members.allSatisfy({ names.contains($0.name) }) else {
      throw Refusal(
        .unreadableInput, "The body has a member that this address does not know.",
        action: "The members are \(names.sorted().joined(separator: ", ")).")
    }
    return value
  }
}
