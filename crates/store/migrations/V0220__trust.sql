-- Checkpoints of a log are counted, so that one taken out of the middle is missed; and a dossier whose words were
-- destroyed by decision says so in its row.

ALTER TABLE log_checkpoints ADD COLUMN number BIGINT;
UPDATE log_checkpoints SET number = (
  SELECT COUNT(*) FROM log_checkpoints c WHERE c.epoch = log_checkpoints.epoch AND c.size <= log_checkpoints.size
);

ALTER TABLE dossiers ADD COLUMN erased_at BIGINT;
