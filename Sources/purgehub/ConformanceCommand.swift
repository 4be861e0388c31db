import Documents
import Foundation
import HTTPTypes
import Hub
import PurgeCore
import Sandbox
import Transport

extension Command {
  static let conformance = Command(
    shape: CommandShape(
      words: ["connectors", "conformance"], operands: ["[KIND]"],
      summary: "Play a kind's recorded calls against every behaviour of the sandbox, on loopback.",
      flags: [.init(name: "--all", value: nil, help: "show what held as well")],
      example: "purgehub connectors conformance braze"),
    opening: nil
  ) { session async throws(CommandFailure) in
    let catalogue = try session.catalogue
    var reports: [ConformanceReport] = []
    for name in try session.kinds(in: catalogue) {
      var report = ConformanceReport(name: name, sendsNothing: catalogue.sendsNothing(name))
      // A folder that cannot be read has nothing to play; "connectors test" tells why.
      for rehearsal in (try? catalogue.rehearsals(of: name)) ?? [] {
        report.trials += try Trial.all(rehearsal)
      }
      reports.append(report)
      if !session.wantsJSON { session.show(report) }
    }
    if session.wantsJSON { session.print(json: reports.json) }
    return reports.allSatisfy(\.isClean) ? .done : .attention
  }
}

/// One bad answer at one request of a call, and what was made of it.
struct Trial {
  /// What to think of it.
  enum Judgement: String {
    /// Nobody counts as anything.
    case held
    /// It has all that the vendor documents of a good answer, such as a status alone.
    case byLikeness
    /// An address was not there, and the manifest's outcomes take that for nobody.
    case byAddress
    /// A bad answer counts as a good one.
    case taken
  }

  var behaviour: Behaviour
  /// Which request it was, from 1; 0 for the token's.
  var request: Int
  var isPoll: Bool
  /// Whether the call makes other requests too, which may have erased somebody.
  var isOneOfSeveral = false
  var ending: Rehearsal.Ending

  var judgement: Judgement {
    // A job that cannot be seen is asked about again, until the manifest's `giveUp`.
    guard ending.isClaim, !(isPoll && ending.word == "pending") else { return .held }
    if Self.missing.contains(behaviour.word),
      ["absent", "verifiedAbsent"].contains(ending.word) || isOneOfSeveral
    {
      return .byAddress
    }
    if Self.readable.contains(behaviour.word), ending.word != "absent" || hasList {
      return .byLikeness
    }
    return .taken
  }

  /// Whether it holds a list: a vendor may call its own so, and nobody asked for stands in it.
  private var hasList: Bool { ["another-list", "fails-one"].contains(behaviour.word) }

  private static let missing: Set = ["gone", "not-found"]
  /// An API's answers that mean nothing to this manifest's vendor.
  private static let readable: Set = ["empty", "another-list", "fails-one", "error-in-success"]
}

extension Trial {
  /// More requests of one call than this say nothing new.
  private static let mostRequests = 4

  /// Every behaviour at every request of a call.
  static func all(_ rehearsal: Rehearsal) throws(CommandFailure) -> [Trial] {
    var trials: [Trial] = []
    for behaviour in Behaviour.all where behaviour.word != Behaviour.well.word {
      if behaviour.isAboutTokenAnswers {
        guard rehearsal.needsToken, let ending = try play(behaviour, rehearsal, at: nil)
        else { continue }
        trials.append(.init(behaviour: behaviour, request: 0, isPoll: false, ending: ending))
        continue
      }
      for position in 0..<min(rehearsal.answers.count, mostRequests) {
        guard let ending = try play(behaviour, rehearsal, at: position) else { continue }
        trials.append(
          .init(
            behaviour: behaviour, request: position + 1, isPoll: rehearsal.isPoll,
            isOneOfSeveral: rehearsal.answers.count > 1, ending: ending))
      }
    }
    return trials
  }

