//! `/servicePrincipals/{id}/appRoleAssignments` and `/appRoleAssignedTo`, and `/appRoleAssignments` of users and groups. The rules are in
//! `directory::app_role_assignments`.

use super::{
    groups::GROUPS,
    me::{ME, Me},
    service_principals::SERVICE_PRINCIPALS,
    shapes::{JSON, ObjectKey, Objects, with_context},
    users::USERS,
};
use crate::{
    directory::app_role_assignments::{self as rules, End, Place},
    http::{
        answers::{self, Form, Shown},
        body,
        contract::schemas::{AppRoleAssignment, AppRoleAssignmentCollection, AppRoleAssignmentCreate},
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
        app_role_assignment::APP_ROLE_ASSIGNMENT,
        permissions::{
            ASSIGN_APP_ROLE, ASSIGN_APP_ROLE_TO_MEMBER, Need, READ_APPLICATION,
            READ_GROUP_APP_ROLE_ASSIGNMENT, READ_MY_APP_ROLE_ASSIGNMENT, READ_USER_APP_ROLE_ASSIGNMENT,
        },
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
    routing::{delete, get, post},
};
use serde_json::{Value, json};
use utoipa::{PartialSchema, openapi::path::HttpMethod};

const ID: &str = "appRoleAssignmentId";
/// The role of a resource that has none.
const ROLE: &str = "00000000-0000-0000-0000-000000000000";

/// Assignments at one of their ends.
#[derive(Clone, Copy)]
struct Assignments {
    of: &'static Objects,
    end: End,
    /// The segment of their path after the object.
    segment: &'static str,
    /// The same in names of operations, of one and of several.
    names: [&'static str; 2],
    /// How the names of their pages in Graph's documentation end.
    page: &'static str,
    /// What they are, after the word for several.
    words: &'static str,
    read: &'static Need,
    write: &'static Need,
    example: Example,
}

/// One that the sample has.
#[derive(Clone, Copy)]
struct Example {
    id: &'static str,
    /// The principal's id, name and type.
    principal: [&'static str; 3],
    /// The resource's id and name.
    resource: [&'static str; 2],
}

const CATALOGUE: [&str; 2] = ["5a3e0000-0000-4000-8000-000000000302", "Catalogue"];
const SAMPLE: [&str; 2] = ["5a3e0000-0000-4000-8000-000000000305", "sample"];

const OF_SERVICE_PRINCIPAL: Assignments = Assignments {
    of: &SERVICE_PRINCIPALS,
    end: End::Principal,
    segment: "appRoleAssignments",
    names: ["service_principal_app_role_assignment", "service_principal_app_role_assignments"],
    page: "approleassignments",
    words: "that a service principal has",
    read: &READ_APPLICATION,
    write: &ASSIGN_APP_ROLE,
    example: Example {
        id: "AAA-WgAAAECAAAAAAAADAgAAPloAAABAgAAAAAAACRE",
        principal: [CATALOGUE[0], CATALOGUE[1], "ServicePrincipal"],
        resource: SAMPLE,
    },
};

const OF_RESOURCE: Assignments = Assignments {
    end: End::Resource,
    segment: "appRoleAssignedTo",
    names: ["service_principal_app_role_assigned_to", "service_principal_app_roles_assigned_to"],
    page: "approleassignedto",
    words: "of the roles of a service principal",
    example: Example {
        id: "AAA-WgAAAECAAAAAAAABAwAAPloAAABAgAAAAAAACRQ",
        principal: ["5a3e0000-0000-4000-8000-000000000103", "Alan Turing", "User"],
        resource: CATALOGUE,
    },
    ..OF_SERVICE_PRINCIPAL
};

const OF_USER: Assignments = Assignments {
    of: &USERS,
    names: ["user_app_role_assignment", "user_app_role_assignments"],
    words: "that a user has, without those of the user's groups",
    read: &READ_USER_APP_ROLE_ASSIGNMENT,
    example: Example {
        id: "AAA-WgAAAECAAAAAAAABAQAAPloAAABAgAAAAAAACRI",
        principal: ["5a3e0000-0000-4000-8000-000000000101", "Ada Lovelace", "User"],
        resource: SAMPLE,
    },
    write: &ASSIGN_APP_ROLE_TO_MEMBER,
    ..OF_SERVICE_PRINCIPAL
};

const OF_ME: Assignments = Assignments {
    of: &ME,
    names: ["my_app_role_assignment", "my_app_role_assignments"],
    words: "that the signed-in user has, without those of the user's groups",
    read: &READ_MY_APP_ROLE_ASSIGNMENT,
    ..OF_USER
};

const OF_GROUP: Assignments = Assignments {
    of: &GROUPS,
    names: ["group_app_role_assignment", "group_app_role_assignments"],
    words: "that a group has",
    read: &READ_GROUP_APP_ROLE_ASSIGNMENT,
    example: Example {
        id: "AAA-WgAAAECAAAAAAAACAQAAPloAAABAgAAAAAAACRM",
        principal: ["5a3e0000-0000-4000-8000-000000000201", "Readers", "Group"],
        resource: SAMPLE,
    },
    write: &ASSIGN_APP_ROLE_TO_MEMBER,
    ..OF_SERVICE_PRINCIPAL
};

pub(super) fn operations() -> Vec<Operation> {
    [
        OF_SERVICE_PRINCIPAL.operations::<IdKey>("/servicePrincipals/{id}"),
        OF_RESOURCE.operations::<IdKey>("/servicePrincipals/{id}"),
        OF_USER.operations::<Key>("/users/{id}"),
        OF_GROUP.operations::<IdKey>("/groups/{id}"),
        vec![OF_ME.list::<Me>("/me")],
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl Assignments {
    fn operations<K: ObjectKey<Key = Key>>(self, object: &'static str) -> Vec<Operation> {
        vec![
            self.list::<K>(object),
            self.create::<K>(object),
            self.get::<K>(object),
            self.delete::<K>(object),
        ]
    }

    const fn place(&self) -> Place {
        Place { kind: self.of.kind, end: self.end }
    }

    fn shown(&self) -> Value {
        let Example { id, principal: [principal, name, kind], resource: [resource, application] } =
            self.example;
        json!({
            "id": id, "deletedDateTime": null, "appRoleId": ROLE, "createdDateTime": "2026-03-02T09:30:00Z",
            "principalDisplayName": name, "principalId": principal, "principalType": kind,
            "resourceDisplayName": application, "resourceId": resource,
        })
    }

    /// A body that assigns the role of zeros.
    fn body(&self) -> Value {
        let [resource, _] = CATALOGUE;
        let principal = match self.end {
            End::Principal => (self.of.example)()["id"].clone(),
            End::Resource => "5a3e0000-0000-4000-8000-000000000101".into(),
        };
        json!({"principalId": principal, "resourceId": resource, "appRoleId": ROLE})
    }

    fn list<K: ObjectKey<Key = Key>>(self, object: &'static str) -> Operation {
        let place = self.place();
        let path = format!("{object}/{}", self.segment);
        let set = object.trim_end_matches("/{id}");
        let handler = async move |caller: Caller,
                                  State(app): State<AppState>,
                                  form: Form,
                                  Path(key): Path<K>,
                                  query: Query| {
            let path = format!("{set}{}/{}", key.in_link(), self.segment);
            let pages = Pages::of(&app, &caller, &path, &query).await?;
            let (filter, after, limit) = (filter(&query)?, pages.after(&query)?, query.page_size());
            let list =
                move |tx: &ReadTx<'_>, _: &_| rules::list(tx, place, key.key(), &filter, &after, limit);
            let (assignments, next) = read(&app, &caller, list).await?;
            let next_link = next.map(|after| pages.link(&form, &query, &after)).transpose()?;
            let shown = Shown::of(query.select.as_deref(), None, &caller);
            let answer = answers::resources(&form, &APP_ROLE_ASSIGNMENT, &assignments, next_link, shown);
            Ok::<Response, Failure>(body::hold(answer, &app.answer_budget.share(), Some(caller.tenant.id))?)
        };
        let id = format!("list_{}", self.names[1]);
        let operation = Operation::shaped(self.read, HttpMethod::Get, path, id, get(handler));
        self.described::<K>(operation, "list")
            .summary(self.of.tag, format!("List app role assignments {}", self.words))
            .description(format!(
                "Lists the app role assignments {}. `$filter` asks for a resource: `resourceId eq`.",
                self.words
            ))
            .takes(&QueryOptions::ASSIGNMENTS)
            .answers::<AppRoleAssignmentCollection>(
                "A page of app role assignments.",
                JSON,
                with_context(APP_ROLE_ASSIGNMENT.set, "", json!({"value": [self.shown()]})),
            )
    }

    fn create<K: ObjectKey<Key = Key>>(self, object: &'static str) -> Operation {
        let place = self.place();
        let path = format!("{object}/{}", self.segment);
        let links = path.clone();
        let handler = async move |caller: Caller,
                                  State(app): State<AppState>,
                                  form: Form,
                                  Path(key): Path<K>,
                                  Body { values, .. }: Body<AppRoleAssignmentCreate>| {
            let create = move |tx: &WriteTx<'_>, _, by: &_| rules::create(tx, by, place, key.key(), &values);
            let (of, made) = write(&app, &caller, create).await?;
            let id = made.get("id").and_then(Value::as_str).unwrap_or_default();
            let link = format!("{}/{id}", links.replace("{id}", &of.to_string()));
            answers::created_resource(&form, &link, &APP_ROLE_ASSIGNMENT, &made)
        };
        let id = format!("create_{}", self.names[0]);
        let operation = Operation::shaped(self.write, HttpMethod::Post, path, id, post(handler));
        self.described::<K>(operation, "post")
            .summary(self.of.tag, format!("Assign an app role, among those {}", self.words))
            .description(
                "Assigns a role that a resource declares. Tokens for the resource say it from then on; of Microsoft Graph's roles, they \
                 are what an application may do by itself. A principal has 1,500 roles at most.",
            )
            .body::<AppRoleAssignmentCreate>("Which role, and whose.", self.body())
            .creates::<AppRoleAssignment>("The assignment.", self.entity())
    }

    fn get<K: ObjectKey<Key = Key>>(self, object: &'static str) -> Operation {
        let place = self.place();
        let handler = async move |caller: Caller,
                                  State(app): State<AppState>,
                                  form: Form,
                                  Path((key, id)): Path<(K, String)>,
                                  query: Query| {
            let get = move |tx: &ReadTx<'_>, _: &_| rules::get(tx, place, key.key(), &id);
            let found = read(&app, &caller, get).await?;
            let shown = Shown::of(query.select.as_deref(), None, &caller);
            Ok::<Response, Failure>(answers::resource(&form, &APP_ROLE_ASSIGNMENT, &found, shown))
        };
        let id = format!("get_{}", self.names[0]);
        let operation = Operation::shaped(self.read, HttpMethod::Get, self.one(object), id, get(handler));
        self.described::<K>(operation, "list")
            .summary(self.of.tag, format!("Get an app role assignment, of those {}", self.words))
            .description(format!("Gets one of the app role assignments {}.", self.words))
            .takes(&QueryOptions::RESOURCE)
            .key(ID, String::schema(), "The assignment's id.".into(), self.example.id)
            .answers::<AppRoleAssignment>("The assignment.", JSON, self.entity())
    }

    fn delete<K: ObjectKey<Key = Key>>(self, object: &'static str) -> Operation {
        let place = self.place();
        let handler =
            async move |caller: Caller, State(app): State<AppState>, Path((key, id)): Path<(K, String)>| {
                let take = move |tx: &WriteTx<'_>, _, by: &_| rules::delete(tx, by, place, key.key(), &id);
                write(&app, &caller, take).await?;
                Ok::<Response, Failure>(answers::no_content())
            };
        let id = format!("delete_{}", self.names[0]);
        let operation =
            Operation::shaped(self.write, HttpMethod::Delete, self.one(object), id, delete(handler));
        self.described::<K>(operation, "delete")
            .summary(self.of.tag, format!("Take an app role away, of those {}", self.words))
            .description("Takes the role away: tokens from then on don't say it.")
            .key(ID, String::schema(), "The assignment's id.".into(), self.example.id)
            .done("The assignment is deleted, durably.")
    }

    fn one(&self, object: &str) -> String {
        format!("{object}/{}/{{{ID}}}", self.segment)
    }

    fn entity(&self) -> Value {
        with_context(APP_ROLE_ASSIGNMENT.set, "/$entity", self.shown())
    }

    /// An operation on what the object has, with its page.
    fn described<K: ObjectKey>(&self, operation: Operation, verb: &str) -> Operation {
        self.of.with_key::<K>(operation).page(format!("{}-{verb}-{}", self.of.page, self.page))
    }
}

/// What a filter asks for: one resource.
fn filter(query: &Query) -> Result<Vec<OneOf>, Failure> {
    let Some(text) = &query.filter else { return Ok(Vec::new()) };
    let read = || {
        let bound = equality::bind(&filter::read(text)?, &APP_ROLE_ASSIGNMENT)?;
        let is_equality = bound.iter().all(|(_, values)| values.len() == 1);
        if is_equality { Ok(bound) } else { Err(FilterFault::Unsupported) }
    };
    Ok(read().map_err(QueryFault::Filter)?)
}
