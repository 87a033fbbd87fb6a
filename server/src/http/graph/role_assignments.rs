//! `/roleManagement/directory/roleAssignments`. The rules are in `directory::role_assignments`.

use super::shapes::{JSON, with_context};
use crate::{
    directory::role_assignments::{self as rules, Wanted},
    http::{
        answers::{self, Form, Shown},
        body,
        contract::schemas::{UnifiedRoleAssignment, UnifiedRoleAssignmentCollection},
        errors::Failure,
        extract::{Caller, Path},
        operation::Operation,
        paging::Pages,
        query_options::QueryOptions,
        state::AppState,
        units_of_work::read,
    },
    model::{permissions::READ_ROLE_ASSIGNMENT, role_assignment::ROLE_ASSIGNMENT},
    odata::{
        binding::equality,
        filter,
        query::{Query, QueryFault},
    },
    store::ReadTx,
};
use axum::{extract::State, response::Response, routing::get};
use serde_json::{Value, json};
use utoipa::{PartialSchema, openapi::path::HttpMethod};

const PATH: &str = "/roleManagement/directory/roleAssignments";
const ONE: &str = "/roleManagement/directory/roleAssignments/{id}";
const TAG: &str = "directory roles";
const EXAMPLE: &str = "5wuT_mJe20eRr5jDpJo4sQAAPloAAABAgAAAAAAAAQE-1";

fn example() -> Value {
    json!({
        "id": EXAMPLE, "principalId": "5a3e0000-0000-4000-8000-000000000101", "directoryScopeId": "/",
        "roleDefinitionId": "fe930be7-5e62-47db-91af-98c3a49a38b1",
    })
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::shaped(&READ_ROLE_ASSIGNMENT, HttpMethod::Get, PATH, "list_role_assignments", get(list))
            .summary(TAG, "List role assignments")
            .description(
                "Lists which directory roles are assigned to whom: what the members of the roles say. All are for the whole tenant. \
                 `$filter` asks for roles, principals and scopes by `eq` and `in`, joined by `and`.",
            )
            .page("rbacapplication-list-roleassignments")
            .takes(&QueryOptions::ASSIGNMENTS)
            .answers::<UnifiedRoleAssignmentCollection>(
                "A page of role assignments.",
                JSON,
                with_context(ROLE_ASSIGNMENT.set, "", json!({"value": [example()]})),
            ),
        Operation::shaped(&READ_ROLE_ASSIGNMENT, HttpMethod::Get, ONE, "get_role_assignment", get(one))
            .summary(TAG, "Get a role assignment")
            .description("Gets a role assignment.")
            .page("unifiedroleassignment-get")
            .takes(&QueryOptions::RESOURCE)
            .key("id", String::schema(), "The assignment's id.".into(), EXAMPLE)
            .answers::<UnifiedRoleAssignment>(
                "The role assignment.",
                JSON,
                with_context(ROLE_ASSIGNMENT.set, "/$entity", example()),
            ),
    ]
}

async fn list(
    caller: Caller,
    State(app): State<AppState>,
    form: Form,
    query: Query,
) -> Result<Response, Failure> {
    let pages = Pages::of(&app, &caller, PATH, &query).await?;
    let (wanted, after, limit) = (wanted(&query)?, pages.after(&query)?, query.page_size());
    let list = move |tx: &ReadTx<'_>, _: &_| rules::list(tx, &wanted, &after, limit);
    let (assignments, next) = read(&app, &caller, list).await?;
    let next_link = next.map(|after| pages.link(&form, &query, &after)).transpose()?;
    let shown = Shown::of(query.select.as_deref(), None, &caller);
    let answer = answers::resources(&form, &ROLE_ASSIGNMENT, &assignments, next_link, shown);
    Ok(body::hold(answer, &app.answer_budget.share(), Some(caller.tenant.id))?)
}

fn wanted(query: &Query) -> Result<Wanted, Failure> {
    let read = |text: &String| equality::bind(&filter::read(text)?, &ROLE_ASSIGNMENT);
    let filter = query.filter.as_ref().map(read).transpose().map_err(QueryFault::Filter)?;
    Ok(Wanted::of(&filter.unwrap_or_default()))
}

async fn one(
    caller: Caller,
    State(app): State<AppState>,
    form: Form,
    Path(id): Path<String>,
    query: Query,
) -> Result<Response, Failure> {
    let found = read(&app, &caller, move |tx, _| rules::get(tx, &id)).await?;
    let shown = Shown::of(query.select.as_deref(), None, &caller);
    Ok(answers::resource(&form, &ROLE_ASSIGNMENT, &found, shown))
}
