//! `/groups/{id}/members`: the members of a group.

use crate::support::{Tenant, forbidden, members_of, not_found, reference, refusal, refused, send, sorted};
use futures::future::join_all;
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

const ALREADY: &str =
    "One or more added object references already exist for the following modified properties: 'members'.";

#[tokio::test]
async fn a_user_is_added_to_a_security_group() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    let graph = tenant.client(["Group.ReadWrite.All"]).await;

    let answer = graph.add_group_member().id(group).body(reference(ada)).send().await.unwrap();

    assert_eq!(answer.status(), 204);
    assert_eq!(members_of(&graph, group).await, [ada]);
}

#[tokio::test]
async fn adding_a_member_twice_is_refused_and_the_group_still_has_it_once() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    let graph = tenant.client(["Group.ReadWrite.All"]).await;
    graph.add_group_member().id(group).body(reference(ada)).send().await.unwrap();

    let again = graph.add_group_member().id(group).body(reference(ada)).send().await;

    assert_eq!(refusal(again), refused(400, "Request_BadRequest", ALREADY));
    assert_eq!(members_of(&graph, group).await, [ada]);
}

#[tokio::test]
async fn of_sixteen_requests_that_add_one_member_at_once_one_succeeds() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    let graph = tenant.client(["Group.ReadWrite.All"]).await;

    let add = || graph.add_group_member().id(group).body(reference(ada)).send();
    let outcomes = join_all((0..16).map(|_| add())).await;

    let (added, refused_ones): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!((added.len(), refused_ones.len()), (1, 15));
    for outcome in refused_ones {
        assert_eq!(refusal(outcome), refused(400, "Request_BadRequest", ALREADY));
    }
    assert_eq!(members_of(&graph, group).await, [ada]);
}

#[tokio::test]
async fn every_kind_of_member_joins_a_security_group() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let members = [
        tenant.user("ada").await,
        tenant.security_group("inner").await,
        tenant.mail_enabled_security_group("mail").await,
        tenant.distribution_group("list").await,
        tenant.device("laptop").await,
        tenant.service_principal("service").await,
        tenant.contact("ludwig").await,
    ];
    let graph = tenant.client(["Directory.ReadWrite.All"]).await;

    for member in members {
        let answer = graph.add_group_member().id(group).body(reference(member)).send().await.unwrap();
        assert_eq!(answer.status(), 204);
    }

    assert_eq!(members_of(&graph, group).await, sorted(members));
}

#[tokio::test]
async fn a_member_that_does_not_exist_is_not_found_and_neither_is_a_group() {
    let tenant = Tenant::fresh().await;
    let (group, missing) = (tenant.security_group("readers").await, Uuid::from_u128(7));
    let graph = tenant.client(["Group.ReadWrite.All"]).await;

    let absent_member = graph.add_group_member().id(group).body(reference(missing)).send().await;
    assert_eq!(refusal(absent_member), not_found(missing));

    let absent_group = graph.add_group_member().id(missing).body(reference(group)).send().await;
    assert_eq!(refusal(absent_group), not_found(missing));
}

#[tokio::test]
async fn a_member_of_a_dynamic_group_cannot_be_added_by_hand() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.dynamic_group("all").await, tenant.user("ada").await);
    let graph = tenant.client(["Directory.ReadWrite.All"]).await;

    let outcome = graph.add_group_member().id(group).body(reference(ada)).send().await;

    assert_eq!(refusal(outcome), forbidden());
}

/// A group of each kind, and the kinds of objects that may join it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Into {
    Security,
    Microsoft365,
    MailEnabledSecurity,
    Distribution,
}

