//! Whom a token speaks for: its tenant, and whether its user or service principal may still act.
//!
//! Every request asks for it, so what was found is cached: until a write of this process may have changed a
//! principal's status, and for a second at most, since another process may change it too.

use super::{
    Error, ReadTx, Store, Tenant, WriteTx,
    engine::params,
    numbers,
    objects::{self, NEXT_COLUMN, Object, RowNumber, select_objects},
    transaction::Queries,
};
use crate::model::{
    ids::{ObjectId, TenantId},
    kinds::ObjectKind,
    permissions::Principal,
    values::Document,
};
use chrono::{DateTime, Utc};
use quick_cache::sync::Cache;
use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// How long what was found is taken for true.
const FRESH: Duration = Duration::from_secs(1);

/// How many principals are kept. Those least asked for go first.
const CAPACITY: usize = 10_000;

/// Whether a user or a service principal may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrincipalStatus {
    /// It may, for all that is known of it.
    Good,
    /// It is disabled.
    Disabled,
    /// It was deleted.
    Deleted,
    /// Its id is that of an object of another kind.
    OtherKind,
}

/// What is known of a principal and its tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Its tenant.
    pub tenant: Tenant,
    /// When the tenant was made, in seconds since 1970. Tokens from before are those of a deleted tenant with the same id.
    pub tenant_created_at: i64,
    /// Its status.
    pub status: PrincipalStatus,
    /// Tokens of a user that were issued before this time, in seconds since 1970, count no longer. `None`: all count.
    pub sessions_valid_from: Option<i64>,
}

/// What was found of principals.
pub(super) struct Principals {
    found: Cache<(TenantId, Principal), Kept>,
    /// How often a durable write changed a principal's status.
    changes: AtomicU64,
    /// Whether a write that isn't durable yet does.
    pending: AtomicBool,
}

#[derive(Clone, Copy)]
struct Kept {
    found: Found,
    /// The number of changes before it was looked for.
    changes: u64,
    at: Instant,
}

impl Principals {
    pub(super) fn new() -> Self {
        Self { found: Cache::new(CAPACITY), changes: AtomicU64::new(0), pending: AtomicBool::new(false) }
    }

    /// Notes that a write which isn't durable yet may change a principal's status.
    pub(super) fn expect_change(&self) {
        self.pending.store(true, Ordering::SeqCst);
    }

    /// Forgets all of them where a write that is durable now may have changed a principal's status. The writer does it before
    /// any caller is answered: a caller that knows of the write finds what it did.
    pub(super) fn after_commit(&self) {
        if self.pending.swap(false, Ordering::SeqCst) {
            self.changes.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl Store {
    /// The tenant with this id, and this principal's status in it. Nothing is known of a principal without an id, or with
    /// one that no object ever had: its status is good.
    pub async fn find_principal(
        &self,
        tenant: TenantId,
        principal: Principal,
    ) -> Result<Option<Found>, Error> {
        let key = (tenant, principal);
        // Counted before it is read: a change meanwhile makes it old at once.
        let changes = self.principals.changes.load(Ordering::SeqCst);
        let is_true = |kept: &Kept| kept.changes == changes && kept.at.elapsed() < FRESH;
        if let Some(kept) = self.principals.found.get(&key).filter(is_true) {
            return Ok(Some(kept.found));
        }
        let at = Instant::now();
        let found = self.read(move |queries| find(queries, tenant, principal)).await?;
        if let Some(found) = found {
            self.principals.found.insert(key, Kept { found, changes, at });
        }
        Ok(found)
    }
}

/// A user who signed in, as the user is now.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The user.
    pub user: Object,
    /// What is stored of the user.
    pub document: Document,
    /// Whether the user may sign in.
    pub enabled: bool,
    /// What was granted before this time, in seconds since 1970, counts no longer. `None`: all counts.
    pub sessions_valid_from: Option<i64>,
}

/// The user of this row. `None`: the user was deleted.
pub fn signed_in(tx: &ReadTx<'_>, user: RowNumber) -> Result<Option<SignedIn>, Error> {
    let sql = select_objects!(
        ", o.document, o.rest, o.account_enabled, o.sessions_valid_from FROM objects o
         WHERE o.row = ?1 AND o.tenant = ?2 AND o.deleted_at IS NULL"
    );
    tx.one(sql, params![user.0, tx.tenant().number], |row| {
        let (user, document) = objects::read_with_document(row)?;
        let enabled = row.get::<Option<bool>>(NEXT_COLUMN + 2)? != Some(false);
        Ok(SignedIn { user, document, enabled, sessions_valid_from: row.get(NEXT_COLUMN + 3)? })
    })
}

/// Has tokens of a user count only where they were issued from this time on.
pub fn revoke_sessions(tx: &WriteTx<'_>, user: &Object, valid_from: DateTime<Utc>) -> Result<(), Error> {
    tx.mark_principals_changed();
    let sql = "UPDATE objects SET sessions_valid_from = ?2 WHERE row = ?1";
    tx.run(sql, params![user.row.0, valid_from.timestamp()]).map(drop)
}

fn find(queries: &Queries<'_>, tenant: TenantId, principal: Principal) -> Result<Option<Found>, Error> {
    let expected = match principal {
        Principal::User(_) => ObjectKind::User,
        Principal::Application(_) => ObjectKind::ServicePrincipal,
    };
    let sql = "SELECT t.number, t.created_at, o.kind, o.deleted_at IS NOT NULL, o.account_enabled,
                      o.sessions_valid_from
               FROM tenants t LEFT JOIN objects o ON o.tenant = t.number AND o.id = ?2 WHERE t.id = ?1";
    queries.one(sql, params![tenant.uuid(), principal.id().map(ObjectId::uuid)], |row| {
        let kind = row.get::<Option<i64>>(2)?;
        let status = if kind.is_some_and(|kind| kind != numbers::of_kind(expected)) {
            PrincipalStatus::OtherKind
        } else if row.get(3)? {
            PrincipalStatus::Deleted
        } else if row.get::<Option<bool>>(4)? == Some(false) {
            PrincipalStatus::Disabled
        } else {
            PrincipalStatus::Good
        };
        let tenant = Tenant { id: tenant, number: row.get(0)? };
        Ok(Found { tenant, tenant_created_at: row.get(1)?, status, sessions_valid_from: row.get(5)? })
    })
}
