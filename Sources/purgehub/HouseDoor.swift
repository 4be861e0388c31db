import Foundation
import HTTPTypes
import Hub
import PurgeCore
import Web

/// The door to a hub in this very process: the house is opened for one command.
final class HouseDoor: Door {
  private let house: House
  private let api: API

  private init(_ house: House) {
    self.house = house
    api = API(house)
  }

  /// Finds the hub that serves what the flags and the environment describe; where none does, opens
  /// the house itself.
  static func open(
    _ arguments: Arguments, _ opening: House.Opening
  ) async throws(CommandFailure) -> any Door {
    let settings = try settings(arguments)
    guard let hub = await SocketDoor.find(settings) else {
      return try await open(settings, opening)
    }
    if opening == .reloading { try await hub.reload() }
    return hub
  }

  /// The settings that the flags and the environment describe.
  static func settings(_ arguments: Arguments) throws(CommandFailure) -> Settings {
    let file = try settingsFile(arguments)
    do throws(HouseError) {
      var settings = try Settings.load(
        file: file, root: Installation.root,
        environment: ProcessInfo.processInfo.environment)
      if let data = arguments.value("--data") { settings.data = data }
      return settings
    } catch {
      throw CommandFailure(error)
    }
  }

  /// Opens the house of these settings.
  static func open(
    _ settings: Settings, _ opening: House.Opening
  ) async throws(CommandFailure) -> HouseDoor {
    try Descriptors.check()
    Interruption.listen(drainingWithin: settings.drainTimeout)
    do throws(HouseError) {
      return HouseDoor(
        try await House.open(
          settings, opening, environment: ProcessInfo.processInfo.environment))
    } catch {
      throw CommandFailure(error)
    }
  }

  func ask(_ request: HTTPRequest) async throws(CommandFailure) -> HTTPResponse {
    await api.respond(to: request)
  }

  func close() async {
    let left = await house.close()
    guard left > 0 else { return }
    Console().complain(
      "purgehub: \(left) \(left == 1 ? "notice is" : "notices are") not delivered yet; "
        + "the next command or purgehub serve goes on. See purgehub notices list.")
  }

  private static func settingsFile(_ arguments: Arguments) throws(CommandFailure) -> String? {
    let named =
      arguments.value("--config") ?? ProcessInfo.processInfo.environment["PURGEHUB_CONFIG"]
    let file = named ?? Installation.root + "/config/purgehub.json5"
    if FileManager.default.fileExists(atPath: file) { return file }
    guard let named else { return nil }
    throw CommandFailure(
      exit: .noInput, problem: "There is no settings file \(named)",
      remedy: "Name one that exists, or leave --config out.")
  }
}

/// Runs what may be refused without a hub; the refusal ends the command.
func refusing<Value>(_ work: () throws(Refusal) -> Value) throws(CommandFailure) -> Value {
  do throws(Refusal) { return try work() } catch {
    throw CommandFailure(
      exit: ExitCode(error.code), problem: error.detail, remedy: error.action, code: error.code)
  }
}

extension CommandFailure {
  /// Why the house did not open.
  init(_ error: HouseError) {
    let exit: ExitCode =
      switch error.kind {
      case .inUse, .full: .tryAgain
      case .cannotCreate: .cannotCreate
      case .configuration, .newer: .configuration
      case .damaged: .internalError
      }
    self.init(
      exit: exit, problem: error.problem, remedy: error.remedy,
      code: error.code)
  }
}

extension HouseError {
  /// What people quote of it.
  fileprivate var code: Code? {
    switch kind {
    case .full: .storageFull
    case .newer: .newerDatabase
    default: nil
    }
  }
}

/// How many files this process may have open at once.
enum Descriptors {
  /// Libdispatch crashes where it gets none, so a hub that could run out of them does not start.
  static let least: UInt = 64

  static func check() throws(CommandFailure) {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0,
      limit.rlim_cur < least
    else { return }
    throw CommandFailure(
      exit: .configuration, problem: "Only \(limit.rlim_cur) files may be open at once",
      remedy: "Allow at least \(least), with ulimit -n or LimitNOFILE.")
  }
}

/// Where the program's files are.
enum Installation {
  /// The folder that holds `Connectors` and `config`: the working folder, else the nearest one above
  /// the program, else where packages put it.
  static let root: String = {
    let here = FileManager.default.currentDirectoryPath
    if holdsFiles(here) { return here }
    var folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      if holdsFiles(folder.path) { return folder.path }
    }
    return holdsFiles("/usr/share/purgehub") ? "/usr/share/purgehub" : here
  }()

  private static func holdsFiles(_ folder: String) -> Bool {
    FileManager.default.fileExists(atPath: folder + "/Connectors")
      && FileManager.default.fileExists(atPath: folder + "/config/purgehub.json5")
  }
}