#[tokio::test]
async fn each_kind_of_group_takes_the_members_that_graph_lets_in() {
    let tenant = Tenant::fresh().await;
    let groups = [
        (Into::Security, tenant.security_group("s").await),
        (Into::Microsoft365, tenant.microsoft_365_group("m").await),
        (Into::MailEnabledSecurity, tenant.mail_enabled_security_group("e").await),
        (Into::Distribution, tenant.distribution_group("d").await),
    ];
    let plain_groups = [
        ("a security group", tenant.security_group("inner").await),
        ("a mail-enabled security group", tenant.mail_enabled_security_group("inner-mail").await),
        ("a distribution group", tenant.distribution_group("inner-list").await),
    ];
    let others = [
        ("a device", tenant.device("laptop").await),
        ("a service principal", tenant.service_principal("service").await),
        ("an organizational contact", tenant.contact("ludwig").await),
    ];
    let unified = ("a Microsoft 365 group", tenant.microsoft_365_group("inner-unified").await);
    let user = ("a user", tenant.user("ada").await);
    let graph = tenant.client(["Directory.ReadWrite.All"]).await;

    for (kind, group) in groups {
        let words = match kind {
            Into::Security => "a security group",
            Into::Microsoft365 => "a Microsoft 365 group",
            Into::MailEnabledSecurity => "a mail-enabled security group",
            Into::Distribution => "a distribution group",
        };
        for (member_words, member) in plain_groups.into_iter().chain(others).chain([unified, user]) {
            let fits = match kind {
                Into::Security | Into::MailEnabledSecurity => member != unified.1,
                Into::Microsoft365 => member == user.1,
                Into::Distribution => false,
            };
            let outcome = graph.add_group_member().id(group).body(reference(member)).send().await;
            if fits {
                assert_eq!(outcome.unwrap().status(), 204, "{member_words} into {words}");
            } else if kind == Into::Distribution {
                assert_eq!(refusal(outcome), refused(400, "Request_BadRequest", MANAGED));
            } else {
                let mut said = format!("{member_words} can't be a member of {words}.");
                said.replace_range(..1, &said[..1].to_uppercase());
                assert_eq!(refusal(outcome), refused(400, "Request_BadRequest", &said));
            }
        }
    }
}

const MANAGED: &str = "Cannot Update a mail-enabled security groups and or distribution list.";

