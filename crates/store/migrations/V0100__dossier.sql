-- class: evidence (a person or body known to one unit, by identity number)
-- subject: party by id
CREATE TABLE parties (
  id TEXT NOT NULL PRIMARY KEY,
  unit TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  id_number TEXT,
  born_on TEXT,
  phone TEXT,
  email TEXT,
  address TEXT,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL
) STRICT;
CREATE UNIQUE INDEX parties_number ON parties (unit, id_number);
CREATE INDEX parties_name ON parties (unit, name_key, id);

-- class: evidence (the dossier as it stands)
-- subject: dossier by id
CREATE TABLE dossiers (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL,
  unit TEXT NOT NULL,
  space TEXT NOT NULL,
  receiving_unit TEXT NOT NULL,
  support_place TEXT,
  procedure_code TEXT NOT NULL,
  procedure_version BIGINT NOT NULL,
  field TEXT NOT NULL,
  channel TEXT NOT NULL,
  assisting_post TEXT,
  applicant TEXT NOT NULL,
  applicant_party TEXT,
  submitter TEXT,
  form TEXT NOT NULL,
  subject TEXT NOT NULL,
  state BIGINT NOT NULL CHECK (state BETWEEN 1 AND 10),
  stage TEXT,
  holder_post TEXT,
  holder_role TEXT,
  held_since BIGINT NOT NULL,
  step_due_at BIGINT,
  received_at BIGINT NOT NULL,
  accepted_at BIGINT,
  due_at BIGINT,
  original_due_at BIGINT,
  deadline TEXT,
  paused_at BIGINT,
  waited_ms BIGINT NOT NULL,
  supplements BIGINT NOT NULL,
  ended_at BIGINT,
  payment TEXT NOT NULL,
  delivery TEXT NOT NULL,
  returned_at BIGINT,
  receipt_secret TEXT NOT NULL,
  is_open BIGINT NOT NULL,
  version BIGINT NOT NULL,
  -- A dossier whose work is under way has somebody who must act: nothing lies without a name.
  CHECK (state NOT IN (1, 2, 4) OR holder_post IS NOT NULL OR holder_role IS NOT NULL),
  CHECK ((state IN (4, 6)) = (stage IS NOT NULL) OR state = 5)
) STRICT;
CREATE UNIQUE INDEX dossiers_code ON dossiers (code);
CREATE UNIQUE INDEX dossiers_secret ON dossiers (receipt_secret);
CREATE INDEX dossiers_post ON dossiers (unit, space, holder_post, is_open, due_at, id);
CREATE INDEX dossiers_role ON dossiers (unit, space, holder_role, is_open, due_at, id);
CREATE INDEX dossiers_newest ON dossiers (unit, space, received_at, id);
CREATE INDEX dossiers_state ON dossiers (unit, space, state, received_at, id);
CREATE INDEX dossiers_procedure ON dossiers (unit, space, procedure_code, received_at, id);
CREATE INDEX dossiers_due ON dossiers (unit, space, is_open, due_at, id);
CREATE INDEX dossiers_accepted ON dossiers (unit, accepted_at);
CREATE INDEX dossiers_ended ON dossiers (unit, ended_at);
CREATE INDEX dossiers_receiving ON dossiers (receiving_unit, space, received_at, id);
CREATE INDEX dossiers_party ON dossiers (applicant_party, received_at);

-- class: derived (search index: folded words of code, subject, applicant, procedure; rebuilt from dossiers)
CREATE TABLE dossier_words (
  unit TEXT NOT NULL,
  space TEXT NOT NULL,
  word TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  dossier TEXT NOT NULL,
  PRIMARY KEY (unit, space, word, received_at, dossier)
) STRICT, WITHOUT ROWID;
CREATE INDEX dossier_words_dossier ON dossier_words (dossier);

-- class: evidence (component check-list of a dossier)
-- subject: dossier by dossier
CREATE TABLE dossier_components (
  id TEXT NOT NULL PRIMARY KEY,
  dossier TEXT NOT NULL,
  component TEXT NOT NULL,
  position BIGINT NOT NULL,
  required BIGINT NOT NULL,
  status TEXT NOT NULL,
  source TEXT,
  copies BIGINT NOT NULL,
  database_id TEXT,
  queried_at BIGINT,
  note TEXT
) STRICT;
CREATE UNIQUE INDEX dossier_components_place ON dossier_components (dossier, position);

