import Connectors
import Documents
import HTTPTypes
import PurgeCore
import Testing

@Suite struct `A connector's file` {
  static let manifest = """
    { name: "vendor", title: "Vendor", docs: "https://v.example", people: [{ email: "email" }],
      settings: { required: ["region", "key"], properties: {
        region: { enum: ["us", "eu"] }, key: { secret: true, pattern: "^k-" },
        owner: { format: "email", person: "email" }, notify: { type: "array", items: { format: "email" } },
        size: { type: "integer", minimum: 1, maximum: 9 }, note: { maxLength: 3, minLength: 2 },
        tags: { type: "array", minItems: 1, maxItems: 2 },
        nested: { type: "object", required: ["a"], properties: { a: { type: "boolean" } } },
        mode: { default: "hard" } } },
      base: { region: { us: "https://us.v.example", eu: "https://eu.v.example" } },
      limits: { rate: "100/min", concurrent: 4 }, auth: { bearer: "{key}" },
      erase: [{ delete: "/u/{id}{?mode}" }] }
    """

  private func load(_ text: String, key: String = "k-s3cret") throws -> ConnectorConfiguration {
    let manifest = try makeManifest(Self.manifest)
    return try ConnectorConfiguration(
      named: ConnectorName("mine"), reading: Array(text.utf8), file: "mine.json5",
      manifests: ["vendor": manifest]
    ) { reference in
      switch reference {
      case .environment("KEY"): .success(key)
      case .file("/run/key"): .success(key + "\n")
      default: .failure(SecretProblem("is not set"))
      }
    }
  }

  private func problems(_ text: String, key: String = "k-s3cret") -> [String] {
    do {
      _ = try load(text, key: key)
      return []
    } catch let problems as Diagnostics {
      return problems.list.map(\.description)
    } catch {
      return ["\(error)"]
    }
  }

  private static let good =
    "{ use: \"vendor\", settings: { region: \"eu\", key: { env: \"KEY\" } } }"

  @Test func `says which vendor, and what it needs`() throws {
    let configuration = try load(Self.good)
    #expect(configuration.use == "vendor")
    #expect(configuration.title == "Vendor")
    #expect(configuration.isEnabled)
    #expect(!configuration.isSelfHosted)
    #expect(!configuration.usesHTTP2)
  }

  @Test func `uses defaults where it says nothing`() throws {
    let behaviour = ManifestBehaviour(try makeManifest(Self.manifest), try load(Self.good))
    let talk = Conversation(behaviour, makeCall([person(.email, "a@b.example")]), [])
    #expect(talk.lines == ["DELETE https://eu.v.example/u/a%40b.example?mode=hard"])
  }

  private static func settings(_ more: String) -> String {
    "{ use: \"vendor\",\n settings: { region: \"eu\", key: { env: \"KEY\" },\n \(more) } }"
  }

  @Test(arguments: [
    ("{ use: \"vendr\" }", "did you mean \"vendor\"?"), ("{}", "lacks \"use\""),
    ("{ use: \"vendor\", setting: {} }", "did you mean \"settings\"?"),
    ("{ use: \"vendor\" }", "lacks \"region\""),
    ("{ use: \"vendor\", settings: { region: \"eu\" } }", "lacks \"key\""),
    (settings("ownr: \"a@b.example\""), "did you mean \"owner\"?"),
    (settings("owner: \"nobody\""), "must be an e-mail address"),
    (settings("notify: [\"a@b.example\", \"x\"]"), "has an element that must be an e-mail address"),
    (settings("size: \"5\""), "is a text, but must be a whole number"),
    (settings("size: 0"), "must be at least 1"), (settings("size: 10"), "must be at most 9"),
    (settings("note: \"abcd\""), "at most 3"), (settings("note: \"a\""), "at least 2"),
    (settings("tags: []"), "at least 1"), (settings("tags: [1, 2, 3]"), "at most 2"),
    (settings("nested: {}"), "lacks \"a\""), (settings("nested: { a: 1 }"), "has a \"a\" that is"),
    (settings("nested: { a: true, b: 1 }"), "has a member that is not known"),
    (
      "{ use: \"vendor\", settings: { region: \"mars\", key: { env: \"KEY\" } } }",
      "must be one of us, eu"
    ),
    (
      "{ use: \"vendor\", settings: { region: \"eu\", key: { env: \"NO\" } } }",
      "is a secret that is not set; set NO"
    ),
    (
      "{ use: \"vendor\", settings: { region: \"eu\", key: { env: \"A\", file: \"b\" } } }",
      "one source of a secret"
    ),
    (
      "{ use: \"vendor\", settings: { region: \"eu\", key: { value: \"A\" } } }",
      "is not a word known here"
    ),
    (
      "{ use: \"vendor\", base: \"https://x.example\", settings: { region: \"eu\", key: { env: \"KEY\" } } }",
      "selfHosted: true"
    ),
    (
      "{ use: \"vendor\", selfHosted: true, base: \"x\", settings: { region: \"eu\", key: { env: \"KEY\" } } }",
      "is no base URL"
    ),
    (
      "{ use: \"vendor\", limits: { rate: \"200/min\" }, settings: { region: \"eu\", key: { env: \"KEY\" } } }",
      "more than the vendor takes"
    ),
    (
      "{ use: \"vendor\", limits: { concurrent: 5 }, settings: { region: \"eu\", key: { env: \"KEY\" } } }",
      "more than the vendor takes"
    ),
    (
      "{ use: \"vendor\", limits: { spacing: \"0s\" }, settings: { region: \"eu\", key: { env: \"KEY\" } } }",
      "is not a word known here"
    ),
    ("{ use: \"vendor\"", "too early"),
  ])
  func `is refused with the place and the remedy`(text: String, words: String) {
    let found = problems(text)
    #expect(found.contains { $0.contains(words) }, "\(found.joined(separator: "\n"))")
    #expect(found.allSatisfy { $0.hasPrefix("mine.json5, line ") })
  }

