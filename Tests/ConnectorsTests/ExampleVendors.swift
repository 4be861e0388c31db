/// Vendors as the language's page describes them, to try the language with.
enum ExampleVendors {
  static let braze = #"""
    {
      name: "braze", title: "Braze", docs: "https://www.braze.com/docs/api/endpoints/user_data/post_user_delete/",
      settings: {                                   // JSON Schema; the connector's config file is checked against it
        required: ["instance", "key"],
        properties: {
          instance: { enum: ["iad-01.braze.com", "iad-02.braze.com", "fra-01.braze.eu", "fra-02.braze.eu"] },
          key: { secret: true },                    // must be {env: …} or {file: …} in the connector's config file
        },
      },
      people: [{ externalId: "external_ids" }, { email: "email_addresses" }, { phone: "phone_numbers" }], // ours → theirs, in order of preference
      base: "https://rest.{instance}",
      auth: { bearer: "{key}" },
      limits: { rate: "20000/min", wait: { header: "X-RateLimit-Reset", as: "epoch" } },
      erase: [
        { post: "/users/delete",
          batch: { max: 50, linger: "2s" },         // inside a batch {id} is a list; people of one {kind} travel together
          json: { "{kind}": "{id}" },               // a string that is only {x} keeps x's type: here an array
          outcome: [ { status: "2xx", is: "accepted" } ] },   // queued by the vendor, no job to poll
      ],
    }
    """#

  static let stripe = #"""
    {
      name: "stripe", title: "Stripe", docs: "https://docs.stripe.com/api/customers/delete",
      settings: { required: ["key"], properties: { key: { secret: true } } },
      people: [{ email: "email" }],
      base: "https://api.stripe.com",
      auth: { bearer: "{key}" },
      limits: { rate: "25/s", concurrent: 4 },
      erase: [
        { get: "/v1/customers{?email,limit}", with: { email: "{id}", limit: "100" },
          find: {
            in: "$.data[*]",                        // RFC 9535 without filters: the rows
            where: { "/email": "{id}" },            // RFC 6901: exact-match guard, a search is never trusted
            take: { customer: "/id" },              // names for the later steps, once per row
            page: { after: "starting_after", last: "/id", more: "/has_more" },
            max: 20,                                // more rows than this: failed, a human looks
          } },                                      // no rows: absent, the later steps are skipped
        { delete: "/v1/customers/{customer}", idempotency: "Idempotency-Key",
          outcome: [ { at: "/deleted", equals: true, is: "erased" },
                     { at: "/error/code", equals: "resource_missing", is: "absent" } ] },
      ],
    }
    """#

  static let intercom = #"""
    {
      name: "intercom", title: "Intercom", docs: "https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts",
      settings: { required: ["region", "token"], properties: { region: { enum: ["us", "eu", "au"] }, token: { secret: true } } },
      people: [{ externalId: "external_id" }, { email: "email" }, { phone: "phone" }],
      base: { region: { us: "https://api.intercom.io", eu: "https://api.eu.intercom.io", au: "https://api.au.intercom.io" } },
      auth: [ { bearer: "{token}" }, { headers: { "Intercom-Version": "2.15" } } ],
      limits: { rate: "160/10s", wait: { header: "X-RateLimit-Reset", as: "epoch" } },
      erase: [
        { post: "/contacts/search",
          json: { query: { field: "{kind}", operator: "=", value: "{id}" }, pagination: { per_page: 50, starting_after: "{cursor?}" } },
          find: { in: "$.data[*]", where: { "/{kind}": "{id}" }, take: { contact: "/id" }, page: { cursor: "/pages/next/starting_after" } } },
        { delete: "/contacts/{contact}", outcome: [ { at: "/deleted", equals: true, is: "erased" } ] },
      ],
    }
    """#

  static let mixpanel = #"""
    {
      name: "mixpanel", title: "Mixpanel", docs: "https://docs.mixpanel.com/reference/gdpr-api",
      settings: { required: ["region", "project", "token"], properties: {
        region: { enum: ["us", "eu", "in"] }, project: { secret: true }, token: { secret: true },
        regulation: { enum: ["GDPR", "CCPA"], default: "GDPR" } } },
      people: [{ externalId: "distinct_id" }],
      base: { region: { us: "https://mixpanel.com", eu: "https://eu.mixpanel.com", in: "https://in.mixpanel.com" } },
      auth: [ { bearer: "{token}" }, { query: { token: "{project}" } } ],
      limits: { rate: "1/s", retryFor: "6h" },      // the vendor: "retrying for several hours might be necessary"
      erase: [
        { post: "/api/app/data-deletions/v3.0/", batch: { max: 1999, linger: "10m" },
          json: { distinct_ids: "{id}", compliance_type: "{regulation}" },
          job: ["/results/task_id", "/results/0/tracking_id"] },   // first pointer that answers; makes the step pending
      ],
      poll: { get: "/api/app/data-deletions/v3.0/{job}", every: "6h", giveUp: "35d",
        state: "/results/status",
        states: { SUCCESS: "erased", FAILURE: "retry", REVOKED: "failed", NOT_FOUND: "failed" } },  // any other word: still pending
    }
    """#

  static let segment = #"""
    {
      name: "segment", title: "Segment", docs: "https://docs.segmentapis.com/tag/Deletion-and-Suppression",
      settings: { required: ["token"], properties: { token: { secret: true },
        regulation: { enum: ["SUPPRESS_WITH_DELETE", "DELETE_ONLY", "DELETE_INTERNAL", "SUPPRESS_WITH_DELETE_INTERNAL"], default: "SUPPRESS_WITH_DELETE" } } },
      people: [{ externalId: "USER_ID" }],
      base: "https://api.segmentapis.com",
      auth: { bearer: "{token}" },
      limits: { rate: "600/min" },
      erase: [ { post: "/regulations", batch: { max: 5000, linger: "10m" },
        json: { regulationType: "{regulation}", subjectType: "{kind}", subjectIds: "{id}" },
        job: "/data/regulateId" } ],
      poll: { get: "/regulations/{job}", every: "6h", giveUp: "45d", state: "/data/regulation/overallStatus",
        states: { FINISHED: "erased", FAILED: "failed", INVALID: "failed", NOT_SUPPORTED: "failed", PARTIAL_SUCCESS: "failed" } },
    }
    """#

  static let klaviyo = #"""
    {
      name: "klaviyo", title: "Klaviyo", docs: "https://developers.klaviyo.com/en/reference/request_profile_deletion",
      settings: { required: ["key"], properties: { key: { secret: true } } },
      people: [{ email: "email" }, { phone: "phone_number" }],
      base: "https://a.klaviyo.com",
      auth: { headers: { Authorization: "Klaviyo-API-Key {key}", revision: "2026-07-15" } },
      limits: { rate: ["3/s", "60/min"] },
      let: { filter: ["equals({kind},\"{quoted}\")"], quoted: ["{id}", ["quote", "\""]] },
      erase: [ { post: "/api/data-privacy-deletion-jobs", type: "application/vnd.api+json",
        json: { data: { type: "data-privacy-deletion-job", attributes: { profile: { data: { type: "profile", attributes: { "{kind}": "{id}" } } } } } },
        outcome: [ { status: 202, is: "pending" } ] } ],
      poll: { get: "/api/profiles{?filter}", every: "1h", giveUp: "3d", rows: "$.data[*]",
        outcome: [ { rows: 0, is: "erased" } ] },
    }
    """#

  static let salesforce = #"""
    {
      name: "salesforce", title: "Salesforce CRM", docs: "https://developer.salesforce.com/docs/platform/api-rest/guide/resources-composite-sobjects-collections-delete.html",
      settings: { required: ["domain", "clientId", "clientSecret"], properties: {
        domain: { pattern: "^[a-z0-9-]+(--[a-z0-9]+)?(\\.sandbox)?\\.my\\.salesforce\\.com$" },
        clientId: {}, clientSecret: { secret: true },
        runAs: { format: "email", person: "email" },          // the connected app's Run As user: purging HIM stops this connector
        objects: { type: "array", items: { enum: ["Contact", "Lead"] }, default: ["Contact", "Lead"] } } },
      people: [{ email: "Email" }],
      auth: { token: { post: "https://{domain}/services/oauth2/token",
          form: { grant_type: "client_credentials", client_id: "{clientId}", client_secret: "{clientSecret}" },
          take: { access: "/access_token", base: "/instance_url" }, for: "90m" },   // Salesforce sends no expires_in
        bearer: "{access}" },
      hosts: ["*.my.salesforce.com"],
      base: "{base}",
      limits: { concurrent: 5 },
      for: { object: "objects" },                             // the steps run once per element of a setting
      let: { q: ["SELECT Id, Email FROM {object} WHERE Email = '{quoted}'"], quoted: ["{id}", ["quote", "'"]] },
      outcome: [ { status: 403, at: "/0/errorCode", equals: "REQUEST_LIMIT_EXCEEDED", is: "retry" } ],
      erase: [
        { get: "/services/data/v62.0/query{?q}", find: { in: "$.records[*]", where: { "/Email": "{id}" }, take: { record: "/Id" }, page: { url: "/nextRecordsUrl" } } },
        { delete: "/services/data/v62.0/composite/sobjects?ids={record}&allOrNone=false", batch: { max: 200, linger: "2s" },
          items: { in: "$[*]", by: "position" },
          outcome: [ { at: "/success", equals: true, is: "erased" },
                     { at: "/errors/0/statusCode", equals: "ENTITY_IS_DELETED", is: "absent" },
                     { at: "/success", equals: false, is: "failed" } ] },
      ],
    }
    """#

  static let opendsr = #"""
    {
      name: "opendsr", title: "OpenDSR processor", docs: "https://github.com/opengdpr/OpenDSR/blob/master/specification.md",
      settings: { required: ["url", "token"], properties: { url: { format: "uri" }, token: { secret: true },
        regulation: { enum: ["gdpr", "ccpa"], default: "gdpr" }, property: { default: "" } } },
      people: [{ externalId: "controller_customer_id" }, { email: "email" }, { idfa: "ios_advertising_id" }, { gaid: "android_advertising_id" }, { idfv: "ios_vendor_id" }],
      send: "all",                                            // every identifier of the person in one request
      base: "{+url}",
      auth: { bearer: "{token}" },
      erase: [ { post: "/requests",
        json: {
          api_version: "2.0", regulation: "{regulation}",
          subject_request_id: "{uuid}",                       // name-based UUID of purge request × connector × person: a retry repeats it
          subject_request_type: "erasure", submitted_time: "{requestedAt}",
          subject_identities: { $each: "identities", $do: { identity_type: "{kind}", identity_value: "{id}", identity_format: "raw" } },
        },
        job: "/subject_request_id",
        outcome: [ { status: 201, is: "pending" }, { status: 400, at: "/error/message", matches: "already exists", is: "pending" } ] } ],
      poll: { get: "/requests/{job}", every: "12h", giveUp: "60d", state: "/request_status",
        states: { completed: "erased", cancelled: "failed", canceled: "failed" }, due: "/expected_completion_time" },
    }
    """#

  static let webhook = #"""
    {
      name: "webhook", title: "Signed web hook", docs: "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
      settings: { required: ["url", "secret"], properties: { url: { format: "uri" }, secret: { secret: true } } },
      people: [{ externalId: "externalId" }, { email: "email" }, { phone: "phone" }],
      send: "all",
      base: "{+url}",
      let: {
        key: ["{secret}", ["strip", "whsec_"], "unbase64"],
        signature: ["{uuid}.{epoch}.{body}", ["hmac-sha256", "{key}"], "base64"],   // {body}: the bytes about to be sent
      },
      auth: { headers: { "webhook-id": "{uuid}", "webhook-timestamp": "{epoch}", "webhook-signature": "v1,{signature}" } },
      erase: [ { post: "",
        json: { type: "user.purge", timestamp: "{now}", data: { request: "{request}",
          identifiers: { $each: "identities", $key: "{kind}", $do: "{id}" } } },    // $key: an object instead of an array
        outcome: [ { status: 202, is: "accepted" }, { status: "2xx", is: "erased" }, { status: 410, is: "blocked" } ] } ],
    }
    """#
}
