-- The trail: one row a fact, and the transparency log that commits to every one of them.

-- class: evidence (the trail itself: the log commits to every row; body and salt are destroyed on erasure)
-- subject: none (checked by recomputing leaves and tree)
CREATE TABLE facts (
  id TEXT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  unit TEXT NOT NULL,
  space TEXT NOT NULL,
  account TEXT,
  post TEXT,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT,
  salt BLOB,
  state_digest BLOB NOT NULL,
  erased_by TEXT,
  UNIQUE (subject_kind, subject_id, version)
) STRICT;

-- class: derived (facts that have no leaf yet, with the leaf they will have)
CREATE TABLE fact_queue (
  fact_id TEXT NOT NULL PRIMARY KEY,
  leaf BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- class: evidence (a log and its key; a restored node begins the next one and says which it follows)
-- subject: none (checked against checkpoints)
CREATE TABLE log_epochs (
  epoch BIGINT NOT NULL PRIMARY KEY,
  origin TEXT NOT NULL UNIQUE,
  vkey TEXT NOT NULL,
  previous_origin TEXT,
  previous_size BIGINT,
  previous_root BLOB
) STRICT;

-- class: evidence (the entries of the log; a fact has one place in one log)
-- subject: none (checked against facts and tree)
CREATE TABLE log_leaves (
  epoch BIGINT NOT NULL,
  leaf_index BIGINT NOT NULL,
  fact_id TEXT NOT NULL UNIQUE,
  leaf BLOB NOT NULL,
  PRIMARY KEY (epoch, leaf_index)
) STRICT, WITHOUT ROWID;

-- class: derived (the tree over the entries, as tiles)
CREATE TABLE log_tiles (
  epoch BIGINT NOT NULL,
  level BIGINT NOT NULL,
  tile_index BIGINT NOT NULL,
  hashes BLOB NOT NULL,
  PRIMARY KEY (epoch, level, tile_index)
) STRICT;

-- class: evidence (what the log has signed: never two roots for one size; each says all that those before it said)
-- subject: none (checked against the tree)
CREATE TABLE log_checkpoints (
  epoch BIGINT NOT NULL,
  size BIGINT NOT NULL,
  root BLOB NOT NULL,
  signed TEXT NOT NULL,
  PRIMARY KEY (epoch, size)
) STRICT;
