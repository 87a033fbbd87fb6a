//! Ranges of keys, as they are read from the index.

use crate::model::keys::Key;
use std::ops::Bound;

/// Keys from one on up to another, which isn't in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRange {
    /// The first.
    pub from: Vec<u8>,
    /// The end.
    pub to: Vec<u8>,
}

impl KeyRange {
    /// All keys.
    pub fn all() -> Self {
        Self { from: Vec::new(), to: end() }
    }

    /// This key alone.
    pub fn only(key: &Key) -> Self {
        Self { from: key.0.clone(), to: after(key) }
    }

    /// Those that begin with these bytes.
    pub fn starting_with(start: &[u8]) -> Self {
        let mut to = start.to_vec();
        while to.pop_if(|byte| *byte == u8::MAX).is_some() {}
        match to.last_mut() {
            Some(last) => *last += 1,
            None => to = end(),
        }
        Self { from: start.to_vec(), to }
    }

    /// Takes away what comes before a key.
    pub fn begin_with(&mut self, key: &Key) {
        self.from = self.from.clone().max(key.0.clone());
    }

    /// Takes away what comes after a key.
    pub fn end_after(&mut self, key: &Key) {
        self.to = self.to.clone().min(after(key));
    }

    /// Takes away what isn't in another one.
    pub fn narrow(&mut self, other: &Self) {
        self.from = self.from.clone().max(other.from.clone());
        self.to = self.to.clone().min(other.to.clone());
    }

    /// Those between two.
    pub fn between(from: Bound<&Key>, to: Bound<&Key>) -> Self {
        let from = match from {
            Bound::Included(key) => key.0.clone(),
            Bound::Excluded(key) => after(key),
            Bound::Unbounded => Vec::new(),
        };
        let to = match to {
            Bound::Included(key) => after(key),
            Bound::Excluded(key) => key.0.clone(),
            Bound::Unbounded => end(),
        };
        Self { from, to }
    }
}

/// What comes next after a key.
fn after(key: &Key) -> Vec<u8> {
    [&key.0[..], &[0]].concat()
}

/// What is after every key: longer than any of them.
fn end() -> Vec<u8> {
    vec![u8::MAX; crate::model::keys::MAX_LENGTH + 1]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    fn keys() -> impl Strategy<Value = Key> {
        vec(prop_oneof![Just(0), Just(1), Just(u8::MAX)], 0..4).prop_map(Key)
    }

    impl KeyRange {
        fn contains(&self, key: &Key) -> bool {
            self.from <= key.0 && key.0 < self.to
        }
    }

    proptest! {
        #[test]
        fn a_range_holds_the_keys_that_it_is_for(key in keys(), one in keys(), other in keys()) {
            prop_assert!(KeyRange::all().contains(&key));
            let mut range = KeyRange::all();
            range.begin_with(&one);
            prop_assert_eq!(range.contains(&key), one <= key);
            range.end_after(&other);
            prop_assert_eq!(range.contains(&key), one <= key && key <= other);
            range.narrow(&KeyRange::starting_with(&[0]));
            prop_assert_eq!(range.contains(&key), one <= key && key <= other && key.0.starts_with(&[0]));
            prop_assert_eq!(KeyRange::only(&one).contains(&key), key == one);
            prop_assert_eq!(KeyRange::starting_with(&one.0).contains(&key), key.0.starts_with(&one.0));
            let (from, to) = (Bound::Excluded(&one), Bound::Included(&other));
            prop_assert_eq!(KeyRange::between(from, to).contains(&key), one < key && key <= other);
            let (from, to) = (Bound::Included(&one), Bound::Excluded(&other));
            prop_assert_eq!(KeyRange::between(from, to).contains(&key), one <= key && key < other);
        }
    }
}
