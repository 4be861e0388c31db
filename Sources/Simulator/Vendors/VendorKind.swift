import Connectors
import PurgeCore

/// The kinds of vendor a run knows, each with a manifest of its own.
enum VendorKind: Int, CaseIterable, Sendable {
  /// Lists of people, each with a result of its own.
  case batch
  /// Lists of people and one number: how many it acted on.
  case counting
  /// People have numbers of the vendor's own and are looked up first.
  case lookUp
  /// Takes a job and says later that it is done.
  case job
  /// Two calls for one person, with an idempotency key.
  case twoCall
  /// Queues and never confirms; wants a token that ends.
  case accepting
  /// Takes an erasure without a name for it; looking people up shows that they are gone.
  case verifying

  /// The manifest's text.
  var manifest: String {
    switch self {
    case .batch:
      Self.text(
        "batch", limits: #"rate: "5/s", concurrent: 3"#,
        """
        erase: [ { post: "/people/delete", batch: { max: 10 }, json: { ids: "{id}" },
          idempotency: "Idempotency-Key",
          items: { in: "$.results[*]", by: "position" },
          outcome: [ { at: "/result", equals: "deleted", is: "erased" },
                     { at: "/result", equals: "unknown", is: "absent" },
                     { at: "/result", equals: "several", is: "ambiguous" } ] } ],
        """)
    case .counting:
      Self.text(
        "counting", limits: #"rate: "2/s", concurrent: 2, pool: "shared""#,
        """
        erase: [ { post: "/users/delete", batch: { max: 8 }, json: { ids: "{id}" },
          idempotency: "Idempotency-Key", count: "/deleted",
          outcome: [ { status: "2xx", is: "erased" } ] } ],
        """)
    case .lookUp:
      Self.text(
        "lookup", limits: #"rate: "2/s", concurrent: 4, pool: "shared""#,
        """
        erase: [
          { get: "/customers{?who}", with: { who: "{id}" },
            find: { in: "$.data[*]", where: { "/name": "{id}" }, take: { customer: "/id" } } },
          { delete: "/customers/{customer}", idempotency: "Idempotency-Key" } ],
        """)
    case .job:
      Self.text(
        "job", limits: #"concurrent: 2, spacing: "300ms""#,
        """
        erase: [ { post: "/erasures", batch: { max: 20 }, json: { ids: "{id}" },
          idempotency: "Idempotency-Key", job: "/job" } ],
        poll: { get: "/erasures/{job}", every: "6h", giveUp: "12d", state: "/state",
          states: { done: "erased", failed: "retry" } },
        """)
    case .twoCall:
      Self.text(
        "twocall", limits: #"rate: "4/s", concurrent: 1, retryFor: "5d""#,
        """
        erase: [ { delete: "/users/{id}", idempotency: "Idempotency-Key" },
                 { delete: "/deleted_users/{id}", idempotency: "Idempotency-Key" } ],
        """)
    case .accepting:
      Self.text(
        "accepting", limits: #"concurrent: 2, wait: { header: "X-RateLimit-Reset", as: "epoch" }"#,
        """
        erase: [ { post: "/users/delete", batch: { max: 25 }, json: { ids: "{id}" },
          idempotency: "Idempotency-Key", outcome: [ { status: "2xx", is: "accepted" } ] } ],
        """,
        auth:
          #"{ token: { post: "https://accepting.example/token", form: { secret: "{key}" }, take: { access: "/access" }, for: "2h" }, bearer: "{access}" }"#
      )
    case .verifying:
      Self.text(
        "verifying", limits: #"rate: "30/min", concurrent: 2"#,
        """
        erase: [ { post: "/deletion-jobs", json: { who: "{id}" }, idempotency: "Idempotency-Key",
          outcome: [ { status: 202, is: "pending" } ] } ],
        poll: { get: "/profiles{?who}", with: { who: "{id}" }, every: "1h", giveUp: "3d",
          rows: "$.data[*]", outcome: [ { rows: 0, is: "verifiedAbsent" } ] },
        """)
    }
  }

  private static func text(
    _ name: String, limits: String, _ steps: String, auth: String = #"{ bearer: "{key}" }"#
  ) -> String {
    """
    {
      name: "\(name)", title: "Model vendor \(name)",
      settings: { required: ["key"], properties: {
        key: { secret: true }, owner: { format: "email", person: "email" } } },
      people: [{ email: "email" }, { phone: "phone" }],
      base: "https://\(name).example",
      auth: \(auth),
      limits: { \(limits) },
      check: { get: "/me" },
      \(steps)
    }
    """
  }
}

/// Connectors that were read once and are used by every run: reading is what costs.
enum Fleet {
  static let names = (0..<4).map { ConnectorName("c\($0)") }

  /// How many variants of a connector's file there are that differ in how it may send.
  static let variants = 2

  /// The behaviour of a connector of a kind under a variant of its file.
  static func behaviour(_ kind: VendorKind, _ connector: Int, variant: Int) -> ManifestBehaviour {
    behaviours[(kind.rawValue * names.count + connector) * variants + variant % variants]
  }

  private static let behaviours: [ManifestBehaviour] = VendorKind.allCases.flatMap { kind in
    names.flatMap { name in (0..<variants).map { read(kind, name, variant: $0) } }
  }

  private static func read(
    _ kind: VendorKind, _ name: ConnectorName, variant: Int
  ) -> ManifestBehaviour {
    do throws(Diagnostics) {
      let manifest = try Manifest(
        named: "\(kind)".lowercased(), reading: Array(kind.manifest.utf8))
      let limits = variant == 0 ? "" : "limits: { concurrent: 1 },"
      let file = """
        { use: "\(manifest.name)", \(limits) settings: { key: { env: "KEY" } } }
        """
      let configuration = try ConnectorConfiguration(
        named: name, reading: Array(file.utf8), file: "\(name).json5",
        manifests: [manifest.name: manifest], resolve: { _ in .success("secret") })
      return ManifestBehaviour(manifest, configuration)
    } catch {
      fatalError("a model vendor's manifest cannot be read: \(error)")
    }
  }
}
