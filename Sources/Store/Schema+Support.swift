extension Schema {
  /// What support looks up by connector: who changed it, and when.
  static let support = Dialect.Text(
    "CREATE INDEX audit_connector ON audit(connector, sequence) WHERE connector IS NOT NULL;")
}
