//! Quotas: how many units of work of one tenant may be under way at once.

use super::{Error, Tenant};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

pub(super) struct TenantQuotas {
    share: usize,
    under_way: Mutex<HashMap<Tenant, usize>>,
}

/// A permit from a tenant's quota, given back when dropped.
pub(super) struct Permit {
    shares: Arc<TenantQuotas>,
    tenant: Tenant,
}

impl TenantQuotas {
    pub(super) fn new(share: usize) -> Arc<Self> {
        Arc::new(Self { share, under_way: Mutex::default() })
    }

    pub(super) fn take(self: &Arc<Self>, tenant: Tenant) -> Result<Permit, Error> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let count = under_way.entry(tenant).or_default();
        if *count >= self.share {
            return Err(Error::TenantOverloaded);
        }
        *count += 1;
        Ok(Permit { shares: self.clone(), tenant })
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut under_way = self.shares.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = under_way.get_mut(&self.tenant) {
            *count -= 1;
            if *count == 0 {
                under_way.remove(&self.tenant);
            }
        }
    }
}
