import Testing

/// Invented vendors, each with a corner of the language, and what is sent to them.
enum StrangeVendors {
  struct Vendor: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let manifest: String
    let exchanges: String

    init(_ description: String, _ members: String, cases: String) {
      testDescription = description
      manifest = "{ name: \"vendor\", \(members) }"
      exchanges = "{ cases: [\(cases)] }"
    }
  }

  static let all = [
    Vendor(
      "a comma list of a batch in a query",
      #"""
      people: [{ email: "email" }], base: "https://v.example",
        erase: [{ delete: "/u{?ids}{&more*}", with: { ids: "{id}", more: ["x", "y z"] }, batch: { max: 2, linger: "2s" } }]
      """#,
      cases: #"""
        { case: "A case", shows: [], people: [{ email: "a@example.com" }, { email: "b@example.com" }, { email: "c@example.com" }],
            exchanges: [
              { request: { method: "DELETE", url: "https://v.example/u?ids=a%40example.com,b%40example.com&more=x&more=y%20z" }, response: { status: 204 } },
              { request: { method: "DELETE", url: "https://v.example/u?ids=c%40example.com&more=x&more=y%20z" }, response: { status: 404 } }
            ],
            concludes: ["erased", "erased", "absent"] }
        """#),
    Vendor(
      "a form with an odd name, a flag and a list",
      #"""
      people: [{ email: "email" }], base: "https://v.example",
        erase: [{ post: "/u", form: { "u[{kind}]": "{id}", force: true, tag: ["a", "b&c"] }, outcome: [{ text: "(?i)no such user", is: "absent" }] }]
      """#,
      cases: #"""
        { case: "A case", shows: [], people: [{ email: "a@example.com" }],
            exchanges: [
              { request: { method: "POST", url: "https://v.example/u", headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: "u%5Bemail%5D=a%40example.com&force=true&tag=a&tag=b%26c" }, response: { status: 200, body: "No such user" } }
            ],
            concludes: "absent" }
        """#),
    Vendor(
      "an empty password and a parameter that proves who asks",
      #"""
      settings: { required: ["key"], properties: { key: { secret: true } } },
        people: [{ email: "email" }], base: "https://v.example",
        auth: [{ basic: ["{key}", ""] }, { query: { key: "{key}" } }], erase: [{ delete: "/u/{id}{?hard}", with: { hard: true } }]
      """#,
      cases: #"""
        { case: "A case", shows: [], people: [{ email: "a@example.com" }], settings: { key: "k 1" },
            exchanges: [
              { request: { method: "DELETE", url: "https://v.example/u/a%40example.com?hard=true&key=k%201", headers: { Authorization: "Basic ayAxOg==" } }, response: { status: 410 } }
            ],
            concludes: "absent" }
        """#),
    Vendor(
      "a cursor in a query, left out at first",
      #"""
      people: [{ email: "email" }], base: "https://v.example",
        erase: [{ get: "/s{?q,cursor?}", with: { q: "{id}" }, find: { in: "$.d[*]", where: { "/m/list": "{id}" }, take: { r: "/id" }, page: { cursor: "/next" } } }, { delete: "/r/{r}" }]
      """#,
      cases: #"""
        { case: "A case", shows: [], people: [{ email: "a@example.com" }],
            exchanges: [
              { request: { method: "GET", url: "https://v.example/s?q=a%40example.com" }, response: { status: 200, body: { d: [{ id: "/1", m: { list: ["x", "A@example.com"] } }], next: "c/2" } } },
              { request: { method: "GET", url: "https://v.example/s?q=a%40example.com&cursor=c%2F2" }, response: { status: 200, body: { d: [], next: null } } },
              { request: { method: "DELETE", url: "https://v.example/r/%2F1" }, response: { status: 204 } }
            ],
            concludes: "erased" }
        """#),
    Vendor(
      "the relation of a Link header",
      #"""
      people: [{ email: "email" }], base: "https://v.example",
        erase: [{ get: "/s{?id}", find: { in: "$[*]", where: { "/e": "{id}" }, take: { r: "/id" }, page: { link: "next" } } }, { delete: "/r/{r}" }]
      """#,
      cases: #"""
        { case: "A case", shows: [], people: [{ email: "a@example.com" }],
            exchanges: [
              { request: { method: "GET", url: "https://v.example/s?id=a%40example.com" }, response: { status: 200, headers: { Link: ['<https://v.example/s?p=0>; rel="prev"', '<https://v.example/s?p=2>; rel="next"; results="true"'] }, body: [] } },
              { request: { method: "GET", url: "https://v.example/s?p=2" }, response: { status: 200, body: [] } }
            ],
            concludes: "absent" }
        """#),
    Vendor(
      "a look-up in what was looked up",
      #"""
      people: [{ email: "email" }], base: "https://v.example",
        erase: [{ get: "/lists", find: { in: "$[*]", exact: true, take: { list: "/id" } } },
          { get: "/lists/{list}/m{?id}", find: { in: "$[*]", where: { "/e": "{id}" }, take: { m: "/id" } } }, { delete: "/lists/{list}/m/{m}" }]
      """#,
      cases: #"""
        { case: "A case", shows: [], people: [{ email: "a@example.com" }],
            exchanges: [
              { request: { method: "GET", url: "https://v.example/lists" }, response: { status: 200, body: [{ id: 1 }, { id: 2 }] } },
              { request: { method: "GET", url: "https://v.example/lists/1/m?id=a%40example.com" }, response: { status: 200, body: [] } },
              { request: { method: "GET", url: "https://v.example/lists/2/m?id=a%40example.com" }, response: { status: 200, body: [{ id: 9, e: "a@example.com" }] } },
              { request: { method: "DELETE", url: "https://v.example/lists/2/m/9" }, response: { status: 204 } }
            ],
            concludes: "erased" }
        """#),
    Vendor(
      "two calls of which the first finds nobody",
      #"""
      people: [{ email: "email" }], base: "https://v.example",
        erase: [{ delete: "/users/{id}" }, { delete: "/deleted_users/{id}" }]
      """#,
      cases: #"""
        { case: "A case", shows: [], people: [{ email: "a@example.com" }],
            exchanges: [
              { request: { method: "DELETE", url: "https://v.example/users/a%40example.com" }, response: { status: 404 } },
              { request: { method: "DELETE", url: "https://v.example/deleted_users/a%40example.com" }, response: { status: 200 } }
            ],
            concludes: "erased" },
          { case: "A case", shows: [], people: [{ email: "a@example.com" }],
            exchanges: [
              { request: { method: "DELETE", url: "https://v.example/users/a%40example.com" }, response: { status: 422 } }
            ],
            concludes: { failed: 4002 } }
        """#),
    Vendor(
      "two lists that are gone through",
      #"""
      settings: { properties: { apps: { type: "array", default: ["a/1"] }, envs: { type: "array", default: [1, 2] } } },
        people: [{ email: "email" }], base: "https://v.example",
        for: { app: "apps", env: "envs" }, erase: [{ delete: "/{app}/{env}/{id}" }]
      """#,
      cases: #"""
        { case: "A case", shows: [], people: [{ email: "a@example.com" }],
            exchanges: [
              { request: { method: "DELETE", url: "https://v.example/a%2F1/1/a%40example.com" }, response: { status: 204 } },
              { request: { method: "DELETE", url: "https://v.example/a%2F1/2/a%40example.com" }, response: { status: 404 } }
            ],
            concludes: "erased" }
        """#),
    Vendor(
      "each identity by itself, in its shape",
      #"""
      people: [{ userAlias: "aliases", as: { n: "{id}", l: "{label}" } }, { email: "emails" }], base: "https://v.example",
        send: "each", erase: [{ post: "/u", json: { "{kind}": ["{identity}"] }, outcome: [{ status: 404, is: "absent" }] }]
      """#,
      cases: #"""
        { case: "A case", shows: [], people: [{ email: "a@example.com", userAlias: { id: "ann", label: "crm" } }],
            exchanges: [
              { request: { method: "POST", url: "https://v.example/u", headers: { "Content-Type": "application/json" }, body: { aliases: [{ n: "ann", l: "crm" }] } }, response: { status: 200 } },
              { request: { method: "POST", url: "https://v.example/u", headers: { "Content-Type": "application/json" }, body: { emails: ["a@example.com"] } }, response: { status: 404 } }
            ],
            concludes: "erased" }
        """#),
    Vendor(
      "all identities as an object",
      #"""
      people: [{ email: "mail" }, { phone: "tel" }], base: "https://v.example",
        send: "all", erase: [{ put: "/u", type: "application/x+json", json: { who: { $each: "identities", $key: "{kind}", $do: "{id}" } } }]
      """#,
      cases: #"""
        { case: "A case", shows: [], people: [{ phone: "+15555550100", email: "a@example.com" }],
            exchanges: [
              { request: { method: "PUT", url: "https://v.example/u", headers: { "Content-Type": "application/x+json" }, body: { who: { mail: "a@example.com", tel: "+15555550100" } } }, response: { status: 200 } }
            ],
            concludes: "erased" }
        """#),
    Vendor(
      "results by the name of a member",
      #"""
      people: [{ email: "email" }], base: "https://v.example",
        erase: [{ post: "/u", batch: { max: 9 }, json: { $each: "people", $do: { id: "{id}" } }, items: { in: "$.r", by: "key" },
          outcome: [{ at: "/s", equals: "done", is: "erased" }, { at: "/s", matches: "^not.found$", is: "absent" }] }]
      """#,
      cases: #"""
        { case: "A case", shows: [], people: [{ email: "a@example.com" }, { email: "b@example.com" }, { email: "c@example.com" }],
            exchanges: [
              { request: { method: "POST", url: "https://v.example/u", headers: { "Content-Type": "application/json" }, body: [{ id: "a@example.com" }, { id: "b@example.com" }, { id: "c@example.com" }] }, response: { status: 200, body: { r: { "b@example.com": { s: "not found" }, "a@example.com": { s: "done" } } } } }
            ],
            concludes: ["erased", "absent", { failed: 4004 }] }
        """#),
    Vendor(
      "jobs in a list, asked about by POST",
      #"""
      people: [{ email: "email" }], base: "https://v.example",
        erase: [{ post: "/jobs", batch: { max: 9 }, json: { ids: "{id}" }, job: ["/id", "/tasks/0/id"] }],
        poll: { post: "/status", json: { for: "{job}" }, giveUp: "5d", rows: "$.jobs[*]", where: { "/id": "{job}" }, state: "/st", states: { DONE: "erased", BAD: "failed" }, due: "/due" }
      """#,
      cases: #"""
        { case: "A case", shows: [], people: [{ email: "a@example.com" }],
            exchanges: [
              { request: { method: "POST", url: "https://v.example/jobs", headers: { "Content-Type": "application/json" }, body: { ids: ["a@example.com"] } }, response: { status: 202, body: { tasks: [{ id: 17 }] } } }
            ],
            concludes: { pending: "17" } },
          { case: "A case", shows: [], people: [{ email: "a@example.com" }], polling: "17",
            exchanges: [
              { request: { method: "POST", url: "https://v.example/status", headers: { "Content-Type": "application/json" }, body: { for: "17" } }, response: { status: 200, body: { jobs: [{ id: "16", st: "BAD" }, { id: 17, st: "RUN" }], due: "2026-12-01" } } }
            ],
            concludes: { pending: "17", askAgain: "2026-12-01T00:00:00Z" } },
          { case: "A case", shows: [], people: [{ email: "a@example.com" }], polling: "17",
            exchanges: [
              { request: { method: "POST", url: "https://v.example/status", headers: { "Content-Type": "application/json" }, body: { for: "17" } }, response: { status: 200, body: { jobs: [{ id: "16", st: "BAD" }, { id: 17, st: "DONE" }] } } }
            ],
            concludes: "erased" }
        """#),
    Vendor(
      "braces of GraphQL, types that are kept and a name that is dropped",
      #"""
      settings: { properties: { n: { type: "integer", default: 5 }, none: {} } },
        people: [{ email: "email" }], base: "https://v.example",
        let: { gone: ["{none?}", "lower"] }, erase: [{ post: "/q", json: { query: "mutation E($c: ID!) { e(c: $c) { errors { code } } }", variables: { c: "gid://{id}", n: "{n}", x: "{none?}", y: "{gone?}", list: ["{none?}", true] } },
          outcome: [{ at: "/errors/0/code", equals: "THROTTLED", is: "throttled" }, { at: "/data/e/errors/0", exists: true, is: "failed" }, { at: "/data/e/errors", exists: true, is: "erased" }] }]
      """#,
      cases: #"""
        { case: "A case", shows: [], people: [{ email: "a@example.com" }],
            exchanges: [
              { request: { method: "POST", url: "https://v.example/q", headers: { "Content-Type": "application/json" }, body: { query: "mutation E($c: ID!) { e(c: $c) { errors { code } } }", variables: { c: "gid://a@example.com", n: 5, list: [true] } } }, response: { status: 200, headers: { "Retry-After": "3" }, body: { errors: [{ code: "THROTTLED" }] } } }
            ],
            concludes: { throttled: "3s" } },
          { case: "A case", shows: [], people: [{ email: "a@example.com" }],
            exchanges: [
              { request: { method: "POST", url: "https://v.example/q", headers: { "Content-Type": "application/json" }, body: { query: "mutation E($c: ID!) { e(c: $c) { errors { code } } }", variables: { c: "gid://a@example.com", n: 5, list: [true] } } }, response: { status: 200, body: { data: { e: { errors: [] } } } } }
            ],
            concludes: "erased" }
        """#),
    Vendor(
      "a digest of nonce, time and secret, and a body of text",
      #"""
      settings: { required: ["key"], properties: { key: { secret: true } } },
        people: [{ email: "email" }], base: "https://v.example",
        auth: { headers: { "X-Digest": "{digest}" } }, let: { digest: ["{nonce}{now}{key}", "sha1", "hex", "base64"] },
        erase: [{ post: "/u", text: "{id}", headers: { "X-Day": "{today}", "X-Second": "{epoch}" }, outcome: [{ text: "Deleted 0 users", is: "absent" }] }]
      """#,
      cases: #"""
        { case: "A case", shows: [], people: [{ email: "a@example.com" }], settings: { key: "k" },
            exchanges: [
              { request: { method: "POST", url: "https://v.example/u", headers: { "X-Digest": "YmZhOTNjNTFhNzMxMGM0ZjE0MzkwNWMyNzAxNTQ2MzFmNzg2MDc4Yw==", "X-Day": "2026-11-21", "X-Second": "1795248000", "Content-Type": "text/plain; charset=utf-8" }, body: "a@example.com" }, response: { status: 200, body: "Deleted 0 users" } }
            ],
            concludes: "absent" }
        """#),
    Vendor(
      "a rule for one kind of identity",
      #"""
      people: [{ externalId: "u" }, { email: "e" }], base: "https://v.example",
        outcome: [{ kind: "externalId", status: 400, is: "absent" }], erase: [{ delete: "/u/{kind}/{id}" }]
      """#,
      cases: #"""
        { case: "A case", shows: [], people: [{ externalId: "7" }, { email: "a@example.com" }],
            exchanges: [
              { request: { method: "DELETE", url: "https://v.example/u/u/7" }, response: { status: 400 } },
              { request: { method: "DELETE", url: "https://v.example/u/e/a%40example.com" }, response: { status: 400 } }
            ],
            concludes: ["absent", { failed: 4002 }] }
        """#),
  ]
}
