-- Who manages whom: from a user, or a contact, to the one manager that it has.
CREATE TABLE managers (
    source_row INTEGER NOT NULL REFERENCES objects (row),
    target_row INTEGER NOT NULL REFERENCES objects (row),
    PRIMARY KEY (source_row, target_row)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX managers_by_target ON managers (target_row, source_row);

-- The pairs whose target is deleted.
CREATE TABLE deleted_managers (
    source_row INTEGER NOT NULL REFERENCES objects (row),
    target_row INTEGER NOT NULL REFERENCES objects (row),
    PRIMARY KEY (target_row, source_row)
) STRICT, WITHOUT ROWID;

CREATE INDEX deleted_managers_by_source ON deleted_managers (source_row);
