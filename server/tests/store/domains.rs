//! The domains of tenants.

use crate::world::empty;
use roster_server::{
    model::{
        domains::{DomainName, TenantName},
        ids::TenantId,
    },
    store::{Options, Store, domains::Given},
};

#[tokio::test]
async fn a_domain_belongs_to_one_tenant() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), Options::default()).unwrap();
    let name = |name: &str| name.parse::<DomainName>().unwrap();
    let names = |names: &[&str]| names.iter().copied().map(name).collect::<Vec<_>>();
    let [first, second, third] = [1, 2, 3].map(|number| TenantId::from_uuid(uuid::Uuid::from_u128(number)));
    let one = store.create_tenant(first, names(&["Contoso.example", "a.example"]), empty).await.unwrap();
    let domains = async |tenant| store.domains(tenant).await.unwrap();
    assert_eq!(domains(one).await, names(&["contoso.example", "00000000.roster.local", "a.example"]));

    let taken =
        store.create_tenant(second, names(&["b.example", "CONTOSO.example"]), empty).await.unwrap_err();
    assert_eq!(taken.to_string(), "the domain contoso.example is another tenant's");
    assert_eq!(store.find_tenant(second).await.unwrap(), None, "a refused tenant leaves nothing");
    assert_eq!(store.named_tenant(&TenantName::Domain(name("b.example"))).await.unwrap(), None);
    let there = store.create_tenant(first, Vec::new(), empty).await.unwrap_err();
    assert_eq!(there.to_string(), format!("there is a tenant {first} already"));

    // Its initial domain would be the same as the first one's.
    let two = store.create_tenant(second, names(&["b.example"]), empty).await.unwrap();
    assert_eq!(domains(two).await, names(&["b.example", &format!("{second}.roster.local")]));
    let three = store.create_tenant(third, Vec::new(), empty).await.unwrap();
    assert_eq!(domains(three).await, names(&[&format!("{third}.roster.local")]));
    for (tenant, domain, given) in [
        (two, "a.example", Given::Taken),
        (two, "B.example", Given::Present),
        (two, "c.example", Given::New),
        (three, "c.example", Given::Taken),
    ] {
        assert_eq!(store.add_domain(tenant, name(domain)).await.unwrap(), given, "{domain}");
    }
    assert_eq!(domains(two).await[0], name("b.example"), "the default stays");
}
