//! What a tenant has besides the objects of its directory: documents by kind and id, each of the tenant as a whole or of one object.

use super::{
    Error, ReadTx, WriteTx,
    engine::params,
    numbers::RowNumber,
    objects::{self, Object, select_objects},
};
use crate::model::{
    ids::ObjectId,
    values::{Document, Values},
};
use serde_json::Value;
use std::ops::ControlFlow;

/// A kind of resource. Its number never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Settings of groups, or of one group.
    GroupSetting = 1,
    /// When groups expire.
    GroupLifecyclePolicy = 2,
    /// That a group is under a policy, which has the id.
    ManagedGroup = 3,
    /// A product that the tenant has licences of. Its id is the product's.
    SubscribedSku = 4,
    /// Tokens of another issuer that prove to be an application.
    FederatedIdentityCredential = 5,
}

/// The row that stands for the tenant as a whole.
const TENANT: RowNumber = RowNumber(0);

/// A stored resource.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id.
    pub id: ObjectId,
    /// Its values, without the id.
    pub values: Values,
}

/// The resources of a kind that the tenant as a whole has, or an object of it, by their ids.
pub fn all(tx: &ReadTx<'_>, kind: Kind, of: Option<RowNumber>) -> Result<Vec<Stored>, Error> {
    let sql =
        "SELECT id, document FROM resources WHERE tenant = ?1 AND kind = ?2 AND of_row = ?3 ORDER BY id";
    let (mut all, mut size) = (Vec::new(), 0);
    tx.each(sql, params![tx.tenant().number, kind as i64, of.unwrap_or(TENANT).0], |row| {
        let document: String = row.get(1)?;
        size += document.len();
        tx.check_read(size)?;
        all.push(Stored { id: ObjectId::from_uuid(row.get(0)?), values: read(&document)? });
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(all)
}

/// One of them.
pub fn find(
    tx: &ReadTx<'_>,
    kind: Kind,
    of: Option<RowNumber>,
    id: ObjectId,
) -> Result<Option<Stored>, Error> {
    let sql = "SELECT document FROM resources WHERE tenant = ?1 AND kind = ?2 AND of_row = ?3 AND id = ?4";
    let parameters = params![tx.tenant().number, kind as i64, of.unwrap_or(TENANT).0, id.uuid()];
    tx.one(sql, parameters, |row| Ok(Stored { id, values: read(&row.get::<String>(0)?)? }))
}

fn read(document: &str) -> Result<Values, Error> {
    match serde_json::from_str(document) {
        Ok(Value::Object(values)) => Ok(values),
        _ => Err(Error::Corrupt("a resource whose document can't be read")),
    }
}

/// How many resources of a kind objects have that aren't deleted.
pub fn count(tx: &ReadTx<'_>, kind: Kind) -> Result<u64, Error> {
    let sql = "SELECT count(*) FROM resources r CROSS JOIN objects o
               WHERE r.tenant = ?1 AND r.kind = ?2 AND o.row = r.of_row AND o.deleted_at IS NULL";
    tx.count(sql, params![tx.tenant().number, kind as i64])
}

/// The objects that have resources of a kind, with their documents, unless they are deleted.
pub fn objects(tx: &ReadTx<'_>, kind: Kind) -> Result<Vec<(Object, Document)>, Error> {
    let sql = select_objects!(
        ", o.document, o.rest FROM resources r CROSS JOIN objects o
         WHERE r.tenant = ?1 AND r.kind = ?2 AND o.row = r.of_row AND o.deleted_at IS NULL"
    );
    tx.all(sql, params![tx.tenant().number, kind as i64], objects::read_with_document)
}

/// Stores a new resource, and says how many bytes its document has.
pub fn insert(
    tx: &WriteTx<'_>,
    kind: Kind,
    of: Option<RowNumber>,
    id: ObjectId,
    values: &Values,
) -> Result<usize, Error> {
    let sql = "INSERT INTO resources (tenant, kind, of_row, id, document) VALUES (?1, ?2, ?3, ?4, ?5)";
    let document = text(values);
    let of = of.unwrap_or(TENANT).0;
    tx.run(sql, params![tx.tenant().number, kind as i64, of, id.uuid(), &document])?;
    Ok(document.len())
}

/// Stores other values of a resource, and says the same.
pub fn update(
    tx: &WriteTx<'_>,
    kind: Kind,
    of: Option<RowNumber>,
    id: ObjectId,
    values: &Values,
) -> Result<usize, Error> {
    let sql =
        "UPDATE resources SET document = ?5 WHERE tenant = ?1 AND kind = ?2 AND of_row = ?3 AND id = ?4";
    let document = text(values);
    let of = of.unwrap_or(TENANT).0;
    tx.run(sql, params![tx.tenant().number, kind as i64, of, id.uuid(), &document])?;
    Ok(document.len())
}

/// Deletes a resource.
pub fn delete(tx: &WriteTx<'_>, kind: Kind, of: Option<RowNumber>, id: ObjectId) -> Result<(), Error> {
    let sql = "DELETE FROM resources WHERE tenant = ?1 AND kind = ?2 AND of_row = ?3 AND id = ?4";
    tx.run(sql, params![tx.tenant().number, kind as i64, of.unwrap_or(TENANT).0, id.uuid()]).map(drop)
}

/// Deletes the resources with this id, of whatever objects.
pub fn delete_all(tx: &WriteTx<'_>, kind: Kind, id: ObjectId) -> Result<(), Error> {
    let sql = "DELETE FROM resources WHERE tenant = ?1 AND kind = ?2 AND id = ?3";
    tx.run(sql, params![tx.tenant().number, kind as i64, id.uuid()]).map(drop)
}

fn text(values: &Values) -> String {
    Value::Object(values.clone()).to_string()
}

/// Takes away what an object has. The second condition is that of the index.
pub(super) const TAKE: &str = "DELETE FROM resources WHERE of_row = ?1 AND of_row > 0";