-- class: evidence (each step of the internal process: who had it, from when to when; Form 06 is made from it)
-- subject: dossier by dossier
CREATE TABLE dossier_steps (
  id TEXT NOT NULL PRIMARY KEY,
  dossier TEXT NOT NULL,
  number BIGINT NOT NULL,
  stage TEXT NOT NULL,
  holder_post TEXT,
  holder_role TEXT,
  given_by TEXT,
  given_by_person TEXT,
  started_at BIGINT NOT NULL,
  due_at BIGINT,
  touched_at BIGINT,
  ended_at BIGINT,
  ended_by TEXT,
  ended_by_person TEXT,
  outcome TEXT,
  note TEXT
) STRICT;
CREATE UNIQUE INDEX dossier_steps_number ON dossier_steps (dossier, number);

-- class: evidence (posts that join the handler)
-- subject: dossier by dossier
CREATE TABLE dossier_joining (
  dossier TEXT NOT NULL,
  post TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (dossier, post)
) STRICT, WITHOUT ROWID;
CREATE INDEX dossier_joining_post ON dossier_joining (post, dossier);

-- class: evidence (numbered forms handed to the citizen: 01 receipt, 02 supplement, 03 refusal, 04 apology, 05 stop)
-- subject: dossier by dossier
CREATE TABLE dossier_slips (
  id TEXT NOT NULL PRIMARY KEY,
  dossier TEXT NOT NULL,
  unit TEXT NOT NULL,
  form TEXT NOT NULL,
  template TEXT NOT NULL,
  number BIGINT NOT NULL,
  year BIGINT NOT NULL,
  issued_at BIGINT NOT NULL,
  issued_by TEXT,
  issued_by_person TEXT,
  body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX dossier_slips_number ON dossier_slips (unit, form, year, number);
CREATE INDEX dossier_slips_dossier ON dossier_slips (dossier, issued_at);

-- class: evidence (records of the work: appraisal, consultation and its answer, obligation, note, correction)
-- subject: dossier by dossier
CREATE TABLE dossier_records (
  id TEXT NOT NULL PRIMARY KEY,
  dossier TEXT NOT NULL,
  kind TEXT NOT NULL,
  at BIGINT NOT NULL,
  post TEXT,
  person TEXT,
  body TEXT NOT NULL,
  due_at BIGINT,
  answered_at BIGINT,
  answer TEXT
) STRICT;
CREATE INDEX dossier_records_dossier ON dossier_records (dossier, at, id);

-- class: evidence (the result: drafts, approval, number, hand-over)
-- subject: dossier by dossier
CREATE TABLE dossier_results (
  dossier TEXT NOT NULL PRIMARY KEY,
  unit TEXT NOT NULL,
  kind TEXT NOT NULL,
  template TEXT NOT NULL,
  outcome TEXT NOT NULL,
  body TEXT NOT NULL,
  drafted_by TEXT,
  drafted_at BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  approved_by TEXT,
  approved_by_person TEXT,
  approved_at BIGINT,
  book TEXT,
  number BIGINT,
  year BIGINT,
  symbol TEXT,
  issued_at BIGINT,
  issued_by TEXT,
  collected_by TEXT,
  collected_at BIGINT,
  collected_from TEXT
) STRICT;
CREATE UNIQUE INDEX dossier_results_number ON dossier_results (unit, book, year, number);

-- class: evidence (a file attached to a subject: dossier, task; the content lies in the file store by its hash)
-- subject: $subject_kind by subject_id
-- files: sha256, original_sha256
CREATE TABLE papers (
  id TEXT NOT NULL PRIMARY KEY,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  unit TEXT NOT NULL,
  component TEXT,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  pages BIGINT,
  sha256 TEXT NOT NULL,
  original_sha256 TEXT,
  source TEXT NOT NULL,
  added_at BIGINT NOT NULL,
  added_by TEXT,
  removed_at BIGINT,
  removed_why TEXT
) STRICT;
CREATE INDEX papers_subject ON papers (subject_kind, subject_id, added_at, id);
CREATE INDEX papers_sha256 ON papers (sha256);

-- class: evidence (what the citizen said about the service)
-- subject: dossier by dossier
CREATE TABLE dossier_ratings (
  dossier TEXT NOT NULL PRIMARY KEY,
  level TEXT NOT NULL,
  reason TEXT,
  at BIGINT NOT NULL,
  place TEXT NOT NULL
) STRICT;

-- class: transient (half-filled forms that save themselves; gone when the form is finished or after thirty days)
CREATE TABLE drafts (
  id TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL,
  form TEXT NOT NULL,
  body TEXT NOT NULL,
  saved_at BIGINT NOT NULL
) STRICT;
CREATE UNIQUE INDEX drafts_form ON drafts (account, form);

-- class: transient (answers to requests with an idempotency key, kept a day)
CREATE TABLE idempotency (
  account TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  status BIGINT NOT NULL,
  body TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_age ON idempotency (account, at);
