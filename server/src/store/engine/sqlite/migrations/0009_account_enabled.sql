-- Whether an account is enabled is a column, null where its kind has no such property: every request looks it up.
ALTER TABLE objects ADD COLUMN account_enabled INTEGER;

UPDATE objects SET account_enabled = coalesce(document ->> '$.accountEnabled', rest ->> '$.accountEnabled')
WHERE kind IN (1, 3, 4) AND purged_at IS NULL;
