-- Organisation in time, accounts, sessions, and who read what. Intervals are half-open: valid_until is not in.

-- class: evidence (organs within a unit)
-- subject: division by id
CREATE TABLE divisions (
  id TEXT NOT NULL PRIMARY KEY,        -- unit/word
  unit TEXT NOT NULL,
  word TEXT NOT NULL,
  kind TEXT NOT NULL,
  space TEXT NOT NULL CHECK (space IN ('state', 'party')),
  name_vi TEXT NOT NULL,
  name_en TEXT NOT NULL,
  position BIGINT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_until TEXT,
  version BIGINT NOT NULL,
  CHECK (valid_until IS NULL OR valid_until > valid_from)
) STRICT;
CREATE UNIQUE INDEX divisions_of_unit ON divisions (unit, word);

-- class: evidence (seats; version counts every change of the post and of what hangs on it)
-- subject: post by id
CREATE TABLE posts (
  id TEXT NOT NULL PRIMARY KEY,
  unit TEXT NOT NULL,
  division TEXT NOT NULL,              -- divisions.word
  space TEXT NOT NULL CHECK (space IN ('state', 'party')),
  roles TEXT NOT NULL,                 -- words joined by a space
  title_vi TEXT NOT NULL,
  title_en TEXT NOT NULL,
  position BIGINT NOT NULL,
  quota_decision TEXT,
  valid_from TEXT NOT NULL,
  valid_until TEXT,
  version BIGINT NOT NULL,
  CHECK (valid_until IS NULL OR valid_until > valid_from)
) STRICT;
CREATE INDEX posts_of_unit ON posts (unit, division, position);

-- class: evidence (people who work in a unit)
-- subject: person by id
CREATE TABLE persons (
  id TEXT NOT NULL PRIMARY KEY,
  unit TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,              -- folded, for search
  sort_key TEXT NOT NULL,              -- given name first
  email TEXT,
  phone TEXT,
  version BIGINT NOT NULL
) STRICT;
CREATE INDEX persons_of_unit ON persons (unit, sort_key, id);

-- class: evidence (who holds a post)
-- subject: post by post
CREATE TABLE mandates (
  id TEXT NOT NULL PRIMARY KEY,
  post TEXT NOT NULL,
  person TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('full', 'acting', 'concurrent')),
  valid_from TEXT NOT NULL,
  valid_until TEXT,
  decision TEXT,
  CHECK (valid_until IS NULL OR valid_until > valid_from)
) STRICT;
CREATE INDEX mandates_of_post ON mandates (post, valid_from);
CREATE INDEX mandates_of_person ON mandates (person, valid_from);

-- class: evidence (a person away from a post, and which post stands in)
-- subject: post by post
CREATE TABLE absences (
  id TEXT NOT NULL PRIMARY KEY,
  post TEXT NOT NULL,
  person TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_until TEXT,
  reason TEXT NOT NULL,
  stand_in TEXT,
  CHECK (valid_until IS NULL OR valid_until > valid_from),
  CHECK (stand_in IS NULL OR stand_in <> post)
) STRICT;
CREATE INDEX absences_of_post ON absences (post, valid_from);
CREATE INDEX absences_of_stand_in ON absences (stand_in, valid_from);

-- class: evidence (rights of a post lent to another post)
-- subject: post by from_post
CREATE TABLE delegations (
  id TEXT NOT NULL PRIMARY KEY,
  from_post TEXT NOT NULL,
  to_post TEXT NOT NULL,
  rights TEXT NOT NULL,                -- words joined by a space
  valid_from TEXT NOT NULL,
  valid_until TEXT NOT NULL,
  decision TEXT,
  CHECK (valid_until > valid_from),
  CHECK (from_post <> to_post)
) STRICT;
CREATE INDEX delegations_from ON delegations (from_post, valid_from);
CREATE INDEX delegations_to ON delegations (to_post, valid_from);

