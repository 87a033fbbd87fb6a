//! What the rights of users follow from: the roles that they hold, and the groups to which roles can be assigned.

use super::{Error, ReadTx, directory_roles::ACTIVE, engine::params, objects::Object};
use crate::model::permissions::{Roles, Target};
use std::{ops::ControlFlow, sync::LazyLock};

/// Whether object `?2` is the target of `source` in one of these tables of pairs.
fn is_target(tables: &[&str], source: &str) -> String {
    let pairs = tables.iter().map(|table| {
        format!("EXISTS (SELECT 1 FROM {table} p WHERE p.source_row = {source} AND p.target_row = ?2)")
    });
    pairs.collect::<Vec<_>>().join(" OR ")
}

/// The templates of the roles that object `?2` holds by these tables of pairs, itself or through a group. It costs a look for each role that is
/// active and for each group that holds one, however many groups the object is in. A role's groups are among the nestings, and have no
/// groups in them.
fn holding(tables: &[&str]) -> String {
    format!(
        "SELECT o.role_template_id FROM {}
         AND ({} OR EXISTS (SELECT 1 FROM nestings n CROSS JOIN objects g
                            WHERE n.group_row = o.row AND g.row = n.member_row AND g.deleted_at IS NULL AND ({})))",
        *ACTIVE,
        is_target(tables, "o.row"),
        is_target(tables, "g.row"),
    )
}

static HELD: LazyLock<String> = LazyLock::new(|| holding(&["memberships"]));

/// With what is set aside: it is put back when its target is restored.
static HELD_OR_SET_ASIDE: LazyLock<String> =
    LazyLock::new(|| holding(&["memberships", "deleted_memberships"]));

/// Whether object `?2` is in, or owns, a group of tenant `?1` to which roles can be assigned. It costs a look for each of these groups.
static IS_IN_ROLE_ASSIGNABLE_GROUP: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT 1 FROM objects o WHERE o.tenant = ?1 AND o.role_assignable IS TRUE AND o.purged_at IS NULL AND ({}) LIMIT 1",
        is_target(&["memberships", "deleted_memberships", "ownerships", "deleted_ownerships"], "o.row")
    )
});

/// The roles that an object holds, be it through groups.
pub fn roles_of(tx: &ReadTx<'_>, object: &Object) -> Result<Roles, Error> {
    held(tx, &HELD, object)
}

/// What counts of an object where somebody acts upon it; of a deleted one, what would count if it were restored.
pub fn target(tx: &ReadTx<'_>, object: &Object) -> Result<Target, Error> {
    let parameters = params![tx.tenant().number, object.row.0];
    let is_in = tx.one(&IS_IN_ROLE_ASSIGNABLE_GROUP, parameters, |_| Ok(()))?;
    let roles = held(tx, &HELD_OR_SET_ASIDE, object)?;
    Ok(Target { roles, is_in_role_assignable_group: is_in.is_some() })
}

fn held(tx: &ReadTx<'_>, statement: &str, object: &Object) -> Result<Roles, Error> {
    let mut roles = Roles::NONE;
    tx.each(statement, params![tx.tenant().number, object.row.0], |row| {
        roles = roles.or(Roles::of_template(&row.get::<String>(0)?));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(roles)
}
