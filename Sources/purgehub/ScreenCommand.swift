import Documents
import Foundation
import HTTPTypes
import PurgeCore

extension Command {
  static let screenUsers = Command(
    shape: CommandShape(
      words: ["users", "screen"], operands: ["FILE"],
      summary: "Say which rows of a CSV name a purged person, by line; - for standard input.",
      flags: [
        .init(
          name: "--column", value: "NAME",
          help: "look only at this column of the first row; all without it", isRepeated: true)
      ],
      example: "purgehub users screen export.csv --column email --column external_id")
  ) { session async throws(CommandFailure) in
    var screening = Screening(session: session)
    do throws(CommandFailure) {
      try await screening.run(session.arguments.operands[0])
    } catch {
      screening.finish(isComplete: false)
      throw error
    }
    screening.finish(isComplete: true)
    return screening.suppressed == 0 ? .done : .attention
  }
}

/// The rows of one file on their way through the hub, a batch at a time.
///
/// The first row is looked at as well: a file without headings begins with a person.
private struct Screening {
  private static let mostRows = 1_000
  private static let mostBytes = 1 << 19

  let session: Session
  private(set) var suppressed = 0
  private var rows = 0
  private var reader = CSVRows()
  private var batch: [CSVRows.Row] = []
  private var batchBytes = 0
  private var isOpen = false
  /// The positions of the columns to look at; nil for all.
  private var columns: [Int]?

  init(session: Session) { self.session = session }

  mutating func run(_ file: String) async throws(CommandFailure) {
    let input = try Input(file)
    if session.wantsJSON { session.console.say("{\"suppressed\": [") }
    isOpen = true
    while let bytes = try input.next() {
      for row in try await reading({ (reader) throws(CSVError) in try reader.read(bytes) }) {
        try await take(row)
      }
    }
    if let row = try await reading({ (reader) throws(CSVError) in try reader.end() }) {
      try await take(row)
    }
    try await send()
  }

  /// Says the totals, of what was looked at until something went wrong.
  func finish(isComplete: Bool) {
    guard isOpen else { return }
    guard !session.wantsJSON else {
      let totals: JSON = [
        "rows": JSON(rows), "rowsSuppressed": JSON(suppressed), "isComplete": .bool(isComplete),
      ]
      let text = String(decoding: totals.encoded().dropFirst(), as: UTF8.self)
      return session.console.say("], \(text)")
    }
    session.console.endProgress()
    session.console.say("\(rows) rows, \(suppressed) suppressed")
  }

  /// Reads on; before a mistake in the file is told, the rows before it are looked at.
  private mutating func reading<Value>(
    _ work: (inout CSVRows) throws(CSVError) -> Value
  ) async throws(CommandFailure) -> Value {
    do throws(CSVError) { return try work(&reader) } catch {
      try await send()
      throw CommandFailure(
        exit: .badInput, problem: error.description,
        remedy: "The rows before it were looked at, those after it were not.",
        code: .unreadableInput)
    }
  }

  private mutating func take(_ row: CSVRows.Row) async throws(CommandFailure) {
    if rows == 0, batch.isEmpty { columns = try chosenColumns(in: row) }
    var row = row
    if let columns { row.cells = columns.map { row.cells[$0] } }
    batch.append(row)
    batchBytes += row.cells.reduce(0) { $0 + $1.utf8.count }
    if batch.count == Self.mostRows || batchBytes > Self.mostBytes { try await send() }
  }

  private func chosenColumns(in row: CSVRows.Row) throws(CommandFailure) -> [Int]? {
    let names = session.arguments.all("--column")
    guard !names.isEmpty else { return nil }
    let places = names.compactMap { name in row.cells.firstIndex(of: name) }
    guard places.count == names.count else {
      throw CommandFailure(
        exit: .badInput, problem: "The first row has no column of one of these names",
        remedy: "Name columns as the first row spells them, or leave --column out.",
        code: .unreadableInput)
    }
    return places
  }

  private mutating func send() async throws(CommandFailure) {
    guard !batch.isEmpty else { return }
    let cells = batch.map { JSON.array($0.cells.map(JSON.string)) }
    let answer = try await session.ask(.post, "/v1/users/screen", ["rows": .array(cells)])
    for found in answer["suppressed"]?.array ?? [] { show(found) }
    rows += batch.count
    batch = []
    batchBytes = 0
    if !session.wantsJSON, session.console.isTerminal {
      session.console.progress("\(rows) rows, \(suppressed) suppressed")
    }
  }

  private mutating func show(_ found: JSON) {
    guard let row = found["row"]?.integer, batch.indices.contains(row) else { return }
    let line = batch[row].line
    suppressed += 1
    let requests = found["requests"]?.array ?? []
    guard !session.wantsJSON else {
      let entry: JSON = [
        "line": JSON(line), "code": found["code"] ?? .null, "requests": .array(requests),
      ]
      let text = String(decoding: entry.encoded(), as: UTF8.self)
      return session.console.say((suppressed == 1 ? "  " : "  ,") + text)
    }
    let purges = requests.map {
      "\($0["id"]?.string ?? "") of \($0["acceptedAt"]?.string?.prefix(10) ?? "")"
    }
    session.console.endProgress()
    session.console.say(
      "line \(line): suppressed (\(found["code"]?.integer ?? 0)), purged by "
        + purges.joined(separator: ", "))
  }
}

/// A file that is read in pieces; one that breaks off is never taken for one that ends.
private struct Input: ~Copyable {
  private let name: String
  private let descriptor: Int32

  /// Opens a file; `-` is standard input.
  init(_ name: String) throws(CommandFailure) {
    self.name = name
    descriptor = name == "-" ? STDIN_FILENO : unsafe open(name, O_RDONLY | O_CLOEXEC)
    guard descriptor < 0 else { return }
    throw CommandFailure(
      exit: .noInput, problem: "\(name) cannot be read",
      remedy: "Check that the file is there and that you may read it.")
  }

  deinit { if descriptor > STDIN_FILENO { close(descriptor) } }

  /// The next piece; nil at the end of the file.
  func next() throws(CommandFailure) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe read(descriptor, &bytes, bytes.count)
      if count > 0 { return Array(bytes.prefix(count)) }
      if count == 0 { return nil }
      // A signal on the way is no failure of the file.
      guard errno != EINTR else { continue }
      throw CommandFailure(
        exit: .noInput, problem: "\(name) could be read only in part",
        remedy: "The rows before that were looked at; check the disk, then try again.")
    }
  }
}