#[tokio::test]
async fn a_member_of_another_kind_needs_a_permission_on_that_kind_too() {
    let tenant = Tenant::fresh().await;
    let (device, service) = (tenant.device("laptop").await, tenant.service_principal("service").await);
    let (contact, caller) = (tenant.contact("ludwig").await, tenant.user("ada").await);
    // (member, permission besides GroupMember.ReadWrite.All, enough for a user's token, enough for an application's)
    let rows = [
        (device, "Device.Read.All", true, false),
        (device, "Device.ReadWrite.All", false, true),
        (device, "User.ReadWrite.All", false, false),
        (service, "Application.Read.All", false, false),
        (service, "Application.ReadWrite.All", true, true),
        (contact, "OrgContact.Read.All", true, true),
        (contact, "Device.ReadWrite.All", false, false),
    ];
    for (member, besides, delegated, application) in rows {
        for base in ["GroupMember.ReadWrite.All", "Group.ReadWrite.All"] {
            let user = tenant.client_of(caller, [base, besides]).await;
            let app = tenant.client([base, besides]).await;
            for (graph, enough) in [(user, delegated), (app, application)] {
                let group = tenant.security_group("readers").await;
                let outcome = graph.add_group_member().id(group).body(reference(member)).send().await;
                if enough {
                    assert_eq!(outcome.unwrap().status(), 204, "{base} and {besides}");
                } else {
                    assert_eq!(refusal(outcome), forbidden(), "{base} and {besides}");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_permissions_on_the_whole_directory_cover_every_kind_of_member() {
    let tenant = Tenant::fresh().await;
    let members = [tenant.device("d").await, tenant.service_principal("s").await, tenant.contact("c").await];
    let caller = tenant.user("ada").await;
    let clients = [
        tenant.client(["Directory.ReadWrite.All"]).await,
        tenant.client_of(caller, ["Directory.ReadWrite.All"]).await,
        tenant.client_of(caller, ["Directory.AccessAsUser.All"]).await,
    ];
    for graph in clients {
        let group = tenant.security_group("readers").await;
        for member in members {
            assert_eq!(
                graph.add_group_member().id(group).body(reference(member)).send().await.unwrap().status(),
                204
            );
        }
    }
    let group = tenant.security_group("readers").await;
    let app = tenant.client(["Directory.AccessAsUser.All"]).await;
    let outcome = app.add_group_member().id(group).body(reference(caller)).send().await;
    assert_eq!(refusal(outcome), forbidden(), "delegated only");
}

#[tokio::test]
async fn a_role_assignable_group_needs_a_permission_of_its_own_and_takes_no_groups() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.role_assignable_group("admins").await, tenant.user("ada").await);
    let inner = tenant.security_group("inner").await;
    let weak = tenant.client(["Group.ReadWrite.All"]).await;
    let strong = tenant.client(["Group.ReadWrite.All", "RoleManagement.ReadWrite.Directory"]).await;

    let add = async |graph: &roster_client::Client, member| {
        graph.add_group_member().id(group).body(reference(member)).send().await
    };
    assert_eq!(refusal(add(&weak, ada).await), forbidden());
    assert_eq!(add(&strong, ada).await.unwrap().status(), 204);
    let nesting = "Nesting is currently not supported for groups that can be assigned to a role.";
    assert_eq!(refusal(add(&strong, inner).await), refused(400, "Request_BadRequest", nesting));
    let remove = weak.remove_group_member().id(group).member_id(ada).send().await;
    assert_eq!(refusal(remove), forbidden());
    assert_eq!(strong.remove_group_member().id(group).member_id(ada).send().await.unwrap().status(), 204);
}

#[tokio::test]
async fn a_group_may_be_its_own_member_and_cycles_are_allowed() {
    let tenant = Tenant::fresh().await;
    let (one, two) = (tenant.security_group("one").await, tenant.security_group("two").await);
    let graph = tenant.client(["Group.ReadWrite.All"]).await;
    for (group, member) in [(one, one), (one, two), (two, one)] {
        assert_eq!(
            graph.add_group_member().id(group).body(reference(member)).send().await.unwrap().status(),
            204
        );
    }
    assert_eq!(members_of(&graph, one).await, sorted([one, two]));
}

#[tokio::test]
async fn a_member_is_removed_and_an_object_that_is_none_is_reported_by_the_groups_id() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    tenant.join(group, ada).await;
    let graph = tenant.client(["GroupMember.ReadWrite.All"]).await;

    let remove = async |group, member| graph.remove_group_member().id(group).member_id(member).send().await;
    assert_eq!(remove(group, ada).await.unwrap().status(), 204);
    assert!(members_of(&graph, group).await.is_empty());
    assert_eq!(refusal(remove(group, ada).await), not_found(group));
    assert_eq!(refusal(remove(group, Uuid::from_u128(7)).await), not_found(group));
    assert_eq!(refusal(remove(Uuid::from_u128(8), ada).await), not_found(Uuid::from_u128(8)));
}

#[tokio::test]
async fn a_member_is_removed_by_its_url_as_by_its_id() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    let graph = tenant.client(["GroupMember.ReadWrite.All"]).await;
    let remove = async |group: Uuid, url: &str| {
        graph.remove_group_member_by_reference().id(group).reference(url).send().await
    };
    let (own, domain, id) = (&tenant.server.url, tenant.domain(), tenant.id());
    for url in [
        format!("https://graph.microsoft.com/v1.0/directoryObjects/{ada}"),
        format!("https://graph.microsoft.com/beta/users('{ada}')"),
        format!("{own}/v1.0/users/ada%40{domain}"),
        format!(
            "https://graph.microsoft.com/v2/{id}/directoryObjects/{ada}/Microsoft.DirectoryServices.User"
        ),
    ] {
        tenant.join(group, ada).await;
        assert_eq!(remove(group, &url).await.unwrap().status(), 204, "{url}");
        assert!(members_of(&graph, group).await.is_empty());
        assert_eq!(refusal(remove(group, &url).await), not_found(group), "{url}");
    }
    tenant.join(group, ada).await;
    let (stranger, nobody) = (Tenant::fresh().await.id(), Uuid::from_u128(7));
    for url in [
        format!("https://graph.microsoft.com/v1.0/groups/{ada}"),
        format!("https://graph.microsoft.com/v1.0/{stranger}/users/{ada}"),
        format!("https://graph.microsoft.com/v1.0/directoryObjects/{nobody}"),
        format!("https://graph.microsoft.com/v1.0/users/nobody@{domain}"),
    ] {
        assert_eq!(refusal(remove(group, &url).await), not_found(group), "{url}");
    }
    assert_eq!(refusal(remove(nobody, &reference(ada).odata_id).await), not_found(nobody));
    assert_eq!(members_of(&graph, group).await, [ada]);
}

#[tokio::test]
async fn a_removal_by_url_needs_one_that_names_an_object() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    tenant.join(group, ada).await;
    let (good, bad) = (reference(ada).odata_id, "Invalid URL format specified in payload.");
    let missing = "The query option '@id' must stand in this request.";
    let twice = "The query option '@id' may stand in a request only once.";
    for (query, code, message) in [
        (String::new(), "Request_BadRequest", missing),
        (format!("?id={good}"), "Request_BadRequest", missing),
        ("?@id=".into(), "Request_BadRequest", bad),
        (format!("?@id={ada}"), "Request_BadRequest", bad),
        (format!("?@id=https://elsewhere.example/v1.0/users/{ada}"), "Request_BadRequest", bad),
        (
            format!("?@id=https://graph.microsoft.com/v1.0/groups/{group}/members/{ada}"),
            "Request_BadRequest",
            bad,
        ),
        (format!("?@id={good}&@id={good}"), "Request_UnsupportedQuery", twice),
        (format!("?@id={good}&%40id={good}"), "Request_UnsupportedQuery", twice),
        (
            format!("?$id={good}"),
            "Request_UnsupportedQuery",
            "The query option '$id' is not supported by this request.",
        ),
    ] {
        let path = format!("/groups/{group}/members/$ref{query}");
        let answer = send(tenant.raw(Method::DELETE, &path).await).await;
        assert_eq!(answer.refusal(), refused(400, code, message), "{query}");
    }
    let graph = tenant.client(["GroupMember.ReadWrite.All"]).await;
    assert_eq!(members_of(&graph, group).await, [ada]);
}

