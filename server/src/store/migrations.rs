//! The migrations: how the database of an older version becomes one of this version.

use super::{
    driver::{Connection, DatabaseError, is_conflict, params},
    names::UNIQUE_NAMES,
    objects,
};
use crate::model::{ids::ObjectId, values::Document};
use rusqlite::Transaction;
use rusqlite_migration::{M, Migrations};
use uuid::Uuid;

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
    ])
}

/// Gives objects that were stored before names had keys their keys.
///
/// Two names that were different may have one key now: group names that differ in letters beyond ASCII, in spaces around them or
/// in invisible characters. Refusing the folder would leave its owner no way on, since such a name can't be changed once
/// it is set. So the older object keeps the name. The younger one stays as it is and shows its name still, but isn't found
/// by it, as if it had none; the log says which objects these are.
fn make_keys(connection: &Connection) -> Result<(), DatabaseError> {
    let sql = "SELECT row, id, kind, document, rest FROM objects WHERE purged_at IS NULL ORDER BY row";
    let mut objects = connection.prepare(sql)?;
    let mut rows = objects.query([])?;
    while let Some(row) = rows.next()? {
        let document = Document { default: row.get(3)?, rest: row.get(4)? };
        let (Some(values), Ok(kind)) = (document.values(), objects::kind(row.get(2)?)) else { continue };
        for name in &UNIQUE_NAMES {
            let Some(key) = name.key(kind, &values) else { continue };
            let given = connection.prepare_cached(name.update)?.execute(params![row.get::<_, i64>(0)?, key]);
            match given {
                Err(error) if is_conflict(&error) => {
                    let (object, property) = (ObjectId::from_uuid(row.get::<_, Uuid>(1)?), name.property);
                    tracing::warn!(%object, property, "an older object has the same name: this one isn't found by it");
                }
                given => drop(given?),
            }
        }
    }
    Ok(())
}
