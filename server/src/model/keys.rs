//! Keys: bytes that are equal where values are the same to a query, and sort as values do. Texts are compared without regard to
//! case (Graph's do so too), by code points.

use super::properties::{Kind, Property};
use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, Utc};
use icu_casemap::CaseMapper;
use serde_json::Value;
use std::fmt;

/// A value as bytes. Those of one property sort as its values do.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub Vec<u8>);

/// How many bytes a key has at most.
pub const MAX_LENGTH: usize = 128;

/// Up to how many bytes a longer text keeps its place in the order. The rest of its key tells only which text it is.
pub const SORTED_LENGTH: usize = MAX_LENGTH - DIGEST_LENGTH;

const DIGEST_LENGTH: usize = 16;

/// The length of a period, in units of 100 nanoseconds: 20 days and 9 hours.
const PERIOD: u64 = 1 << 44;

impl Key {
    /// The key of a stored value of this property, or of one of its values where it is a collection. `None`: the value isn't of
    /// the property's type.
    pub fn of(property: &Property, value: &Value) -> Option<Self> {
        match (property.kind, value) {
            (Kind::DateTime, Value::String(text)) => {
                Some(Self::time(DateTime::parse_from_rfc3339(text).ok()?.to_utc()))
            }
            (Kind::String | Kind::Strings, Value::String(text)) => Some(Self::text(text)),
            (Kind::Boolean, Value::Bool(flag)) => Some(Self::flag(*flag)),
            (Kind::Int32, value) => Some(Self::number(i32::try_from(value.as_i64()?).ok()?)),
            _ => None,
        }
    }

    /// Of a text.
    pub fn text(text: &str) -> Self {
        Self::folded(fold(text))
    }

    /// Of a text that is folded.
    pub(super) fn folded(text: String) -> Self {
        let mut key = text.into_bytes();
        if key.len() > MAX_LENGTH {
            let digest = digest(&SHA256, &key);
            key.truncate(SORTED_LENGTH);
            key.extend(digest.as_ref().iter().take(DIGEST_LENGTH));
        }
        Self(key)
    }

    /// Of a truth value: false sorts first.
    pub fn flag(flag: bool) -> Self {
        Self(vec![flag.into()])
    }

    /// Of an `Edm.Int32`.
    pub fn number(number: i32) -> Self {
        Self((i64::from(number) - i64::from(i32::MIN)).to_be_bytes()[4..].to_vec())
    }

    /// Of a time, in units of 100 nanoseconds, as fine as Graph's are.
    pub fn time(time: DateTime<Utc>) -> Self {
        let units =
            i128::from(time.timestamp()) * 10_000_000 + i128::from(time.timestamp_subsec_nanos() / 100);
        Self((units - i128::from(i64::MIN)).to_be_bytes()[8..].to_vec())
    }

    /// Of the period of twenty days that a time is in, whose key this is. `None`: it is no key of a time.
    pub fn period(&self) -> Option<Self> {
        Some(Self::of_period(self.number_of_period()?))
    }

    /// The period after that one, and its first time.
    pub fn next_period(&self) -> Option<(Self, Self)> {
        let next = self.number_of_period()?.checked_add(1)?;
        Some((Self::of_period(next), Self(next.checked_mul(PERIOD)?.to_be_bytes().to_vec())))
    }

    /// The first time of that period.
    pub fn start_of_period(&self) -> Option<Self> {
        Some(Self((self.number_of_period()? * PERIOD).to_be_bytes().to_vec()))
    }

    fn number_of_period(&self) -> Option<u64> {
        Some(u64::from_be_bytes(self.0[..].try_into().ok()?) / PERIOD)
    }

    fn of_period(number: u64) -> Self {
        Self(number.to_be_bytes()[5..].to_vec())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

/// A text as it is compared: without regard to case. Beginnings stay beginnings.
pub fn fold(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { CaseMapper::new().fold_string(text).into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_of_numbers_sort_as_the_numbers_do(a: i32, b: i32) {
            prop_assert_eq!(a.cmp(&b), Key::number(a).cmp(&Key::number(b)));
        }

        #[test]
        fn keys_of_times_sort_as_the_times_do(a in -1_000_000_000_000_i64.., b: i32) {
            let times = [a / 1_000_000, b.into()].map(|seconds| DateTime::from_timestamp(seconds % 200_000_000_000, 0).unwrap());
            prop_assert_eq!(times[0].cmp(&times[1]), Key::time(times[0]).cmp(&Key::time(times[1])));
        }

        #[test]
        fn a_time_is_in_a_period_that_begins_before_it_and_ends_after_it(seconds in -60_000_000_000_i64..250_000_000_000) {
            let time = Key::time(DateTime::from_timestamp(seconds, 0).unwrap());
            let (next, end) = time.next_period().unwrap();
            prop_assert!(time.start_of_period().unwrap() <= time && time < end);
            prop_assert!(time.period().unwrap() < next);
            prop_assert_eq!(end.period().unwrap(), next);
        }

        #[test]
        fn the_beginning_of_a_text_is_the_beginning_of_its_key(start in ".{0,20}", end in ".{0,20}") {
            let (part, whole) = (fold(&start), fold(&(start + &end)));
            prop_assert!(whole.starts_with(&part));
        }

        #[test]
        fn different_folded_texts_have_different_keys(a in "[a-c]{100,140}", b in "[a-c]{100,140}") {
            prop_assert_eq!(a == b, Key::text(&a) == Key::text(&b));
            prop_assert!(Key::text(&a).0.len() <= MAX_LENGTH);
        }
    }

    #[test]
    fn times_differ_by_a_ten_millionth_of_a_second() {
        let time = |nanoseconds| Key::time(DateTime::from_timestamp(1_600_000_000, nanoseconds).unwrap());
        assert!(time(0) < time(100) && time(100) < time(200));
    }

    #[test]
    fn case_makes_no_difference() {
        assert_eq!(Key::text("ΟΔΟΣ"), Key::text("οδος"));
        assert_eq!(Key::text("ADA"), Key::text("ada"));
        assert_ne!(Key::text("Ada"), Key::text("Ad\u{e4}"));
    }
}
