//! The tenant's domains, as callers see them. Operators give tenants domains: nothing here does.

use super::{Error, Refusal};
use crate::{
    model::{domains::DomainName, permissions::Grants, values::Values},
    store::{ReadTx, domains},
};
use serde_json::{Value, json};

/// What the domains are used for.
pub(super) const SERVICES: [&str; 1] = ["Email"];

/// All of them, the default first.
pub fn list(tx: &ReadTx<'_>, _: &Grants, (): &()) -> Result<Vec<Values>, Error> {
    let all = domains::all(tx)?;
    Ok(all.iter().map(|domain| values(domain, &all)).collect())
}

/// The domain with this name, in any case.
pub fn get(tx: &ReadTx<'_>, _: &Grants, name: &str) -> Result<Values, Error> {
    let all = domains::all(tx)?;
    let found = all.iter().find(|domain| domain.as_str().eq_ignore_ascii_case(name));
    let domain = found.ok_or_else(|| Refusal::NotFound(name.into()))?;
    Ok(values(domain, &all))
}

fn values(domain: &DomainName, all: &[DomainName]) -> Values {
    let values = json!({
        "id": domain.as_str(),
        "isDefault": all.first() == Some(domain),
        "isInitial": domain.is_initial(),
        "isRoot": !all.iter().any(|other| domain.lies_below(other)),
        "supportedServices": SERVICES,
    });
    match values {
        Value::Object(values) => values,
        _ => Values::new(),
    }
}
