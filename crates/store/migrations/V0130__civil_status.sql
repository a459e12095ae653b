-- Registers of civil status: births, deaths, marriages. An entry is never deleted and its first wording never changes.

-- class: evidence (an entry of a register: its first wording, the present one, who entered it)
-- subject: civil_entry by id
CREATE TABLE civil_entries (
  id TEXT NOT NULL PRIMARY KEY,
  unit TEXT NOT NULL,
  book TEXT NOT NULL,
  year BIGINT NOT NULL,
  number BIGINT NOT NULL CHECK (number > 0),
  symbol TEXT NOT NULL,
  dossier TEXT NOT NULL,
  form TEXT NOT NULL,
  first_values TEXT NOT NULL,
  present_values TEXT NOT NULL,
  differences TEXT NOT NULL,
  differences_why TEXT,
  name TEXT NOT NULL,
  other_name TEXT,
  born_on TEXT,
  event_on TEXT,
  personal_id TEXT,
  other_id TEXT,
  registered_on TEXT NOT NULL,
  signer TEXT,
  prepared_by TEXT,
  prepared_by_person TEXT,
  entered_at BIGINT NOT NULL,
  entered_by TEXT,
  entered_by_person TEXT,
  notes BIGINT NOT NULL,
  version BIGINT NOT NULL
) STRICT;
CREATE UNIQUE INDEX civil_entries_number ON civil_entries (unit, book, year, number);
CREATE UNIQUE INDEX civil_entries_dossier ON civil_entries (dossier);
CREATE INDEX civil_entries_person ON civil_entries (unit, book, personal_id);
CREATE INDEX civil_entries_born ON civil_entries (unit, book, born_on, name);

-- class: evidence (a note of change in an entry: what stood there, what stands there since, why, by whose word)
-- subject: civil_entry by entry
CREATE TABLE civil_notes (
  entry TEXT NOT NULL,
  number BIGINT NOT NULL CHECK (number > 0),
  kind TEXT NOT NULL,
  field TEXT NOT NULL,
  old_value TEXT NOT NULL,
  new_value TEXT NOT NULL,
  why TEXT NOT NULL,
  authority TEXT NOT NULL,
  authority_on TEXT,
  at BIGINT NOT NULL,
  post TEXT,
  person TEXT,
  PRIMARY KEY (entry, number)
) STRICT, WITHOUT ROWID;

-- class: evidence (copies of an extract that were issued from an entry)
-- subject: civil_entry by entry
CREATE TABLE civil_extracts (
  entry TEXT NOT NULL,
  dossier TEXT NOT NULL,
  symbol TEXT NOT NULL,
  copies BIGINT NOT NULL CHECK (copies > 0),
  notes BIGINT NOT NULL,
  issued_at BIGINT NOT NULL,
  post TEXT,
  person TEXT,
  PRIMARY KEY (entry, dossier)
) STRICT, WITHOUT ROWID;

-- class: derived (search index: folded words of the names in an entry; rebuilt from civil_entries)
CREATE TABLE civil_words (
  unit TEXT NOT NULL,
  book TEXT NOT NULL,
  word TEXT NOT NULL,
  entry TEXT NOT NULL,
  PRIMARY KEY (unit, book, word, entry)
) STRICT, WITHOUT ROWID;
CREATE INDEX civil_words_entry ON civil_words (entry);
