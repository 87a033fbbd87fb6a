//! `/directory/deletedItems`: deleted objects that can be restored. The rules are in `directory::deleted_items`.

use super::{
    administrative_units::ADMINISTRATIVE_UNITS,
    applications::APPLICATIONS,
    devices::DEVICES,
    directory_objects,
    groups::GROUPS,
    service_principals::SERVICE_PRINCIPALS,
    shapes::{EXAMPLE_COUNT, JSON, Objects, SELECTED, TEXT, answer_count, guid, with_context},
    users::USERS,
};
use crate::{
    directory::{
        deleted_items::{self, Owned, Restoration, Restored},
        objects::Page,
    },
    http::{
        answers::{self, Collection, Form, Shown},
        body,
        contract::{
            schemas::{
                AdministrativeUnitCollection, ApplicationCollection, DeviceCollection, DirectoryObject,
                DirectoryObjectCollection, GetUserOwnedObjectsParameters, GroupCollection, RestoreParameters,
                ServicePrincipalCollection, UserCollection,
            },
            wire::ObjectCount,
        },
        errors::Failure,
        extract::{Caller, Json, OptionalJson, Path},
        operation::Operation,
        paging::PageRequest,
        query_options::QueryOptions,
        state::AppState,
        units_of_work::{read, write},
    },
    model::{
        self,
        ids::{AsWritten, ObjectId},
        permissions::{
            Grants, LIST_DELETED_OWNED_OBJECTS, Need, PURGE_APPLICATION, PURGE_DELETED_ITEM, PURGE_GROUP,
            PURGE_USER, READ_DELETED_ADMINISTRATIVE_UNIT, READ_DELETED_APPLICATION, READ_DELETED_GROUP,
            READ_DELETED_ITEM, READ_DELETED_USER, READ_DEVICE, RESTORE_APPLICATION, RESTORE_DELETED_ITEM,
            RESTORE_GROUP, RESTORE_USER, WRITE_ADMINISTRATIVE_UNIT,
        },
    },
    odata::{
        listing::{Cursor, Listing},
        query::Query,
        scope::Scope,
    },
    store::{Progress, ReadTx, WriteTx},
};
use axum::{
    extract::State,
    routing::{delete, get, post},
};
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa::{ToSchema, openapi::path::HttpMethod};

const PATH: &str = "/directory/deletedItems";
const TAG: &str = "deleted items";

/// The sample's deleted user.
const DELETED: &str = "5a3e0000-0000-4000-8000-000000000120";

/// The kinds of objects of which each has permissions of its own.
const OF_USERS: &str = "users";
const OF_GROUPS: &str = "groups";
const OF_APPLICATIONS: &str = "applications and service principals";
const OF_ADMINISTRATIVE_UNITS: &str = "administrative units";

pub(super) fn operations() -> Vec<Operation> {
    [
        of_kind::<UserCollection>(&USERS, "users", &READ_DELETED_USER, SORTED),
        of_kind::<GroupCollection>(&GROUPS, "groups", &READ_DELETED_GROUP, SECURITY_GROUPS),
        of_kind::<ApplicationCollection>(&APPLICATIONS, "applications", &READ_DELETED_APPLICATION, SORTED),
        of_kind::<ServicePrincipalCollection>(
            &SERVICE_PRINCIPALS,
            "service_principals",
            &READ_DELETED_APPLICATION,
            SORTED,
        ),
        of_kind::<AdministrativeUnitCollection>(
            &ADMINISTRATIVE_UNITS,
            "administrative_units",
            &READ_DELETED_ADMINISTRATIVE_UNIT,
            SORTED,
        ),
        of_kind::<DeviceCollection>(&DEVICES, "devices", &READ_DEVICE, NO_DEVICES),
    ]
    .into_iter()
    .flatten()
    .chain([get_one(), restore(), delete_one(), owned_by_user()])
    .collect()
}

const SORTED: &str = "They can be sorted by `displayName`, by `userPrincipalName`, and with advanced query parameters by \
                      `deletedDateTime`.";
const SECURITY_GROUPS: &str = "A deleted security group shows `securityEnabled` as false, as in Graph: that `groupTypes` is \
                               empty tells what it is.";
const NO_DEVICES: &str = "Deleted devices are gone for good at once, so that there are none.";

