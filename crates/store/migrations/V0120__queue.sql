-- class: transient (a row a centre: whoever changes its queue holds it, so no ticket is called twice; its number tells pages that something changed)
CREATE TABLE queue_boards (
  unit TEXT NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL
) STRICT, WITHOUT ROWID;

-- class: transient (which window is open and who sits there; a window that was opened on another day is closed)
CREATE TABLE queue_windows (
  unit TEXT NOT NULL,
  number BIGINT NOT NULL,
  post TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  priority_row BIGINT NOT NULL,
  PRIMARY KEY (unit, number)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX queue_windows_post ON queue_windows (unit, post);

-- class: transient (numbers of a day; nothing in them is about a person, and they go after a week)
CREATE TABLE queue_tickets (
  id TEXT NOT NULL PRIMARY KEY,
  unit TEXT NOT NULL,
  day TEXT NOT NULL,
  service TEXT NOT NULL,
  number BIGINT NOT NULL,
  code TEXT NOT NULL,
  secret TEXT NOT NULL,
  priority TEXT,
  only_window BIGINT,
  place_at BIGINT NOT NULL,
  taken_at BIGINT NOT NULL,
  first_called_at BIGINT,
  calls BIGINT NOT NULL,
  state TEXT NOT NULL,
  at_window BIGINT,
  state_at BIGINT,
  dossier TEXT
) STRICT;
CREATE UNIQUE INDEX queue_tickets_number ON queue_tickets (unit, day, service, number);
CREATE UNIQUE INDEX queue_tickets_secret ON queue_tickets (secret);
CREATE UNIQUE INDEX queue_tickets_hand ON queue_tickets (unit, day, at_window) WHERE state IN ('called', 'serving');
CREATE INDEX queue_tickets_state ON queue_tickets (unit, day, state, place_at, number);

-- class: transient (the last number of a line and the sums of its day; they stay when the tickets go)
CREATE TABLE queue_days (
  unit TEXT NOT NULL,
  day TEXT NOT NULL,
  service TEXT NOT NULL,
  taken BIGINT NOT NULL,
  called BIGINT NOT NULL,
  served BIGINT NOT NULL,
  missed BIGINT NOT NULL,
  given_up BIGINT NOT NULL,
  waited_ms BIGINT NOT NULL,
  longest_wait_ms BIGINT NOT NULL,
  served_ms BIGINT NOT NULL,
  PRIMARY KEY (unit, day, service)
) STRICT, WITHOUT ROWID;
