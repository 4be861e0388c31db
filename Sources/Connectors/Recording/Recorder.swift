import Documents
import HTTPTypes
import PurgeCore

/// Replaces what live answers say of anybody, and makes sure that a replay ends as they did.
struct Recorder {
  let behaviour: ManifestBehaviour
  let answers: LiveAnswers
  let preferred: JSON

  var manifest: Manifest { behaviour.program.manifest }
  var person: Subject? { answers.lookUps.first?.call.people.first }

  /// Everything as text that the answers hold.
  var texts: Set<[UInt8]> {
    var texts: Set<[UInt8]> = []
    let responses =
      [answers.token, answers.check].compactMap { $0 }
      + answers.lookUps.flatMap(\.exchanges).compactMap { try? $0.result.get() }
    for response in responses {
      let body = try? JSON(reading: response.body)
      body?.texts { text in
        texts.insert(Array(text.utf8))
        // Who has an address is often named by its first half elsewhere.
        if text.isAddress { texts.insert(Array(text.prefix { $0 != "@" }.utf8)) }
      }
    }
    return texts
  }

  func draft(_ seed: Int, _ cleaning: Cleaning) throws(RecordingProblem) -> ExchangesDraft {
    let stranger = person?.stranger
    let settings = try InventedSettings(behaviour.program, preferring: preferred, seed: seed)
    let story = try emptyStory(stranger, settings)
    var replay = Replay(recorder: self, story: story, cleaning: cleaning)
    do throws(Diagnostics) {
      replay.replayed = try story.behaviour(manifest)
    } catch {
      throw RecordingProblem(
        "The invented settings do not fit the manifest: \(error.list[0].description)",
        remedy:
          "Write settings that do into the folder's exchanges.json5, then record with --output.")
    }
    replay.names = pseudonyms(settings, stranger, replay, seed)
    let cases = try replay.cases()
    let file = document(settings, cases)
    let draft = ExchangesDraft(
      text: Self.heading + file.encodedForPeople() + "\n", cases: cases, held: replay.held?.request,
      holdsLookUp: replay.held?.isLookUp ?? false)
    try verify(draft, file, settings, stranger, replay.names)
    return draft
  }

  private static let heading =
    "// Recorded from the vendor's own answers with everything of anybody's replaced; nobody in it exists.\n"

  /// A case without exchanges: its call is what the replay plays.
  private func emptyStory(
    _ stranger: Subject?, _ settings: InventedSettings
  ) throws(RecordingProblem) -> Exchanges.Story {
    let people: JSON = .array(stranger.map { [$0.recorded] } ?? [])
    let stub: JSON = [
      "settings": .object(settings.file),
      "cases": [
        ["case": "-", "shows": [], "people": people, "exchanges": [], "concludes": "absent"]
      ],
    ]
    do throws(Diagnostics) {
      let exchanges = try Exchanges(of: manifest.name, reading: stub.encoded())
      return exchanges.cases[0]
    } catch {
      throw RecordingProblem(
        "No case can be made for this person.", remedy: "Name the person by fewer identifiers.")
    }
  }

  private func document(_ settings: InventedSettings, _ cases: [ExchangesDraft.Case]) -> JSON {
    let shown = Set(cases.map(\.shows))
    let later = "recorded without erasing anybody: write this case from the vendor's documentation"
    var reasons: [JSON.Member] = [.init("success", .string(later))]
    if !shown.contains(.absent) { reasons.append(.init("absent", .string(later))) }
    if !shown.contains(.retry) {
      reasons.append(.init("retry", "a retry is the hub's own, on 408, 425 and 5xx"))
    }
    if !shown.contains(.failure) { reasons.append(.init("failure", .string(later))) }
    return [
      "settings": .object(settings.file), "cannotShow": .object(reasons),
      "cases": .array(cases.map(\.json)),
    ]
  }
}

// MARK: Names

extension Recorder {
  private func pseudonyms(
    _ settings: InventedSettings, _ stranger: Subject?, _ replay: Replay, _ seed: Int
  ) -> Pseudonyms {
    var names = Pseudonyms(manifest, avoiding: texts, seed: seed)
    if let person, let stranger {
      for (one, other) in zip(person.identities, stranger.identities) {
        names.fixPersonal(one.value, other.value)
        names.fixPersonal(one.label ?? "", other.label ?? "")
      }
      derive(person, stranger, replay, &names)
      // A stranger who was looked up as well keeps the invented names.
      for identity in stranger.identities { names.fixPersonal(identity.value, identity.value) }
    }
    for setting in settings.replaced { names.fix(setting.original, setting.invented) }
    return names
  }

  /// What the manifest makes of an identity, such as a digest, and compares answers with.
  private func derive(
    _ person: Subject, _ stranger: Subject, _ replay: Replay, _ names: inout Pseudonyms
  ) {
    guard let live = answers.lookUps.first?.call, let replayed = replay.replayed else { return }
    let program = behaviour.program
    let members = zip(
      program.members(of: 0, person), replayed.program.members(of: 0, stranger))
    for (one, other) in members {
      let real = Frame(program, CallFacts(live), [one])
      let invented = Frame(replayed.program, CallFacts(replay.story.call), [other])
      for local in manifest.lets where local.isPerMember && local.yields != .bytes {
        guard let text = try? local.pieceIfAny(real)?.value?.plainText,
          let name = try? local.pieceIfAny(invented)?.value?.plainText
        else { continue }
        names.fixPersonal(text, name)
      }
      for guarded in manifest.steps.compactMap(\.find).flatMap(\.guards) {
        if let text = try? real.text(of: guarded.value),
          let name = try? invented.text(of: guarded.value)
        {
          names.fix(text, name)
        }
        if let place = try? JSONPointer(real.text(of: guarded.place)),
          let other = try? JSONPointer(invented.text(of: guarded.place))
        {
          for (step, name) in zip(place.steps, other.steps) { names.fixField(step, name) }
        }
      }
      let uuid = UUIDs.person(one, CallFacts(live))
      names.fix(uuid, uuid)
    }
  }
}

extension Subject {
  /// The person as a case names it.
  var recorded: JSON {
    var members: [JSON.Member] = []
    for identity in identities {
      let kind = identity.kind.rawValue
      if let place = members.firstIndex(where: { $0.name == kind }) {
        members[place].value = .array((members[place].value.array ?? []) + [identity.recorded])
      } else {
        members.append(.init(kind, .array([identity.recorded])))
      }
    }
    for place in members.indices {
      if let only = members[place].value.array, only.count == 1 { members[place].value = only[0] }
    }
    return .object(members)
  }
}

extension Identity {
  fileprivate var recorded: JSON {
    guard label != nil || !prioritization.isEmpty else { return .string(value) }
    var members: [JSON.Member] = [.init("id", .string(value))]
    if let label { members.append(.init("label", .string(label))) }
    if !prioritization.isEmpty {
      members.append(
        .init("prioritization", .array(prioritization.map { .string($0.rawValue) })))
    }
    return .object(members)
  }
}
