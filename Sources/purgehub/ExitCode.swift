import PurgeCore

/// How the program ends, for scripts (VOCABULARY: exit codes; the rest as in sysexits.h).
enum ExitCode: Int32, Sendable {
  case done = 0
  /// Finished with exceptions, or a person must act.
  case attention = 1
  case usage = 2
  case badInput = 65
  case noInput = 66
  case unavailable = 69
  case internalError = 70
  case cannotCreate = 73
  case tryAgain = 75
  case notPermitted = 77
  case configuration = 78

  /// What a refusal of the hub means to a script.
  init(_ code: Code) {
    switch code {
    case .planChanged, .storageFull: self = .tryAgain
    case .storageFailed: self = .internalError
    case .backupPlace: self = .cannotCreate
    case .newerDatabase: self = .configuration
    case .wrongState, .irreversible: self = .notPermitted
    default:
      switch code.number / 1_000 {
      case 1: self = .badInput
      case 2: self = .notPermitted
      case 3: self = .configuration
      default: self = .attention
      }
    }
  }
}
