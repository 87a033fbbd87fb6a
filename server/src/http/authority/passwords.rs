//! Whether name and password go together, with what is counted of wrong ones.

use super::faults::OAuthFault;
use crate::{
    auth::secrets::Secret,
    directory::sign_in::{accounts, faults::Fault},
    http::{AppState, transport::Peer},
    store::{Tenant, objects::RowNumber, passwords::Stored},
};

/// A user whose password was right. It may be another one by the time that something is given for it: [`accounts::proven`] looks.
#[derive(Debug, Clone)]
pub(super) struct Right {
    pub(super) user: RowNumber,
    pub(super) password: Stored,
}

/// The user of this name and password. Whoever isn't there is refused as a wrong password is, and takes as long.
pub(super) async fn check(
    app: &AppState,
    tenant: Tenant,
    peer: Option<Peer>,
    name: &str,
    password: &Secret,
) -> Result<Right, OAuthFault> {
    let right = compare(app, tenant, peer, name, password).await?;
    if !right.password.must_change {
        return Ok(right);
    }
    // Nobody chooses another password who may not sign in by that one.
    let (user, password) = (right.user, right.password);
    app.store.tenant(tenant).read(move |tx| accounts::proven(tx, user, &password)).await?;
    Err(Fault::MustChangePassword.into())
}

/// The same, whoever has to choose another password.
pub(super) async fn compare(
    app: &AppState,
    tenant: Tenant,
    peer: Option<Peer>,
    name: &str,
    password: &Secret,
) -> Result<Right, OAuthFault> {
    let (key, address, now) = (accounts::key(name), peer.map(|peer| peer.0), app.store.clock().now());
    let attempt = app.sign_in_attempts.begin(tenant.id, &key, address, now).map_err(|_| Fault::Locked)?;
    let name = name.to_owned();
    let known = app.store.tenant(tenant).read(move |tx| accounts::known(tx, &name)).await?;
    let hash = known.password.as_ref().map(|stored| stored.hash.clone());
    let is_right = app.passwords.is_of(hash, password.clone()).await?;
    match (known.user, known.password) {
        (Some(user), Some(password)) if is_right => {
            app.sign_in_attempts.succeed(attempt);
            Ok(Right { user, password })
        }
        _ => Err(Fault::Password.into()),
    }
}
