import Connectors
import Foundation
import PurgeCore
import Testing

/// The shipped kinds' own exchanges, taken for live answers.
@Suite struct `Recording a shipped kind` {
  @Test(arguments: `The recorded exchanges`.names)
  func `makes cases that go as the answers did`(name: String) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Connectors/\(name)")
    func bytes(_ file: String) throws -> [UInt8] {
      Array(try Data(contentsOf: root.appending(path: file)))
    }
    let manifest = try Manifest(named: name, reading: bytes("connector.json5"))
    let exchanges = try Exchanges(of: name, reading: bytes("exchanges.json5"))
    for story in exchanges.cases where !story.isChecking {
      guard let answers = story.live(try story.behaviour(manifest)) else { continue }
      let behaviour = try story.behaviour(manifest)
      do {
        let draft = try behaviour.draft(of: answers, preferring: exchanges.settings)
        let recorded = try Exchanges(of: name, reading: Array(draft.text.utf8))
        #expect(recorded.cases.flatMap { $0.replay(manifest) } == [])
        #expect(recorded.cases.count == 1)
      } catch let problem as RecordingProblem where !Self.refused.contains(story.title) {
        Issue.record("\(name), \(story.title): \(problem.sentence)")
      } catch is RecordingProblem {
        #expect(Self.refused.contains(story.title))
      }
    }
  }

  /// A row that differs from the person by one sign alone, which no invented name keeps: it is refused.
  private static let refused: Set = ["An address that begins with a plus sign is another's"]
}

extension Exchanges.Story {
  /// A dry run over the case's answers, as far as they go; nil where nothing is looked up.
  fileprivate func live(_ behaviour: ManifestBehaviour) -> LiveAnswers? {
    guard !call.schedule.phase.isPolling, call.people.count == 1 else { return nil }
    var answers = LiveAnswers()
    var access: AccessToken?
    if let response = tokenAnswer {
      answers.token = response
      access = try? behaviour.token(in: response, at: call.triedAt).get()
      guard access != nil else { return nil }
    }
    let real = behaviour.dryCall(
      for: call.people[0], at: call.triedAt, nonce: call.nonce, access: access)
    var lookUp = LiveAnswers.LookUp(real)
    var rest = self.answers[...]
    while case .ask(let request) = behaviour.dryMove(real, after: lookUp.exchanges) {
      guard let answer = rest.popFirst(), case .success = answer else { return nil }
      lookUp.exchanges.append(Exchange(request, answer))
    }
    answers.lookUps = [lookUp]
    return lookUp.exchanges.isEmpty ? nil : answers
  }
}
