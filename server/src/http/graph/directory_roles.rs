//! `/directoryRoles`. The rules are in `directory::directory_roles`.

use super::shapes::Objects;
use crate::{
    directory::directory_roles as rules,
    http::{
        answers::{self, Form},
        contract::schemas::{DirectoryRole, DirectoryRoleCollection, DirectoryRoleCreate},
        errors::Failure,
        extract::Caller,
        operation::Operation,
        payload::Body,
        state::AppState,
        units_of_work::write,
    },
    model::{
        ids::ObjectId,
        kinds::ObjectKind,
        permissions::{READ_DIRECTORY_ROLE, WRITE_DIRECTORY_ROLE},
    },
};
use axum::{extract::State, response::Response};
use serde_json::{Value, json};
use utoipa_axum::routes;

pub(super) static DIRECTORY_ROLES: Objects = Objects {
    kind: ObjectKind::DirectoryRole,
    tag: "directory roles",
    one: "a directory role",
    many: "directory roles",
    page: "directoryrole",
    example,
};

fn example() -> Value {
    json!({
        "id": "5a3e0000-0000-4000-8000-000000000309", "displayName": "User Administrator",
        "description": "Users and groups.", "roleTemplateId": "fe930be7-5e62-47db-91af-98c3a49a38b1",
    })
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        DIRECTORY_ROLES
            .list::<DirectoryRoleCollection>("/directoryRoles", "list_directory_roles", &READ_DIRECTORY_ROLE)
            .description("Only roles that are activated are listed."),
        DIRECTORY_ROLES
            .get::<DirectoryRole>("/directoryRoles/{id}", "get_directory_role", &READ_DIRECTORY_ROLE)
            .description("`directoryRoles(roleTemplateId='{id}')` is the same by the id of its template."),
        Operation::annotated(&WRITE_DIRECTORY_ROLE, routes!(create_directory_role))
            .page("directoryrole-post-directoryroles"),
    ]
}

/// Activate a directory role
///
/// Activates a built-in role, so that it can be assigned. What a role lets its members do
/// isn't enforced, unless the server enforces roles: permissions are those of tokens.
#[utoipa::path(
    post, path = "/directoryRoles", operation_id = "create_directory_role", tag = "directory roles",
    request_body(content = DirectoryRoleCreate, description = "Of which template.", example = json!({
        "roleTemplateId": "fdd7a751-b60b-444a-984c-02652fe8fa1c",
    })),
    responses(
        (status = 201, description = "The role.", body = DirectoryRole, example = json!(DIRECTORY_ROLES.entity_with(&json!({
            "id": "5a3e0000-0000-4000-8000-000000000312", "displayName": "Groups Administrator",
            "description": "Groups and their settings.", "roleTemplateId": "fdd7a751-b60b-444a-984c-02652fe8fa1c",
        })))),
    ),
)]
async fn create_directory_role(
    caller: Caller,
    State(app): State<AppState>,
    form: Form,
    Body { values, .. }: Body<DirectoryRoleCreate>,
) -> Result<Response, Failure> {
    let id = ObjectId::random();
    let new = write(&app, &caller, move |tx, _, by| rules::activate(tx, by, id, &values)).await?;
    answers::created(&form, &new)
}
