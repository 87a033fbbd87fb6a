-- Purging a group takes away what was set aside of it too: the pairs are found by their group.

CREATE INDEX deleted_memberships_by_group ON deleted_memberships (group_row);
CREATE INDEX deleted_ownerships_by_group ON deleted_ownerships (group_row);
