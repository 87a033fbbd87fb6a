//! `/users/{id}/manager`: who manages a user. The rules are in `directory::managers`.

use super::{
    contacts::CONTACTS,
    directory_objects,
    me::{ME, Me},
    shapes::{ObjectKey, Objects, reference, with_context},
    users::USERS,
};
use crate::{
    directory::managers,
    http::{
        answers::{self, Form, Shown},
        contract::{
            schemas::DirectoryObject,
            wire::{Reference, ReferenceCreate},
        },
        errors::Failure,
        extract::{Caller, IdKey, Path},
        operation::Operation,
        payload::ReferenceBody,
        query_options::QueryOptions,
        state::AppState,
        units_of_work::{read, write},
    },
    model::{
        kinds::ObjectKind,
        permissions::{
            Need, READ_MANAGER, READ_MY_MANAGER, READ_ORG_CONTACT, WRITE_MANAGER, WRITE_MY_MANAGER,
        },
    },
    odata::{query::Query, reference::Key, scope::Scope},
    store::ReadTx,
};
use axum::{
    extract::State,
    routing::{delete, get, put},
};
use serde_json::json;
use utoipa::openapi::path::HttpMethod;

const TAG: &str = "managers";

/// The manager of the user of the examples.
const GRACE: &str = "5a3e0000-0000-4000-8000-000000000102";

const LIMITED: &str =
    "A manager of a kind that the caller may not read shows its type and id, all else of it is null.";

/// The manager of one of these objects.
fn get_manager<K: ObjectKey<Key = Key>>(
    of: &Objects,
    path: &'static str,
    id: &'static str,
    need: &'static Need,
) -> Operation {
    let kind = of.kind;
    let handler = async move |caller: Caller,
                              State(app): State<AppState>,
                              form: Form,
                              Path(key): Path<K>,
                              query: Query| {
        // Objects of whatever kind have no navigation properties: this refuses them.
        Scope::Related.expansion(&query)?;
        let select = query.select.clone();
        let get = move |tx: &ReadTx<'_>, by: &_| managers::get(tx, by, kind, key.key(), select.as_deref());
        let found = read(&app, &caller, get).await?;
        answers::directory_object(&form, &found, Shown::of(query.select.as_deref(), None, &caller))
    };
    let manager = json!({
        "id": GRACE, "displayName": "Grace Hopper", "userPrincipalName": "grace@contoso.example",
    });
    of.with_key::<K>(Operation::shaped(need, HttpMethod::Get, path, id, get(handler)))
        .summary(TAG, format!("Get the manager of {}", of.one))
        .description(format!("Gets the user or the contact who manages {}, else 404. {LIMITED}", of.one))
        .page(page(of, "list"))
        .reads(Scope::Related)
        .answers::<DirectoryObject>("The manager.", "application/json", directory_objects::user(&manager))
}

/// A reference to the manager of one of these objects.
fn get_reference<K: ObjectKey<Key = Key>>(
    of: &Objects,
    path: &'static str,
    id: &'static str,
    need: &'static Need,
) -> Operation {
    let kind = of.kind;
    let handler = async move |caller: Caller, State(app): State<AppState>, form: Form, Path(key): Path<K>| {
        let get = move |tx: &ReadTx<'_>, by: &_| managers::get(tx, by, kind, key.key(), None);
        let found = read(&app, &caller, get).await?;
        Ok::<_, Failure>(answers::reference(&form, &found))
    };
    of.with_key::<K>(Operation::shaped(need, HttpMethod::Get, path, id, get(handler)))
        .summary(TAG, format!("Get a reference to the manager of {}", of.one))
        .description(format!("Gets the URL of the user or the contact who manages {}, else 404.", of.one))
        .page(page(of, "list"))
        .takes(&QueryOptions::REFERENCE)
        .answers::<Reference>(
            "The reference.",
            "application/json",
            with_context("$ref", "", reference(GRACE)),
        )
}

/// Gives one of these users a manager.
fn set<K: ObjectKey<Key = Key>>(
    of: &Objects,
    path: &'static str,
    id: &'static str,
    need: &'static Need,
) -> Operation {
    let handler = async move |caller: Caller,
                              State(app): State<AppState>,
                              Path(key): Path<K>,
                              ReferenceBody(manager)| {
        write(&app, &caller, move |tx, policy, by| managers::set(tx, policy, by, key.key(), &manager))
            .await?;
        Ok::<_, Failure>(answers::no_content())
    };
    of.with_key::<K>(Operation::shaped(need, HttpMethod::Put, path, id, put(handler)))
        .summary(TAG, format!("Assign a manager to {}", of.one))
        .description(format!("Gives {} this manager, in the place of the one before.", of.one))
        .description("Users and contacts can be managers.")
        .page(page(of, "post"))
        .body::<ReferenceCreate>("The manager.", reference(GRACE))
        .done("The manager is assigned, durably.")
}

/// Takes the manager from one of these users.
fn remove<K: ObjectKey<Key = Key>>(
    of: &Objects,
    path: &'static str,
    id: &'static str,
    need: &'static Need,
) -> Operation {
    let handler = async move |caller: Caller, State(app): State<AppState>, Path(key): Path<K>| {
        write(&app, &caller, move |tx, policy, by| managers::remove(tx, policy, by, key.key())).await?;
        Ok::<_, Failure>(answers::no_content())
    };
    of.with_key::<K>(Operation::shaped(need, HttpMethod::Delete, path, id, delete(handler)))
        .summary(TAG, format!("Remove the manager of {}", of.one))
        .description(format!("Takes the manager from {}. Without one, that is 404.", of.one))
        .page(page(of, "delete"))
        .done("There is no manager any more, durably.")
}

/// Graph's page on what is done with a manager.
fn page(of: &Objects, action: &str) -> String {
    match of.kind {
        ObjectKind::OrgContact => format!("{}-get-manager", of.page),
        _ => format!("{}-{action}-manager", of.page),
    }
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        get_manager::<Key>(&USERS, "/users/{id}/manager", "get_user_manager", &READ_MANAGER),
        get_reference::<Key>(&USERS, "/users/{id}/manager/$ref", "get_user_manager_reference", &READ_MANAGER),
        set::<Key>(&USERS, "/users/{id}/manager/$ref", "set_user_manager", &WRITE_MANAGER),
        remove::<Key>(&USERS, "/users/{id}/manager/$ref", "remove_user_manager", &WRITE_MANAGER),
        get_manager::<Me>(&ME, "/me/manager", "get_my_manager", &READ_MY_MANAGER),
        get_reference::<Me>(&ME, "/me/manager/$ref", "get_my_manager_reference", &READ_MY_MANAGER),
        set::<Me>(&ME, "/me/manager/$ref", "set_my_manager", &WRITE_MY_MANAGER),
        remove::<Me>(&ME, "/me/manager/$ref", "remove_my_manager", &WRITE_MY_MANAGER),
        get_manager::<IdKey>(&CONTACTS, "/contacts/{id}/manager", "get_contact_manager", &READ_ORG_CONTACT),
    ]
}
