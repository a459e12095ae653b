-- The name of whose matter a dossier is, which every list shows, beside the applicant's whole entry: a list of fifty
-- would otherwise read fifty entries of JSON for it. NULL in rows that no version since this one has written: there it
-- is read from the entry, as before. No row is filled in here, because what was recorded does not change unseen.
ALTER TABLE dossiers ADD COLUMN applicant_name TEXT;
