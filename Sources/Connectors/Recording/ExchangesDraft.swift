public import Documents
public import HTTPTypes

/// An `exchanges.json5` made of live answers: everything that belongs to anybody is replaced.
public struct ExchangesDraft: Sendable {
  /// One case of it.
  public struct Case: Sendable {
    /// Its sentence.
    public let title: String
    /// What it is an example of.
    public let shows: Exchanges.Shown
    /// What came of it, as the file says it.
    public let conclusion: JSON
    /// Whether the manifest made sense of the answers.
    public let isSound: Bool

    let json: JSON
  }

  /// The file's text; it was replayed and searched for what must not be in it.
  public let text: String
  /// Its cases.
  public let cases: [Case]
  /// The request that was not sent, as the replay makes it; nil where none was held back.
  public let held: HTTPRequest?
  /// Whether the held request looks somebody up in a way that may change something.
  public let holdsLookUp: Bool

  /// Whether the manifest made sense of all answers; a file of other cases tests nothing.
  public var isSound: Bool { cases.allSatisfy(\.isSound) }
}

extension ManifestBehaviour {
  /// Writes live answers down as recorded exchanges of this connector's manifest.
  ///
  /// - Parameters:
  ///   - answers: What the vendor said in earnest.
  ///   - settings: Invented settings to be used again where they fit, such as those of a file there is.
  /// - Returns: The file, replayed and searched.
  /// - Throws: `RecordingProblem` when the replaced answers no longer lead to the same end, or when
  ///   something of the real ones is still to be found.
  public func draft(
    of answers: LiveAnswers, preferring settings: JSON = [:]
  ) throws(RecordingProblem) -> ExchangesDraft {
    let recorder = Recorder(behaviour: self, answers: answers, preferred: settings)
    var problem: RecordingProblem?
    // Another seed where an invented text happens to hold a real one; whole lists where paging
    // counts rows.
    for seed in 0..<3 {
      for cutsLists in [true, false] {
        do throws(RecordingProblem) {
          return try recorder.draft(seed, Cleaning(cutsLists: cutsLists))
        } catch {
          problem = error
        }
      }
      guard problem?.isByChance == true else { break }
    }
    throw problem ?? RecordingProblem("Nothing was recorded.", remedy: "Name a person.")
  }
}
