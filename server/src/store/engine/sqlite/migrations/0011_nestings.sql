-- Which groups are in which groups: the pairs of `memberships` whose target is a group too, so that a walk from group to group
-- reads no other members. Both are written together.
CREATE TABLE nestings (
    group_row  INTEGER NOT NULL REFERENCES objects (row),
    member_row INTEGER NOT NULL REFERENCES objects (row),
    PRIMARY KEY (group_row, member_row)
) STRICT, WITHOUT ROWID;

-- Kind 2 is a group.
INSERT INTO nestings (group_row, member_row)
SELECT p.source_row, p.target_row FROM objects o CROSS JOIN memberships p
WHERE o.kind = 2 AND p.target_row = o.row;

CREATE UNIQUE INDEX nestings_by_member ON nestings (member_row, group_row);
