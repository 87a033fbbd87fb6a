-- The dynamic groups, a tenant's together.
CREATE INDEX dynamic_groups ON objects (tenant, row) WHERE is_dynamic IS TRUE AND deleted_at IS NULL;

-- Up to this position of the change log memberships follow the rules of dynamic groups. Null: from no position on, so that every
-- rule is held against every object first.
CREATE TABLE followed_rules (
    position INTEGER
) STRICT;

INSERT INTO followed_rules (position) VALUES (NULL);

-- Dynamic groups whose rule is still to be held against every object, and how far that has come. Phase 0: members of another kind than
-- the rule's are looked for, up to this row. Phase 1: objects of the rule's kind are held against it, up to this row.
CREATE TABLE rule_runs (
    group_row INTEGER PRIMARY KEY REFERENCES objects (row),
    tenant    INTEGER NOT NULL,
    phase     INTEGER NOT NULL,
    after_row INTEGER NOT NULL
) STRICT;
