import Dispatch
import Documents
import HTTPTypes
import Synchronization

/// One request to a hostile vendor, and the ways to answer it.
///
/// It stays on the connection's own thread.
final class Visit {
  let request: RawRequest
  /// Which request that counts this is, from 1.
  let number: Int
  private let connection: RawConnection
  let usual: any SandboxVendor
  /// The status that was said first; nil while nothing was said, or nothing that is HTTP.
  private(set) var status: Int?

  init(
    _ request: RawRequest, number: Int, on connection: RawConnection, usual: any SandboxVendor
  ) {
    self.request = request
    self.number = number
    self.connection = connection
    self.usual = usual
  }

  /// Says what a good vendor would.
  func answerWell() {
    let response = wellBehaved()
    answer(response.status, fields: response.fieldLines, body: response.body)
  }

  /// Does what was asked, and keeps the answer to itself.
  func actInSilence() { _ = wellBehaved() }

  /// Says a whole answer.
  func answer(_ status: Int, fields: String = "", body: [UInt8] = []) {
    say("HTTP/1.1 \(status) Sandbox\r\n\(fields)Content-Length: \(body.count)\r\n\r\n")
    say(bytes: body)
  }

  /// Says of each of these people what came of them, and remembers those who are gone.
  func answerWith(results people: [String], _ result: (String) -> String) {
    let results = people.map { person in
      JSON.object([.init("email", .string(person)), .init("result", .string(result(person)))])
    }
    for person in people where result(person) == "deleted" { usual.ledger.erase(person) }
    let body: JSON = ["results": .array(results)]
    answer(200, fields: "Content-Type: application/json\r\n", body: body.encoded())
  }

  /// The people a list names.
  var people: [String] {
    (try? JSON(reading: request.body))?["emails"]?.array?.compactMap(\.string) ?? []
  }

  /// A body that says of everybody that they are gone, which is a lie.
  var goodBody: String {
    let results = people.map { _ in "{\"result\":\"deleted\"}" }
    return "{\"results\":[\(results.joined(separator: ","))]}"
  }

  /// A whole answer with that body.
  var goodAnswer: String {
    let body = goodBody
    return "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }
}

extension Visit {
  /// Says text as it is; false when the client is gone.
  @discardableResult
  func say(_ text: String) -> Bool { say(bytes: Array(text.utf8)) }

  /// Says bytes as they are; false when the client is gone.
  @discardableResult
  func say(bytes: [UInt8]) -> Bool {
    if status == nil { status = Self.status(in: bytes) }
    return connection.write(bytes)
  }

  /// Says the same until the client has gone.
  func flood(_ text: String) {
    let bytes = Array(text.utf8)
    while say(bytes: bytes) {}
  }

  /// Says a byte now and then until the client has gone.
  func trickle(afterHead: Bool) {
    say("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n" + (afterHead ? "\r\n" : "X-Slow: "))
    while say("x"), !connection.isClosedByClient(within: 50) {}
  }

  func wait(milliseconds: Int32) { _ = connection.isClosedByClient(within: milliseconds) }
  func waitForTheEnd() { connection.waitForTheEnd() }
  func reset() { connection.reset() }
  func close() { connection.close() }

  /// A kilobyte of noise behind gzip's mark: enough to see whether anybody unfolds it.
  static let bomb: [UInt8] =
    [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] + (0..<1024).map { UInt8($0 % 251) }

  private static func status(in bytes: [UInt8]) -> Int? {
    let words = String(decoding: bytes.prefix(12), as: UTF8.self).split(separator: " ")
    return words.first == "HTTP/1.1" ? words.dropFirst().first.flatMap { Int($0) } : nil
  }

  /// Asks the usual vendor, and waits on this thread, which is nobody else's.
  private func wellBehaved() -> HTTPResponse {
    let box = AnswerBox()
    let (usual, asked) = (usual, request.parsed)
    Task(executorPreference: SandboxThreads.shared) { box.put(await usual.respond(to: asked)) }
    return box.take()
  }
}

/// Threads of the sandbox's own: in one process with a hub, it must not wait for the hub's.
private final class SandboxThreads: TaskExecutor {
  static let shared = SandboxThreads()
  private let queue = DispatchQueue(label: "sandbox", attributes: .concurrent)

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    // Each job is run once, here and nowhere else.
    queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

/// Hands an answer from a task to a thread that waits for it.
private final class AnswerBox: Sendable {
  private let answer = Mutex(HTTPResponse(500))
  private let isThere = DispatchSemaphore(value: 0)

  func put(_ response: HTTPResponse) {
    answer.withLock { $0 = response }
    isThere.signal()
  }

  func take() -> HTTPResponse {
    isThere.wait()
    return answer.withLock { $0 }
  }
}

extension RawRequest {
  /// The method; `GET` for one that is none.
  var method: HTTPRequest.Method {
    head.split(separator: " ").first.flatMap { HTTPRequest.Method(rawValue: String($0)) } ?? .get
  }

  /// Path and query as they were sent.
  var target: String {
    let words = head.prefix { $0 != "\r\n" }.split(separator: " ")
    return words.count > 1 ? String(words[1]) : ""
  }

  fileprivate var parsed: HTTPRequest {
    var fields = HTTPFields()
    for line in head.split(separator: "\r\n").dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      fields.append(String(parts[0]), String(parts[1].drop { $0 == " " }))
    }
    return HTTPRequest(method, target, fields: fields, body: body)
  }
}

extension HTTPResponse {
  fileprivate var fieldLines: String {
    fields.map { "\($0.name): \($0.value)\r\n" }.joined()
  }
}
