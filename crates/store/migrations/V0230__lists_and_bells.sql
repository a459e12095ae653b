-- Lists by deadline: a dossier without one sorts last, so the order is that of this expression. Without it in an
-- index every open dossier of a unit was read and sorted for a page of fifty.
DROP INDEX dossiers_due;
CREATE INDEX dossiers_due ON dossiers (unit, space, is_open, (COALESCE(due_at, 253402300799000)), id);

-- The bells that are still to ring. As an index of its own condition it cannot be taken for those that rang, which
-- SQLite preferred to the primary key: it read every bell of the node for each dossier.
DROP INDEX dossier_warnings_next;
CREATE INDEX dossier_warnings_next ON dossier_warnings (at, dossier) WHERE is_raised = 0;
