-- The newest change is never taken away, so the next position is above all that ever were: no need for AUTOINCREMENT, which
-- keeps the highest one in another table, to be read and written with each change.
CREATE TABLE positioned_changes (
    position    INTEGER PRIMARY KEY,
    tenant      INTEGER NOT NULL,
    object_row  INTEGER NOT NULL,
    object_id   BLOB    NOT NULL,
    kind        INTEGER NOT NULL,
    operation   INTEGER NOT NULL,
    properties  TEXT,
    related_row INTEGER
) STRICT;

INSERT INTO positioned_changes (position, tenant, object_row, object_id, kind, operation, properties, related_row)
SELECT position, tenant, object_row, object_id, kind, operation, properties, related_row FROM changes;

DROP TABLE changes;
ALTER TABLE positioned_changes RENAME TO changes;
