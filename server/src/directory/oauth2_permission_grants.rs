//! Grants of delegated permissions: what clients may do for users who signed in to them, be it that a user consented or an administrator
//! did for everybody.

use super::Error;
use crate::store::{ReadTx, WriteTx, oauth2_permission_grants, objects::Object};
use std::collections::BTreeSet;

/// The scopes of a resource that a client was granted for everybody, and for this user besides.
pub fn granted(
    tx: &ReadTx<'_>,
    client: &Object,
    resource: &Object,
    user: Option<&Object>,
) -> Result<BTreeSet<String>, Error> {
    let mut granted = of_grant(tx, client, resource, None)?;
    if user.is_some() {
        granted.append(&mut of_grant(tx, client, resource, user)?);
    }
    Ok(granted)
}

/// Grants these scopes to a client for this user, or for everybody, besides those that it was granted there.
pub fn consent(
    tx: &WriteTx<'_>,
    client: &Object,
    resource: &Object,
    user: Option<&Object>,
    scopes: &BTreeSet<String>,
) -> Result<(), Error> {
    let granted = of_grant(tx, client, resource, user)?;
    if scopes.is_subset(&granted) {
        return Ok(());
    }
    let all: Vec<&str> = granted.union(scopes).map(String::as_str).collect();
    Ok(oauth2_permission_grants::put(tx, client, resource, user, &all.join(" "))?)
}

/// The scopes of one grant. None where there is no such grant.
fn of_grant(
    tx: &ReadTx<'_>,
    client: &Object,
    resource: &Object,
    user: Option<&Object>,
) -> Result<BTreeSet<String>, Error> {
    let scope = oauth2_permission_grants::scope(tx, client, resource, user)?.unwrap_or_default();
    Ok(scope.split_whitespace().map(str::to_owned).collect())
}
