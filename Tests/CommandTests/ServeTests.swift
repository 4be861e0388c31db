import Documents
import Foundation
import Glibc
import HTTPTypes
import Hub
import Sandbox
import TestSupport
import Testing

@testable import purgehub

@Suite struct `A hub that serves` {
  @Test func `answers the commands, and says that it can work`() async throws {
    let desk = try Desk()
    #expect(try await desk.run("status").code == 69 || Desk.isServed)
    try desk.serve()
    #expect(try await desk.run("status", "--json").json["state"] == "ready")
    #expect(try await desk.run("requests", "list").code == 0)
  }

  @Test func `is alone in its folder`() async throws {
    let desk = try Desk()
    try desk.serve()
    let other = try await desk.run("serve")
    #expect(other.code == 75)
    #expect(other.complaint.contains("is in use"))
    #expect(try await desk.run("status").code == 0)
  }

  @Test func `purges by itself when the command has gone`() async throws {
    let journey = try Journey("batch", "lookup")
    try journey.desk.serve()
    #expect(try await journey.purge(nil, "--no-wait").code == 0)
    let id = try #require(try await journey.desk.requests().first)
    #expect(try await journey.run("requests", "wait", id).code == 0)
    #expect(try await journey.request()["state"]?.string == "completed")
  }

  @Test func `ALM-12 reads a file that was edited, without being told`() async throws {
    let journey = try Journey("batch")
    let hub = try journey.desk.serve()
    try journey.edit("batch", "enabled: true", to: "enabled: false")
    #expect(try await onThread { hub.waitForLine(containing: #""state":"disabled""#) } != nil)
    try journey.edit("batch", "enabled: false", to: "enabled: true")
    #expect(try await onThread { hub.waitForLine(containing: #""state":"enabled""#) } != nil)
    #expect(try await journey.connector("batch")["state"]?.string == "enabled")
  }

  @Test func `reads its files on SIGHUP, many times if need be`() async throws {
    let journey = try Journey("batch")
    let hub = try journey.desk.serve()
    for _ in 0..<50 { kill(hub.id, SIGHUP) }
    #expect(try await journey.purge().code == 0)
    #expect(kill(hub.id, 0) == 0)
  }

  @Test func `49 S21 finishes what is in flight on SIGTERM, and the next one goes on`() async throws
  {
    let journey = try Journey("batch")
    let vendor = try journey.vendor("batch")
    vendor.be { request in
      if !request.isCheck { usleep(300_000) }
      return nil
    }
    let hub = try journey.desk.serve()
    #expect(try await journey.purge(nil, "--no-wait").code == 0)
    kill(hub.id, SIGTERM)
    #expect(try await onThread { hub.waitForExit() } == 0)
    #expect(!FileManager.default.fileExists(atPath: journey.desk.folder + "/data/hub.sock"))
    journey.desk.forgetHub()
    let id = try #require(try await journey.desk.requests().first)
    #expect(try await journey.run("requests", "wait", id).code == 0)
    #expect(vendor.calls.count <= 2)
  }

  @Test func `that was killed leaves a socket that stops nobody`() async throws {
    let desk = try Desk()
    let hub = try desk.serve()
    kill(hub.id, SIGKILL)
    _ = try await onThread { hub.waitForExit() }
    desk.forgetHub()
    #expect(FileManager.default.fileExists(atPath: desk.folder + "/data/hub.sock"))
    #expect(try await desk.run("requests", "list").code == 0)
    try desk.serve()
    #expect(try await desk.run("status").code == 0)
  }

  @Test func `50 goes on when nobody reads its log`() async throws {
    let desk = try Desk()
    let hub = try desk.serve()
    let door = try #require(await SocketDoor.find(desk.settings))
    // Far more than a socket's buffer and the queue together hold.
    for _ in 0..<7_000 {
      let answer = try await door.ask(.init(.get, "/v1/requests"))
      try #require(answer.status == 200)
    }
    #expect(try await onThread { hub.waitForLine(containing: "log.dropped") } != nil)
  }

  @Test func `S17 writes a line of JSON for what happens, and names nobody`() async throws {
    let journey = try Journey("batch")
    let hub = try journey.desk.serve()
    _ = try await journey.purge()
    _ = try await journey.run("requests", "show", "canary-typed@example.org")
    kill(hub.id, SIGTERM)
    let lines = try await onThread { hub.linesToTheEnd() }
    let events = try lines.map { try JSON(reading: Array($0.utf8))["event"]?.string }
    #expect(events.contains("request.accepted"))
    #expect(events.last == "hub.stopped")
    #expect(!lines.joined().lowercased().contains("canary"))
  }

  @Test func `tells systemd when it serves and when it stops`() async throws {
    let desk = try Desk()
    let manager = try NoticeSocket(desk.folder + "/notify")
    let hub = try desk.serve(["NOTIFY_SOCKET": desk.folder + "/notify"])
    #expect(try await onThread { manager.next() }.contains("READY=1"))
    kill(hub.id, SIGHUP)
    #expect(try await onThread { manager.next() }.contains("RELOADING=1\nMONOTONIC_USEC="))
    #expect(try await onThread { manager.next() }.contains("READY=1"))
    kill(hub.id, SIGTERM)
    #expect(try await onThread { manager.next() }.contains("STOPPING=1"))
  }
}

extension Desk {
  /// The settings of this desk's file.
  fileprivate var settings: Settings {
    var settings = Settings(root: folder)
    settings.data = folder + "/data"
    return settings
  }
}

@Suite struct `A hub under a watchdog` {
  @Test func `says again and again that it lives`() async throws {
    let desk = try Desk()
    let manager = try NoticeSocket(desk.folder + "/notify")
    try desk.serve(["NOTIFY_SOCKET": desk.folder + "/notify", "WATCHDOG_USEC": "200000"])
    let notices = try await onThread { (0..<3).map { _ in manager.next() } }
    #expect(notices.count { $0 == "WATCHDOG=1" } >= 2)
  }
}

/// What systemd listens on.
private final class NoticeSocket: Sendable {
  private let descriptor: Int32

  init(_ path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let code = unsafe withUnsafePointer(to: address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, size)
      }
    }
    guard code == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
  }

  deinit { close(descriptor) }

  func next() -> String {
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = unsafe recv(descriptor, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}
