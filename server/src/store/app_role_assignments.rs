//! Which roles of applications were assigned to whom. Those of deleted principals and resources aren't found, and go for good when
//! either is purged.

use super::{
    Error, Progress, ReadTx, WriteTx,
    engine::{Row, params},
    numbers,
    objects::{Object, RowNumber},
    transaction::SystemTx,
};
use crate::{
    model::{ids::ObjectId, kinds::ObjectKind},
    odata::listing::Cursor,
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use std::ops::ControlFlow;
use uuid::Uuid;

/// An assignment as it is stored.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// What tells it from the principal's others.
    pub id: Uuid,
    /// The role, by its id among the resource's.
    pub role: Uuid,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// To whom: a user, a group or a service principal.
    pub principal: Party,
    /// Whose role it is: a service principal's.
    pub resource: Party,
}

/// One end of an assignment.
#[derive(Debug, Clone)]
pub struct Party {
    /// Its id.
    pub id: ObjectId,
    /// Its kind.
    pub kind: ObjectKind,
    /// Its name, if it has one.
    pub name: Option<String>,
}

impl Party {
    fn size(&self) -> usize {
        self.name.as_ref().map_or(0, String::len)
    }
}

/// Assignments that stand next to each other in a list.
#[derive(Debug)]
pub struct Page {
    /// The assignments, oldest first.
    pub assignments: Vec<Assignment>,
    /// After which the next page begins. `None`: this is the last.
    pub next: Option<Cursor>,
}

/// Which assignments are listed.
#[derive(Debug, Clone, Copy)]
pub enum Of {
    /// Those of this principal; where a resource stands there, only those of its roles.
    Principal(RowNumber, Option<RowNumber>),
    /// Those of this resource's roles.
    Resource(RowNumber),
}

/// Assigns a role. `false`: it is assigned already.
pub fn insert(
    tx: &WriteTx<'_>,
    id: Uuid,
    principal: RowNumber,
    resource: RowNumber,
    role: Uuid,
) -> Result<bool, Error> {
    let sql = "INSERT INTO app_role_assignments (id, principal_row, resource_row, app_role_id, created_at)
               VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
    let now = tx.now().timestamp();
    Ok(tx.run(sql, params![id, principal.0, resource.0, role, now])? > 0)
}

/// How many roles were assigned to a principal; so many are counted at most.
pub fn count(tx: &ReadTx<'_>, principal: &Object, most: u32) -> Result<u64, Error> {
    let sql =
        "SELECT count(*) FROM (SELECT 1 FROM app_role_assignments WHERE principal_row = ?1 LIMIT ?2) some";
    tx.count(sql, params![principal.row.0, i64::from(most)])
}

/// The ids of the roles of a resource that were assigned to a principal itself.
pub fn roles(tx: &ReadTx<'_>, principal: &Object, resource: &Object) -> Result<Vec<Uuid>, Error> {
    let sql = "SELECT app_role_id FROM app_role_assignments WHERE principal_row = ?1 AND resource_row = ?2";
    tx.all(sql, params![principal.row.0, resource.row.0], |row| row.get(0))
}

/// The ids of the roles of a resource that were assigned to groups of which this is a direct member.
pub fn roles_of_groups(tx: &ReadTx<'_>, member: &Object, resource: &Object) -> Result<Vec<Uuid>, Error> {
    let sql = "SELECT DISTINCT a.app_role_id
               FROM memberships m CROSS JOIN app_role_assignments a CROSS JOIN objects g
               WHERE m.target_row = ?1 AND a.principal_row = m.source_row AND a.resource_row = ?2
               AND g.row = m.source_row AND g.deleted_at IS NULL";
    tx.all(sql, params![member.row.0, resource.row.0], |row| row.get(0))
}

/// Takes an assignment away.
pub fn delete(tx: &WriteTx<'_>, principal: &Object, id: Uuid) -> Result<(), Error> {
    let sql = "DELETE FROM app_role_assignments WHERE principal_row = ?1 AND id = ?2";
    tx.run(sql, params![principal.row.0, id]).map(drop)
}

/// `SELECT` of the columns that [`read`] reads, under this condition.
macro_rules! select_assignments {
    ($condition:literal) => {
        concat!(
            "SELECT a.number, a.id, a.app_role_id, a.created_at, p.id, p.kind, p.document, r.id,
             r.kind, r.document
             FROM app_role_assignments a CROSS JOIN objects p CROSS JOIN objects r
             WHERE p.row = a.principal_row AND p.deleted_at IS NULL
             AND r.row = a.resource_row AND r.deleted_at IS NULL AND ",
            $condition
        )
    };
}

