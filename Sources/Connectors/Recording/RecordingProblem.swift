/// Why nothing can be recorded; it holds no identity, no secret and nothing of an answer.
public struct RecordingProblem: Error, Sendable, Hashable {
  /// What is the matter, in a sentence.
  public let sentence: String
  /// What to do, in a sentence.
  public let remedy: String

  /// Whether other invented texts may do better.
  let isByChance: Bool

  init(_ sentence: String, remedy: String, isByChance: Bool = false) {
    self.sentence = sentence
    self.remedy = remedy
    self.isByChance = isByChance
  }
}
