-- What ended after its deadline, newest first: in a unit that is mostly in time the list of what is overdue would
-- otherwise walk all that it ever received to find the few.
CREATE INDEX dossiers_late ON dossiers (unit, space, received_at, id) WHERE ended_at > due_at;
