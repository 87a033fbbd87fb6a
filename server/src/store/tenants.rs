//! Tenants: which there are, and the numbers that the other tables know them by.

use super::{
    Error, ReadTx, Store, WriteTx,
    counts::Sums,
    domains,
    driver::{Connection, DatabaseError, OptionalExtension, Row, params},
};
use crate::model::{
    domains::{DomainName, TenantName},
    ids::TenantId,
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A tenant: its id, and the number that stands for it in the store. A reset tenant has another number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tenant {
    /// Its id, a token's `tid`.
    pub id: TenantId,
    pub(super) number: i64,
}

/// Why a tenant isn't made.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CreationError {
    /// There is one of this id.
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
    /// The tenant of this id.
    pub async fn find_tenant(&self, id: TenantId) -> Result<Option<Tenant>, Error> {
        self.readers.read(|connection| find(connection, id)).await
    }

    /// The tenant of this name.
    pub async fn named_tenant(&self, name: &TenantName) -> Result<Option<Tenant>, Error> {
        match name {
            TenantName::Id(id) => self.find_tenant(*id).await,
            TenantName::Domain(domain) => {
                self.readers.read(|connection| find_by_domain(connection, domain)).await
            }
        }
    }

    /// All tenants, oldest first, at most `limit`.
    pub async fn tenants(&self, limit: usize) -> Result<Vec<Tenant>, Error> {
        self.readers
            .read(|connection| {
                let mut statement =
                    connection.prepare_cached("SELECT number, id FROM tenants ORDER BY number LIMIT ?1")?;
                let limit = i64::try_from(limit).unwrap_or(i64::MAX);
                let tenants = statement.query_map(params![limit], read)?.collect::<Result<_, _>>()?;
                Ok(tenants)
            })
            .await
    }

    /// Makes a tenant with these domains besides its initial one. The first of them is its default.
    pub async fn create_tenant(
        &self,
        id: TenantId,
        domains: Vec<DomainName>,
    ) -> Result<Tenant, CreationError> {
        let clock = self.clock.clone();
        self.writer
            .run(None, move |connection, sums| {
                if find(connection, id)?.is_some() {
                    return Err(CreationError::Exists(id));
                }
                let tx = insert(connection, id, clock.now(), sums)?;
                if let Some(taken) = domains::give(&tx, &domains)? {
                    return Err(CreationError::DomainTaken(taken.clone()));
                }
                Ok(tx.tenant())
            })
            .await
    }

    /// The oldest tenant; where there is none yet, a new one, filled in the same transaction.
    pub async fn first_tenant<E: From<Error> + Send + 'static>(
        &self,
        id: TenantId,
        fill: impl Fn(&WriteTx<'_>) -> Result<(), E> + Send + 'static,
    ) -> Result<Tenant, E> {
        let clock = self.clock.clone();
        self.writer
            .run(None, move |connection, sums| {
                let oldest = "SELECT number, id FROM tenants ORDER BY number LIMIT 1";
                let first = connection.prepare_cached(oldest).map_err(Error::from)?.query_row([], read);
                if let Some(first) = first.optional().map_err(Error::from)? {
                    return Ok(first);
                }
                let tx = insert(connection, id, clock.now(), sums)?;
                fill(&tx)?;
                Ok(tx.tenant())
            })
            .await
    }
}

fn find(connection: &Connection, id: TenantId) -> Result<Option<Tenant>, Error> {
    let mut statement = connection.prepare_cached("SELECT number, id FROM tenants WHERE id = ?1")?;
    Ok(statement.query_row(params![id.uuid()], read).optional()?)
}

fn find_by_domain(connection: &Connection, domain: &DomainName) -> Result<Option<Tenant>, Error> {
    let sql = "SELECT t.number, t.id FROM domains d JOIN tenants t ON t.number = d.tenant WHERE d.name = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row(params![domain.as_str()], read).optional()?)
}

/// Makes a tenant with its initial domain, and a unit of work in it.
fn insert<'c>(
    connection: &'c Connection,
    id: TenantId,
    now: DateTime<Utc>,
    sums: &'c Sums,
) -> Result<WriteTx<'c>, Error> {
    let sql = "INSERT INTO tenants (id, created_at) VALUES (?1, ?2)";
    let number = connection.prepare_cached(sql)?.insert(params![id.uuid(), now.timestamp()])?;
    let tx = WriteTx::new(ReadTx::new(connection, Tenant { id, number }, now), sums)?;
    domains::add_initial(&tx)?;
    Ok(tx)
}

fn read(row: &Row<'_>) -> Result<Tenant, DatabaseError> {
    read_from(row, 0)
}

/// Reads a tenant off two neighbouring columns, its number and its id.
pub(super) fn read_from(row: &Row<'_>, first: usize) -> Result<Tenant, DatabaseError> {
    Ok(Tenant { number: row.get(first)?, id: TenantId::from_uuid(row.get::<_, Uuid>(first + 1)?) })
}
