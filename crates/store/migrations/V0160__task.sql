-- Tasks with the six. The database, too, refuses a task without person, work, time, responsibility, product or
-- authority, a task that its issuer gave to himself, and one that is done without a product. A check that comes out
-- as NULL passes in both databases, so columns that may be NULL are asked for by name.

-- class: evidence (the task as it stands)
-- subject: task by id
CREATE TABLE tasks (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL,
  unit TEXT NOT NULL,                  -- of the lead post
  space TEXT NOT NULL CHECK (space IN ('state', 'party')),
  issuing_unit TEXT NOT NULL,
  issuer_post TEXT NOT NULL CHECK (length(issuer_post) = 36),
  entered_by TEXT NOT NULL CHECK (length(entered_by) = 36),
  lead_post TEXT NOT NULL CHECK (length(lead_post) = 36),
  work TEXT NOT NULL CHECK (length(trim(work)) >= 3),
  details TEXT,
  due_at BIGINT NOT NULL,
  original_due_at BIGINT NOT NULL,
  deadline TEXT NOT NULL CHECK (length(deadline) > 2),
  responsibility TEXT NOT NULL CHECK (length(trim(responsibility)) >= 3),
  product TEXT NOT NULL CHECK (length(trim(product)) >= 3),
  authority TEXT NOT NULL CHECK (length(trim(authority)) >= 3),
  source TEXT NOT NULL CHECK (source IN ('direct', 'document', 'meeting', 'feedback')),
  reference TEXT,
  paragraph TEXT,
  priority TEXT NOT NULL CHECK (priority IN ('normal', 'high', 'urgent')),
  state TEXT NOT NULL CHECK (state IN ('issued', 'received', 'in_progress', 'handed_in', 'accepted', 'paused', 'withdrawn')),
  resting TEXT CHECK (resting IN ('issued', 'received', 'in_progress')),
  holder_post TEXT,
  held_since BIGINT NOT NULL,
  percent BIGINT NOT NULL CHECK (percent BETWEEN 0 AND 100),
  issued_at BIGINT NOT NULL,
  received_at BIGINT,
  handed_in_at BIGINT,
  ended_at BIGINT,
  has_request BIGINT NOT NULL CHECK (has_request IN (0, 1)),
  requests BIGINT NOT NULL,
  products BIGINT NOT NULL,
  is_open BIGINT NOT NULL CHECK (is_open IN (0, 1)),
  version BIGINT NOT NULL,
  CHECK (issuer_post <> lead_post),
  CHECK (original_due_at > issued_at),
  CHECK (due_at >= original_due_at),
  CHECK (source = 'direct' OR (reference IS NOT NULL AND length(trim(reference)) >= 3)),
  -- Nothing lies without a name, and done needs a product.
  CHECK ((holder_post IS NOT NULL) = (is_open = 1)),
  CHECK ((is_open = 0) = (state IN ('accepted', 'withdrawn'))),
  CHECK ((ended_at IS NOT NULL) = (is_open = 0)),
  CHECK ((state = 'paused') = (resting IS NOT NULL)),
  CHECK (state NOT IN ('handed_in', 'accepted') OR (handed_in_at IS NOT NULL AND products > 0))
) STRICT;
CREATE UNIQUE INDEX tasks_code ON tasks (code);
CREATE INDEX tasks_unit ON tasks (unit, space, is_open, due_at, id);
CREATE INDEX tasks_issuing_unit ON tasks (issuing_unit, space, is_open, due_at, id);
CREATE INDEX tasks_lead ON tasks (lead_post, is_open, due_at, id);
CREATE INDEX tasks_issuer ON tasks (issuer_post, state, due_at, id);
CREATE INDEX tasks_requests ON tasks (issuer_post, has_request, due_at, id);
CREATE INDEX tasks_entered_by ON tasks (entered_by, due_at, id);
CREATE INDEX tasks_newest ON tasks (unit, space, issued_at, id);

-- class: derived (search index: folded words of code, work, product and source; rebuilt from tasks)
CREATE TABLE task_words (
  space TEXT NOT NULL,
  word TEXT NOT NULL,
  task TEXT NOT NULL,
  PRIMARY KEY (space, word, task)
) STRICT, WITHOUT ROWID;

-- class: evidence (posts that join the lead)
-- subject: task by task
CREATE TABLE task_joining (
  task TEXT NOT NULL,
  post TEXT NOT NULL,
  PRIMARY KEY (task, post)
) STRICT, WITHOUT ROWID;
CREATE INDEX task_joining_post ON task_joining (post, task);

-- class: evidence (what was said on the way: issued, received, progress, contribution, pause, withdrawal, with who said it)
-- subject: task by task
CREATE TABLE task_entries (
  task TEXT NOT NULL,
  number BIGINT NOT NULL,
  kind TEXT NOT NULL,
  at BIGINT NOT NULL,
  post TEXT,
  person TEXT,
  percent BIGINT,
  note TEXT,
  PRIMARY KEY (task, number)
) STRICT, WITHOUT ROWID;

-- class: evidence (products handed in, and what the issuer said to them)
-- subject: task by task
CREATE TABLE task_products (
  task TEXT NOT NULL,
  number BIGINT NOT NULL,
  summary TEXT NOT NULL CHECK (length(trim(summary)) >= 3),
  document TEXT,
  papers TEXT NOT NULL,                -- JSON array of paper ids
  handed_in_at BIGINT NOT NULL,
  handed_in_by TEXT,
  handed_in_person TEXT,
  verdict TEXT CHECK (verdict IN ('accepted', 'sent_back')),
  decided_at BIGINT,
  decided_by TEXT,
  decided_person TEXT,
  reason TEXT,
  PRIMARY KEY (task, number),
  CHECK (document IS NOT NULL OR papers <> '[]'),
  CHECK ((verdict IS NOT NULL) = (decided_at IS NOT NULL)),
  CHECK (verdict <> 'sent_back' OR reason IS NOT NULL)
) STRICT, WITHOUT ROWID;

-- class: evidence (requests for more time, and what the issuer decided)
-- subject: task by task
CREATE TABLE task_extensions (
  task TEXT NOT NULL,
  number BIGINT NOT NULL,
  requested_at BIGINT NOT NULL,
  requested_by TEXT NOT NULL,
  requested_person TEXT,
  reason TEXT NOT NULL CHECK (length(trim(reason)) >= 3),
  before_at BIGINT NOT NULL,
  wanted_at BIGINT NOT NULL,
  decision TEXT CHECK (decision IN ('granted', 'refused', 'lapsed')),
  granted_at BIGINT,                   -- the deadline that was granted
  decided_at BIGINT,
  decided_by TEXT,
  decided_person TEXT,
  answer TEXT,
  PRIMARY KEY (task, number),
  CHECK (wanted_at > before_at),
  CHECK ((decision IS NOT NULL) = (decided_at IS NOT NULL)),
  CHECK (decision <> 'granted' OR (granted_at IS NOT NULL AND granted_at > before_at))
) STRICT, WITHOUT ROWID;
