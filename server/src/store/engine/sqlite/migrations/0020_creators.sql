-- On whose behalf an object was created: from it to a user, or a service principal.
CREATE TABLE creators (
    source_row INTEGER NOT NULL REFERENCES objects (row),
    target_row INTEGER NOT NULL REFERENCES objects (row),
    PRIMARY KEY (source_row, target_row)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX creators_by_target ON creators (target_row, source_row);

-- The pairs whose target is deleted.
CREATE TABLE deleted_creators (
    source_row INTEGER NOT NULL REFERENCES objects (row),
    target_row INTEGER NOT NULL REFERENCES objects (row),
    PRIMARY KEY (target_row, source_row)
) STRICT, WITHOUT ROWID;

CREATE INDEX deleted_creators_by_source ON deleted_creators (source_row);
