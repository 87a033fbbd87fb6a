//! `/directoryRoleTemplates`: the built-in roles, which are the same for every tenant.

use super::shapes::{JSON, guid, with_context};
use crate::{
    directory::Refusal,
    http::{
        answers::{self, Form},
        contract::wire::{DirectoryRoleTemplate, DirectoryRoleTemplates},
        errors::Failure,
        extract::{Caller, Path},
        operation::Operation,
        query_options::QueryOptions,
        state::AppState,
        units_of_work::read,
    },
    model::{
        ids::{AsWritten, ObjectId},
        permissions::READ_DIRECTORY_ROLE,
        role_templates::{self, ROLE_TEMPLATES, RoleTemplate},
    },
};
use axum::{extract::State, routing::get};
use serde_json::{Value, json};
use utoipa::openapi::path::HttpMethod;

const SET: &str = "directoryRoleTemplates";
const TAG: &str = "directory roles";
const EXAMPLE: &str = "fe930be7-5e62-47db-91af-98c3a49a38b1";

pub(super) fn operations() -> Vec<Operation> {
    // They are not of a tenant, but what a caller may read is.
    let admitted = async |app: &AppState, caller: &Caller| read(app, caller, |_, _| Ok(())).await;
    let list = async move |State(app): State<AppState>, caller: Caller, form: Form| {
        admitted(&app, &caller).await?;
        let value: Vec<_> = ROLE_TEMPLATES.iter().map(shown).collect();
        answers::written(&form, SET, &json!({"value": value}))
    };
    let one = async move |State(app): State<AppState>,
                          caller: Caller,
                          form: Form,
                          Path(id): Path<AsWritten<ObjectId>>| {
        admitted(&app, &caller).await?;
        let template = role_templates::find(&id.value.to_string());
        let template = template.ok_or(Failure::from(Refusal::NotFound(id.text)))?;
        answers::written(&form, &format!("{SET}/$entity"), &shown(template))
    };
    let shaped = |path: &'static str, id: &'static str, handler| {
        Operation::shaped(&READ_DIRECTORY_ROLE, HttpMethod::Get, path, id, handler)
    };
    let example = json!({
        "id": EXAMPLE, "deletedDateTime": null, "description": "Users and groups.",
        "displayName": "User Administrator",
    });
    let listed: Value = json!({"value": [example]});
    vec![
        shaped("/directoryRoleTemplates", "list_directory_role_templates", get(list))
            .summary(TAG, "List directory role templates")
            .description(
                "Lists the built-in roles, all of them on one page. They are the same in every tenant.",
            )
            .page("directoryroletemplate-list")
            .takes(&QueryOptions::FIXED)
            .answers::<DirectoryRoleTemplates>(
                "The templates.",
                JSON,
                with_context("directoryRoleTemplates", "", listed),
            ),
        shaped("/directoryRoleTemplates/{id}", "get_directory_role_template", get(one))
            .summary(TAG, "Get a directory role template")
            .description("Gets a built-in role.")
            .page("directoryroletemplate-get")
            .takes(&QueryOptions::FIXED)
            .key("id", guid(), "The template's id.".into(), EXAMPLE)
            .answers::<DirectoryRoleTemplate>(
                "The template.",
                JSON,
                with_context("directoryRoleTemplates", "/$entity", example),
            ),
    ]
}

fn shown(template: &RoleTemplate) -> DirectoryRoleTemplate {
    DirectoryRoleTemplate {
        odata_context: None,
        id: template.id.into(),
        deleted_date_time: None,
        description: template.description.into(),
        display_name: template.name.into(),
    }
}
