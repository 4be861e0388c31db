import Documents
import Foundation
import HTTPTypes
import Hub
import Store
import Web

/// A hub in a folder of its own that knows some quick vendors.
struct Stage {
  let settings: Settings
  private let folder: String

  /// Lays the files of the connectors out; nothing is opened yet.
  init(at ports: [Int], _ flow: Flow) throws {
    folder = NSTemporaryDirectory() + "/purgehub-bench-\(UInt64.random(in: 0 ... .max))"
    var settings = Settings(root: folder)
    settings.data = folder + "/data"
    settings.connectors = folder + "/connectors"
    settings.manifests = folder + "/manifests"
    settings.maxPeople = .max
    settings.phraseAbove = .max
    self.settings = settings
    try write(Self.manifest(flow), to: "manifests/quick", "connector.json5")
    try write("quick\n", to: ".", "token")
    for (number, port) in ports.enumerated() {
      try write(connector(port), to: "connectors", "vendor-\(number + 1).json5")
    }
    try write(
      "{ data: \"data\", connectors: \"connectors\", manifests: \"manifests\" }\n",
      to: ".", "purgehub.json5")
  }

  /// The file by which another process finds the same hub.
  var settingsFile: String { folder + "/purgehub.json5" }

  /// Removes everything.
  func strike() { try? FileManager.default.removeItem(atPath: folder) }

  /// What the database takes on the disk, in bytes.
  var stored: Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: settings.data)) ?? []
    return names.filter { $0.hasPrefix("hub.sqlite") }.reduce(0) { sum, name in
      let facts = try? FileManager.default.attributesOfItem(atPath: settings.data + "/" + name)
      return sum + (facts?[.size] as? Int ?? 0)
    }
  }

  private func write(_ text: String, to place: String, _ name: String) throws {
    let path = folder + "/" + place
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: path + "/" + name)
  }

  private static func manifest(_ flow: Flow) -> String {
    let ending = flow.takesJobs ? #"job: "/job""# : #"count: "/deleted""#
    let poll = #"poll: { get: "/jobs/{job}", every: "1d", giveUp: "30d", state: "/state","#
    let states = #" states: { done: "erased" } },"#
    return """
      {
        name: "quick", title: "Quick", selfHosted: true,
        settings: { required: ["url", "token"], properties: {
          url: { format: "uri" }, token: { secret: true } } },
        people: [{ email: "email" }],
        base: "{+url}",
        auth: { bearer: "{token}" },
        check: { get: "/me" },
        limits: { concurrent: \(flow.atOnce) },
        erase: [
          { post: "/people/delete", batch: { max: \(flow.peoplePerCall) }, json: { emails: "{id}" },
            \(ending) },
        ],
        \(flow.takesJobs ? poll + states : "")
      }
      """
  }

  private func connector(_ port: Int) -> String {
    """
    {
      use: "quick", selfHosted: true, enabled: true,
      settings: { url: "http://127.0.0.1:\(port)", token: { file: "\(folder)/token" } },
    }
    """
  }
}

/// The hub's door, as every client sees it.
struct Counter: Sendable {
  private let house: House
  private let api: API

  /// Opens the hub of a stage; refused unless every connector can be used.
  init(_ stage: Stage) async throws {
    do throws(HouseError) {
      house = try await House.open(stage.settings, environment: [:])
    } catch { throw BenchFailure("the hub did not open: \(error.problem)") }
    api = API(house)
    let connectors = try await ask(.get, "/v1/connectors")["connectors"]?.array ?? []
    guard !connectors.isEmpty, connectors.allSatisfy({ $0["state"]?.string == "enabled" }) else {
      await house.close()
      throw BenchFailure("the hub does not take its connectors: \(connectors)")
    }
  }

  /// Lets go of the hub, whose record is whole on the disk then.
  func close() async { await house.close() }

  /// Durable transactions since it was opened.
  func commits() async throws -> Int { try await house.storeCounts().transactions }

  /// Asks the hub; anything but success is thrown.
  func ask(
    _ method: HTTPRequest.Method, _ path: String, csv: [UInt8] = []
  ) async throws -> JSON {
    var request = HTTPRequest(method, path, body: csv)
    if !csv.isEmpty { request.fields["Content-Type"] = "text/csv" }
    let response = await api.respond(to: request)
    let answer = (try? JSON(reading: response.body)) ?? .null
    guard (200..<300).contains(response.status) else {
      throw BenchFailure("the hub refused: \(answer["detail"]?.string ?? "\(response.status)")")
    }
    return answer
  }

  /// Plans and confirms a purge; its ID.
  func purge(_ people: Crowd) async throws -> String {
    let csv = people.csv
    return try await confirm(plan(csv), csv)
  }

  /// The hash of a plan for the people of a file.
  func plan(_ csv: [UInt8]) async throws -> String {
    let page = try await ask(.post, "/v1/plans", csv: csv)
    guard let hash = page["plan"]?.string else { throw BenchFailure("a plan has no hash") }
    return hash
  }

  /// Confirms a plan; the request's ID.
  func confirm(_ plan: String, _ csv: [UInt8]) async throws -> String {
    let page = try await ask(.post, "/v1/requests?consent=true&plan=\(plan)", csv: csv)
    guard let id = page["id"]?.string else { throw BenchFailure("a purge has no ID") }
    return id
  }

  /// Waits until a request has ended, looking again after each pause; its last page.
  func end(of id: String, pause: Duration, _ isAsked: () -> Bool) async throws -> JSON {
    while true {
      let page = try await ask(.get, "/v1/requests/\(id)")
      if page["isFinal"]?.bool == true { return page }
      if isAsked() { throw BenchInterrupted() }
      try await Task.sleep(for: pause)
    }
  }
}

/// Somebody asked to end.
public struct BenchInterrupted: Error {}

/// Invented people who are in nobody else's crowd.
struct Crowd {
  /// The first one's number.
  var first: Int
  var count: Int
  /// What tells crowds apart that begin with the same number.
  var name = "person"

  /// Their addresses.
  var addresses: [String] {
    (first..<(first + count)).map { "\(name)\($0)@bench.example" }
  }

  /// A column of their addresses.
  var csv: [UInt8] {
    var bytes = Array("email\n".utf8)
    bytes.reserveCapacity(6 + count * 28)
    for number in first..<(first + count) {
      bytes += "\(name)\(number)@bench.example\n".utf8
    }
    return bytes
  }
}
