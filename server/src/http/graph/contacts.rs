//! `/contacts`.

use super::objects;
use crate::{
    http::{
        contract::{
            error_responses::{ListErrors, ReadErrors},
            schemas::{OrgContact, OrgContactCollection},
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
        permissions::READ_ORG_CONTACT,
    },
};
use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(requires(&READ_ORG_CONTACT, routes!(list_contacts)))
        .routes(requires(&READ_ORG_CONTACT, routes!(count_contacts)))
        .routes(requires(&READ_ORG_CONTACT, routes!(get_contact)))
}

/// List contacts
///
/// With the default set of properties or those that `$select` names.
#[utoipa::path(
    get, path = "/contacts", operation_id = "list_contacts", tag = "contacts",
    params(Options<Pages>),
    responses((status = 200, description = "A page of contacts.", body = OrgContactCollection, example = json!({
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#contacts(id,displayName)",
        "value": [{"id": "5a3e0000-0000-4000-8000-000000000303", "displayName": "Ludwig Binder"}],
    })), ListErrors),
)]
async fn list_contacts(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Options { query, .. }: Options<Pages>,
) -> Result<Response, Failure> {
    objects::list(&app, &caller, origin, ObjectKind::OrgContact, query).await
}

/// Count contacts
///
/// As plain text.
#[utoipa::path(
    get, path = "/contacts/$count", operation_id = "count_contacts", tag = "contacts",
    params(Eventual),
    responses((status = 200, description = "How many contacts there are.", body = ObjectCount, content_type = "text/plain", example = json!(1)), ListErrors),
)]
async fn count_contacts(
    caller: Caller,
    State(app): State<AppState>,
    Options { .. }: Options<Counts>,
    _: Eventual,
) -> Result<Response, Failure> {
    objects::count(&app, &caller, ObjectKind::OrgContact).await
}

/// Get a contact
///
/// The default set of properties, or those that `$select` names.
#[utoipa::path(
    get, path = "/contacts/{id}", operation_id = "get_contact", tag = "contacts",
    params(
        ("id" = Uuid, Path, description = "The contact's id.", example = "5a3e0000-0000-4000-8000-000000000303"),
        Options<OneObject>,
    ),
    responses((status = 200, description = "The contact.", body = OrgContact, example = json!({
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#contacts/$entity",
            "id": "5a3e0000-0000-4000-8000-000000000303", "displayName": "Ludwig Binder",
            "companyName": "Bindery", "mail": "ludwig@bindery.example",
        })), ReadErrors),
)]
async fn get_contact(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Path(id): Path<Sent<ObjectId>>,
    Options { query, .. }: Options<OneObject>,
) -> Result<Response, Failure> {
    objects::get(&app, &caller, &origin, ObjectKind::OrgContact, id, &query).await
}
