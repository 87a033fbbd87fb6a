-- Every relationship has the same columns: a pair goes from a source (a group) to a target (its member, its owner).
ALTER TABLE memberships RENAME COLUMN group_row TO source_row;
ALTER TABLE memberships RENAME COLUMN member_row TO target_row;
ALTER TABLE ownerships RENAME COLUMN group_row TO source_row;
ALTER TABLE ownerships RENAME COLUMN owner_row TO target_row;
ALTER TABLE deleted_memberships RENAME COLUMN group_row TO source_row;
ALTER TABLE deleted_memberships RENAME COLUMN member_row TO target_row;
ALTER TABLE deleted_ownerships RENAME COLUMN group_row TO source_row;
ALTER TABLE deleted_ownerships RENAME COLUMN owner_row TO target_row;

-- Deleted objects that are still the target of pairs outside of the tables of those that are set aside: there were too many for
-- one write.
CREATE TABLE unfinished_deletions (
    object_row INTEGER PRIMARY KEY REFERENCES objects (row)
) STRICT;
