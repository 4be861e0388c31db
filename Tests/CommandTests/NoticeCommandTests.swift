import Documents
import Foundation
import HTTPTypes
import Sandbox
import Synchronization
import TestSupport
import Testing
import Transport

@Suite struct `Notices by command` {
  /// A journey whose hub calls back a program that answers so.
  private func journey(
    _ answer: @escaping @Sendable (HTTPRequest) -> Int
  ) throws -> (journey: Journey, server: HTTPServer) {
    let journey = try Journey("batch")
    let server = try HTTPServer(on: .loopback(port: 0)) { HTTPResponse(answer($0)) }
    try journey.desk.write("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", to: "secret")
    try journey.desk.write(
      """
      { data: "data", connectors: "connectors", manifests: "manifests",
        notices: { callbacks: [{ url: "http://127.0.0.1:\(server.port)/hook",
          secret: { file: "secret" }, selfHosted: true, events: ["request.completed"] }] } }
      """, to: "hub.json5")
    return (journey, server)
  }

  @Test func `ALM-19 go out with the command that purges, once`() async throws {
    let bodies = Mutex<[String]>([])
    let (journey, server) = try journey { request in
      bodies.withLock { $0.append(String(decoding: request.body, as: UTF8.self)) }
      return 204
    }
    #expect(try await journey.purge().code == 0)
    let told = try await list(journey) { $0["state"] == "delivered" }
    #expect(told["to"] == "callback 127.0.0.1")
    #expect(bodies.withLock(\.self).filter { $0.contains("request.completed") }.count == 1)
    #expect(!bodies.withLock(\.self).joined().contains("canary"))
    server.stop()
  }

  @Test func `that were refused are listed and tried again`() async throws {
    let isHealed = Mutex(false)
    let (journey, server) = try journey { _ in isHealed.withLock { $0 ? 200 : 410 } }
    #expect(try await journey.purge().code == 0)
    _ = try await list(journey) { $0["state"] == "failed" }
    let failed = try await journey.run("notices", "list", "--failed")
    #expect(failed.output.contains("given up"))
    #expect(failed.output.contains("code 8002"))
    isHealed.withLock { $0 = true }
    #expect(try await journey.run("notices", "retry").output == "1 delivery is tried again.\n")
    _ = try await list(journey) { $0["state"] == "delivered" }
    #expect(try await journey.run("notices", "retry", "--notice", "99").code == 65)
    server.stop()
  }

  @Test(.withoutHub) func `that nobody takes are said to wait`() async throws {
    let (journey, server) = try journey { _ in 500 }
    let ended = try await journey.purge()
    #expect(ended.code == 0)
    #expect(ended.complaint.contains("1 notice is not delivered yet"))
    server.stop()
  }

  /// The delivery of the end, once it is as wanted.
  private func list(_ journey: Journey, until isMet: (JSON) -> Bool) async throws -> JSON {
    while true {
      let notices = try await journey.run("notices", "list", "--json").json["notices"]?.array
      let end = notices?.first { $0["kind"] == "request.completed" }
      if let delivery = end?["deliveries"]?[0], isMet(delivery) { return delivery }
    }
  }
}
