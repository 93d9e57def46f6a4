-- One row: which store this is, so that a search index of another is never taken for its own.
CREATE TABLE identity (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    made TEXT NOT NULL
);

-- One row a delivery, narrow: what a list or a query needs. Its bytes lie in `contents`.
-- `undo` is set while a deletion can still be taken back; such rows are nowhere shown.
CREATE TABLE deliveries (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    inbox       TEXT    NOT NULL,
    received_at INTEGER NOT NULL,
    method      TEXT    NOT NULL,
    path        TEXT    NOT NULL,
    body_size   INTEGER NOT NULL,
    verdict     TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    event_type  TEXT,
    event_id    TEXT,
    status      INTEGER NOT NULL,
    origin      TEXT    NOT NULL,
    starred     INTEGER NOT NULL DEFAULT 0,
    attempts    INTEGER NOT NULL DEFAULT 0,
    undo        INTEGER,
    scheme      TEXT,
    secret      TEXT,
    delivery_id TEXT,
    duration_us INTEGER NOT NULL,
    truncated   INTEGER NOT NULL,
    refused     TEXT,
    peer        TEXT,
    query       TEXT    NOT NULL,
    note        TEXT    NOT NULL DEFAULT ''
);
-- Rises as rows are added, so that keeping it costs one page a commit.
CREATE INDEX deliveries_received ON deliveries (received_at);
-- What providers call things is in no order, so that an index of it here would cost each capture pages of its own:
-- it lies with the search index, and is filled behind.
CREATE INDEX deliveries_starred ON deliveries (id) WHERE starred = 1;
CREATE INDEX deliveries_undo ON deliveries (undo) WHERE undo IS NOT NULL;

CREATE TABLE contents (
    delivery_id INTEGER PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE,
    body_sha256 BLOB NOT NULL,
    head        BLOB NOT NULL,
    body        BLOB NOT NULL
);

-- What count(*) would say, kept in the transactions that change it. A removed inbox keeps its row.
CREATE TABLE counts (
    inbox            TEXT PRIMARY KEY,
    deliveries       INTEGER NOT NULL DEFAULT 0,
    failed           INTEGER NOT NULL DEFAULT 0,
    errors           INTEGER NOT NULL DEFAULT 0,
    starred          INTEGER NOT NULL DEFAULT 0,
    bytes            INTEGER NOT NULL DEFAULT 0,
    last_received_at INTEGER
) WITHOUT ROWID;

-- Deletions that can be taken back.
CREATE TABLE undo (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    deleted_at INTEGER NOT NULL
);

CREATE TABLE inboxes (
    name          TEXT PRIMARY KEY,
    scheme        TEXT,
    config        TEXT    NOT NULL,
    answer_status INTEGER NOT NULL,
    answer        TEXT    NOT NULL,
    forward_to    TEXT    NOT NULL,
    connection    TEXT,
    endpoint      TEXT,
    created_at    INTEGER NOT NULL
) WITHOUT ROWID;

-- What is known of a secret; its value lies in the vault and never here.
CREATE TABLE secrets (
    id             TEXT PRIMARY KEY,
    name           TEXT    NOT NULL UNIQUE,
    kind           TEXT    NOT NULL,
    state          TEXT    NOT NULL,
    connection     TEXT,
    endpoint       TEXT,
    created_at     INTEGER NOT NULL,
    accepted_until INTEGER
) WITHOUT ROWID;

CREATE TABLE inbox_secrets (
    inbox    TEXT    NOT NULL REFERENCES inboxes (name) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    secret   TEXT    NOT NULL REFERENCES secrets (id),
    PRIMARY KEY (inbox, position)
) WITHOUT ROWID;
CREATE INDEX inbox_secrets_secret ON inbox_secrets (secret);

CREATE TABLE connections (
    name       TEXT PRIMARY KEY,
    provider   TEXT    NOT NULL,
    base_url   TEXT,
    vars       TEXT    NOT NULL,
    auth       TEXT    NOT NULL,
    token      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    read_at    INTEGER,
    endpoints  INTEGER NOT NULL,
    last_error TEXT
) WITHOUT ROWID;

-- What the provider said last: a cache.
CREATE TABLE endpoints (
    connection TEXT    NOT NULL REFERENCES connections (name) ON DELETE CASCADE,
    id         TEXT    NOT NULL,
    position   INTEGER NOT NULL,
    read_at    INTEGER NOT NULL,
    shown      TEXT    NOT NULL,
    PRIMARY KEY (connection, id)
);

CREATE TABLE settings (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    saved TEXT NOT NULL
);

CREATE TABLE jobs (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    title           TEXT    NOT NULL,
    options         TEXT    NOT NULL,
    state           TEXT    NOT NULL,
    run             TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    finished_at     INTEGER,
    stopped_because TEXT,
    -- Counts and times of a job at rest, as its items say; NULL while they change.
    summary         TEXT
);
CREATE INDEX jobs_alive ON jobs (run) WHERE state IN ('running', 'paused');

-- `outcome` is the final one; a tried item without one is being tried.
CREATE TABLE job_items (
    job         INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    delivery    INTEGER NOT NULL,
    tries       INTEGER NOT NULL DEFAULT 0,
    outcome     TEXT,
    reason      TEXT,
    duration_us INTEGER,
    PRIMARY KEY (job, position)
) WITHOUT ROWID;
CREATE UNIQUE INDEX job_items_delivery ON job_items (job, delivery);
CREATE INDEX job_items_pending ON job_items (job, position) WHERE tries = 0 AND outcome IS NULL;

-- Outgoing requests. `outcome` stays 'unknown' until the end is known.
CREATE TABLE attempts (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    job                INTEGER,
    delivery           INTEGER NOT NULL,
    kind               TEXT    NOT NULL,
    number             INTEGER NOT NULL,
    target             TEXT    NOT NULL,
    mode               TEXT    NOT NULL,
    started_at         INTEGER NOT NULL,
    duration_us        INTEGER,
    outcome            TEXT    NOT NULL,
    status             INTEGER,
    error              TEXT,
    response_size      INTEGER NOT NULL DEFAULT 0,
    response_truncated INTEGER NOT NULL DEFAULT 0,
    event_type         TEXT,
    first_status       INTEGER NOT NULL
);
CREATE INDEX attempts_job ON attempts (job) WHERE job IS NOT NULL;
CREATE INDEX attempts_delivery ON attempts (delivery);

CREATE TABLE attempt_contents (
    attempt          INTEGER PRIMARY KEY REFERENCES attempts (id) ON DELETE CASCADE,
    request_headers  TEXT NOT NULL,
    response_headers TEXT NOT NULL DEFAULT '[]',
    response_body    BLOB NOT NULL DEFAULT x''
);

-- What was done at providers, for people.
CREATE TABLE history (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    who        TEXT    NOT NULL,
    operation  TEXT    NOT NULL,
    connection TEXT    NOT NULL,
    endpoint   TEXT,
    outcome    TEXT    NOT NULL,
    before     TEXT,
    after      TEXT
);
CREATE INDEX history_connection ON history (connection, endpoint);

-- Calls that make a one-time secret, written down before they are made. `sealed` is ciphertext.
CREATE TABLE intents (
    id         TEXT PRIMARY KEY,
    connection TEXT    NOT NULL,
    verb       TEXT    NOT NULL,
    request    TEXT    NOT NULL,
    sealed     BLOB,
    created_at INTEGER NOT NULL
);

-- When the capture server was listening.
CREATE TABLE spans (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    address  TEXT    NOT NULL,
    from_at  INTEGER NOT NULL,
    until_at INTEGER
);
