// What chance alone would bring together too rarely.
extension Scenario {
  /// Many people at once, and a single one a little later at the same vendors.
  mutating func addCrowd(until end: Int64, _ dice: inout Dice) {
    let start = dice.within(1_000...max(2_000, end / 2))
    let many = ModelRequest(
      key: 5, people: 60 + dice.below(140), connectors: Array(kinds.indices), days: 30,
      waitHours: 0)
    var one = many
    (one.key, one.people) = (6, 1)
    happenings.append(Happening(at: start, deed: .submit(many)))
    for _ in 0..<1 + dice.below(3) {
      one.key += 1
      let at = start + dice.within(1_000...90_000)
      happenings.append(Happening(at: at, deed: .submit(one)))
    }
  }

  /// A request, and what makes of it something seldom seen.
  mutating func addPlot(until end: Int64, _ dice: inout Dice) {
    let start = dice.within(20_000...max(30_000, end / 2))
    var request = request(4, &dice)
    (request.days, request.waitHours) = (30, 0)
    let connector = dice.pick(request.connectors)
    func then(_ seconds: ClosedRange<Int64>, _ deed: Deed) -> Happening {
      let after = dice.within(seconds.lowerBound * 1_000...seconds.upperBound * 1_000)
      return Happening(at: start + after, deed: deed)
    }
    switch dice.below(6) {
    case 0:
      // Nobody tells the engine, so that an operator ends what was never begun.
      happenings += [
        then(-10 ... -1, .loseNotices(minutes: 10)), then(20...250, .waive(dice.below(24))),
      ]
    case 1:
      // A job fails after the vendor took it.
      kinds[connector] = .job
      happenings.append(then(-10 ... -1, .weather(connector: connector, .failedJobs, hours: 1)))
    case 2:
      // The last answer comes when the connector is disabled already.
      request.people = 1 + dice.below(3)
      happenings += [
        then(-10 ... -1, .weather(connector: connector, .slowness, hours: 1)),
        then(2...30, .disable(connector: connector)),
      ]
    case 3:
      // Somebody needs a decision, and it is to let go.
      let weather = dice.pick([Weather.refusedPeople, .ambiguousPeople])
      kinds[connector] = dice.pick([.batch, .lookUp])
      happenings += [
        then(-10 ... -1, .weather(connector: connector, weather, hours: 1)),
        then(200...3_000, .waive(dice.below(24))),
      ]
    case 4:
      // A waiting request is cancelled, at times while a connector is disabled.
      request.waitHours = 1 + dice.below(24)
      if dice.once(in: 2) { happenings.append(then(1...200, .disable(connector: connector))) }
      happenings.append(then(300...3_000, .cancel(dice.below(6))))
    default:
      // A vendor is away so long that it is given up, and comes back.
      happenings.append(then(-10...10, .weather(connector: connector, .serverErrors, hours: 80)))
    }
    happenings.append(Happening(at: start, deed: .submit(request)))
  }
}
