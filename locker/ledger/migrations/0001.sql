-- Version 1. State tables are a pure fold of the journal; personal tables stand beside it (see schema.py).

CREATE TABLE meta (
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    ledger_id   TEXT NOT NULL,
    cabinet     TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    boot        INTEGER NOT NULL
) STRICT;

CREATE TABLE outbox (
    only          INTEGER PRIMARY KEY CHECK (only = 1),
    acked_seq     INTEGER NOT NULL,
    published_seq INTEGER NOT NULL,
    CHECK (0 <= acked_seq AND acked_seq <= published_seq)
) STRICT;

-- Chains that this file carried on before it was restored from a copy.
CREATE TABLE lineage (
    ledger_id TEXT PRIMARY KEY,
    last_seq  INTEGER NOT NULL,
    last_hash TEXT NOT NULL,
    closed_at TEXT NOT NULL
) STRICT;

CREATE TABLE journal (
    seq          INTEGER PRIMARY KEY,
    at           TEXT NOT NULL,
    clock_synced INTEGER NOT NULL CHECK (clock_synced IN (0, 1)),
    boot         INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    subject      TEXT NOT NULL,
    body         TEXT NOT NULL,
    prev_hash    TEXT NOT NULL,
    hash         TEXT NOT NULL
) STRICT;
CREATE INDEX journal_subject ON journal (subject, seq);
CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_never_shortened BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- State: what the events say, in order.

CREATE TABLE cabinet (
    only              INTEGER PRIMARY KEY CHECK (only = 1),
    running           INTEGER NOT NULL DEFAULT 0,
    boot              INTEGER NOT NULL DEFAULT 0,
    version           TEXT NOT NULL DEFAULT '',
    storage_low       INTEGER NOT NULL DEFAULT 0,
    keypad_failures   INTEGER NOT NULL DEFAULT 0,
    keypad_delay_s    INTEGER NOT NULL DEFAULT 0,
    keypad_alarm      INTEGER NOT NULL DEFAULT 0,
    directory_version INTEGER
) STRICT;

CREATE TABLE lines (
    line  TEXT PRIMARY KEY,
    up    INTEGER NOT NULL,
    cause TEXT NOT NULL
) STRICT;

CREATE TABLE visits (
    visit       TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    means       TEXT NOT NULL,
    person      TEXT,
    started_seq INTEGER NOT NULL,
    ended_seq   INTEGER,
    result      TEXT,
    CHECK ((ended_seq IS NULL) = (result IS NULL))
) STRICT;
CREATE INDEX visits_open ON visits (started_seq) WHERE ended_seq IS NULL;

CREATE TABLE consignments (
    consignment      TEXT PRIMARY KEY,
    service          TEXT NOT NULL,
    direction        TEXT NOT NULL,
    recipient        TEXT NOT NULL,
    carrier          TEXT NOT NULL,
    size             TEXT,
    deadline_h       INTEGER,
    state            TEXT NOT NULL,
    compartment      TEXT UNIQUE REFERENCES compartments (compartment) DEFERRABLE INITIALLY DEFERRED,
    last_compartment TEXT,
    reserved_by      TEXT,
    deposited_by     TEXT,
    deposit_visit    TEXT REFERENCES visits (visit) DEFERRABLE INITIALLY DEFERRED,
    deposited_at     TEXT,
    confirmed        INTEGER NOT NULL DEFAULT 0,
    doubted          INTEGER NOT NULL DEFAULT 0,
    nonce            INTEGER,
    deadline         TEXT,
    last_visit       TEXT REFERENCES visits (visit) DEFERRABLE INITIALLY DEFERRED,
    expected_seq     INTEGER NOT NULL,
    CHECK ((compartment IS NOT NULL) = (state IN ('reserved', 'deposited', 'refused')))
) STRICT;
CREATE INDEX consignments_state ON consignments (state, expected_seq);

CREATE TABLE compartments (
    compartment TEXT PRIMARY KEY,
    size        TEXT NOT NULL,
    service     TEXT NOT NULL DEFAULT 'in_service',
    reason      TEXT NOT NULL DEFAULT '',
    door        TEXT NOT NULL DEFAULT 'unknown',
    custody     TEXT NOT NULL DEFAULT 'free' CHECK (custody IN ('free', 'reserved', 'occupied')),
    consignment TEXT UNIQUE REFERENCES consignments (consignment) DEFERRABLE INITIALLY DEFERRED,
    rev         INTEGER NOT NULL DEFAULT 1,
    CHECK ((custody = 'free') = (consignment IS NULL))
) STRICT;

CREATE TABLE attempts (
    attempt     TEXT PRIMARY KEY,
    visit       TEXT NOT NULL REFERENCES visits (visit) DEFERRABLE INITIALLY DEFERRED,
    compartment TEXT NOT NULL REFERENCES compartments (compartment) DEFERRABLE INITIALLY DEFERRED,
    purpose     TEXT NOT NULL,
    cause       TEXT NOT NULL,
    number      INTEGER NOT NULL,
    started_seq INTEGER NOT NULL,
    settled_seq INTEGER,
    outcome     TEXT,
    detail      TEXT NOT NULL DEFAULT '',
    CHECK ((settled_seq IS NULL) = (outcome IS NULL))
) STRICT;
CREATE INDEX attempts_of_visit ON attempts (visit, started_seq);
CREATE UNIQUE INDEX attempts_one_unsettled ON attempts (compartment) WHERE settled_seq IS NULL;

CREATE TABLE consents (
    consent      TEXT PRIMARY KEY,
    person       TEXT NOT NULL,
    text_version TEXT NOT NULL,
    withdrawn    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX consents_of_person ON consents (person);

CREATE TABLE templates (
    template TEXT PRIMARY KEY,
    person   TEXT NOT NULL,
    side     TEXT NOT NULL,
    encoder  TEXT NOT NULL,
    consent  TEXT NOT NULL REFERENCES consents (consent) DEFERRABLE INITIALLY DEFERRED,
    revoked  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX templates_of_person ON templates (person);

CREATE TABLE credentials (
    credential  TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    person      TEXT,
    consignment TEXT,
    state       TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'used', 'revoked')),
    visit       TEXT REFERENCES visits (visit) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX credentials_open ON credentials (kind) WHERE state = 'open';

CREATE TABLE commands (
    command TEXT PRIMARY KEY,
    kind    TEXT NOT NULL,
    status  TEXT NOT NULL DEFAULT 'accepted' CHECK (status IN ('accepted', 'done', 'failed', 'unknown')),
    reason  TEXT NOT NULL DEFAULT ''
) STRICT;

-- Personal: written with the event that tells of it, and destroyed when a person is erased.

CREATE TABLE people (
    person    TEXT PRIMARY KEY,
    role      TEXT NOT NULL CHECK (role IN ('resident', 'courier', 'attendant')),
    household TEXT,
    carrier   TEXT
) STRICT;
CREATE INDEX people_of_household ON people (household);

CREATE TABLE person_keys (
    person  TEXT PRIMARY KEY,
    wrapped BLOB NOT NULL
) STRICT;

CREATE TABLE sealed (
    kind    TEXT NOT NULL,
    id      TEXT NOT NULL,
    person  TEXT NOT NULL REFERENCES person_keys (person) DEFERRABLE INITIALLY DEFERRED,
    content BLOB NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT;
CREATE INDEX sealed_of_person ON sealed (person);

CREATE TABLE code_digests (
    credential TEXT PRIMARY KEY REFERENCES credentials (credential) DEFERRABLE INITIALLY DEFERRED,
    digest     TEXT NOT NULL,
    not_after  TEXT NOT NULL
) STRICT;
