/// Why a text could not be read, and where.
///
/// It never carries anything that was read: neither a name nor a value.
public struct DocumentError: Error, Sendable, Hashable {
  /// The file as it was named by the reader's caller.
  public let file: String
  /// The line, from 1.
  public let line: Int
  /// The column in characters, from 1.
  public let column: Int
  /// What is wrong and what to write instead, as half a sentence.
  public let reason: String
}

extension DocumentError: CustomStringConvertible {
  /// The sentence for people.
  public var description: String { "\(file), line \(line), column \(column): \(reason)." }
}
