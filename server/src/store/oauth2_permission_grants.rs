//! Which delegated permissions clients were granted: for a user, or for all. Those of deleted clients, resources and users aren't found,
//! and go for good when one of these is purged.

use super::{
    Error, Progress, ReadTx, WriteTx,
    engine::{Row, params},
    objects::{Object, RowNumber},
    transaction::SystemTx,
};
use crate::{model::ids::ObjectId, odata::listing::Cursor};
use std::ops::ControlFlow;

/// The row that stands for every user.
const EVERYBODY: RowNumber = RowNumber(0);

/// A grant as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The client: a service principal.
    pub client: ObjectId,
    /// The resource: a service principal.
    pub resource: ObjectId,
    /// The user for whom it is. `None`: for everybody.
    pub principal: Option<ObjectId>,
    /// The permissions, with spaces between them.
    pub scope: String,
}

/// Grants that stand next to each other in a list.
#[derive(Debug)]
pub struct Page {
    /// The grants, oldest first.
    pub grants: Vec<Grant>,
    /// After which the next page begins. `None`: this is the last.
    pub next: Option<Cursor>,
}

/// Which grants are listed: those of which all of this holds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// Their client. `None`: whichever.
    pub client: Option<RowNumber>,
    /// Their resource. `None`: whichever.
    pub resource: Option<RowNumber>,
    /// For whom they are. `None`: for whomever.
    pub principal: Option<RowNumber>,
    /// Whether they are for everybody. `None`: either way.
    pub for_everybody: Option<bool>,
}

fn row(principal: Option<&Object>) -> RowNumber {
    principal.map_or(EVERYBODY, |principal| principal.row)
}

/// What a client was granted of a resource for this user, or for everybody: the permissions, with spaces between them.
pub fn scope(
    tx: &ReadTx<'_>,
    client: &Object,
    resource: &Object,
    principal: Option<&Object>,
) -> Result<Option<String>, Error> {
    let sql = "SELECT scope FROM oauth2_permission_grants
               WHERE client_row = ?1 AND resource_row = ?2 AND principal_row = ?3";
    let parameters = params![client.row.0, resource.row.0, row(principal).0];
    tx.one(sql, parameters, |row| row.get(0))
}

/// Grants these permissions, in the place of those that were granted there.
pub fn put(
    tx: &WriteTx<'_>,
    client: &Object,
    resource: &Object,
    principal: Option<&Object>,
    scope: &str,
) -> Result<(), Error> {
    let sql = "INSERT INTO oauth2_permission_grants (tenant, client_row, resource_row, principal_row, scope)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (client_row, resource_row, principal_row) DO UPDATE SET scope = excluded.scope";
    let (tenant, principal) = (tx.tenant().number, row(principal));
    tx.run(sql, params![tenant, client.row.0, resource.row.0, principal.0, scope]).map(drop)
}

/// Takes a grant away. `false`: there is none.
pub fn delete(
    tx: &WriteTx<'_>,
    client: &Object,
    resource: &Object,
    principal: Option<&Object>,
) -> Result<bool, Error> {
    let sql = "DELETE FROM oauth2_permission_grants
               WHERE client_row = ?1 AND resource_row = ?2 AND principal_row = ?3";
    Ok(tx.run(sql, params![client.row.0, resource.row.0, row(principal).0])? > 0)
}

/// `SELECT` of the columns that [`read`] reads, under this condition. Grants for everybody have no row of a user's.
macro_rules! page_of {
    ($index:literal) => {
        concat!(
            "SELECT g.number, c.id, r.id, p.id, g.scope
             FROM oauth2_permission_grants g CROSS JOIN objects c CROSS JOIN objects r
             LEFT JOIN objects p ON p.row = g.principal_row
             WHERE ",
            $index,
            " AND g.number > ?2 AND (?3 IS NULL OR g.client_row = ?3) AND (?4 IS NULL OR g.resource_row = ?4)
             AND (?5 IS NULL OR g.principal_row = ?5) AND (?6 IS NULL OR (g.principal_row = 0) = ?6)
             AND c.row = g.client_row AND c.deleted_at IS NULL AND r.row = g.resource_row AND r.deleted_at IS NULL
             AND (g.principal_row = 0 OR p.deleted_at IS NULL)
             ORDER BY g.number LIMIT ?7"
        )
    };
}

/// A page of grants.
pub fn page(tx: &ReadTx<'_>, wanted: Wanted, after: &Cursor, limit: usize) -> Result<Page, Error> {
    let Wanted { client, resource, principal, for_everybody } = wanted;
    let (sql, of) = match (client, principal, resource) {
        (Some(client), ..) => (page_of!("g.client_row = ?1"), client.0),
        (None, Some(principal), _) => (page_of!("g.principal_row = ?1"), principal.0),
        (None, None, Some(resource)) => (page_of!("g.resource_row = ?1"), resource.0),
        (None, None, None) => (page_of!("g.tenant = ?1"), tx.tenant().number),
    };
    // One more tells whether another page follows.
    let rows = number(limit.saturating_add(1));
    let [client, resource, principal] = [client, resource, principal].map(|row| row.map(|row| row.0));
    let parameters = params![of, after.row(), client, resource, principal, for_everybody, rows];
    let mut page = Page { grants: Vec::new(), next: None };
    let (mut size, mut last) = (0, Cursor::START);
    tx.each(sql, parameters, |row| {
        if page.grants.len() == limit {
            page.next = Some(last.clone());
            return Ok(ControlFlow::Break(()));
        }
        let grant = read(row)?;
        size += grant.scope.len();
        tx.check_read(size)?;
        last = Cursor::Row(row.get(0)?);
        page.grants.push(grant);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(page)
}

fn read(row: &Row<'_>) -> Result<Grant, Error> {
    Ok(Grant {
        client: ObjectId::from_uuid(row.get(1)?),
        resource: ObjectId::from_uuid(row.get(2)?),
        principal: row.get::<Option<_>>(3)?.map(ObjectId::from_uuid),
        scope: row.get(4)?,
    })
}

/// Takes away a batch of those in which a purged object is client, resource or user.
pub(super) fn purge(tx: &WriteTx<'_>, object: RowNumber, limit: usize) -> Result<Progress, Error> {
    for take in TAKE {
        if tx.run(take, params![object.0, number(limit)])? == limit {
            return Ok(Progress::Unfinished);
        }
    }
    Ok(Progress::Finished)
}

/// Takes away so many of those of an object of a deleted tenant, at most, and says how many.
pub(super) fn clear(tx: &SystemTx<'_>, object: i64, limit: usize) -> Result<usize, Error> {
    TAKE.into_iter().try_fold(0, |taken, take| {
        Ok(taken + tx.run(take, params![object, number(limit.saturating_sub(taken))])?)
    })
}

const TAKE: [&str; 3] = [
    "DELETE FROM oauth2_permission_grants WHERE number IN
     (SELECT number FROM oauth2_permission_grants WHERE client_row = ?1 ORDER BY number LIMIT ?2)",
    "DELETE FROM oauth2_permission_grants WHERE number IN
     (SELECT number FROM oauth2_permission_grants WHERE resource_row = ?1 ORDER BY number LIMIT ?2)",
    "DELETE FROM oauth2_permission_grants WHERE number IN
     (SELECT number FROM oauth2_permission_grants WHERE principal_row = ?1 ORDER BY number LIMIT ?2)",
];

fn number(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
