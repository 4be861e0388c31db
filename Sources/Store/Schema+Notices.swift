extension Schema {
  /// Notices to several destinations, and the marks of a request's time.
  ///
  /// `mark` is the next share of a request's time, in percent, that people are told of, `mark_at` when
  /// that is; both are null after the last. A request of an older database is told of every mark it
  /// has passed. Connector notices have request 0.
  static let notices = Dialect.Text(
    """
    ALTER TABLE request ADD COLUMN mark BIGINT;
    ALTER TABLE request ADD COLUMN mark_at BIGINT;
    UPDATE request SET mark = 50, mark_at = accepted_at + (deadline - accepted_at) / 2
      WHERE ended_at IS NULL;
    CREATE INDEX request_mark ON request(mark_at) WHERE ended_at IS NULL AND mark_at IS NOT NULL;

    ALTER TABLE outbox ADD COLUMN connector TEXT;
    ALTER TABLE outbox ADD COLUMN code BIGINT;
    CREATE TABLE destination(name TEXT PRIMARY KEY, heard_through BIGINT NOT NULL) /*keyed*/;
    CREATE TABLE delivery(
      notice BIGINT NOT NULL, destination TEXT NOT NULL, state TEXT NOT NULL,
      since BIGINT NOT NULL, due_at BIGINT NOT NULL, attempts BIGINT NOT NULL, code BIGINT,
      status BIGINT, ended_at BIGINT, PRIMARY KEY (notice, destination)) /*keyed*/;
    CREATE INDEX delivery_due ON delivery(destination, due_at) WHERE state = 'waiting';
    CREATE INDEX delivery_failed ON delivery(notice) WHERE state = 'failed';
    """)
}
