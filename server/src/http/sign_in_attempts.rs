//! Guesses: after ten wrong passwords in a row for one account, or from one address, no more are looked at for a minute, and likewise wrong
//! codes of devices from one address. Whether there is such an account makes no difference. They are forgotten with the process.

use crate::model::ids::TenantId;
use aws_lc_rs::digest;
use chrono::{DateTime, TimeDelta, Utc};
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How many wrong ones are looked at.
const MOST: u32 = 10;

/// For how long no more are, and after how long without one they are forgotten.
const LOCKED: TimeDelta = TimeDelta::minutes(1);

/// Accounts and addresses that are kept at most.
const CAPACITY: usize = 20_000;

/// What is guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Guessed {
    PasswordOf(TenantId),
    PasswordFrom,
    CodeFrom,
}

/// What guesses are counted for: what is guessed, and a digest of the account's name or the address.
type Counted = (Guessed, [u8; 32]);

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

/// The guesses of the last minute.
#[derive(Debug, Default)]
pub(super) struct SignInAttempts(Mutex<HashMap<Counted, Wrong>>);

/// A guess under way. It counts as a wrong one until it has succeeded.
#[derive(Debug)]
pub(super) struct Attempt(Vec<Counted>);

impl SignInAttempts {
    /// Begins to compare a password, by the key of its account's name.
    pub(super) fn begin(
        &self,
        tenant: TenantId,
        account: &str,
        address: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> Result<Attempt, Locked> {
        let of_account = (Guessed::PasswordOf(tenant), digest_of(account.as_bytes()));
        let from = address.map(|address| (Guessed::PasswordFrom, of_network(address)));
        self.count([of_account].into_iter().chain(from).collect(), now)
    }

    /// Begins to look for a device's code.
    pub(super) fn begin_code(&self, address: Option<IpAddr>, now: DateTime<Utc>) -> Result<Attempt, Locked> {
        let from = address.map(|address| (Guessed::CodeFrom, of_network(address)));
        self.count(from.into_iter().collect(), now)
    }

    fn count(&self, counted: Vec<Counted>, now: DateTime<Utc>) -> Result<Attempt, Locked> {
        let mut all = self.all();
        let before =
            |one: &Counted| all.get(one).filter(|wrong| wrong.is_recent(now)).map_or(0, |wrong| wrong.count);
        let counts: Vec<u32> = counted.iter().map(before).collect();
        if counts.iter().any(|count| *count >= MOST) {
            return Err(Locked);
        }
        for (one, count) in counted.iter().zip(counts) {
            make_room(&mut all, now);
            all.insert(*one, Wrong { count: count + 1, last_at: now });
        }
        Ok(Attempt(counted))
    }

    /// A guess was right: its account begins anew, and its address has one less.
    pub(super) fn succeed(&self, attempt: Attempt) {
        let mut all = self.all();
        for one in attempt.0 {
            match (one.0, all.get_mut(&one)) {
                (Guessed::PasswordFrom | Guessed::CodeFrom, Some(wrong)) if wrong.count > 1 => {
                    wrong.count -= 1
                }
                _ => drop(all.remove(&one)),
            }
        }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Counted, Wrong>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets what is old, or else the oldest.
fn make_room(all: &mut HashMap<Counted, Wrong>, now: DateTime<Utc>) {
    if all.len() < CAPACITY {
        return;
    }
    all.retain(|_, wrong| wrong.is_recent(now));
    if all.len() >= CAPACITY
        && let Some(oldest) = all.iter().min_by_key(|(_, wrong)| wrong.last_at).map(|(one, _)| *one)
    {
        all.remove(&oldest);
    }
}

/// What stands for the network of an address: of IPv6, one user has 64 bits of addresses.
fn of_network(address: IpAddr) -> [u8; 32] {
    match address.to_canonical() {
        IpAddr::V4(address) => digest_of(&address.octets()),
        IpAddr::V6(address) => digest_of(&Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).octets()),
    }
}

fn digest_of(bytes: &[u8]) -> [u8; 32] {
    let mut kept = [0; 32];
    kept.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    kept
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
        let begin = |name: &str| attempts.begin(tenant, name, None, clock.now()).map(drop);
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
            attempts.begin(tenant, &number.to_string(), HERE, now).unwrap();
        }
        assert!(attempts.begin(tenant, "ada", HERE, now).is_err());
        assert!(attempts.begin(tenant, "ada", None, now).is_ok());
    }

    #[test]
    fn a_right_one_forgets_the_wrong_ones_before() {
        let (attempts, tenant, now) = (SignInAttempts::default(), TenantId::random(), Clock::default().now());
        for _ in 0..50 {
            let attempt = attempts.begin(tenant, "ada", HERE, now).unwrap();
            attempts.succeed(attempt);
        }
    }

    #[test]
    fn all_addresses_of_one_ipv6_network_count_as_one() {
        let (attempts, tenant, now) = (SignInAttempts::default(), TenantId::random(), Clock::default().now());
        let address = |last: u16| Some(IpAddr::from(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, last)));
        for number in 0..10 {
            attempts.begin(tenant, &number.to_string(), address(number), now).unwrap();
        }
        assert!(attempts.begin(tenant, "ada", address(99), now).is_err());
        assert!(attempts.begin_code(address(99), now).is_ok(), "codes are counted by themselves");
    }

    #[test]
    fn a_flood_of_names_locks_nobody_out() {
        let (attempts, tenant, now) = (SignInAttempts::default(), TenantId::random(), Clock::default().now());
        for number in 0..CAPACITY + 10 {
            attempts.begin(tenant, &number.to_string(), None, now).unwrap();
        }
        assert!(attempts.all().len() <= CAPACITY);
    }
}
