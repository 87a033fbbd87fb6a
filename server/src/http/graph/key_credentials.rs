//! `addKey` and `removeKey` of applications and service principals. The rules are in `directory::key_credentials`.

use super::{
    applications::APPLICATIONS,
    service_principals::SERVICE_PRINCIPALS,
    shapes::{JSON, Objects, with_context},
};
use crate::{
    directory::key_credentials::{self, NewKey, OldKey, Proven},
    http::{
        answers::{self, Form},
        contract::schemas::{AddKeyParameters, AddKeyResult, RemoveKeyParameters},
        errors::Failure,
        extract::{Caller, IdKey, Json, Path},
        operation::Operation,
        state::AppState,
        units_of_work::{read, write},
    },
    model::{
        kinds::ObjectKind,
        permissions::{Need, ROLL_APPLICATION_KEY, ROLL_SERVICE_PRINCIPAL_KEY},
    },
    odata::reference::Key,
    store::WriteTx,
};
use axum::{extract::State, routing::post};
use serde_json::{Value, json};
use utoipa::openapi::path::HttpMethod;

const KEY: &str = "microsoft.graph.keyCredential";
const KEY_ID: &str = "5a3e0000-0000-4000-8000-000000000902";
const PROOF: &str = "eyJhbGciOiJQUzI1NiJ9.eyJhdWQiOiIwMDAwMDAwMy0uLi4ifQ.c2lnbmF0dXJl";

/// A certificate, as the contract shows one.
const CERTIFICATE: &str = "MIIBDDCBs6ADAgECAgEJMAoGCCqGSM49BAMCMBAxDjAMBgNVBAMMBUxvYW5zMB4XDTI2MDMwMjA5MzAwMFoXDTI4MDMwMjA5MzAw\
    MFowEDEOMAwGA1UEAwwFTG9hbnMwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASV5g26yl23dgwoCB92KIp0DzMY2YGsOo+xnPUL\
    Gzq/1dqClcIHRzWbws22kvyWBnLYzX/7rpKiQeJYxEASWrfCMAoGCCqGSM49BAMCA0gAMEUCIQCZOtcnPLXEitn2Ym8ugpPZfV76\
    lggcxPqMR2p6FMakoQIgJXGWRFKyh0ppjibiI/X1MOToHqd+AKWhRJJ0vE8Q9zY=";

pub(super) fn operations() -> Vec<Operation> {
    let of_application = |path, id| (&APPLICATIONS, [path, id], &ROLL_APPLICATION_KEY);
    let of_service_principal = |path, id| (&SERVICE_PRINCIPALS, [path, id], &ROLL_SERVICE_PRINCIPAL_KEY);
    vec![
        add(of_application("/applications/{id}/addKey", "add_application_key")),
        remove(of_application("/applications/{id}/removeKey", "remove_application_key")),
        add(of_service_principal("/servicePrincipals/{id}/addKey", "add_service_principal_key")),
        remove(of_service_principal("/servicePrincipals/{id}/removeKey", "remove_service_principal_key")),
    ]
}

/// Whose certificates, the path and the name, and what is needed.
type Of = (&'static Objects, [&'static str; 2], &'static Need);

fn add((of, [path, id], need): Of) -> Operation {
    let handler = async move |caller: Caller,
                              State(app): State<AppState>,
                              form: Form,
                              Path(IdKey(key)): Path<IdKey>,
                              Json(body)| {
        let new = NewKey::read(&body)?;
        let proven = prove(&app, &caller, (of.kind, key.clone()), new.proof().to_owned()).await?;
        let add =
            move |tx: &WriteTx<'_>, _, by: &_| key_credentials::add(tx, by, (of.kind, &key), &new, &proven);
        answers::written(&form, KEY, &write(&app, &caller, add).await?)
    };
    of.with_key::<IdKey>(Operation::shaped(need, HttpMethod::Post, path, id, post(handler)))
        .summary(of.tag, format!("Add a certificate to {}", of.one))
        .description(
            "Keeps another certificate, for whoever proves to have the key of one that is there. Without one, an update sets the \
             first. No permission is needed for an application's own.",
        )
        .page(format!("{}-addkey", of.page))
        .body::<AddKeyParameters>("The certificate, and the proof.", new_key())
        .answers::<AddKeyResult>("The new certificate.", JSON, with_context(KEY, "", example()))
}

/// Looks at a proof before the change, which the writer does: signatures aren't checked on its thread.
async fn prove(
    app: &AppState,
    caller: &Caller,
    (kind, key): (ObjectKind, Key),
    proof: String,
) -> Result<Proven, Failure> {
    read(app, caller, move |tx, by| key_credentials::prove(tx, by, (kind, &key), &proof)).await
}

fn new_key() -> Value {
    let key = json!({"key": CERTIFICATE, "type": "AsymmetricX509Cert", "usage": "Verify"});
    json!({"keyCredential": key, "proof": PROOF})
}

fn example() -> Value {
    json!({
        "customKeyIdentifier": "iw8r0umTxseX3soYEuW37MSua8E=", "displayName": "CN=Loans", "endDateTime": "2028-03-02T09:30:00Z",
        "key": null, "keyId": KEY_ID, "startDateTime": "2026-03-02T09:30:00Z", "type": "AsymmetricX509Cert",
        "usage": "Verify",
    })
}

fn remove((of, [path, id], need): Of) -> Operation {
    let handler = async move |caller: Caller,
                              State(app): State<AppState>,
                              Path(IdKey(key)): Path<IdKey>,
                              Json(body)| {
        let old = OldKey::read(&body)?;
        let proven = prove(&app, &caller, (of.kind, key.clone()), old.proof().to_owned()).await?;
        let remove = move |tx: &WriteTx<'_>, _, by: &_| {
            key_credentials::remove(tx, by, (of.kind, &key), &old, &proven)
        };
        write(&app, &caller, remove).await?;
        Ok::<_, Failure>(answers::no_content())
    };
    of.with_key::<IdKey>(Operation::shaped(need, HttpMethod::Post, path, id, post(handler)))
        .summary(of.tag, format!("Remove a certificate of {}", of.one))
        .description(
            "Takes a certificate away, for whoever proves to have the key of one that is there: it proves nothing from then on. No \
             permission is needed for an application's own.",
        )
        .page(format!("{}-removekey", of.page))
        .body::<RemoveKeyParameters>("Which certificate, and the proof.", json!({"keyId": KEY_ID, "proof": PROOF}))
        .done("The certificate is taken away, durably.")
}
