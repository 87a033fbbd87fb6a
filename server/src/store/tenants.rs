//! Tenants: which there are, and what makes one.

use super::{
    Error, ReadTx, Store, Tenant, WriteTx, domains,
    engine::{Row, params},
    transaction::{Queries, SystemTx},
};
use crate::model::{
    domains::{DomainName, TenantName},
    ids::TenantId,
};
use chrono::{DateTime, Utc};

/// Why a tenant isn't made.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CreationError {
    /// There is one with this id.
    #[error("there is a tenant {0} already")]
    Exists(TenantId),
    /// A domain that it was to have is another tenant's.
    #[error("the domain {0} is another tenant's")]
    DomainTaken(DomainName),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

impl Store {
    /// The tenant with this id.
    pub async fn find_tenant(&self, id: TenantId) -> Result<Option<Tenant>, Error> {
        self.read(move |queries| find(queries, id)).await
    }

    /// The tenant with this name.
    pub async fn named_tenant(&self, name: &TenantName) -> Result<Option<Tenant>, Error> {
        match name {
            TenantName::Id(id) => self.find_tenant(*id).await,
            TenantName::Domain(domain) => {
                let domain = domain.clone();
                self.read(move |queries| find_by_domain(queries, &domain)).await
            }
        }
    }

    /// All tenants, oldest first, at most `limit`.
    pub async fn tenants(&self, limit: usize) -> Result<Vec<Tenant>, Error> {
        let sql = "SELECT number, id FROM tenants ORDER BY number LIMIT ?1";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(move |queries| queries.all(sql, params![limit], read)).await
    }

    /// Makes a tenant with these domains besides its initial one, the first of which is its default, and fills it in the same
    /// transaction.
    pub async fn create_tenant<E>(
        &self,
        id: TenantId,
        domains: Vec<DomainName>,
        fill: impl Fn(&WriteTx<'_>) -> Result<(), E> + Send + 'static,
    ) -> Result<Tenant, E>
    where
        E: From<CreationError> + From<Error> + Send + 'static,
    {
        self.write(move |tx| {
            if find(tx, id)?.is_some() {
                return Err(CreationError::Exists(id).into());
            }
            let tx = insert(tx, id)?;
            if let Some(taken) = domains::give(&tx, &domains)? {
                return Err(CreationError::DomainTaken(taken.clone()).into());
            }
            fill(&tx)?;
            Ok(tx.tenant())
        })
        .await
    }

    /// The tenants that weren't given all that every tenant is, of which there were so many changes, at most `limit`.
    pub async fn tenants_given_less(&self, than: i64, limit: usize) -> Result<Vec<Tenant>, Error> {
        let sql = "SELECT number, id FROM tenants WHERE given < ?1 ORDER BY number LIMIT ?2";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(move |queries| queries.all(sql, params![than, limit], read)).await
    }

    /// The oldest tenant; where there is none yet, a new one, filled in the same transaction.
    pub async fn first_tenant<E: From<Error> + Send + 'static>(
        &self,
        id: TenantId,
        fill: impl Fn(&WriteTx<'_>) -> Result<(), E> + Send + 'static,
    ) -> Result<Tenant, E> {
        let oldest = "SELECT number, id FROM tenants ORDER BY number LIMIT 1";
        self.write(move |tx| {
            if let Some(first) = tx.one(oldest, params![], read)? {
                return Ok(first);
            }
            let tx = insert(tx, id)?;
            fill(&tx)?;
            Ok(tx.tenant())
        })
        .await
    }
}

/// When the tenant was created.
pub fn created_at(tx: &ReadTx<'_>) -> Result<DateTime<Utc>, Error> {
    let sql = "SELECT created_at FROM tenants WHERE number = ?1";
    let created_at = tx.one(sql, params![tx.tenant().number], |row| row.get::<i64>(0))?;
    let time = created_at.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    time.ok_or(Error::Corrupt("a tenant without the time of its creation"))
}

/// Notes that the tenant was given all that every tenant is, of which there were so many changes.
pub fn note_given(tx: &WriteTx<'_>, changes: i64) -> Result<(), Error> {
    tx.run("UPDATE tenants SET given = ?2 WHERE number = ?1", params![tx.tenant().number, changes]).map(drop)
}

fn find(queries: &Queries<'_>, id: TenantId) -> Result<Option<Tenant>, Error> {
    queries.one("SELECT number, id FROM tenants WHERE id = ?1", params![id.uuid()], read)
}

fn find_by_domain(queries: &Queries<'_>, domain: &DomainName) -> Result<Option<Tenant>, Error> {
    let sql = "SELECT t.number, t.id FROM domains d JOIN tenants t ON t.number = d.tenant WHERE d.name = ?1";
    queries.one(sql, params![domain.as_str()], read)
}

/// Makes a tenant with its initial domain, and gives a unit of work in it.
fn insert<'c>(tx: &SystemTx<'c>, id: TenantId) -> Result<WriteTx<'c>, Error> {
    let sql = "INSERT INTO tenants (id, created_at) VALUES (?1, ?2) RETURNING number";
    let number = tx.insert(sql, params![id.uuid(), tx.now().timestamp()])?;
    let tx = tx.of(Tenant { id, number })?;
    domains::add_initial(&tx)?;
    Ok(tx)
}

fn read(row: &Row<'_>) -> Result<Tenant, Error> {
    read_from(row, 0)
}

/// Reads a tenant off two neighbouring columns, its number and its id.
pub(super) fn read_from(row: &Row<'_>, first: usize) -> Result<Tenant, Error> {
    Ok(Tenant { number: row.get(first)?, id: TenantId::from_uuid(row.get(first + 1)?) })
}
