-- The URIs that name applications as resources: of one application in a tenant each. Those of deleted applications aren't here.
CREATE TABLE identifier_uris (
    tenant          INTEGER NOT NULL,
    uri             TEXT    NOT NULL,
    application_row INTEGER NOT NULL REFERENCES objects (row),
    PRIMARY KEY (tenant, uri)
) STRICT, WITHOUT ROWID;

CREATE INDEX identifier_uris_by_application ON identifier_uris (application_row);

-- What applications, and service principals by themselves, prove themselves with: the SHA-256 of passwords, and certificates. What is
-- shown of them stands in their documents.
CREATE TABLE password_credentials (
    object_row INTEGER NOT NULL REFERENCES objects (row),
    key_id     BLOB    NOT NULL,
    digest     BLOB    NOT NULL,
    start_at   INTEGER NOT NULL,
    end_at     INTEGER NOT NULL,
    PRIMARY KEY (object_row, key_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX password_credentials_by_digest ON password_credentials (digest);

CREATE TABLE key_credentials (
    object_row  INTEGER NOT NULL REFERENCES objects (row),
    key_id      BLOB    NOT NULL,
    certificate BLOB    NOT NULL,
    start_at    INTEGER NOT NULL,
    end_at      INTEGER NOT NULL,
    PRIMARY KEY (object_row, key_id)
) STRICT, WITHOUT ROWID;
