//! `/oauth2PermissionGrants`, and those of service principals and users. The rules are in `directory::oauth2_permission_grants`.

use super::{
    me::{ME, Me},
    service_principals::SERVICE_PRINCIPALS,
    shapes::{JSON, ObjectKey, Objects, Resources, with_context},
    users::USERS,
};
use crate::{
    directory::oauth2_permission_grants::{self as rules, Of},
    http::{
        answers::{self, Form, Shown},
        body,
        contract::schemas::{
            OAuth2PermissionGrant, OAuth2PermissionGrantCollection, OAuth2PermissionGrantCreate,
            OAuth2PermissionGrantUpdate,
        },
        errors::Failure,
        extract::{Caller, IdKey, Path},
        operation::Operation,
        paging::Pages,
        payload::Body,
        query_options::QueryOptions,
        state::AppState,
        units_of_work::{read, write},
    },
    model::{
        oauth2_permission_grant::OAUTH2_PERMISSION_GRANT,
        permissions::{Need, READ_MY_PERMISSION_GRANT, READ_PERMISSION_GRANT, WRITE_PERMISSION_GRANT},
    },
    odata::{
        binding::equality::{self, OneOf},
        faults::FilterFault,
        filter,
        query::{Query, QueryFault},
        reference::Key,
    },
    store::{ReadTx, WriteTx},
};
use axum::{
    extract::State,
    response::Response,
    routing::{get, post},
};
use serde_json::{Value, json};
use utoipa::{PartialSchema, openapi::path::HttpMethod};

const SET: &str = "/oauth2PermissionGrants";
const ONE: &str = "/oauth2PermissionGrants/{id}";

const GRANTS: Resources = Resources {
    resource: &OAUTH2_PERMISSION_GRANT,
    tag: SERVICE_PRINCIPALS.tag,
    one: "a delegated permission grant",
    many: "delegated permission grants",
    page: "oauth2permissiongrant",
    key: String::schema,
    example: || {
        json!({
            "id": "AAA-WgAAAECAAAAAAAADAgAAPloAAABAgAAAAAAAAwIAAD5aAAAAQIAAAAAAAAED",
            "clientId": "5a3e0000-0000-4000-8000-000000000302", "consentType": "Principal",
            "principalId": "5a3e0000-0000-4000-8000-000000000103",
            "resourceId": "5a3e0000-0000-4000-8000-000000000302", "scope": "Loans.Read",
        })
    },
};

fn body() -> Value {
    let mut body = (GRANTS.example)();
    if let Value::Object(body) = &mut body {
        body.shift_remove("id");
        // The sample's grant is for another user.
        body.insert("principalId".into(), "5a3e0000-0000-4000-8000-000000000101".into());
    }
    body
}

pub(super) fn operations() -> Vec<Operation> {
    let (read, write) = (&READ_PERMISSION_GRANT, &WRITE_PERMISSION_GRANT);
    let with_key = |operation| GRANTS.with_key("id", operation);
    let one =
        GRANTS.get::<OAuth2PermissionGrant, String>(ONE, "get_oauth2_permission_grant", read, |tx, _, id| {
            rules::get(tx, id)
        });
    let update = GRANTS.update::<OAuth2PermissionGrantUpdate, String>(
        ONE,
        "update_oauth2_permission_grant",
        write,
        |tx, _, id, body| rules::update(tx, id, body),
        json!({"scope": "Loans.Read Loans.Write"}),
    );
    let delete = GRANTS
        .delete::<String>(ONE, "delete_oauth2_permission_grant", write, |tx, _, id| rules::delete(tx, id));
    vec![
        all(),
        create(),
        with_key(one),
        with_key(update).description("Grants other permissions in the place of those that were granted."),
        with_key(delete),
        of_object::<IdKey>(
            &SERVICE_PRINCIPALS,
            "/servicePrincipals/{id}",
            "list_service_principal_oauth2_permission_grants",
            read,
            Of::Client,
        ),
        of_object::<Key>(&USERS, "/users/{id}", "list_user_oauth2_permission_grants", read, Of::User),
        of_object::<Me>(&ME, "/me", "list_my_oauth2_permission_grants", &READ_MY_PERMISSION_GRANT, Of::User),
    ]
}

