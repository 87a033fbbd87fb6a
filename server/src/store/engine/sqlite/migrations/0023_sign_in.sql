-- What people granted when they signed in, until it is exchanged or ends: authorization codes, device codes, refresh tokens, sessions of
-- browsers. Of what is shown to clients, digests alone are kept.
CREATE TABLE sign_in_grants (
    digest BLOB NOT NULL PRIMARY KEY,
    tenant INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    -- Who signed in. A device code has nobody at first.
    user_row INTEGER,
    -- What came of one sign-in: its code, and each of its refresh tokens.
    family BLOB NOT NULL,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    document TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sign_in_grants_by_kind ON sign_in_grants (tenant, kind, expires_at);
CREATE INDEX sign_in_grants_by_expiry ON sign_in_grants (expires_at);
CREATE INDEX sign_in_grants_by_family ON sign_in_grants (family);
CREATE INDEX sign_in_grants_by_user ON sign_in_grants (user_row) WHERE user_row IS NOT NULL;

-- Assertions that clients have proven themselves with: each counts once.
CREATE TABLE used_assertions (
    tenant INTEGER NOT NULL,
    fingerprint BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, fingerprint)
) STRICT, WITHOUT ROWID;

CREATE INDEX used_assertions_by_expiry ON used_assertions (expires_at);

-- Hashes of users' passwords.
CREATE TABLE passwords (
    user_row INTEGER NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL,
    -- Whether the user has to choose another one at the next sign-in.
    must_change INTEGER NOT NULL
) STRICT;

-- Other issuers whose assertions may stand for applications, with their keys or where these are.
CREATE TABLE federated_issuers (
    tenant INTEGER NOT NULL,
    issuer TEXT NOT NULL,
    keys TEXT,
    keys_url TEXT,
    PRIMARY KEY (tenant, issuer)
) STRICT, WITHOUT ROWID;

-- The service principal that programs on this machine get tokens of.
CREATE TABLE managed_identity (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    tenant INTEGER NOT NULL,
    service_principal_row INTEGER NOT NULL,
    secret BLOB NOT NULL
) STRICT;
