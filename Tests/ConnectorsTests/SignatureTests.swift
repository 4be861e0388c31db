import Connectors
import Documents
import HTTPTypes
import PurgeCore
import Testing

/// What Amazon publishes for its signature of version 4, each as a manifest would ask it.
@Suite struct `A request signed for Amazon` {
  static let vectors: [(step: String, names: String, signature: String)] = [
    (
      "get: \"/\"", "host;x-amz-date",
      "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    ),
    (
      "get: \"/?Param2=value2&Param1=value1\"", "host;x-amz-date",
      "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
    ),
    (
      "post: \"/\"", "host;x-amz-date",
      "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    ),
    (
      "post: \"/\", form: { Param1: \"value1\" }", "content-type;host;x-amz-date",
      "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
    ),
    (
      "get: \"/\", headers: { \"My-Header1\": \" value1\", \"My-Header2\": ' \"a   b   c\"' }",
      "host;my-header1;my-header2;x-amz-date",
      "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"
    ),
    (
      "get: \"/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\"",
      "host;x-amz-date", "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"
    ),
  ]

  @Test(arguments: vectors.indices)
  func `equals the published one`(index: Int) throws {
    let (step, names, signature) = Self.vectors[index]
    let request = try makeSigned(step)
    #expect(request.fields["X-Amz-Date"] == "20150830T123600Z")
    #expect(
      request.fields["Authorization"]
        == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        + "SignedHeaders=\(names), Signature=\(signature)")
  }

  // Reckoned apart from this program, with the rules of Amazon's page "Create a signed request".
  @Test func `has a path that is encoded twice, and parameters that are encoded once`() throws {
    let request = try makeSigned("get: \"/users{/v}{?v}\", with: { v: \"a b@example.com\" }")
    #expect(request.url.hasSuffix("/users/a%20b%40example.com?v=a%20b%40example.com"))
    #expect(
      request.fields["Authorization"]?.suffix(64)
        == "e03c30a89247aabefe398723f0451570b4971c34c21705eff5bb34ed3a4ed75c")
  }

  @Test func `is signed anew at each moment`() throws {
    let behaviour = try makeSigner("get: \"/\"")
    let first = behaviour.checkRequest(with: nil, at: Instant(milliseconds: 1_440_938_160_000))
    let second = behaviour.checkRequest(with: nil, at: Instant(milliseconds: 1_440_938_161_000))
    #expect(first?.fields["Authorization"] != second?.fields["Authorization"])
  }

