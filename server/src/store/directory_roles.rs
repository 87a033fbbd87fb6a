//! Directory roles by their templates, and who has the rights of administrators by them.

use super::{Error, ReadTx, engine::params, objects, objects::Object};
use crate::model::{directory_role::DIRECTORY_ROLE, ids::ObjectId, names};
use std::sync::LazyLock;

/// It has the kind's number as the index has it.
static FIND: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{} FROM objects o WHERE o.tenant = ?1 AND o.role_template_id = ?2
         AND o.kind = {} AND o.deleted_at IS NULL AND o.role_template_id IS NOT NULL",
        objects::select_objects!(""),
        DIRECTORY_ROLE.number
    )
});

/// Objects that are active roles of tenant `?1`, whose index it names.
static ACTIVE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "objects o WHERE o.tenant = ?1 AND o.kind = {} AND o.deleted_at IS NULL AND o.role_template_id IS NOT NULL",
        DIRECTORY_ROLE.number
    )
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

/// A role's groups are among the nestings, and have no groups in them.
static IS_ADMINISTRATOR: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT 1 FROM {} AND (
             EXISTS (SELECT 1 FROM memberships m WHERE m.source_row = o.row AND m.target_row = ?2)
             OR EXISTS (SELECT 1 FROM nestings n CROSS JOIN objects g CROSS JOIN memberships m
                        WHERE n.group_row = o.row AND g.row = n.member_row AND g.deleted_at IS NULL
                        AND m.source_row = g.row AND m.target_row = ?2)) LIMIT 1",
        *ACTIVE
    )
});

/// What is set aside counts as well: it is put back when its target is restored.
static IS_PRIVILEGED: LazyLock<String> = LazyLock::new(|| {
    let is_target = |tables: &[&str]| {
        let pairs = tables.iter().map(|table| {
            format!("EXISTS (SELECT 1 FROM {table} p WHERE p.source_row = o.row AND p.target_row = ?2)")
        });
        pairs.collect::<Vec<_>>().join(" OR ")
    };
    let of_roles = is_target(&["memberships", "deleted_memberships"]);
    let of_groups = is_target(&["memberships", "deleted_memberships", "ownerships", "deleted_ownerships"]);
    format!(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM {} AND ({of_roles}))
         OR EXISTS (SELECT 1 FROM objects o WHERE o.tenant = ?1 AND o.role_assignable IS TRUE
                    AND o.purged_at IS NULL AND ({of_groups}))",
        *ACTIVE
    )
});

/// The role that was activated of the template with this id.
pub fn find(tx: &ReadTx<'_>, template_id: &str) -> Result<Option<Object>, Error> {
    tx.one(&FIND, params![tx.tenant().number, &names::key(template_id)], objects::read)
}

/// Whether an object holds a role, be it through a group. It costs a look for each role that is active and for each group that holds
/// one, however many groups the object is in.
pub fn is_administrator(tx: &ReadTx<'_>, object: &Object) -> Result<bool, Error> {
    Ok(tx.one(&IS_ADMINISTRATOR, params![tx.tenant().number, object.row.0], |_| Ok(()))?.is_some())
}

/// Whether an object holds a role, or is a member or owner of a group to which roles can be assigned; a deleted one, whether it would
/// be if it were restored. It costs a look for each of these roles and groups.
pub fn is_privileged(tx: &ReadTx<'_>, object: &Object) -> Result<bool, Error> {
    Ok(tx.one(&IS_PRIVILEGED, params![tx.tenant().number, object.row.0], |_| Ok(()))?.is_some())
}
