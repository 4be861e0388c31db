/// Why nothing can be recorded; it holds no identity, no secret and nothing of an answer.
public struct RecordingProblem: Error, Sendable, Hashable {
  /// What is the matter, in a sentence.
  public let sentence: String
  /// What to do, in a sentence.
  public let remedy: String

  init(_ sentence: String, remedy: String) {
    self.sentence = sentence
    self.remedy = remedy
  }
}
