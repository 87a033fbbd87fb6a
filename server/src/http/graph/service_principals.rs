//! `/servicePrincipals`. The rules are in `directory::service_principals`.

use super::shapes::Objects;
use crate::{
    directory::{
        Bound, service_principals,
        upserts::{self, Upserted},
    },
    http::{
        answers::{self, Form},
        contract::schemas::{
            ServicePrincipal, ServicePrincipalCollection, ServicePrincipalCreate, ServicePrincipalUpdate,
        },
        errors::Failure,
        extract::{Caller, IdKey, Path},
        operation::Operation,
        payload::Body,
        preferences::CreatesMissing,
        state::AppState,
        units_of_work::write,
    },
    model::{
        ids::ObjectId,
        kinds::ObjectKind,
        permissions::{CREATE_SERVICE_PRINCIPAL, READ_APPLICATION, WRITE_SERVICE_PRINCIPAL},
    },
    store::WriteTx,
};
use axum::{extract::State, response::Response};
use serde_json::{Value, json};
use utoipa_axum::routes;

pub(super) static SERVICE_PRINCIPALS: Objects = Objects {
    kind: ObjectKind::ServicePrincipal,
    tag: "service principals",
    one: "a service principal",
    many: "service principals",
    page: "serviceprincipal",
    example,
};

fn example() -> Value {
    json!({
        "id": "5a3e0000-0000-4000-8000-000000000302", "accountEnabled": true,
        "appId": "5a3e0000-0000-4000-8000-000000000392", "displayName": "Catalogue",
        "servicePrincipalType": "Application", "signInAudience": "AzureADMyOrg",
        "samlSingleSignOnSettings": {"relayState": null},
    })
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        SERVICE_PRINCIPALS.list::<ServicePrincipalCollection>(
            "/servicePrincipals",
            "list_service_principals",
            &READ_APPLICATION,
        ),
        SERVICE_PRINCIPALS.count("/servicePrincipals/$count", "count_service_principals", &READ_APPLICATION),
        SERVICE_PRINCIPALS.get::<ServicePrincipal>(
            "/servicePrincipals/{id}",
            "get_service_principal",
            &READ_APPLICATION,
        ),
        Operation::annotated(&CREATE_SERVICE_PRINCIPAL, routes!(create_service_principal))
            .page("serviceprincipal-post-serviceprincipals"),
        Operation::annotated(&WRITE_SERVICE_PRINCIPAL, routes!(update_service_principal))
            .page("serviceprincipal-update"),
        SERVICE_PRINCIPALS
            .delete::<IdKey>(
                "/servicePrincipals/{id}",
                "delete_service_principal",
                &WRITE_SERVICE_PRINCIPAL,
                |tx, _, by, id| service_principals::delete(tx, by, id),
            )
            .description(
                "It is in no list, count, group or reference any more, gets no more tokens, and can be \
                 restored for thirty days.",
            ),
    ]
}

/// Create a service principal
///
/// Creates the service principal of an application. The application may be registered elsewhere; where it is registered here, its
/// service principal takes its name. An application has one service principal in a tenant: a second one is 409.
#[utoipa::path(
    post, path = "/servicePrincipals", operation_id = "create_service_principal", tag = "service principals",
    request_body(content = ServicePrincipalCreate, description = "The new service principal.", example = json!({"appId": "5a3e0000-0000-4000-8000-000000000394", "displayName": "Lending"})),
    responses(
        (status = 201, description = "The new service principal.", body = ServicePrincipal, example = json!(SERVICE_PRINCIPALS.entity_with(&json!({
            "id": "5a3e0000-0000-4000-8000-000000000306", "accountEnabled": true,
            "appId": "5a3e0000-0000-4000-8000-000000000394", "displayName": "Lending",
            "servicePrincipalType": "Application", "signInAudience": "AzureADMyOrg",
            "samlSingleSignOnSettings": {"relayState": null},
        })))),
    ),
)]
async fn create_service_principal(
    caller: Caller,
    State(app): State<AppState>,
    form: Form,
    Body { values, bound, .. }: Body<ServicePrincipalCreate>,
) -> Result<Response, Failure> {
    let id = ObjectId::random();
    let create = move |tx: &WriteTx<'_>, _, by: &_| service_principals::create(tx, by, id, &values, &bound);
    let new = write(&app, &caller, create).await?;
    answers::created(&form, &new)
}

/// Update a service principal
///
/// Changes a service principal. What the body doesn't name stays as it is; `null` takes a value away. By its client id,
/// `servicePrincipals(appId='…')`, and with `Prefer: create-if-missing`, one that isn't there is created.
#[utoipa::path(
    patch, path = "/servicePrincipals/{id}", operation_id = "update_service_principal", tag = "service principals",
    params(("id" = Uuid, Path, description = "The service principal's id.", example = "5a3e0000-0000-4000-8000-000000000302")),
    request_body(content = ServicePrincipalUpdate, description = "What changes.", example = json!({"tags": ["books"], "notes": null})),
    responses(
        (status = 201, description = "The new service principal, where there was none of the application.", body = ServicePrincipal, example = json!(SERVICE_PRINCIPALS.entity())),
        (status = 204, description = "The service principal is changed, durably."),
    ),
)]
async fn update_service_principal(
    caller: Caller,
    State(app): State<AppState>,
    form: Form,
    Path(IdKey(key)): Path<IdKey>,
    CreatesMissing(creates): CreatesMissing,
    Body { values, .. }: Body<ServicePrincipalUpdate>,
) -> Result<Response, Failure> {
    let id = ObjectId::random();
    let change = move |tx: &WriteTx<'_>, _, by: &_| {
        let missing = || upserts::missing(tx, by, &CREATE_SERVICE_PRINCIPAL, &key, &values);
        Ok(match if creates { missing()? } else { None } {
            Some(new) => {
                Upserted::Created(Box::new(service_principals::create(tx, by, id, &new, &Bound::default())?))
            }
            None => Upserted::Updated(service_principals::update(tx, by, &key, &values)?),
        })
    };
    match write(&app, &caller, change).await? {
        Upserted::Created(new) => answers::created(&form, &new),
        Upserted::Updated(()) => Ok(answers::no_content()),
    }
}
