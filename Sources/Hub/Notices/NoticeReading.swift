import Connectors
import Documents
import Foundation
import Store

/// Reads the setting `notices`; what is wrong is told without the value.
struct NoticeReading {
  /// Where relative paths begin.
  let folder: String

  func settings(_ value: JSON) throws(Misfit) -> NoticeSettings {
    try check(value, "it", knows: ["callbacks", "mail"])
    var settings = NoticeSettings()
    for (index, one) in try list(value["callbacks"], "callbacks").enumerated() {
      settings.callbacks.append(try callback(one, "callbacks[\(index)]"))
    }
    if let mail = value["mail"], !mail.isNull { settings.mail = try self.mail(mail) }
    guard Set(settings.callbacks.map(\.url)).count == settings.callbacks.count else {
      throw Misfit(what: "names a callback twice", remedy: "give each address once")
    }
    return settings
  }

  private func callback(
    _ value: JSON, _ place: String
  ) throws(Misfit) -> NoticeSettings.Callback {
    try check(
      value, place, knows: ["url", "secret", "events", "selfHosted", "trustedCertificates"])
    let isOurs = try flag(value["selfHosted"], place + ".selfHosted")
    let url = try text(value["url"], place + ".url")
    guard Self.isAddress(url, of: isOurs ? ["https", "http"] : ["https"]) else {
      throw Misfit(
        what: "has no address in \(place).url that the hub may post to",
        remedy: "write https://host/path, or http with selfHosted: true, without name or password")
    }
    return NoticeSettings.Callback(
      url: url, secrets: try secrets(value["secret"], place + ".secret"),
      kinds: try kinds(value["events"], place + ".events"), selfHosted: isOurs,
      authorities: try path(value["trustedCertificates"], place + ".trustedCertificates"))
  }

  private func mail(_ value: JSON) throws(Misfit) -> NoticeSettings.Mail {
    try check(
      value, "mail",
      knows: [
        "server", "user", "password", "from", "to", "events", "selfHosted", "plaintext",
        "trustedCertificates",
      ])
    let server = try text(value["server"], "mail.server")
    guard Self.isAddress(server, of: ["smtp", "smtps"]), Self.hasNoPath(server) else {
      throw Misfit(
        what: "has no mail server in mail.server",
        remedy: "write smtps://host:465, or smtp://host:587 for STARTTLS")
    }
    var mail = NoticeSettings.Mail(
      server: server, from: try address(value["from"] ?? .null, "mail.from"),
      to: try list(value["to"], "mail.to").map { (one) throws(Misfit) in
        try address(one, "mail.to")
      },
      kinds: try kinds(value["events"], "mail.events"))
    if let user = value["user"], !user.isNull { mail.user = try text(user, "mail.user") }
    if let password = value["password"], !password.isNull {
      mail.password = try secret(password, "mail.password")
    }
    mail.selfHosted = try flag(value["selfHosted"], "mail.selfHosted")
    mail.plaintext = try flag(value["plaintext"], "mail.plaintext")
    mail.authorities = try path(value["trustedCertificates"], "mail.trustedCertificates")
    return try checked(mail)
  }

  private func checked(_ mail: NoticeSettings.Mail) throws(Misfit) -> NoticeSettings.Mail {
    guard !mail.to.isEmpty, Set(mail.to).count == mail.to.count else {
      throw Misfit(
        what: "has nobody in mail.to, or somebody twice", remedy: "name each recipient once")
    }
    guard (mail.user == nil) == (mail.password == nil) else {
      throw Misfit(
        what: "has only one of mail.user and mail.password", remedy: "give both or neither")
    }
    let isHere = mail.selfHosted && Self.isThisMachine(mail.server)
    guard !mail.plaintext || isHere && mail.user == nil else {
      throw Misfit(
        what: "asks in mail.plaintext to leave TLS out where others could read",
        remedy: "use it only with selfHosted: true, a server on localhost and no password")
    }
    return mail
  }
}

// The parts.
extension NoticeReading {
  private func check(
    _ value: JSON, _ place: String, knows names: [String]
  ) throws(Misfit) {
    guard let members = value.members else {
      throw Misfit(what: "has \(value.kindInWords) where \(place) is", remedy: "write { ... }")
    }
    guard members.allSatisfy({ names.contains($0.name) }) else {
      throw Misfit(
        what: "has a member in \(place) that the hub does not know",
        remedy: "the members are \(names.joined(separator: ", "))")
    }
  }

  private func list(_ value: JSON?, _ place: String) throws(Misfit) -> [JSON] {
    guard let value, !value.isNull else { return [] }
    guard let list = value.array else {
      throw Misfit(what: "has \(value.kindInWords) in \(place)", remedy: "write [ ... ]")
    }
    return list
  }

  private func text(_ value: JSON?, _ place: String) throws(Misfit) -> String {
    guard let text = value?.string, (1...1_000).contains(text.utf8.count),
      text.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
    else {
      throw Misfit(
        what: "has no text in \(place) that the hub can use",
        remedy: "write printable ASCII without blanks")
    }
    return text
  }

  private func flag(_ value: JSON?, _ place: String) throws(Misfit) -> Bool {
    guard let value else { return false }
    guard let flag = value.bool else {
      throw Misfit(what: "has \(value.kindInWords) in \(place)", remedy: "write true or false")
    }
    return flag
  }

