-- Users owned the applications that they had created before these had owners.
INSERT OR IGNORE INTO ownerships (source_row, target_row)
SELECT c.source_row, c.target_row FROM creators c
JOIN objects o ON o.row = c.source_row AND o.kind IN (4, 6)
JOIN objects u ON u.row = c.target_row AND u.kind = 1;

INSERT OR IGNORE INTO deleted_ownerships (source_row, target_row)
SELECT c.source_row, c.target_row FROM deleted_creators c
JOIN objects o ON o.row = c.source_row AND o.kind IN (4, 6)
JOIN objects u ON u.row = c.target_row AND u.kind = 1;
