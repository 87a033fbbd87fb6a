-- Deleted objects can be restored for a while: lists have them in the order of their rows.
CREATE INDEX deleted_objects_by_kind ON objects (tenant, kind, row) WHERE deleted_at IS NOT NULL AND purged_at IS NULL;

-- In the change log operation 11 is restored.

-- Restored objects of which pairs may still be in the tables of those that are set aside: there were too many for one write.
CREATE TABLE unfinished_restorations (
    object_row INTEGER PRIMARY KEY REFERENCES objects (row)
) STRICT;

-- Purged objects of which pairs may be left, likewise.
CREATE TABLE unfinished_purges (
    object_row INTEGER PRIMARY KEY REFERENCES objects (row)
) STRICT;
