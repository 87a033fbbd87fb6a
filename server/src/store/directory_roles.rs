//! Directory roles by their templates.

use super::{Error, ReadTx, engine::params, objects, objects::Object};
use crate::model::{directory_role::DIRECTORY_ROLE, ids::ObjectId, names};
use std::sync::LazyLock;

/// Objects that are active roles of tenant `?1`: with the kind's number as the index has it.
pub(super) static ACTIVE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "objects o WHERE o.tenant = ?1 AND o.kind = {} AND o.deleted_at IS NULL AND o.role_template_id IS NOT NULL",
        DIRECTORY_ROLE.number
    )
});

static FIND: LazyLock<String> = LazyLock::new(|| {
    format!("{} FROM {} AND o.role_template_id = ?2", objects::select_objects!(""), *ACTIVE)
});

static ALL: LazyLock<String> = LazyLock::new(|| {
    format!("{}, o.role_template_id FROM {} ORDER BY o.row", objects::select_objects!(""), *ACTIVE)
});

/// A role that is active, and the template that it was activated of.
#[derive(Debug, Clone, Copy)]
pub struct Role {
    /// The role.
    pub object: Object,
    /// The template's id.
    pub template: ObjectId,
}

/// The roles that are active, by their rows: there are at most as many as templates.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<Role>, Error> {
    tx.all(&ALL, params![tx.tenant().number], |row| {
        let object = objects::read(row)?;
        let template = row.get::<String>(objects::NEXT_COLUMN)?.parse();
        let template = template.map_err(|_| Error::Corrupt("a role whose template's id can't be read"))?;
        Ok(Role { object, template })
    })
}

/// The role that was activated of the template with this id.
pub fn find(tx: &ReadTx<'_>, template_id: &str) -> Result<Option<Object>, Error> {
    tx.one(&FIND, params![tx.tenant().number, &names::key(template_id)], objects::read)
}
