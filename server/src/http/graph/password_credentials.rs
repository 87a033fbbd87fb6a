//! `addPassword` and `removePassword` of applications and service principals. The rules are in `directory::password_credentials`.

use super::{
    applications::APPLICATIONS,
    service_principals::SERVICE_PRINCIPALS,
    shapes::{JSON, Objects, with_context},
};
use crate::{
    auth::secrets::Secret,
    directory::password_credentials::{self, NewPassword, Terms},
    http::{
        answers::{self, Form},
        contract::schemas::{AddPasswordParameters, AddPasswordResult, RemovePasswordParameters},
        errors::{Failure, RequestFault},
        extract::{Caller, IdKey, Json, Path},
        operation::Operation,
        state::AppState,
        units_of_work::write,
    },
    model::permissions::{Need, WRITE_APPLICATION, WRITE_SERVICE_PRINCIPAL},
    store::WriteTx,
};
use axum::{extract::State, routing::post};
use serde_json::{Value, json};
use utoipa::openapi::path::HttpMethod;

const PASSWORD: &str = "microsoft.graph.passwordCredential";
const KEY_ID: &str = "5a3e0000-0000-4000-8000-000000000901";

pub(super) fn operations() -> Vec<Operation> {
    let application = ["/applications/{id}/addPassword", "add_application_password"];
    let service_principal = ["/servicePrincipals/{id}/addPassword", "add_service_principal_password"];
    let of_application = ["/applications/{id}/removePassword", "remove_application_password"];
    let of_service_principal =
        ["/servicePrincipals/{id}/removePassword", "remove_service_principal_password"];
    vec![
        add_password(&APPLICATIONS, application, &WRITE_APPLICATION),
        remove_password(&APPLICATIONS, of_application, &WRITE_APPLICATION),
        add_password(&SERVICE_PRINCIPALS, service_principal, &WRITE_SERVICE_PRINCIPAL),
        remove_password(&SERVICE_PRINCIPALS, of_service_principal, &WRITE_SERVICE_PRINCIPAL),
    ]
}

fn add_password(of: &'static Objects, [path, id]: [&'static str; 2], need: &'static Need) -> Operation {
    let handler = async move |caller: Caller,
                              State(app): State<AppState>,
                              form: Form,
                              Path(IdKey(key)): Path<IdKey>,
                              Json(body)| {
        let terms = Terms::read(&body)?;
        let secret = Secret::random().map_err(|_| RequestFault::Internal)?;
        let new = NewPassword::of(&secret);
        let add = move |tx: &WriteTx<'_>, _, by: &_| {
            password_credentials::add_password(tx, by, (of.kind, &key), &new, &terms)
        };
        let mut made = write(&app, &caller, add).await?;
        // The only place that tells it.
        made.insert("secretText".into(), secret.reveal().into());
        answers::written(&form, PASSWORD, &made)
    };
    of.with_key::<IdKey>(Operation::shaped(need, HttpMethod::Post, path, id, post(handler)))
        .summary(of.tag, format!("Add a password to {}", of.one))
        .description(
            "Makes a password, which is shown in `secretText` this once: only its digest is kept. It proves something for two years, \
             where the body says nothing else.",
        )
        .page(format!("{}-addpassword", of.page))
        .body::<AddPasswordParameters>(
            "Its name, and when it begins and ends.",
            json!({"passwordCredential": {"displayName": "of the test"}}),
        )
        .answers::<AddPasswordResult>("The new password.", JSON, with_context(PASSWORD, "", example()))
}

fn example() -> Value {
    json!({
        "customKeyIdentifier": null, "displayName": "of the test", "endDateTime": "2028-03-02T09:30:00Z", "hint": "nb3",
        "keyId": KEY_ID, "secretText": "nb3fXqDm1fYhOaSx0w6n2mDbqCwLkzv8i0P1rRrE4sU",
        "startDateTime": "2026-03-02T09:30:00Z",
    })
}

fn remove_password(of: &'static Objects, [path, id]: [&'static str; 2], need: &'static Need) -> Operation {
    let handler = async move |caller: Caller,
                              State(app): State<AppState>,
                              Path(IdKey(key)): Path<IdKey>,
                              Json(body)| {
        let key_id = password_credentials::read_key_id(&body)?;
        let remove = move |tx: &WriteTx<'_>, _, by: &_| {
            password_credentials::remove_password(tx, by, (of.kind, &key), key_id)
        };
        write(&app, &caller, remove).await?;
        Ok::<_, Failure>(answers::no_content())
    };
    of.with_key::<IdKey>(Operation::shaped(need, HttpMethod::Post, path, id, post(handler)))
        .summary(of.tag, format!("Remove a password of {}", of.one))
        .description("Takes a password away: it proves nothing from then on.")
        .page(format!("{}-removepassword", of.page))
        .body::<RemovePasswordParameters>("Which password.", json!({"keyId": KEY_ID}))
        .done("The password is taken away, durably.")
}
