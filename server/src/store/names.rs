//! Unique names: which properties they are, and the columns of their keys. What makes a key is in `model/names.rs`.

use super::{Error, WriteTx, engine::params};
use crate::model::{kinds::ObjectKind, names, values::Values};

/// A property whose values are unique in a tenant: its keys have a column and an index of their own.
pub(super) struct UniqueName {
    pub(super) property: &'static str,
    kinds: &'static [ObjectKind],
    /// Gives an object, `?1`, the key `?2`.
    pub(super) update: &'static str,
}

/// In the order of their columns, as the insertion of an object names them.
pub(super) const UNIQUE_NAMES: [UniqueName; 6] = [
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
    UniqueName {
        property: "roleTemplateId",
        kinds: &[ObjectKind::DirectoryRole],
        update: "UPDATE objects SET role_template_id = ?2 WHERE row = ?1",
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

/// Gives the object of this row number the keys of the names among its changed properties.
pub(super) fn update(
    tx: &WriteTx<'_>,
    row: i64,
    kind: ObjectKind,
    values: &Values,
    changed: &[&'static str],
) -> Result<(), Error> {
    for name in UNIQUE_NAMES.iter().filter(|name| changed.contains(&name.property)) {
        if name.kinds.contains(&kind) {
            tx.run(name.update, params![row, name.key(kind, values).as_deref()])?;
        }
    }
    Ok(())
}
