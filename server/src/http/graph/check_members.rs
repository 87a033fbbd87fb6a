//! `checkMemberGroups`, `checkMemberObjects`, `getMemberGroups`, `getMemberObjects`: whether an object is in others, and in which. The
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
        self as rules, Containers, Find, GROUPS_OF_USER, OBJECTS_OF_USER, OF_DEVICE, OF_GROUP, OF_OBJECT,
        OF_ORG_CONTACT, OF_SERVICE_PRINCIPAL,
    },
    http::{
        answers::{self, Form},
        body,
        contract::{
            schemas::{CheckMemberGroupsParameters, CheckMemberObjectsParameters, GetMemberGroupsParameters},
            wire::ObjectIds,
        },
        errors::Failure,
        extract::{Caller, IdKey, Json, Path},
        operation::Operation,
        state::AppState,
        units_of_work::read,
    },
    model::{
        actions::{CHECK_MEMBER_GROUPS, CHECK_MEMBER_OBJECTS},
        ids::{AsWritten, ObjectId},
        permissions::{
            CHECK_DEVICE, CHECK_GROUP, CHECK_MY_GROUPS, CHECK_MY_OBJECTS, CHECK_ORG_CONTACT,
            CHECK_SERVICE_PRINCIPAL, CHECK_USER_GROUPS, CHECK_USER_OBJECTS, Grants, Need,
            READ_DIRECTORY_OBJECT,
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

const LEFT_OUT: &str = "Groups count through others too, administrative units don't. What follows only from a hidden membership is left out without \
                        `Member.Read.Hidden`, the signed-in user's own too.";

/// The rule that finds the object that is asked about, and what asking needs.
type Asked<K> = (Find<<K as ObjectKey>::Key>, &'static Need);

/// Looks for an object in groups that the body names.
fn check<K: ObjectKey, P: ToSchema>(
    of: &Objects,
    [path, id]: [String; 2],
    parameters: &'static Complex,
    (find, need): Asked<K>,
) -> Operation {
    let containers = containers(&path);
    let noun = noun(containers);
    let handler =
        async move |caller, State(app): State<AppState>, form: Form, Path(key): Path<K>, Json(body)| {
            let asked = rules::read_ids(parameters, &body)?;
            let check = move |tx: &ReadTx<'_>, by: &Grants| {
                rules::check(tx, by, (find, key.key()), containers, &asked)
            };
            Ok::<_, Failure>(answers::ids(&form, &read(&app, &caller, check).await?))
        };
    let name = parameters.properties.first().map(|parameter| parameter.name).unwrap_or_default();
    documented::<K, P>(
        of,
        Operation::shaped(need, HttpMethod::Post, path, id, post(handler)),
        json!({name: [IN, NOT_IN]}),
    )
    .summary("memberships", format!("Check {noun} of {}", of.one))
    .description(format!("Says in which of up to 20 {noun} {} is, in the order of the body.", of.one))
    .description(LEFT_OUT)
    .description(
        "An id that none of them has is left out too. A directory role can be named by its template's id.",
    )
}

/// Gives the groups that an object is in.
fn get<K: ObjectKey>(of: &Objects, [path, id]: [String; 2], (find, need): Asked<K>) -> Operation {
    let containers = containers(&path);
    let noun = noun(containers);
    let handler = async move |caller: Caller,
                              State(app): State<AppState>,
                              form: Form,
                              Path(key): Path<K>,
                              Json(body)| {
        let only = rules::read_security_enabled_only(&body)?;
        let get = move |tx: &ReadTx<'_>, by: &Grants| rules::get(tx, by, (find, key.key()), containers, only);
        let answer = answers::ids(&form, &read(&app, &caller, get).await?);
        Ok::<_, Failure>(body::hold(answer, &app.answer_budget.share(), Some(caller.tenant.id))?)
    };
    let example = json!({"securityEnabledOnly": false});
    documented::<K, GetMemberGroupsParameters>(
        of,
        Operation::shaped(need, HttpMethod::Post, path, id, post(handler)),
        example,
    )
    .summary("memberships", format!("Get ids of {noun} of {}", of.one))
    .description(format!("Gives the ids of up to 11,000 {noun} that {} is in.", of.one))
    .description(LEFT_OUT)
}

/// What an action is about.
fn containers(path: &str) -> Containers {
    if path.ends_with("Groups") { Containers::Groups } else { Containers::All }
}

fn noun(containers: Containers) -> &'static str {
    match containers {
        Containers::Groups => "groups",
        Containers::All => "groups, administrative units and directory roles",
    }
}

/// An action on an object, with this body.
fn documented<K: ObjectKey, P: ToSchema>(of: &Objects, action: Operation, body: Value) -> Operation {
    let page = action.path().rsplit('/').next().unwrap_or_default().to_lowercase();
    let example = with_context("Collection(Edm.String)", "", json!({"value": [IN]}));
    of.with_key::<K>(action)
        .page(format!("directoryobject-{page}"))
        .body::<P>("What is asked for.", body)
        .answers::<ObjectIds>("The ids.", "application/json", example)
}

/// The four operations of the objects at a path, whose ids have this noun: of groups, and of all that an object can be in.
fn operations_of<K: ObjectKey>(
    of: &Objects,
    path: &str,
    noun: &str,
    groups: Asked<K>,
    objects: Asked<K>,
) -> [Operation; 4] {
    let at = |verb: &str, what: &str, id: &str| {
        [format!("{path}/{verb}Member{what}"), format!("{verb}_{noun}_member_{id}")]
    };
    [
        check::<K, CheckMemberGroupsParameters>(
            of,
            at("check", "Groups", "groups"),
            &CHECK_MEMBER_GROUPS,
            groups,
        ),
        check::<K, CheckMemberObjectsParameters>(
            of,
            at("check", "Objects", "objects"),
            &CHECK_MEMBER_OBJECTS,
            objects,
        ),
        get::<K>(of, at("get", "Groups", "groups"), groups),
        get::<K>(of, at("get", "Objects", "objects"), objects),
    ]
}

pub(super) fn operations() -> Vec<Operation> {
    let operations = [
        operations_of::<Key>(
            &USERS,
            "/users/{id}",
            "user",
            (GROUPS_OF_USER, &CHECK_USER_GROUPS),
            (OBJECTS_OF_USER, &CHECK_USER_OBJECTS),
        ),
        operations_of::<Me>(
            &ME,
            "/me",
            "my",
            (GROUPS_OF_USER, &CHECK_MY_GROUPS),
            (OBJECTS_OF_USER, &CHECK_MY_OBJECTS),
        ),
        operations_of::<IdKey>(
            &GROUPS,
            "/groups/{id}",
            "group",
            (OF_GROUP, &CHECK_GROUP),
            (OF_GROUP, &CHECK_GROUP),
        ),
        operations_of::<IdKey>(
            &DEVICES,
            "/devices/{id}",
            "device",
            (OF_DEVICE, &CHECK_DEVICE),
            (OF_DEVICE, &CHECK_DEVICE),
        ),
        operations_of::<IdKey>(
            &SERVICE_PRINCIPALS,
            "/servicePrincipals/{id}",
            "service_principal",
            (OF_SERVICE_PRINCIPAL, &CHECK_SERVICE_PRINCIPAL),
            (OF_SERVICE_PRINCIPAL, &CHECK_SERVICE_PRINCIPAL),
        ),
        operations_of::<IdKey>(
            &CONTACTS,
            "/contacts/{id}",
            "contact",
            (OF_ORG_CONTACT, &CHECK_ORG_CONTACT),
            (OF_ORG_CONTACT, &CHECK_ORG_CONTACT),
        ),
        operations_of::<AsWritten<ObjectId>>(
            &OBJECTS,
            "/directoryObjects/{id}",
            "directory_object",
            (OF_OBJECT, &READ_DIRECTORY_OBJECT),
            (OF_OBJECT, &READ_DIRECTORY_OBJECT),
        ),
    ];
    operations.into_iter().flatten().collect()
}
