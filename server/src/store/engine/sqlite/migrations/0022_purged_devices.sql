-- Devices (kind 3), contacts (5) and directory roles (8) are gone for good once they are deleted. Those that were deleted before that was
-- so are now. The server takes away the pairs that are left of them.
INSERT INTO unfinished_purges (object_row)
SELECT o.row FROM objects o JOIN tenants t ON t.number = o.tenant
WHERE o.deleted_at IS NOT NULL AND o.purged_at IS NULL AND o.kind IN (3, 5, 8);

UPDATE objects SET purged_at = deleted_at, document = '{}', rest = '{}', device_id = NULL, account_enabled = NULL
WHERE purged_at IS NULL AND row IN (SELECT object_row FROM unfinished_purges);

INSERT INTO changes (tenant, object_row, object_id, kind, operation, mark)
SELECT o.tenant, o.row, o.id, o.kind, 8, random() FROM objects o JOIN unfinished_purges u ON u.object_row = o.row
WHERE o.kind IN (3, 5, 8);
