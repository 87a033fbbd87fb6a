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
    keys::SORTED_LENGTH,
    kinds::ObjectKind,
    paths::PropertyPath,
    properties::Kind,
};
use std::cell::{Cell, OnceCell};

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
    line: u16,
    ranges: Vec<KeyRange>,
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
                Some(keys) => (self.read(keys.line, &keys.ranges)?, keys.is_exact),
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
            let mut rows = self.read(keys.line, &keys.ranges)?;
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
    fn read(&self, line: u16, ranges: &[KeyRange]) -> Result<Rows, Fault> {
        self.view.find(line, ranges, &mut |size| {
            self.size.set(self.size.get() + size);
            self.tx.check_size(self.size.get())
        })
    }

    /// All objects of the kind.
    fn all(&self) -> Result<&Rows, Fault> {
        if let Some(all) = self.all.get() {
            return Ok(all);
        }
        let line = entries::line(self.kind, None).ok_or(Error::Corrupt("a kind that isn't indexed"))?;
        let all = self.read(line, &[KeyRange::all()])?;
        Ok(self.all.get_or_init(|| all))
    }
}

/// What the index has of a check. `None`: nothing.
fn keys_of(kind: ObjectKind, path: &PropertyPath, check: &Check) -> Option<Keys> {
    let of = |how, ranges, is_exact| {
        Some(Keys { line: entries::line(kind, Some((*path, how)))?, ranges, is_exact })
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
        Check::Between(from, to) => of(How::Value, vec![KeyRange::between(from.as_ref(), to.as_ref())], true),
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
        Check::StartsWith(_) | Check::EndsWith(_) | Check::Word(_) => None,
    }
}
