import Documents
import Foundation
import HTTPTypes
import PurgeCore

/// Why a command stops early, with the words for the person and the number for the script.
struct CommandFailure: Error {
  var exit: ExitCode
  var problem: String
  var remedy: String
  var code: Code?
}

/// One run of the program: the terminal, what was typed, and the door to the hub.
struct Session: Sendable {
  let arguments: Arguments
  let console = Console()
  let door: any Door

  var wantsJSON: Bool { arguments.has("--json") }

  /// Asks the hub and returns the JSON of its answer; a refusal is thrown.
  func ask(
    _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, fields: HTTPFields = [:]
  ) async throws(CommandFailure) -> JSON {
    var fields = fields
    if body != nil { fields["Content-Type"] = "application/json" }
    return try await ask(HTTPRequest(method, path, fields: fields, body: body?.encoded() ?? []))
  }

  /// Asks the hub with a request made elsewhere.
  func ask(_ request: HTTPRequest) async throws(CommandFailure) -> JSON {
    let response = try await answer(to: request)
    return (try? JSON(reading: response.body)) ?? .null
  }

  /// Asks the hub and returns its answer as it came; a refusal is thrown.
  func answer(to request: HTTPRequest) async throws(CommandFailure) -> HTTPResponse {
    var request = request
    request.fields["PurgeHub-Operator"] = Self.operatorName
    let response = try await door.ask(request)
    guard (200..<300).contains(response.status) else {
      throw CommandFailure((try? JSON(reading: response.body)) ?? .null)
    }
    return response
  }

  /// Prints an answer as JSON, for programs.
  func print(json: JSON) { console.say(String(decoding: json.encodedPretty(), as: UTF8.self)) }

  /// Who sits at the terminal, for the audit; the system's word, not a claim checked here.
  private static var operatorName: String {
    let name = ProcessInfo.processInfo.environment["SUDO_USER"] ?? NSUserName()
    return String(
      name.unicodeScalars.filter { $0.isASCII && $0.value > 32 && $0.value < 127 }.prefix(64).map(
        Character.init))
  }
}

extension CommandFailure {
  /// The failure for programs; it goes to standard error, so that standard output stays one document.
  var json: JSON {
    [
      "code": code.map { JSON($0.number) } ?? .null, "detail": .string(problem),
      "action": .string(remedy), "exit": JSON(Int(exit.rawValue)),
    ]
  }

  /// A refusal as problem details say it (RFC 9457).
  init(_ problem: JSON) {
    let code = Code(problem["code"]?.integer ?? 0)
    self.init(
      exit: code.number == 0 ? .internalError : ExitCode(code),
      problem: problem["detail"]?.string ?? "The hub gave no reason",
      remedy: problem["action"]?.string ?? "", code: code)
  }
}

/// The way to the hub: in this process, or over its socket.
protocol Door: Sendable {
  /// Hands over a request and waits for the answer.
  func ask(_ request: HTTPRequest) async throws(CommandFailure) -> HTTPResponse
  /// Finishes what is in flight and lets go; whoever used the door calls it once.
  func close() async
}

/// For commands that need no hub.
struct NoDoor: Door {
  func ask(_ request: HTTPRequest) async throws(CommandFailure) -> HTTPResponse {
    throw CommandFailure(exit: .internalError, problem: "This command opened no hub", remedy: "")
  }
  func close() async {}
}
