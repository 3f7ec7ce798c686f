#include "services/platform/storage/migrations/migration.h"

namespace clarity::storage {
namespace {

constexpr Migration kMigrations[] = {
    {1, "guards, replies, audit and change log", R"sql(
-- A row a thing that only one transaction at a time may decide about. See Transaction::BumpGuard.
CREATE TABLE guard (
  name TEXT NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL
) WITHOUT ROWID;

-- Replies already given, by the caller's request_id. See idempotency.h.
CREATE TABLE request_reply (
  subject TEXT NOT NULL,
  request_id TEXT NOT NULL,
  method TEXT NOT NULL,
  body_hash BYTEA NOT NULL,
  reply BYTEA NOT NULL,
  key_id BIGINT NOT NULL,
  create_time BIGINT NOT NULL,
  PRIMARY KEY (subject, request_id)
);
CREATE INDEX request_reply_by_create_time ON request_reply (create_time);

-- Who did what, and why. Rows are added, never changed. See audit.h.
CREATE TABLE audit (
  id TEXT NOT NULL PRIMARY KEY,
  time BIGINT NOT NULL,
  subject TEXT NOT NULL,
  actor TEXT NOT NULL,
  method TEXT NOT NULL,
  resource_name TEXT NOT NULL,
  request_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  clinic TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX audit_by_resource_name ON audit (resource_name, id);

-- Where each stream of the change log stands: its last position, and the first not yet trimmed.
CREATE TABLE change_stream (
  stream TEXT NOT NULL PRIMARY KEY,
  position BIGINT NOT NULL,
  first_kept BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE change_log (
  stream TEXT NOT NULL,
  position BIGINT NOT NULL,
  time BIGINT NOT NULL,
  kind TEXT NOT NULL,
  resource_name TEXT NOT NULL,
  body BYTEA NOT NULL,
  key_id BIGINT NOT NULL,
  PRIMARY KEY (stream, position)
);
)sql"},
    {2, "streams of a reply, incarnation of the store", R"sql(
-- The change-log streams that the request has appended to, separated by commas.
ALTER TABLE request_reply ADD COLUMN streams TEXT NOT NULL DEFAULT '';

-- One row. Empty: not named yet, as in a backup. See incarnation.h.
CREATE TABLE incarnation (id TEXT NOT NULL PRIMARY KEY);
INSERT INTO incarnation (id) VALUES ('');
)sql"},
};

}  // namespace

MigrationSet PlatformMigrations() { return {"platform", kMigrations}; }

}  // namespace clarity::storage
