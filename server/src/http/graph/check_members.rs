//! `checkMemberGroups`, `checkMemberObjects`, `getMemberGroups`, `getMemberObjects`: whether an object is in groups, and in which. The
//! rules are in `directory::check_members`.

use super::{
    contacts::CONTACTS,
    devices::DEVICES,
    groups::GROUPS,
    me::{ME, Me},
    service_principals::SERVICE_PRINCIPALS,
    shapes::{ObjectKey, Objects, with_context},
    users::USERS,
};
use crate::{
    directory::check_members::{
        self as rules, Find, GROUPS_OF_USER, OBJECTS_OF_USER, OF_DEVICE, OF_GROUP, OF_OBJECT, OF_ORG_CONTACT,
        OF_SERVICE_PRINCIPAL,
    },
    http::{
        answers,
        contract::{
            schemas::{CheckMemberGroupsParameters, CheckMemberObjectsParameters, GetMemberGroupsParameters},
            wire::ObjectIds,
        },
        errors::Failure,
        extract::{IdKey, Json, Path},
        operation::Operation,
        origin::Origin,
        state::AppState,
        units_of_work::read,
    },
    model::{
        actions::{CHECK_MEMBER_GROUPS, CHECK_MEMBER_OBJECTS},
        ids::{AsWritten, ObjectId},
        permissions::{
            CHECK_MY_GROUPS, CHECK_MY_OBJECTS, CHECK_ORG_CONTACT, CHECK_USER_GROUPS, CHECK_USER_OBJECTS,
            Grants, LIST_GROUP_MEMBER_OF, Need, READ_APPLICATION, READ_DEVICE, READ_DIRECTORY_OBJECT,
        },
        properties::Complex,
    },
    odata::reference::Key,
    store::ReadTx,
};
use axum::{extract::State, routing::post};
use serde_json::{Value, json};
use utoipa::{ToSchema, openapi::path::HttpMethod};

const OBJECTS: Objects = Objects { one: "an object", page: "directoryobject", ..USERS };

/// A group that the user of the examples is in, and one that the user isn't in.
const IN: &str = "5a3e0000-0000-4000-8000-000000000201";
const NOT_IN: &str = "5a3e0000-0000-4000-8000-000000000202";

const LEFT_OUT: &str = "Groups count through others too. What follows only from a hidden membership is left out without \
                        `Member.Read.Hidden`, the signed-in user's own too.";

