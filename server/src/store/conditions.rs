//! Conditions as sets of objects, read from the index. Where its keys can't tell exactly which objects pass a test, they tell
//! candidates, whose documents are read.

use super::{
    Error, ReadTx,
    documents::DocumentReader,
    index::{Fault, KeyRange, View},
    objects, owners,
    rows::Rows,
};
use crate::model::{
    condition::{Check, Condition, Test},
    entries::{self, How, backwards},
    keys::{Key, SORTED_LENGTH},
    kinds::ObjectKind,
    paths::PropertyPath,
    properties::Kind,
};
use std::{
    cell::{Cell, OnceCell},
    ops::Bound,
};

/// What finds objects of a kind.
pub(super) struct Finder<'f> {
    tx: &'f ReadTx<'f>,
    view: &'f View<'f>,
    kind: ObjectKind,
    all: OnceCell<Rows>,
    /// How much of the index was read, as bytes of documents.
    size: Cell<usize>,
}

/// What the index has of a test.
struct Keys {
    /// Ranges of keys, each with their line.
    ranges: Vec<(u16, KeyRange)>,
    /// Whether the objects that have one of these keys are those that pass. Otherwise all that pass are among them.
    is_exact: bool,
}

impl<'f> Finder<'f> {
    pub(super) fn new(tx: &'f ReadTx<'f>, view: &'f View<'f>, kind: ObjectKind) -> Self {
        Self { tx, view, kind, all: OnceCell::new(), size: Cell::new(0) }
    }

    /// The objects that satisfy a condition. Those that have changed since the index was written are told wrongly.
    pub(super) fn find(&self, condition: &Condition) -> Result<Rows, Fault> {
        self.find_among(None, condition)
    }

    /// The same, of which only those among some objects are asked for.
    fn find_among(&self, among: Option<&Rows>, condition: &Condition) -> Result<Rows, Fault> {
        let mut found = match condition {
            Condition::And(parts) => return self.find_all(among, parts),
            Condition::Or(parts) => {
                let mut found = Rows::default();
                for part in parts {
                    found |= &self.find_among(among, part)?;
                }
                found
            }
            Condition::Not(condition) => {
                let mut found = among.map_or_else(|| self.all().cloned(), |among| Ok(among.clone()))?;
                found -= &self.find_among(among, condition)?;
                found
            }
            Condition::Is(test) => return self.find_passing(among, test),
        };
        if let Some(among) = among {
            found &= among;
        }
        Ok(found)
    }

    /// The objects that satisfy each of these: documents are read last, of those that satisfy the others.
    fn find_all(&self, among: Option<&Rows>, parts: &[Condition]) -> Result<Rows, Fault> {
        let (exact, others): (Vec<_>, Vec<_>) = parts.iter().partition(|part| self.is_exact(part));
        let mut found = among.cloned();
        for part in exact.into_iter().chain(others) {
            found = Some(self.find_among(found.as_ref(), part)?);
        }
        found.map_or_else(|| self.all().cloned(), Ok)
    }

    /// Whether keys tell it without documents.
    fn is_exact(&self, condition: &Condition) -> bool {
        match condition {
            Condition::And(parts) | Condition::Or(parts) => parts.iter().all(|part| self.is_exact(part)),
            Condition::Not(condition) => self.is_exact(condition),
            Condition::Is(Test::Id(_) | Test::Owners(_)) => true,
            Condition::Is(Test::Some(path, check)) => {
                keys_of(self.kind, path, check).is_some_and(|keys| keys.is_exact)
            }
            Condition::Is(Test::Item(..)) => false,
        }
    }

    fn find_passing(&self, among: Option<&Rows>, test: &Test) -> Result<Rows, Fault> {
        let (mut found, is_exact) = match test {
            Test::Id(ids) => (objects::rows(self.tx, self.kind, ids)?, true),
            Test::Owners(count) => (owners::with_owners(self.tx, self.kind, *count)?, true),
            Test::Some(path, check) => match keys_of(self.kind, path, check) {
                Some(keys) => (self.read(&keys.ranges)?, keys.is_exact),
                None => (self.all()?.clone(), false),
            },
            Test::Item(_, checks) => (self.candidates(checks)?, false),
        };
        if let Some(among) = among {
            found &= among;
        }
        if is_exact { Ok(found) } else { Ok(self.passing(&found, test)?) }
    }

    /// The objects that have a value for each of these checks, whether of one item or not.
    fn candidates(&self, checks: &[(PropertyPath, Check)]) -> Result<Rows, Fault> {
        let keys = checks.iter().filter_map(|(path, check)| keys_of(self.kind, path, check));
        let mut found = None;
        for keys in keys {
            let mut rows = self.read(&keys.ranges)?;
            if let Some(found) = &found {
                rows &= found;
            }
            found = Some(rows);
        }
        found.map_or_else(|| self.all().cloned(), Ok)
    }

    /// Those of these candidates whose documents pass.
    fn passing(&self, candidates: &Rows, test: &Test) -> Result<Rows, Error> {
        let condition = Condition::Is(test.clone());
        let mut passing = Rows::default();
        let documents = DocumentReader::new(self.tx);
        for row in candidates.iter() {
            if let Some(loaded) = documents.at(row)?
                && loaded.satisfies(&condition)?
            {
                passing.insert(row);
            }
        }
        Ok(passing)
    }

