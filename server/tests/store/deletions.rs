//! What a deletion removes, and the status of principals after it.

use crate::world::{GROUP, World, delete, device, member, queue, rows, world, world_with};
use chrono::{DateTime, Utc};
use roster_server::{
    auth::secrets::Secret,
    directory::{
        Error,
        applications::{self, Registration},
        import, well_known_applications,
    },
    model::{
        ids::ObjectId,
        kinds::ObjectKind,
        permissions::{Permission, Principal},
    },
    odata::listing::Listing,
    store::{
        Options, Progress, ReadTx, Store, WriteTx, deletions,
        nestings::HiddenMemberships::Shown,
        objects,
        principals::PrincipalStatus,
        relations::{Direction, MEMBERS, OWNERS},
    },
};
use serde_json::json;
use std::sync::{Arc, Mutex, mpsc};

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
        well_known_applications::give(tx)?;
        applications::register(tx, &registration)?;
        import::member(tx, group, user)?;
        import::owner(tx, group, user)?;
        import::owner(tx, group, service_principal)?;
        import::manager(tx, user, service_principal)
    };
    world.store.tenant(world.tenant).write(fill).await.unwrap();
    let database = rusqlite::Connection::open(world.folder.path().join("roster.sqlite")).unwrap();
    let tables = [
        "memberships",
        "ownerships",
        "deleted_memberships",
        "deleted_ownerships",
        "password_credentials",
        "app_role_assignments",
        "managers",
        "deleted_managers",
    ];
    let rows = || {
        tables.map(|table| {
            let sql = format!("SELECT count(*) FROM {table}");
            database.query_row(&sql, [], |row| row.get::<_, u32>(0)).unwrap()
        })
    };
    assert_eq!(rows(), [1, 2, 0, 0, 1, 1, 1, 0]);

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
    assert_eq!(rows(), [0, 0, 1, 2, 1, 1, 0, 1], "what can be restored is there");

    let purge = async || world.store.purge(DateTime::<Utc>::MAX_UTC).await.unwrap();
    let purged = || {
        let sql = "SELECT count(*) FROM objects WHERE purged_at IS NOT NULL";
        database.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap()
    };
    while purged() == 0 {
        assert_eq!(purge().await, Progress::Unfinished);
    }
    assert_eq!(rows(), [0, 0, 0, 0, 1, 1, 0, 1], "the group is purged first, and takes its pairs with it");
    while purge().await == Progress::Unfinished {}
    assert_eq!(rows(), [0; 8]);
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
        world.store.find_principal(tenant.id, Principal::User(Some(id))).await.unwrap().unwrap().status
    };
    assert_eq!(standing().await, PrincipalStatus::Good);

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
    assert_eq!(standing().await, PrincipalStatus::Deleted);
}

/// Groups that an object is in: three batches of a deletion, the last of which isn't full.
pub const MANY: u128 = 1_200;

/// The object that is in all of them and owns them, and one that stays.
pub const LEAVING: u128 = 1;
pub const STAYING: u128 = 2;

pub fn group(number: u128) -> ObjectId {
    ObjectId::from_uuid(uuid::Uuid::from_u128((2 << 64) + number))
}

/// A store where groups are large from two members on, with objects that are in very many groups.
pub async fn world_with_many_groups() -> Arc<World> {
    let world = world_with(Options { largest_uncounted: 1, ..Options::default() }).await;
    let fill = |tx: &WriteTx<'_>| {
        [LEAVING, STAYING].into_iter().try_for_each(|number| device(tx, member(number), "a member"))?;
        (0..MANY).try_for_each(|number| {
            let values =
                json!({"mailEnabled": false, "securityEnabled": true, "mailNickname": "one of many"});
            import::group(tx, group(number), values)?;
            import::owner(tx, group(number), member(LEAVING))?;
            import::member(tx, group(number), member(LEAVING))?;
            import::member(tx, group(number), member(STAYING))
        })
    };
    world.write(fill).await.unwrap();
    // Counts are kept of some groups: of the first batch, of a later one and of the last one.
    for number in [0, 499, 700, MANY - 1] {
        let count = move |tx: &ReadTx<'_>| {
            Ok::<_, Error>(MEMBERS.count_targets(tx, &objects::find(tx, group(number))?.unwrap())?)
        };
        assert_eq!(world.store.tenant(world.tenant).read(count).await.unwrap(), 2);
        // What the read left to the writer was queued before this.
        world.write(|_| Ok(())).await.unwrap();
    }
    assert_eq!(world.kept_groups(), 4);
    world
}

pub fn listing() -> Listing {
    Listing { limit: 9, ..Listing::default() }
}

/// Nothing of the deleted object shows in any group, and all of the other one does.
pub fn check_that_it_is_gone(tx: &ReadTx<'_>) -> Result<(), Error> {
    for number in 0..MANY {
        let group = objects::find(tx, group(number))?.unwrap();
        let members = MEMBERS.page(tx, Direction::Targets, &group, &listing(), Shown)?;
        let ids: Vec<_> = members.objects.iter().map(|(object, _)| object.id).collect();
        assert_eq!((ids, members.next), (vec![member(STAYING)], None), "{number}");
        assert_eq!(MEMBERS.count_targets(tx, &group)?, 1, "{number}");
        assert_eq!(OWNERS.count_targets(tx, &group)?, 0, "{number}");
        assert_eq!(
            OWNERS.page(tx, Direction::Targets, &group, &listing(), Shown)?.objects.len(),
            0,
            "{number}"
        );
    }
    let staying = objects::find(tx, member(STAYING))?.unwrap();
    assert_eq!(MEMBERS.count(tx, Direction::Sources, &staying, None, Shown)?, u64::try_from(MANY).unwrap());
    assert_eq!(objects::find(tx, member(LEAVING))?, None);
    Ok(())
}

