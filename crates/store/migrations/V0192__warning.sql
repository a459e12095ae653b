-- class: transient (bells planned from the deadline; a lost one is a missed bell, never a missed deadline)
CREATE TABLE dossier_warnings (
  dossier TEXT NOT NULL,
  kind TEXT NOT NULL,
  unit TEXT NOT NULL,
  space TEXT NOT NULL,
  at BIGINT NOT NULL,
  is_raised BIGINT NOT NULL,
  raised_at BIGINT,
  PRIMARY KEY (dossier, kind)
) STRICT, WITHOUT ROWID;
-- What comes due next is found here, whatever the number of dossiers.
CREATE INDEX dossier_warnings_next ON dossier_warnings (is_raised, at, dossier);
CREATE INDEX dossier_warnings_unit ON dossier_warnings (unit, space, is_raised, at, dossier);
