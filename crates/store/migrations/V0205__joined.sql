-- What the citizen said of his case when he filed: circumstances that only people know, and on what ground he asks
-- to pay less. JSON: circumstances, exemption.
ALTER TABLE dossiers ADD COLUMN claims TEXT;

-- The members of a joined-up dossier (liên thông; Decree 61/2018/NĐ-CP, article 19.6 and 19.7). A member of the unit
-- is a dossier of its own; one that an organisation outside decides is known by what an officer enters.

-- class: evidence (the members of a joined-up dossier: who decides each, since when, until when, how it ended)
-- subject: dossier by parent
CREATE TABLE joined_members (
  parent TEXT NOT NULL,
  position BIGINT NOT NULL,
  leg TEXT NOT NULL,                   -- id of the part in the version of the parent's procedure
  dossier TEXT,                        -- the member's own dossier, where it is decided here
  state TEXT NOT NULL CHECK (state IN ('waiting', 'at_work', 'done', 'refused', 'withdrawn', 'dropped')),
  started_at BIGINT,
  deadline TEXT,                       -- JSON; only of a member outside, a dossier has its own
  due_at BIGINT,
  wait_until BIGINT,                   -- relatives are asked to confirm until then; none when nobody is asked
  ended_at BIGINT,
  reference TEXT,                      -- number of the organisation's own file or paper
  note TEXT,
  reported_at BIGINT,
  reported_by TEXT,
  reported_person TEXT,
  PRIMARY KEY (parent, position),
  CHECK ((state IN ('waiting', 'at_work')) = (ended_at IS NULL)),
  CHECK (state NOT IN ('at_work', 'done', 'refused') OR started_at IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX joined_members_dossier ON joined_members (dossier);
