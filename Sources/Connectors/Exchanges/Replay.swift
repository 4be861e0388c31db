import Documents
import HTTPTypes
import PurgeCore

extension Exchanges.Story {
  /// Plays the case against the manifest, in memory.
  ///
  /// - Returns: What went otherwise, a sentence each; none when all went as recorded.
  public func replay(_ manifest: Manifest) -> [String] {
    let behaviour: ManifestBehaviour
    do throws(Diagnostics) {
      behaviour = try self.behaviour(manifest)
    } catch {
      return error.list.map(\.description)
    }
    var call = call
    if let problems = fetchToken(behaviour, &call) { return problems }
    return isChecking ? check(behaviour, call) : play(behaviour, call)
  }

  /// The manifest with the case's settings.
  package func behaviour(_ manifest: Manifest) throws(Diagnostics) -> ManifestBehaviour {
    ManifestBehaviour(manifest, try configuration(manifest))
  }

  /// The same with another base, on one's own machine, for every request.
  package func behaviour(
    _ manifest: Manifest, at base: String
  ) throws(Diagnostics) -> ManifestBehaviour {
    ManifestBehaviour(
      manifest,
      try configuration(
        manifest, more: [.init("selfHosted", true), .init("base", .string(base))]))
  }

  /// The case's settings as a connector's file; every secret stands in a pretended environment.
  private func configuration(
    _ manifest: Manifest, more: [JSON.Member] = []
  ) throws(Diagnostics) -> ConnectorConfiguration {
    let secrets = Set(manifest.schema.properties.filter(\.isSecret).map(\.name))
    let settings = (settings.members ?? []).map { member -> JSON.Member in
      secrets.contains(member.name) ? .init(member.name, ["env": .string(member.name)]) : member
    }
    let file = JSON.object(
      [.init("use", .string(manifest.name)), .init("settings", .object(settings))] + more)
    return try ConnectorConfiguration(
      named: call.key.task.connector, reading: file.encoded(), file: "the case's settings",
      manifests: [manifest.name: manifest]
    ) { reference in
      guard case .environment(let name) = reference, let text = self.settings[name]?.string else {
        return .failure(SecretProblem("is not set"))
      }
      return .success(text)
    }
  }

  /// Puts the token into the call; says what went otherwise, or that the story ends here.
  private func fetchToken(_ behaviour: ManifestBehaviour, _ call: inout Call) -> [String]? {
    guard behaviour.traits.needsToken else {
      return token == nil ? nil : ["The manifest fetches no token."]
    }
    guard let token, let request = behaviour.tokenRequest(at: call.triedAt) else {
      return ["The manifest fetches a token: record it as token: { request, response }."]
    }
    let problems = token.request.differences(from: request)
    guard problems.isEmpty else { return problems.map { "Token: \($0)" } }
    guard case .success(let response) = token.result else { return ["The token needs a response."] }
    switch (behaviour.token(in: response, at: call.triedAt), conclusion) {
    case (.success(let access), .token): return ["A token was read: \(access.values.count) values."]
    case (.success(let access), _):
      call.access = access
      return nil
    case (.failure(let fault), .token(let expected)):
      return fault == expected ? [] : ["The token failed with \(fault), not \(expected)."]
    case (.failure(let fault), _): return ["The token failed with \(fault)."]
    }
  }

  private func play(_ behaviour: ManifestBehaviour, _ call: Call) -> [String] {
    var transcript: [Exchange] = []
    for (position, recording) in recordings.enumerated() {
      switch behaviour.next(call, after: transcript) {
      case .send(let request):
        let problems = recording.request.differences(from: request)
        guard problems.isEmpty else { return problems.map { "Request \(position + 1): \($0)" } }
        transcript.append(Exchange(request, recording.result))
      case .conclude(let conclusion):
        return ["Concluded before request \(position + 1): \(conclusion)."]
      }
    }
    switch behaviour.next(call, after: transcript) {
    case .send(let request):
      if case .next(let expected) = conclusion {
        return expected.differences(from: request).map { "The next request: \($0)" }
      }
      return [
        "Another request follows: \(request.method.rawValue) \(request.url)\nrequest: \(request.recorded.encodedForPeople())"
      ]
    case .conclude(let conclusion): return difference(of: conclusion)
    }
  }

  /// Asks the manifest's harmless question.
  private func check(_ behaviour: ManifestBehaviour, _ call: Call) -> [String] {
    guard let recording = recordings.first, recordings.count == 1,
      case .success(let response) = recording.result
    else { return ["A check is one request with its response."] }
    guard let request = behaviour.checkRequest(with: call.access, at: call.triedAt) else {
      return ["The manifest has no check."]
    }
    let problems = recording.request.differences(from: request)
    guard problems.isEmpty else { return problems.map { "The check: \($0)" } }
    let fault = behaviour.fault(inCheck: response)
    switch conclusion {
    case .good: return fault.map { ["The check failed with \($0)."] } ?? []
    case .call(.blocked(let expected)):
      return fault == expected ? [] : ["The check gave \(fault.map { "\($0)" } ?? "good")."]
    default: return ["A check concludes \"good\" or { blocked: 3003, status: 401 }."]
    }
  }

  private func difference(of conclusion: Conclusion) -> [String] {
    let expected: Conclusion
    switch self.conclusion {
    case .call(let conclusion): expected = conclusion
    case .everybody(let outcome):
      expected = .outcomes(Array(repeating: outcome, count: call.people.count))
    case .token: return ["The token was to fail."]
    case .next: return ["Concluded \(conclusion), where another request was to follow."]
    case .good: return ["Only a check concludes \"good\"."]
    }
    return conclusion == expected ? [] : ["Concluded \(conclusion), not \(expected)."]
  }
}

extension Exchanges.RecordedRequest {
  /// How a request differs from the recorded one.
  func differences(from request: HTTPRequest) -> [String] {
    var found: [String] = []
    if request.method.rawValue != method {
      found.append("the method is \(request.method.rawValue), not \(method).")
    }
    if request.url != url { found.append("the URL is \(request.url), not \(url).") }
    let headers = Self.lines(request.fields)
    let expected = Self.lines(fields)
    if headers != expected { found.append("the headers are \(headers), not \(expected).") }
    if !isBody(request.body) {
      let wanted = body.map { String(decoding: $0.encoded(), as: UTF8.self) } ?? "none"
      found.append("the body is \(String(decoding: request.body, as: UTF8.self)), not \(wanted).")
    }
    return found
  }

  private static func lines(_ fields: some Sequence<HTTPFields.Field>) -> [String] {
    fields.map { "\($0.name.lowercased()): \($0.value)" }.sorted()
  }

  private func isBody(_ bytes: [UInt8]) -> Bool {
    guard let body else { return bytes.isEmpty }
    if let text = body.string { return bytes == Array(text.utf8) }
    return (try? JSON(reading: bytes))?.isEquivalent(to: body) ?? false
  }
}
