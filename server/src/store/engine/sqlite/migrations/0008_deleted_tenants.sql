-- Tenants that were deleted: nothing finds them any more, and what they held is taken away in pieces. A tenant's number stays here
-- until nothing is left. `changes_cleared` is the position up to which the change log holds none of its changes any more.
CREATE TABLE deleted_tenants (
    number          INTEGER PRIMARY KEY,
    changes_cleared INTEGER NOT NULL DEFAULT 0
) STRICT;
