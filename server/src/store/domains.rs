//! The domains of tenants: which there are, and whose they are. What a domain's name is, is in `model/domains.rs`.

use super::{Error, ReadTx, Store, Tenant, WriteTx, engine::params};
use crate::model::{
    domains::{DomainName, TenantName},
    ids::TenantId,
};

/// What came of giving a tenant a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// The tenant has it now.
    New,
    /// The tenant had it before.
    Present,
    /// It is another tenant's.
    Taken,
}

impl Store {
    /// A tenant's domains: its default first, the others by name.
    pub async fn domains(&self, tenant: Tenant) -> Result<Vec<DomainName>, Error> {
        self.tenant(tenant).read_long(all).await
    }

    /// Gives a tenant a domain.
    pub async fn add_domain(&self, tenant: Tenant, domain: DomainName) -> Result<Given, Error> {
        self.tenant(tenant).write(move |tx| add(tx, &domain)).await
    }
}

/// The tenant's domains: its default first, the others by name.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<DomainName>, Error> {
    let sql = "SELECT d.name FROM domains d JOIN tenants t ON t.number = d.tenant
               WHERE d.tenant = ?1 ORDER BY d.name <> t.default_domain, d.name";
    tx.all(sql, params![tx.tenant().number], |row| Ok(DomainName::from_known(row.get::<String>(0)?)))
}

/// Gives the tenant a domain.
fn add(tx: &WriteTx<'_>, domain: &DomainName) -> Result<Given, Error> {
    let sql = "INSERT INTO domains (name, tenant) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    if tx.run(sql, params![domain.as_str(), tx.tenant().number])? > 0 {
        return Ok(Given::New);
    }
    Ok(if is_own(tx, domain)? { Given::Present } else { Given::Taken })
}

/// Gives the tenant domains. Tells of the first that is another tenant's, at which it ends.
pub fn add_all<'d>(tx: &WriteTx<'_>, domains: &'d [DomainName]) -> Result<Option<&'d DomainName>, Error> {
    for domain in domains {
        if add(tx, domain)? == Given::Taken {
            return Ok(Some(domain));
        }
    }
    Ok(None)
}

/// Gives a new tenant domains, the first of which is its default. Tells of the first that is another tenant's.
pub fn give<'d>(tx: &WriteTx<'_>, domains: &'d [DomainName]) -> Result<Option<&'d DomainName>, Error> {
    let taken = add_all(tx, domains)?;
    if let (None, Some(first)) = (taken, domains.first()) {
        make_default(tx, first)?;
    }
    Ok(taken)
}

/// Gives a new tenant the domain that follows from its id, as its default.
pub(super) fn add_initial(tx: &WriteTx<'_>) -> Result<(), Error> {
    for domain in initial(tx.tenant().id) {
        if add(tx, &domain)? != Given::Taken {
            return make_default(tx, &domain);
        }
    }
    Err(Error::Corrupt("another tenant has the initial domain of a new one"))
}

/// The domain that a tenant with this id has from the beginning, and the one that it has where another tenant has the first.
fn initial(id: TenantId) -> [DomainName; 2] {
    let id = id.to_string();
    [&id[..8], id.as_str()].map(DomainName::initial)
}

/// The domain that the tenant has had from the beginning.
pub fn initial_of(tx: &ReadTx<'_>) -> Result<DomainName, Error> {
    let [first, second] = initial(tx.tenant().id);
    Ok(if is_own(tx, &first)? { first } else { second })
}

/// Makes one of the tenant's domains the one of its new mail addresses.
fn make_default(tx: &WriteTx<'_>, domain: &DomainName) -> Result<(), Error> {
    let sql = "UPDATE tenants SET default_domain = ?2 WHERE number = ?1";
    tx.run(sql, params![tx.tenant().number, domain.as_str()]).map(drop)
}

/// The domain of the tenant's new mail addresses.
pub fn default(tx: &ReadTx<'_>) -> Result<DomainName, Error> {
    let sql = "SELECT default_domain FROM tenants WHERE number = ?1";
    let name = tx.one(sql, params![tx.tenant().number], |row| row.get::<String>(0))?;
    name.map(DomainName::from_known).ok_or(Error::Corrupt("a tenant without a domain"))
}

/// Whether the tenant has this domain.
pub fn is_own(tx: &ReadTx<'_>, domain: &DomainName) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM domains WHERE name = ?1 AND tenant = ?2";
    Ok(tx.one(sql, params![domain.as_str(), tx.tenant().number], |_| Ok(()))?.is_some())
}

/// Whether the tenant has this name. Only a domain is looked up.
pub fn is_named(tx: &ReadTx<'_>, name: &TenantName) -> Result<bool, Error> {
    match name {
        TenantName::Id(id) => Ok(*id == tx.tenant().id),
        TenantName::Domain(domain) => is_own(tx, domain),
    }
}
