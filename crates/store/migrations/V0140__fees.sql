-- class: evidence (what is owed for a dossier, line by line, with how it came about)
-- subject: dossier by dossier
CREATE TABLE charges (
  id TEXT NOT NULL PRIMARY KEY,
  dossier TEXT NOT NULL,
  unit TEXT NOT NULL,
  position BIGINT NOT NULL,
  rule TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  full_amount BIGINT NOT NULL CHECK (full_amount >= 0),
  reduction BIGINT NOT NULL,
  due BIGINT NOT NULL CHECK (due >= 0),
  exemption TEXT,
  exemption_reason TEXT,
  why TEXT NOT NULL,
  mark TEXT NOT NULL,
  source TEXT NOT NULL,
  state TEXT NOT NULL,
  payment TEXT,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by TEXT,
  changed_by_person TEXT,
  changed_why TEXT,
  CHECK (due = full_amount - reduction),
  CHECK ((state IN ('paid', 'refunded')) = (payment IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX charges_place ON charges (dossier, position);
CREATE INDEX charges_state ON charges (unit, state, dossier);

-- class: evidence (money taken: one receipt; its number has no gap within unit and year)
-- subject: dossier by dossier
CREATE TABLE payments (
  id TEXT NOT NULL PRIMARY KEY,
  dossier TEXT NOT NULL,
  unit TEXT NOT NULL,
  year BIGINT NOT NULL,
  number BIGINT NOT NULL,
  method TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  payer TEXT NOT NULL,
  reference TEXT,
  at BIGINT NOT NULL,
  post TEXT,
  person TEXT,
  state TEXT NOT NULL,
  ended_at BIGINT,
  ended_by TEXT,
  ended_by_person TEXT,
  ended_why TEXT,
  CHECK ((state = 'paid') = (ended_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX payments_number ON payments (unit, year, number);
CREATE INDEX payments_day ON payments (unit, at, id);
CREATE INDEX payments_dossier ON payments (dossier, at, id);

-- class: evidence (a closed day: what was taken since the closing before, by method)
-- subject: fee_closing by id
CREATE TABLE fee_closings (
  id TEXT NOT NULL PRIMARY KEY,
  unit TEXT NOT NULL,
  year BIGINT NOT NULL,
  number BIGINT NOT NULL,
  day TEXT NOT NULL,
  at BIGINT NOT NULL,
  post TEXT,
  person TEXT,
  cash BIGINT NOT NULL,
  transfer BIGINT NOT NULL,
  counted BIGINT,
  note TEXT
) STRICT;
CREATE UNIQUE INDEX fee_closings_number ON fee_closings (unit, year, number);
CREATE INDEX fee_closings_day ON fee_closings (unit, day, number);

-- class: evidence (the lines of a closed day; nothing is closed twice)
-- subject: fee_closing by closing
CREATE TABLE fee_closing_lines (
  closing TEXT NOT NULL,
  position BIGINT NOT NULL,
  payment TEXT NOT NULL,
  kind TEXT NOT NULL,
  method TEXT NOT NULL,
  amount BIGINT NOT NULL,
  PRIMARY KEY (closing, position)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX fee_closing_lines_once ON fee_closing_lines (payment, kind);

-- class: derived (receipts and refunds that no closing lists yet: payments without a line in fee_closing_lines)
CREATE TABLE fee_open (
  unit TEXT NOT NULL,
  payment TEXT NOT NULL,
  kind TEXT NOT NULL,
  PRIMARY KEY (unit, payment, kind)
) STRICT, WITHOUT ROWID;
