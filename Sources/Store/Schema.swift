/// The tables, and the steps by which an older database becomes one of today.
enum Schema {
  /// Step n makes version n + 1 of version n; a step is never changed once released.
  static let steps: [Dialect.Text] = [foundation, notices, brakes, support, replay]

  /// Brings the database to the version of these steps, inside the caller's transaction; a database
  /// of a newer version is refused.
  static func bring(
    _ connection: Connection, by steps: [Dialect.Text] = steps
  ) throws(StoreError) {
    let version = steps.count
    try connection.execute(
      "CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, number BIGINT, bytes BYTEA)")
    let found = try self.version(of: connection)
    try refuseNewer(found, than: version)
    guard found != version else { return }
    for step in steps.dropFirst(found ?? 0) { try connection.execute(schema: step) }
    try connection.run(
      """
      INSERT INTO meta(name, number) VALUES ('schema_version', \(version))
      ON CONFLICT (name) DO UPDATE SET number = excluded.number
      """)
  }

  /// The version of a database; nil when it has no tables yet.
  static func version(of connection: Connection) throws(StoreError) -> Int? {
    // Asked of the table first: a database that is just being made has none.
    let column = try connection.first("PRAGMA table_info(meta)") { (row) throws(StoreError) in
      row.text(1)
    }
    guard column != nil else { return nil }
    return try connection.first("SELECT number FROM meta WHERE name = 'schema_version'") {
      (row) throws(StoreError) in row.integer(0)
    }
  }

  /// Refuses a database of a newer hub.
  static func refuseNewer(
    _ found: Int?, than version: Int = steps.count
  ) throws(StoreError) {
    guard found ?? 0 > version else { return }
    throw StoreError(
      .newerSchema, call: "open",
      detail: "the database has schema \(found ?? 0), this hub knows up to \(version)")
  }

  private static let foundation = Dialect.Text(
    """
    CREATE TABLE request(
      id BIGINT PRIMARY KEY, state TEXT NOT NULL, lane BIGINT NOT NULL, purpose TEXT NOT NULL,
      regulation TEXT, total BIGINT NOT NULL, accepted_at BIGINT NOT NULL,
      deadline BIGINT NOT NULL, start_at BIGINT, ended_at BIGINT, open_tasks BIGINT NOT NULL,
      actor TEXT NOT NULL, consent BYTEA) /*keyed*/;
    CREATE INDEX request_newest ON request(accepted_at, id);
    CREATE INDEX request_open ON request(accepted_at, id) WHERE ended_at IS NULL;
    CREATE INDEX request_waiting ON request(start_at) WHERE state = 'pending';

    CREATE TABLE request_key(request BIGINT PRIMARY KEY, wrapped BYTEA NOT NULL) /*keyed*/;
    CREATE TABLE subject(
      request BIGINT NOT NULL, block BIGINT NOT NULL, sealed BYTEA NOT NULL,
      PRIMARY KEY (request, block));
    CREATE TABLE staged(request BIGINT PRIMARY KEY) /*keyed*/;

    CREATE TABLE task(
      request BIGINT NOT NULL, connector TEXT NOT NULL, total BIGINT NOT NULL,
      planned_through BIGINT NOT NULL, state TEXT NOT NULL, code BIGINT, attention BIGINT,
      erased BIGINT NOT NULL, absent BIGINT NOT NULL, accepted BIGINT NOT NULL,
      verified_absent BIGINT NOT NULL, not_applicable BIGINT NOT NULL, waived BIGINT NOT NULL,
      ambiguous BIGINT NOT NULL, failed BIGINT NOT NULL, pending BIGINT NOT NULL,
      lane BIGINT NOT NULL, accepted_at BIGINT NOT NULL, deadline BIGINT NOT NULL,
      started BIGINT NOT NULL, is_open BIGINT NOT NULL, plannable BIGINT NOT NULL,
      PRIMARY KEY (request, connector)) /*keyed*/;
    CREATE INDEX task_open ON task(connector, request) WHERE is_open = 1;
    CREATE INDEX task_plannable ON task(connector, lane, deadline) WHERE plannable = 1;

    CREATE TABLE call(
      request BIGINT NOT NULL, connector TEXT NOT NULL, first BIGINT NOT NULL,
      people BIGINT NOT NULL, held BIGINT NOT NULL, due_at BIGINT NOT NULL, job TEXT,
      job_since BIGINT, give_up_at BIGINT, attempts BIGINT NOT NULL, tries BIGINT NOT NULL,
      first_tried BIGINT, PRIMARY KEY (request, connector, first)) /*keyed*/;
    CREATE INDEX call_due ON call(connector, due_at) WHERE held = 0;

    CREATE TABLE task_result(
      request BIGINT NOT NULL, connector TEXT NOT NULL, first BIGINT NOT NULL,
      people BIGINT NOT NULL, verdict BIGINT NOT NULL, ended_at BIGINT NOT NULL,
      PRIMARY KEY (request, connector, first)) /*keyed*/;
    CREATE TABLE subject_exception(
      request BIGINT NOT NULL, connector TEXT NOT NULL, position BIGINT NOT NULL,
      verdict BIGINT NOT NULL, code BIGINT NOT NULL, ended_at BIGINT NOT NULL,
      PRIMARY KEY (request, connector, position)) /*keyed*/;
    CREATE TABLE attempt(
      request BIGINT NOT NULL, connector TEXT NOT NULL, ended_at BIGINT NOT NULL,
      first BIGINT NOT NULL, people BIGINT NOT NULL, number BIGINT NOT NULL,
      began_at BIGINT NOT NULL, exchanges BIGINT NOT NULL, status BIGINT, code BIGINT NOT NULL,
      evidence TEXT, PRIMARY KEY (request, connector, ended_at, first, people, number)) /*keyed*/;

    CREATE TABLE connector_state(
      connector TEXT PRIMARY KEY, state TEXT NOT NULL, changed_at BIGINT NOT NULL, revision TEXT,
      good_revision BYTEA) /*keyed*/;
    CREATE TABLE tombstone(
      fingerprint BYTEA NOT NULL, request BIGINT NOT NULL,
      PRIMARY KEY (fingerprint, request)) /*keyed*/;
    CREATE TABLE idempotency(
      name BYTEA PRIMARY KEY, digest BYTEA NOT NULL, request BIGINT NOT NULL,
      used_at BIGINT NOT NULL) /*keyed*/;
    CREATE TABLE audit(
      sequence BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
      request BIGINT, connector TEXT, detail TEXT NOT NULL, hash BYTEA NOT NULL) /*keyed*/;
    CREATE INDEX audit_request ON audit(request, sequence) WHERE request IS NOT NULL;
    CREATE TABLE outbox(
      sequence BIGINT PRIMARY KEY, kind TEXT NOT NULL, request BIGINT NOT NULL,
      at BIGINT NOT NULL, payload TEXT NOT NULL, delivered BIGINT NOT NULL) /*keyed*/;
    CREATE INDEX outbox_waiting ON outbox(sequence) WHERE delivered = 0;
    """)
}
