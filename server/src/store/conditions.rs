//! Conditions as sets of objects, read from the index. Where its keys can't tell exactly which objects satisfy a condition, they tell
//! between which two sets these are, and the documents of the objects between them are read, each once.

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
    slice,
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

/// What keys tell of a condition: the objects that satisfy it for certain, and those that satisfy it at most.
#[derive(Default)]
struct Bounds {
    least: Rows,
    most: Rows,
}

impl Bounds {
    /// Keys tell exactly that these satisfy it.
    fn exact(rows: Rows) -> Self {
        Self { least: rows.clone(), most: rows }
    }

    /// Only documents tell which of these do.
    fn candidates(rows: Rows) -> Self {
        Self { least: Rows::default(), most: rows }
    }

    /// Those of two conditions together. `None`: there is only one.
    fn common(one: Option<Self>, mut other: Self) -> Self {
        if let Some(one) = one {
            other.least &= &one.least;
            other.most &= &one.most;
        }
        other
    }
}

impl<'f> Finder<'f> {
    pub(super) fn new(tx: &'f ReadTx<'f>, view: &'f View<'f>, kind: ObjectKind) -> Self {
        Self { tx, view, kind, all: OnceCell::new(), size: Cell::new(0) }
    }

    /// The objects that satisfy a condition. Those that have changed since the index was written are told wrongly.
    pub(super) fn find(&self, condition: &Condition) -> Result<Rows, Fault> {
        let Bounds { least: mut found, most: mut undecided } = self.bounds(condition)?;
        undecided -= &found;
        found |= &self.passing(&undecided, condition)?;
        Ok(found)
    }

    fn bounds(&self, condition: &Condition) -> Result<Bounds, Fault> {
        match condition {
            Condition::And(parts) => self.bounds_of_all(parts),
            Condition::Or(parts) => {
                let mut bounds = Bounds::default();
                for part in parts {
                    let of_part = self.bounds(part)?;
                    bounds.least |= &of_part.least;
                    bounds.most |= &of_part.most;
                }
                Ok(bounds)
            }
            Condition::Not(_) => self.bounds_of_all(slice::from_ref(condition)),
            Condition::Is(test) => self.bounds_of(test),
        }
    }

    /// Of all of these conditions. What is negated is taken away from what the others find, and all objects are read where there are
    /// no others.
    fn bounds_of_all(&self, parts: &[Condition]) -> Result<Bounds, Fault> {
        let (mut found, mut negated) = (None, Vec::new());
        for part in parts {
            match part {
                Condition::Not(part) => negated.push(&**part),
                part => found = Some(Bounds::common(found, self.bounds(part)?)),
            }
        }
        let mut bounds = found.map_or_else(|| Ok::<_, Fault>(Bounds::exact(self.all()?.clone())), Ok)?;
        for part in negated {
            let of_part = self.bounds(part)?;
            bounds.least -= &of_part.most;
            bounds.most -= &of_part.least;
        }
        Ok(bounds)
    }

    fn bounds_of(&self, test: &Test) -> Result<Bounds, Fault> {
        Ok(match test {
            Test::Id(ids) => Bounds::exact(objects::rows(self.tx, self.kind, ids)?),
            Test::Owners(count) => Bounds::exact(owners::with_owners(self.tx, self.kind, *count)?),
            Test::Some(path, check) => match keys_of(self.kind, path, check) {
                Some(keys) if keys.is_exact => Bounds::exact(self.read(&keys.ranges)?),
                Some(keys) => Bounds::candidates(self.read(&keys.ranges)?),
                None => Bounds::candidates(self.all()?.clone()),
            },
            Test::Item(_, checks) => Bounds::candidates(self.having_each(checks)?),
        })
    }

    /// The objects that have a value for each of these checks, whether of one item or not.
    fn having_each(&self, checks: &[(PropertyPath, Check)]) -> Result<Rows, Fault> {
        let mut found: Option<Rows> = None;
        for keys in checks.iter().filter_map(|(path, check)| keys_of(self.kind, path, check)) {
            let mut rows = self.read(&keys.ranges)?;
            if let Some(found) = &found {
                rows &= found;
            }
            found = Some(rows);
        }
        found.map_or_else(|| self.all().cloned(), Ok)
    }

    /// Those of these objects whose documents satisfy a condition.
    fn passing(&self, objects: &Rows, condition: &Condition) -> Result<Rows, Error> {
        let mut passing = Rows::default();
        let documents = DocumentReader::new(self.tx);
        for row in objects.iter() {
            if let Some(loaded) = documents.at(row)?
                && loaded.satisfies(condition)?
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
