import Connectors
import Documents
import HTTPTypes
import PurgeCore
import Testing

@Suite struct `A template` {
  /// What `delete: url` expands to for an identity.
  private func url(_ template: String, id: String = "a b", settings: JSON = [:]) throws -> String? {
    let manifest = try makeManifest(
      with: """
        settings: { properties: { v: {}, p: {}, l: { type: "array" }, e: { default: "" } } },
        erase: [{ delete: "\(template)", json: { i: "{id}" } }]
        """)
    let behaviour = try makeBehaviour(manifest, settings)
    let talk = Conversation(behaviour, makeCall([person(.email, id)]), [])
    return talk.requests.first.map { String($0.url.dropFirst("https://api.vendor.example".count)) }
  }

  // RFC 6570's own values: var, path and list.
  @Test(arguments: [
    ("/{v}", "/Hello%20World%21"), ("/{+v}", "/Hello%20World!"), ("/{+p}/here", "//foo/bar/here"),
    ("/x{#v}", "/x#Hello%20World!"), ("/{v:3}", "/Hel"), ("/x{.v}", "/x.Hello%20World%21"),
    ("/x{/v,p}", "/x/Hello%20World%21/%2Ffoo%2Fbar"), ("/x{;v}", "/x;v=Hello%20World%21"),
    ("/x{?v,p}", "/x?v=Hello%20World%21&p=%2Ffoo%2Fbar"),
    ("/x?a=1{&v}", "/x?a=1&v=Hello%20World%21"),
    ("/{l}", "/red,green,blue"), ("/x{/l*}", "/x/red/green/blue"),
    ("/x{?l}", "/x?l=red,green,blue"),
    ("/x{?l*}", "/x?l=red&l=green&l=blue"), ("/x{?v,zz?}", nil),
    ("/x{?v,e?}", "/x?v=Hello%20World%21"),
    ("/ü", "/%C3%BC"), ("/%41", "/%41"), ("", ""),
  ])
  func `expands as RFC 6570 says`(template: String, url: String?) throws {
    let settings: JSON = ["v": "Hello World!", "p": "/foo/bar", "l": ["red", "green", "blue"]]
    guard let url else {
      #expect(throws: Diagnostics.self) { try self.url(template, settings: settings) }
      return
    }
    let expanded = try self.url(template, settings: settings)
    #expect(expanded == url)
  }

  @Test(arguments: ["a/b?x=1", "a&b=c", "../x", "%2e%2e", "ä@ö", "a\r\nHost: x", "a#b", "a+b c"])
  func `OS-15 keeps a hostile identity inside its place`(id: String) throws {
    let url = try #require(try self.url("/u/{id}/x{?id}", id: id))
    let parts = url.split(separator: "/", omittingEmptySubsequences: false)
    #expect(parts.count == 4)
    #expect(url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
    #expect(url.filter { $0 == "?" }.count == 1)
    #expect(!url.contains("#"))
  }

  @Test(arguments: [".", ".."])
  func `is not sent when an identity would climb its path`(id: String) throws {
    #expect(try url("/u/{id}", id: id) == nil)
    #expect(try url("/u{?id}", id: id) == "/u?id=\(id)")
  }

  @Test func `is not sent when a name has no value or an empty one`() throws {
    for template in ["/u/{v}", "/u/{e}", "/u{?v}"] {
      let manifest = try makeManifest(
        with: """
          settings: { properties: { v: {}, e: { default: "" } } },
          erase: [{ delete: "\(template)", json: "{id}" }]
          """)
      let talk = Conversation(
        try makeBehaviour(manifest), makeCall([person(.email, "a@b.example")]), [])
      #expect(talk.requests.isEmpty)
      #expect(talk.conclusion == .outcomes([.settled(.failed(.unusableRequest))]))
    }
  }

