//! Tenants: which there are, and the numbers that the other tables know them by.

use super::{
    Error, ReadTx, Store, WriteTx,
    driver::{Connection, DatabaseError, OptionalExtension, Row, params},
};
use crate::model::ids::TenantId;
use uuid::Uuid;

/// A tenant: its id, and the number that stands for it in the store. A reset tenant has another number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tenant {
    /// Its id, a token's `tid`.
    pub id: TenantId,
    pub(super) number: i64,
}

impl Tenant {
    /// The domain that every tenant has from the beginning.
    pub fn domain(&self) -> String {
        let id = self.id.to_string();
        format!("{}.roster.local", &id[..8])
    }
}

impl Store {
    /// The tenant of this id.
    pub async fn find_tenant(&self, id: TenantId) -> Result<Option<Tenant>, Error> {
        self.readers.read(|connection| find(connection, id)).await
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

    /// Makes a tenant. `None`: there is one of this id.
    pub async fn create_tenant(&self, id: TenantId) -> Result<Option<Tenant>, Error> {
        let now = self.clock.now().timestamp();
        self.writer
            .run(None, move |connection, _| {
                if find(connection, id)?.is_some() {
                    return Ok(None);
                }
                insert(connection, id, now).map(Some)
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
                let tenant = insert(connection, id, clock.now().timestamp())?;
                fill(&WriteTx::new(ReadTx::new(connection, tenant, clock.now()), sums))?;
                Ok(tenant)
            })
            .await
    }
}

fn find(connection: &Connection, id: TenantId) -> Result<Option<Tenant>, Error> {
    let mut statement = connection.prepare_cached("SELECT number, id FROM tenants WHERE id = ?1")?;
    Ok(statement.query_row(params![id.uuid()], read).optional()?)
}

fn insert(connection: &Connection, id: TenantId, now: i64) -> Result<Tenant, Error> {
    let sql = "INSERT INTO tenants (id, created_at) VALUES (?1, ?2)";
    let number = connection.prepare_cached(sql)?.insert(params![id.uuid(), now])?;
    Ok(Tenant { id, number })
}

fn read(row: &Row<'_>) -> Result<Tenant, DatabaseError> {
    read_from(row, 0)
}

/// Reads a tenant off two neighbouring columns, its number and its id.
pub(super) fn read_from(row: &Row<'_>, first: usize) -> Result<Tenant, DatabaseError> {
    Ok(Tenant { number: row.get(first)?, id: TenantId::from_uuid(row.get::<_, Uuid>(first + 1)?) })
}
