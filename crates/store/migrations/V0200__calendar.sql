-- class: evidence (hours of one day that a unit has set: deadlines were computed by them)
-- subject: hours_exception by id
CREATE TABLE hours_exceptions (
  id TEXT NOT NULL PRIMARY KEY,
  unit TEXT NOT NULL,
  code TEXT NOT NULL,                  -- the unit's code: what office hours are found by
  day TEXT NOT NULL,
  kind TEXT NOT NULL,                  -- office, reception
  hours TEXT NOT NULL,                 -- 07:30-11:30, 13:30-17:00; empty: the counter is closed
  reason TEXT NOT NULL,
  decision TEXT,                       -- number and date of the decision
  made_at BIGINT NOT NULL,
  made_by TEXT,
  made_by_person TEXT,
  withdrawn_at BIGINT,
  withdrawn_by TEXT,
  withdrawn_by_person TEXT,
  withdrawn_why TEXT,
  version BIGINT NOT NULL
) STRICT;
-- Two decisions about one day of one unit would leave open which one holds.
CREATE UNIQUE INDEX hours_exceptions_day ON hours_exceptions (code, day, kind) WHERE withdrawn_at IS NULL;
CREATE INDEX hours_exceptions_unit ON hours_exceptions (unit, day, id);
