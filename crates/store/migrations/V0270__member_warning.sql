-- Bells before the deadline of a member of a joined-up dossier that an organisation outside decides.

-- class: transient (bells planned from the member's deadline; a lost one is a missed bell, never a missed deadline)
CREATE TABLE member_warnings (
  parent TEXT NOT NULL,
  position BIGINT NOT NULL,
  kind TEXT NOT NULL,
  unit TEXT NOT NULL,
  space TEXT NOT NULL,
  at BIGINT NOT NULL,
  is_raised BIGINT NOT NULL,
  raised_at BIGINT,
  PRIMARY KEY (parent, position, kind)
) STRICT, WITHOUT ROWID;
-- Of those that are still to ring; see V0230.
CREATE INDEX member_warnings_next ON member_warnings (at, parent, position) WHERE is_raised = 0;
CREATE INDEX member_warnings_unit ON member_warnings (unit, space, is_raised, at, parent);
