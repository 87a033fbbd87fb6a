//! `/applications`. The rules are in `directory::applications`.

use super::shapes::Objects;
use crate::{
    directory::applications,
    http::{
        answers::{self, Form},
        contract::schemas::{Application, ApplicationCollection, ApplicationCreate, ApplicationUpdate},
        errors::Failure,
        extract::{Caller, IdKey, Path},
        operation::Operation,
        payload::Body,
        state::AppState,
        units_of_work::write,
    },
    model::{
        ids::{AppId, ObjectId},
        kinds::ObjectKind,
        permissions::{CREATE_APPLICATION, READ_APPLICATION, WRITE_APPLICATION},
    },
    store::WriteTx,
};
use axum::{extract::State, response::Response};
use serde_json::{Value, json};
use utoipa_axum::routes;

pub(super) static APPLICATIONS: Objects = Objects {
    kind: ObjectKind::Application,
    tag: "applications",
    one: "an application",
    many: "applications",
    page: "application",
    example,
};

fn example() -> Value {
    json!({
        "id": "5a3e0000-0000-4000-8000-000000000304", "appId": "5a3e0000-0000-4000-8000-0000000000aa",
        "displayName": "sample", "signInAudience": "AzureADMyOrg",
        "optionalClaims": {"accessToken": [], "idToken": [], "saml2Token": []},
    })
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        APPLICATIONS.list::<ApplicationCollection>("/applications", "list_applications", &READ_APPLICATION),
        APPLICATIONS.count("/applications/$count", "count_applications", &READ_APPLICATION),
        APPLICATIONS.get::<Application>("/applications/{id}", "get_application", &READ_APPLICATION),
        Operation::annotated(&CREATE_APPLICATION, routes!(create_application))
            .page("application-post-applications"),
        Operation::annotated(&WRITE_APPLICATION, routes!(update_application)).page("application-update"),
        APPLICATIONS
            .delete::<IdKey>(
                "/applications/{id}",
                "delete_application",
                &WRITE_APPLICATION,
                |tx, _, by, id| applications::delete(tx, by, id),
            )
            .description(
                "Its service principal is deleted with it, so that it gets no more tokens. Either can be restored for thirty days, \
                 each by itself.",
            ),
    ]
}

/// Create an application
///
/// Creates an application with a client id of its own. It has no service principal, and no secret: `roster app` registers
/// applications that get tokens. A user who creates one owns it, unless a role lets the user change it; so does an application with
/// no more than `Application.ReadWrite.OwnedBy`.
#[utoipa::path(
    post, path = "/applications", operation_id = "create_application", tag = "applications",
    request_body(content = ApplicationCreate, description = "The new application.", example = json!({"displayName": "Loans", "tags": ["books"]})),
    responses(
        (status = 201, description = "The new application.", body = Application, example = json!(APPLICATIONS.entity_with(&json!({
            "id": "5a3e0000-0000-4000-8000-000000000307", "appId": "5a3e0000-0000-4000-8000-000000000397",
            "createdDateTime": "2026-03-02T09:30:00Z", "displayName": "Loans", "publisherDomain": "contoso.example",
            "optionalClaims": {"accessToken": [], "idToken": [], "saml2Token": []},
            "signInAudience": "AzureADMyOrg", "tags": ["books"],
        })))),
    ),
)]
async fn create_application(
    caller: Caller,
    State(app): State<AppState>,
    form: Form,
    Body { values, bound, .. }: Body<ApplicationCreate>,
) -> Result<Response, Failure> {
    let ids = (ObjectId::random(), AppId::random());
    let create = move |tx: &WriteTx<'_>, _, by: &_| applications::create(tx, by, ids, &values, &bound);
    let new = write(&app, &caller, create).await?;
    answers::created(&form, &new)
}

/// Update an application
///
/// Changes an application, and what its service principal says of it. What the body doesn't name stays as it is; `null` takes a
/// value away.
#[utoipa::path(
    patch, path = "/applications/{id}", operation_id = "update_application", tag = "applications",
    params(("id" = Uuid, Path, description = "The application's id.", example = "5a3e0000-0000-4000-8000-000000000304")),
    request_body(content = ApplicationUpdate, description = "What changes.", example = json!({"description": "Reads the catalogue.", "notes": null})),
    responses((status = 204, description = "The application is changed, durably.")),
)]
async fn update_application(
    caller: Caller,
    State(app): State<AppState>,
    Path(IdKey(key)): Path<IdKey>,
    Body { values, .. }: Body<ApplicationUpdate>,
) -> Result<Response, Failure> {
    write(&app, &caller, move |tx, _, by| applications::update(tx, by, &key, &values)).await?;
    Ok(answers::no_content())
}