#[tokio::test]
async fn members_of_dynamic_and_distribution_groups_can_not_be_removed() {
    let tenant = Tenant::fresh().await;
    let (dynamic, list) = (tenant.dynamic_group("all").await, tenant.distribution_group("list").await);
    let ada = tenant.user("ada").await;
    tenant.join(dynamic, ada).await;
    tenant.join(list, ada).await;
    let graph = tenant.client(["Directory.ReadWrite.All"]).await;

    let from_dynamic = graph.remove_group_member().id(dynamic).member_id(ada).send().await;
    assert_eq!(refusal(from_dynamic), forbidden());
    let by_url =
        graph.remove_group_member_by_reference().id(dynamic).reference(reference(ada).odata_id).send();
    assert_eq!(refusal(by_url.await), forbidden());
    let from_list = graph.remove_group_member().id(list).member_id(ada).send().await;
    assert_eq!(refusal(from_list), refused(400, "Request_BadRequest", MANAGED));
}

#[tokio::test]
async fn every_form_of_reference_names_the_member_and_the_wrong_set_or_tenant_names_nothing() {
    let tenant = Tenant::fresh().await;
    let (ada, inner) = (tenant.user("ada").await, tenant.security_group("inner").await);
    let (device, contact) = (tenant.device("tablet").await, tenant.contact("printer").await);
    let (service_principal, other_tenant) = (tenant.service_principal("loom").await, Tenant::fresh().await);
    let graph = tenant.client(["Group.ReadWrite.All", "Directory.ReadWrite.All"]).await;
    let (url, domain, id) = (&tenant.server.url, tenant.domain(), tenant.id());
    let stored = |tenant: &str, id: Uuid, kind: &str| {
        format!(
            "https://graph.microsoft.com/v2/{tenant}/directoryObjects/{id}/Microsoft.DirectoryServices.{kind}"
        )
    };
    let other = Uuid::from_u128(9);
    let cases = [
        (format!("https://graph.microsoft.com/v1.0/users/{ada}"), None),
        (format!("https://graph.microsoft.com/beta/users('{ada}')"), None),
        (format!("https://graph.microsoft.com/v1.0/users/ada@{domain}"), None),
        (format!("https://graph.microsoft.com/v1.0/users/ADA%40{domain}"), None),
        (
            format!("https://graph.microsoft.us/v1.0/directoryObjects/{}", ada.to_string().to_uppercase()),
            None,
        ),
        (format!("{url}/v1.0/directoryObjects/{ada}"), None),
        (format!("{url}/v1.0/{id}/groups/{inner}"), None),
        (format!("https://graph.microsoft.com/v1.0/groups/{ada}"), Some(ada.to_string())),
        (format!("https://graph.microsoft.com/v1.0/users/{inner}"), Some(inner.to_string())),
        (format!("https://graph.microsoft.com/v1.0/{other}/users/{ada}"), Some(ada.to_string())),
        (format!("https://graph.microsoft.com/v1.0/users/nobody@{domain}"), Some(format!("nobody@{domain}"))),
        // The server by its other names.
        (format!("{}/v1.0/users/{ada}", url.replace("127.0.0.1", "localhost")), None),
        (format!("{}/v1.0/directoryObjects/{ada}", url.replace("127.0.0.1", "[::1]")), None),
        // The tenant by its domain.
        (format!("https://graph.microsoft.com/v1.0/{}/users/{ada}", domain.to_uppercase()), None),
        (format!("https://graph.microsoft.com/v1.0/nobodys.example/users/{ada}"), Some(ada.to_string())),
        (format!("{url}/v1.0/{}/users/{ada}", other_tenant.domain()), Some(ada.to_string())),
        // As Graph stores them.
        (stored(&id.to_string(), ada, "User"), None),
        (stored(&domain, inner, "Group"), None),
        (stored(&id.to_string(), device, "Device"), None),
        (stored(&id.to_string(), service_principal, "ServicePrincipal"), None),
        (stored(&id.to_string(), contact, "Contact"), None),
        (stored(&id.to_string(), ada, "Group"), Some(ada.to_string())),
        (stored(&id.to_string(), inner, "User"), Some(inner.to_string())),
        (stored(&other_tenant.id().to_string(), ada, "User"), Some(ada.to_string())),
    ];
    for (odata_id, missing) in cases {
        let group = tenant.security_group("readers").await;
        let body = roster_client::types::ReferenceCreate { odata_id: odata_id.clone() };
        let outcome = graph.add_group_member().id(group).body(body).send().await;
        match missing {
            None => assert_eq!(outcome.unwrap().status(), 204, "{odata_id}"),
            Some(key) => assert_eq!(refusal(outcome), not_found(key), "{odata_id}"),
        }
    }
}