#[tokio::test]
async fn an_object_in_very_many_groups_is_gone_from_all_at_once_though_that_takes_several_writes() {
    let world = world_with_many_groups().await;
    let folder = world.folder.path();
    let delete_and_look = |tx: &WriteTx<'_>| {
        delete(tx, member(LEAVING))?;
        check_that_it_is_gone(tx)
    };
    world.write(delete_and_look).await.unwrap();
    world.store.left_unfinished().await;
    assert_eq!(["deleted_memberships", "deleted_ownerships"].map(|table| rows(folder, table)), [500, 500]);

    // As after a kill: another store finishes it.
    let store = Store::open(folder, Options { largest_uncounted: 1, ..Options::default() }).unwrap();
    let mut batches = 0;
    loop {
        world.kept_groups();
        store.tenant(world.tenant).read_long(check_that_it_is_gone).await.unwrap();
        if store.finish_deletions().await.unwrap() == Progress::Finished {
            break;
        }
        batches += 1;
    }
    assert_eq!(batches, 2, "700 pairs of each relation were left");
    let tables =
        ["memberships", "ownerships", "deleted_memberships", "deleted_ownerships", "unfinished_deletions"];
    assert_eq!(tables.map(|table| rows(folder, table)), [1_200, 0, 1_200, 1_200, 0]);
}

#[tokio::test]
async fn while_a_deletion_is_unfinished_its_groups_are_changed_and_deleted_as_usual() {
    let world = world_with_many_groups().await;
    let folder = world.folder.path();
    let change = |tx: &WriteTx<'_>| {
        delete(tx, member(LEAVING))?;
        device(tx, member(3), "a new member")?;
        import::member(tx, group(MANY - 1), member(3))?;
        let counted = objects::find(tx, group(MANY - 1))?.unwrap();
        assert_eq!(MEMBERS.count_targets(tx, &counted)?, 2);
        MEMBERS.remove(tx, &counted, &objects::find(tx, member(STAYING))?.unwrap())?;
        assert_eq!(MEMBERS.count_targets(tx, &counted)?, 1);
        delete(tx, group(700))
    };
    world.write(change).await.unwrap();
    world.kept_groups();

    // The group is due, the object isn't yet.
    while world.store.purge(DateTime::<Utc>::MAX_UTC).await.unwrap() == Progress::Unfinished {
        world.kept_groups();
    }
    let purged = |folder| rows(folder, "objects WHERE purged_at IS NOT NULL");
    assert_eq!((purged(folder), rows(folder, "unfinished_deletions")), (1, 1));
    while world.store.finish_deletions().await.unwrap() == Progress::Unfinished {
        world.kept_groups();
    }
    while world.store.purge(DateTime::<Utc>::MAX_UTC).await.unwrap() == Progress::Unfinished {}
    let left = ["memberships", "ownerships", "deleted_memberships", "deleted_ownerships"];
    assert_eq!(left.map(|table| rows(folder, table)), [1_199, 0, 0, 0], "of the groups that are left");
    assert_eq!((purged(folder), rows(folder, "unfinished_deletions")), (2, 0));
    assert_eq!(world.kept_groups(), 3);
}

#[tokio::test]
async fn nothing_is_left_of_a_deleted_tenant_with_an_unfinished_deletion() {
    let world = world_with_many_groups().await;
    world.write(|tx| delete(tx, member(LEAVING))).await.unwrap();
    world.store.delete_tenant(world.tenant).await.unwrap();
    assert_eq!(world.store.finish_deletions().await.unwrap(), Progress::Finished, "it goes with its tenant");
    while world.store.clear_deleted_tenants().await.unwrap() == Progress::Unfinished {}
    let left = ["objects", "memberships", "deleted_memberships", "unfinished_deletions", "counts"];
    assert_eq!(left.map(|table| rows(world.folder.path(), table)), [0; 5]);
}

#[tokio::test]
async fn a_deletion_that_one_write_does_leaves_nothing_unfinished() {
    let world = crate::world::world_with_group(5).await;
    world.write(|tx| delete(tx, member(1))).await.unwrap();
    assert_eq!(rows(world.folder.path(), "unfinished_deletions"), 0);
    assert_eq!(world.store.finish_deletions().await.unwrap(), Progress::Finished);
    let sources = |tx: &ReadTx<'_>| {
        let member = objects::find(tx, member(2))?.unwrap();
        Ok::<_, Error>(MEMBERS.page(tx, Direction::Sources, &member, &listing(), Shown)?.objects)
    };
    let groups = world.store.tenant(world.tenant).read(sources).await.unwrap();
    assert_eq!(groups.iter().map(|(group, _)| group.id).collect::<Vec<_>>(), [GROUP]);
    world.write(|tx| delete(tx, GROUP)).await.unwrap();
    assert_eq!(world.store.tenant(world.tenant).read(sources).await.unwrap().len(), 0, "it is deleted");
}