/// A page of the deleted objects of a kind, and how many there are.
fn of_kind<C: ToSchema>(objects: &Objects, id: &str, need: &'static Need, more: &str) -> [Operation; 2] {
    let (kind, many) = (objects.kind, objects.many);
    let path = format!("{PATH}/microsoft.graph.{}", model::entity(kind).name);
    let at = path.clone();
    let page = async move |caller, State(app): State<AppState>, form, query| {
        let list =
            move |tx: &ReadTx<'_>, by: &Grants, listing: &Listing| deleted_items::list(tx, by, kind, listing);
        let write = move |form: &_, page: &_, shown: Shown<'_>| answers::entities(form, kind, page, shown);
        let (path, scope) = (at.clone(), Scope::Deleted(kind));
        PageRequest { caller, form, path, scope, query }.answer(&app, list, write).await
    };
    let count = async move |caller: Caller, State(app): State<AppState>, query: Query| {
        let listing = Scope::Deleted(kind).listing(&query, Cursor::START)?;
        let count = move |tx: &ReadTx<'_>, by: &_| deleted_items::count(tx, by, kind, &listing);
        answer_count(&app, &caller, count).await
    };
    let list =
        Operation::shaped(need, HttpMethod::Get, path.clone(), format!("list_deleted_{id}"), get(page))
            .summary(TAG, format!("List deleted {many}"))
            .description(format!("Lists the {many} of the tenant that were deleted, {SELECTED}"))
            .lists(Scope::Deleted(kind), &QueryOptions::PAGE)
            .answers::<C>(format!("A page of {many}."), JSON, objects.page_example());
    let counted = format!("{path}/$count");
    let count = Operation::shaped(need, HttpMethod::Get, counted, format!("count_deleted_{id}"), get(count))
        .summary(TAG, format!("Count deleted {many}"))
        .description(format!("Counts the {many} of the tenant that were deleted, as plain text."))
        .lists(Scope::Deleted(kind), &QueryOptions::COUNT)
        .answers::<ObjectCount>(format!("How many {many} there are."), TEXT, EXAMPLE_COUNT.into());
    [list, count].map(|operation| operation.description(more).page("directory-deleteditems-list"))
}

/// An operation on a deleted object.
fn of_one(operation: Operation, page: &'static str) -> Operation {
    operation.key("id", guid(), "The object's id.".into(), DELETED).page(page)
}

fn example() -> Value {
    directory_objects::user(&json!({
        "displayName": "Charles Babbage", "givenName": "Charles", "surname": "Babbage",
        "mail": "charles@contoso.example", "userPrincipalName": "charles@contoso.example", "id": DELETED,
    }))
}

fn get_one() -> Operation {
    let handler = async move |caller: Caller,
                              State(app): State<AppState>,
                              form: Form,
                              Path(id): Path<AsWritten<ObjectId>>,
                              query: Query| {
        // Objects of whatever kind have no navigation properties: this refuses them.
        Scope::Related.expansion(&query)?;
        let select = query.select.clone();
        let get = move |tx: &ReadTx<'_>, by: &_| deleted_items::get(tx, by, &id, select.as_deref());
        let found = read(&app, &caller, get).await?;
        answers::directory_object(&form, &found, Shown::of(query.select.as_deref(), None, &caller))
    };
    let path = format!("{PATH}/{{id}}");
    let operation =
        Operation::shaped(&READ_DELETED_ITEM, HttpMethod::Get, path, "get_deleted_item", get(handler));
    of_one(operation, "directory-deleteditems-get")
        .summary(TAG, "Get a deleted object")
        .description(format!("Gets a deleted object of whatever kind, which `@odata.type` names, {SELECTED}"))
        .reads(Scope::Related)
        .in_parts([
            (&READ_DELETED_USER, OF_USERS),
            (&READ_DELETED_GROUP, OF_GROUPS),
            (&READ_DELETED_APPLICATION, OF_APPLICATIONS),
            (&READ_DELETED_ADMINISTRATIVE_UNIT, OF_ADMINISTRATIVE_UNITS),
        ])
        .answers::<DirectoryObject>("The deleted object.", JSON, example())
}