  private func makeSigner(_ check: String) throws -> ManifestBehaviour {
    let manifest = try makeManifest(
      """
      { name: "vendor", settings: { properties: { key: {}, secret: { secret: true } } },
        people: [{ email: "email" }], base: "https://example.amazonaws.com",
        auth: { aws: { region: "us-east-1", service: "service", key: "{key}", secret: "{secret}" } },
        check: { \(check) }, erase: [{ delete: "/{id}" }] }
      """)
    return try makeBehaviour(
      manifest, ["key": "AKIDEXAMPLE", "secret": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"])
  }

  private func makeSigned(_ check: String) throws -> HTTPRequest {
    let moment = Instant(milliseconds: 1_440_938_160_000)
    return try #require(try makeSigner(check).checkRequest(with: nil, at: moment))
  }
}

@Suite struct `A token asked for with a signed assertion` {
  @Test func `carries the pieces as RFC 7523 wants them`() throws {
    let manifest = try makeManifest(
      with: """
        settings: { required: ["pem"], properties: { pem: { secret: true } } },
        let: {
          header: [{ alg: "RS256", typ: "JWT" }, "json", "base64url"],
          until: ["{epoch}", ["plus", 3600]],
          claims: [{ iss: "hub", iat: "{epoch}", exp: "{until}" }, "json", "base64url"],
          seal: ["{header}.{claims}", ["rs256", "{pem}"], "base64url"],
        },
        auth: { token: { post: "https://api.vendor.example/token",
            form: { assertion: "{header}.{claims}.{seal}" },
            take: { access: "/access_token" }, expires: "/expires_in" }, bearer: "{access}" },
        erase: [{ delete: "/{id}" }]
        """)
    let behaviour = try makeBehaviour(manifest, ["pem": .string(PublishedKey.pem)])
    let request = try #require(behaviour.tokenRequest(at: Instant(milliseconds: 1_300_815_780_000)))
    let parts = String(decoding: request.body, as: UTF8.self).split(separator: ".")
    #expect(parts.first == "assertion=eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9")
    // {"iss":"hub","iat":1300815780,"exp":1300819380}
    #expect(
      parts.dropFirst().first == "eyJpc3MiOiJodWIiLCJpYXQiOjEzMDA4MTU3ODAsImV4cCI6MTMwMDgxOTM4MH0")
    #expect(parts.last?.count == 342)
  }

  @Test func `is not asked for with a key that is none`() throws {
    let manifest = try makeManifest(
      with: """
        settings: { required: ["pem"], properties: { pem: { secret: true } } },
        let: { seal: ["x", ["rs256", "{pem}"], "base64url"] },
        auth: { token: { post: "https://api.vendor.example/token", form: { a: "{seal}" },
            take: { access: "/access_token" }, for: "1h" }, bearer: "{access}" },
        erase: [{ delete: "/{id}" }]
        """)
    let behaviour = try makeBehaviour(manifest, ["pem": "-----BEGIN PRIVATE KEY-----"])
    #expect(behaviour.tokenRequest(at: Instant(milliseconds: 0)) == nil)
  }
}

/// The key of RFC 7515, appendix A.2: published, so that nobody uses it.
enum PublishedKey {
  static let pem = """
    -----BEGIN PRIVATE KEY-----
    MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCh+BYK4uPJtGXO
    jS1lYmM2K5J9vinh8CR3/BYlzJChNuOL2TSXxbbqY913EeZ8dCn5VrD7io8ImtxL
    aYk8wTM/U+3QGbh3hCUv7JFP5IV3aVlL6kKA0ywPVb9ilE8TA5a8bpvfbr3SvaNn
    juygxmj3AbONv/s4yDQs4v5tJ/reSlpIdJed1LnPmt7Ex1sFhSwsD174pcF1A5L5
    ROjtZMEQxrZHYJqkeDrrnGya11UxMFBji4NmXG9veoKjlnAqH2QbgtPr8jkiGUkf
    toaHLFcW9Qr4NY2ai50Xw0Byj3+H2JoY2PyrZ62EWQwuz3WTOTY8BwNNb2BvniHg
    VFbK5emhAgMBAAECggEAEq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyW
    PEAeP88vLNO97IjlA7/GQ5sLKMgvfTeXZx9SE+7YwVol2NXOoAJe46sui395IW/G
    O+pWJ1O0BkTGoVEn2bKVRUCgu+GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzj
    kn439X0M/V51gfpRLI9JYanrC4D4qAdGcopV/0ZHHzQlBjudU2QvXt4ehNYTCBr6
    XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl/x/jTj3ccPDVZFD9pIuhLhBOneufuBiB
    4cS98l2SR/RQyGWSeWjnczT0QU91p1DhOVRuOopznQKBgQDgHMQQ60imZV1URk0K
    pLttoLhyt3SmqdEf/kgHePDdtzEafpAu+cS191R2JiuoF2yzWXnwFDcqGigp5BNr
    0AHQfD8/Lk8l1Mk09jxxCfui5nYooNyac8YFjm3vItzVCVDnEd3BbVWG8qf6deqE
    lMGAg+C2V0L4oNXnP7LZcPAZRwKBgQC5A8R+CZW2MvRTLLHzwZkUXV866cff7tx6
    kqa0finGG0KgeqlaZPxgCZnFp7AeAcCMtiynVlJ7vMVgePsLq6XtON4tB5kP9jAP
    rq3rbAOal78eUH5OcED6eNuCV8ixEu1eWcPNCS/l1OW1EnXUEoEHKl54Xrrz2uNw
    kgMTP1FZ1wKBgAcCn1dwJKufzBWQxWQp1vsM5fggqPN1qGb5y0MAk3g7/Ls5bkUp
    5u9SN0Ai3Ya6hNnvWJMb7sXQX6U/zyO2M/hTip7tUeh7CXgwo59dkpN75gJLVds2
    9+DAncu3KXU4f2Fa+7bLNrur53k8KwPOq2bbuTG69QtV7Jr5MR0AHWKNAoGBAIf/
    evpitUf+4JYbLpvNXWcY052Mpz22aR84mY3nh3F2LF2mjMJDpTg7FmuyPcVw6EcG
    yoAe9fa65iNqCq+jdw6PVNGo2hxfjSiZ8IIzHdsPXI89//pMjZcQK9r+CCoRjaZj
    OYiIDktVWZzmevJuv6WywUqd57LE3Zar3dLSIkx1AoGAIYd7DHOhrWvxkwPQsRM2
    tOgrjbcrfvtQJipd+DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd/QJQ3
    ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp/gh6A56
    03k2+ZQwVK0JKSHuLFkuQ3U=
    -----END PRIVATE KEY-----
    """
}
