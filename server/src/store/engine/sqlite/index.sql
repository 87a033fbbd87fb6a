-- The index: which objects have which values. It follows from the directory, and can be made anew from it at any time.

-- How far it has come: the position in the change log up to which it has every change, and the one up to which it may have some.
-- `mark` is that of the change there, `era` is drawn whenever one begins to follow, and `form` tells how values become keys.
CREATE TABLE followed (
    position INTEGER NOT NULL,
    horizon  INTEGER NOT NULL,
    mark     INTEGER,
    era      BLOB    NOT NULL,
    form     TEXT    NOT NULL
) STRICT;

-- The tenants whose objects are indexed. States: 0 up to the object of this kind and row, 1 all of them, 2 being taken out.
CREATE TABLE tenants (
    tenant INTEGER PRIMARY KEY,
    state  INTEGER NOT NULL,
    kind   INTEGER NOT NULL,
    row    INTEGER NOT NULL
) STRICT;

-- The objects that have a key of a line (model/entries.rs), in chunks of 4,096 rows: a sorted list of numbers of two bytes, or a bit for each.
CREATE TABLE postings (
    tenant INTEGER NOT NULL,
    line   INTEGER NOT NULL,
    key    BLOB    NOT NULL,
    chunk  INTEGER NOT NULL,
    rows   BLOB    NOT NULL,
    PRIMARY KEY (tenant, line, key, chunk)
) STRICT, WITHOUT ROWID;

-- All lines and keys of each object, as `postings` has them.
CREATE TABLE indexed (
    row     INTEGER PRIMARY KEY,
    tenant  INTEGER NOT NULL,
    entries BLOB    NOT NULL
) STRICT;

CREATE INDEX indexed_by_tenant ON indexed (tenant);