-- class: evidence (sign-in accounts; a hash or secret changed behind the program's back is found by verify)
-- subject: account by id
CREATE TABLE accounts (
  id TEXT NOT NULL PRIMARY KEY,
  user_name TEXT NOT NULL,             -- lower case ASCII
  person TEXT NOT NULL,
  unit TEXT NOT NULL,                  -- the unit whose administrator keeps it
  active BIGINT NOT NULL CHECK (active IN (0, 1)),
  change_password BIGINT NOT NULL CHECK (change_password IN (0, 1)),
  password_hash TEXT NOT NULL,         -- argon2id, PHC string
  totp_secret BLOB,                    -- 20 bytes; whoever reads it still needs the password (ADR in docs)
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL
) STRICT;
CREATE UNIQUE INDEX accounts_by_user_name ON accounts (user_name);
CREATE INDEX accounts_of_person ON accounts (person);
CREATE INDEX accounts_of_unit ON accounts (unit, user_name);

-- class: evidence (tokens of programs; a token slipped in behind the program's back is found by verify)
-- subject: account by account
CREATE TABLE api_tokens (
  id TEXT NOT NULL PRIMARY KEY,
  token_hash BLOB NOT NULL,            -- SHA-256 of the token
  account TEXT NOT NULL,
  post TEXT NOT NULL,
  label TEXT NOT NULL,
  scopes TEXT NOT NULL,                -- words of rights joined by a space
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT
) STRICT;
CREATE UNIQUE INDEX api_tokens_by_hash ON api_tokens (token_hash);
CREATE INDEX api_tokens_of_account ON api_tokens (account, created_at);

-- class: transient (how a person likes the pages)
CREATE TABLE account_settings (
  account TEXT NOT NULL PRIMARY KEY,
  language TEXT NOT NULL,
  theme TEXT NOT NULL,
  single_keys BIGINT NOT NULL CHECK (single_keys IN (0, 1))
) STRICT;

-- class: transient (a one-time code is taken once, and when the account was last used)
CREATE TABLE account_use (
  account TEXT NOT NULL PRIMARY KEY,
  totp_step BIGINT NOT NULL,
  signed_in_at BIGINT
) STRICT;

-- class: transient (sessions; instants are those of the machine's clock)
CREATE TABLE sessions (
  id TEXT NOT NULL PRIMARY KEY,
  token_hash BLOB NOT NULL,            -- SHA-256 of the cookie's value
  account TEXT NOT NULL,
  stage TEXT NOT NULL CHECK (stage IN ('code', 'post', 'open')),
  post TEXT,
  basis TEXT,                          -- mandate, absence or delegation: kind, colon, id
  csrf BLOB NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
) STRICT;
CREATE UNIQUE INDEX sessions_by_hash ON sessions (token_hash);
CREATE INDEX sessions_of_account ON sessions (account);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- class: transient (failed sign-ins, for the growing delay; who = SHA-256 of what is limited)
CREATE TABLE sign_in_failures (
  who BLOB NOT NULL PRIMARY KEY,
  failures BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  open_at BIGINT NOT NULL              -- the next try is heard from here on
) STRICT;
CREATE INDEX sign_in_failures_by_age ON sign_in_failures (last_at);

-- class: transient (who read what, outside the journal by design; kept for the inspector and the citizen)
CREATE TABLE access_log (
  id TEXT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  account TEXT NOT NULL,
  person TEXT NOT NULL,
  post TEXT NOT NULL,
  unit TEXT NOT NULL,                  -- of the reader
  space TEXT NOT NULL CHECK (space IN ('state', 'party')),
  action TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  subject_unit TEXT NOT NULL,
  about TEXT,                          -- the party (citizen) whose data it is, if known
  own_work BIGINT NOT NULL CHECK (own_work IN (0, 1)),
  reason TEXT                          -- why, when it was outside the reader's work
) STRICT;
CREATE INDEX access_log_of_unit ON access_log (subject_unit, space, at, id);
CREATE INDEX access_log_of_subject ON access_log (subject_kind, subject_id, at);
CREATE INDEX access_log_about ON access_log (about, at);
CREATE INDEX access_log_by_reader ON access_log (account, at);
