import Documents
import Foundation
import HTTPTypes
import Web

/// A file whose rows are screened for purged people.
///
/// The first byte is the size of the pieces in which the file comes; the file follows.
enum ScreenTarget {
  static func run(_ bytes: [UInt8]) async throws(Broken) {
    guard let size = bytes.first else { return }
    let file = Array(bytes.dropFirst())
    let whole = Reading(file, inPiecesOf: max(1, file.count))
    let pieces = Reading(file, inPiecesOf: Int(size) + 1)
    try expect(whole == pieces, "a file is read alike in any pieces")
    if let error = whole.error {
      try expect(error.line >= 1, "an error has a line")
      try expect(!error.description.contains(Marker.text), "an error names nobody")
    }
    let cells = whole.rows.map(\.cells)
    try expect(Set(cells.map(\.count)).count <= 1, "all rows have as many columns")
    let again = Reading(cells.written, inPiecesOf: 7)
    try expect(again.rows.map(\.cells) == cells, "rows that are written again are read alike")
    for start in stride(from: 0, to: cells.count, by: 1_000) {
      try await screen(Array(cells[start..<min(start + 1_000, cells.count)]))
    }
  }

  private static func screen(_ rows: [[String]]) async throws(Broken) {
    let body: JSON = ["rows": .array(rows.map { .array($0.map(JSON.string)) })]
    let answer = try await PurgedHouse.shared().api.respond(
      to: HTTPRequest(
        .post, "/v1/users/screen", fields: ["Content-Type": "application/json"],
        body: body.encoded()))
    try expect(answer.status == 200, "rows of texts are screened")
    try expect(!Marker.isIn(answer.body), "an answer names nobody")
    let found = (try? JSON(reading: answer.body))?["suppressed"]?.array ?? []
    let places = Set(found.compactMap { $0["row"]?.integer })
    for (place, row) in rows.enumerated() {
      if row.contains(where: \.isThePerson) {
        try expect(places.contains(place), "a row with the person's address is found")
      } else if places.contains(place) {
        try expect(row.contains(where: \.holdsThePerson), "a row without it is not")
      }
    }
  }
}

/// What reading a file gave.
private struct Reading: Equatable {
  var rows: [CSVRows.Row] = []
  var error: CSVError?

  init(_ file: [UInt8], inPiecesOf size: Int) {
    var reader = CSVRows()
    do throws(CSVError) {
      for start in stride(from: 0, to: file.count, by: size) {
        rows += try reader.read(file[start..<min(start + size, file.count)])
      }
      if let row = try reader.end() { rows.append(row) }
    } catch { self.error = error }
  }
}

extension [[String]] {
  /// The rows as a file with every cell in quotes.
  fileprivate var written: [UInt8] {
    let lines = map { row in
      row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",") + "\n"
    }
    return [UInt8](lines.joined().utf8)
  }
}

extension String {
  /// Whether the cell is the person's address, in any case and with blanks around it.
  fileprivate var isThePerson: Bool {
    trimmingCharacters(in: CharacterSet(charactersIn: " \t\n")).lowercased() == PurgedHouse.person
  }

  fileprivate var holdsThePerson: Bool { lowercased().contains(PurgedHouse.person) }
}
