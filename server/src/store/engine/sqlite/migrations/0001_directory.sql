-- Tenants, objects with their documents, memberships and ownerships as pairs of row numbers, applications'
-- secrets and roles, and the change log.

-- A tenant's number is internal and never used again: a reset tenant is a new number.
CREATE TABLE tenants (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    id         BLOB    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

-- One row per object. Row numbers rise and are never used again: paging goes by them.
CREATE TABLE objects (
    row               INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant            INTEGER NOT NULL REFERENCES tenants (number),
    id                BLOB    NOT NULL,
    kind              INTEGER NOT NULL,
    deleted_at        INTEGER,
    -- What rules read of groups; null for the other kinds.
    group_kind        INTEGER,
    is_dynamic        INTEGER,
    role_assignable   INTEGER,
    hidden_membership INTEGER,
    -- The wire's own texts: the default set, and what $select alone shows.
    document          TEXT    NOT NULL,
    rest              TEXT    NOT NULL,
    -- Unique names, read off the document.
    user_principal_name TEXT COLLATE NOCASE AS (document ->> '$.userPrincipalName') VIRTUAL,
    mail_nickname       TEXT COLLATE NOCASE AS (document ->> '$.mailNickname') VIRTUAL,
    unique_name         TEXT COLLATE NOCASE AS (document ->> '$.uniqueName') VIRTUAL,
    app_id              TEXT COLLATE NOCASE AS (document ->> '$.appId') VIRTUAL,
    UNIQUE (tenant, id)
) STRICT;

CREATE INDEX objects_by_kind ON objects (tenant, kind, row) WHERE deleted_at IS NULL;
-- Kinds: 1 user, 2 group, 3 device, 4 service principal, 5 contact, 6 application. Group kind 1: Microsoft 365.
CREATE UNIQUE INDEX users_by_principal_name ON objects (tenant, user_principal_name)
    WHERE kind = 1 AND deleted_at IS NULL;
CREATE UNIQUE INDEX groups_by_mail_nickname ON objects (tenant, mail_nickname)
    WHERE group_kind = 1 AND deleted_at IS NULL;
CREATE UNIQUE INDEX groups_by_unique_name ON objects (tenant, unique_name)
    WHERE kind = 2 AND deleted_at IS NULL AND unique_name IS NOT NULL;
CREATE UNIQUE INDEX objects_by_app_id ON objects (tenant, kind, app_id)
    WHERE app_id IS NOT NULL AND deleted_at IS NULL;

CREATE TABLE memberships (
    group_row  INTEGER NOT NULL REFERENCES objects (row),
    member_row INTEGER NOT NULL REFERENCES objects (row),
    PRIMARY KEY (group_row, member_row)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX memberships_by_member ON memberships (member_row, group_row);

CREATE TABLE ownerships (
    group_row INTEGER NOT NULL REFERENCES objects (row),
    owner_row INTEGER NOT NULL REFERENCES objects (row),
    PRIMARY KEY (group_row, owner_row)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX ownerships_by_owner ON ownerships (owner_row, group_row);

CREATE TABLE application_secrets (
    application_row INTEGER NOT NULL REFERENCES objects (row),
    digest          BLOB    NOT NULL,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (application_row, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE granted_roles (
    service_principal_row INTEGER NOT NULL REFERENCES objects (row),
    role                  TEXT    NOT NULL,
    PRIMARY KEY (service_principal_row, role)
) STRICT, WITHOUT ROWID;

-- What happened, in the order of commits. Kinds of objects as above; operations: 1 created,
-- 2 member added, 3 member removed, 4 owner added.
CREATE TABLE changes (
    position    INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant      INTEGER NOT NULL,
    object_row  INTEGER NOT NULL,
    object_id   BLOB    NOT NULL,
    kind        INTEGER NOT NULL,
    operation   INTEGER NOT NULL,
    properties  TEXT,
    related_row INTEGER
) STRICT;
