import Documents
import HTTPTypes
import PurgeCore

extension Walk {
  /// Runs every step for everybody, once for each round of `for`.
  mutating func erase() throws(Stop) {
    for (round, elements) in program.rounds.enumerated() {
      var members = everybody
      reach = members.count
      for step in manifest.steps {
        members = try run(step, for: members, elements, round: round)
      }
    }
  }

  mutating func run(
    _ step: Step, for members: [Member], _ elements: [JSON], round: Int
  ) throws(Stop) -> [Member] {
    var remaining: [Member] = []
    for group in groups(of: members, step) {
      var frame = Frame(program, facts, group, isList: step.batch != nil)
      frame.elements = elements
      frame.place = "\(step.label)/\(round)"
      frame.with = step.with
      remaining += try send(step, frame)
    }
    return remaining
  }

  /// Who travels together: those of one kind, as many as the vendor takes (BZ-02, BZ-03).
  private func groups(of members: [Member], _ step: Step) -> [[Member]] {
    guard let batch = step.batch else { return members.map { [$0] } }
    if members.count <= batch.max, members.allTravelAlike {
      return members.isEmpty ? [] : [members]
    }
    var kinds: [Int] = []
    var groups: [[Member]] = []
    for member in members {
      let kind = member.identity?.entry ?? -1
      // The newest group of the kind is the only one that may have room.
      if let group = kinds.lastIndex(of: kind), groups[group].count < batch.max {
        groups[group].append(member)
      } else {
        kinds.append(kind)
        groups.append([member])
      }
    }
    return groups
  }

  /// Sends one group's request and settles what the answer says; halves a body that is too large.
  private mutating func send(_ step: Step, _ frame: Frame) throws(Stop) -> [Member] {
    isLookingUp = step.find != nil
    if let find = step.find { return try look(step, find, frame) }
    // What is there can only be the answer to this request, which need not be made again then.
    if isOnlyRequest(step, frame), var answer = try nextAnswer() {
      return try settle(&answer, step, frame)
    }
    let request: HTTPRequest
    do throws(Unbound) {
      request = try step.request(frame)
    } catch {
      return try refuse(frame.members)
    }
    if let limit = step.batch?.bytes, request.body.count > limit, frame.members.count > 1 {
      let half = frame.members.count / 2
      var one = frame
      var two = frame
      one.members = Array(frame.members[..<half])
      two.members = Array(frame.members[half...])
      return try send(step, one) + send(step, two)
    }
    var answer = try exchange(request)
    return try settle(&answer, step, frame)
  }

  /// Whether the whole call is one request to one vendor's one address.
  private func isOnlyRequest(_ step: Step, _ frame: Frame) -> Bool {
    program.isOneStep && step.batch?.bytes == nil && frame.members.count == reach
  }

  /// Nothing is sent when a name has no value; halving finds whose it is.
  mutating func refuse(_ group: [Member]) throws(Stop) -> [Member] {
    guard group.count == 1 else { throw .conclude(.refused(.unusableRequest)) }
    for member in group { note(.settled(.failed(.unusableRequest)), for: member) }
    return []
  }

  private mutating func settle(
    _ answer: inout Answer, _ step: Step, _ frame: Frame
  ) throws(Stop) -> [Member] {
    let group = frame.members
    if answer.isSuccess, let items = step.items {
      return try settle(&answer, items, step, frame)
    }
    let counted = try count(&answer, step, group)
    if counted == .none, step.count != nil, answer.isSuccess {
      return try settle(Judgement(.failed, .unexpectedBody), &answer, group, step, frame)
    }
    var judgement = step.judge(
      &answer, kind: kind(of: group), common: manifest.rules, people: group.count)
    if let counted, counted < group.count, judgement.word.isSuccess {
      judgement = Judgement(.failed, .countMismatch)
    }
    return try settle(judgement, &answer, group, step, frame)
  }

  /// How many people the vendor says it acted on; fewer than were sent of several are halved out,
  /// for nobody knows which (BZ-21).
  private func count(
    _ answer: inout Answer, _ step: Step, _ group: [Member]
  ) throws(Stop) -> Int? {
    guard let place = step.count, answer.isSuccess else { return nil }
    guard let count = answer.json()?.at(place)?.integer, count >= 0 else { return nil }
    if count < group.count, group.count > 1 { throw .conclude(.refused(.countMismatch)) }
    return count
  }

  func kind(of group: [Member]) -> IdentityKind? {
    group.first?.identity.map { manifest.people[$0.entry].ours }
  }
}

extension [Member] {
  /// Whether one request can carry all of them: they are known by the same kind.
  fileprivate var allTravelAlike: Bool {
    allSatisfy { $0.identity?.entry == self[0].identity?.entry }
  }
}

// MARK: Items

extension Walk {
  /// Each person's own part of an answer.
  private mutating func settle(
    _ answer: inout Answer, _ items: Items, _ step: Step, _ frame: Frame
  ) throws(Stop) -> [Member] {
    var remaining: [Member] = []
    let found = answer.json().map { items.found(in: $0, for: frame) }
    for (position, member) in frame.members.enumerated() {
      guard let item = found?[position] else {
        note(.settled(.failed(.unexpectedBody)), for: member)
        continue
      }
      let judgement = step.judge(
        &answer, item: item, kind: kind(of: [member]), common: manifest.rules)
      if judgement.word == .blocked || judgement.word == .throttled {
        try stopWholeCall(judgement, answer, [member])
      }
      remaining += settle(judgement, &answer, item: item, [member], step, frame)
    }
    return remaining
  }
}

extension Items {
  /// For each member its item, where there is one.
  fileprivate func found(in body: JSON, for frame: Frame) -> [JSON?] {
    switch key {
    case .position:
      // A list of another length says nothing about anybody.
      guard let rows = rows.list(in: body), rows.count == frame.members.count else {
        return Array(repeating: nil, count: frame.members.count)
      }
      return rows
    case .name:
      return frame.eachMember().map { member in
        member.keys.lazy.map { key in
          rows.rows(in: body).compactMap { $0.item(spelled: key) }
        }.first { !$0.isEmpty }.flatMap(Self.only)
      }
    case .place(let place):
      // By bytes: texts that only look alike are equal to Swift, and two people to vendors.
      var table: [[UInt8]: [JSON]] = [:]
      for row in rows.rows(in: body) {
        if let key = row.at(place)?.plainText { table[Array(key.utf8), default: []].append(row) }
      }
      return frame.eachMember().map { member in
        member.keys.lazy.compactMap { table[Array($0.utf8)] }.first.flatMap(Self.only)
      }
    }
  }

  /// What all items of one person say; two that differ say nothing.
  private static func only(_ items: [JSON]) -> JSON? {
    items.allSatisfy { $0.isEquivalent(to: items[0]) } ? items.first : nil
  }
}

extension JSON {
  fileprivate func item(spelled name: String) -> JSON? {
    members?.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
  }
}

extension Frame {
  /// By what an answer may name a person: the opaque key, the identity, what was taken.
  fileprivate var keys: [String] {
    guard let member = members.first else { return [] }
    return [UUIDs.person(member, call)] + [member.identity?.identity.value].compactMap { $0 }
      + member.taken.compactMap { $0?.plainText }
  }
}
