//! Reading two documents side by side. Anything unexpected is refused with its place. This module doesn't know what a change means.

use crate::lower::Unsupported;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

pub type Understood<T> = Result<T, Unsupported>;
pub type Members<'d> = BTreeMap<String, &'d Value>;

/// The same thing in the old and in the new document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sides<T> {
    pub old: T,
    pub new: T,
}

/// A value that either document may lack.
pub type Found<'d> = Sides<Option<&'d Value>>;

impl<T> Sides<T> {
    /// Both sides, read in the same way.
    pub fn read<U>(self, read: impl Fn(T) -> Understood<U>) -> Understood<Sides<U>> {
        Ok(Sides { old: read(self.old)?, new: read(self.new)? })
    }
}

impl<'d> Found<'d> {
    /// An object that may have only these members; absent, it has none.
    pub fn object(self, at: &str, known: &[&str]) -> Understood<Sides<Members<'d>>> {
        self.read(|value| object(value, at, known))
    }

    /// A map whose keys are names that the contract gives; absent, it has none.
    pub fn map(self, at: &str) -> Understood<Sides<Members<'d>>> {
        self.read(|value| map(value, at))
    }

    /// A list of objects, as a map by the values of these members.
    pub fn keyed(self, at: &str, key: &[&str]) -> Understood<Sides<Members<'d>>> {
        self.read(|list| {
            let mut members = Members::new();
            for item in items(list, at)? {
                let part =
                    |name: &&str| item[*name].as_str().ok_or_else(|| unsupported(at, "an unnamed item"));
                let name = key.iter().map(part).collect::<Understood<Vec<_>>>()?.join(" ");
                if members.insert(name, item).is_some() {
                    return Err(unsupported(at, "two items with the same name"));
                }
            }
            Ok(members)
        })
    }

    pub fn flag(self, at: &str) -> Understood<Sides<bool>> {
        self.read(|value| match value {
            None => Ok(false),
            Some(value) => value.as_bool().ok_or_else(|| unsupported(at, "neither true nor false")),
        })
    }

    pub fn names(self, at: &str) -> Understood<Sides<BTreeSet<&'d str>>> {
        self.read(|list| items(list, at)?.iter().map(|name| text(Some(name), at)).collect())
    }
}

impl<'d> Sides<Members<'d>> {
    pub fn get(&self, name: &str) -> Found<'d> {
        Sides { old: self.old.get(name).copied(), new: self.new.get(name).copied() }
    }

    /// The names in either.
    pub fn names_in_either(&self) -> BTreeSet<String> {
        self.old.keys().chain(self.new.keys()).cloned().collect()
    }
}

pub fn object<'d>(value: Option<&'d Value>, at: &str, known: &[&str]) -> Understood<Members<'d>> {
    let members = map(value, at)?;
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        Some(unknown) => Err(unsupported(&format!("{at}/{unknown}"), &format!("`{unknown}`"))),
        None => Ok(members),
    }
}

pub fn map<'d>(value: Option<&'d Value>, at: &str) -> Understood<Members<'d>> {
    let each = |members: &'d Map<String, Value>| members.iter().map(|(name, value)| (name.clone(), value));
    match value {
        None => Ok(Members::new()),
        Some(value) => value
            .as_object()
            .map(|members| each(members).collect())
            .ok_or_else(|| unsupported(at, "no object")),
    }
}

pub fn items<'d>(list: Option<&'d Value>, at: &str) -> Understood<&'d [Value]> {
    match list {
        None => Ok(&[]),
        Some(list) => list.as_array().map(Vec::as_slice).ok_or_else(|| unsupported(at, "no list")),
    }
}

pub fn text<'d>(value: Option<&'d Value>, at: &str) -> Understood<&'d str> {
    value.and_then(Value::as_str).ok_or_else(|| unsupported(at, "no text"))
}

pub fn unsupported(at: &str, what: &str) -> Unsupported {
    Unsupported { at: at.into(), what: what.into() }
}
