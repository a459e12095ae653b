-- class: evidence (what a citizen was told at which step, on which way, and how that ended; no address, no text)
-- subject: dossier by dossier
CREATE TABLE messages (
  id TEXT NOT NULL PRIMARY KEY,
  dossier TEXT NOT NULL,
  code TEXT NOT NULL,
  unit TEXT NOT NULL,
  space TEXT NOT NULL,
  kind TEXT NOT NULL,
  way TEXT NOT NULL,
  lang TEXT NOT NULL,
  due_at BIGINT,
  queued_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  ended_at BIGINT
) STRICT;
CREATE INDEX messages_dossier ON messages (dossier, queued_at, id);
CREATE INDEX messages_newest ON messages (unit, space, queued_at, id);
CREATE INDEX messages_state ON messages (unit, space, state, queued_at, id);
CREATE INDEX messages_unsent ON messages (state, way);

-- class: transient (the sending itself: job, tries, the last failure, and a try whose end nobody has seen)
CREATE TABLE message_tries (
  message TEXT NOT NULL PRIMARY KEY,
  way TEXT NOT NULL,
  job TEXT NOT NULL,
  tries BIGINT NOT NULL,
  tried_at BIGINT,
  begun_at BIGINT,
  unclear BIGINT NOT NULL,
  last_error TEXT
) STRICT;
CREATE INDEX message_tries_pace ON message_tries (way, tried_at);

-- class: transient (what the portal handed out; the portal keeps a dossier until it is told that it is here)
CREATE TABLE portal_dossiers (
  code TEXT NOT NULL PRIMARY KEY,
  unit TEXT,
  unit_said TEXT NOT NULL,
  procedure_said TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT,
  detail TEXT,
  body TEXT,
  body_hash TEXT NOT NULL,
  again BIGINT NOT NULL,
  dossier TEXT,
  first_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
) STRICT;
CREATE UNIQUE INDEX portal_dossiers_dossier ON portal_dossiers (dossier);
CREATE INDEX portal_dossiers_state ON portal_dossiers (state, changed_at, code);

-- class: transient (the states that the portal is to be told, in order; the daily comparison finds what was lost)
CREATE TABLE portal_states (
  dossier TEXT NOT NULL,
  number BIGINT NOT NULL,
  code TEXT NOT NULL,
  unit TEXT NOT NULL,
  state BIGINT NOT NULL,
  at BIGINT NOT NULL,
  due_at BIGINT,
  status TEXT NOT NULL,
  tries BIGINT NOT NULL,
  last_error TEXT,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (dossier, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX portal_states_open ON portal_states (status, dossier, number);

-- class: transient (what the last comparison with the portal found)
CREATE TABLE portal_differences (
  code TEXT NOT NULL PRIMARY KEY,
  unit TEXT,
  dossier TEXT,
  kind TEXT NOT NULL,
  here BIGINT,
  there BIGINT,
  there_number BIGINT,
  found_at BIGINT NOT NULL
) STRICT;
