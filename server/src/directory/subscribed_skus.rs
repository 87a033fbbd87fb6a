//! The products that the tenant has licences of. They come by imports only.

use super::{Error, Refusal, resources};
use crate::{
    model::{ids::ObjectId, permissions::Grants, values::Values},
    store::{
        ReadTx, WriteTx,
        resources::{self as stored, Kind, Stored},
    },
};

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

fn shown(tx: &ReadTx<'_>, Stored { id, mut values }: Stored) -> Values {
    values.insert("id".into(), format!("{}_{id}", tx.tenant().id).into());
    values.insert("skuId".into(), id.to_string().into());
    values
}
