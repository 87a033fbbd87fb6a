//! Permissions, enforced and documented from one value: the only way to register an operation.

use super::{
    envelope::OperationId,
    errors::{Failure, RequestFault},
    extract::Caller,
};
use crate::{
    auth::tokens::TokenFault,
    model::permissions::{Need, Permission, Principal},
};
use axum::{extract::Request, middleware, middleware::Next, response::IntoResponse};
use utoipa::openapi::security::SecurityRequirement;
use utoipa_axum::router::UtoipaMethodRouter;

/// The name of the scheme of delegated permissions in the contract.
pub const DELEGATED: &str = "delegated";
/// The name of the scheme of application permissions in the contract.
pub const APPLICATION: &str = "application";

/// Registers one operation with what it needs: callers without it get 403, and the contract says it.
pub fn requires<S: Clone + Send + Sync + 'static>(
    need: &'static Need,
    (schemas, mut paths, methods): UtoipaMethodRouter<S>,
) -> UtoipaMethodRouter<S> {
    let mut id = OperationId::default();
    for item in paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.patch, &mut item.put, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            operation.security = Some(requirements(need));
            id = OperationId::new(operation.operation_id.as_deref().unwrap_or_default());
        }
    }
    let enforce = move |request: Request, next: Next| {
        let id = id.clone();
        async move {
            let mut response = match request.extensions().get::<Caller>() {
                Some(caller) if need.reach(&caller.grants).is_some() => next.run(request).await,
                Some(caller) => {
                    Failure::from(RequestFault::Forbidden(need.missing(&caller.grants))).into_response()
                }
                None => Failure::from(TokenFault::Missing).into_response(),
            };
            response.extensions_mut().insert(id);
            response
        }
    };
    // `route_layer`, so that a method that isn't served is 405 and not 403.
    (schemas, paths, methods.route_layer(middleware::from_fn(enforce)))
}

/// An operation on the signed-in user: applications by themselves are told so, before all else.
pub fn signed_in<S: Clone + Send + Sync + 'static>(
    (schemas, paths, methods): UtoipaMethodRouter<S>,
) -> UtoipaMethodRouter<S> {
    let enforce = async move |request: Request, next: Next| {
        let caller = request.extensions().get::<Caller>();
        if caller.is_some_and(|caller| matches!(caller.grants.principal, Principal::Application(_))) {
            return Failure::from(RequestFault::NobodySignedIn).into_response();
        }
        next.run(request).await
    };
    (schemas, paths, methods.route_layer(middleware::from_fn(enforce)))
}

/// One entry for each alternative.
fn requirements(need: &Need) -> Vec<SecurityRequirement> {
    let entry = |(scheme, all_of): (&str, &[Permission])| {
        SecurityRequirement::new(scheme, all_of.iter().map(|permission| permission.name()))
    };
    alternatives(need).map(entry).collect()
}

/// Each alternative with its scheme: any one is enough, and all permissions within one are needed together.
pub fn alternatives(need: &Need) -> impl Iterator<Item = (&'static str, &'static [Permission])> {
    let of = |scheme| move |all_of: &&'static [Permission]| (scheme, *all_of);
    let delegated = need.delegated.iter().chain(need.delegated_self).map(of(DELEGATED));
    delegated.chain(need.application.iter().map(of(APPLICATION)))
}
