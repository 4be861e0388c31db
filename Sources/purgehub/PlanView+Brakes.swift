import Documents

extension PlanView {
  /// What stops the purge, or asks for more than a yes.
  func showBrakes() {
    for held in json["holds"]?.array ?? [] { console.say("  " + sentence(held)) }
    if let cap = json["cap"], cap["isExceeded"]?.bool == true {
      console.say("  " + capSentence(cap))
    }
    if let above = json["approval"]?["above"]?.integer {
      console.say("  A second person must approve, since they are more than \(above)")
    }
  }

  private func sentence(_ held: JSON) -> String {
    let numbers = (held["numbers"]?.array ?? []).compactMap(\.integer)
    let people = held["people"]?.integer ?? 0
    let counted = held["counted"]?.string ?? ""
    return "\(people) of them \(people == 1 ? "is" : "are") under the legal hold "
      + "\(held["hold"]?.string ?? ""): \(people == 1 ? String(counted.dropLast()) : counted) "
      + numbers.prefix(10).map(String.init).joined(separator: ", ")
      + (people > 10 ? " and \(people - 10) more" : "") + "; a purge is refused"
  }

  private func capSentence(_ cap: JSON) -> String {
    let share = cap["share"]?.string ?? ""
    let most =
      json["confirmedBy"] == nil
      ? "more than \(share) is refused without --exceed-cap REASON" : "the cap is \(share)"
    return "They are \(cap["selected"]?.string ?? "") of all \(cap["known"]?.integer ?? 0) people; "
      + most
  }
}
