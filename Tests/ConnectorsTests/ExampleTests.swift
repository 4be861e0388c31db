import Connectors
import Documents
import HTTPTypes
import PurgeCore
import Testing

@Suite struct `A vendor of the language's page` {
  @Test func `Braze gets fifty people of a kind in one list`() throws {
    let behaviour = try makeBehaviour(
      makeManifest(ExampleVendors.braze), ["instance": "fra-01.braze.eu", "key": "k"])
    let call = makeCall([person(.externalId, "u-1"), person(.externalId, "u-2")])
    let talk = Conversation(behaviour, call, [HTTPResponse(201, json: ["deleted": 2])])
    #expect(talk.lines == ["POST https://rest.fra-01.braze.eu/users/delete"])
    #expect(talk.body(0) == #"{"external_ids":["u-1","u-2"]}"#)
    #expect(talk.requests[0].fields["Authorization"] == "Bearer k")
    #expect(talk.conclusion == .outcomes([.settled(.accepted), .settled(.accepted)]))
    #expect(behaviour.traits.peoplePerCall == 50)
    #expect(behaviour.traits.isAcceptedOnly)
  }

  @Test func `Stripe is asked for the customer and then to delete it`() throws {
    let behaviour = try makeBehaviour(makeManifest(ExampleVendors.stripe), ["key": "sk"])
    let talk = Conversation(
      behaviour, makeCall([person(.email, "o'neil+x@example.com")]),
      [
        HTTPResponse(
          200,
          json: [
            "has_more": false,
            "data": [
              ["id": "cus_0", "email": "other@example.com"],
              ["id": "cus_1", "email": "o'neil+x@example.com"],
            ],
          ]), HTTPResponse(200, json: ["id": "cus_1", "deleted": true]),
      ])
    #expect(
      talk.lines == [
        "GET https://api.stripe.com/v1/customers?email=o%27neil%2Bx%40example.com&limit=100",
        "DELETE https://api.stripe.com/v1/customers/cus_1",
      ])
    #expect(talk.requests[0].fields["Idempotency-Key"] == nil)
    #expect(talk.requests[1].fields["Idempotency-Key"]?.count == 36)
    #expect(talk.conclusion == .outcomes([.settled(.erased)]))
  }

  @Test func `Intercom is searched by posting, page by page`() throws {
    let behaviour = try makeBehaviour(
      makeManifest(ExampleVendors.intercom), ["region": "eu", "token": "t"])
    let row: JSON = ["id": "c1", "email": "ann@example.com"]
    let talk = Conversation(
      behaviour, makeCall([person(.email, "ann@example.com")]),
      [
        HTTPResponse(200, json: ["data": [], "pages": ["next": ["starting_after": "WzE="]]]),
        HTTPResponse(200, json: ["data": [row], "pages": ["total_pages": 2]]),
        HTTPResponse(200, json: ["id": "c1", "deleted": true]),
      ])
    let query = #"{"query":{"field":"email","operator":"=","value":"ann@example.com"}"#
    #expect(talk.body(0) == query + #","pagination":{"per_page":50}}"#)
    #expect(talk.body(1) == query + #","pagination":{"per_page":50,"starting_after":"WzE="}}"#)
    #expect(talk.lines.last == "DELETE https://api.eu.intercom.io/contacts/c1")
    #expect(talk.requests[0].fields["Intercom-Version"] == "2.15")
    #expect(talk.conclusion == .outcomes([.settled(.erased)]))
  }

  @Test func `Mixpanel makes a job and is asked about it`() throws {
    let behaviour = try makeBehaviour(
      makeManifest(ExampleVendors.mixpanel), ["region": "eu", "project": "p&1", "token": "t"])
    let people = [person(.externalId, "a"), person(.externalId, "b")]
    let talk = Conversation(
      behaviour, makeCall(people), [HTTPResponse(200, json: ["results": ["task_id": 42]])])
    #expect(
      talk.lines == ["POST https://eu.mixpanel.com/api/app/data-deletions/v3.0/?token=p%261"])
    #expect(talk.body(0) == #"{"distinct_ids":["a","b"],"compliance_type":"GDPR"}"#)
    let job = Outcome.pending(Job(id: "42"))
    #expect(talk.conclusion == .outcomes([job, job]))
    let poll = Conversation(
      behaviour, makeCall(people, polling: "42"),
      [HTTPResponse(200, json: ["results": ["status": "SUCCESS"]])])
    #expect(
      poll.lines == ["GET https://eu.mixpanel.com/api/app/data-deletions/v3.0/42?token=p%261"])
    #expect(poll.conclusion == .outcomes([.settled(.erased), .settled(.erased)]))
    #expect(behaviour.traits.giveUpAfter == .days(35))
    #expect(!behaviour.traits.isAcceptedOnly)
  }

  @Test func `Segment says what it deletes in the vendor's words`() throws {
    let behaviour = try makeBehaviour(makeManifest(ExampleVendors.segment), ["token": "t"])
    let talk = Conversation(
      behaviour, makeCall([person(.externalId, "a")]),
      [HTTPResponse(200, json: ["data": ["regulateId": "r1"]])])
    #expect(
      talk.body(0)
        == #"{"regulationType":"SUPPRESS_WITH_DELETE","subjectType":"USER_ID","subjectIds":["a"]}"#)
    #expect(talk.conclusion == .outcomes([.pending(Job(id: "r1"))]))
  }

  @Test func `Klaviyo is looked into until nobody is there`() throws {
    let behaviour = try makeBehaviour(makeManifest(ExampleVendors.klaviyo), ["key": "k"])
    let people = [person(.email, "a\"b@example.com")]
    let talk = Conversation(behaviour, makeCall(people), [HTTPResponse(202)])
    #expect(talk.conclusion == .outcomes([.pending(Job(id: ""))]))
    #expect(talk.requests[0].fields["Content-Type"] == "application/vnd.api+json")
    let there = Conversation(
      behaviour, makeCall(people, polling: ""), [HTTPResponse(200, json: ["data": [["id": "1"]]])])
    #expect(
      there.lines == [
        "GET https://a.klaviyo.com/api/profiles?filter="
          + "equals%28email%2C%22a%5C%22b%40example.com%22%29"
      ])
    #expect(there.conclusion == .outcomes([.pending(Job(id: ""))]))
    let gone = Conversation(
      behaviour, makeCall(people, polling: ""), [HTTPResponse(200, json: ["data": []])])
    #expect(gone.conclusion == .outcomes([.settled(.erased)]))
  }

  @Test func `Salesforce is asked once for each object, with quotes quoted`() throws {
    let behaviour = try makeBehaviour(
      makeManifest(ExampleVendors.salesforce),
      ["domain": "acme.my.salesforce.com", "clientId": "c", "clientSecret": "s"])
    var call = makeCall([person(.email, "o'neil@example.com")])
    call.access = AccessToken(
      values: ["access": "00D", "base": "https://acme.my.salesforce.com"],
      expires: call.triedAt + .hours(1))
    let row: JSON = ["Id": "003A", "Email": "O'Neil@example.com"]
    let talk = Conversation(
      behaviour, call,
      [
        HTTPResponse(200, json: ["records": [row]]),
        HTTPResponse(200, json: [["id": "003A", "success": true, "errors": []]]),
        HTTPResponse(200, json: ["records": []]),
      ])
    let base = "https://acme.my.salesforce.com/services/data/v62.0"
    let select = "\(base)/query?q=SELECT%20Id%2C%20Email%20FROM"
    #expect(
      talk.lines == [
        "GET \(select)%20Contact%20WHERE%20Email%20%3D%20%27o%5C%27neil%40example.com%27",
        "DELETE \(base)/composite/sobjects?ids=003A&allOrNone=false",
        "GET \(select)%20Lead%20WHERE%20Email%20%3D%20%27o%5C%27neil%40example.com%27",
      ])
    #expect(talk.conclusion == .outcomes([.settled(.erased)]))
  }

  @Test func `Salesforce's token also names the host, which must be one of its own`() throws {
    let behaviour = try makeBehaviour(
      makeManifest(ExampleVendors.salesforce),
      ["domain": "acme.my.salesforce.com", "clientId": "c", "clientSecret": "s&s"])
    let now = Instant(milliseconds: 0)
    let request = try #require(behaviour.tokenRequest(at: now))
    #expect(request.url == "https://acme.my.salesforce.com/services/oauth2/token")
    #expect(
      String(decoding: request.body, as: UTF8.self)
        == "grant_type=client_credentials&client_id=c&client_secret=s%26s")
    let answer = HTTPResponse(
      200, json: ["access_token": "00D", "instance_url": "https://evil.example"])
    let token = try behaviour.token(in: answer, at: now).get()
    #expect(token.expires == now + .minutes(89))
    var call = makeCall([person(.email, "ann@example.com")])
    call.access = token
    let talk = Conversation(behaviour, call, [])
    #expect(talk.requests.isEmpty)
    #expect(talk.conclusion == .outcomes([.settled(.failed(.unusableRequest))]))
  }

  @Test func `OpenDSR gets every identity, and a repeated request is pending all the same`() throws
  {
    let behaviour = try makeBehaviour(
      makeManifest(ExampleVendors.opendsr), ["url": "https://dsr.example/v2", "token": "t"])
    let call = makeCall([
      Subject([Identity(.email, "a@example.com"), Identity(.externalId, "u-1")])
    ])
    let talk = Conversation(
      behaviour, call, [HTTPResponse(201, json: ["subject_request_id": "j"])])
    let body = try JSON(reading: talk.requests[0].body)
    #expect(talk.lines == ["POST https://dsr.example/v2/requests"])
    #expect(
      body["subject_identities"] == [
        [
          "identity_type": "controller_customer_id", "identity_value": "u-1",
          "identity_format": "raw",
        ], ["identity_type": "email", "identity_value": "a@example.com", "identity_format": "raw"],
      ])
    #expect(body["submitted_time"] == "2026-11-21T08:00:00.000Z")
    #expect(talk.conclusion == .outcomes([.pending(Job(id: "j"))]))
    #expect(Conversation(behaviour, call, []).body(0) == talk.body(0))
  }

  @Test func `The web hook is signed as the standard's own example`() throws {
    let text = #"""
      { name: "hook", title: "Hook", docs: "https://hook.example", people: [{ email: "email" }],
        settings: { properties: { secret: { secret: true } } }, base: "https://hook.example",
        let: { key: ["{secret}", ["strip", "whsec_"], "unbase64"],
          signature: ["msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{body}",
            ["hmac-sha256", "{key}"], "base64"] },
        auth: { headers: { "webhook-signature": "v1,{signature}" } },
        erase: [{ post: "/{?id}", text: "{ \"test\": 2432232314}" }] }
      """#
    // The vector has no blank after its brace; the template needs one, so it is taken out here.
    let fitting = text.replacing("{ \\\"test", with: "{\\\"test")
    let behaviour = try makeBehaviour(
      makeManifest(fitting), ["secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
    let talk = Conversation(behaviour, makeCall([person(.email, "a@example.com")]), [])
    #expect(talk.body(0) == "{\"test\": 2432232314}")
    #expect(
      talk.requests.first?.fields["webhook-signature"]
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
  }
}