  private static func play(
    _ behaviour: Behaviour, _ rehearsal: Rehearsal, at position: Int?
  ) throws(CommandFailure) -> Rehearsal.Ending? {
    let vendor: HostileVendor
    do {
      vendor = try HostileVendor(BatchVendor(people: []), behaving: [behaviour])
    } catch {
      throw CommandFailure(
        exit: .cannotCreate, problem: "No port of this machine can be listened on",
        remedy: "Try again when fewer programs run.")
    }
    defer { vendor.stop() }
    guard let position else {
      return rehearsal.playToken(at: vendor.url) { request in
        var request = request
        request.url = vendor.url + "/token"
        return send(request)
      }
    }
    return rehearsal.play(at: vendor.url) { request, number in
      if number == position { return send(request) }
      // What follows the bad answer is answered as recorded, as far as that goes.
      return rehearsal.answers.indices.contains(number)
        ? .success(rehearsal.answers[number])
        : .failure(HTTPFailure(.uncertain, detail: "nothing was recorded"))
    }
  }

  private static let policy = ConnectionPolicy(
    selfHosted: true, connectTimeout: .milliseconds(250), totalTimeout: .milliseconds(400),
    stallTimeout: .seconds(1))

  private static func send(_ request: HTTPRequest) -> Result<HTTPResponse, HTTPFailure> {
    (try? HTTPClient.exchange(request, under: policy))
      ?? .failure(HTTPFailure(.connect, detail: "no client"))
  }
}

/// What a manifest made of every behaviour.
struct ConformanceReport {
  var name: String
  /// Whether a person erases there by hand, so that no answer can be bad.
  var sendsNothing: Bool
  var trials: [Trial] = []

  /// Whether no bad answer counted as a good one, and there was something to play.
  var isClean: Bool {
    sendsNothing || !trials.isEmpty && !trials.contains { $0.judgement == .taken }
  }
}

extension Session {
  fileprivate func show(_ report: ConformanceReport) {
    guard !report.sendsNothing else {
      return console.say("\(report.name): sends nothing, so nobody answers")
    }
    guard !report.trials.isEmpty else {
      return console.say(
        "\(report.name): has no success that can be played; see connectors test \(report.name)")
    }
    let bad = report.trials.filter { $0.judgement == .taken }.count
    console.say(
      "\(report.name): \(report.trials.count) bad answers, "
        + (bad == 0 ? "none counts as a good one" : "\(bad) count as good ones"))
    var table = Table(headings: ["behaviour", "request", "is taken for", "and"])
    for trial in report.trials where trial.judgement != .held || arguments.has("--all") {
      table.rows.append([
        trial.behaviour.word, trial.place, trial.ending.text, trial.judgement.text,
      ])
    }
    for line in table.rows.isEmpty ? [] : table.lines() { console.say("  " + line) }
  }
}

extension Trial {
  fileprivate var place: String {
    request == 0 ? "token" : isPoll ? "poll \(request)" : "\(request)"
  }

  fileprivate var json: JSON {
    [
      "behaviour": .string(behaviour.word), "request": JSON(request), "isPoll": JSON(isPoll),
      "takenFor": .string(ending.word), "code": ending.code.map { JSON($0) } ?? .null,
      "judgement": .string(judgement.rawValue),
    ]
  }
}

extension Trial.Judgement {
  fileprivate var text: String {
    switch self {
    case .held: "says nothing of anybody"
    case .byLikeness: "looks as a good one does to this manifest"
    case .byAddress: "is a missing address, which this manifest takes for nobody"
    case .taken: "IS A BAD ANSWER TAKEN FOR A GOOD ONE"
    }
  }
}

extension Rehearsal.Ending {
  fileprivate var text: String { word + (code.map { " \($0)" } ?? "") }
}

extension [ConformanceReport] {
  fileprivate var json: JSON {
    let list = map { report -> JSON in
      [
        "name": .string(report.name), "isClean": JSON(report.isClean),
        "trials": .array(report.trials.map(\.json)),
      ]
    }
    return ["connectors": .array(list), "isClean": JSON(allSatisfy(\.isClean))]
  }
}
