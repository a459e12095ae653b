-- What a picture of a unit asks of its open dossiers, without reading one of them: how many, of which procedure, field
-- and channel, accepted when, past due or not. A dossier leaves it when it ends, so it stays as short as the work.
CREATE INDEX dossiers_open ON dossiers (unit, space, is_open, accepted_at, due_at, paused_at, ended_at, procedure_code, field, channel)
  WHERE is_open = 1;
