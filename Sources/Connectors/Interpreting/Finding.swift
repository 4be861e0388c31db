import Documents
import HTTPTypes
import PurgeCore

extension Walk {
  /// More pages than this are a search that found too much, or a vendor that goes in circles.
  private static let mostPages = 50

  /// Looks a person up, page by page; each row that is really theirs goes on to the next steps.
  mutating func look(_ step: Step, _ find: Find, _ frame: Frame) throws(Stop) -> [Member] {
    guard let member = frame.members.first else { return [] }
    var found: [Member] = []
    var page = PageTurn(number: 0)
    for _ in 0..<Self.mostPages {
      guard let request = try? page.request(step, frame) else { return try refuse([member]) }
      var answer = try exchange(request)
      let judgement = step.judgeLookUp(
        &answer, kind: kind(of: [member]), common: manifest.rules)
      if let judgement {
        _ = try settle(judgement, &answer, [member], step, frame)
        return judgement.word == .absent && !found.isEmpty ? found : []
      }
      guard let body = answer.json(), let rows = find.rows.list(in: body) else {
        return fail(.unexpectedBody, member)
      }
      // The one object of an answer that says nothing of whom it is about is none that was asked for.
      if find.rows.isSingle, rows.contains(where: { find.lacksGuards($0, frame) }) {
        return fail(.unexpectedBody, member)
      }
      for row in rows where find.guards.allSatisfy({ $0.holds(for: row, frame, find.caseless) }) {
        guard let taken = find.taken(from: row, member) else {
          return fail(.unexpectedBody, member)
        }
        found.append(taken)
      }
      guard found.count <= find.max else { return fail(.ambiguous, member) }
      guard let next = find.page?.next(after: page, rows, body, answer.response) else {
        return conclude(found, member)
      }
      guard next != page else { break }
      page = next
    }
    return fail(.unexpectedBody, member)
  }

  private mutating func conclude(_ found: [Member], _ member: Member) -> [Member] {
    if found.isEmpty { note(.settled(.absent), for: member) }
    return found
  }

  private mutating func fail(_ code: Code, _ member: Member) -> [Member] {
    note(.settled(.failed(code)), for: member)
    return []
  }
}

extension Step {
  /// What a look-up's answer means; nothing when its rows are to be read.
  fileprivate func judgeLookUp(
    _ answer: inout Answer, kind: IdentityKind?, common: [Rule]
  ) -> Judgement? {
    // What success means for all requests is not meant for one that erases nobody.
    for rule in rules + common
    where !rule.word.isSuccess && rule.holds(&answer, item: nil, kind: kind, rows: nil) {
      return Judgement(rule, answer)
    }
    if answer.isNotFound { return whenNotFound(1) }
    return answer.isSuccess ? nil : answer.usualFailure
  }
}

extension Find {
  /// Whether none of the places is there by which a row is known to be the person's.
  fileprivate func lacksGuards(_ row: JSON, _ frame: Frame) -> Bool {
    row.members != nil && !guards.isEmpty
      && guards.allSatisfy { guarded in
        guard let place = try? frame.text(of: guarded.place), let pointer = try? JSONPointer(place)
        else { return false }
        return row.at(pointer) == nil
      }
  }

  fileprivate func taken(from row: JSON, _ member: Member) -> Member? {
    var member = member
    for (slot, place) in take {
      guard let value = row.at(place), let text = value.plainText, !text.isEmpty else {
        return nil
      }
      member.taken[slot] = value
    }
    return member
  }
}

extension Find.Guard {
  /// Whether a row is really the person's: a search is never trusted.
  func holds(for row: JSON, _ frame: Frame, _ caseless: Find.Caseless = .email) -> Bool {
    guard let place = try? frame.text(of: place), let pointer = try? JSONPointer(place),
      let wanted = try? frame.text(of: value), let found = row.at(pointer)
    else { return false }
    let foldsCase = caseless.holds(for: frame.members.first?.identity?.identity.kind)
    return (found.array ?? [found]).contains { candidate in
      guard let text = candidate.plainText else { return false }
      // By bytes: texts that only look alike are equal to Swift, and two people to vendors.
      if text.utf8.elementsEqual(wanted.utf8) { return true }
      return foldsCase && text.isFolded(as: wanted)
    }
  }
}

extension Find.Caseless {
  fileprivate func holds(for kind: IdentityKind?) -> Bool {
    switch self {
    case .all: true
    case .kinds(let kinds): kind.map(kinds.contains) ?? false
    }
  }
}

extension String {
  /// Whether only the case of letters differs; a sign such as the Kelvin's is no letter's other case.
  fileprivate func isFolded(as other: String) -> Bool {
    lowercased().utf8.elementsEqual(other.lowercased().utf8)
      && utf8.count { $0 < 0x80 } == other.utf8.count { $0 < 0x80 }
  }
}

/// Which page is asked for.
private struct PageTurn: Equatable {
  var number: Int
  var url: String?
  var cursor: String?
  var parameter: [String] = []

  func request(_ step: Step, _ frame: Frame) throws(Unbound) -> HTTPRequest {
    var frame = frame
    frame.cursor = cursor
    let added = parameter.count == 2 ? (parameter[0], parameter[1]) : nil
    return try step.request(frame, next: url, adding: added)
  }
}

extension Find.Page {
  /// The next page; nothing when this was the last.
  fileprivate func next(
    after page: PageTurn, _ rows: [JSON], _ body: JSON, _ response: HTTPResponse
  ) -> PageTurn? {
    var next = PageTurn(number: page.number + 1)
    switch self {
    case .url(let place):
      guard let url = body.at(place)?.string, !url.isEmpty else { return nil }
      next.url = url
      // The same page again would go on for ever.
      return url == page.url ? page : next
    case .link(let relation):
      guard let url = response.fields.link(relation) else { return nil }
      next.url = url
      return url == page.url ? page : next
    case .cursor(let place):
      guard let cursor = body.at(place)?.plainText, !cursor.isEmpty else { return nil }
      next.cursor = cursor
      return cursor == page.cursor ? page : next
    case .after(let parameter, let last, let more):
      guard let row = rows.last, let value = row.at(last)?.plainText else { return nil }
      if let more, body.at(more)?.bool != true { return nil }
      next.parameter = [parameter, value]
      return next.parameter == page.parameter ? page : next
    case .offset(let parameter, let size):
      guard rows.count >= size else { return nil }
      next.parameter = [parameter, String(next.number * size)]
    case .number(let parameter, let size):
      guard rows.count >= size else { return nil }
      next.parameter = [parameter, String(next.number + 1)]
    }
    return next
  }
}

extension HTTPFields {
  /// The target of a `Link` with a relation (RFC 8288).
  func link(_ relation: String) -> String? {
    for field in values(of: "Link") {
      for link in field.split(separator: ",<").joined(separator: ", <").split(separator: ", <") {
        let parts = link.split(separator: ">", maxSplits: 1)
        guard parts.count == 2 else { continue }
        let attributes = parts[1].split(separator: ";").map {
          $0.filter { $0 != " " && $0 != "\"" }
        }
        guard attributes.contains("rel=\(relation)") else { continue }
        return String(parts[0].drop { $0 == "<" || $0 == " " })
      }
    }
    return nil
  }
}
