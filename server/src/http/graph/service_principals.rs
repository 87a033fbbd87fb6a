//! `/servicePrincipals`. The rules are in `directory::service_principals`.

use super::objects;
use crate::{
    directory::service_principals,
    http::{
        annotations, answers,
        contract::{
            error_responses::{CreateOnceErrors, ListErrors, ObjectErrors, ReadErrors, WriteErrors},
            schemas::{
                ServicePrincipal, ServicePrincipalCollection, ServicePrincipalCreate, ServicePrincipalUpdate,
            },
            wire::ObjectCount,
        },
        errors::Failure,
        extract::{Caller, Counts, Eventual, Json, Nothing, OneObject, Options, Origin, Pages, Path},
        requires::requires,
        state::AppState,
    },
    model::{
        ids::{ObjectId, Sent},
        kinds::ObjectKind,
        permissions::{READ_APPLICATION, WRITE_SERVICE_PRINCIPAL},
        service_principal::SERVICE_PRINCIPAL,
    },
    store::WriteTx,
};
use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(requires(&READ_APPLICATION, routes!(list_service_principals)))
        .routes(requires(&READ_APPLICATION, routes!(count_service_principals)))
        .routes(requires(&READ_APPLICATION, routes!(get_service_principal)))
        .routes(requires(&WRITE_SERVICE_PRINCIPAL, routes!(create_service_principal)))
        .routes(requires(&WRITE_SERVICE_PRINCIPAL, routes!(update_service_principal)))
        .routes(requires(&WRITE_SERVICE_PRINCIPAL, routes!(delete_service_principal)))
}

/// List service principals
///
/// With the default set of properties or those that `$select` names.
#[utoipa::path(
    get, path = "/servicePrincipals", operation_id = "list_service_principals", tag = "service principals",
    params(Options<Pages>),
    responses((status = 200, description = "A page of service principals.", body = ServicePrincipalCollection, example = json!({
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#servicePrincipals(id,displayName)",
        "value": [{"id": "5a3e0000-0000-4000-8000-000000000302", "displayName": "Catalogue"}],
    })), ListErrors),
)]
async fn list_service_principals(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Options { query, .. }: Options<Pages>,
) -> Result<Response, Failure> {
    objects::list(&app, &caller, origin, ObjectKind::ServicePrincipal, query).await
}

/// Count service principals
///
/// As plain text.
#[utoipa::path(
    get, path = "/servicePrincipals/$count", operation_id = "count_service_principals", tag = "service principals",
    params(Eventual),
    responses((status = 200, description = "How many service principals there are.", body = ObjectCount, content_type = "text/plain", example = json!(1)), ListErrors),
)]
async fn count_service_principals(
    caller: Caller,
    State(app): State<AppState>,
    Options { .. }: Options<Counts>,
    _: Eventual,
) -> Result<Response, Failure> {
    objects::count(&app, &caller, ObjectKind::ServicePrincipal).await
}

/// Get a service principal
///
/// The default set of properties, or those that `$select` names.
#[utoipa::path(
    get, path = "/servicePrincipals/{id}", operation_id = "get_service_principal", tag = "service principals",
    params(
        ("id" = Uuid, Path, description = "The service principal's id.", example = "5a3e0000-0000-4000-8000-000000000302"),
        Options<OneObject>,
    ),
    responses((status = 200, description = "The service principal.", body = ServicePrincipal, example = json!({
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#servicePrincipals/$entity",
            "id": "5a3e0000-0000-4000-8000-000000000302", "accountEnabled": true,
            "appId": "5a3e0000-0000-4000-8000-000000000392", "displayName": "Catalogue",
            "servicePrincipalType": "Application", "signInAudience": "AzureADMyOrg",
        })), ReadErrors),
)]
async fn get_service_principal(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Path(id): Path<Sent<ObjectId>>,
    Options { query, .. }: Options<OneObject>,
) -> Result<Response, Failure> {
    objects::get(&app, &caller, &origin, ObjectKind::ServicePrincipal, id, &query).await
}

/// Create a service principal
///
/// The application may be registered elsewhere; where it is registered here, its service principal takes its name. An
/// application has one service principal in a tenant: a second one is 409.
#[utoipa::path(
    post, path = "/servicePrincipals", operation_id = "create_service_principal", tag = "service principals",
    request_body(content = ServicePrincipalCreate, description = "The new service principal.", example = json!({"appId": "5a3e0000-0000-4000-8000-000000000392", "displayName": "Catalogue"})),
    responses(
        (status = 201, description = "The new service principal.",
            headers(("Location" = String, description = "The URL of the new service principal.")),
            body = ServicePrincipal, example = json!({
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#servicePrincipals/$entity",
            "id": "5a3e0000-0000-4000-8000-000000000302", "accountEnabled": true,
            "appId": "5a3e0000-0000-4000-8000-000000000392", "displayName": "Catalogue",
            "servicePrincipalType": "Application", "signInAudience": "AzureADMyOrg",
        })),
        CreateOnceErrors,
    ),
)]
async fn create_service_principal(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Options { .. }: Options<Nothing>,
    Json(body): Json,
) -> Result<Response, Failure> {
    annotations::check_annotations(&body, &SERVICE_PRINCIPAL, &[])?;
    let (id, grants) = (ObjectId::random(), caller.grants);
    let create = move |tx: &WriteTx<'_>| service_principals::create(tx, &grants, id, &body);
    answers::created(&origin, &app.store.tenant(caller.tenant).write(create).await?)
}

/// Update a service principal
///
/// What the body doesn't name stays as it is; `null` takes a value away.
#[utoipa::path(
    patch, path = "/servicePrincipals/{id}", operation_id = "update_service_principal", tag = "service principals",
    params(("id" = Uuid, Path, description = "The service principal's id.", example = "5a3e0000-0000-4000-8000-000000000302")),
    request_body(content = ServicePrincipalUpdate, description = "What changes.", example = json!({"tags": ["books"], "notes": null})),
    responses((status = 204, description = "The service principal is changed, durably."), WriteErrors),
)]
async fn update_service_principal(
    caller: Caller,
    State(app): State<AppState>,
    Path(id): Path<Sent<ObjectId>>,
    Options { .. }: Options<Nothing>,
    Json(body): Json,
) -> Result<Response, Failure> {
    annotations::check_annotations(&body, &SERVICE_PRINCIPAL, &[])?;
    let grants = caller.grants;
    let update = move |tx: &WriteTx<'_>| service_principals::update(tx, &grants, &id, &body);
    app.store.tenant(caller.tenant).write(update).await?;
    Ok(answers::no_content())
}

/// Delete a service principal
///
/// It is in no list, count, group or reference any more, gets no more tokens, and is gone for good after thirty days.
#[utoipa::path(
    delete, path = "/servicePrincipals/{id}", operation_id = "delete_service_principal", tag = "service principals",
    params(("id" = Uuid, Path, description = "The service principal's id.", example = "5a3e0000-0000-4000-8000-000000000302")),
    responses((status = 204, description = "The service principal is deleted, durably."), ObjectErrors),
)]
async fn delete_service_principal(
    caller: Caller,
    State(app): State<AppState>,
    Path(id): Path<Sent<ObjectId>>,
    Options { .. }: Options<Nothing>,
) -> Result<Response, Failure> {
    app.store.tenant(caller.tenant).write(move |tx| service_principals::delete(tx, &id)).await?;
    Ok(answers::no_content())
}
