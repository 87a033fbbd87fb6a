//! Unique names: which properties they are, the columns of their keys, and the keys of names that were stored before
//! names had keys. What makes a key is in `model/names.rs`.

use super::{
    Error, WriteTx,
    driver::{Connection, DatabaseError, is_conflict, params},
    objects::{self, RowNumber},
};
use crate::model::{
    ids::ObjectId,
    kinds::ObjectKind,
    names,
    values::{Document, Values},
};
use uuid::Uuid;

/// A property whose values are unique in a tenant: its keys have a column and an index of their own.
pub(super) struct UniqueName {
    property: &'static str,
    kinds: &'static [ObjectKind],
    /// Gives an object, `?1`, the key `?2`.
    update: &'static str,
}

/// In the order of their columns, as [`objects::insert`] names them.
pub(super) const UNIQUE_NAMES: [UniqueName; 5] = [
    UniqueName {
        property: "userPrincipalName",
        kinds: &[ObjectKind::User],
        update: "UPDATE objects SET user_principal_name = ?2 WHERE row = ?1",
    },
    UniqueName {
        property: "mailNickname",
        kinds: &[ObjectKind::Group],
        update: "UPDATE objects SET mail_nickname = ?2 WHERE row = ?1",
    },
    UniqueName {
        property: "uniqueName",
        kinds: &[ObjectKind::Group],
        update: "UPDATE objects SET unique_name = ?2 WHERE row = ?1",
    },
    UniqueName {
        property: "appId",
        kinds: &[ObjectKind::Application, ObjectKind::ServicePrincipal],
        update: "UPDATE objects SET app_id = ?2 WHERE row = ?1",
    },
    UniqueName {
        property: "deviceId",
        kinds: &[ObjectKind::Device],
        update: "UPDATE objects SET device_id = ?2 WHERE row = ?1",
    },
];

impl UniqueName {
    /// The key of an object's name.
    pub(super) fn key(&self, kind: ObjectKind, values: &Values) -> Option<String> {
        if !self.kinds.contains(&kind) {
            return None;
        }
        values.get(self.property)?.as_str().map(names::key)
    }
}

/// Gives an object the keys of the names among its changed properties.
pub(super) fn update(
    tx: &WriteTx<'_>,
    row: RowNumber,
    kind: ObjectKind,
    values: &Values,
    changed: &[&'static str],
) -> Result<(), Error> {
    for name in UNIQUE_NAMES.iter().filter(|name| changed.contains(&name.property)) {
        if name.kinds.contains(&kind) {
            tx.run(name.update, params![row.0, name.key(kind, values)])?;
        }
    }
    Ok(())
}

/// Gives objects that were stored before names had keys their keys.
///
/// Two names that were different may have one key now: group names that differ in letters beyond ASCII, in spaces around them or
/// in invisible characters. Refusing the folder would leave its owner no way on, since such a name can't be changed once
/// it is set. So the older object keeps the name. The younger one stays as it is and shows its name still, but isn't found
/// by it, as if it had none; the log says which objects these are.
pub(super) fn make_keys(connection: &Connection) -> Result<(), DatabaseError> {
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
