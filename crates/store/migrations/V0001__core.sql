-- class: derived (gapless numbers: registers, dossier serials, book numbers; the highest number of their rows)
CREATE TABLE counters (
  unit TEXT NOT NULL,
  name TEXT NOT NULL,
  last BIGINT NOT NULL,
  PRIMARY KEY (unit, name)
) STRICT, WITHOUT ROWID;

-- class: transient (what this node is: data directory mark, epoch hints, settings made by the program)
CREATE TABLE node (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- class: transient (a leased row lets one process of several do a thing)
CREATE TABLE leases (
  name TEXT NOT NULL PRIMARY KEY,
  holder TEXT NOT NULL,
  until BIGINT NOT NULL
) STRICT, WITHOUT ROWID;
