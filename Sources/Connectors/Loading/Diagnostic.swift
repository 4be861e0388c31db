/// Something to mend in a manifest or a connector's file: where, what, and what to write instead.
///
/// It never carries a setting's value.
public struct Diagnostic: Sendable, Hashable {
  /// The file as people name it: `connector.json5 in Connectors/mixpanel`.
  public let file: String
  /// The line, from 1.
  public let line: Int
  /// The setting's dotted path, such as `erase[0].json`; empty for the whole file.
  public let setting: String
  /// What is wrong, as the rest of a sentence that begins with the setting.
  public let problem: String
  /// What to do, as half a sentence.
  public let remedy: String
}

extension Diagnostic: CustomStringConvertible {
  /// The sentence for people.
  public var description: String {
    let subject = setting.isEmpty ? "it" : "\"\(setting)\""
    return "\(file), line \(line): \(subject) \(problem); \(remedy)."
  }
}

/// Why a manifest or a connector's file cannot be used: everything that is wrong, in line order.
public struct Diagnostics: Error, Sendable, Hashable {
  /// At least one.
  public let list: [Diagnostic]
}

extension Diagnostics: CustomStringConvertible {
  /// One sentence a line.
  public var description: String { list.map(\.description).joined(separator: "\n") }
}

extension String {
  /// The word this one was probably meant to be, if any is near.
  func nearest(among words: some Sequence<String>) -> String? {
    let near = words.map { (word: $0, distance: distance(to: $0)) }
      .filter { $0.distance <= max(1, $0.word.count / 3) }
    return near.min { ($0.distance, $0.word) < ($1.distance, $1.word) }?.word
  }

  /// How many letters must be changed, added or taken out to make the other word.
  private func distance(to other: String) -> Int {
    let letters = Array(other.lowercased())
    var above = Array(0...letters.count)
    for (row, letter) in lowercased().enumerated() {
      var current = [row + 1]
      for (column, candidate) in letters.enumerated() {
        let change = above[column] + (letter == candidate ? 0 : 1)
        current.append([change, above[column + 1] + 1, current[column] + 1].min() ?? change)
      }
      above = current
    }
    return above[letters.count]
  }
}

extension Sequence<String> {
  /// The words as a sentence lists them.
  var listed: String { joined(separator: ", ") }
}
