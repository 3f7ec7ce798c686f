#include "services/consultation/migrations.h"

namespace clarity::consultation {
namespace {

constexpr storage::Migration kMigrations[] = {
    {1, "clinics and patients", R"sql(
-- As scheduling has last told of them. Bodies are clarity.scheduling.v1.Clinic.
CREATE TABLE clinic (
  name TEXT NOT NULL PRIMARY KEY,
  country TEXT NOT NULL,
  body BYTEA NOT NULL,
  key_id BIGINT NOT NULL
);

-- How far the messages to scheduling (stream to-scheduling of the change log) are delivered: one row,
-- id 1; and how those about each order or patient stand. `attempts` and `attempt_time` are of the
-- message that is next, or was the last; `refusal` is empty where scheduling took the last one;
-- `uncovered` are the appointments it then named, a line each.
CREATE TABLE outbox_delivered (
  id BIGINT NOT NULL PRIMARY KEY,
  position BIGINT NOT NULL
);
CREATE TABLE outbox_standing (
  resource_name TEXT NOT NULL PRIMARY KEY,
  waiting BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  attempt_time BIGINT NOT NULL,
  refusal TEXT NOT NULL,
  uncovered TEXT NOT NULL
);

-- Bodies are clarity.storage.v1.PatientRecord; all bodies from here on are of the frozen protos.
CREATE TABLE patient (
  name TEXT NOT NULL PRIMARY KEY,
  state BIGINT NOT NULL,
  body BYTEA NOT NULL,
  key_id BIGINT NOT NULL
);

-- The clinics whose callers see a patient: that of the record, and those of its episodes.
CREATE TABLE patient_clinic (
  patient TEXT NOT NULL,
  clinic TEXT NOT NULL,
  PRIMARY KEY (patient, clinic)
);

-- What active patients are found by, as keyed hashes (see patients/search_index.h), so that the
-- table tells nothing of them. `narrow` is 0, or for a part of a name the hash of the birth date.
CREATE TABLE patient_index (
  hash BIGINT NOT NULL,
  narrow BIGINT NOT NULL,
  patient TEXT NOT NULL,
  PRIMARY KEY (hash, narrow, patient)
);
CREATE INDEX patient_index_by_patient ON patient_index (patient);

-- One row, id 1: which key the hashes above are made with.
CREATE TABLE patient_index_key (
  id BIGINT NOT NULL PRIMARY KEY,
  fingerprint BYTEA NOT NULL
);

-- A portal's account belongs to one patient.
CREATE TABLE patient_subject (
  subject TEXT NOT NULL PRIMARY KEY,
  patient TEXT NOT NULL
);

-- Who has broken the glass. Bodies are clarity.storage.v1.EmergencyAccessRecord.
CREATE TABLE emergency_access (
  name TEXT NOT NULL PRIMARY KEY,
  patient TEXT NOT NULL,
  subject TEXT NOT NULL,
  create_time BIGINT NOT NULL,
  expire_time BIGINT NOT NULL,
  body BYTEA NOT NULL,
  key_id BIGINT NOT NULL
);
CREATE INDEX emergency_access_by_patient ON emergency_access (patient, subject, expire_time);
CREATE INDEX emergency_access_by_time ON emergency_access (create_time);
)sql"},
    {2, "policies", R"sql(
-- Which version of a policy is in force.
CREATE TABLE policy (
  name TEXT NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL
);

-- Every version there was; the etag is of its contents. Bodies are
-- clarity.storage.v1.PolicyVersionRecord.
CREATE TABLE policy_version (
  name TEXT NOT NULL,
  version BIGINT NOT NULL,
  etag TEXT NOT NULL,
  apply_time BIGINT NOT NULL,
  body BYTEA NOT NULL,
  key_id BIGINT NOT NULL,
  PRIMARY KEY (name, version)
);
CREATE INDEX policy_version_by_time ON policy_version (apply_time);

-- What a clinic goes by; "clinics/-" is all that have no row of their own.
CREATE TABLE policy_clinic (
  clinic TEXT NOT NULL PRIMARY KEY,
  policy TEXT NOT NULL
);
)sql"},
    {3, "episodes, contacts, safety alerts and the appointments that scheduling tells of", R"sql(
-- Bodies are clarity.storage.v1.EpisodeRecord. `waiting` is 1 while the episode is open and its
-- consultation has not begun; `callback_time` is 0 where no call back is open; `turn_time` is when
-- time alone next changes something of it.
CREATE TABLE episode (
  name TEXT NOT NULL PRIMARY KEY,
  patient TEXT NOT NULL,
  clinic TEXT NOT NULL,
  state BIGINT NOT NULL,
  waiting BIGINT NOT NULL,
  warning_time BIGINT NOT NULL,
  callback_time BIGINT NOT NULL,
  turn_time BIGINT NOT NULL,
  create_time BIGINT NOT NULL,
  body BYTEA NOT NULL,
  key_id BIGINT NOT NULL
);
CREATE INDEX episode_by_turn ON episode (turn_time);
CREATE INDEX episode_by_patient ON episode (patient, create_time);
CREATE INDEX episode_by_time ON episode (create_time, name);
CREATE INDEX episode_waiting ON episode (waiting, warning_time);
CREATE INDEX episode_by_callback ON episode (callback_time);

-- Bodies are clarity.storage.v1.ContactRecord.
CREATE TABLE contact (
  name TEXT NOT NULL PRIMARY KEY,
  episode TEXT NOT NULL,
  time BIGINT NOT NULL,
  body BYTEA NOT NULL,
  key_id BIGINT NOT NULL
);
CREATE INDEX contact_by_episode ON contact (episode, time, name);

-- Bodies are clarity.storage.v1.SafetyAlertRecord. Rows are never deleted.
CREATE TABLE safety_alert (
  name TEXT NOT NULL PRIMARY KEY,
  patient TEXT NOT NULL,
  clinic TEXT NOT NULL,
  state BIGINT NOT NULL,
  due_time BIGINT NOT NULL,
  body BYTEA NOT NULL,
  key_id BIGINT NOT NULL
);
CREATE INDEX safety_alert_by_patient ON safety_alert (patient, state);
CREATE INDEX safety_alert_by_due ON safety_alert (due_time, name);

-- What scheduling has told. Bodies are clarity.scheduling.v1.Appointment, without the notes.
CREATE TABLE appointment (
  name TEXT NOT NULL PRIMARY KEY,
  patient TEXT NOT NULL,
  body BYTEA NOT NULL,
  key_id BIGINT NOT NULL
);
CREATE INDEX appointment_by_patient ON appointment (patient);

-- One row, id 1: up to where, as WatchAppointments takes it.
CREATE TABLE appointment_token (
  id BIGINT NOT NULL PRIMARY KEY,
  token TEXT NOT NULL
);
)sql"},
    {4, "what belongs to an episode: answers, results, requirements, decisions and plans", R"sql(
-- One table for all of it. `collection` is of which episode and which kind it is
-- ("episodes/0123/results"), `time` what its lists go by. Bodies are the records of that name in
-- clarity.storage.v1 (see episode_parts.h).
CREATE TABLE episode_part (
  name TEXT NOT NULL PRIMARY KEY,
  collection TEXT NOT NULL,
  time BIGINT NOT NULL,
  body BYTEA NOT NULL,
  key_id BIGINT NOT NULL
);
CREATE INDEX episode_part_by_time ON episode_part (collection, time, name);
)sql"},
    {5, "messages that scheduling has not taken, and orders after a restore", R"sql(
-- The newest message about an order or patient that was carried and not taken: `position` and `time`
-- as in the change log, `refused` 0 where it failed otherwise. Tried again from `retry_time` on.
CREATE TABLE outbox_set_aside (
  resource_name TEXT NOT NULL PRIMARY KEY,
  position BIGINT NOT NULL,
  time BIGINT NOT NULL,
  kind TEXT NOT NULL,
  refused BIGINT NOT NULL,
  retry_time BIGINT NOT NULL,
  body BYTEA NOT NULL,
  key_id BIGINT NOT NULL
);
CREATE INDEX outbox_set_aside_by_retry ON outbox_set_aside (retry_time, position);

-- One row, id 1: in which incarnation of the store the orders of scheduling were looked through.
CREATE TABLE orders_reconciled (
  id BIGINT NOT NULL PRIMARY KEY,
  incarnation TEXT NOT NULL
);
)sql"},
    {6, "the exclusions of every episode are put on record", R"sql(
-- In episode_part, once each has had its turn: also those that are closed.
UPDATE episode SET turn_time = 0;
)sql"},
};

}  // namespace

storage::MigrationSet Migrations() { return {"consultation", kMigrations}; }

}  // namespace clarity::consultation
