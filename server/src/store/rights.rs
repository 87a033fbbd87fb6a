//! What the rights of users follow from: the roles that they hold, and the groups to which roles can be assigned.

use super::{Error, ReadTx, engine::params, objects::Object};
use crate::model::{
    directory_role::DIRECTORY_ROLE,
    permissions::{Roles, Target},
};
use std::{ops::ControlFlow, sync::LazyLock};

/// The templates of the roles that object `?2` holds by these tables of pairs, itself or through a group. It costs a look for each role that is
/// active and for each group that holds one, however many groups the object is in.
fn holding(tables: &[&str]) -> String {
    let has = |source: &str| {
        let pairs = tables.iter().map(|table| {
            format!("EXISTS (SELECT 1 FROM {table} m WHERE m.source_row = {source} AND m.target_row = ?2)")
        });
        pairs.collect::<Vec<_>>().join(" OR ")
    };
    format!(
        "SELECT o.role_template_id FROM objects o WHERE o.tenant = ?1 AND o.kind = {} AND o.deleted_at IS NULL
         AND o.role_template_id IS NOT NULL
         AND ({} OR EXISTS (SELECT 1 FROM nestings n CROSS JOIN objects g
                            WHERE n.group_row = o.row AND g.row = n.member_row AND g.deleted_at IS NULL AND ({})))",
        DIRECTORY_ROLE.number,
        has("o.row"),
        has("g.row"),
    )
}

static HELD: LazyLock<String> = LazyLock::new(|| holding(&["memberships"]));

/// With what is set aside: it is put back when its target is restored.
static HELD_OR_SET_ASIDE: LazyLock<String> =
    LazyLock::new(|| holding(&["memberships", "deleted_memberships"]));

/// Whether object `?1` is in, or owns, a group to which roles can be assigned. It costs a look for each group that the object is in or owns.
static IS_IN_ROLE_ASSIGNABLE_GROUP: LazyLock<String> = LazyLock::new(|| {
    let tables = ["memberships", "deleted_memberships", "ownerships", "deleted_ownerships"].map(|table| {
        format!(
            "SELECT 1 FROM {table} p CROSS JOIN objects g
             WHERE p.target_row = ?1 AND g.row = p.source_row AND g.role_assignable IS TRUE AND g.purged_at IS NULL"
        )
    });
    format!("{} LIMIT 1", tables.join(" UNION ALL "))
});

/// The roles that an object holds, be it through groups.
pub fn roles_of(tx: &ReadTx<'_>, object: &Object) -> Result<Roles, Error> {
    held(tx, &HELD, object)
}

/// What counts of a user where somebody acts upon it; of a deleted one, what would count if it were restored.
pub fn target(tx: &ReadTx<'_>, user: &Object) -> Result<Target, Error> {
    let is_in = tx.one(&IS_IN_ROLE_ASSIGNABLE_GROUP, params![user.row.0], |_| Ok(()))?;
    Ok(Target { roles: held(tx, &HELD_OR_SET_ASIDE, user)?, is_in_role_assignable_group: is_in.is_some() })
}

fn held(tx: &ReadTx<'_>, statement: &str, object: &Object) -> Result<Roles, Error> {
    let mut roles = Roles::NONE;
    tx.each(statement, params![tx.tenant().number, object.row.0], |row| {
        roles = roles.or(Roles::of_template(&row.get::<String>(0)?));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(roles)
}
