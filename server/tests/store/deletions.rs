//! What a deletion takes away, and what stands of principals after it.

use crate::world::{queue, world};
use chrono::{DateTime, Utc};
use roster_server::{
    auth::secrets::Secret,
    directory::{
        Error,
        applications::{self, Registration},
        import,
    },
    model::{
        ids::ObjectId,
        kinds::ObjectKind,
        permissions::{Permission, Principal},
    },
    store::{Piece, WriteTx, deletions, objects, principals::Standing},
};
use serde_json::json;
use std::sync::{Mutex, mpsc};

#[tokio::test]
async fn what_a_deleted_object_was_in_is_set_aside_and_purging_leaves_nothing_of_it() {
    let world = world().await;
    let secret = Secret::new("a secret of an application");
    let registration = Registration::new("program", vec![Permission::GroupReadAll], &secret);
    let (user, group, application) = (ObjectId::random(), ObjectId::random(), registration.application);
    let service_principal = registration.service_principal;
    let fill = move |tx: &WriteTx<'_>| {
        let kind = json!({"mailEnabled": false, "securityEnabled": true, "mailNickname": "readers"});
        import::group(tx, group, kind)?;
        import::object(tx, ObjectKind::User, user, json!({"userPrincipalName": "ada@contoso.example"}))?;
        applications::register(tx, &registration)?;
        import::member(tx, group, user)?;
        import::owner(tx, group, user)?;
        import::owner(tx, group, service_principal)
    };
    world.store.tenant(world.tenant).write(fill).await.unwrap();
    let database = rusqlite::Connection::open(world.folder.path().join("roster.sqlite")).unwrap();
    let tables = [
        "memberships",
        "ownerships",
        "deleted_memberships",
        "deleted_ownerships",
        "application_secrets",
        "granted_roles",
    ];
    let rows = || {
        tables.map(|table| {
            let sql = format!("SELECT count(*) FROM {table}");
            database.query_row(&sql, [], |row| row.get::<_, u32>(0)).unwrap()
        })
    };
    assert_eq!(rows(), [1, 2, 0, 0, 1, 1]);

    let delete = move |tx: &WriteTx<'_>| {
        for (kind, id) in [
            (ObjectKind::Group, group),
            (ObjectKind::User, user),
            (ObjectKind::ServicePrincipal, service_principal),
            (ObjectKind::Application, application),
        ] {
            let object = objects::find(tx, id)?.filter(|object| object.kind() == kind).unwrap();
            deletions::delete(tx, &object, &objects::values(tx, object.row)?)?;
        }
        Ok::<_, Error>(())
    };
    world.store.tenant(world.tenant).write(delete).await.unwrap();
    assert_eq!(rows(), [0, 0, 1, 2, 1, 1], "what can be restored is there");

    let purge = async || world.store.purge(DateTime::<Utc>::MAX_UTC).await.unwrap();
    let purged = || {
        let sql = "SELECT count(*) FROM objects WHERE purged_at IS NOT NULL";
        database.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap()
    };
    while purged() == 0 {
        assert_eq!(purge().await, Piece::Unfinished);
    }
    assert_eq!(rows(), [0, 0, 0, 0, 1, 1], "the group is purged first, and takes its pairs with it");
    while purge().await == Piece::Unfinished {}
    assert_eq!(rows(), [0; 6]);
    let left = "SELECT count(*) FROM objects WHERE purged_at IS NOT NULL AND document = '{}' AND rest = '{}'
                AND coalesce(user_principal_name, app_id) IS NULL";
    assert_eq!(database.query_row(left, [], |row| row.get::<_, u32>(0)).unwrap(), 4);
}

#[tokio::test]
async fn a_deleted_principal_is_known_to_be_so_even_if_its_deleter_went_away() {
    let world = world().await;
    let (tenant, id) = (world.tenant, ObjectId::random());
    let user = json!({"accountEnabled": true, "userPrincipalName": "ada@contoso.example"});
    let fill = move |tx: &WriteTx<'_>| import::object(tx, ObjectKind::User, id, user.clone()).map(drop);
    world.store.tenant(tenant).write(fill).await.unwrap();
    let standing = async || {
        world.store.find_principal(tenant.id, Principal::User(Some(id))).await.unwrap().unwrap().standing
    };
    assert_eq!(standing().await, Standing::Good);

    let (begins, begun) = mpsc::channel::<()>();
    let begins = Mutex::new(Some(begins));
    let delete = move |tx: &WriteTx<'_>| {
        begins.lock().unwrap().take();
        let object = objects::find(tx, id)?.unwrap();
        deletions::delete(tx, &object, &objects::values(tx, object.row)?)
    };
    let store = world.store.clone();
    let deleting = queue(async move { store.tenant(tenant).write(delete).await }).await;
    // Its sender is dropped when the write is under way.
    begun.recv().unwrap_err();
    deleting.abort();

    world.create(ObjectId::random()).await.unwrap();
    assert!(!world.has(id).await);
    assert_eq!(standing().await, Standing::Deleted);
}
