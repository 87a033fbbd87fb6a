//! Which objects may be in which group: the rules that depend on the group's kind.

use crate::support::{Tenant, forbidden, members_of, reference, refusal, refused, send};
use reqwest::Method;
use roster_server::{auth::secrets::Secret, directory::applications::Registration};
use uuid::Uuid;

/// An object of each kind that can be in some group.
async fn one_of_each_kind(tenant: &Tenant) -> [(&'static str, Uuid); 8] {
    [
        ("user", tenant.user("ada").await),
        ("security group", tenant.security_group("inner").await),
        ("mail-enabled security group", tenant.mail_enabled_security_group("inner-mail").await),
        ("distribution group", tenant.distribution_group("inner-list").await),
        ("Microsoft 365 group", tenant.microsoft_365_group("inner-unified").await),
        ("device", tenant.device("laptop").await),
        ("service principal", tenant.service_principal("service").await),
        ("organizational contact", tenant.contact("ludwig").await),
    ]
}

#[tokio::test]
async fn a_mail_enabled_security_group_takes_all_that_a_security_group_takes() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Directory.ReadWrite.All"]).await;
    let groups = [tenant.security_group("plain").await, tenant.mail_enabled_security_group("mail").await];
    let mut differing = Vec::new();
    for (kind, member) in one_of_each_kind(&tenant).await {
        let mut taken = Vec::new();
        for group in groups {
            taken.push(graph.add_group_member().id(group).body(reference(member)).send().await.is_ok());
        }
        assert_eq!(taken[0], kind != "Microsoft 365 group", "{kind}");
        differing.extend((taken[0] != taken[1]).then_some(kind));
    }
    assert_eq!(differing, Vec::<&str>::new());
}

#[tokio::test]
async fn no_object_of_any_kind_is_added_to_a_dynamic_group_or_removed_from_it() {
    let tenant = Tenant::fresh().await;
    let group = tenant.dynamic_group("all").await;
    let caller = tenant.user("grace").await;
    let members = one_of_each_kind(&tenant).await;
    let clients = [
        tenant.client(["Directory.ReadWrite.All", "RoleManagement.ReadWrite.Directory"]).await,
        tenant.client_of(caller, ["Directory.AccessAsUser.All", "Group.ReadWrite.All"]).await,
    ];
    for graph in clients {
        for (kind, member) in members {
            let added = graph.add_group_member().id(group).body(reference(member)).send().await;
            assert_eq!(refusal(added), forbidden(), "{kind}");
            let removed = graph.remove_group_member().id(group).member_id(member).send().await;
            assert_eq!(refusal(removed), forbidden(), "{kind}");
        }
        assert!(members_of(&graph, group).await.is_empty());
    }
}

#[tokio::test]
async fn members_of_a_role_assignable_group_change_only_with_its_own_permission_besides() {
    let tenant = Tenant::fresh().await;
    let (caller, ada) = (tenant.user("grace").await, tenant.user("ada").await);
    let device = tenant.device("laptop").await;
    let of_role = "RoleManagement.ReadWrite.Directory";
    for (permissions, users, devices) in [
        (vec!["GroupMember.ReadWrite.All"], false, false),
        (vec!["Directory.ReadWrite.All"], false, false),
        (vec![of_role], false, false),
        (vec!["GroupMember.ReadWrite.All", of_role], true, false),
        (vec!["Directory.ReadWrite.All", of_role], true, true),
    ] {
        for delegated in [false, true] {
            let group = tenant.role_assignable_group("admins").await;
            let names = permissions.iter().copied();
            let graph = match delegated {
                true => tenant.client_of(caller, names).await,
                false => tenant.client(names).await,
            };
            for (member, may) in [(ada, users), (device, devices)] {
                let added = graph.add_group_member().id(group).body(reference(member)).send().await;
                let outcome = added.map(|answer| answer.status().as_u16());
                if may {
                    assert_eq!(outcome.unwrap(), 204, "{permissions:?}, delegated: {delegated}");
                } else {
                    assert_eq!(refusal(outcome), forbidden(), "{permissions:?}, delegated: {delegated}");
                }
            }
            tenant.join(group, ada).await;
            let removed = graph.remove_group_member().id(group).member_id(ada).send().await;
            assert_eq!(removed.is_ok(), users, "{permissions:?}, delegated: {delegated}");
        }
    }
}

#[tokio::test]
async fn an_application_object_is_in_no_group_and_its_service_principal_can_be() {
    let tenant = Tenant::fresh().await;
    let registration = Registration::new("daemon", Vec::new(), &Secret::random().unwrap());
    let (application, service) = (registration.application.uuid(), registration.service_principal.uuid());
    tenant.register(registration).await;
    let group = tenant.security_group("readers").await;
    let graph = tenant.client(["Directory.ReadWrite.All"]).await;

    let outcome = graph.add_group_member().id(group).body(reference(application)).send().await;
    let message = "An application can't be a member of a security group.";
    assert_eq!(refusal(outcome), refused(400, "Request_BadRequest", message));
    graph.add_group_member().id(group).body(reference(service)).send().await.unwrap();

    let page = graph.list_group_members().id(group).send().await.unwrap().into_inner();
    let listed: Vec<_> = page.value.iter().map(|member| (&*member.odata_type, member.id.clone())).collect();
    assert_eq!(listed, [("#microsoft.graph.servicePrincipal", Some(service.to_string()))]);
}

#[tokio::test]
async fn hidden_members_are_not_even_counted_without_the_permission() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.hidden_group("secret").await, tenant.user("ada").await);
    tenant.join(group, ada).await;
    let path = format!("/v1.0/groups/{group}/members/$count");
    let count = async |token: String| {
        let request = tenant.anonymous(Method::GET, &path).bearer_auth(token);
        send(request.header("ConsistencyLevel", "eventual")).await
    };
    assert_eq!(count(tenant.app_token(["Directory.Read.All"]).await).await.refusal(), forbidden());
    let alone = count(tenant.app_token(["Member.Read.Hidden"]).await).await;
    assert_eq!(alone.refusal(), forbidden(), "besides, and not instead");
    for token in [
        tenant.app_token(["GroupMember.Read.All", "Member.Read.Hidden"]).await,
        tenant.user_token(ada, ["GroupMember.Read.All", "Member.Read.Hidden"]).await,
    ] {
        assert_eq!(count(token).await.text, "1");
    }
}
