-- One session of network M for pgbench: the appointment and six claims (the clinician while
-- dosing, the room throughout, a nurse before, while and after dosing, the patient). The years
-- are so many that no two bookings meet: nothing is spent on those that fail. In a pipeline, which
-- measured faster than a round trip for each statement.
\set id random(1, 9223372036854775806)
\set clinic random(0, 4)
\set clinician random(1, 50)
\set room random(101, 140)
\set nurse random(201, 230)
\set patient random(1001, 1001000)
\set start random(0, 100000000000)
\set dosing :start + 3
\set observation :dosing + 12
\set cleanup :observation + 12
\set finish :cleanup + 3
\startpipeline
BEGIN;
INSERT INTO appointment VALUES (:id, :clinic, :patient, :start, 1, :body);
INSERT INTO claim VALUES
  (:id, :clinician, int8range(:dosing, :observation)),
  (:id, :room, int8range(:start, :finish)),
  (:id, :nurse, int8range(:start, :dosing)),
  (:id, :nurse, int8range(:dosing, :observation)),
  (:id, :nurse, int8range(:observation, :cleanup)),
  (:id, :patient, int8range(:start, :cleanup));
END;
\endpipeline
