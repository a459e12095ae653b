-- Passkeys (WebAuthn): public keys with which people sign in, after the password or in its place.

-- class: evidence (public keys that open an account; one slipped in behind the program's back is found by verify)
-- subject: account by account
CREATE TABLE passkeys (
  id TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL,
  credential_id BLOB NOT NULL,         -- as the authenticator made it, unique on the node
  relying_party TEXT NOT NULL,         -- the domain that it is bound to
  label TEXT NOT NULL,                 -- what the person calls it
  credential TEXT NOT NULL,            -- JSON of webauthn-rs: the public key and what was told with it; no secret
  created_at BIGINT NOT NULL
) STRICT;
CREATE UNIQUE INDEX passkeys_by_credential ON passkeys (credential_id);
CREATE INDEX passkeys_of_account ON passkeys (account, created_at);

-- class: transient (how often a passkey signed and when; lost, a copy is noticed one use later)
CREATE TABLE passkey_use (
  passkey TEXT NOT NULL PRIMARY KEY,
  counter BIGINT NOT NULL,             -- signatures as the authenticator counts them; 0 where it does not count
  used_at BIGINT,
  copied_at BIGINT                     -- when the counter told that there may be a copy: it opens nothing any more
) STRICT;

-- class: transient (challenges handed to browsers; each counts once and lives five minutes of the machine's clock)
CREATE TABLE passkey_ceremonies (
  token_hash BLOB NOT NULL PRIMARY KEY, -- SHA-256 of the token in the page
  kind TEXT NOT NULL CHECK (kind IN ('add', 'step', 'alone')),
  session TEXT,                        -- the session that began it; none where nobody is known yet
  state TEXT NOT NULL,                 -- JSON of webauthn-rs: the challenge and what was asked for
  expires_at BIGINT NOT NULL,
  CHECK ((kind = 'alone') = (session IS NULL))
) STRICT;
CREATE INDEX passkey_ceremonies_by_end ON passkey_ceremonies (expires_at);
CREATE INDEX passkey_ceremonies_of_session ON passkey_ceremonies (session);
