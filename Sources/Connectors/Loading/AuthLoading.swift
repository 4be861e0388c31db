import Documents

extension ManifestLoader {
  private static let authWords = [
    "bearer", "basic", "headers", "query", "token", "aws", "plugin",
  ]

  func authorization(_ scopes: Scopes, _ steps: inout StepLoader) -> Authorization {
    var authorization = Authorization()
    guard let node = root["auth"] else { return authorization }
    for part in node.oneOrMore() {
      guard part.words(Self.authWords) else { continue }
      part["plugin"]?.complain(
        "is not available in this version", "use bearer, basic, headers, query, token or aws")
      if let token = part["token"] {
        if authorization.token != nil { token.complain("is the second token", "fetch one") }
        authorization.token = steps.token(token, scopes.token, names: scopes.tokenNames)
      }
      authorization.parts += part.authorization(scopes.step.adding([.body]))
    }
    if authorization.parts.filter(\.isAuthorizationHeader).count > 1 {
      node.complain(
        "sends several Authorization headers", "leave one of bearer, basic, aws and headers")
    }
    return authorization
  }
}

extension Authorization.Part {
  /// Whether it writes `Authorization`, of which a request may have one.
  fileprivate var isAuthorizationHeader: Bool {
    switch self {
    case .bearer, .basic, .aws: true
    case .headers(let headers): headers.contains { $0.name.lowercased() == "authorization" }
    case .query: false
    }
  }
}

extension ManifestLoader.Scopes {
  fileprivate var tokenNames: [String] {
    base.names.filter { if case .token = $0.value { true } else { false } }.map(\.key)
  }
}

extension Node {
  fileprivate func authorization(_ scope: Scope) -> [Authorization.Part] {
    var parts: [Authorization.Part] = []
    if let bearer = self["bearer"]?.template(scope) { parts.append(.bearer(bearer)) }
    if let basic = self["basic"].flatMap({ $0.basic(scope) }) { parts.append(basic) }
    if let headers = self["headers"]?.headers(scope) { parts.append(.headers(headers)) }
    if let query = self["query"]?.parameters(scope) { parts.append(.query(query)) }
    if let aws = self["aws"]?.aws(scope) { parts.append(.aws(aws)) }
    return parts
  }

  private func aws(_ scope: Scope) -> AWSCredential? {
    guard words(["region", "service", "key", "secret"]) else { return nil }
    let region = required("region", "region: \"{region}\"")?.template(scope)
    let service = required("service", "service: \"mobiletargeting\"")?.template(scope)
    let key = required("key", "key: \"{accessKey}\"")?.template(scope)
    let secret = required("secret", "secret: \"{secretKey}\"")?.template(scope)
    guard let region, let service, let key, let secret else { return nil }
    return AWSCredential(region: region, service: service, key: key, secret: secret)
  }

  private func basic(_ scope: Scope) -> Authorization.Part? {
    guard let elements = elements() else { return nil }
    guard elements.count == 2 else {
      complain("is not a user and a password", "write [\"{user}\", \"{password}\"]")
      return nil
    }
    // An empty password is what some vendors ask for.
    guard let user = elements[0].template(scope), let password = elements[1].template(scope)
    else { return nil }
    return .basic(user, password)
  }
}
