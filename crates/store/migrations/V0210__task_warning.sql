-- class: transient (bells planned from the deadline of a task; a lost one is a missed bell, never a missed deadline)
CREATE TABLE task_warnings (
  task TEXT NOT NULL,
  kind TEXT NOT NULL,
  unit TEXT NOT NULL,
  space TEXT NOT NULL,
  at BIGINT NOT NULL,
  is_raised BIGINT NOT NULL,
  raised_at BIGINT,
  PRIMARY KEY (task, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX task_warnings_next ON task_warnings (is_raised, at, task);
CREATE INDEX task_warnings_unit ON task_warnings (unit, space, is_raised, at, task);
