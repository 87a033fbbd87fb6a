//! The tenant, as callers see it.

use super::{Error, Refusal, domains::SERVICES};
use crate::{
    model::{
        clock::timestamp,
        domains::DomainName,
        ids::{AsWritten, ObjectId},
        organization::ORGANIZATION,
        permissions::{Grants, READ_ORGANIZATION},
        values::Values,
    },
    store::{ReadTx, domains, tenants},
};
use serde_json::{Value, json};

/// The tenant, alone in its list.
pub fn list(tx: &ReadTx<'_>, by: &Grants, (): &()) -> Result<Vec<Values>, Error> {
    Ok(vec![tenant(tx, by)?])
}

/// The tenant with this id: no other is there for the caller.
pub fn get(tx: &ReadTx<'_>, by: &Grants, id: &AsWritten<ObjectId>) -> Result<Values, Error> {
    if id.value.uuid() != tx.tenant().id.uuid() {
        return Err(Refusal::NotFound(id.text.clone()).into());
    }
    tenant(tx, by)
}

/// The tenant as far as the caller may read it.
fn tenant(tx: &ReadTx<'_>, by: &Grants) -> Result<Values, Error> {
    let domains = domains::all(tx)?;
    let default = domains.first();
    let verified: Vec<Value> = domains.iter().map(|domain| verified(domain, default)).collect();
    let mut values = Values::from_iter([
        ("id".to_owned(), tx.tenant().id.to_string().into()),
        ("createdDateTime".to_owned(), timestamp(tenants::created_at(tx)?).into()),
        ("displayName".to_owned(), default.map(DomainName::as_str).into()),
        ("tenantType".to_owned(), "AAD".into()),
        ("verifiedDomains".to_owned(), verified.into()),
    ]);
    if READ_ORGANIZATION.reach(by).is_none() {
        let is_basic = |name: &str| {
            ORGANIZATION.properties.iter().any(|property| property.basic && property.name == name)
        };
        values.retain(|name, _| is_basic(name));
    }
    Ok(values)
}

fn verified(domain: &DomainName, default: Option<&DomainName>) -> Value {
    json!({
        "capabilities": SERVICES.join(", "), "isDefault": Some(domain) == default,
        "isInitial": domain.is_initial(), "name": domain.as_str(), "type": "Managed",
    })
}
