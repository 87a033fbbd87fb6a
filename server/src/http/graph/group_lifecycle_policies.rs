//! `/groupLifecyclePolicies`, and what of it concerns a group. The rules are in `directory::group_lifecycle_policies`.

use super::{
    groups::MICROSOFT_365_GROUPS as GROUPS,
    shapes::{JSON, ObjectKey, Resources, guid, with_context},
};
use crate::{
    directory::{self, group_lifecycle_policies as rules},
    http::{
        answers::{self, Form, Shown},
        contract::{
            schemas::{
                GroupLifecyclePolicy, GroupLifecyclePolicyCollection, GroupLifecyclePolicyCreate,
                GroupLifecyclePolicyUpdate, ManagedGroupParameters,
            },
            wire::BooleanValue,
        },
        errors::Failure,
        extract::{Caller, IdKey, Json, Path},
        operation::Operation,
        payload::Body,
        state::AppState,
        units_of_work::write,
    },
    model::{
        group_lifecycle_policy::GROUP_LIFECYCLE_POLICY,
        ids::{AsWritten, ObjectId},
        permissions::{READ_GROUP_LIFECYCLE_POLICY, RENEW_GROUP, WRITE_GROUP_LIFECYCLE_POLICY},
    },
    odata::reference::Key,
    store::WriteTx,
};
use axum::{
    extract::State,
    routing::{patch, post},
};
use serde_json::{Value, json};
use utoipa::openapi::path::HttpMethod;

const POLICIES: Resources = Resources {
    resource: &GROUP_LIFECYCLE_POLICY,
    tag: "group lifecycle policies",
    one: "a group lifecycle policy",
    many: "group lifecycle policies of the tenant, which has one at most",
    page: "grouplifecyclepolicy",
    key: guid,
    example: || {
        json!({
            "id": "5a3e0000-0000-4000-8000-000000000711", "groupLifetimeInDays": 180,
            "managedGroupTypes": "Selected", "alternateNotificationEmails": "ada@contoso.example",
        })
    },
};

const SET: &str = "/groupLifecyclePolicies";
const ONE: &str = "/groupLifecyclePolicies/{id}";

