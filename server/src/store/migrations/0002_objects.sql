-- The whole life of objects: soft deletion, which sets aside what a deleted object was part of until it is restored
-- or purged; and devices by their own identifier.

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

-- Devices by the identifier of their registration.
ALTER TABLE objects ADD COLUMN device_id TEXT COLLATE NOCASE AS (document ->> '$.deviceId') VIRTUAL;

CREATE UNIQUE INDEX devices_by_device_id ON objects (tenant, device_id)
    WHERE kind = 3 AND deleted_at IS NULL AND device_id IS NOT NULL;
