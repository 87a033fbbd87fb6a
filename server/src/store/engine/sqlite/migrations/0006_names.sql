-- Unique names are compared by a key that the program makes of them (model/names.rs): their columns hold the key, compared byte
-- by byte, and no longer the name, of which SQLite folds ASCII letters alone. Rows that are here already get their keys from
-- the program (names.rs), after this.
DROP INDEX users_by_principal_name;
DROP INDEX groups_by_mail_nickname;
DROP INDEX groups_by_unique_name;
DROP INDEX objects_by_app_id;
DROP INDEX devices_by_device_id;
ALTER TABLE objects DROP COLUMN user_principal_name;
ALTER TABLE objects DROP COLUMN mail_nickname;
ALTER TABLE objects DROP COLUMN unique_name;
ALTER TABLE objects DROP COLUMN app_id;
ALTER TABLE objects DROP COLUMN device_id;
ALTER TABLE objects ADD COLUMN user_principal_name TEXT;
ALTER TABLE objects ADD COLUMN mail_nickname TEXT;
ALTER TABLE objects ADD COLUMN unique_name TEXT;
ALTER TABLE objects ADD COLUMN app_id TEXT;
ALTER TABLE objects ADD COLUMN device_id TEXT;

CREATE UNIQUE INDEX users_by_principal_name ON objects (tenant, user_principal_name)
    WHERE kind = 1 AND deleted_at IS NULL;
CREATE UNIQUE INDEX groups_by_mail_nickname ON objects (tenant, mail_nickname)
    WHERE group_kind = 1 AND deleted_at IS NULL;
CREATE UNIQUE INDEX groups_by_unique_name ON objects (tenant, unique_name)
    WHERE kind = 2 AND deleted_at IS NULL AND unique_name IS NOT NULL;
CREATE UNIQUE INDEX objects_by_app_id ON objects (tenant, kind, app_id)
    WHERE app_id IS NOT NULL AND deleted_at IS NULL;
CREATE UNIQUE INDEX devices_by_device_id ON objects (tenant, device_id)
    WHERE kind = 3 AND deleted_at IS NULL AND device_id IS NOT NULL;
