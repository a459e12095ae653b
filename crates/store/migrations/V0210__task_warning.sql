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
-- Of those that are still to ring; see V0230.
CREATE INDEX task_warnings_next ON task_warnings (at, task) WHERE is_raised = 0;
CREATE INDEX task_warnings_unit ON task_warnings (unit, space, is_raised, at, task);
