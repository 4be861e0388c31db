public import Documents
import Foundation
import PurgeCore
import Synchronization

/// Lines of JSON for whoever runs the hub, written by a thread of its own.
///
/// Nobody who writes ever waits for the reader: when more lines wait than fit, new ones are dropped
/// and counted, and the count is told as soon as the reader goes on. Lines name no person and no
/// secret; whoever adds one sees to that.
public final class Log: Sendable {
  /// How grave a line is.
  public enum Level: String, Sendable {
    /// What happens on a good day.
    case info
    /// What somebody should look at.
    case warning
    /// What stops work.
    case error
  }

  private struct Desk {
    var lines: [[UInt8]] = []
    var dropped = 0
    var isEnding = false
    /// The last lines, written or not, for support; the oldest goes first.
    var kept: [[UInt8]] = []
    var oldest = 0

    mutating func keep(_ line: [UInt8]) {
      guard kept.count == Log.keptLines else { return kept.append(line) }
      kept[oldest] = line
      oldest = (oldest + 1) % Log.keptLines
    }
  }

  private static let keptLines = 200

  private let desk = Mutex(Desk())
  private let news = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)
  private let descriptor: Int32
  private let capacity: Int

  /// Starts the thread that writes to a descriptor, which stays the caller's.
  public init(to descriptor: Int32, capacity: Int = 4096) {
    self.descriptor = descriptor
    self.capacity = capacity
    let thread = Thread { [self] in run() }
    thread.name = "log"
    thread.start()
  }

  /// Adds a line of the time, the level, a word for the event in dots, and its facts; never waits.
  public func write(_ level: Level = .info, _ event: String, _ facts: [JSON.Member] = []) {
    let line = Self.line(level, event, facts)
    let isNews = desk.withLock { desk in
      desk.keep(line)
      guard desk.lines.count < capacity, !desk.isEnding else {
        desk.dropped += 1
        return false
      }
      desk.lines.append(line)
      return true
    }
    if isNews { news.signal() }
  }

  /// The last lines, oldest first, as they were written.
  var recent: [JSON] {
    let lines = desk.withLock { desk in desk.kept[desk.oldest...] + desk.kept[..<desk.oldest] }
    return lines.compactMap { try? JSON(reading: $0) }
  }

  /// Writes what waits, at most two seconds long, and ends.
  public func close() {
    desk.withLock { $0.isEnding = true }
    news.signal()
    _ = ended.wait(timeout: .now() + 2)
  }

  private static func line(_ level: Level, _ event: String, _ facts: [JSON.Member]) -> [UInt8] {
    let head: [JSON.Member] = [
      .init("time", .string(House.now().rfc3339)), .init("level", .string(level.rawValue)),
      .init("event", .string(event)),
    ]
    return JSON.object(head + facts).encoded() + [10]
  }

  private func run() {
    while true {
      news.wait()
      let (lines, dropped, isEnding) = desk.withLock { desk in
        defer { (desk.lines, desk.dropped) = ([], 0) }
        return (desk.lines, desk.dropped, desk.isEnding)
      }
      lines.forEach(put)
      if dropped > 0 {
        put(Self.line(.warning, "log.dropped", [.init("lines", JSON(dropped))]))
      }
      if isEnding { break }
    }
    ended.signal()
  }

  private func put(_ line: [UInt8]) { Log.write(line, to: descriptor) }

  /// Writes bytes to the end, however often the reader pauses; a reader that is gone reads nothing.
  ///
  /// Blocks as long as the reader does.
  public static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = unsafe rest.withUnsafeBytes { bytes in
        unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }
}

extension Log {
  /// A connector's state changed, by somebody's word, a file or the engine's judgement.
  func connector(_ name: ConnectorName, _ state: ConnectorState, by actor: String) {
    var facts: [JSON.Member] = [
      .init("connector", .string(name.description)), .init("state", .string(state.word)),
      .init("by", .string(actor)),
    ]
    if let code = state.blockingCode { facts.append(.init("code", JSON(code.number))) }
    write(state.isDisabled ? .warning : .info, "connector.state", facts)
  }

  /// What the engine tells.
  func notice(_ notice: Notice) {
    switch notice {
    case .connector(let name, let state): connector(name, state, by: "engine")
    case .throttled(let name, let until):
      write(
        .info, "connector.throttled",
        [
          .init("connector", .string(name.description)), .init("until", .string(until.rfc3339)),
        ])
    case .storageStalled: write(.error, "storage.stalled")
    case .storageResumed: write(.info, "storage.resumed")
    case .drained: write(.info, "engine.drained")
    }
  }

  /// A request is on disk.
  func accepted(_ id: PurgeRequestID, people: Int, connectors: Int, by actor: String) {
    write(
      .info, "request.accepted",
      [
        .init("request", .string(id.description)), .init("people", JSON(people)),
        .init("connectors", JSON(connectors)), .init("by", .string(actor)),
      ])
  }

  /// Somebody decided about a request.
  func decided(_ event: String, _ id: PurgeRequestID, by actor: String) {
    write(
      .info, event, [.init("request", .string(id.description)), .init("by", .string(actor))])
  }

  /// A hold was placed or released.
  func hold(_ event: String, _ id: HoldID, by actor: String) {
    write(.info, event, [.init("hold", .string(id.description)), .init("by", .string(actor))])
  }

  /// Who a vendor has again is asked for again.
  func replayed(_ name: ConnectorName, people: Int, by actor: String) {
    write(
      .info, "connector.replayed",
      [
        .init("connector", .string(name.description)), .init("people", JSON(people)),
        .init("by", .string(actor)),
      ])
  }

  /// The files were read again.
  func reloaded(_ report: ConnectorReport, by actor: String) {
    for line in report.lines where !line.problems.isEmpty {
      write(
        .warning, "connector.problems",
        [
          .init("connector", .string(line.name.description)),
          .init("problems", .array(line.problems.map { .string($0) })),
        ])
    }
    write(
      .info, "connectors.reloaded",
      [
        .init("changed", JSON(report.lines.count { $0.changed })),
        .init("released", JSON(report.released.count)), .init("by", .string(actor)),
      ])
  }
}
