-- What citizens said in a period is found by its time: before, every dossier of a unit was asked for its rating.
CREATE INDEX dossier_ratings_at ON dossier_ratings (at, dossier);
