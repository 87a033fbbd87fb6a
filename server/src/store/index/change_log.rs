//! What is read of the change log besides the changes that are to be folded: which objects, and whose, have changed from one position
//! to another, and by what a change is known.

use crate::store::{
    Error,
    engine::{Connection, params},
    numbers::RowNumber,
    rows::Rows,
};
use std::ops::ControlFlow;

/// The mark of a change, by which the log of one directory is told from that of another, or of a copy that went another way. None:
/// there is no change at this position, or none any more.
pub fn mark(directory: Connection<'_>, position: i64) -> Result<Option<i64>, Error> {
    let sql = "SELECT mark FROM changes WHERE position = ?1";
    Ok(directory.one(sql, params![position], |row| row.get::<Option<i64>>(0))?.flatten())
}

/// Hands over the tenant of each change of an object after a position, up to another.
pub fn each_tenant(
    directory: Connection<'_>,
    after: i64,
    until: i64,
    mut take: impl FnMut(i64),
) -> Result<(), Error> {
    let sql = "SELECT tenant FROM changes WHERE position > ?1 AND position <= ?2 AND related_row IS NULL";
    directory.each(sql, params![after, until], |row| {
        take(row.get(0)?);
        Ok(ControlFlow::Continue(()))
    })
}

/// Adds a tenant's objects that have changed after a position, up to another.
pub fn add_objects(
    directory: Connection<'_>,
    tenant: i64,
    after: i64,
    until: i64,
    changed: &mut Rows,
) -> Result<(), Error> {
    let sql = "SELECT object_row FROM changes
               WHERE position > ?1 AND position <= ?2 AND tenant = ?3 AND related_row IS NULL";
    directory.each(sql, params![after, until, tenant], |row| {
        changed.insert(RowNumber(row.get(0)?));
        Ok(ControlFlow::Continue(()))
    })
}
