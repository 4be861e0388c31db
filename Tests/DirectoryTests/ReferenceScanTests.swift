import Directory
import PurgeCore
import Testing

@Suite struct `A reference scan` {
  @Test(arguments: [
    (Identity(.email, "Ada.Byron@Example.com"), "ada.byron@example.COM"),
    (Identity(.email, "ada@example.com"), "  ada@example.com "),
    (Identity(.email, "\tADA@example.com\n"), "ada@example.com"),
    (Identity(.email, " Zoë@example.com"), "ZOË@EXAMPLE.com "),
    (Identity(.phone, "+49 (151) 555-0100"), "00491515550100"),
    (Identity(.phone, "0151 5550100"), "01515550100"),
    (Identity(.externalId, "u-1"), "u-1"),
    (Identity(.userAlias, "ada", label: "forum"), "ada"),
    (Identity(IdentityKind("brazeId"), "5f1"), "5f1"),
  ])
  func `ALM-11 finds a person however the value is spelled`(identity: Identity, text: String) {
    #expect(scan(text).references(to: [Subject([identity])]).map(\.0) == [ConnectorName("crm")])
  }

  @Test(arguments: [
    (Identity(.externalId, "u-1"), "u-12"),
    (Identity(.externalId, "u-1"), "U-1"),
    (Identity(.email, "ada@example.com"), "Ada <ada@example.com>"),
    (Identity(.email, "ada@example.com"), "xada@example.com"),
    (Identity(.phone, "+491515550100"), "+4915155501001"),
    (Identity(.externalId, "eu"), "europe"),
  ])
  func `ALM-11 never takes a part of a value for a person`(identity: Identity, text: String) {
    #expect(scan(text).references(to: [Subject([identity])]).isEmpty)
  }

  @Test func `names each place once, in the order of the file`() throws {
    let values = [(9, "settings.notify[1]"), (4, "settings.owner"), (8, "settings.notify[0]")]
      .map { SettingValue(place: place($0.1, line: $0.0), text: "ada@example.com") }
    let people = [
      Subject([Identity(.email, "ada@example.com")]),
      Subject([Identity(.email, "ADA@example.com")]),
    ]
    let found = ReferenceScan([(ConnectorName("crm"), values)]).references(to: people)
    #expect(try #require(found.first).1.map(\.line) == [4, 8, 9])
  }

  @Test func `leaves connectors alone that name nobody`() {
    let scan = ReferenceScan([
      (ConnectorName("a"), [SettingValue(place: place("settings.owner"), text: "ada@example.com")]),
      (ConnectorName("b"), [SettingValue(place: place("settings.owner"), text: "bob@example.com")]),
    ])
    let found = scan.references(to: [Subject([Identity(.email, "bob@example.com")])])
    #expect(found.map(\.0) == [ConnectorName("b")])
  }

  private func scan(_ text: String) -> ReferenceScan {
    ReferenceScan([
      (ConnectorName("crm"), [SettingValue(place: place("settings.owner"), text: text)])
    ])
  }

  private func place(_ path: String, line: Int = 3) -> SettingPlace {
    SettingPlace(path: path, file: "config/connectors/crm.json5", line: line)
  }
}
