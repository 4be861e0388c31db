public import Documents
import Foundation
import PurgeCore
import Store

/// Looks at everything a support engineer would ask about, and changes nothing.
///
/// It opens no house: it works beside a hub that serves, and where a hub cannot start at all.
public struct Doctor {
  let settings: Settings
  let environment: [String: String]
  /// Whether every index is compared with its table, which reads the whole database twice.
  let isThorough: Bool
  /// Whether the hub's socket was found, and what it answered; nil for no answer.
  let answer: Readiness?

  /// A doctor for a hub of these settings; `answer` is what its socket said, nil for nothing.
  public init(
    _ settings: Settings, environment: [String: String], isThorough: Bool, answer: Readiness?
  ) {
    self.settings = settings
    self.environment = environment
    self.isThorough = isThorough
    self.answer = answer
  }

  /// Examines everything, in an order in which a fault explains those after it.
  public func examine() -> [Finding] {
    let patient = Patient(settings, environment)
    return [
      folder, files, key, server, socket, database, version, keyFits, log, disk, clock, descriptors,
      kinds, connectorFiles, purgedPeople, disabledConnectors, deadlines, attention, libraries,
      watchdog,
    ].map { $0(patient) }
  }
}

/// What a doctor found at one place.
public struct Finding: Sendable, Hashable {
  /// How grave it is.
  public enum Grade: String, Sendable, Comparable {
    case ok
    /// Somebody should look at it; the hub works.
    case warning
    /// The hub cannot work, or not rightly.
    case fault

    /// Orders from good to bad.
    public static func < (a: Grade, b: Grade) -> Bool { a.order < b.order }

    private var order: Int { self == .ok ? 0 : self == .warning ? 1 : 2 }
  }

  /// What was looked at.
  public var topic: String
  /// How grave it is.
  public var grade: Grade
  /// What was seen, in a sentence without identities and secrets.
  public var sentence: String
  /// What to do; nil when nothing is to be done.
  public var remedy: String?

  /// A finding that all is well.
  public static func ok(_ topic: String, _ sentence: String) -> Finding {
    Finding(topic: topic, grade: .ok, sentence: sentence, remedy: nil)
  }

  /// Something somebody should look at.
  public static func warning(_ topic: String, _ sentence: String, _ remedy: String) -> Finding {
    Finding(topic: topic, grade: .warning, sentence: sentence, remedy: remedy)
  }

  /// Something that keeps the hub from working.
  public static func fault(_ topic: String, _ sentence: String, _ remedy: String) -> Finding {
    Finding(topic: topic, grade: .fault, sentence: sentence, remedy: remedy)
  }

  /// The finding as programs read it.
  public var json: JSON {
    [
      "topic": .string(topic), "grade": .string(grade.rawValue), "sentence": .string(sentence),
      "remedy": remedy.map(JSON.string) ?? .null,
    ]
  }
}

/// What the examinations share: read once, before the first of them.
struct Patient {
  /// The process that holds the data folder; nil when none does.
  let holder: Int?
  /// The look into the database; nil when there is none to look into.
  let probe: Result<StoreProbe, StoreError>?
  /// The master key; nil when there is none yet.
  let key: Result<MasterKey?, HouseError>
  /// Whether a look into the database would leave files behind that are not the hub's.
  let isForeign: Bool

  init(_ settings: Settings, _ environment: [String: String]) {
    let (data, holder) = (settings.data, LockHolder.of(settings.data + "/hub.lock"))
    self.holder = holder
    key = Result { () throws(HouseError) in
      try MasterKey.find(settings, environment: environment)
    }
    guard let database = FileFacts(data + "/hub.sqlite") else {
      (probe, isForeign) = (nil, false)
      return
    }
    let hasLog = FileFacts(data + "/hub.sqlite-wal").map { $0.size > 0 } ?? false
    let isShared = FileFacts(data + "/hub.sqlite-shm") != nil
    isForeign = database.owner != Int(geteuid()) && hasLog && !isShared
    let isAlone = holder == nil && !hasLog
    probe =
      isForeign
      ? nil
      : Result { () throws(StoreError) in try StoreProbe(folder: data, isAlone: isAlone) }
  }

  var store: StoreProbe? { try? probe?.get() }

  var masterKey: MasterKey? { (try? key.get()) ?? nil }
}

/// Who holds a lock file, asked without taking the lock: whoever starts just then is not disturbed.
enum LockHolder {
  /// The process that holds it; 0 when the system does not say which, nil when none does.
  static func of(_ path: String) -> Int? {
    guard let file = FileFacts(path),
      let words = try? String(contentsOfFile: path, encoding: .utf8)
    else { return nil }
    let named = words.split(separator: "\n").first.flatMap { Int($0) }
    if let named, hasOpen(path, named) { return named }
    // The list is read in pieces, and what ends meanwhile can hide a line.
    let isHeld = (0..<3).contains { _ in isListed(file) }
    return isHeld ? named ?? 0 : nil
  }

  private static func hasOpen(_ path: String, _ process: Int) -> Bool {
    let folder = "/proc/\(process)/fd"
    let path = URL(filePath: path).resolvingSymlinksInPath().path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.contains { name in
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")) == path
    }
  }

  private static func isListed(_ file: FileFacts) -> Bool {
    let locks = (try? String(contentsOfFile: "/proc/locks", encoding: .utf8)) ?? ""
    return locks.split(separator: "\n").contains { $0.isLock(of: file) }
  }
}

extension Substring {
  /// Reads a line such as `1: FLOCK  ADVISORY  WRITE 4711 08:01:393217 0 EOF`.
  ///
  /// The file system's number is left out, because layered ones have two.
  fileprivate func isLock(of file: FileFacts) -> Bool {
    let words = split(separator: " ")
    return words.count > 5 && words[1] == "FLOCK"
      && words[5].split(separator: ":").last == "\(file.identity[1])"
  }
}
