//! `memberOf` and `transitiveMemberOf`: which groups an object is in, and who learns of it.

use crate::support::{Answer, Tenant, forbidden, not_found, refusal, send};
use futures::{FutureExt, TryStreamExt};
use reqwest::Method;
use roster_client::{
    Client, counted,
    types::{DirectoryObject, DirectoryObjectCollection},
};
use roster_server::{directory::import, model::ids::ObjectId, store::WriteTx};
use serde_json::{Value, json};
use uuid::Uuid;

/// A tenant with a user who is in groups, some of them through others:
///
/// `ada` is in `readers`, which is in `everybody`; in `secret`, which hides its members and is in `beyond`; and in `team`.
struct World {
    tenant: Tenant,
    ada: Uuid,
    readers: Uuid,
    everybody: Uuid,
    secret: Uuid,
    beyond: Uuid,
    team: Uuid,
}

async fn world() -> World {
    let tenant = Tenant::fresh().await;
    let world = World {
        tenant,
        ada: tenant.user("ada").await,
        readers: tenant.security_group("readers").await,
        everybody: tenant.security_group("everybody").await,
        secret: tenant.hidden_group("secret").await,
        beyond: tenant.security_group("beyond").await,
        team: tenant.microsoft_365_group("team").await,
    };
    let World { ada, readers, everybody, secret, beyond, team, .. } = world;
    for (group, member) in
        [(readers, ada), (everybody, readers), (secret, ada), (beyond, secret), (team, ada)]
    {
        tenant.join(group, member).await;
    }
    world
}

fn ids(page: &DirectoryObjectCollection) -> Vec<Uuid> {
    page.value.iter().map(|object| object.id.as_ref().unwrap().parse().unwrap()).collect()
}

async fn member_of(graph: &Client, user: Uuid) -> Vec<Uuid> {
    ids(&graph.list_user_member_of().id(user.to_string()).send().await.unwrap())
}

async fn transitive_member_of(graph: &Client, user: Uuid) -> Vec<Uuid> {
    ids(&graph.list_user_transitive_member_of().id(user.to_string()).send().await.unwrap())
}

#[tokio::test]
async fn hidden_memberships_and_what_follows_from_them_are_left_out_of_pages_and_counts() {
    let World { tenant, ada, readers, everybody, secret, beyond, team } = world().await;
    let weak = tenant.client(["Directory.Read.All"]).await;
    assert_eq!(member_of(&weak, ada).await, [readers, team]);
    assert_eq!(transitive_member_of(&weak, ada).await, [readers, everybody, team]);
    let strong = tenant.client(["Directory.Read.All", "Member.Read.Hidden"]).await;
    assert_eq!(member_of(&strong, ada).await, [readers, secret, team]);
    assert_eq!(transitive_member_of(&strong, ada).await, [readers, everybody, secret, beyond, team]);

    for (graph, direct, transitive) in [(&weak, 2, 3), (&strong, 3, 5)] {
        let (user, level) = (ada.to_string(), "eventual");
        let count = graph.count_user_member_of().id(&user).consistency_level(level).send().await.unwrap();
        assert_eq!(counted(count).await.unwrap(), direct);
        let count = graph.count_user_transitive_member_of().id(&user).consistency_level(level).send().await;
        assert_eq!(counted(count.unwrap()).await.unwrap(), transitive);
        let page = graph.list_user_member_of().id(&user).count(true).consistency_level(level).send().await;
        assert_eq!(page.unwrap().odata_count, i64::try_from(direct).ok());
        let page = graph
            .list_user_transitive_member_of()
            .id(&user)
            .count(true)
            .consistency_level(level)
            .send()
            .await;
        assert_eq!(page.unwrap().odata_count, i64::try_from(transitive).ok());
    }
}

#[tokio::test]
async fn a_hidden_group_is_left_out_of_ones_own_memberships_too() {
    let World { tenant, ada, readers, team, secret, .. } = world().await;
    let me = tenant.client_of(ada, ["User.Read"]).await;
    assert_eq!(ids(&me.list_my_member_of().send().await.unwrap()), [readers, team]);
    let me = tenant.client_of(ada, ["User.Read", "Member.Read.Hidden"]).await;
    assert_eq!(ids(&me.list_my_member_of().send().await.unwrap()), [readers, secret, team]);
}

