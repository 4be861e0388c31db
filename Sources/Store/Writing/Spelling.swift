import PurgeCore

/// How verdicts and task states are spelled in the database.
extension Verdict {
  /// The number a verdict is stored as; never reused.
  var number: Int {
    switch self {
    case .erased: 1
    case .absent: 2
    case .accepted: 3
    case .verifiedAbsent: 4
    case .notApplicable: 5
    case .waived: 6
    case .ambiguous: 7
    case .failed: 8
    }
  }

  /// The verdict of a stored number; the code tells one failure from another.
  init?(number: Int, code: Int) {
    switch number {
    case 1: self = .erased
    case 2: self = .absent
    case 3: self = .accepted
    case 4: self = .verifiedAbsent
    case 5: self = .notApplicable
    case 6: self = .waived
    case 7: self = .ambiguous
    case 8: self = .failed(Code(code))
    default: return nil
    }
  }
}

extension TaskState {
  /// The code that comes with it; nil for most states.
  var code: Code? {
    switch self {
    case .blocked(let code), .needsAttention(let code): code
    default: nil
    }
  }

  /// The state of a stored word.
  init?(word: String, code: Int) {
    switch word {
    case "queued": self = .queued
    case "running": self = .running
    case "awaitingVendor": self = .awaitingVendor
    case "blocked": self = .blocked(Code(code))
    case "needsAttention": self = .needsAttention(Code(code))
    case "completed": self = .completed
    case "noDataFound": self = .noDataFound
    case "notApplicable": self = .notApplicable
    case "waived": self = .waived
    case "cancelled": self = .cancelled
    default: return nil
    }
  }
}

extension Code: SQLBindable { var sqlValue: SQLValue { .integer(Int64(number)) } }
extension TaskState: SQLBindable { var sqlValue: SQLValue { .text(word) } }

extension PurgePurpose {
  /// The purpose's word.
  var word: String {
    switch self {
    case .erasure: "erasure"
    case .retentionPolicy: "retentionPolicy"
    case .dataHygiene: "dataHygiene"
    }
  }

  /// The regulation of an erasure; nil for other purposes.
  var regulation: String? {
    if case .erasure(let regulation) = self { regulation } else { nil }
  }

  init(word: String, regulation: String?) {
    switch word {
    case "retentionPolicy": self = .retentionPolicy
    case "dataHygiene": self = .dataHygiene
    default: self = .erasure(regulation: regulation ?? "")
    }
  }
}

extension StoreError {
  /// A row that this hub cannot have written.
  static func damaged(_ what: String) -> StoreError {
    StoreError(.damaged, call: "read", detail: "\(what) holds a value this hub never writes")
  }
}
