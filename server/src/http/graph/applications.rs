//! `/applications`.

use super::objects;
use crate::{
    http::{
        contract::{
            error_responses::{ListErrors, ReadErrors},
            schemas::{Application, ApplicationCollection},
            wire::ObjectCount,
        },
        errors::Failure,
        extract::{Caller, Counts, Eventual, OneObject, Options, Origin, Pages, Path},
        requires::requires,
        state::AppState,
    },
    model::{
        ids::{ObjectId, Sent},
        kinds::ObjectKind,
        permissions::READ_APPLICATION,
    },
};
use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(requires(&READ_APPLICATION, routes!(list_applications)))
        .routes(requires(&READ_APPLICATION, routes!(count_applications)))
        .routes(requires(&READ_APPLICATION, routes!(get_application)))
}

/// List applications
///
/// With the default set of properties or those that `$select` names.
#[utoipa::path(
    get, path = "/applications", operation_id = "list_applications", tag = "applications",
    params(Options<Pages>),
    responses((status = 200, description = "A page of applications.", body = ApplicationCollection, example = json!({
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications(id,displayName)",
        "value": [{"id": "5a3e0000-0000-4000-8000-000000000304", "displayName": "sample"}],
    })), ListErrors),
)]
async fn list_applications(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Options { query, .. }: Options<Pages>,
) -> Result<Response, Failure> {
    objects::list(&app, &caller, origin, ObjectKind::Application, query).await
}

/// Count applications
///
/// As plain text.
#[utoipa::path(
    get, path = "/applications/$count", operation_id = "count_applications", tag = "applications",
    params(Eventual),
    responses((status = 200, description = "How many applications there are.", body = ObjectCount, content_type = "text/plain", example = json!(1)), ListErrors),
)]
async fn count_applications(
    caller: Caller,
    State(app): State<AppState>,
    Options { .. }: Options<Counts>,
    _: Eventual,
) -> Result<Response, Failure> {
    objects::count(&app, &caller, ObjectKind::Application).await
}

/// Get an application
///
/// The default set of properties, or those that `$select` names.
#[utoipa::path(
    get, path = "/applications/{id}", operation_id = "get_application", tag = "applications",
    params(
        ("id" = Uuid, Path, description = "The application's id.", example = "5a3e0000-0000-4000-8000-000000000304"),
        Options<OneObject>,
    ),
    responses((status = 200, description = "The application.", body = Application, example = json!({
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications/$entity",
            "id": "5a3e0000-0000-4000-8000-000000000304", "appId": "5a3e0000-0000-4000-8000-0000000000aa",
            "displayName": "sample", "signInAudience": "AzureADMyOrg",
        })), ReadErrors),
)]
async fn get_application(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Path(id): Path<Sent<ObjectId>>,
    Options { query, .. }: Options<OneObject>,
) -> Result<Response, Failure> {
    objects::get(&app, &caller, &origin, ObjectKind::Application, id, &query).await
}
