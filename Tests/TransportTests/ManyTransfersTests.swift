import Glibc
import HTTPTypes
import Sandbox
import Synchronization
import TestSupport
import Testing
import Transport

@Suite struct `Many transfers` {
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

  @Test func `are under way at once`() async throws {
    let gate = Gate(for: 200)
    let server = try RawServer { connection in
      guard connection.readRequest() != nil else { return }
      gate.waitForAll()
      connection.write(Self.ok)
    }
    let finished = try await onThread {
      let client = try HTTPClient()
      client.open("vendor", policy: .loopback)
      for number in 0..<200 {
        client.send(
          HTTPRequest(.get, server.url), as: TransferID(UInt64(number)), to: "vendor")
      }
      return client.finish()
    }
    #expect(finished.allSatisfy { $0.result.failureKind == nil })
    #expect(Set(finished.map(\.id.raw)) == Set(0..<200))
    #expect(server.accepted == 200)
  }

  @Test func `use no more connections than the policy has`() async throws {
    let server = try RawServer { $0.answerAll(Self.ok) }
    let finished = try await onThread {
      let client = try HTTPClient()
      client.open("vendor", policy: .loopback.with { $0.maxConnections = 3 })
      for number in 0..<50 {
        client.send(
          HTTPRequest(.get, server.url), as: TransferID(UInt64(number)), to: "vendor")
      }
      return client.finish()
    }
    #expect(finished.count == 50)
    #expect(finished.allSatisfy { $0.result.failureKind == nil })
    #expect(server.accepted == 3)
  }

  @Test func `of one vendor do not wait for those of another`() async throws {
    let stalled = try HostileVendor("stalls")
    let well = try RawServer { $0.answerAll(Self.ok) }
    let (first, left) = try await onThread {
      let client = try HTTPClient()
      // Fifty connections at once take their time where everything else is tested as well.
      let patient = ConnectionPolicy.loopback.with {
        ($0.connectTimeout, $0.stallTimeout) = (.seconds(60), .seconds(60))
      }
      client.open("stalled", policy: patient)
      client.open("well", policy: patient)
      for number in 0..<50 {
        client.send(
          HTTPRequest(.get, stalled.url), as: TransferID(UInt64(number)), to: "stalled")
      }
      client.send(HTTPRequest(.get, well.url), as: TransferID(1000), to: "well")
      var finished: [Finished] = []
      while finished.isEmpty { finished = client.turn(waitingAtMost: nil) }
      return (finished.map(\.id.raw), client.inFlight)
    }
    #expect(first == [1000])
    #expect(left == 50)
  }

  @Test func `can be cancelled one by one`() async throws {
    let server = try HostileVendor("stalls")
    let (left, finished) = try await onThread {
      let client = try HTTPClient()
      client.open("vendor", policy: .loopback.with { $0.totalTimeout = .milliseconds(300) })
      for number in 0..<3 {
        client.send(
          HTTPRequest(.get, server.url), as: TransferID(UInt64(number)), to: "vendor")
      }
      _ = client.turn(waitingAtMost: 0)
      client.cancel(TransferID(0))
      client.cancel(TransferID(2))
      client.cancel(TransferID(77))
      return (client.inFlight, client.finish())
    }
    #expect(left == 1)
    #expect(finished.map(\.id.raw) == [1])
  }

  @Test func `are reported as failed when their connector is closed`() async throws {
    let server = try HostileVendor("stalls")
    let finished = try await onThread {
      let client = try HTTPClient()
      client.open("vendor", policy: .loopback)
      client.send(HTTPRequest(.get, server.url), as: TransferID(1), to: "vendor")
      while server.requests.isEmpty { _ = client.turn(waitingAtMost: 10) }
      client.close("vendor")
      client.send(HTTPRequest(.get, server.url), as: TransferID(2), to: "vendor")
      return client.finish()
    }
    #expect(finished.map(\.id.raw) == [1, 2])
    #expect(finished.map(\.result.failureKind) == [.uncertain, .unusable])
  }

  @Test func `end under the policy they began with`() async throws {
    let server = try RawServer { connection in
      while connection.readRequest() != nil {
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345")
      }
    }
    let finished = try await onThread {
      let client = try HTTPClient()
      client.open("vendor", policy: .loopback)
      client.send(HTTPRequest(.get, server.url), as: TransferID(1), to: "vendor")
      client.open("vendor", policy: .loopback.with { $0.bodyLimit = 4 })
      client.send(HTTPRequest(.get, server.url), as: TransferID(2), to: "vendor")
      return client.finish().sorted { $0.id.raw < $1.id.raw }
    }
    #expect(finished.map(\.result.failureKind) == [nil, .responseTooLarge])
  }
}

@Suite struct `A turn` {
  @Test func `ends when its time is over and nothing happened`() async throws {
    let finished = try await onThread { try HTTPClient().turn(waitingAtMost: 1) }
    #expect(finished.isEmpty)
  }

  @Test func `ends when the bell is rung`() async throws {
    let bell = try Bell()
    async let turn = onThread { try HTTPClient(bell: bell).turn(waitingAtMost: nil).count }
    bell.ring()
    #expect(try await turn == 0)
  }

  @Test func `does not sleep through a ring that came before it`() async throws {
    let turns = try await onThread {
      let client = try HTTPClient()
      for _ in 0..<1000 {
        client.bell.ring()
        client.bell.ring()
        _ = client.turn(waitingAtMost: nil)
      }
      return 1000
    }
    #expect(turns == 1000)
  }

  @Test func `misses no ring of another thread`() async throws {
    let bell = try Bell()
    let mail = Mutex(0)
    async let ringing: Void = onThread {
      for _ in 0..<20_000 {
        mail.withLock { $0 += 1 }
        bell.ring()
      }
    }
    let seen = try await onThread {
      let client = try HTTPClient(bell: bell)
      var seen = 0
      while seen < 20_000 {
        _ = client.turn(waitingAtMost: nil)
        seen = mail.withLock(\.self)
      }
      return seen
    }
    try await ringing
    #expect(seen == 20_000)
  }

  @Test func `tells which watched descriptors can be read`() async throws {
    let readable = try await onThread {
      var ends: [Int32] = [0, 0]
      unsafe pipe(&ends)
      defer { ends.forEach { close($0) } }
      let client = try HTTPClient()
      client.watch(descriptor: ends[0])
      _ = client.turn(waitingAtMost: 0)
      guard client.readable.isEmpty else { return -1 }
      unsafe write(ends[1], "x", 1)
      _ = client.turn(waitingAtMost: nil)
      return client.readable == [ends[0]] ? 1 : 0
    }
    #expect(readable == 1)
  }
}
