import Documents
import HTTPTypes
import Hub
import PurgeCore

/// What stands beside the people of a request: in a JSON body, or in the query beside a CSV body.
///
/// A value of another kind is refused: a purpose or a prioritization that is let pass unread would
/// purge otherwise than was asked.
enum SelectionOptions {
  case json(JSON)
  case query([String: String])

  func text(_ name: String) throws(Refusal) -> String? {
    guard let value = value(name) else { return nil }
    guard let text = value.string else { throw misfit(name, value, "a text") }
    return text
  }

  func words(_ name: String) throws(Refusal) -> [String]? {
    guard let value = value(name) else { return nil }
    if case .query = self {
      return value.string?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    guard let words = value.array else { throw misfit(name, value, "a list of words") }
    return words.map { $0.string ?? "" }
  }

  func isTrue(_ name: String) throws(Refusal) -> Bool {
    guard let value = value(name) else { return false }
    if case .query = self { return value.string == "true" }
    guard let answer = value.bool else { throw misfit(name, value, "true or false") }
    return answer
  }

  /// The value; nil for none and for null.
  private func value(_ name: String) -> JSON? {
    switch self {
    case .json(let body):
      guard let value = body[name], !value.isNull else { return nil }
      return value
    case .query(let items): return items[name].map(JSON.string)
    }
  }

  private func misfit(_ name: String, _ value: JSON, _ shape: String) -> Refusal {
    Refusal(
      .unreadableInput, "\(name) is \(value.kindInWords).", action: "Send \(name) as \(shape).")
  }
}

extension HTTPRequest {
  /// The query's items; refuses one that is not among these.
  func options(knowing names: Set<String>) throws(Refusal) -> [String: String] {
    let items = queryItems
    guard items.keys.allSatisfy(names.contains) else {
      throw Refusal(
        .unreadableInput, "The query has an item that this address does not know.",
        action: "The items are \(names.sorted().joined(separator: ", ")).")
    }
    return items
  }
}
