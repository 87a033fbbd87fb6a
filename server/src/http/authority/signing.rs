//! Signing tokens for whoever was found to get them. A signature costs as much as a hundred look-ups: tenants take turns.

use super::faults::{Inquiry, OAuthFault};
use crate::{
    auth::{
        id_tokens::{self, SignIn},
        tokens::{self, Audience, LIFETIME_SECONDS, Subject, Version},
    },
    directory::sign_in::faults::Fault,
    http::AppState,
    store::{ReadTx, Tenant},
};
use chrono::{DateTime, Utc};

/// How long a token counts, as clients are told: less than it does.
pub(super) const LIFE: i64 = LIFETIME_SECONDS - 1;

/// An access token for this audience, of now, or of the time from which on it counts.
pub(super) async fn access_token(
    app: &AppState,
    inquiry: &Inquiry,
    tenant: Tenant,
    audience: &Audience,
    (subject, counts_from): (&Subject, DateTime<Utc>),
) -> Result<String, OAuthFault> {
    let name = audience.name();
    if *audience != Audience::Graph && app.origins.iter().any(|own| own == name.trim_end_matches('/')) {
        // Graph would take it for its own.
        return Err(Fault::UnknownResource { resource: name.into(), tenant: tenant.id }.into());
    }
    let keys = app.keys().await.map_err(|_| OAuthFault::Unavailable)?;
    let (origin, now) = (inquiry.origin.clone(), app.store.clock().now().max(counts_from));
    let (audience, subject) = (audience.clone(), subject.clone());
    let sign = move |_: &ReadTx<'_>| {
        tokens::sign_for(&audience, &keys, &origin, tenant.id, &subject, now, LIFETIME_SECONDS)
            .map_err(|_| OAuthFault::Unavailable)
    };
    app.store.tenant(tenant).read_long(sign).await
}

/// The id token of a sign-in.
pub(super) async fn id_token(
    app: &AppState,
    inquiry: &Inquiry,
    tenant: Tenant,
    sign_in: SignIn,
    version: Version,
) -> Result<String, OAuthFault> {
    let keys = app.keys().await.map_err(|_| OAuthFault::Unavailable)?;
    let (origin, now) = (inquiry.origin.clone(), app.store.clock().now());
    let sign = move |_: &ReadTx<'_>| {
        id_tokens::sign(&keys, &origin, tenant.id, &sign_in, version, now)
            .map_err(|_| OAuthFault::Unavailable)
    };
    app.store.tenant(tenant).read_long(sign).await
}
