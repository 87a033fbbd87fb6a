//! The products that the tenant has licences of, and how many of these are assigned. They come by imports only.

use super::{Error, Refusal, resources};
use crate::{
    model::{ids::ObjectId, permissions::Grants, values::Values},
    store::{
        ReadTx, WriteTx,
        resources::{self as stored, Kind, Stored},
    },
};
use serde_json::Value;

/// All of them.
pub fn list(tx: &ReadTx<'_>, _: &Grants, (): &()) -> Result<Vec<Values>, Error> {
    let all = stored::all(tx, Kind::SubscribedSku, None)?;
    Ok(all.into_iter().map(|stored| shown(tx, stored)).collect())
}

/// The one with this id, which is made of the tenant's and the product's.
pub fn get(tx: &ReadTx<'_>, _: &Grants, id: &str) -> Result<Values, Error> {
    let sku = id.split_once('_').filter(|(tenant, _)| tenant.parse() == Ok(tx.tenant().id));
    let found = match sku.map(|(_, sku)| sku.parse()) {
        Some(Ok(sku)) => find(tx, sku)?,
        _ => None,
    };
    Ok(shown(tx, found.ok_or_else(|| Refusal::NotFound(id.into()))?))
}

/// Gives the tenant licences of a product.
pub(super) fn insert(tx: &WriteTx<'_>, sku: ObjectId, values: &Values) -> Result<(), Error> {
    resources::insert(tx, Kind::SubscribedSku, None, &Stored { id: sku, values: values.clone() })
}

/// The licences of a product.
pub(super) fn find(tx: &ReadTx<'_>, sku: ObjectId) -> Result<Option<Stored>, Error> {
    Ok(stored::find(tx, Kind::SubscribedSku, None, sku)?)
}

/// Counts a licence that is assigned, or one that isn't any more. Refuses more than there are.
pub(super) fn consume(tx: &WriteTx<'_>, stored: Stored, by: i64) -> Result<(), Error> {
    let enabled = units(stored.values.get("prepaidUnits").and_then(|units| units.get("enabled")));
    if by > 0 && consumed(&stored) + by > enabled {
        return Err(Refusal::NoLicenseLeft(stored.id).into());
    }
    count(tx, stored, by)
}

/// Counts the licences of a user with these values, who is restored (1) or deleted (-1). A user who is restored keeps licences of which
/// others have all by then: more are counted than there are.
pub(super) fn count_all(tx: &WriteTx<'_>, user: &Values, by: i64) -> Result<(), Error> {
    let licenses = user.get("assignedLicenses").and_then(Value::as_array).into_iter().flatten();
    for sku in licenses.filter_map(|license| license.get("skuId")?.as_str()?.parse().ok()) {
        if let Some(stored) = find(tx, sku)? {
            count(tx, stored, by)?;
        }
    }
    Ok(())
}

fn count(tx: &WriteTx<'_>, mut stored: Stored, by: i64) -> Result<(), Error> {
    let consumed = consumed(&stored) + by;
    stored.values.insert("consumedUnits".into(), consumed.max(0).into());
    resources::update(tx, Kind::SubscribedSku, None, &stored)
}

fn consumed(stored: &Stored) -> i64 {
    units(stored.values.get("consumedUnits"))
}

fn units(value: Option<&Value>) -> i64 {
    value.and_then(Value::as_i64).unwrap_or_default()
}

fn shown(tx: &ReadTx<'_>, Stored { id, mut values }: Stored) -> Values {
    values.insert("id".into(), format!("{}_{id}", tx.tenant().id).into());
    values.insert("skuId".into(), id.to_string().into());
    values
}
