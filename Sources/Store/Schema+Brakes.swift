extension Schema {
  /// Legal holds, what they hold back, and requests that wait for a second person.
  static let brakes = Dialect.Text(
    """
    CREATE TABLE hold(
      id BIGINT PRIMARY KEY, reason TEXT NOT NULL, matter TEXT, names BIGINT NOT NULL,
      placed_by TEXT NOT NULL, placed_at BIGINT NOT NULL, until_at BIGINT, ended_at BIGINT,
      ended_by TEXT, ended_reason TEXT) /*keyed*/;
    CREATE INDEX hold_newest ON hold(placed_at, id);
    CREATE INDEX hold_active ON hold(placed_at, id) WHERE ended_at IS NULL;
    CREATE INDEX hold_until ON hold(until_at) WHERE ended_at IS NULL;

    CREATE TABLE hold_name(
      fingerprint BYTEA NOT NULL, hold BIGINT NOT NULL,
      PRIMARY KEY (fingerprint, hold)) /*keyed*/;
    CREATE INDEX hold_name_hold ON hold_name(hold);
    CREATE TABLE hold_request(
      request BIGINT NOT NULL, hold BIGINT NOT NULL, since BIGINT NOT NULL,
      PRIMARY KEY (request, hold)) /*keyed*/;
    CREATE INDEX hold_request_hold ON hold_request(hold);

    CREATE TABLE approval(
      request BIGINT PRIMARY KEY, plan TEXT NOT NULL, parts TEXT NOT NULL) /*keyed*/;
    """)
}
