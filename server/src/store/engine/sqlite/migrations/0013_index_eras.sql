-- Tells an index of this directory, in a file of its own, from one of another directory, or of another copy of this: each server that
-- follows the change log writes the same new era into both when it starts.
CREATE TABLE index_eras (
    era BLOB NOT NULL
) STRICT;