    /// The objects that have a key in one of these ranges.
    fn read(&self, ranges: &[(u16, KeyRange)]) -> Result<Rows, Fault> {
        self.view.find(ranges, &mut |size| {
            self.size.set(self.size.get() + size);
            self.tx.check_read(self.size.get())
        })
    }

    /// All objects of the kind.
    fn all(&self) -> Result<&Rows, Fault> {
        if let Some(all) = self.all.get() {
            return Ok(all);
        }
        let line = entries::line(self.kind, None).ok_or(Error::Corrupt("a kind that isn't indexed"))?;
        let all = self.read(&[(line, KeyRange::all())])?;
        Ok(self.all.get_or_init(|| all))
    }
}

/// What the index has of a check. `None`: nothing.
fn keys_of(kind: ObjectKind, path: &PropertyPath, check: &Check) -> Option<Keys> {
    let line = |how| entries::line(kind, Some((*path, how)));
    let of = |how, ranges: Vec<KeyRange>, is_exact| {
        let line = line(how)?;
        Some(Keys { ranges: ranges.into_iter().map(|range| (line, range)).collect(), is_exact })
    };
    let all = || vec![KeyRange::all()];
    // Beyond this length, keys tell only which texts these are.
    let starting = |text: &str| {
        let start = text.as_bytes().get(..SORTED_LENGTH).unwrap_or(text.as_bytes());
        (vec![KeyRange::starting_with(start)], text.len() <= SORTED_LENGTH)
    };
    let is_text = matches!(path.last().kind, Kind::String | Kind::Strings);
    match check {
        Check::Equals(keys) => of(How::Value, keys.iter().map(KeyRange::only).collect(), true),
        Check::Between(from, to) => {
            let (from, to) = (from.as_ref(), to.as_ref());
            let by_period =
                line(How::Period).and_then(|periods| by_period(line(How::Value)?, periods, from, to));
            match by_period {
                Some(ranges) => Some(Keys { ranges, is_exact: true }),
                None => of(How::Value, vec![KeyRange::between(from, to)], true),
            }
        }
        Check::StartsWith(start) if is_text => {
            let (ranges, is_exact) = starting(start);
            of(How::Value, ranges, is_exact)
        }
        Check::EndsWith(text) if is_text => {
            let (ranges, is_exact) = starting(&backwards(text));
            // Of a text, it is the end of the domain where it has no more than that.
            let is_of_domain = text.rfind('@').is_none_or(|at| at == 0);
            of(if is_of_domain { How::Domain } else { How::End }, ranges, is_exact)
        }
        Check::Word(start) if is_text => {
            let (ranges, is_exact) = starting(start);
            of(How::Word, ranges, is_exact)
        }
        Check::Present if matches!(path.last().kind, Kind::Boolean) => of(How::Value, all(), true),
        Check::Present => of(How::Present, all(), true),
        Check::Absent | Check::StartsWith(_) | Check::EndsWith(_) | Check::Word(_) => None,
    }
}

/// The times between two, by the periods that are wholly between them, and by themselves before and after these. `None`: no period is.
fn by_period(values: u16, periods: u16, from: Bound<&Key>, to: Bound<&Key>) -> Option<Vec<(u16, KeyRange)>> {
    let (mut ranges, mut whole) = (Vec::new(), KeyRange::all());
    if let Bound::Included(key) | Bound::Excluded(key) = from {
        let (next, start) = key.next_period()?;
        ranges.push((values, KeyRange::between(from, Bound::Excluded(&start))));
        whole.narrow(&KeyRange::between(Bound::Included(&next), Bound::Unbounded));
    }
    if let Bound::Included(key) | Bound::Excluded(key) = to {
        let (last, start) = (key.period()?, key.start_of_period()?);
        ranges.push((values, KeyRange::between(Bound::Included(&start), to)));
        whole.narrow(&KeyRange::between(Bound::Unbounded, Bound::Excluded(&last)));
    }
    ranges.push((periods, whole));
    let (_, whole) = ranges.last()?;
    (whole.from < whole.to).then_some(ranges)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use proptest::prelude::*;

    fn time(seconds: i64) -> Key {
        Key::time(DateTime::from_timestamp(seconds, 0).unwrap())
    }

    fn bound(seconds: i64) -> impl Strategy<Value = Bound<Key>> {
        prop_oneof![
            Just(Bound::Unbounded),
            (0..seconds).prop_map(|seconds| Bound::Included(time(seconds))),
            (0..seconds).prop_map(|seconds| Bound::Excluded(time(seconds))),
        ]
    }

    proptest! {
        #[test]
        fn a_time_is_in_one_range_at_most_and_in_one_if_it_is_between(
            from in bound(20_000_000), to in bound(20_000_000), at in 0_i64..20_000_000
        ) {
            let key = time(at);
            let is_in = |range: &KeyRange, key: &Key| range.from <= key.0 && key.0 < range.to;
            if let Some(ranges) = by_period(0, 1, from.as_ref(), to.as_ref()) {
                let period = key.period().unwrap();
                let found = ranges.iter().filter(|(line, range)| is_in(range, if *line == 0 { &key } else { &period }));
                let is_between = is_in(&KeyRange::between(from.as_ref(), to.as_ref()), &key);
                prop_assert_eq!(found.count(), usize::from(is_between));
            }
        }
    }
}
