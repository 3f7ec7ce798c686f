#include "services/scheduling/migrations.h"

namespace clarity::scheduling {
namespace {

constexpr storage::Migration kMigrations[] = {
    {1, "the catalog", R"sql(
-- One row, id 1: which catalog the tables below hold. Read by every transaction that needs one.
CREATE TABLE catalog_meta (
  id BIGINT NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL,
  etag TEXT NOT NULL
);

-- Bodies are clarity.scheduling.v1.Clinic, Resource and VisitType.
CREATE TABLE clinic (
  name TEXT NOT NULL PRIMARY KEY,
  body BYTEA NOT NULL,
  key_id BIGINT NOT NULL,
  etag TEXT NOT NULL
);

CREATE TABLE resource (
  name TEXT NOT NULL PRIMARY KEY,
  body BYTEA NOT NULL,
  key_id BIGINT NOT NULL,
  etag TEXT NOT NULL
);

CREATE TABLE visit_type (
  name TEXT NOT NULL PRIMARY KEY,
  body BYTEA NOT NULL,
  key_id BIGINT NOT NULL,
  etag TEXT NOT NULL
);
)sql"},
};

}  // namespace

storage::MigrationSet Migrations() { return {"scheduling", kMigrations}; }

}  // namespace clarity::scheduling
