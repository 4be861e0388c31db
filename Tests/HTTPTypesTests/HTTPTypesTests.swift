import HTTPTypes
import Testing

@Suite struct `Header fields` {
  @Test(arguments: ["Retry-After", "retry-after", "RETRY-AFTER"])
  func `are found without regard to case`(name: String) {
    let fields: HTTPFields = ["Retry-After": "5"]
    #expect(fields[name] == "5")
  }

  @Test func `compare other bytes exactly`() {
    let fields: HTTPFields = ["x_id[": "1"]
    #expect(fields["X_ID["] == "1")
    #expect(fields["x_id{"] == nil)
    #expect(fields["x-id["] == nil)
  }

  @Test func `keep their order and repeated names`() {
    var fields: HTTPFields = ["B": "1", "A": "2"]
    fields.append("b", "3")
    #expect(fields.map(\.name) == ["B", "A", "b"])
    #expect(fields.values(of: "B") == ["1", "3"])
    #expect(fields["b"] == "1")
  }

  @Test func `have one value when it is set`() {
    var fields: HTTPFields = ["B": "1", "A": "2", "b": "3"]
    fields["B"] = "4"
    #expect(fields.values(of: "b") == ["4"])
    #expect(fields.map(\.name) == ["A", "B"])
  }

  @Test func `lose a name that is set to nothing`() {
    var fields: HTTPFields = ["B": "1", "A": "2"]
    fields["b"] = nil
    #expect(fields.count == 1)
    #expect(fields["B"] == nil)
  }
}

@Suite struct `A request` {
  @Test func `has neither fields nor body unless they are given`() {
    let request = HTTPRequest(.get, "/v1/requests")
    #expect(request.fields.isEmpty)
    #expect(request.body.isEmpty)
  }
}

@Suite struct `A failure` {
  @Test(
    arguments: zip(
      HTTPFailure.Kind.allCases,
      [false, false, false, true, true, false, true, false]))
  func `says whether the other side may have acted`(kind: HTTPFailure.Kind, mayHaveActed: Bool) {
    #expect(HTTPFailure(kind, detail: "").mayHaveActed == mayHaveActed)
  }
}
