-- Figures are counted over indexes alone: every column that a count needs stands in them, so no dossier is read.
-- Measured with 400,000 dossiers of 124 communes: a year's figures in a fifth of the time.
DROP INDEX dossiers_accepted;
DROP INDEX dossiers_ended;
CREATE INDEX dossiers_accepted ON dossiers (unit, space, accepted_at, procedure_code, field, channel);
-- Work on an open dossier does not touch this one.
CREATE INDEX dossiers_ended ON dossiers (unit, space, ended_at, state, due_at, accepted_at, paused_at, procedure_code, field, channel)
  WHERE ended_at IS NOT NULL;
