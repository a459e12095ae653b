-- class: evidence (an entry of a register book: its number without a gap, what it says, who struck it out)
-- subject: dossier by dossier
CREATE TABLE register_entries (
  id TEXT NOT NULL PRIMARY KEY,
  unit TEXT NOT NULL,
  space TEXT NOT NULL,
  book TEXT NOT NULL,
  year BIGINT NOT NULL,
  number BIGINT NOT NULL CHECK (number >= 1),
  symbol TEXT NOT NULL,
  dossier TEXT NOT NULL,
  position BIGINT NOT NULL,
  entered_at BIGINT NOT NULL,
  entered_by TEXT,
  entered_by_person TEXT,
  name TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  -- Folded words of name, title and number, for the search within the book.
  search_key TEXT NOT NULL,
  struck_at BIGINT,
  struck_by TEXT,
  struck_by_person TEXT,
  struck_why TEXT,
  CHECK ((struck_at IS NULL) = (struck_why IS NULL))
) STRICT;
CREATE UNIQUE INDEX register_entries_number ON register_entries (unit, book, year, number);
CREATE UNIQUE INDEX register_entries_dossier ON register_entries (dossier, position);
CREATE INDEX register_entries_day ON register_entries (unit, book, entered_at, number);

-- class: evidence (what stood in an entry before it was corrected, and why)
-- subject: dossier by dossier
CREATE TABLE register_corrections (
  id TEXT NOT NULL PRIMARY KEY,
  entry TEXT NOT NULL,
  dossier TEXT NOT NULL,
  number BIGINT NOT NULL,
  at BIGINT NOT NULL,
  post TEXT,
  person TEXT,
  reason TEXT NOT NULL,
  field TEXT NOT NULL,
  old_value TEXT NOT NULL,
  new_value TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX register_corrections_number ON register_corrections (entry, number);
