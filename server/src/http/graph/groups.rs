//! `/groups`. The rules are in `directory::groups`.

use super::shapes::Objects;
use crate::{
    directory::{
        groups::{self, Updated},
        upserts::{self, Upserted},
    },
    http::{
        answers::{self, Form},
        contract::schemas::{Group, GroupCollection, GroupCreate, GroupUpdate},
        errors::Failure,
        extract::{Caller, IdKey, Path},
        operation::{BASIC, Operation},
        payload::Body,
        preferences::CreatesMissing,
        state::AppState,
        units_of_work::write,
    },
    model::{
        ids::ObjectId,
        kinds::ObjectKind,
        permissions::{
            ADD_MEMBER, CREATE_GROUP, DELETE_GROUP, LIST_GROUPS, READ_BASIC_GROUP, READ_GROUP, UPDATE_GROUP,
            UPDATE_GROUP_PROPERTIES,
        },
    },
    store::WriteTx,
};
use axum::{extract::State, response::Response};
use serde_json::{Value, json};
use utoipa_axum::routes;

pub(super) const GROUPS: Objects = Objects {
    kind: ObjectKind::Group,
    tag: "groups",
    one: "a group",
    many: "groups",
    page: "group",
    example,
};

fn example() -> Value {
    json!({
        "id": "5a3e0000-0000-4000-8000-000000000201", "createdDateTime": "2026-01-31T12:00:00Z",
        "displayName": "Readers", "groupTypes": [], "mailEnabled": false, "mailNickname": "readers",
        "securityEnabled": true, "visibility": "Private",
    })
}

/// Those that have settings and expire.
pub(super) const MICROSOFT_365_GROUPS: Objects =
    Objects { example: || json!({"id": "5a3e0000-0000-4000-8000-000000000203"}), ..GROUPS };

pub(super) fn operations() -> Vec<Operation> {
    vec![
        GROUPS
            .list::<GroupCollection>("/groups", "list_groups", &LIST_GROUPS)
            .limited(&READ_GROUP, BASIC)
            .description(
                "What Exchange holds of a group is shown of one group at a time: naming it here is 501.",
            ),
        Operation::annotated(&CREATE_GROUP, routes!(create_group)).page("group-post-groups"),
        GROUPS.count("/groups/$count", "count_groups", &LIST_GROUPS).limited(&READ_GROUP, BASIC),
        GROUPS
            .get_by::<Group, IdKey>("/groups/{id}", "get_group", &READ_BASIC_GROUP, groups::get)
            .limited(&READ_GROUP, BASIC)
            .description(
                "What Exchange holds is shown only of Microsoft 365 groups. `groups('{id}')` and \
             `groups(uniqueName='{name}')` are the same.",
            ),
        Operation::annotated(&UPDATE_GROUP, routes!(update_group))
            .page("group-update")
            .in_parts([
                (&UPDATE_GROUP_PROPERTIES, "properties"),
                (&ADD_MEMBER, "members"),
                (&CREATE_GROUP, "creation"),
            ]),
        GROUPS.delete::<IdKey>("/groups/{id}", "delete_group", &DELETE_GROUP, groups::delete).description(
            "It is in no list, count or reference any more, and can be restored for thirty days. Its members stay.",
        ),
    ]
}

/// Create a group
///
/// Creates a group. A Microsoft 365 group has `groupTypes` `["Unified"]` and is mail enabled; a security group is security
/// enabled; a mail-enabled security group is both. Up to twenty members and owners can be bound at once: all of
/// them, or nothing is created. Binding members needs what adding them needs. The signed-in user who creates a
/// Microsoft 365 group owns it, and isn't named among its owners. Only signed-in users assign labels. A dynamic group, whose
/// `groupTypes` have `DynamicMembership`, has a `membershipRule`: soon whoever satisfies it is a member, and nobody else.
#[utoipa::path(
    post, path = "/groups", operation_id = "create_group", tag = "groups",
    request_body(content = GroupCreate, description = "The new group.", example = json!({
        "displayName": "Readers", "mailEnabled": false, "mailNickname": "readers", "securityEnabled": true,
    })),
    responses(
        (status = 201, description = "The new group.", body = Group, example = json!(GROUPS.entity())),
    ),
)]
async fn create_group(
    caller: Caller,
    State(app): State<AppState>,
    form: Form,
    Body { values, bound, .. }: Body<GroupCreate>,
) -> Result<Response, Failure> {
    let id = ObjectId::random();
    let create = move |tx: &WriteTx<'_>, policy, by: &_| groups::create(tx, policy, by, id, &values, &bound);
    answers::created(&form, &write(&app, &caller, create).await?)
}

/// Update a group
///
/// Changes a group. What the body doesn't name stays as it is; `null` takes a value away. Up to twenty members and owners can be
/// bound at once: all of it is done, or nothing. By its unique name, `groups(uniqueName='…')`, and with
/// `Prefer: create-if-missing`, a group that isn't there is created, which needs what creating one needs. The kind of a group stays; a static group becomes dynamic, so
/// that its members follow the rule, and back by `groupTypes`. While a rule is paused, members stay as they are. What Exchange holds is changed in a request of its own, by a signed-in user, and
/// answered 200. A body that only binds members needs what adding them needs.
#[utoipa::path(
    patch, path = "/groups/{id}", operation_id = "update_group", tag = "groups",
    params(("id" = Uuid, Path, description = "The group's id.", example = "5a3e0000-0000-4000-8000-000000000201")),
    request_body(content = GroupUpdate, description = "What changes.", example = json!({
        "description": "Who reads here.", "classification": null,
    })),
    responses(
        (status = 200, description = "What Exchange holds is changed, durably."),
        (status = 201, description = "The new group, where there was none with the unique name.", body = Group, example = json!(GROUPS.entity())),
        (status = 204, description = "The group is changed, durably."),
    ),
)]
async fn update_group(
    caller: Caller,
    State(app): State<AppState>,
    form: Form,
    Path(IdKey(key)): Path<IdKey>,
    CreatesMissing(creates): CreatesMissing,
    Body { values, bound, .. }: Body<GroupUpdate>,
) -> Result<Response, Failure> {
    let id = ObjectId::random();
    let change = move |tx: &WriteTx<'_>, policy, by: &_| {
        let missing = || upserts::missing(tx, by, &CREATE_GROUP, &key, &values);
        Ok(match if creates { missing()? } else { None } {
            Some(new) => Upserted::Created(Box::new(groups::create(tx, policy, by, id, &new, &bound)?)),
            None => Upserted::Updated(groups::update(tx, policy, by, &key, &values, &bound)?),
        })
    };
    match write(&app, &caller, change).await? {
        Upserted::Created(new) => answers::created(&form, &new),
        Upserted::Updated(Updated::InDirectory) => Ok(answers::no_content()),
        Upserted::Updated(Updated::Elsewhere) => Ok(answers::done_elsewhere()),
    }
}
