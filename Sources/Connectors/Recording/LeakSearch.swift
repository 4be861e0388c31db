import Documents
import PurgeCore

extension Recorder {
  /// Replays the finished file as its test will, and looks for real texts in it.
  func verify(
    _ draft: ExchangesDraft, _ file: JSON, _ settings: InventedSettings, _ stranger: Subject?,
    _ pseudonyms: Pseudonyms
  ) throws(RecordingProblem) {
    do throws(Diagnostics) {
      let exchanges = try Exchanges(of: manifest.name, reading: Array(draft.text.utf8))
      for story in exchanges.cases where !story.replay(manifest).isEmpty {
        throw Diagnostics([])
      }
    } catch {
      throw RecordingProblem(
        "The recorded file does not replay as it was recorded.",
        remedy: "Write it by hand, from the vendor's documentation.")
    }
    let invented = settings.file.map { String(decoding: $0.value.encoded(), as: UTF8.self) }
    let names = stranger?.identities.flatMap { [$0.value, $0.label ?? ""] } ?? []
    let search = LeakSearch(
      file: file, text: draft.text,
      constants: ([pseudonyms.words.everything] + pseudonyms.kept + invented + names
        + LeakSearch.ours)
        .joined(separator: "\n").lowercased())
    if let person, search.holds(person) { throw .leak("one of the person's identifiers") }
    for setting in settings.replaced where setting.original != setting.invented {
      if search.holds(setting.original, isSecret: setting.isSecret) {
        throw .leak(setting.isSecret ? "a secret" : "one of the real settings")
      }
    }
    if search.holdsAny(of: texts, fields: pseudonyms.words.fields) {
      throw .leak("a text of the vendor's answers")
    }
  }
}

extension RecordingProblem {
  fileprivate static func leak(_ what: String) -> RecordingProblem {
    RecordingProblem(
      "What was to be written still holds \(what), so nothing is written.",
      remedy: "Name another person, or write the cases by hand.", isByChance: true)
  }
}

/// Looks for real texts in what is about to be written.
struct LeakSearch {
  private let text: String
  private let constants: String
  /// Everything but names of members.
  private let values: String
  /// The same of answers alone.
  private let leaves: [UInt8]
  private let names: Set<String>
  private let grams: Set<UInt32>

  /// What the recorder itself writes.
  static let ours = [
    "www.example.com", "mon, 01 jan 2024 00:00:00 gmt", "2024-01-01t00:00:00.000+00:00",
    "this is no json.", "application/json", "text/html", "text/plain", "bearer", "basic",
  ]

  init(file: JSON, text: String, constants: String) {
    self.text = text.lowercased()
    self.constants = constants
    var values = ""
    for story in file["cases"]?.array ?? [] {
      for member in story.members ?? [] where member.name != "case" {
        member.value.texts { values += $0 + "\n" }
      }
    }
    self.values = values.lowercased()
    var leaves = ""
    var names: Set<String> = []
    for story in file["cases"]?.array ?? [] {
      let exchanges = (story["exchanges"]?.array ?? []) + [story["token"]].compactMap { $0 }
      for exchange in exchanges {
        exchange["response"]?["headers"]?.texts { leaves += $0 + "\n" }
        exchange["response"]?["body"]?.texts({ leaves += $0 + "\n" }, names: { names.insert($0) })
      }
    }
    self.leaves = Array(leaves.lowercased().utf8)
    self.names = names
    grams = Set(
      self.leaves.indices.dropLast(3).map { [leaves = self.leaves] in leaves.gram(at: $0) })
  }

  /// Whether one of a person's names stands anywhere, in whatever spelling.
  func holds(_ person: Subject) -> Bool {
    person.identities.flatMap { [$0.value, $0.label ?? ""] }.contains { value in
      guard value.utf8.count > 3 else {
        return leaves.split(separator: 10).contains { $0.elementsEqual(value.lowercased().utf8) }
          && !constants.contains(value.lowercased())
      }
      return Spelling.all(of: value).contains { $0.utf8.count > 3 && text.contains($0) }
    }
  }

  /// Whether a real setting stands anywhere.
  func holds(_ setting: String, isSecret: Bool) -> Bool {
    let setting = setting.lowercased()
    guard setting.utf8.count > 3 else { return false }
    return isSecret
      ? text.contains(setting) : values.contains(setting) && !constants.contains(setting)
  }

  /// Whether a text of the real answers stands in those that were written.
  func holdsAny(of originals: Set<[UInt8]>, fields: Set<String>) -> Bool {
    originals.contains { original in
      let name = String(decoding: original, as: UTF8.self)
      let folded = Array(name.lowercased().utf8)
      guard folded.count > 3, Double(name) == nil || folded.count > 4 else { return false }
      if names.contains(name), !fields.contains(name) { return true }
      guard grams.contains(folded.gram(at: 0)), grams.contains(folded.gram(at: folded.count - 4)),
        leaves.contains(folded)
      else { return false }
      return !constants.contains(name.lowercased())
    }
  }
}

extension [UInt8] {
  /// Four bytes as one number: a filter before a search.
  fileprivate func gram(at position: Int) -> UInt32 {
    self[position..<position + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }
}
