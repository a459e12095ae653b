-- class: transient (background work: what is still to be done, and for a while what was done and what failed)
CREATE TABLE jobs (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  args TEXT NOT NULL,
  unit TEXT,
  space TEXT,
  slot TEXT UNIQUE,
  state TEXT NOT NULL,
  run_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  lease_holder TEXT,
  lease_until BIGINT NOT NULL,
  last_error TEXT,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
) STRICT;
CREATE INDEX jobs_due ON jobs (state, run_at);
CREATE INDEX jobs_changed ON jobs (changed_at, id);
