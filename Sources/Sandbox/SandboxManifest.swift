/// The manifests by which the hub speaks to the sandbox vendors: examples of the three usual kinds.
public enum SandboxManifest {
  /// Name and text of each, as they belong into `Connectors/<name>/connector.json5`.
  public static let all: [(name: String, text: String)] = [
    ("sandbox-batch", batch), ("sandbox-lookup", lookUp), ("sandbox-jobs", jobs),
    ("sandbox-token", token),
  ]

  private static let common = """
      selfHosted: true,  // plain http on this machine
      settings: { required: ["token"], properties: {
        url: { format: "uri", default: "http://127.0.0.1" },
        token: { secret: true },
        owner: { format: "email", person: "email" },  // who looks after the account
        notify: { type: "array", items: { format: "email" } } } },
      people: [{ email: "email" }],
      base: "{+url}",
      check: { get: "/me" },
    """

  private static let bearer = #"  auth: { bearer: "{token}" },"#

  private static let deletingLists = """
    { post: "/people/delete", batch: { max: 50 }, json: { emails: "{id}" },
      items: { in: "$.results[*]", by: "position" },
      outcome: [ { at: "/result", equals: "deleted", is: "erased" },
                 { at: "/result", equals: "unknown", is: "absent" } ] },
    """

  private static let batch = """
    // Lists of people, deleted at once, with a result for each.
    {
      name: "sandbox-batch", title: "Sandbox, batches",
    \(common)
    \(bearer)
      erase: [
    \(deletingLists)
      ],
    }
    """

  private static let token = """
    // The same behind an access token, which is fetched first and renewed when it ends.
    {
      name: "sandbox-token", title: "Sandbox, access tokens",
    \(common)
      auth: { token: { post: "http://127.0.0.1/token", form: { client_secret: "{token}" },
                take: { access: "/access_token" }, expires: "/expires_in" },
        bearer: "{access}" },
      erase: [
    \(deletingLists)
      ],
    }
    """

  private static let lookUp = """
    // People have numbers of the vendor's own: look them up, make sure, delete.
    {
      name: "sandbox-lookup", title: "Sandbox, look-up",
    \(common)
    \(bearer)
      erase: [
        { get: "/customers{?email}", with: { email: "{id}" },
          find: { in: "$.data[*]", where: { "/email": "{id}" }, take: { customer: "/id" } } },
        { delete: "/customers/{customer}" },
      ],
    }
    """

  private static let jobs = """
    // The vendor takes a job and says later that it is done.
    {
      name: "sandbox-jobs", title: "Sandbox, jobs",
    \(common)
    \(bearer)
      erase: [
        { post: "/erasures", batch: { max: 100 }, json: { emails: "{id}" }, job: "/job" },
      ],
      poll: { get: "/erasures/{job}", every: "1s", giveUp: "1d", state: "/state",
        states: { done: "erased" } },
    }
    """
}