/// Looks for an object in groups that the body names.
fn check<K: ObjectKey, P: ToSchema>(
    of: &Objects,
    operation: (&'static str, &'static str, &'static Need),
    parameters: &'static Complex,
    find: Find<K::Key>,
) -> Operation {
    let (path, id, need) = operation;
    let handler =
        async move |caller, State(app): State<AppState>, origin: Origin, Path(key): Path<K>, Json(body)| {
            let asked = rules::read_ids(parameters, &body)?;
            let check =
                move |tx: &ReadTx<'_>, by: &Grants| rules::check_groups(tx, by, find, key.key(), &asked);
            Ok::<_, Failure>(answers::ids(&origin, &read(&app, &caller, check).await?))
        };
    let name = parameters.properties.first().map(|parameter| parameter.name).unwrap_or_default();
    documented::<K, P>(
        of,
        Operation::shaped(need, HttpMethod::Post, path, id, post(handler)),
        json!({name: [IN, NOT_IN]}),
    )
    .summary("memberships", format!("Check {} of {}", noun(path), of.one))
    .description(format!("Says in which of up to 20 groups {} is, in the order of the body.", of.one))
    .description(LEFT_OUT)
    .description("An id that no group has is left out too.")
}

/// Gives the groups that an object is in.
fn get<K: ObjectKey>(
    of: &Objects,
    operation: (&'static str, &'static str, &'static Need),
    find: Find<K::Key>,
) -> Operation {
    let (path, id, need) = operation;
    let handler =
        async move |caller, State(app): State<AppState>, origin: Origin, Path(key): Path<K>, Json(body)| {
            let only = rules::read_security_enabled_only(&body)?;
            let get = move |tx: &ReadTx<'_>, by: &Grants| rules::get_groups(tx, by, find, key.key(), only);
            Ok::<_, Failure>(answers::ids(&origin, &read(&app, &caller, get).await?))
        };
    let example = json!({"securityEnabledOnly": false});
    documented::<K, GetMemberGroupsParameters>(
        of,
        Operation::shaped(need, HttpMethod::Post, path, id, post(handler)),
        example,
    )
    .summary("memberships", format!("Get ids of {} of {}", noun(path), of.one))
    .description(format!("Gives the ids of up to 11,000 groups that {} is in.", of.one))
    .description(LEFT_OUT)
}

/// What an action is about. Besides groups there is nothing here that an object can be in.
fn noun(path: &str) -> &'static str {
    if path.ends_with("Groups") { "groups" } else { "memberships" }
}

/// An action on an object, with this body.
fn documented<K: ObjectKey, P: ToSchema>(of: &Objects, action: Operation, body: Value) -> Operation {
    let page = action.path().rsplit('/').next().unwrap_or_default().to_lowercase();
    let example = with_context("Collection(Edm.String)", "", json!({"value": [IN]}));
    of.with_key::<K>(action)
        .page(format!("directoryobject-{page}"))
        .body::<P>("What is asked for.", body)
        .answers::<ObjectIds>("The ids of the groups.", "application/json", example)
}

/// The four operations of the objects at a path, whose ids begin and end so.
macro_rules! operations {
    ($key:ty, $of:ident, $path:literal, $id:literal, [$groups:expr, $objects:expr], [$groups_need:ident, $objects_need:ident]) => {
        [
            check::<$key, CheckMemberGroupsParameters>(
                &$of,
                (
                    concat!($path, "/checkMemberGroups"),
                    concat!("check_", $id, "_member_groups"),
                    &$groups_need,
                ),
                &CHECK_MEMBER_GROUPS,
                $groups,
            ),
            check::<$key, CheckMemberObjectsParameters>(
                &$of,
                (
                    concat!($path, "/checkMemberObjects"),
                    concat!("check_", $id, "_member_objects"),
                    &$objects_need,
                ),
                &CHECK_MEMBER_OBJECTS,
                $objects,
            ),
            get::<$key>(
                &$of,
                (concat!($path, "/getMemberGroups"), concat!("get_", $id, "_member_groups"), &$groups_need),
                $groups,
            ),
            get::<$key>(
                &$of,
                (
                    concat!($path, "/getMemberObjects"),
                    concat!("get_", $id, "_member_objects"),
                    &$objects_need,
                ),
                $objects,
            ),
        ]
    };
}

pub(super) fn operations() -> Vec<Operation> {
    let operations = [
        operations!(
            Key,
            USERS,
            "/users/{id}",
            "user",
            [GROUPS_OF_USER, OBJECTS_OF_USER],
            [CHECK_USER_GROUPS, CHECK_USER_OBJECTS]
        ),
        operations!(
            Me,
            ME,
            "/me",
            "my",
            [GROUPS_OF_USER, OBJECTS_OF_USER],
            [CHECK_MY_GROUPS, CHECK_MY_OBJECTS]
        ),
        operations!(
            IdKey,
            GROUPS,
            "/groups/{id}",
            "group",
            [OF_GROUP, OF_GROUP],
            [LIST_GROUP_MEMBER_OF, LIST_GROUP_MEMBER_OF]
        ),
        operations!(
            IdKey,
            DEVICES,
            "/devices/{id}",
            "device",
            [OF_DEVICE, OF_DEVICE],
            [READ_DEVICE, READ_DEVICE]
        ),
        operations!(
            IdKey,
            SERVICE_PRINCIPALS,
            "/servicePrincipals/{id}",
            "service_principal",
            [OF_SERVICE_PRINCIPAL, OF_SERVICE_PRINCIPAL],
            [READ_APPLICATION, READ_APPLICATION]
        ),
        operations!(
            IdKey,
            CONTACTS,
            "/contacts/{id}",
            "contact",
            [OF_ORG_CONTACT, OF_ORG_CONTACT],
            [CHECK_ORG_CONTACT, CHECK_ORG_CONTACT]
        ),
        operations!(
            AsWritten<ObjectId>,
            OBJECTS,
            "/directoryObjects/{id}",
            "directory_object",
            [OF_OBJECT, OF_OBJECT],
            [READ_DIRECTORY_OBJECT, READ_DIRECTORY_OBJECT]
        ),
    ];
    operations.into_iter().flatten().collect()
}
