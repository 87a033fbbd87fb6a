-- The whole life of objects: soft deletion, which sets aside what a deleted object was part of until it is restored
-- or purged; and unique names in columns of their own.

-- A purged object keeps its row and its id, for what the change log still tells of it; nothing else of it is left.
ALTER TABLE objects ADD COLUMN purged_at INTEGER;

CREATE INDEX objects_by_deletion ON objects (deleted_at) WHERE deleted_at IS NOT NULL AND purged_at IS NULL;

-- Memberships in which a deleted object was the member.
CREATE TABLE deleted_memberships (
    group_row  INTEGER NOT NULL REFERENCES objects (row),
    member_row INTEGER NOT NULL REFERENCES objects (row),
    PRIMARY KEY (member_row, group_row)
) STRICT, WITHOUT ROWID;

-- Ownerships in which a deleted object was the owner.
CREATE TABLE deleted_ownerships (
    group_row INTEGER NOT NULL REFERENCES objects (row),
    owner_row INTEGER NOT NULL REFERENCES objects (row),
    PRIMARY KEY (owner_row, group_row)
) STRICT, WITHOUT ROWID;

-- More operations in the change log: 5 updated (with the names of the properties), 6 deleted, 7 owner removed,
-- 8 purged.

-- Unique names are columns of their own, not read off the document: an index over a generated column is written
-- anew whenever its document is, whether the name changed or not.
DROP INDEX users_by_principal_name;
DROP INDEX groups_by_mail_nickname;
DROP INDEX groups_by_unique_name;
DROP INDEX objects_by_app_id;
ALTER TABLE objects DROP COLUMN user_principal_name;
ALTER TABLE objects DROP COLUMN mail_nickname;
ALTER TABLE objects DROP COLUMN unique_name;
ALTER TABLE objects DROP COLUMN app_id;
ALTER TABLE objects ADD COLUMN user_principal_name TEXT COLLATE NOCASE;
ALTER TABLE objects ADD COLUMN mail_nickname TEXT COLLATE NOCASE;
ALTER TABLE objects ADD COLUMN unique_name TEXT COLLATE NOCASE;
ALTER TABLE objects ADD COLUMN app_id TEXT COLLATE NOCASE;
ALTER TABLE objects ADD COLUMN device_id TEXT COLLATE NOCASE;

UPDATE objects SET user_principal_name = document ->> '$.userPrincipalName' WHERE kind = 1;
UPDATE objects SET mail_nickname = document ->> '$.mailNickname', unique_name = document ->> '$.uniqueName' WHERE kind = 2;
UPDATE objects SET device_id = document ->> '$.deviceId' WHERE kind = 3;
UPDATE objects SET app_id = document ->> '$.appId' WHERE kind IN (4, 6);

CREATE UNIQUE INDEX users_by_principal_name ON objects (tenant, user_principal_name)
    WHERE kind = 1 AND deleted_at IS NULL;
CREATE UNIQUE INDEX groups_by_mail_nickname ON objects (tenant, mail_nickname)
    WHERE group_kind = 1 AND deleted_at IS NULL;
CREATE UNIQUE INDEX groups_by_unique_name ON objects (tenant, unique_name)
    WHERE kind = 2 AND deleted_at IS NULL AND unique_name IS NOT NULL;
CREATE UNIQUE INDEX objects_by_app_id ON objects (tenant, kind, app_id)
    WHERE app_id IS NOT NULL AND deleted_at IS NULL;
CREATE UNIQUE INDEX devices_by_device_id ON objects (tenant, device_id)
    WHERE kind = 3 AND deleted_at IS NULL AND device_id IS NOT NULL;
