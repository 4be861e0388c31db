import Connectors
import Documents
import HTTPTypes
import PurgeCore
import Testing

/// A manifest from its text, under the name it gives itself.
func makeManifest(_ text: String) throws -> Manifest {
  let name = try Document(reading: text, file: "test", dialect: .json5).root["name"]?.string
  return try Manifest(named: name ?? "vendor", reading: Array(text.utf8))
}

/// A manifest with one settings-free step or what the members say instead.
func makeManifest(with members: String, people: String = "[{ email: \"email\" }]") throws
  -> Manifest
{
  try makeManifest(
    """
    { name: "vendor", title: "Vendor", docs: "https://vendor.example/docs",
      people: \(people), base: "https://api.vendor.example",
      \(members) }
    """)
}

/// A connector of a manifest; secrets are resolved to themselves.
func makeConfiguration(
  _ manifest: Manifest, _ settings: JSON = [:], more: [JSON.Member] = []
) throws -> ConnectorConfiguration {
  let secrets = Set(manifest.schema.properties.filter(\.isSecret).map(\.name))
  let concealed = (settings.members ?? []).map { member -> JSON.Member in
    secrets.contains(member.name)
      ? .init(member.name, ["env": .string(member.value.string ?? "")]) : member
  }
  let file = JSON.object(
    [.init("use", .string(manifest.name)), .init("settings", .object(concealed))] + more)
  return try ConnectorConfiguration(
    named: ConnectorName("test"), reading: file.encoded(), file: "test.json5",
    manifests: [manifest.name: manifest]
  ) { reference in
    if case .environment(let text) = reference { .success(text) } else { .success("from a file") }
  }
}

func makeBehaviour(
  _ manifest: Manifest, _ settings: JSON = [:], more: [JSON.Member] = []
) throws -> ManifestBehaviour {
  ManifestBehaviour(manifest, try makeConfiguration(manifest, settings, more: more))
}

func makeCall(_ people: [Subject], polling job: String? = nil, from first: Int = 0) -> Call {
  let now = Instant(milliseconds: 1_795_248_000_000)
  let task = TaskKey(PurgeRequestID(bits: 1), ConnectorName("test"))
  var schedule = CallSchedule(due: now)
  if let job {
    schedule.phase = .polling(job: job, since: now, giveUpAt: now + .days(30))
  }
  return Call(
    CallKey(task, first..<first + people.count), people: people, schedule: schedule,
    requestedAt: now, deadline: now + .days(30), lane: .normal)
}

func person(_ kind: IdentityKind, _ value: String) -> Subject { Subject([Identity(kind, value)]) }

/// What a behaviour sends and concludes when it gets these answers one after the other.
struct Conversation {
  var requests: [HTTPRequest] = []
  var conclusion: Conclusion?

  init(_ behaviour: ManifestBehaviour, _ call: Call, _ answers: [HTTPResponse]) {
    var transcript: [Exchange] = []
    for answer in answers + [HTTPResponse(999)] {
      switch behaviour.next(call, after: transcript) {
      case .send(let request):
        requests.append(request)
        transcript.append(Exchange(request, .success(answer)))
      case .conclude(let conclusion):
        self.conclusion = conclusion
        return
      }
    }
  }

  var lines: [String] { requests.map { "\($0.method.rawValue) \($0.url)" } }

  func body(_ position: Int) -> String {
    requests.indices.contains(position)
      ? String(decoding: requests[position].body, as: UTF8.self) : "no request"
  }
}

extension HTTPResponse {
  init(_ status: Int, json: JSON, fields: HTTPFields = [:]) {
    self.init(status, fields: fields, body: json.encoded())
  }
}

/// The diagnostics of a manifest; none when it can be read.
func diagnostics(_ text: String) -> [String] {
  do {
    _ = try makeManifest(text)
    return []
  } catch let problems as Diagnostics {
    return problems.list.map(\.description)
  } catch {
    return ["\(error)"]
  }
}