fn restore() -> Operation {
    let handler = async move |caller: Caller,
                              State(app): State<AppState>,
                              form: Form,
                              Path(id): Path<AsWritten<ObjectId>>,
                              OptionalJson(body)| {
        let restoration = Restoration::read(&body)?;
        let object = id.value;
        let step =
            Arc::new(move |tx: &WriteTx<'_>, by: &Grants| deleted_items::restore(tx, by, &id, &restoration));
        loop {
            let step = step.clone();
            let restored = write(&app, &caller, move |tx, _, by| step(tx, by)).await?;
            if let Restored::There(found, progress) = restored {
                finish(&app, &caller, object, progress).await;
                return answers::directory_object(&form, &found, Shown::default());
            }
        }
    };
    let path = format!("{PATH}/{{id}}/restore");
    let operation = Operation::shaped(
        &RESTORE_DELETED_ITEM,
        HttpMethod::Post,
        path,
        "restore_deleted_item",
        post(handler),
    );
    of_one(operation, "directory-deleteditems-restore")
        .summary(TAG, "Restore a deleted object")
        .description(
            "Restores a deleted object with all that it was: its members and owners, the groups and administrative units that it was in, what it owned, \
             its manager and its reports. What doesn't fit any more is left out, such as a membership in a group that has come \
             to follow a rule, or a guest's in one that takes no guests any more. Licences count again, even where others have all of \
             them, and a group expires as the lifecycle policy has it by then. A name that another object has meanwhile is refused; a user can get another sign-in name. An \
             application's service principal is restored by itself, and says of the application what that is by then. What gets back a directory role, or is in or owns a group to which \
             roles can be assigned, is restored with `RoleManagement.ReadWrite.Directory` besides, and a user among it by a \
             signed-in user with `Directory.AccessAsUser.All` too. The answer comes when all of it is back.",
        )
        .in_parts([
            (&RESTORE_USER, OF_USERS),
            (&RESTORE_GROUP, OF_GROUPS),
            (&RESTORE_APPLICATION, OF_APPLICATIONS),
            (&WRITE_ADMINISTRATIVE_UNIT, OF_ADMINISTRATIVE_UNITS),
        ])
        .optional_body::<RestoreParameters>(
            "How it is to be restored.",
            json!({"newUserPrincipalName": "babbage@contoso.example"}),
        )
        .answers::<DirectoryObject>("The object is there again, durably.", JSON, example())
}

/// Waits until all that an object was in is back, where a restoration left some of it. Where that can't be done now, the server does it
/// later by itself.
async fn finish(app: &AppState, caller: &Caller, object: ObjectId, mut progress: Progress) {
    while progress == Progress::Unfinished {
        let batch = write(app, caller, move |tx, _, _| deleted_items::finish_restoring(tx, object)).await;
        progress = batch.unwrap_or(Progress::Finished);
    }
}

fn delete_one() -> Operation {
    let handler =
        async move |caller: Caller, State(app): State<AppState>, Path(id): Path<AsWritten<ObjectId>>| {
            write(&app, &caller, move |tx, _, by| deleted_items::delete(tx, by, &id)).await?;
            Ok::<_, Failure>(answers::no_content())
        };
    let path = format!("{PATH}/{{id}}");
    let operation = Operation::shaped(
        &PURGE_DELETED_ITEM,
        HttpMethod::Delete,
        path,
        "delete_deleted_item",
        delete(handler),
    );
    of_one(operation, "directory-deleteditems-delete")
        .summary(TAG, "Delete an object for good")
        .description(
            "Deletes a deleted object for good, before its thirty days have passed. Groups are deleted for good only by \
             signed-in users, administrative units by nobody. A user who held a directory role, or was a member or owner of a \
             group to which roles can be assigned, is deleted for good as such a user is deleted.",
        )
        .in_parts([
            (&PURGE_USER, OF_USERS),
            (&PURGE_GROUP, OF_GROUPS),
            (&PURGE_APPLICATION, OF_APPLICATIONS),
        ])
        .done("The object is gone for good, durably.")
}

fn owned_by_user() -> Operation {
    let handler = async move |caller: Caller, State(app): State<AppState>, form: Form, Json(body)| {
        let owned = Owned::read(&body)?;
        let list = move |tx: &ReadTx<'_>, by: &_| deleted_items::owned_by_user(tx, by, owned);
        let page = read(&app, &caller, list).await?;
        let found = Collection { page: Page { next: None, ..page }, next_link: None };
        let answer = answers::directory_objects(&form, &found, Shown::default())?;
        Ok::<_, Failure>(body::hold(answer, &app.answer_budget.share(), Some(caller.tenant.id))?)
    };
    let example = json!({
        "@odata.type": "#microsoft.graph.group", "id": "5a3e0000-0000-4000-8000-000000000220",
        "displayName": "Analytical Engine", "deletedDateTime": "2026-01-31T12:00:00Z",
    });
    Operation::shaped(
        &LIST_DELETED_OWNED_OBJECTS,
        HttpMethod::Post,
        format!("{PATH}/getUserOwnedObjects"),
        "get_deleted_objects_owned_by_user",
        post(handler),
    )
    .summary(TAG, "Get deleted objects that a user owned")
    .description(
        "Gets up to a thousand deleted groups, or applications, that a user owned, in the order of their ids. Of applications, \
         whoever may not read deleted ones sees only type and id.",
    )
    .page("directory-deleteditems-getuserownedobjects")
    .body::<GetUserOwnedObjectsParameters>(
        "Whose objects.",
        json!({"userId": (USERS.example)()["id"], "type": "Group"}),
    )
    .answers::<DirectoryObjectCollection>(
        "The deleted objects.",
        JSON,
        with_context("directoryObjects", "", json!({"value": [example]})),
    )
}