  private func path(_ value: JSON?, _ place: String) throws(Misfit) -> String? {
    guard let value, !value.isNull else { return nil }
    guard let path = value.string, !path.isEmpty else {
      throw Misfit(what: "has \(value.kindInWords) in \(place)", remedy: "write a file's path")
    }
    return path.hasPrefix("/") ? path : folder + "/" + path
  }

  private func secrets(
    _ value: JSON?, _ place: String
  ) throws(Misfit) -> [SecretReference] {
    let values = value?.array ?? [value ?? .null]
    guard (1...2).contains(values.count) else {
      throw Misfit(
        what: "has \(values.count) secrets in \(place)",
        remedy: "give one, or two while one is replaced")
    }
    return try values.map { (one) throws(Misfit) in try secret(one, place) }
  }

  private func secret(_ value: JSON, _ place: String) throws(Misfit) -> SecretReference {
    guard let reference = SecretReference(value, relativeTo: folder) else {
      throw Misfit(
        what: "does not say in \(place) where the secret is kept",
        remedy: "write { env: \"NAME\" } or { file: \"PATH\" }; a secret never stands in the file")
    }
    return reference
  }

  private func kinds(_ value: JSON?, _ place: String) throws(Misfit) -> Set<NoticeKind> {
    guard let value, !value.isNull else { return Set(NoticeKind.allCases) }
    var kinds: Set<NoticeKind> = []
    for word in try list(value, place) {
      let meant = NoticeKind.allCases.filter { $0.isMeant(by: word.string ?? "") }
      guard !meant.isEmpty else {
        let known = NoticeKind.allCases.filter { $0 != .hubTest }.map(\.rawValue).joined(
          separator: ", ")
        throw Misfit(
          what: "has an event in \(place) that there is not",
          remedy: "the events are \(known), and \"request\" or \"request.deadline\" mean all below")
      }
      kinds.formUnion(meant)
    }
    return kinds
  }

  /// An address that can stand in a message's head and a mail server's command as it is.
  private func address(_ value: JSON, _ place: String) throws(Misfit) -> String {
    let text = value.string ?? ""
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    let signs = "!#$%&'*+-/=?^_`{|}~."
    guard parts.count == 2, text.utf8.count <= 254,
      !parts[0].isEmpty, parts[0].allSatisfy({ $0.isPlain || signs.contains($0) }),
      !parts[1].isEmpty, parts[1].allSatisfy({ $0.isPlain || $0 == "." || $0 == "-" })
    else {
      throw Misfit(
        what: "has something in \(place) that is no plain e-mail address",
        remedy: "write it as ops@example.org, without a name")
    }
    return text
  }

  private static func isAddress(_ text: String, of schemes: [String]) -> Bool {
    guard let parts = URLComponents(string: text), let scheme = parts.scheme,
      let host = parts.host, !host.isEmpty
    else { return false }
    return schemes.contains(scheme) && parts.user == nil && parts.password == nil
      && parts.fragment == nil
  }

  private static func hasNoPath(_ text: String) -> Bool {
    let parts = URLComponents(string: text)
    return (parts?.path ?? "").isEmpty && parts?.query == nil
  }

  private static func isThisMachine(_ text: String) -> Bool {
    ["localhost", "127.0.0.1", "::1", "[::1]"].contains(URLComponents(string: text)?.host ?? "")
  }
}

extension Character {
  /// Whether it is a letter or a digit of ASCII.
  fileprivate var isPlain: Bool { isASCII && (isLetter || isNumber) }
}

extension NoticeSettings {
  /// What the setting must look like, as JSON Schema.
  static let schema: JSON = [
    "type": "object", "additionalProperties": false,
    "properties": [
      "callbacks": ["type": "array", "items": callbackSchema],
      "mail": ["anyOf": [["type": "null"], mailSchema]],
    ],
  ]

  private static let eventsSchema: JSON = [
    "type": "array",
    "items": [
      "enum": .array(
        (["request", "request.deadline", "connector"] + NoticeKind.allCases.map(\.rawValue)).map {
          .string($0)
        })
    ],
  ]

  private static let callbackSchema: JSON = [
    "type": "object", "additionalProperties": false, "required": ["url", "secret"],
    "properties": [
      "url": ["type": "string"],
      "secret": [
        "anyOf": [
          SecretReference.schema,
          ["type": "array", "items": SecretReference.schema, "minItems": 1, "maxItems": 2],
        ]
      ],
      "events": eventsSchema, "selfHosted": ["type": "boolean"],
      "trustedCertificates": ["type": "string"],
    ],
  ]

  private static let mailSchema: JSON = [
    "type": "object", "additionalProperties": false, "required": ["server", "from", "to"],
    "properties": [
      "server": ["type": "string", "pattern": "^smtps?://"], "user": ["type": "string"],
      "password": SecretReference.schema, "from": ["type": "string"],
      "to": ["type": "array", "items": ["type": "string"], "minItems": 1],
      "events": eventsSchema, "selfHosted": ["type": "boolean"], "plaintext": ["type": "boolean"],
      "trustedCertificates": ["type": "string"],
    ],
  ]
}