  @Test func `is refused when the list its steps go through is empty`() throws {
    let manifest = try makeManifest(ExampleVendors.salesforce)
    let error = #expect(throws: Diagnostics.self) {
      try makeConfiguration(
        manifest,
        [
          "domain": "a.my.salesforce.com", "clientId": "c", "clientSecret": "s", "objects": [],
        ])
    }
    #expect(error?.description.contains("names nothing in \"objects\"") == true)
  }

  @Test func `never shows a secret, in clear text or unfit`() {
    let clear = "{ use: \"vendor\", settings: { region: \"eu\",\n key: \"k-s3cret\" } }"
    let found = problems(clear)
    #expect(found.count == 1)
    #expect(found.first?.contains("line 2: \"settings.key\" is a secret in clear text") == true)
    let unfit = problems(Self.good, key: "s3cret")
    #expect(unfit.first?.contains("does not look as it must") == true)
    #expect((found + unfit).allSatisfy { !$0.contains("s3cret") })
  }

  @Test func `lists every text for the search, with path, line and secrecy`() throws {
    let configuration = try load(
      Self.settings(
        "owner: \"a@b.example\",\n notify: [\"c@d.example\",\n \"e@f.example\"], size: 5"))
    let listed = configuration.settingValues.map {
      "\($0.place.line) \($0.place.path) \($0.text)\($0.isSecret ? " secret" : "")"
    }
    #expect(
      listed == [
        "2 settings.region eu", "2 settings.key k-s3cret secret", "3 settings.owner a@b.example",
        "4 settings.notify[0] c@d.example", "5 settings.notify[1] e@f.example",
        "5 settings.size 5",
      ])
  }

  @Test func `keeps its revision when only comments and layout change`() throws {
    let other = """
      // the same
      { settings: { key: { file: '/run/key' }, region: 'eu', }, use: 'vendor', }
      """
    #expect(try load(Self.good).revision == load(other).revision)
  }

  @Test(arguments: [
    good.replacing("eu", with: "us"), good.replacing("{ use", with: "{ enabled: false, use"),
    good.replacing("{ use", with: "{ selfHosted: true, use"),
  ])
  func `has another revision when anything else changes`(text: String) throws {
    #expect(try load(Self.good).revision != load(text).revision)
    #expect(try load(Self.good).revision != load(Self.good, key: "k-2").revision)
  }

  @Test func `tightens the vendor's limits`() throws {
    let text = Self.good.replacing(
      "{ use", with: "{ limits: { rate: \"5/s\", concurrent: 2 }, use")
    let traits = ManifestBehaviour(try makeManifest(Self.manifest), try load(text)).traits
    #expect(traits.rates == [Rate(100, per: .minutes(1)), Rate(5, per: .seconds(1))])
    #expect(traits.concurrent == 2)
  }

  @Test func `points a self-hosted connector elsewhere, over http too`() throws {
    let text = Self.good.replacing(
      "{ use", with: "{ selfHosted: true, base: \"http://127.0.0.1:9/v/\", use")
    let behaviour = ManifestBehaviour(try makeManifest(Self.manifest), try load(text))
    let talk = Conversation(behaviour, makeCall([person(.email, "a@b.example")]), [])
    #expect(talk.lines == ["DELETE http://127.0.0.1:9/v/u/a%40b.example?mode=hard"])
    #expect(behaviour.isSelfHosted)
  }

  @Test func `points a token's request elsewhere as well`() throws {
    let behaviour = try makeBehaviour(
      makeManifest(ExampleVendors.salesforce),
      ["domain": "acme.my.salesforce.com", "clientId": "c", "clientSecret": "s"],
      more: [.init("selfHosted", true), .init("base", "http://127.0.0.1:9")])
    let request = try #require(behaviour.tokenRequest(at: Instant(milliseconds: 0)))
    #expect(request.url == "http://127.0.0.1:9/services/oauth2/token")
    var call = makeCall([person(.email, "a@b.example")])
    call.access = AccessToken(
      values: ["access": "t", "base": "https://acme.my.salesforce.com"], expires: call.triedAt)
    let talk = Conversation(behaviour, call, [])
    #expect(talk.lines.first?.hasPrefix("GET http://127.0.0.1:9/services/data/") == true)
  }

  @Test(arguments: [
    ("http://hooks.example.com", false, "send over plain http"),
    ("http://hooks.example.com", true, nil), ("https://hooks.example.com/a?b", true, nil),
    ("https://user:pw@hooks.example.com", true, "must be a URL"),
    ("ftp://hooks.example.com", true, "must be a URL"),
  ])
  func `is held to https where its settings name the host`(
    url: String, isSelfHosted: Bool, words: String?
  ) throws {
    let manifest = try makeManifest(ExampleVendors.webhook)
    let file: JSON = [
      "use": "webhook", "selfHosted": .bool(isSelfHosted),
      "settings": ["url": .string(url), "secret": ["env": "S"]],
    ]
    var found: [String] = []
    do {
      _ = try ConnectorConfiguration(
        named: ConnectorName("hook"), reading: file.encoded(), file: "hook.json5",
        manifests: ["webhook": manifest]
      ) { _ in .success("whsec_") }
    } catch { found = error.list.map(\.description) }
    #expect(found.isEmpty == (words == nil), "\(found)")
    if let words { #expect(found.first?.contains(words) == true, "\(found)") }
  }
}
