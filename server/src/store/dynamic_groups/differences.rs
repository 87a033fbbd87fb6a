//! Who is to come into dynamic groups, or to leave them, and writing it: a bounded number in one unit of work, so that other writes go
//! between.

use super::{rules::followed_rule, runs::RunChange};
use crate::{
    model::values::Document,
    store::{
        Error, Tenant, WriteTx,
        engine::params,
        numbers::RowNumber,
        objects::{self, NEXT_COLUMN, Object, select_objects},
        relations::MEMBERS,
        transaction::SystemTx,
    },
};
use std::sync::Arc;

/// An object that is to be a member, or to be none any more.
#[derive(Debug, Clone)]
pub struct Difference {
    pub tenant: Tenant,
    pub group: RowNumber,
    /// The rule from which it follows.
    pub text: Arc<str>,
    pub member: RowNumber,
    pub is_member: bool,
}

/// What is written at once, or nothing of it.
#[derive(Debug, Clone, Default)]
pub struct Part {
    pub differences: Vec<Difference>,
    pub runs: Vec<RunChange>,
    /// Up to where the change log has been followed then.
    pub position: Option<i64>,
}

impl Part {
    pub fn write(&self, tx: &SystemTx<'_>) -> Result<(), Error> {
        for of_tenant in self.differences.chunk_by(|one, other| one.tenant == other.tenant) {
            let Some(Difference { tenant, .. }) = of_tenant.first() else { continue };
            match tx.of(*tenant) {
                Ok(tx) => write(&tx, of_tenant)?,
                // There is nothing left that it could be written for.
                Err(Error::TenantGone) => {}
                Err(error) => return Err(error),
            }
        }
        self.runs.iter().try_for_each(|run| run.write(tx))?;
        match self.position {
            Some(position) => tx.run("UPDATE followed_rules SET position = ?1", params![position]).map(drop),
            None => Ok(()),
        }
    }
}

/// Writes differences of a tenant. What they follow from was read before: what has another rule by now, or none, gets no members from
/// this one, and what was deleted becomes no member. The change of it comes later in the log.
fn write(tx: &WriteTx<'_>, differences: &[Difference]) -> Result<(), Error> {
    for of_group in differences.chunk_by(|one, other| (one.group, &one.text) == (other.group, &other.text)) {
        let Some(Difference { group, text, .. }) = of_group.first() else { continue };
        let Some(group) = group_with_rule(tx, *group, text)? else { continue };
        for difference in of_group {
            let Some(member) = find(tx, difference.member)? else { continue };
            if difference.is_member {
                MEMBERS.insert(tx, &group, &member)?;
            } else {
                MEMBERS.remove(tx, &group, &member)?;
            }
        }
    }
    Ok(())
}

/// The group, if its members follow this rule.
fn group_with_rule(tx: &WriteTx<'_>, row: RowNumber, text: &str) -> Result<Option<Object>, Error> {
    let sql = select_objects!(
        ", o.document FROM objects o WHERE o.row = ?1 AND o.tenant = ?2 AND o.deleted_at IS NULL"
    );
    let found = tx.one(sql, params![row.0, tx.tenant().number], |row| {
        Ok((objects::read(row)?, Document { default: row.get(NEXT_COLUMN)?, rest: None }))
    })?;
    let has_it =
        |(group, document): &(Object, Document)| followed_rule(group, document).as_deref() == Some(text);
    Ok(found.filter(has_it).map(|(group, _)| group))
}

fn find(tx: &WriteTx<'_>, row: RowNumber) -> Result<Option<Object>, Error> {
    let sql = select_objects!(" FROM objects o WHERE o.row = ?1 AND o.tenant = ?2 AND o.deleted_at IS NULL");
    tx.one(sql, params![row.0, tx.tenant().number], objects::read)
}
