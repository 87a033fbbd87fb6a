//! Times in rules: one of the calendar, or the present one, with a span before or after it.

use chrono::{DateTime, Months, SecondsFormat, TimeDelta, Utc};
use std::{fmt, str::FromStr};

/// A time that values are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// This one.
    At(DateTime<Utc>),
    /// When the rule is applied.
    Now,
    /// So long after that.
    After(Span),
    /// So long before that.
    Before(Span),
}

impl Time {
    /// The time that it is at this one. `None`: it is beyond the calendar.
    pub fn at(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::At(time) => Some(time),
            Self::Now => Some(now),
            Self::After(Span { months, seconds }) => now
                .checked_add_months(Months::new(months))?
                .checked_add_signed(TimeDelta::try_seconds(seconds.into())?),
            Self::Before(Span { months, seconds }) => now
                .checked_sub_months(Months::new(months))?
                .checked_sub_signed(TimeDelta::try_seconds(seconds.into())?),
        }
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(time) => f.write_str(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            Self::Now => f.write_str("system.now"),
            Self::After(span) => write!(f, "system.now -plus {span}"),
            Self::Before(span) => write!(f, "system.now -minus {span}"),
        }
    }
}

/// A span of time as ISO 8601 writes it, such as `P1D` or `PT12H`. Months have different lengths, so they are kept by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    months: u32,
    seconds: u32,
}

/// A text that is no span of time.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidSpan;

/// The units of a span, in their order: the letter, whether it stands after the `T`, its months and its seconds.
const UNITS: [(char, bool, u32, u32); 7] = [
    ('Y', false, 12, 0),
    ('M', false, 1, 0),
    ('W', false, 0, 7 * 24 * 3600),
    ('D', false, 0, 24 * 3600),
    ('H', true, 0, 3600),
    ('M', true, 0, 60),
    ('S', true, 0, 1),
];

impl FromStr for Span {
    type Err = InvalidSpan;

    fn from_str(text: &str) -> Result<Self, InvalidSpan> {
        let upper = text.to_ascii_uppercase();
        let mut rest = upper.strip_prefix('P').ok_or(InvalidSpan)?;
        let mut units = UNITS.iter();
        let (mut span, mut in_time) = (Self { months: 0, seconds: 0 }, false);
        while !rest.is_empty() {
            if let Some(time) = rest.strip_prefix('T').filter(|_| !in_time) {
                (rest, in_time) = (time, true);
            }
            let end = rest.find(|c: char| !c.is_ascii_digit()).ok_or(InvalidSpan)?;
            let (number, after) = rest.split_at(end);
            let number: u32 = number.parse().map_err(|_| InvalidSpan)?;
            let letter = after.chars().next();
            let unit = units.find(|(name, of_time, ..)| Some(*name) == letter && *of_time == in_time);
            let (_, _, months, seconds) = unit.ok_or(InvalidSpan)?;
            let sum = |sum: u32, unit: u32| sum.checked_add(unit.checked_mul(number)?);
            span.months = sum(span.months, *months).ok_or(InvalidSpan)?;
            span.seconds = sum(span.seconds, *seconds).ok_or(InvalidSpan)?;
            rest = after.get(1..).unwrap_or_default();
        }
        // A bare `P` or `T` has no unit.
        if upper.ends_with(|c: char| "YMWDHS".contains(c)) { Ok(span) } else { Err(InvalidSpan) }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, seconds) = (self.seconds / (24 * 3600), self.seconds % (24 * 3600));
        f.write_str("P")?;
        if self.months > 0 {
            write!(f, "{}M", self.months)?;
        }
        if days > 0 || (self.months == 0 && seconds == 0) {
            write!(f, "{days}D")?;
        }
        if seconds > 0 { write!(f, "T{seconds}S") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<(u32, u32), InvalidSpan> {
        text.parse().map(|Span { months, seconds }| (months, seconds))
    }

    #[test]
    fn spans_are_those_of_iso_8601() {
        assert_eq!(read("p1d"), Ok((0, 86_400)));
        assert_eq!(read("P1Y2M3W4DT5H6M7S"), Ok((14, (21 + 4) * 86_400 + 5 * 3600 + 6 * 60 + 7)));
        assert_eq!(read("PT12H"), Ok((0, 12 * 3600)));
        for bad in [
            "",
            "P",
            "PT",
            "1D",
            "P1",
            "PD",
            "P1D1D",
            "P1D2M",
            "P1H",
            "PT1D",
            "P-1D",
            "P1.5D",
            "P1DT",
            "P9999999999D",
        ] {
            assert_eq!(read(bad), Err(InvalidSpan), "{bad}");
        }
    }

    #[test]
    fn a_time_is_so_long_before_or_after_the_present_one() {
        let now: DateTime<Utc> = "2026-03-31T12:00:00Z".parse().unwrap();
        let at = |time: Time| time.at(now).map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true));
        let span = |text: &str| text.parse().unwrap();
        assert_eq!(at(Time::Now).unwrap(), "2026-03-31T12:00:00Z");
        assert_eq!(at(Time::After(span("P1D"))).unwrap(), "2026-04-01T12:00:00Z");
        assert_eq!(at(Time::Before(span("P1MT1S"))).unwrap(), "2026-02-28T11:59:59Z");
        assert_eq!(at(Time::After(span("P4000000000M"))), None);
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_as_the_same(months: u32, seconds: u32) {
            let span = Span { months, seconds };
            prop_assert_eq!(span.to_string().parse(), Ok(span));
        }

        #[test]
        fn any_text_is_a_span_or_none(text in "[Pp]?[0-9YMWDTHS]{0,12}") {
            let _ = text.parse::<Span>();
        }
    }
}
