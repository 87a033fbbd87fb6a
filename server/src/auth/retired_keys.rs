//! Keys that signed before the current one, until the last of their tokens has ended: as one text, which is kept beside it.

use super::{
    claims::{LEEWAY_SECONDS, LIFETIME_SECONDS},
    key_faults::KeyError,
};
use chrono::{DateTime, TimeDelta, Utc};
use pem::Pem;

/// What tells in the text when a key was retired, in seconds since 1970.
const RETIRED_AT: &str = "Retired-At";

/// How long a key is kept: as long as the tokens count that it signed last, and a minute more in which servers take over the new one.
const KEPT: TimeDelta = TimeDelta::seconds(LIFETIME_SECONDS + LEEWAY_SECONDS + 60);

/// Keys that are kept at most. Their text has 64 kB at most.
const MOST: usize = 16;

/// One of them.
pub(super) struct RetiredKey {
    pem: Pem,
    /// From when on it counts no longer.
    pub(super) ends_at: DateTime<Utc>,
}

impl RetiredKey {
    /// The key itself, as it was kept while it signed.
    pub(super) fn text(&self) -> String {
        pem::encode(&Pem::new(self.pem.tag(), self.pem.contents()))
    }
}

/// All of them, the last one first.
#[derive(Default)]
pub struct RetiredKeys(pub(super) Vec<RetiredKey>);

impl RetiredKeys {
    /// Reads them as [`Self::write`] writes them.
    pub fn read(text: &str) -> Result<Self, KeyError> {
        let read = |pem: Pem| {
            let retired_at = pem.headers().get(RETIRED_AT).and_then(|time| time.parse().ok());
            let retired_at = retired_at.and_then(|time| DateTime::from_timestamp(time, 0));
            Ok(RetiredKey { ends_at: retired_at.ok_or(KeyError::Unreadable)? + KEPT, pem })
        };
        let all = pem::parse_many(text).map_err(|_| KeyError::Unreadable)?;
        all.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// As they are kept. `None`: there are none.
    pub fn write(&self) -> Option<String> {
        let all: String = self.0.iter().map(|key| pem::encode(&key.pem)).collect();
        Some(all).filter(|all| !all.is_empty())
    }

    /// Retires a key at this time.
    pub fn add(&mut self, pem: &str, now: DateTime<Utc>) -> Result<(), KeyError> {
        let found = pem::parse(pem).map_err(|_| KeyError::Unreadable)?;
        self.0.retain(|key| key.pem.contents() != found.contents());
        if self.0.len() >= MOST {
            return Err(KeyError::TooMany);
        }
        let mut pem = Pem::new(found.tag(), found.contents());
        let time = now.timestamp().to_string();
        pem.headers_mut().add(RETIRED_AT, &time).map_err(|_| KeyError::Refused)?;
        self.0.insert(0, RetiredKey { pem, ends_at: now + KEPT });
        Ok(())
    }

    /// Forgets those whose tokens have ended by now. `false`: there are none of these.
    pub fn forget_ended(&mut self, now: DateTime<Utc>) -> bool {
        let before = self.0.len();
        self.0.retain(|key| key.ends_at > now);
        self.0.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{auth::keys, model::clock::Clock};

    fn ends(keys: &RetiredKeys) -> Vec<DateTime<Utc>> {
        keys.0.iter().map(|key| key.ends_at).collect()
    }

    #[test]
    fn keys_are_kept_until_the_tokens_have_ended_that_they_signed_last() {
        let (clock, pems) = (Clock::default(), [keys::generate().unwrap(), keys::generate().unwrap()]);
        let mut retired = RetiredKeys::default();
        assert_eq!(retired.write(), None);
        retired.add(&pems[0], clock.now()).unwrap();
        clock.advance(60);
        retired.add(&pems[1], clock.now()).unwrap();
        let text = retired.write().unwrap();
        let mut read = RetiredKeys::read(&text).unwrap();
        assert_eq!(read.write().unwrap(), text);
        assert_eq!(ends(&read), ends(&retired));
        clock.advance(LIFETIME_SECONDS + LEEWAY_SECONDS - 1);
        assert!(!read.forget_ended(clock.now()));
        clock.advance(2);
        assert!(read.forget_ended(clock.now()));
        assert_eq!(read.0.len(), 1);
        clock.advance(60);
        assert!(read.forget_ended(clock.now()));
        assert_eq!(read.write(), None);
    }

    #[test]
    fn a_key_that_is_retired_again_is_kept_once_and_no_more_are_kept_than_may_be() {
        let (clock, pem) = (Clock::default(), keys::generate().unwrap());
        let mut retired = RetiredKeys::default();
        retired.add(&pem, clock.now()).unwrap();
        clock.advance(60);
        retired.add(&pem, clock.now()).unwrap();
        assert_eq!(ends(&retired), [clock.now() + KEPT]);
        for number in 1..MOST {
            retired.add(&pem::encode(&Pem::new("PRIVATE KEY", vec![number as u8])), clock.now()).unwrap();
        }
        let one_more = pem::encode(&Pem::new("PRIVATE KEY", [0]));
        assert!(matches!(retired.add(&one_more, clock.now()), Err(KeyError::TooMany)));
        assert!(retired.add(&pem, clock.now()).is_ok(), "it is among them");
    }

    #[test]
    fn what_tells_no_time_or_is_no_key_is_refused() {
        let pem = keys::generate().unwrap();
        let text = |header: &str| pem.replacen("KEY-----\r\n", &format!("KEY-----\r\n{header}\r\n\r\n"), 1);
        assert!(RetiredKeys::read(&text("Retired-At: 1790000000")).is_ok());
        for bad in
            [pem.clone(), text("Retired-At: soon"), text("Retired-At: 99999999999999999"), text("X: 1")]
        {
            assert!(RetiredKeys::read(&bad).is_err());
        }
        assert_eq!(RetiredKeys::read("").unwrap().write(), None);
    }
}
