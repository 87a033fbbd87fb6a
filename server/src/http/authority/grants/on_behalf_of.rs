//! On behalf of a user: an application that was called with a user's token gets one for another resource (RFC 7523, 2.1, as Entra has it).

use crate::{
    auth::{
        secrets::Secret,
        tokens::{self, TokenFault, Verified},
    },
    directory::sign_in::{
        accounts,
        clients::{Client, Proven},
        faults::{Error, Fault},
        refresh_tokens, resources,
    },
    http::authority::{faults::OAuthFault, token_request::TokenRequest},
    model::{
        ids::{AppId, ObjectId},
        permissions::Principal,
    },
    store::{ReadTx, WriteTx},
};
use axum::response::Response;

/// What the request must say of the use of the assertion.
const USE: &str = "on_behalf_of";

pub(super) async fn exchange(request: &TokenRequest<'_>) -> Result<Response, OAuthFault> {
    if request.form.field("requested_token_use")? != USE {
        return Err(OAuthFault::TokenUse);
    }
    let assertion = request.form.field("assertion")?;
    let scopes = request.scopes()?.ok_or_else(|| OAuthFault::Missing(request.scope_parameter()))?;
    let (client, proven) = request.client().await?;
    if matches!(proven, Proven::Nothing) {
        return Err(Fault::NoProof(client.app_id.to_string()).into());
    }
    let (user, issued_at) = user_of(request, &client, assertion).await?;
    let resource = request.names.of_scopes(&scopes);
    let next = Secret::random().map_err(|_| OAuthFault::Unavailable)?;
    let family = ObjectId::random().uuid();
    let give = move |tx: &WriteTx<'_>| -> Result<_, Error> {
        let account = accounts::of_id_since(tx, user, issued_at)?;
        refresh_tokens::begin(tx, (&client, &proven), &account, &scopes, &resource, &next, family)
    };
    let tokens = request.app.store.tenant(request.tenant).write(give).await?;
    request.answer_user(tokens).await
}

/// The user whose token for the client this is, and when it was issued.
async fn user_of(
    request: &TokenRequest<'_>,
    client: &Client,
    assertion: &str,
) -> Result<(ObjectId, i64), OAuthFault> {
    let app_id: AppId = client.app_id;
    let names = move |tx: &ReadTx<'_>| -> Result<_, Error> { resources::audiences(tx, app_id) };
    let names = request.app.store.tenant(request.tenant).read(names).await?;
    let keys = request.app.keys().await.map_err(|_| OAuthFault::Unavailable)?;
    let now = request.app.store.clock().now();
    let verified = tokens::verify_for(assertion, &keys, &names, now).map_err(|fault| match fault {
        TokenFault::Expired | TokenFault::NotYetValid => Fault::OnBehalfOfTime,
        TokenFault::Audience => Fault::OnBehalfOfAnother(app_id.to_string()),
        _ => Fault::OnBehalfOf,
    })?;
    let Verified { tenant, issued_at, grants, .. } = verified;
    match (grants.principal, issued_at) {
        (Principal::Application(_), _) => Err(Fault::OnBehalfOfNobody(app_id.to_string()).into()),
        (Principal::User(Some(user)), Some(issued_at)) if tenant == request.tenant.id => {
            Ok((user, issued_at))
        }
        _ => Err(Fault::OnBehalfOf.into()),
    }
}
