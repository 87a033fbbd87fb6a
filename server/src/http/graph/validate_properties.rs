//! `validateProperties`: whether a Microsoft 365 group can have a name. The rules are in `directory::validate_properties`.

use super::{groups::GROUPS, shapes::ObjectKey};
use crate::{
    directory::validate_properties::{self as rules, Names},
    http::{
        answers,
        contract::schemas::{ValidateGroupPropertiesParameters, ValidatePropertiesParameters},
        errors::Failure,
        extract::{Caller, IdKey, Json, Path},
        operation::Operation,
        state::AppState,
        units_of_work::read,
    },
    model::{
        actions::{VALIDATE_GROUP_PROPERTIES as OF_GROUP, VALIDATE_PROPERTIES as OF_NEW_GROUP},
        permissions::{VALIDATE_GROUP_PROPERTIES, VALIDATE_PROPERTIES},
    },
    odata::reference::Key,
    store::ReadTx,
};
use axum::{extract::State, response::Response, routing::post};
use serde_json::json;
use utoipa::openapi::path::HttpMethod;

const ON_BEHALF_OF: &str = "On behalf of another user it needs what reading that user needs.";

pub(super) fn operations() -> Vec<Operation> {
    let new_group = async |caller, State(app): State<AppState>, Json(body)| {
        validate(&app, &caller, None, Names::read(&OF_NEW_GROUP, &body)?).await
    };
    let group = async |caller, State(app): State<AppState>, Path(group): Path<IdKey>, Json(body)| {
        validate(&app, &caller, Some(group.key().clone()), Names::read(&OF_GROUP, &body)?).await
    };
    let new_group = Operation::shaped(
        &VALIDATE_PROPERTIES,
        HttpMethod::Post,
        "/directoryObjects/validateProperties",
        "validate_properties",
        post(new_group),
    );
    let group = Operation::shaped(
        &VALIDATE_GROUP_PROPERTIES,
        HttpMethod::Post,
        "/groups/{id}/validateProperties",
        "validate_group_properties",
        post(group),
    );
    let names = json!({"displayName": "Library", "mailNickname": "library"});
    let mut names_of_group = names.clone();
    names_of_group["entityType"] = "Group".into();
    vec![
        new_group
            .summary(GROUPS.tag, "Validate names of a new group")
            .description("Says whether a new Microsoft 365 group can have these names: 422 tells why not.")
            .description(ON_BEHALF_OF)
            .page("directoryobject-validateproperties")
            .body::<ValidatePropertiesParameters>("The names.", names_of_group)
            .done("A group can have the names."),
        GROUPS
            .with_key::<IdKey>(group)
            .summary(GROUPS.tag, "Validate names of a group")
            .description("Says whether a Microsoft 365 group can get these names: 422 tells why not.")
            .description(ON_BEHALF_OF)
            .page("group-validateproperties")
            .body::<ValidateGroupPropertiesParameters>("The names.", names)
            .done("The group can have the names."),
    ]
}

async fn validate(
    app: &AppState,
    caller: &Caller,
    group: Option<Key>,
    names: Names,
) -> Result<Response, Failure> {
    read(app, caller, move |tx: &ReadTx<'_>, by: &_| rules::validate(tx, by, group.as_ref(), &names)).await?;
    Ok(answers::no_content())
}
