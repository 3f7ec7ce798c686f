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
    {2, "the calendar, appointments, holds and orders", R"sql(
-- What a resource is open, and the lock of every booking (DESIGN, section 4). A row is made at the
-- first touch; `open` is clarity.storage.v1.CalendarPageRecord.
CREATE TABLE calendar_page (
  resource TEXT NOT NULL,
  page BIGINT NOT NULL,
  version BIGINT NOT NULL,
  open BYTEA NOT NULL,
  PRIMARY KEY (resource, page)
) WITHOUT ROWID;

-- Time that is taken, cut at page borders; ticks of 5 minutes since the epoch, end not included.
-- `resource` may also be a patient. `shares` 0: present only. `expire_time` is the largest BIGINT
-- where there is none.
CREATE TABLE claim (
  owner TEXT NOT NULL,
  resource TEXT NOT NULL,
  page BIGINT NOT NULL,
  begin_tick BIGINT NOT NULL,
  end_tick BIGINT NOT NULL,
  shares BIGINT NOT NULL,
  expire_time BIGINT NOT NULL,
  PRIMARY KEY (resource, page, begin_tick, owner)
) WITHOUT ROWID;
CREATE INDEX claim_by_owner ON claim (owner);

-- Bodies are clarity.storage.v1.AppointmentRecord.
CREATE TABLE appointment (
  name TEXT NOT NULL PRIMARY KEY,
  patient TEXT NOT NULL,
  clinic TEXT NOT NULL,
  visit_type TEXT NOT NULL,
  state BIGINT NOT NULL,
  start_time BIGINT NOT NULL,
  end_time BIGINT NOT NULL,
  order_name TEXT NOT NULL,
  attention BIGINT NOT NULL,
  body BYTEA NOT NULL,
  key_id BIGINT NOT NULL
);
CREATE INDEX appointment_by_clinic ON appointment (clinic, start_time);
CREATE INDEX appointment_by_patient ON appointment (patient, start_time);
CREATE INDEX appointment_by_start ON appointment (start_time);
CREATE INDEX appointment_by_order ON appointment (order_name, start_time) WHERE order_name <> '';

-- Bodies are clarity.storage.v1.HoldRecord.
CREATE TABLE hold (
  name TEXT NOT NULL PRIMARY KEY,
  holder TEXT NOT NULL,
  kind BIGINT NOT NULL,
  clinic TEXT NOT NULL,
  visit_type TEXT NOT NULL,
  patient TEXT NOT NULL,
  expire_time BIGINT NOT NULL,
  body BYTEA NOT NULL,
  key_id BIGINT NOT NULL
);
CREATE INDEX hold_by_patient ON hold (patient);
CREATE INDEX hold_by_holder ON hold (holder, kind);
CREATE INDEX hold_by_expiry ON hold (expire_time);

-- Time in which resources take no visits. Bodies are clarity.storage.v1.BlockRecord.
CREATE TABLE block (
  name TEXT NOT NULL PRIMARY KEY,
  end_time BIGINT NOT NULL,
  body BYTEA NOT NULL,
  key_id BIGINT NOT NULL
);

-- Bodies are clarity.storage.v1.OrderRecord.
CREATE TABLE visit_order (
  name TEXT NOT NULL PRIMARY KEY,
  patient TEXT NOT NULL,
  state BIGINT NOT NULL,
  create_time BIGINT NOT NULL,
  body BYTEA NOT NULL,
  key_id BIGINT NOT NULL
);
CREATE INDEX visit_order_by_patient ON visit_order (patient, create_time);
)sql"},
    {3, "orders of everybody", R"sql(
CREATE INDEX visit_order_by_time ON visit_order (create_time);
)sql"},
};

}  // namespace

storage::MigrationSet Migrations() { return {"scheduling", kMigrations}; }

}  // namespace clarity::scheduling