fn all() -> Operation {
    let handler = async |caller: Caller, State(app): State<AppState>, form: Form, query: Query| {
        page(&app, &caller, &form, &query, SET, Of::Tenant).await
    };
    let id = "list_oauth2_permission_grants";
    let operation = Operation::shaped(&READ_PERMISSION_GRANT, HttpMethod::Get, SET, id, get(handler));
    listed(operation, "delegated permission grants").page("oauth2permissiongrant-list")
}

/// The grants of one object.
fn of_object<K: ObjectKey<Key = Key>>(
    of: &'static Objects,
    object: &'static str,
    id: &'static str,
    need: &'static Need,
    whose: fn(Key) -> Of,
) -> Operation {
    let set = object.trim_end_matches("/{id}");
    let handler = async move |caller: Caller,
                              State(app): State<AppState>,
                              form: Form,
                              Path(key): Path<K>,
                              query: Query| {
        let path = format!("{set}{}{SET}", key.in_link());
        page(&app, &caller, &form, &query, &path, whose(key.key().clone())).await
    };
    let operation = Operation::shaped(need, HttpMethod::Get, format!("{object}{SET}"), id, get(handler));
    let many = format!("delegated permission grants of {}", of.one);
    listed(of.with_key::<K>(operation), &many).page(format!("{}-list-oauth2permissiongrants", of.page))
}

fn listed(operation: Operation, many: &str) -> Operation {
    let example = with_context(OAUTH2_PERMISSION_GRANT.set, "", json!({"value": [(GRANTS.example)()]}));
    operation
        .summary(GRANTS.tag, format!("List {many}"))
        .description(format!(
            "Lists the {many}. Those for everybody are of no user. `$filter` asks for clients, resources, users and `consentType` by \
             `eq`, joined by `and`."
        ))
        .takes(&QueryOptions::ASSIGNMENTS)
        .answers::<OAuth2PermissionGrantCollection>("A page of delegated permission grants.", JSON, example)
}

async fn page(
    app: &AppState,
    caller: &Caller,
    form: &Form,
    query: &Query,
    path: &str,
    of: Of,
) -> Result<Response, Failure> {
    let pages = Pages::of(app, caller, path, query).await?;
    let (filter, after, limit) = (filter(query)?, pages.after(query)?, query.page_size());
    let list = move |tx: &ReadTx<'_>, _: &_| rules::list(tx, &of, &filter, &after, limit);
    let (grants, next) = read(app, caller, list).await?;
    let next_link = next.map(|after| pages.link(form, query, &after)).transpose()?;
    let shown = Shown::of(query.select.as_deref(), None, caller);
    let answer = answers::resources(form, &OAUTH2_PERMISSION_GRANT, &grants, next_link, shown);
    Ok(body::hold(answer, &app.answer_budget.share(), Some(caller.tenant.id))?)
}

/// What a filter asks for: one value of each property.
fn filter(query: &Query) -> Result<Vec<OneOf>, Failure> {
    let Some(text) = &query.filter else { return Ok(Vec::new()) };
    let read = || {
        let bound = equality::bind(&filter::read(text)?, &OAUTH2_PERMISSION_GRANT)?;
        let is_equality = bound.iter().all(|(_, values)| values.len() == 1);
        if is_equality { Ok(bound) } else { Err(FilterFault::Unsupported) }
    };
    Ok(read().map_err(QueryFault::Filter)?)
}

fn create() -> Operation {
    let handler = async |caller: Caller,
                         State(app): State<AppState>,
                         form: Form,
                         Body { values, .. }: Body<OAuth2PermissionGrantCreate>| {
        let create = move |tx: &WriteTx<'_>, _, _: &_| rules::create(tx, &values);
        let made = write(&app, &caller, create).await?;
        let id = made.get("id").and_then(Value::as_str).unwrap_or_default();
        answers::created_resource(&form, &format!("{SET}/{id}"), &OAUTH2_PERMISSION_GRANT, &made)
    };
    let id = "create_oauth2_permission_grant";
    Operation::shaped(&WRITE_PERMISSION_GRANT, HttpMethod::Post, SET, id, post(handler))
        .summary(GRANTS.tag, "Create a delegated permission grant")
        .description(
            "Grants a client permissions of a resource, for a user or for everybody: nobody whom it is for is asked for consent to them. \
             There is one grant of a client, a resource and a user, and one for everybody.",
        )
        .page("oauth2permissiongrant-post")
        .body::<OAuth2PermissionGrantCreate>("Which permissions, and for whom.", body())
        .creates::<OAuth2PermissionGrant>("The grant.", GRANTS.entity())
}