  @Test func `of JSON keeps types, drops what is absent and leaves other braces alone`() throws {
    let manifest = try makeManifest(
      with: #"""
        settings: { properties: { n: {}, t: {}, l: { type: "array" }, none: {} } },
        erase: [{ post: "/", json: { n: "{n}", t: "{t}", s: "n={n}", l: "{l}", j: "l={l}",
          x: "{none?}", a: ["{none?}", 1], q: "query { a(b: $c) { d } }", "k-{n}": "{id}", o: {} } }]
        """#)
    let behaviour = try makeBehaviour(manifest, ["n": 5, "t": true, "l": [1, "b"]])
    let talk = Conversation(behaviour, makeCall([person(.email, "i")]), [])
    #expect(
      talk.body(0)
        == #"{"n":5,"t":true,"s":"n=5","l":[1,"b"],"j":"l=1,b","a":[1],"#
        + #""q":"query { a(b: $c) { d } }","k-5":"i","o":{}}"#)
  }

  @Test func `with odd parameter names encodes values only`() throws {
    let manifest = try makeManifest(
      with: """
        erase: [{ delete: "/c{?id:in,email[is],page[size]}",
          with: { "id:in": "{id}", "email[is]": "x y", "page[size]": 5 } }]
        """)
    let talk = Conversation(
      try makeBehaviour(manifest), makeCall([person(.email, "a@b.example")]), [])
    #expect(
      talk.lines == [
        "DELETE https://api.vendor.example/c?id:in=a%40b.example&email[is]=x%20y&page[size]=5"
      ])
  }

  @Test(arguments: [
    (
      "[\"{id}\", \"trim\", \"lower\", \"md5\", \"hex\"]", " Ann@Example.com ",
      "257c57037d384ae37ea27a07e8a01665"
    ),
    ("[\"{id}\", \"sha1\", \"hex\"]", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("[\"{id}\", \"sha256\", \"base64\"]", "abc", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
    ("[\"{id}\", \"sha256\", \"base64url\"]", "abc", "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"),
    ("[\"{id}\", [\"plus\", 3600], \"json\"]", "300", "3900"),
    ("[\"{id}\", \"upper\"]", "straße", "STRASSE"),
    ("[\"{id}\", \"digits\"]", "+49 (30) 1", "49301"),
    ("[\"{id}\", [\"strip\", \"+\"]]", "+49", "49"),
    ("[\"{id}\", [\"quote\", \"'\"]]", "o'n\\x", "o\\'n\\\\x"),
    ("[\"{id}\", \"unbase64\", \"hex\"]", "AQI=", "0102"),
    ("[{ a: \"{id}\" }, \"json\"]", "x\"", "{\"a\":\"x\\\"\"}"),
    ("[\"{id}:{kind}\"]", "x", "x:email"),
    (
      "[\"{id}\", \"md5\", \"sha256\", \"hex\"]", "abc",
      "46e7e78bfc6972ccb3a94d62b387cd63bad9a94946df9c7caba1948664db0c62"
    ),
  ])
  func `derives values step by step`(steps: String, id: String, value: String) throws {
    let manifest = try makeManifest(
      with: "let: { d: \(steps) }, erase: [{ post: \"/\", json: \"{d}\" }]")
    let talk = Conversation(try makeBehaviour(manifest), makeCall([person(.email, id)]), [])
    let derived = try JSON(reading: Array(talk.body(0).utf8)).string
    #expect(derived == value)
  }

  @Test func `is not sent when a derived value cannot be made`() throws {
    let manifest = try makeManifest(
      with: "let: { d: [\"{id}\", \"unbase64\", \"hex\"] }, erase: [{ post: \"/{d}\" }]")
    let talk = Conversation(try makeBehaviour(manifest), makeCall([person(.email, "?")]), [])
    #expect(talk.conclusion == .outcomes([.settled(.failed(.unusableRequest))]))
  }

  @Test func `knows the moment, the request and an opaque person`() throws {
    let manifest = try makeManifest(
      with: """
        erase: [{ post: "/", json: ["{id}", "{now}", "{today}", "{epoch}", "{requestedAt}",
          "{request}", "{nonce}", "{person}", "{uuid}"] }]
        """)
    var call = makeCall([person(.email, "a@b.example")])
    call.nonce = 255
    let talk = Conversation(try makeBehaviour(manifest), call, [])
    let values = try JSON(reading: talk.requests[0].body).array ?? []
    #expect(
      values.prefix(7) == [
        "a@b.example", "2026-11-21T08:00:00.000Z", "2026-11-21", 1_795_248_000,
        "2026-11-21T08:00:00.000Z", .string("\(PurgeRequestID(bits: 1))"), "ff",
      ])
    let opaque = try values.suffix(2).map { try #require($0.string) }
    #expect(opaque.allSatisfy { $0.count == 36 && $0.dropFirst(14).first == "5" })
    #expect(opaque[0] != opaque[1])
  }

  @Test func `repeats its UUID for the same work and no other`() throws {
    let manifest = try makeManifest(
      with: "erase: [{ post: \"/{id}\", json: \"{uuid}\" }, { post: \"/{id}\", json: \"{uuid}\" }]")
    let behaviour = try makeBehaviour(manifest)
    func bodies(_ first: Int, _ id: String) -> [String] {
      let call = makeCall([person(.email, id)], from: first)
      let talk = Conversation(behaviour, call, [HTTPResponse(200), HTTPResponse(200)])
      return [talk.body(0), talk.body(1)]
    }
    #expect(bodies(0, "a") == bodies(0, "a"))
    #expect(Set(bodies(0, "a") + bodies(1, "a")).count == 4)
  }

  @Test func `has a version 4 of its UUID for vendors that insist on it`() throws {
    let manifest = try makeManifest(
      with: "erase: [{ post: \"/{id}\", json: [\"{uuid}\", \"{uuid4}\"] }]")
    let talk = Conversation(try makeBehaviour(manifest), makeCall([person(.email, "a")]), [])
    let sent = try JSON(reading: talk.requests[0].body)
    let (five, four) = (Array(sent[0]?.string ?? ""), Array(sent[1]?.string ?? ""))
    #expect(five.count == 36 && four.count == 36)
    #expect(five[14] == "5" && four[14] == "4")
    #expect(five[..<14] == four[..<14] && five[15...] == four[15...])
  }

  @Test func `never lets a header grow a second one`() throws {
    let manifest = try makeManifest(
      with: "erase: [{ delete: \"/\", headers: { \"X-User\": \"{id}\" } }]")
    let talk = Conversation(
      try makeBehaviour(manifest), makeCall([person(.email, "a\r\nX-Admin: yes")]), [])
    #expect(talk.requests.isEmpty)
  }

  @Test func `fills a form, a text and a file of rows`() throws {
    let form = try makeManifest(
      with: "erase: [{ post: \"/f\", form: { \"user[{kind}]\": \"{id}\", x: \"1 2\", y: [1, 2] } }]"
    )
    let filled = Conversation(try makeBehaviour(form), makeCall([person(.email, "a&b")]), [])
    #expect(filled.body(0) == "user%5Bemail%5D=a%26b&x=1%202&y=1&y=2")
    #expect(filled.requests[0].fields["Content-Type"] == "application/x-www-form-urlencoded")
    let file = try makeManifest(
      with: """
        erase: [{ post: "/f", batch: { max: 9 }, csv: { part: "file", head: "{kind}", rows: "{id}" } }]
        """)
    let call = makeCall([person(.email, "a,\"b"), person(.email, "c")])
    let sent = Conversation(try makeBehaviour(file), call, [])
    #expect(sent.body(0).contains("\r\n\r\nemail\r\n\"a,\"\"b\"\r\nc\r\n--"))
    #expect(sent.requests[0].fields["Content-Type"]?.hasPrefix("multipart/form-data; b") == true)
  }

  @Test func `carries every kind of credential`() throws {
    let manifest = try makeManifest(
      with: """
        settings: { properties: { u: {}, p: { secret: true } } },
        auth: [{ basic: ["{u}/token", "{p}"] }, { query: { k: "{p}" } }, { headers: { "X-A": "{u}" } }],
        erase: [{ delete: "/x{?id}" }]
        """)
    let behaviour = try makeBehaviour(manifest, ["u": "me", "p": "a&b"])
    let talk = Conversation(behaviour, makeCall([person(.email, "i")]), [])
    #expect(talk.lines == ["DELETE https://api.vendor.example/x?id=i&k=a%26b"])
    #expect(talk.requests[0].fields["Authorization"] == "Basic bWUvdG9rZW46YSZi")
    #expect(talk.requests[0].fields["X-A"] == "me")
  }
}
