//! Deleting a tenant: at once nothing finds it, and in the end nothing is left of it.

use crate::world::{
    GROUP, add_member, database, delete, device, empty, member, members, rows, world, world_with_group,
};
use roster_server::{
    auth::secrets::Secret,
    directory::{
        Error,
        applications::{self, Registration},
        import, well_known_applications,
    },
    model::{
        ids::TenantId,
        permissions::{Permission, Principal},
        values::Values,
    },
    store::{
        self, Options, Progress, Store, WriteTx, objects,
        resources::{self, Kind},
    },
};
use serde_json::json;

/// More members than one batch of a deletion removes.
const MANY: u128 = 2_500;

#[tokio::test]
async fn of_a_deleted_tenant_nothing_is_found_at_once_and_in_the_end_nothing_is_left() {
    let world = world_with_group(MANY).await;
    let folder = world.folder.path();
    let application = Registration::new("program", vec![Permission::GroupReadAll], &Secret::new("secret"));
    let fill = move |tx: &WriteTx<'_>| {
        well_known_applications::give(tx)?;
        applications::register(tx, &application)?;
        import::owner(tx, GROUP, application.service_principal)?;
        import::owner(tx, GROUP, member(1))?;
        import::member(tx, GROUP, GROUP)?;
        resources::insert(tx, Kind::GroupSetting, None, GROUP, &Values::new())?;
        let group = objects::find(tx, GROUP)?.map(|group| group.row);
        resources::insert(tx, Kind::GroupSetting, group, GROUP, &Values::new())?;
        delete(tx, member(1))
    };
    world.write(fill).await.unwrap();
    world.count_and_keep().await;
    assert_eq!(world.kept_groups(), 1);
    let other = world.store.create_tenant(TenantId::random(), Vec::new(), empty).await.unwrap();
    world.store.tenant(other).write(add_member_of_new_group).await.unwrap();

    assert!(world.store.delete_tenant(world.tenant).await.unwrap());
    assert!(!world.store.delete_tenant(world.tenant).await.unwrap(), "it is deleted already");
    assert_eq!(world.store.find_tenant(world.tenant.id).await.unwrap(), None);
    assert_eq!(world.store.tenants(9).await.unwrap(), [other]);
    assert!(!world.store.has_secret(Secret::new("secret").digest()).await.unwrap());
    let user = Principal::User(None);
    assert_eq!(world.store.find_principal(world.tenant.id, user).await.unwrap(), None);
    assert!(rows(folder, "objects") > 2_500, "what it held goes afterwards");

    assert_eq!(world.store.clear_deleted_tenants().await.unwrap(), Progress::Unfinished);
    // As after a kill.
    let store = Store::open(folder, Options::default()).unwrap();
    let mut batches = 1;
    while store.clear_deleted_tenants().await.unwrap() == Progress::Unfinished {
        batches += 1;
    }
    assert!(batches > 2, "{batches} batches");
    let left =
        ["objects", "memberships", "nestings", "ownerships", "deleted_memberships", "deleted_ownerships"];
    assert_eq!(left.map(|table| rows(folder, table)), [2, 1, 0, 0, 0, 0], "the other tenant's");
    assert_eq!(
        ["password_credentials", "app_role_assignments", "resources"].map(|table| rows(folder, table)),
        [0; 3]
    );
    assert_eq!(rows(folder, "changes"), 3, "the other tenant's");
    assert_eq!(rows(folder, "pragma_foreign_key_check"), 0);
    crate::counts::check(&database(folder));
    assert_eq!(world.store.tenant(other).read_long(members).await.unwrap(), 1);
}

fn add_member_of_new_group(tx: &WriteTx<'_>) -> Result<(), Error> {
    let group = json!({"mailEnabled": false, "securityEnabled": true, "mailNickname": "small"});
    import::group(tx, GROUP, group)?;
    add_member(tx, 1)
}

#[tokio::test]
async fn a_write_for_a_deleted_tenant_is_refused_whichever_process_deleted_it() {
    let world = world().await;
    let elsewhere = Store::open(world.folder.path(), Options::default()).unwrap();
    let user = Principal::User(None);
    assert!(world.store.find_principal(world.tenant.id, user).await.unwrap().is_some());
    elsewhere.delete_tenant(world.tenant).await.unwrap();

    let refused = world.create(member(1)).await;
    assert!(matches!(refused, Err(Error::Store(store::Error::TenantGone))), "{refused:?}");
    let domain = "contoso.example".parse().unwrap();
    let refused = world.store.add_domain(world.tenant, domain).await;
    assert!(matches!(refused, Err(store::Error::TenantGone)), "{refused:?}");
    assert_eq!(["objects", "domains", "counts"].map(|table| rows(world.folder.path(), table)), [0, 0, 0]);
}

#[tokio::test]
async fn a_deleted_tenant_is_forgotten_when_nothing_of_it_is_left() {
    let world = world().await;
    let folder = world.folder.path();
    world.create(member(1)).await.unwrap();
    let other = world.store.create_tenant(TenantId::random(), Vec::new(), empty).await.unwrap();
    world.store.delete_tenant(world.tenant).await.unwrap();
    let clear = async || while world.store.clear_deleted_tenants().await.unwrap() == Progress::Unfinished {};
    let left = || ["objects", "changes", "deleted_tenants"].map(|table| rows(folder, table));

    clear().await;
    assert_eq!(left(), [0, 1, 1], "the newest change stays, whosever it is");
    world.store.tenant(other).write(|tx| device(tx, member(2), "newer")).await.unwrap();
    clear().await;
    assert_eq!(left(), [1, 1, 0], "the other tenant's");
}

#[tokio::test]
async fn a_tenant_with_the_id_of_a_deleted_one_is_a_new_one() {
    let world = world().await;
    world.create(member(1)).await.unwrap();
    let domains = world.store.domains(world.tenant).await.unwrap();
    assert_eq!(domains.len(), 1);
    world.store.delete_tenant(world.tenant).await.unwrap();
    let again = world.store.create_tenant(world.tenant.id, Vec::new(), empty).await.unwrap();
    assert_eq!(world.store.domains(again).await.unwrap(), domains, "they are free");
    while world.store.clear_deleted_tenants().await.unwrap() == Progress::Unfinished {}
    let found = world.store.tenant(again).read(|tx| objects::find(tx, member(1))).await.unwrap();
    assert_eq!(found, None);
    world.store.tenant(again).write(|tx| device(tx, member(1), "new")).await.unwrap();
    assert_eq!(rows(world.folder.path(), "objects"), 1);
}