#[tokio::test]
async fn a_reference_to_another_server_is_refused() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    let other_port = tenant.server.url.replace("127.0.0.1:", "127.0.0.1:1");
    for origin in [
        &*other_port,
        "http://localhost",
        "http://127.0.0.2",
        "https://graph.microsoft.com.evil.example",
        "https://login.microsoftonline.com",
    ] {
        let body = json!({"@odata.id": format!("{origin}/v1.0/directoryObjects/{ada}")});
        let add = tenant.raw(Method::POST, &format!("/groups/{group}/members/$ref")).await.json(&body);
        let message = "Invalid URL format specified in payload.";
        assert_eq!(send(add).await.refusal(), refused(400, "Request_BadRequest", message), "{origin}");
    }
}

#[tokio::test]
async fn random_adds_and_removes_at_once_leave_the_members_that_were_acknowledged() {
    use rand::{RngExt, SeedableRng, rngs::StdRng};
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let users: Vec<Uuid> =
        join_all((0..8).map(|n| async move { tenant.user(&format!("user{n}")).await })).await;
    let graph = tenant.client(["Group.ReadWrite.All"]).await;
    let seed: u64 = rand::random();
    // Each member's changes are counted: what was acknowledged must alternate between added and removed.
    let (graph, users) = (&graph, &users);
    let change = |worker: u64| async move {
        let mut random = StdRng::seed_from_u64(seed.wrapping_add(worker));
        let mut balance = vec![0i32; 8];
        for _ in 0..60 {
            let member = random.random_range(0..8);
            let added = random.random_bool(0.5);
            let acknowledged = if added {
                graph.add_group_member().id(group).body(reference(users[member])).send().await.is_ok()
            } else {
                graph.remove_group_member().id(group).member_id(users[member]).send().await.is_ok()
            };
            balance[member] += if !acknowledged {
                0
            } else if added {
                1
            } else {
                -1
            };
        }
        balance
    };
    let balances = join_all((0..6).map(change)).await;

    let mut expected = Vec::new();
    for (index, user) in users.iter().enumerate() {
        let sum: i32 = balances.iter().map(|balance| balance[index]).sum();
        assert!(sum == 0 || sum == 1, "seed {seed}: user {index} was added {sum} times more than removed");
        expected.extend((sum == 1).then_some(*user));
    }
    expected.sort();
    assert_eq!(members_of(graph, group).await, expected, "seed {seed}");
}
