//! Which way to a page of objects in an order takes less: by the sizes alone.

/// A way to a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// To go over the index in the order, and keep what is among those asked for. When it has gone over so many entries, sorting
    /// would have taken less.
    Walk {
        /// How many.
        most: u64,
    },
    /// To look up the keys of all that are asked for, and sort them.
    Sort,
}

/// Looking up an object's key takes about as long as going over so many entries.
const ENTRIES_PER_KEY: u64 = 12;

impl Plan {
    /// The plan for a page of so many of the objects that were found among all of their kind.
    pub fn of(limit: u64, found: u64, all: u64) -> Self {
        let most = found.saturating_mul(ENTRIES_PER_KEY);
        // As if they were spread evenly.
        let entries = u128::from(limit) * u128::from(all) / u128::from(found.max(1));
        if entries < u128::from(most) { Self::Walk { most } } else { Self::Sort }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_many_is_walked_to_and_few_are_sorted() {
        let plans: Vec<_> = [0, 1, 100, 1_000, 3_000, 50_000, 1_000_000]
            .map(|found| Plan::of(101, found, 1_000_000))
            .into_iter()
            .map(|plan| matches!(plan, Plan::Walk { .. }))
            .collect();
        assert_eq!(plans, [false, false, false, false, true, true, true]);
        assert_eq!(Plan::of(101, 500, 1_000), Plan::Walk { most: 6_000 });
        assert_eq!(Plan::of(1_000, 30, 1_000), Plan::Sort);
        assert_eq!(Plan::of(u64::MAX, u64::MAX, u64::MAX), Plan::Sort);
    }
}
