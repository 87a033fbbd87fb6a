//! The migrations: how the database of an older version becomes one of this version.

use super::faults::is_conflict;
use crate::model::{ids::ObjectId, names, values::Document};
use rusqlite::{Transaction, params};
use rusqlite_migration::{M, Migrations};
use serde_json::Value;

/// Every migration, oldest first. A file is never edited once it was released.
pub(super) fn all() -> Migrations<'static> {
    Migrations::new(vec![
        M::up(include_str!("migrations/0001_directory.sql")),
        M::up(include_str!("migrations/0002_objects.sql")),
        M::up(include_str!("migrations/0003_purging.sql")),
        M::up(include_str!("migrations/0004_changes.sql")),
        M::up(include_str!("migrations/0005_counts.sql")),
        M::up_with_hook(include_str!("migrations/0006_names.sql"), |tx: &Transaction<'_>| Ok(make_keys(tx)?)),
        M::up(include_str!("migrations/0007_domains.sql")),
        M::up(include_str!("migrations/0008_deleted_tenants.sql")),
        M::up(include_str!("migrations/0009_account_enabled.sql")),
        M::up(include_str!("migrations/0010_relations.sql")),
        M::up(include_str!("migrations/0011_nestings.sql")),
        M::up(include_str!("migrations/0012_managers.sql")),
        M::up(include_str!("migrations/0013_index_eras.sql")),
        M::up(include_str!("migrations/0014_marks.sql")),
        M::up(include_str!("migrations/0015_dynamic_groups.sql")),
        M::up(include_str!("migrations/0016_deleted_items.sql")),
        M::up(include_str!("migrations/0017_sign_in_sessions.sql")),
        M::up(include_str!("migrations/0018_resources.sql")),
        M::up(include_str!("migrations/0019_directory_roles.sql")),
        M::up(include_str!("migrations/0020_creators.sql")),
        M::up(include_str!("migrations/0021_role_assignable_groups.sql")),
        M::up(include_str!("migrations/0022_purged_devices.sql")),
        M::up(include_str!("migrations/0024_grants.sql")),
    ])
}

/// A property whose values got keys: as it is in the tables of that version, whatever becomes of it later.
struct Name {
    property: &'static str,
    /// As `objects` has them.
    kinds: &'static [i64],
    /// Gives an object, `?1`, the key `?2`.
    update: &'static str,
}

const NAMES: [Name; 5] = [
    Name {
        property: "userPrincipalName",
        kinds: &[1],
        update: "UPDATE objects SET user_principal_name = ?2 WHERE row = ?1",
    },
    Name {
        property: "mailNickname",
        kinds: &[2],
        update: "UPDATE objects SET mail_nickname = ?2 WHERE row = ?1",
    },
    Name {
        property: "uniqueName",
        kinds: &[2],
        update: "UPDATE objects SET unique_name = ?2 WHERE row = ?1",
    },
    Name { property: "deviceId", kinds: &[3], update: "UPDATE objects SET device_id = ?2 WHERE row = ?1" },
    Name { property: "appId", kinds: &[4, 6], update: "UPDATE objects SET app_id = ?2 WHERE row = ?1" },
];

/// Gives objects that were stored before names had keys their keys.
///
/// Two names that were different may have one key now: group names that differ in letters beyond ASCII, in spaces around them or
/// in invisible characters. Refusing the folder would leave its owner no way on, since such a name can't be changed once
/// it is set. So the older object keeps the name. The younger one stays as it is and shows its name still, but isn't found
/// by it, as if it had none; the log says which objects these are.
fn make_keys(connection: &Transaction<'_>) -> Result<(), rusqlite::Error> {
    let sql = "SELECT row, id, kind, document, rest FROM objects WHERE purged_at IS NULL ORDER BY row";
    let mut objects = connection.prepare(sql)?;
    let mut rows = objects.query([])?;
    while let Some(row) = rows.next()? {
        let kind: i64 = row.get(2)?;
        let document = Document { default: row.get(3)?, rest: row.get(4)? };
        let Some(values) = document.values() else { continue };
        for name in NAMES.iter().filter(|name| name.kinds.contains(&kind)) {
            let Some(value) = values.get(name.property).and_then(Value::as_str) else { continue };
            let key = names::key(value);
            let given = connection.prepare_cached(name.update)?.execute(params![row.get::<_, i64>(0)?, key]);
            match given {
                Err(error) if is_conflict(&error) => {
                    let (object, property) = (ObjectId::from_uuid(row.get(1)?), name.property);
                    tracing::warn!(%object, property, "an older object has the same name: this one isn't found by it");
                }
                given => drop(given?),
            }
        }
    }
    Ok(())
}
