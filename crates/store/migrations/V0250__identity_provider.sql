-- Sign-in through an existing identity provider (OpenID Connect).

-- class: evidence (who at a provider signs in as which account; a link slipped in behind the program's back is found by verify)
-- subject: account by account
CREATE TABLE provider_links (
  id TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL,
  issuer TEXT NOT NULL,                -- address of the provider, as it names itself
  subject TEXT NOT NULL,               -- the person there: never an e-mail address or a user name that could change hands
  created_at BIGINT NOT NULL
) STRICT;
CREATE UNIQUE INDEX provider_links_by_subject ON provider_links (issuer, subject);
CREATE UNIQUE INDEX provider_links_of_account ON provider_links (account, issuer);

-- class: transient (who went to the provider and has not come back: ten minutes, used once; instants are the machine's)
CREATE TABLE provider_tries (
  state_hash BLOB NOT NULL PRIMARY KEY, -- SHA-256 of the state that the provider sends back
  browser_hash BLOB NOT NULL,          -- SHA-256 of the cookie of the browser that was sent there
  nonce TEXT NOT NULL,                 -- what the identity token must repeat
  verifier TEXT NOT NULL,              -- proof key of the code (RFC 7636)
  account TEXT,                        -- the account to be linked; without one somebody signs in
  next_path TEXT NOT NULL,             -- where to go afterwards
  expires_at BIGINT NOT NULL
) STRICT;
CREATE INDEX provider_tries_by_end ON provider_tries (expires_at);
