-- Counts that would take long to count: how many objects of each kind a tenant has, and how many members a large group has.

-- `what` is a kind of object as in `objects`, and `of_row` the number of the tenant. Where `what` is 0, `of_row` is the row
-- of a group whose members are counted: one is made when a group is found to be large, and taken away with the group.
CREATE TABLE counts (
    what   INTEGER NOT NULL,
    of_row INTEGER NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (what, of_row)
) STRICT, WITHOUT ROWID;

INSERT INTO counts (what, of_row, count)
SELECT kind, tenant, count(*) FROM objects WHERE deleted_at IS NULL GROUP BY kind, tenant;

-- Whether `counts` has a row of this group's members. It is read with the group, so that a change of an ordinary group's
-- members needs no look into `counts`.
ALTER TABLE objects ADD COLUMN members_counted INTEGER NOT NULL DEFAULT 0;
