public import Documents
import HTTPTypes
import Hub
import PurgeCore

/// A page for every code: what it means, what usually causes it, what to do, and who does it.
public enum CodeManual {
  /// What a page says beside the code's title and who acts.
  struct Entry: Sendable {
    let meaning: String
    let causes: [String]
    let action: String

    init(_ meaning: String, causes: [String] = [], action: String) {
      self.meaning = meaning
      self.causes = causes
      self.action = action
    }
  }

  /// The page of a code's number; nil when no code has it.
  public static func page(_ number: Int) -> JSON? {
    let code = Code(number)
    guard let entry = entries[code] else { return nil }
    let page = CodePage(code)
    return [
      "code": JSON(number), "title": .string(page.title), "field": .string(code.field),
      "meaning": .string(entry.meaning), "causes": .array(entry.causes.map(JSON.string)),
      "action": .string(entry.action), "who": .string(page.who),
    ]
  }

  /// Every code with its title and who acts, by number.
  public static var list: JSON {
    let rows = entries.keys.sorted().map { code -> JSON in
      let page = CodePage(code)
      return [
        "code": JSON(code.number), "title": .string(page.title), "field": .string(code.field),
        "who": .string(page.who),
      ]
    }
    return ["codes": .array(rows)]
  }

  /// The codes that have a page, by number.
  static var codes: [Code] { entries.keys.sorted() }

  private static let entries: [Code: Entry] = [
    requests, brakes, connectors, answers, transport, outcomes, evidence, notices,
  ].reduce(into: [:]) { all, some in all.merge(some) { first, _ in first } }
}

extension Code {
  /// The field its first digit names.
  fileprivate var field: String {
    switch number / 1_000 {
    case 1: "request"
    case 2: "permission"
    case 3: "connector configuration"
    case 4: "vendor's answer"
    case 5: "transport"
    case 6: "outcome"
    case 7: "import and export"
    default: "notices"
    }
  }
}

extension API {
  func showCode(_ text: String) throws(Refusal) -> HTTPResponse {
    guard let page = Int(text).flatMap(CodeManual.page) else {
      throw Refusal(
        .unknownAddress, "There is no code of that number.", action: "See GET /v1/codes.")
    }
    return HTTPResponse(200, json: page)
  }
}
