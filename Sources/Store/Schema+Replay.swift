extension Schema {
  /// Replays, after a vendor restored a backup: what was there before, and who is asked for again.
  ///
  /// A result that was replayed moves to `past_result`, and its numbers to `task_replay`.
  static let replay = Dialect.Text(
    """
    CREATE INDEX request_ended ON request(ended_at) WHERE ended_at IS NOT NULL;

    CREATE TABLE replay(
      number BIGINT PRIMARY KEY, connector TEXT NOT NULL, since BIGINT NOT NULL,
      plan TEXT NOT NULL, reason TEXT NOT NULL, actor TEXT NOT NULL, at BIGINT NOT NULL,
      requests BIGINT NOT NULL, people BIGINT NOT NULL) /*keyed*/;
    CREATE INDEX replay_connector ON replay(connector, number);

    CREATE TABLE task_replay(
      request BIGINT NOT NULL, connector TEXT NOT NULL, replay BIGINT NOT NULL,
      erased BIGINT NOT NULL, absent BIGINT NOT NULL, accepted BIGINT NOT NULL,
      verified_absent BIGINT NOT NULL, PRIMARY KEY (request, connector, replay)) /*keyed*/;
    CREATE INDEX task_replay_replay ON task_replay(replay, request);
    CREATE TABLE past_result(
      request BIGINT NOT NULL, connector TEXT NOT NULL, replay BIGINT NOT NULL,
      first BIGINT NOT NULL, people BIGINT NOT NULL, verdict BIGINT NOT NULL,
      ended_at BIGINT NOT NULL, PRIMARY KEY (request, connector, replay, first)) /*keyed*/;
    """)
}
