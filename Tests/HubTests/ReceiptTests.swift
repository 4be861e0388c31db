import Documents
import HTTPTypes
import PurgeCore
import Testing

@testable import Hub
@testable import Store

@Suite struct `A receipt` {
  /// A receipt's file, as the API issues it.
  private func receipt(_ id: String, _ visitor: Visitor) async throws -> [UInt8] {
    let answer = try await visitor.post("/v1/requests/\(id)/receipt")
    #expect(answer.status == 200)
    return Array(answer.text.utf8)
  }

  private func completed(_ visitor: Visitor) async throws -> String {
    let id = try await visitor.purge(.people(2)).id
    _ = try await visitor.request(id) { $0.state == "completed" }
    return id
  }

  @Test func `SF-19 says what came of a request at each connector, and what stays there`()
    async throws
  {
    try await visit { visitor in
      let id = try await completed(visitor)
      let matter = try SignedReceipt(reading: try await receipt(id, visitor), from: nil).matter
      #expect(matter["interim"] == false)
      #expect(matter["request"]?["id"]?.string == id)
      #expect(matter["request"]?["regulation"] == "gdpr")
      let line = try #require(matter["connectors"]?[0])
      #expect(line["title"] == "Scripted" && line["state"] == "completed")
      #expect(line["verdicts"]?["erased"] == 2 && line["verdicts"]?["open"] == 0)
      #expect(line["evidence"] == "confirmed" && line["stays"] == ["backups"])
      #expect(line["firstTriedAt"]?.string != nil)
      #expect(!matter.encoded().contains("guest-"))
    }
  }

  @Test func `is found out when any byte of it is another`() async throws {
    try await visit { visitor in
      let id = try await completed(visitor)
      let file = try await receipt(id, visitor)
      _ = try SignedReceipt(reading: file, from: nil)
      for place in file.indices {
        for mask: UInt8 in [0x01, 0x20] {
          var changed = file
          changed[place] ^= mask
          #expect(throws: ReceiptFault.self, "\(place)") {
            try SignedReceipt(reading: changed, from: nil)
          }
        }
      }
    }
  }

  @Test func `is found out when a byte is missing or added anywhere`() async throws {
    try await visit { visitor in
      let file = try await receipt(try await completed(visitor), visitor)
      for place in file.indices where place % 7 == 0 || place + 2 > file.count {
        for change in [[], [file[place], 0x20], [0x0A, file[place]]] {
          var changed = file
          changed.replaceSubrange(place...place, with: change)
          #expect(throws: ReceiptFault.self) { try SignedReceipt(reading: changed, from: nil) }
        }
      }
    }
  }

  @Test func `is chained to the audit trail on both sides`() async throws {
    try await visit { visitor in
      let id = try await completed(visitor)
      let receipt = try SignedReceipt(reading: try await receipt(id, visitor), from: nil)
      let place = try #require(receipt.matter["audit"])
      let digests = [(receipt.digest, true), (String(repeating: "0", count: 64), false)]
      for (digest, holds) in digests {
        let body = place.with(["receipt": .string(digest)])
        let finding = try await visitor.post("/v1/audit/verify", body).json
        #expect(finding["holdsPlace"]?.bool == holds)
      }
      let entry = place["entry"]?.integer ?? 0
      let next = try await visitor.get("/v1/audit?after=\(entry)&limit=1").json
      #expect(next["entries"]?[0]?["action"] == "receipt.issued")
      #expect(next["entries"]?[0]?["request"]?.string == id)
    }
  }

  @Test func `is signed by one key, which a new start finds again`() async throws {
    let place = try Place()
    var keys: Set<String> = []
    for _ in 0..<2 {
      try await visit(place) { visitor in
        keys.insert(try await visitor.get("/v1/receipts/key").json["publicKey"]?.string ?? "")
        let receipt = try await receipt(try await completed(visitor), visitor)
        keys.insert(try SignedReceipt(reading: receipt, from: nil).key.pem)
      }
    }
    #expect(keys.count == 1)
  }

  @Test func `of another hub is told apart`() async throws {
    let file = try await file()
    let key = try #require(ReceiptPublicKey(bytes: Array(repeating: 7, count: 32)))
    let fault = #expect(throws: ReceiptFault.self) {
      try SignedReceipt(reading: file, from: key)
    }
    let own = try SignedReceipt(reading: file, from: nil).key
    #expect(fault == .otherKey(own.id))
    #expect(ReceiptPublicKey(reading: own.pem) == own)
    _ = try SignedReceipt(reading: file, from: own)
  }

  private func file() async throws -> [UInt8] {
    var file: [UInt8] = []
    try await visit { visitor in file = try await receipt(try await completed(visitor), visitor) }
    return file
  }

  @Test func `before the end is interim and names what is blocked and open`() async throws {
    try await visit { visitor in
      try await visitor.house.install(
        "crm", as: .disabled(.administrator(note: "repairs"), since: House.now()))
      let id = try await visitor.purge(.people(3)).id
      let open = try SignedReceipt(reading: try await receipt(id, visitor), from: nil).matter
      #expect(open["interim"] == true)
      #expect(open["exceptions"]?["blocked"] == ["crm"])
      #expect(open["exceptions"]?["open"]?.array?.contains("crm") == true)
      #expect(open["connectors"]?[0]?["verdicts"]?["open"] == 3)
      #expect(open["connectors"]?[0]?["code"] == 3007)
    }
  }

  @Test func `names who waived what and why`() async throws {
    try await visit { visitor in
      try await visitor.house.install(
        "crm", as: .disabled(.administrator(note: "repairs"), since: House.now()))
      let id = try await visitor.purge(.people(3)).id
      _ = try await visitor.post(
        "/v1/requests/\(id)/waive", ["connector": "crm", "reason": "contract ended"],
        fields: ["PurgeHub-Operator": "ann"])
      _ = try await visitor.request(id) { $0.json["isFinal"] == true }
      let matter = try SignedReceipt(reading: try await receipt(id, visitor), from: nil).matter
      #expect(matter["request"]?["state"] == "completedWithExceptions")
      #expect(matter["exceptions"]?["waived"] == ["crm"])
      let waiver = try #require(matter["connectors"]?[0]?["waivers"]?[0])
      #expect(waiver["by"] == "ann" && waiver["reason"] == "contract ended")
    }
  }
}

extension [UInt8] {
  fileprivate func contains(_ text: String) -> Bool {
    String(decoding: self, as: UTF8.self).contains(text)
  }
}
