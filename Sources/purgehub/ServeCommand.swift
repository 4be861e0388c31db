import Documents
import Foundation
import HTTPTypes
import Hub
import Transport
import Web

extension Command {
  static let serve = Command(
    shape: CommandShape(
      words: ["serve"],
      summary: "Serve as the hub of a data folder until SIGTERM; other commands then talk to it.",
      example: "purgehub serve"),
    opening: nil
  ) { session async throws(CommandFailure) in
    let service = try await Service.start(HouseDoor.settings(session.arguments))
    await service.untilAsked()
    await service.stop()
    return .done
  }

  static let status = Command(
    shape: CommandShape(
      words: ["status"], summary: "Say whether a hub serves this data folder and can work.",
      example: "purgehub status"),
    opening: nil
  ) { session async throws(CommandFailure) in
    let settings = try HouseDoor.settings(session.arguments)
    guard let door = await SocketDoor.find(settings) else {
      throw CommandFailure(
        exit: .unavailable, problem: "No hub serves \(settings.data)",
        remedy: "Start one with purgehub serve; commands work without one too.")
    }
    let response = try await door.ask(HTTPRequest(.get, "/readyz"))
    let answer = (try? JSON(reading: response.body)) ?? .null
    session.wantsJSON
      ? session.print(json: answer)
      : session.console.say(
        "The hub of \(settings.data) is \(answer["state"]?.string ?? "silent").")
    return response.status == 200 ? .done : .tryAgain
  }
}

/// A house that serves: the engine, the API on its socket, and what the system tells it.
private struct Service {
  private let house: House
  private let server: HTTPServer
  private let log: Log
  private let manager = ServiceManager()
  private let files: FileWatch?

  static func start(_ settings: Settings) async throws(CommandFailure) -> Service {
    try Descriptors.check()
    Interruption.listen(drainingWithin: settings.drainTimeout) { _ in }
    let log = Log(to: STDOUT_FILENO)
    let house: House
    do throws(HouseError) {
      house = try await House.open(
        settings, environment: ProcessInfo.processInfo.environment, log: log)
    } catch {
      log.close()
      throw CommandFailure(error)
    }
    do throws(TransportError) {
      return try Service(house, log)
    } catch {
      await house.close()
      log.close()
      throw CommandFailure(
        exit: .cannotCreate,
        problem: "The hub cannot listen on \(SocketDoor.path(settings)): \(error.call) failed",
        remedy: "Check the folder, and that its path is shorter than 100 letters.")
    }
  }

  private init(_ house: House, _ log: Log) throws(TransportError) {
    self.house = house
    self.log = log
    let api = API(house)
    // A CSV of a million people is one body; only the folder's owner can send it.
    let limits = ServerLimits(bodyBytes: 256 << 20, stopTime: .seconds(3))
    server = try HTTPServer(on: .unix(path: SocketDoor.path(house.settings)), limits: limits) {
      request in
      let start = ContinuousClock.now
      let response = await api.respond(to: request)
      if !request.isGoodProbe(response) {
        log.answered(request, response.status, after: .now - start)
      }
      return response
    }
    files = house.watchFiles()
    if files == nil { log.write(.warning, "connectors.unwatched") }
    Interruption.listenForReload { [manager] in
      manager.reloading()
      await house.reloadQuietly(by: "SIGHUP")
      manager.ready()
    }
    log.write(.info, "hub.serving", [.init("version", .string(Command.versionNumber))])
    manager.ready()
  }

  func untilAsked() async {
    let watchdog = Task { [manager, house] in
      await manager.feedWatchdog { await house.readiness() != .stuck }
    }
    await Interruption.untilAsked()
    watchdog.cancel()
  }

  /// Takes no more requests, finishes what is in flight, and lets go of the folder.
  func stop() async {
    manager.stopping()
    log.write(.info, "hub.stopping")
    await withTaskGroup { group in
      // Whoever waits for news is told at the next turn, while the engine finishes.
      group.addTask { server.stop() }
      group.addTask { await house.close() }
    }
    log.write(.info, "hub.stopped")
    log.close()
  }
}

extension Log {
  /// A request of the API was answered; what a client wrote into the path is left out.
  fileprivate func answered(_ request: HTTPRequest, _ status: Int, after time: Duration) {
    let parts = request.url.prefix { $0 != "?" }.split(separator: "/")
    let known = parts.enumerated().map { index, part in
      index == 2 && parts.count > 2 && !["reload", "check"].contains(part) ? "*" : String(part)
    }
    let milliseconds =
      time.components.seconds * 1_000 + time.components.attoseconds / 1_000_000_000_000_000
    write(
      status < 500 ? .info : .error, "api.answered",
      [
        .init("method", .string(request.method.rawValue)),
        .init("address", .string("/" + known.prefix(4).joined(separator: "/"))),
        .init("status", JSON(status)), .init("milliseconds", JSON(milliseconds)),
        .init("by", .string(request.fields["PurgeHub-Operator"] ?? "unknown")),
      ])
  }
}

extension HTTPRequest {
  /// Whether it is a probe that found all well, which comes every few seconds and is no news.
  fileprivate func isGoodProbe(_ response: HTTPResponse) -> Bool {
    response.status == 200 && ["/livez", "/readyz"].contains(url)
  }
}
