-- class: transient (a form that somebody fills in online; forgotten when it was sent, or a fortnight after the last word)
CREATE TABLE online_drafts (
  id TEXT NOT NULL PRIMARY KEY,        -- the dossier that it becomes: sent twice, it is one
  token_hash TEXT NOT NULL,            -- SHA-256 of the secret in the address of the form
  unit TEXT NOT NULL,
  procedure_code TEXT NOT NULL,
  body TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  saved_at BIGINT NOT NULL,
  sent_at BIGINT
) STRICT;
CREATE UNIQUE INDEX online_drafts_token ON online_drafts (token_hash);
CREATE INDEX online_drafts_age ON online_drafts (saved_at);

-- class: transient (a file of such a form; it becomes a paper when the form is sent)
-- files: sha256, original_sha256
CREATE TABLE online_files (
  id TEXT NOT NULL PRIMARY KEY,
  draft TEXT NOT NULL,
  component TEXT NOT NULL,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  pages BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  original_sha256 TEXT,
  added_at BIGINT NOT NULL
) STRICT;
CREATE INDEX online_files_draft ON online_files (draft, added_at, id);
