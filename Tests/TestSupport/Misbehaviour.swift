/// Ways in which a vendor can be a bad one.
public enum Misbehaviour: String, Sendable, CaseIterable {
  /// Sends the client elsewhere.
  case redirects
  /// Hands out a cookie.
  case setsCookie
  /// Sends 20 MB in chunks, without saying so before.
  case sendsEndlessChunks
  /// Announces and sends 20 MB.
  case sendsAnnouncedFlood
  /// Sends a small body that says it is compressed, and would unfold to far more.
  case sendsGzipBomb
  /// Sends a byte now and then, for ever.
  case trickles
  /// Sends header fields for ever.
  case sendsEndlessFields
  /// Sends one header field that never ends.
  case sendsEndlessLine
  /// Says "later" instead of an answer, for ever.
  case sendsEndlessInterims
  /// Resets the connection in the middle of the body.
  case resetsInBody
  /// Reads the request and resets the connection.
  case resets
  /// Reads the request and says nothing.
  case stalls
  /// Reads the request and closes.
  case hangsUp
  /// Closes before the announced end of the body.
  case truncates
  /// Answers in no protocol.
  case answersGarbage
  /// Answers before HTTP had heads.
  case answersWithoutHead
}

extension RawServer {
  /// Serves every connection badly.
  public convenience init(_ misbehaviour: Misbehaviour) throws {
    try self.init { connection in
      while connection.readRequest() != nil { connection.misbehave(misbehaviour) }
    }
  }
}

extension RawConnection {
  fileprivate func misbehave(_ misbehaviour: Misbehaviour) {
    let ok = "HTTP/1.1 200 OK\r\n"
    switch misbehaviour {
    case .redirects:
      write("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n")
    case .setsCookie:
      write("\(ok)Set-Cookie: id=1; Path=/\r\nContent-Length: 0\r\n\r\n")
    case .sendsEndlessChunks: floodInChunks()
    case .sendsAnnouncedFlood:
      write("\(ok)Content-Length: 20971520\r\n\r\n")
      flood([UInt8](repeating: 120, count: 64 << 10), times: 320)
    case .sendsGzipBomb:
      write("\(ok)Content-Encoding: gzip\r\nContent-Length: \(Self.bomb.count)\r\n\r\n")
      write(Self.bomb)
    case .trickles: trickle()
    case .sendsEndlessFields:
      write(ok)
      flood(Array("X-Filler: 0123456789abcdef\r\n".utf8))
    case .sendsEndlessLine:
      write("\(ok)X-Filler: ")
      flood([UInt8](repeating: 120, count: 4096))
    case .sendsEndlessInterims: flood(Array("HTTP/1.1 102 Processing\r\n\r\n".utf8))
    case .resetsInBody:
      write("\(ok)Content-Length: 100\r\n\r\nhalf")
      reset()
    case .resets: reset()
    case .stalls: waitForTheEnd()
    case .hangsUp: close()
    case .truncates:
      write("\(ok)Content-Length: 100\r\n\r\nhalf")
      close()
    case .answersGarbage:
      write("SSH-2.0-OpenSSH_9.2\r\n\r\n")
      close()
    case .answersWithoutHead:
      write("<html>no head</html>")
      close()
    }
  }

  private func floodInChunks() {
    write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    flood(
      Array("10000\r\n".utf8) + [UInt8](repeating: 120, count: 64 << 10) + [13, 10], times: 320)
    write("0\r\n\r\n")
  }

  private func flood(_ bytes: [UInt8], times: Int = .max) {
    var left = times
    while left > 0 && write(bytes) { left -= 1 }
  }

  private func trickle() {
    write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while write("x") && !isClosedByClient(within: 50) {}
  }

  /// A kilobyte of noise behind gzip's mark: enough to see whether anybody unfolds it.
  static let bomb: [UInt8] =
    [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] + (0..<1024).map { UInt8($0 % 251) }
}
