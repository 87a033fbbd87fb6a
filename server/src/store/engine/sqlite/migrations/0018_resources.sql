-- What a tenant has besides the objects of its directory. Kinds: 1 group settings, 2 lifecycle policies, 3 groups under a policy
-- (the id is the policy's), 4 subscribed products. What the tenant as a whole has is of row 0, all else of the row of an object.
CREATE TABLE resources (
    tenant   INTEGER NOT NULL,
    kind     INTEGER NOT NULL,
    of_row   INTEGER NOT NULL,
    id       BLOB    NOT NULL,
    document TEXT    NOT NULL,
    PRIMARY KEY (tenant, kind, of_row, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX resources_of_objects ON resources (of_row) WHERE of_row > 0;

-- Whether an object is a user who is a guest: who is added to a group is read by itself, and nothing besides.
-- Nearly nothing is. A default is no part of a stored row, so the others aren't written anew.
ALTER TABLE objects ADD COLUMN is_guest INTEGER NOT NULL DEFAULT FALSE;

UPDATE objects SET is_guest = TRUE
WHERE kind = 1 AND coalesce(document ->> '$.userType', rest ->> '$.userType') = 'Guest';
