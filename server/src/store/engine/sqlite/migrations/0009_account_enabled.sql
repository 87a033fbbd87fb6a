-- Whether an account is enabled is a column, null where its kind has no such property: every request looks it up.

-- Nearly all accounts are. A default is no part of a stored row, so theirs aren't written anew, which takes a minute for a million
-- users. What is stored from now on always says it.
ALTER TABLE objects ADD COLUMN account_enabled INTEGER DEFAULT TRUE;

UPDATE objects SET account_enabled = NULL WHERE kind NOT IN (1, 3, 4) OR purged_at IS NOT NULL;

UPDATE objects SET account_enabled = coalesce(document ->> '$.accountEnabled', rest ->> '$.accountEnabled')
WHERE kind IN (1, 3, 4) AND purged_at IS NULL
AND coalesce(document ->> '$.accountEnabled', rest ->> '$.accountEnabled') IS NOT TRUE;
