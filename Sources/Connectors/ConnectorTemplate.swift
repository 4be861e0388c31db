import Documents

extension Manifest {
  /// A connector's file to begin with: every setting with its comment, switched off.
  ///
  /// It can be read as it stands once the required settings have values; what may be left out is
  /// commented out with its default.
  public func connectorFile(named connector: String) -> String {
    let settings = schema.properties.map { line($0, connector) }
    let width = settings.map(\.text.count).max() ?? 0
    let lines = settings.map { setting in
      guard let comment = setting.comment else { return "    " + setting.text }
      let blanks = String(repeating: " ", count: width - setting.text.count + 2)
      return "    " + setting.text + blanks + "// " + comment
    }
    return """
      // \(about.title): see Connectors/\(name)/README.md.
      {
        use: "\(name)",
        enabled: false,  // true once the settings below are yours
        settings: {
      \(lines.joined(separator: "\n"))
        },
      }

      """
  }

  private func line(
    _ property: SettingsSchema.Property, _ connector: String
  ) -> (text: String, comment: String?) {
    let text =
      "\(property.mustBeSaid ? "" : "// ")\(property.name): \(property.example(connector)),"
    let choices = property.choices.map { "one of " + $0.compactMap(\.string).listed }
    let person = property.person.map { _ in "names a person: purging them disables this" }
    let notes = [property.explanation, choices, person].compactMap(\.self).filter { !$0.isEmpty }
    return (text, notes.isEmpty ? nil : notes.joined(separator: "; "))
  }
}

extension SettingsSchema.Property {
  /// A value to replace, as JSON5.
  fileprivate func example(_ connector: String) -> String {
    if isSecret { return "{ env: \"\(variable(connector))\" }" }
    let value = defaultValue ?? choices?.first
    if let value { return String(decoding: value.encoded(), as: UTF8.self) }
    switch shape.kind {
    case .number, .integer: return "0"
    case .boolean: return "false"
    case .array: return "[]"
    case .object: return "{}"
    case .string, nil: return "\"\""
    }
  }

  /// `BRAZE_EU_KEY` for the setting `key` of the connector `braze-eu`.
  private func variable(_ connector: String) -> String {
    let words = (connector + "_" + name).reduce(into: "") { text, character in
      let isSign = character.isASCII && (character.isLetter || character.isNumber)
      if character.isUppercase, text.last?.isLowercase ?? false { text.append("_") }
      text.append(isSign ? character : "_")
    }
    return words.uppercased()
  }
}