/// The assignment of a principal with this id.
pub fn find(tx: &ReadTx<'_>, principal: &Object, id: Uuid) -> Result<Option<Assignment>, Error> {
    let sql = select_assignments!("a.principal_row = ?1 AND a.id = ?2");
    tx.one(sql, params![principal.row.0, id], |row| Ok(read(row)?.1))
}

/// A page of assignments.
pub fn page(tx: &ReadTx<'_>, of: Of, after: &Cursor, limit: usize) -> Result<Page, Error> {
    // One more tells whether another page follows.
    let rows = number(limit.saturating_add(1));
    let (sql, of, resource) = match of {
        Of::Principal(principal, resource) => (
            select_assignments!(
                "a.principal_row = ?1 AND a.number > ?2 AND (?4 IS NULL OR a.resource_row = ?4)
                 ORDER BY a.number LIMIT ?3"
            ),
            principal,
            resource.map(|resource| resource.0),
        ),
        Of::Resource(resource) => (
            select_assignments!(
                "a.resource_row = ?1 AND a.number > ?2 AND ?4 IS NULL ORDER BY a.number LIMIT ?3"
            ),
            resource,
            None,
        ),
    };
    let mut page = Page { assignments: Vec::new(), next: None };
    let (mut size, mut last) = (0, Cursor::START);
    tx.each(sql, params![of.0, after.row(), rows, resource], |row| {
        if page.assignments.len() == limit {
            page.next = Some(last.clone());
            return Ok(ControlFlow::Break(()));
        }
        let (number, assignment) = read(row)?;
        size += [&assignment.principal, &assignment.resource].map(Party::size).iter().sum::<usize>();
        tx.check_read(size)?;
        last = Cursor::Row(number);
        page.assignments.push(assignment);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(page)
}

/// Reads an assignment, and the number by which it is listed.
fn read(row: &Row<'_>) -> Result<(i64, Assignment), Error> {
    let party = |first: usize| -> Result<Party, Error> {
        Ok(Party {
            id: ObjectId::from_uuid(row.get(first)?),
            kind: numbers::kind(row.get(first + 1)?)?,
            name: name(&row.get::<String>(first + 2)?)?,
        })
    };
    let created_at = DateTime::from_timestamp(row.get(3)?, 0);
    let assignment = Assignment {
        id: row.get(1)?,
        role: row.get(2)?,
        created_at: created_at.ok_or(Error::Corrupt("an assignment without the time of its making"))?,
        principal: party(4)?,
        resource: party(7)?,
    };
    Ok((row.get(0)?, assignment))
}

/// The name in an object's document.
fn name(document: &str) -> Result<Option<String>, Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Named {
        display_name: Option<String>,
    }
    let named: Result<Named, _> = serde_json::from_str(document);
    Ok(named.map_err(|_| Error::Corrupt("an object whose documents can't be read"))?.display_name)
}

/// Takes away a batch of those in which a purged object is the principal, or the resource.
pub(super) fn purge(tx: &WriteTx<'_>, object: RowNumber, limit: usize) -> Result<Progress, Error> {
    for take in [TAKE_OF_PRINCIPAL, TAKE_OF_RESOURCE] {
        if tx.run(take, params![object.0, number(limit)])? == limit {
            return Ok(Progress::Unfinished);
        }
    }
    Ok(Progress::Finished)
}

/// Takes away so many of those of an object of a deleted tenant, at most, and says how many.
pub(super) fn clear(tx: &SystemTx<'_>, object: i64, limit: usize) -> Result<usize, Error> {
    let taken = tx.run(TAKE_OF_PRINCIPAL, params![object, number(limit)])?;
    Ok(taken + tx.run(TAKE_OF_RESOURCE, params![object, number(limit.saturating_sub(taken))])?)
}

const TAKE_OF_PRINCIPAL: &str = "DELETE FROM app_role_assignments WHERE number IN
    (SELECT number FROM app_role_assignments WHERE principal_row = ?1 ORDER BY number LIMIT ?2)";
const TAKE_OF_RESOURCE: &str = "DELETE FROM app_role_assignments WHERE number IN
    (SELECT number FROM app_role_assignments WHERE resource_row = ?1 ORDER BY number LIMIT ?2)";

fn number(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
