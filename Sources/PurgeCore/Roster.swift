/// The people of a request, in their order.
///
/// Those of a column, known by one name of one kind each, are kept as the bytes they came in, without
/// an object for each: a million of them take little more than their file did.
public struct Roster: Sendable, RandomAccessCollection {
  private enum Storage: Sendable {
    case each([Subject])
    case column(Column)
  }

  private var storage: Storage

  /// People who are kept one by one.
  public init(_ people: [Subject] = []) { storage = .each(people) }

  /// People known by one name each.
  public init(_ column: Column) { storage = .column(column) }

  /// The first person's position, always 0.
  public var startIndex: Int { 0 }
  /// How many people there are.
  public var endIndex: Int {
    switch storage {
    case .each(let people): people.count
    case .column(let column): column.count
    }
  }

  /// A person, made anew where they are kept as a column.
  public subscript(position: Int) -> Subject {
    switch storage {
    case .each(let people): people[position]
    case .column(let column): Subject([column[position]])
    }
  }

  /// The people as a column; nil when they are kept one by one.
  public var column: Column? {
    if case .column(let column) = storage { column } else { nil }
  }
}

extension Roster: Hashable {
  /// Two lists are equal when they hold the same people in the same order, however they are kept.
  public static func == (a: Roster, b: Roster) -> Bool { a.elementsEqual(b) }

  /// Hashes how many there are and who is first.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    hasher.combine(first)
  }
}

extension Roster {
  /// Names of one kind: places in some bytes, most often those of a file.
  public struct Column: Sendable {
    /// What sort of names they are.
    public let kind: IdentityKind
    /// How to choose when several profiles match; the same for everybody.
    public var prioritization: [Prioritization] = []
    /// The bytes that hold the names.
    public let bytes: [UInt8]
    private var starts: [UInt32]
    private var ends: [UInt32]

    /// Takes the names that stand at these places of some bytes, in UTF-8.
    public init(_ kind: IdentityKind, in bytes: [UInt8], from starts: [UInt32], to ends: [UInt32]) {
      precondition(starts.count == ends.count, "each name begins and ends somewhere")
      self.kind = kind
      self.bytes = bytes
      self.starts = starts
      self.ends = ends
    }

    /// How many.
    public var count: Int { starts.count }

    /// The bytes of a name.
    public func name(at position: Int) -> ArraySlice<UInt8> {
      bytes[Int(starts[position])..<Int(ends[position])]
    }

    /// A name as an identity.
    public subscript(position: Int) -> Identity {
      Identity(
        kind, String(decoding: name(at: position), as: UTF8.self), prioritization: prioritization)
    }

    /// Keeps the names whose positions fit, in their order.
    public mutating func keep(where isKept: (Int) -> Bool) {
      var kept = 0
      for position in starts.indices where isKept(position) {
        // Nothing is written while nothing is left out, so that nothing need be copied.
        if kept < position { (starts[kept], ends[kept]) = (starts[position], ends[position]) }
        kept += 1
      }
      guard kept < starts.count else { return }
      starts.removeLast(starts.count - kept)
      ends.removeLast(ends.count - kept)
    }
  }
}