/// The rule that selects a group, or selects it no more.
type Select = fn(&WriteTx<'_>, &AsWritten<ObjectId>, &Key) -> Result<bool, directory::Error>;

fn body() -> Value {
    let mut body = (POLICIES.example)();
    if let Value::Object(body) = &mut body {
        body.shift_remove("id");
    }
    body
}

pub(super) fn operations() -> Vec<Operation> {
    let (read, write) = (&READ_GROUP_LIFECYCLE_POLICY, &WRITE_GROUP_LIFECYCLE_POLICY);
    let with_key = |operation| POLICIES.with_key("id", operation);
    let list = POLICIES.list::<GroupLifecyclePolicyCollection, ()>(
        SET,
        "list_group_lifecycle_policies",
        read,
        rules::list,
    );
    let create = POLICIES.create::<GroupLifecyclePolicyCreate, GroupLifecyclePolicy, ()>(
        SET,
        "create_group_lifecycle_policy",
        write,
        |tx, _, key, id, body| Ok((None, rules::create(tx, key, id, body)?)),
        body(),
    );
    let get = POLICIES.get::<GroupLifecyclePolicy, AsWritten<ObjectId>>(
        ONE,
        "get_group_lifecycle_policy",
        read,
        rules::get,
    );
    let delete =
        POLICIES.delete::<AsWritten<ObjectId>>(ONE, "delete_group_lifecycle_policy", write, |tx, _, id| {
            rules::delete(tx, id)
        });
    let of_group = POLICIES.list::<GroupLifecyclePolicyCollection, IdKey>(
        "/groups/{id}/groupLifecyclePolicies",
        "list_lifecycle_policies_of_group",
        read,
        |tx, by, group| rules::of_group(tx, by, group.key()),
    );
    vec![
        list,
        create
            .page("grouplifecyclepolicy-post-grouplifecyclepolicies")
            .description("Groups that are made or renewed from then on expire after it."),
        with_key(get),
        with_key(update()),
        with_key(delete),
        with_key(select(
            "/groupLifecyclePolicies/{id}/addGroup",
            "add_group_to_lifecycle_policy",
            rules::add_group,
        ))
        .summary(POLICIES.tag, "Add a group to a lifecycle policy")
        .description("Has a Microsoft 365 group expire, where the policy is for groups that are selected.")
        .page("grouplifecyclepolicy-addgroup"),
        with_key(select(
            "/groupLifecyclePolicies/{id}/removeGroup",
            "remove_group_from_lifecycle_policy",
            rules::remove_group,
        ))
        .summary(POLICIES.tag, "Remove a group from a lifecycle policy")
        .description("Has a group that was selected expire no more.")
        .page("grouplifecyclepolicy-removegroup"),
        GROUPS
            .with_key::<IdKey>(of_group)
            .summary(POLICIES.tag, "List lifecycle policies of a group")
            .page("group-list-grouplifecyclepolicies"),
        renew(),
    ]
}

/// Changes the policy, and answers it.
fn update() -> Operation {
    let handler = async |caller: Caller,
                         State(app): State<AppState>,
                         form: Form,
                         Path(id): Path<AsWritten<ObjectId>>,
                         Body { values, .. }: Body<GroupLifecyclePolicyUpdate>| {
        let policy = write(&app, &caller, move |tx, _, _| rules::update(tx, &id, &values)).await?;
        Ok::<_, Failure>(answers::resource(&form, &GROUP_LIFECYCLE_POLICY, &policy, Shown::default()))
    };
    let need = &WRITE_GROUP_LIFECYCLE_POLICY;
    Operation::shaped(need, HttpMethod::Patch, ONE, "update_group_lifecycle_policy", patch(handler))
        .summary(POLICIES.tag, "Update a group lifecycle policy")
        .description("Changes a group lifecycle policy. What the body doesn't name stays as it is.")
        .page("grouplifecyclepolicy-update")
        .body::<GroupLifecyclePolicyUpdate>("What changes.", body())
        .answers::<GroupLifecyclePolicy>("The policy as it is now.", JSON, POLICIES.entity())
}

fn select(path: &'static str, id: &'static str, rule: Select) -> Operation {
    let handler = async move |caller: Caller,
                              State(app): State<AppState>,
                              form: Form,
                              Path(policy): Path<AsWritten<ObjectId>>,
                              Json(body)| {
        let group = rules::read_group(&body)?;
        let done = write(&app, &caller, move |tx, _, _| rule(tx, &policy, &group)).await?;
        Ok::<_, Failure>(answers::truth(&form, done))
    };
    let example = json!({"groupId": "5a3e0000-0000-4000-8000-000000000203"});
    Operation::shaped(&WRITE_GROUP_LIFECYCLE_POLICY, HttpMethod::Post, path, id, post(handler))
        .body::<ManagedGroupParameters>("The group.", example)
        .answers::<BooleanValue>(
            "Whether anything has changed.",
            JSON,
            with_context("Edm.Boolean", "", json!({"value": true})),
        )
}

fn renew() -> Operation {
    let handler = async |caller: Caller, State(app): State<AppState>, Path(group): Path<IdKey>| {
        write(&app, &caller, move |tx, _, by| rules::renew(tx, by, group.key())).await?;
        Ok::<_, Failure>(answers::no_content())
    };
    let operation =
        Operation::shaped(&RENEW_GROUP, HttpMethod::Post, "/groups/{id}/renew", "renew_group", post(handler));
    GROUPS
        .with_key::<IdKey>(operation)
        .summary(GROUPS.tag, "Renew a group")
        .description("Renews a Microsoft 365 group: it expires as long from now as the lifecycle policy says, if one has it expire.")
        .page("group-renew")
        .done("The group is renewed, durably.")
}
