PRAGMA application_id = 1230130251;
PRAGMA user_version = 4;
BEGIN TRANSACTION;
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
INSERT INTO "attempts" VALUES('att-3','vis-1','A02','deposit','why-1',1,10,11,'jammed','');
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
INSERT INTO "cabinet" VALUES(1,1,1,'0.1.0',0,2,4,0,1);
CREATE TABLE code_digests (
    credential TEXT PRIMARY KEY REFERENCES credentials (credential) DEFERRABLE INITIALLY DEFERRED,
    digest     TEXT NOT NULL,
    not_after  TEXT NOT NULL
) STRICT;
INSERT INTO "code_digests" VALUES('cre-1','abababababababababababababababababababababababababababababababab','2026-04-01T00:00:00.000Z');
CREATE TABLE commands (
    command TEXT PRIMARY KEY,
    kind    TEXT NOT NULL,
    status  TEXT NOT NULL DEFAULT 'accepted' CHECK (status IN ('accepted', 'done', 'failed', 'unknown')),
    reason  TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO "commands" VALUES('cmd-1','open','accepted','');
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
INSERT INTO "compartments" VALUES('A01','S','in_service','','unknown','occupied','con-2',3);
INSERT INTO "compartments" VALUES('A02','M','in_service','','unknown','free',NULL,1);
INSERT INTO "compartments" VALUES('A03','L','in_service','','unknown','free',NULL,1);
CREATE TABLE consents (
    consent      TEXT PRIMARY KEY,
    person       TEXT NOT NULL,
    text_version TEXT NOT NULL,
    withdrawn    INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO "consents" VALUES('cst-1','res-1','2026-11',0);
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
INSERT INTO "consignments" VALUES('con-2','parcel','inbound','res-1','swift',NULL,NULL,'deposited','A01',NULL,'cou-1','cou-1','vis-1','2026-03-01T08:00:00.000Z',1,0,0,NULL,'vis-1',7);
INSERT INTO "consignments" VALUES('con-4','parcel','inbound','res-1','swift',NULL,NULL,'expected',NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,12);
CREATE TABLE credentials (
    credential  TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    person      TEXT,
    consignment TEXT,
    state       TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'used', 'revoked')),
    visit       TEXT REFERENCES visits (visit) DEFERRABLE INITIALLY DEFERRED
) STRICT;
INSERT INTO "credentials" VALUES('cre-1','delegate',NULL,'con-2','open',NULL);
CREATE TABLE enrolments_asked (
    person TEXT PRIMARY KEY,
    reason TEXT NOT NULL
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
INSERT INTO "journal" VALUES(1,'2026-03-01T08:00:00.000Z',1,1,'daemon.started','gate-east','{"boot":1,"cabinet":"gate-east","version":"0.1.0"}','0000000000000000000000000000000000000000000000000000000000000000','e00f0090353d4a687a97ea35bbbe3d33f3e0db63f2b8069e5108442fd8f81d23');
INSERT INTO "journal" VALUES(2,'2026-03-01T08:00:00.000Z',1,1,'compartment.installed','A01','{"compartment":"A01","size":"S"}','e00f0090353d4a687a97ea35bbbe3d33f3e0db63f2b8069e5108442fd8f81d23','76edfea0fa786a563aec07fe92d4844e2248f671aa0b27fd0075ab1f18258c10');
INSERT INTO "journal" VALUES(3,'2026-03-01T08:00:00.000Z',1,1,'compartment.installed','A02','{"compartment":"A02","size":"M"}','76edfea0fa786a563aec07fe92d4844e2248f671aa0b27fd0075ab1f18258c10','71d3d6c4344ccc67fed1e98dd3f2ca8585048cc54712c0288dbb2f92aff0e321');
INSERT INTO "journal" VALUES(4,'2026-03-01T08:00:00.000Z',1,1,'compartment.installed','A03','{"compartment":"A03","size":"L"}','71d3d6c4344ccc67fed1e98dd3f2ca8585048cc54712c0288dbb2f92aff0e321','7189eb5a6fab68eeae99e054c9e40c73d6872642982c113d578bf42f82de43d6');
INSERT INTO "journal" VALUES(5,'2026-03-01T08:00:00.000Z',1,1,'directory.applied','gate-east','{"cabinet":"gate-east","full":true,"version":1}','7189eb5a6fab68eeae99e054c9e40c73d6872642982c113d578bf42f82de43d6','e98761dcad97254f13ecc75637fbed431bc987644fddf08b9cb522ac4a2ce758');
INSERT INTO "journal" VALUES(6,'2026-03-01T08:00:00.000Z',1,1,'visit.started','vis-1','{"means":"pin","person":"cou-1","visit":"vis-1","visit_kind":"deposit"}','e98761dcad97254f13ecc75637fbed431bc987644fddf08b9cb522ac4a2ce758','a4602bd04c8283b848bc48d200c89b085a0b2e375eba564178ee5ad5f066b025');
INSERT INTO "journal" VALUES(7,'2026-03-01T08:00:00.000Z',1,1,'consignment.expected','con-2','{"carrier":"swift","consignment":"con-2","deadline_h":null,"direction":"inbound","recipient":"res-1","service":"parcel","size":null}','a4602bd04c8283b848bc48d200c89b085a0b2e375eba564178ee5ad5f066b025','0b7a3f576f2b980d3932169113c417cd037029bad0ad7b78963a259e73f30a64');
INSERT INTO "journal" VALUES(8,'2026-03-01T08:00:00.000Z',1,1,'consignment.reserved','con-2','{"by":"cou-1","compartment":"A01","consignment":"con-2","visit":"vis-1"}','0b7a3f576f2b980d3932169113c417cd037029bad0ad7b78963a259e73f30a64','2c9cc85f464f782e9707c1e7c0e71ea8b2bedcea714b7d30c419b9a776f4f5a1');
INSERT INTO "journal" VALUES(9,'2026-03-01T08:00:00.000Z',1,1,'consignment.deposited','con-2','{"by":"cou-1","compartment":"A01","confirmed":true,"consignment":"con-2","deadline":null,"nonce":0,"visit":"vis-1"}','2c9cc85f464f782e9707c1e7c0e71ea8b2bedcea714b7d30c419b9a776f4f5a1','e1b5bed0a3d022b3428534ebe3c78460a77753e75741f2be6c1131ad1ccd9d0e');
INSERT INTO "journal" VALUES(10,'2026-03-01T08:00:00.000Z',1,1,'attempt.started','att-3','{"attempt":"att-3","cause":"why-1","compartment":"A02","number":1,"purpose":"deposit","visit":"vis-1"}','e1b5bed0a3d022b3428534ebe3c78460a77753e75741f2be6c1131ad1ccd9d0e','369e094defa72c61e8e86e1d9bb9c27d2c8c0ae7883d9f2a25c5dc5c613aa1bc');
INSERT INTO "journal" VALUES(11,'2026-03-01T08:00:00.000Z',1,1,'attempt.settled','att-3','{"attempt":"att-3","detail":"","outcome":"jammed"}','369e094defa72c61e8e86e1d9bb9c27d2c8c0ae7883d9f2a25c5dc5c613aa1bc','91930c348b2e6efddb7f2a475618c5c1f11d1c06eb653936ec315d3c49bd0085');
INSERT INTO "journal" VALUES(12,'2026-03-01T08:00:00.000Z',1,1,'consignment.expected','con-4','{"carrier":"swift","consignment":"con-4","deadline_h":null,"direction":"inbound","recipient":"res-1","service":"parcel","size":null}','91930c348b2e6efddb7f2a475618c5c1f11d1c06eb653936ec315d3c49bd0085','282a3c23d89cbddc1cd1d3a0e3b03cf1c7e7ac4c414b2d016d025c268ac3d7e3');
INSERT INTO "journal" VALUES(13,'2026-03-01T08:00:00.000Z',1,1,'keypad.slowed','gate-east','{"alarm":false,"cabinet":"gate-east","delay_s":4,"failures":2}','282a3c23d89cbddc1cd1d3a0e3b03cf1c7e7ac4c414b2d016d025c268ac3d7e3','ab9827e63191bfca653a1ab212e2b75b65187333aa3d7c49146b64362b2846dc');
INSERT INTO "journal" VALUES(14,'2026-03-01T08:00:00.000Z',1,1,'line.changed','left','{"cause":"","line":"left","up":true}','ab9827e63191bfca653a1ab212e2b75b65187333aa3d7c49146b64362b2846dc','c87e082a9ca76884a265f03d5c58120012bafd6cfaafe16d71858e7a679d06b3');
INSERT INTO "journal" VALUES(15,'2026-03-01T08:00:00.000Z',1,1,'command.received','cmd-1','{"command":"cmd-1","command_kind":"open"}','c87e082a9ca76884a265f03d5c58120012bafd6cfaafe16d71858e7a679d06b3','4544c39de5e42ad8f43481b7e71aab60116099c1db82749a0db0abbb60bd79b8');
INSERT INTO "journal" VALUES(16,'2026-03-01T08:00:00.000Z',1,1,'consent.given','cst-1','{"consent":"cst-1","person":"res-1","text_version":"2026-11"}','4544c39de5e42ad8f43481b7e71aab60116099c1db82749a0db0abbb60bd79b8','f0eb007a088313d1af4d6489c556c532a51f23e3599fb8a42e656e9350da5749');
INSERT INTO "journal" VALUES(17,'2026-03-01T08:00:00.000Z',1,1,'template.stored','tpl-1','{"consent":"cst-1","encoder":"gabor-1","person":"res-1","side":"left","template":"tpl-1"}','f0eb007a088313d1af4d6489c556c532a51f23e3599fb8a42e656e9350da5749','b7a1fb785938bdd910a3dad67b7abc3e893d09edb45b6990b8da2d1ad91dea68');
INSERT INTO "journal" VALUES(18,'2026-03-01T08:00:00.000Z',1,1,'credential.issued','cre-1','{"consignment":"con-2","credential":"cre-1","credential_kind":"delegate","person":null}','b7a1fb785938bdd910a3dad67b7abc3e893d09edb45b6990b8da2d1ad91dea68','63216eed7b34d6914fa059ccb0f872a1c57c3ab75ed90ccae780eee20a4db255');
CREATE TABLE lineage (
    ledger_id TEXT PRIMARY KEY,
    last_seq  INTEGER NOT NULL,
    last_hash TEXT NOT NULL,
    closed_at TEXT NOT NULL
) STRICT;
CREATE TABLE lines (
    line  TEXT PRIMARY KEY,
    up    INTEGER NOT NULL,
    cause TEXT NOT NULL
) STRICT;
INSERT INTO "lines" VALUES('left',1,'');
CREATE TABLE meta (
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    ledger_id   TEXT NOT NULL,
    cabinet     TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    boot        INTEGER NOT NULL
) STRICT;
INSERT INTO "meta" VALUES(1,'ledger-00000000000000000001','gate-east','83bc10758b12ad85874b4979930b50ff',1);
CREATE TABLE outbox (
    only          INTEGER PRIMARY KEY CHECK (only = 1),
    acked_seq     INTEGER NOT NULL,
    published_seq INTEGER NOT NULL,
    CHECK (0 <= acked_seq AND acked_seq <= published_seq)
) STRICT;
INSERT INTO "outbox" VALUES(1,8,10);
CREATE TABLE people (
    person    TEXT PRIMARY KEY,
    role      TEXT NOT NULL CHECK (role IN ('resident', 'courier', 'attendant')),
    household TEXT,
    carrier   TEXT
) STRICT;
INSERT INTO "people" VALUES('res-1','resident','home-1',NULL);
INSERT INTO "people" VALUES('cou-1','courier',NULL,'swift');
CREATE TABLE person_keys (
    person  TEXT PRIMARY KEY,
    wrapped BLOB NOT NULL
) STRICT;
INSERT INTO "person_keys" VALUES('res-1',X'000000000000000000000003BDEE692358F44D34FBF2AD4081DD323DC097BAEA8CE4DB02FF44F91D12DCC00A3C828729132FE57A92DD228EF0A60B67');
INSERT INTO "person_keys" VALUES('cou-1',X'000000000000000000000006705062691B52316C2BDBE7D758121B6AB7E12299AFCFB1470CC25BA5A3CD07D57B0CEAB208E27004B0778C1713088058');
CREATE TABLE sealed (
    kind    TEXT NOT NULL,
    id      TEXT NOT NULL,
    person  TEXT NOT NULL REFERENCES person_keys (person) DEFERRABLE INITIALLY DEFERRED,
    content BLOB NOT NULL, found_by BLOB,
    PRIMARY KEY (kind, id)
) STRICT;
INSERT INTO "sealed" VALUES('resident','res-1','res-1',X'00000000000000000000000477B2515A5214D433BC2E6488BCA8D741F87104BB2D9D2EC54FEE02C529E636AD6FE8A684847C36502D1901C3416722E209375C795C1D15617796D3FFFC9BA8A473745DC90910A1C1',NULL);
INSERT INTO "sealed" VALUES('staff','cou-1','cou-1',X'000000000000000000000007B20CD00D1C79F1748495D423E7C6DCC3AF557AC91C656F5B0D55BB6A30E0DF50EDDBD024A7075EC179BA1FA0953F8A2EB2FA98E708AF1BC3B7137634938F58B9D0F527AD0052D61156D3E1B59592DF19706E488831966686325B77D4ECCD24A7183CA324AFAC10332D95FEBFE669BDDF2146FE0F',NULL);
INSERT INTO "sealed" VALUES('template','tpl-1','res-1',X'0000000000000000000000082E6F8D1A10373222EF278ACEDB369ABC3880BE1E14F43B2BCB131BC862F946',NULL);
INSERT INTO "sealed" VALUES('waybill','con-2','res-1',X'0000000000000000000000092B57A8D0F7330D25C2C2B22DF500BE00B660EAA848D72114',X'DD5B4917ABF8C43C61731A2BC54E404315AEAC414D113A4A7FE2E53952956351');
CREATE TABLE templates (
    template TEXT PRIMARY KEY,
    person   TEXT NOT NULL,
    side     TEXT NOT NULL,
    encoder  TEXT NOT NULL,
    consent  TEXT NOT NULL REFERENCES consents (consent) DEFERRABLE INITIALLY DEFERRED,
    revoked  INTEGER NOT NULL DEFAULT 0
, renews TEXT REFERENCES templates (template) DEFERRABLE INITIALLY DEFERRED) STRICT;
INSERT INTO "templates" VALUES('tpl-1','res-1','left','gabor-1','cst-1',0,NULL);
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
INSERT INTO "visits" VALUES('vis-1','deposit','pin','cou-1',6,NULL,NULL);
CREATE INDEX journal_subject ON journal (subject, seq);
CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_never_shortened BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE INDEX visits_open ON visits (started_seq) WHERE ended_seq IS NULL;
CREATE INDEX consignments_state ON consignments (state, expected_seq);
CREATE INDEX attempts_of_visit ON attempts (visit, started_seq);
CREATE UNIQUE INDEX attempts_one_unsettled ON attempts (compartment) WHERE settled_seq IS NULL;
CREATE INDEX consents_of_person ON consents (person);
CREATE INDEX templates_of_person ON templates (person);
CREATE INDEX credentials_open ON credentials (kind) WHERE state = 'open';
CREATE INDEX people_of_household ON people (household);
CREATE INDEX sealed_of_person ON sealed (person);
CREATE INDEX sealed_found_by ON sealed (kind, found_by, id) WHERE found_by IS NOT NULL;
CREATE INDEX consignments_of_carrier ON consignments (carrier, state, expected_seq);
CREATE INDEX consignments_of_recipient ON consignments (recipient, state, expected_seq);
CREATE INDEX templates_renewing ON templates (renews) WHERE renews IS NOT NULL;
CREATE INDEX journal_panel_faults ON journal (seq) WHERE kind = 'panel.fault';
COMMIT;