#[tokio::test]
async fn a_group_that_is_reached_in_another_way_too_is_not_left_out() {
    let World { tenant, ada, readers, beyond, everybody, team, .. } = world().await;
    tenant.join(beyond, readers).await;
    let weak = tenant.client(["Directory.Read.All"]).await;
    assert_eq!(transitive_member_of(&weak, ada).await, [readers, everybody, beyond, team]);
}

#[tokio::test]
async fn me_is_the_signed_in_user_who_sees_only_type_and_id_of_groups_without_a_permission_for_them() {
    let World { tenant, ada, readers, everybody, team, .. } = world().await;
    let token = tenant.user_token(ada, ["User.Read"]).await;
    let get = async |path: &str| {
        send(tenant.anonymous(Method::GET, &format!("/v1.0{path}")).bearer_auth(&token)).await.json()
    };
    let page = get("/me/memberOf?$select=displayName").await;
    let hidden = |id: Uuid| json!({"@odata.type": "#microsoft.graph.group", "id": id, "displayName": null});
    assert_eq!(page["value"], json!([hidden(readers), hidden(team)]));
    let context = format!("{}/v1.0/$metadata#directoryObjects(displayName)", tenant.server.url);
    assert_eq!(page["@odata.context"], context);
    let first = get("/me/transitiveMemberOf?$top=2").await;
    let shown = |page: &Value| {
        page["value"].as_array().unwrap().iter().map(|group| group["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(shown(&first), [json!(readers), json!(everybody)]);
    let link = first["@odata.nextLink"].as_str().unwrap().split_once("/v1.0").unwrap().1;
    assert!(link.starts_with("/me/transitiveMemberOf?"), "{link}");
    let second = get(link).await;
    assert_eq!((shown(&second), &second["@odata.nextLink"]), (vec![json!(team)], &Value::Null));

    let me = tenant.client_of(ada, ["User.Read", "GroupMember.Read.All"]).await;
    let page = me.list_my_member_of().send().await.unwrap();
    assert_eq!(page.value[0].display_name.as_deref(), Some("readers"));
    let counted_mine = me.count_my_member_of().consistency_level("eventual").send().await.unwrap();
    assert_eq!(counted(counted_mine).await.unwrap(), 2);
    let all = me.count_my_transitive_member_of().consistency_level("eventual").send().await.unwrap();
    assert_eq!(counted(all).await.unwrap(), 3);
}

#[tokio::test]
async fn who_reaches_only_itself_learns_of_no_other_not_even_whether_it_is_there() {
    let World { tenant, ada, readers, .. } = world().await;
    let grace = tenant.user("grace").await;
    let me = tenant.client_of(ada, ["User.Read"]).await;
    assert!(member_of(&me, ada).await.contains(&readers));
    for other in [grace, Uuid::from_u128(7)] {
        let direct = me.list_user_member_of().id(other.to_string()).send().await;
        assert_eq!(refusal(direct), forbidden());
        let transitive = me.list_user_transitive_member_of().id(other.to_string()).send().await;
        assert_eq!(refusal(transitive), forbidden());
    }
    let all = tenant.client(["Directory.Read.All"]).await;
    let absent = all.list_user_member_of().id(Uuid::from_u128(7).to_string()).send().await;
    assert_eq!(refusal(absent), not_found(Uuid::from_u128(7)));
}

#[tokio::test]
async fn every_kind_of_member_tells_what_it_is_in() {
    let World { tenant, readers, everybody, .. } = world().await;
    let (device, service) = (tenant.device("laptop").await, tenant.service_principal("service").await);
    let contact = tenant.contact("ludwig").await;
    for member in [device, service, contact] {
        tenant.join(readers, member).await;
    }
    let graph = tenant.client(["Directory.Read.All"]).await;
    assert_eq!(ids(&graph.list_group_member_of().id(readers).send().await.unwrap()), [everybody]);
    assert_eq!(ids(&graph.list_group_transitive_member_of().id(readers).send().await.unwrap()), [everybody]);
    assert_eq!(ids(&graph.list_device_member_of().id(device).send().await.unwrap()), [readers]);
    let both = [readers, everybody];
    assert_eq!(ids(&graph.list_device_transitive_member_of().id(device).send().await.unwrap()), both);
    assert_eq!(ids(&graph.list_service_principal_member_of().id(service).send().await.unwrap()), [readers]);
    let of_service = graph.list_service_principal_transitive_member_of().id(service).send().await.unwrap();
    assert_eq!(ids(&of_service), both);
    assert_eq!(ids(&graph.list_contact_member_of().id(contact).send().await.unwrap()), [readers]);
    assert_eq!(ids(&graph.list_contact_transitive_member_of().id(contact).send().await.unwrap()), both);
    // An object of another kind is none.
    assert_eq!(refusal(graph.list_group_member_of().id(device).send().await), not_found(device));
    assert_eq!(refusal(graph.list_device_member_of().id(readers).send().await), not_found(readers));
}

#[tokio::test]
async fn a_user_is_named_by_sign_in_name_too_and_every_spelling_of_the_path_is_one() {
    let World { tenant, ada, readers, .. } = world().await;
    let name = tenant.upn("ada");
    for path in [
        format!("/users/{name}/memberOf"),
        format!("/users('{ada}')/MEMBEROF"),
        format!("/users(userPrincipalName='{name}')/transitivememberof"),
    ] {
        let answer: Answer = send(tenant.raw(Method::GET, &path).await).await;
        assert_eq!(answer.json()["value"][0]["id"], readers.to_string(), "{path}");
    }
}

#[tokio::test]
async fn who_is_in_more_groups_than_a_short_read_walks_over_gets_the_same_pages() {
    const MANY: usize = 230;
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let crowd = move |tx: &WriteTx<'_>| {
        (0..MANY).try_for_each(|_| {
            let group = ObjectId::random();
            let values = json!({"mailNickname": "crowd", "mailEnabled": false, "securityEnabled": true});
            import::group(tx, group, values)?;
            import::member(tx, group, ObjectId::from_uuid(ada))
        })
    };
    tenant.server.store.tenant(tenant.store_tenant()).write(crowd).await.unwrap();
    let graph = tenant.client(["Directory.Read.All"]).await;
    let stream = |first| graph.items::<DirectoryObjectCollection>(first).try_collect::<Vec<_>>();
    let direct = stream(graph.list_user_member_of().id(ada.to_string()).send().boxed()).await.unwrap();
    let through =
        stream(graph.list_user_transitive_member_of().id(ada.to_string()).send().boxed()).await.unwrap();
    let ids =
        |groups: Vec<DirectoryObject>| groups.into_iter().map(|group| group.id.unwrap()).collect::<Vec<_>>();
    let (direct, through) = (ids(direct), ids(through));
    assert_eq!(direct.len(), MANY);
    assert_eq!(direct, through);
    let body = roster_client::types::GetMemberGroupsParameters::default();
    let got = graph.get_user_member_groups().id(ada.to_string()).body(body).send().await.unwrap();
    assert_eq!(got.value, direct);
}

#[tokio::test]
async fn deleted_groups_are_in_no_chain_and_deleted_members_in_no_group() {
    let World { tenant, ada, readers, everybody, team, .. } = world().await;
    let graph = tenant.client(["Directory.ReadWrite.All", "Group.ReadWrite.All", "User.ReadWrite.All"]).await;
    assert_eq!(transitive_member_of(&graph, ada).await, [readers, everybody, team]);
    graph.delete_group().id(readers).send().await.unwrap();
    assert_eq!(
        transitive_member_of(&graph, ada).await,
        [team],
        "what is above a deleted group isn't reached"
    );
    assert_eq!(member_of(&graph, ada).await, [team]);
    graph.delete_user().id(ada.to_string()).send().await.unwrap();
    let gone = graph.list_user_member_of().id(ada.to_string()).send().await;
    assert_eq!(refusal(gone), not_found(ada));
}
