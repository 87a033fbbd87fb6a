//! What is asked of a collection, from the query to the statement: which objects, from where on, how many, and what of each.

use crate::model::{
    condition::{Order, Selection},
    keys::Key,
    kinds::ObjectKind,
    navigation::NavigationProperty,
    properties::{Entity, Returned},
};

/// The page size where `$top` doesn't say otherwise.
pub const DEFAULT_PAGE_SIZE: usize = 100;

/// One page of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The names in `$select`, as written. `None`: the default set.
    pub select: Option<Vec<String>>,
    /// What is shown with each object. `None`: nothing.
    pub expand: Option<Expansion>,
    /// The only kind of object that is listed. `None`: every kind that the collection holds.
    pub kind: Option<ObjectKind>,
    /// Which of the objects are listed. `None`: all.
    pub selection: Option<Selection>,
    /// By what they are sorted. `None`: by their row numbers.
    pub order: Option<Order>,
    /// Where the page begins.
    pub after: Cursor,
    /// Objects on the page at most.
    pub limit: usize,
    /// Whether it is asked how many objects there are on all pages.
    pub counts: bool,
}

/// What is shown with an object: the objects to which one of its navigation properties leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansion {
    /// The navigation property.
    pub property: NavigationProperty,
    /// The names in the `$select` within it, as written. `None`: the default sets.
    pub select: Option<Vec<String>>,
    /// How often it is followed, from each object to the next, where `$levels` says so.
    pub levels: Option<usize>,
}

/// Where a page begins: after this object, in the order of the collection. A paging token carries it, sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cursor {
    /// The object of this row number, in the order of row numbers.
    Row(i64),
    /// The object of this row number among those that are sorted by this key.
    Key {
        /// The object's key. `None`: it has no value to sort by.
        key: Option<Key>,
        /// Its row number.
        row: i64,
    },
}

/// The forms of a cursor's bytes: of the row number alone, with a key, and of an object without one.
const ROW: u8 = 0;
const KEY: u8 = 1;
const NO_KEY: u8 = 2;

impl Cursor {
    /// Before the first object.
    pub const START: Self = Self::Row(0);

    /// The object's row number.
    pub fn row(&self) -> i64 {
        match self {
            Self::Row(row) | Self::Key { row, .. } => *row,
        }
    }

    /// As bytes, for [`Self::from_bytes`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let (form, key) = match self {
            Self::Row(_) => (ROW, None),
            Self::Key { key: None, .. } => (NO_KEY, None),
            Self::Key { key: Some(Key(key)), .. } => (KEY, Some(key)),
        };
        let key = key.map(Vec::as_slice).unwrap_or_default();
        [&[form], &self.row().to_be_bytes()[..], key].concat()
    }

    /// What [`Self::to_bytes`] made.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (form, rest) = bytes.split_first()?;
        let (row, key) = rest.split_first_chunk()?;
        let row = i64::from_be_bytes(*row);
        match *form {
            ROW if key.is_empty() => Some(Self::Row(row)),
            NO_KEY if key.is_empty() => Some(Self::Key { key: None, row }),
            KEY => Some(Self::Key { key: Some(Key(key.into())), row }),
            _ => None,
        }
    }
}

/// The first page, of all objects, with their default sets.
impl Default for Listing {
    fn default() -> Self {
        Self {
            select: None,
            expand: None,
            kind: None,
            selection: None,
            order: None,
            after: Cursor::START,
            limit: DEFAULT_PAGE_SIZE,
            counts: false,
        }
    }
}

impl Listing {
    /// Whether an answer shows more of objects of these entities than their default sets.
    pub fn needs_rest(&self, entities: &[&Entity]) -> bool {
        let is_in_rest = |name: &String| {
            let named = entities.iter().filter_map(|entity| entity.property(name));
            name == "*" || named.into_iter().any(|property| property.returned != Returned::ByDefault)
        };
        self.select.as_ref().is_some_and(|names| names.iter().any(is_in_rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ENTITIES, group::GROUP, user::USER};

    fn selecting(names: &[&str]) -> Listing {
        let select = Some(names.iter().map(ToString::to_string).collect());
        Listing { select, ..Listing::default() }
    }

    #[test]
    fn what_default_sets_hold_needs_no_more_than_them() {
        assert!(!Listing { select: None, ..selecting(&[]) }.needs_rest(&ENTITIES));
        assert!(!selecting(&["id", "DisplayName", "noSuchName"]).needs_rest(&ENTITIES));
        assert!(selecting(&["id", "DEPARTMENT"]).needs_rest(&[&USER]));
        assert!(!selecting(&["id", "department"]).needs_rest(&[&GROUP]));
        assert!(selecting(&["*"]).needs_rest(&[&GROUP]));
    }
}
