//! Wrong passwords: after ten of them in a row for one account, or from one address, no more are looked at for a minute. Whether there is
//! such an account makes no difference. They are forgotten with the process.

use crate::model::ids::TenantId;
use chrono::{DateTime, TimeDelta, Utc};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How many wrong ones are looked at.
const MOST: u32 = 10;

/// For how long no more are, and after how long without one they are forgotten.
const LOCKED: TimeDelta = TimeDelta::minutes(1);

/// Accounts and addresses that are kept at most.
const CAPACITY: usize = 20_000;

/// What attempts are counted for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Of {
    Account(TenantId, String),
    Address(IpAddr),
}

#[derive(Debug, Clone, Copy)]
struct Wrong {
    count: u32,
    last_at: DateTime<Utc>,
}

impl Wrong {
    fn is_recent(&self, now: DateTime<Utc>) -> bool {
        now - self.last_at < LOCKED
    }
}

/// There were too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Locked;

/// The attempts of the last minute.
#[derive(Debug, Default)]
pub(super) struct SignInAttempts(Mutex<HashMap<Of, Wrong>>);

/// An attempt under way. It counts as a wrong one until it has succeeded.
#[derive(Debug)]
pub(super) struct Attempt(Vec<Of>);

impl SignInAttempts {
    /// Begins an attempt, by the key of its account's name.
    pub(super) fn begin(
        &self,
        tenant: TenantId,
        account: String,
        address: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> Result<Attempt, Locked> {
        let of: Vec<Of> =
            [Some(Of::Account(tenant, account)), address.map(Of::Address)].into_iter().flatten().collect();
        let mut all = self.all();
        if all.len() >= CAPACITY {
            all.retain(|_, wrong| wrong.is_recent(now));
        }
        if all.len() >= CAPACITY || of.iter().any(|one| counted(&all, one, now) >= MOST) {
            return Err(Locked);
        }
        for one in &of {
            let count = counted(&all, one, now) + 1;
            all.insert(one.clone(), Wrong { count, last_at: now });
        }
        Ok(Attempt(of))
    }

    /// An attempt has succeeded: its account begins anew, and its address has one less.
    pub(super) fn succeed(&self, attempt: Attempt) {
        let mut all = self.all();
        for one in attempt.0 {
            match (&one, all.get_mut(&one)) {
                (Of::Address(_), Some(wrong)) if wrong.count > 1 => wrong.count -= 1,
                _ => drop(all.remove(&one)),
            }
        }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Of, Wrong>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn counted(all: &HashMap<Of, Wrong>, one: &Of, now: DateTime<Utc>) -> u32 {
    all.get(one).filter(|wrong| wrong.is_recent(now)).map_or(0, |wrong| wrong.count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::clock::Clock;
    use std::net::Ipv4Addr;

    const HERE: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));

    #[test]
    fn ten_wrong_ones_lock_an_account_for_a_minute_and_no_other() {
        let (attempts, tenant, clock) = (SignInAttempts::default(), TenantId::random(), Clock::default());
        let begin = |name: &str| attempts.begin(tenant, name.into(), None, clock.now()).map(drop);
        for _ in 0..MOST {
            assert_eq!(begin("ada"), Ok(()));
        }
        assert_eq!((begin("ada"), begin("grace")), (Err(Locked), Ok(())));
        clock.advance(61);
        assert_eq!(begin("ada"), Ok(()));
    }

    #[test]
    fn ten_wrong_ones_from_an_address_lock_it_whatever_the_accounts() {
        let (attempts, tenant, now) = (SignInAttempts::default(), TenantId::random(), Clock::default().now());
        for number in 0..MOST {
            attempts.begin(tenant, number.to_string(), HERE, now).unwrap();
        }
        assert!(attempts.begin(tenant, "ada".into(), HERE, now).is_err());
        assert!(attempts.begin(tenant, "ada".into(), None, now).is_ok());
    }

    #[test]
    fn a_right_one_forgets_the_wrong_ones_before() {
        let (attempts, tenant, now) = (SignInAttempts::default(), TenantId::random(), Clock::default().now());
        for _ in 0..50 {
            let attempt = attempts.begin(tenant, "ada".into(), HERE, now).unwrap();
            attempts.succeed(attempt);
        }
    }
}
