-- A booking as one would build it on PostgreSQL: an appointment, and a row a claim that no other
-- claim of the same resource may overlap.
CREATE EXTENSION btree_gist;
CREATE TABLE appointment (
  id BIGINT PRIMARY KEY,
  clinic BIGINT NOT NULL,
  patient BIGINT NOT NULL,
  start_tick BIGINT NOT NULL,
  state BIGINT NOT NULL,
  body BYTEA NOT NULL
);
CREATE TABLE claim (
  appointment BIGINT NOT NULL,
  resource BIGINT NOT NULL,
  during INT8RANGE NOT NULL,
  EXCLUDE USING gist (resource WITH =, during WITH &&)
);
