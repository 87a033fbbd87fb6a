//! Sets of objects, by their row numbers. Nothing else names the library that keeps them.

use super::numbers::RowNumber;
use roaring::{RoaringBitmap, RoaringTreemap};
use std::{
    collections::{BTreeMap, btree_map::Entry},
    ops::{BitAndAssign, BitOrAssign, SubAssign},
};

/// A set of objects.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows(RoaringTreemap);

impl Rows {
    /// Adds an object. `false`: it was there before.
    pub fn insert(&mut self, row: RowNumber) -> bool {
        self.0.insert(key(row))
    }

    /// Whether it holds this object.
    pub fn contains(&self, row: RowNumber) -> bool {
        self.0.contains(key(row))
    }

    /// How many objects it holds.
    pub fn len(&self) -> u64 {
        self.0.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in the order of row numbers.
    pub fn iter(&self) -> impl Iterator<Item = RowNumber> {
        self.after(RowNumber(0))
    }

    /// Those before this row number, the highest first. `None`: all.
    pub fn before(&self, row: Option<RowNumber>) -> impl Iterator<Item = RowNumber> {
        let mut rows = self.0.iter();
        if let Some(row) = row {
            // Row numbers begin with 1.
            rows.advance_back_to(key(row).saturating_sub(1));
        }
        rows.rev().filter_map(|row| i64::try_from(row).ok()).map(RowNumber)
    }

    /// Those after this row number, in the order of row numbers.
    pub fn after(&self, row: RowNumber) -> impl Iterator<Item = RowNumber> {
        let mut rows = self.0.iter();
        rows.advance_to(key(row).saturating_add(1));
        rows.filter_map(|row| i64::try_from(row).ok()).map(RowNumber)
    }
}

/// Rows of a chunk.
pub(super) const CHUNK_ROWS: i64 = 4096;
/// Bytes of a chunk with a bit for each row.
pub(super) const CHUNK_BYTES: usize = 512;

/// A set of objects that is put together of very many small parts: of each chunk of rows, a bit for each row, the lowest of each byte
/// first.
#[derive(Debug, Default)]
pub(super) struct Gathered(BTreeMap<i64, Box<[u8; CHUNK_BYTES]>>);

impl Gathered {
    /// Adds the rows of a chunk whose bits are set.
    pub(super) fn insert_bits(&mut self, chunk: i64, bits: &[u8; CHUNK_BYTES]) {
        match self.0.entry(chunk) {
            Entry::Vacant(entry) => drop(entry.insert(Box::new(*bits))),
            Entry::Occupied(mut entry) => {
                entry.get_mut().iter_mut().zip(bits).for_each(|(all, more)| *all |= more)
            }
        }
    }

    /// Adds the rows at these places of a chunk.
    pub(super) fn insert(&mut self, chunk: i64, places: impl Iterator<Item = u16>) {
        let bits = self.0.entry(chunk).or_insert_with(|| Box::new([0; CHUNK_BYTES]));
        for place in places {
            if let Some(byte) = bits.get_mut(usize::from(place / 8)) {
                *byte |= 1 << (place % 8);
            }
        }
    }
}

impl From<Gathered> for Rows {
    fn from(gathered: Gathered) -> Self {
        let mut halves = BTreeMap::<u32, RoaringBitmap>::new();
        for (chunk, bits) in gathered.0 {
            let first = key(RowNumber(chunk.saturating_mul(CHUNK_ROWS)));
            let high = u32::try_from(first >> 32).unwrap_or(u32::MAX);
            let low = u32::try_from(first & u64::from(u32::MAX)).unwrap_or_default();
            *halves.entry(high).or_default() |= RoaringBitmap::from_lsb0_bytes(low, &bits[..]);
        }
        Self(RoaringTreemap::from_bitmaps(halves))
    }
}

/// Row numbers begin with 1.
fn key(row: RowNumber) -> u64 {
    u64::try_from(row.0).unwrap_or_default()
}

impl FromIterator<RowNumber> for Rows {
    fn from_iter<I: IntoIterator<Item = RowNumber>>(rows: I) -> Self {
        Self(rows.into_iter().map(key).collect())
    }
}

impl Extend<RowNumber> for Rows {
    fn extend<I: IntoIterator<Item = RowNumber>>(&mut self, rows: I) {
        self.0.extend(rows.into_iter().map(key));
    }
}

impl BitAndAssign<&Self> for Rows {
    /// Leaves those that both hold.
    fn bitand_assign(&mut self, other: &Self) {
        self.0 &= &other.0;
    }
}

impl BitOrAssign<&Self> for Rows {
    /// Adds those of another set.
    fn bitor_assign(&mut self, other: &Self) {
        self.0 |= &other.0;
    }
}

impl SubAssign<&Self> for Rows {
    /// Takes away those of another set.
    fn sub_assign(&mut self, other: &Self) {
        self.0 -= &other.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::btree_set, prelude::*};
    use std::collections::BTreeSet;

    fn rows() -> impl Strategy<Value = BTreeSet<i64>> {
        btree_set(prop_oneof![1..300_i64, 1..i64::MAX], 0..60)
    }

    fn of(rows: &BTreeSet<i64>) -> Rows {
        rows.iter().copied().map(RowNumber).collect()
    }

    #[test]
    fn what_is_gathered_are_rows() {
        let mut gathered = Gathered::default();
        for chunk in [1, (1 << 20) + 2] {
            gathered.insert(chunk, [23, 0].into_iter());
            let mut bits = [0; CHUNK_BYTES];
            bits[0] = 0b101;
            gathered.insert_bits(chunk, &bits);
        }
        let expected = [4096, 4098, 4119, (1 << 32) + 8192, (1 << 32) + 8194, (1 << 32) + 8215];
        assert_eq!(Rows::from(gathered), expected.into_iter().map(RowNumber).collect());
        assert_eq!(Rows::from(Gathered::default()), Rows::default());
    }

    proptest! {
        #[test]
        fn sets_of_rows_are_sets_of_numbers(a in rows(), b in rows(), after in 0..400_i64) {
            let (mut both, mut either, mut only_a) = (of(&a), of(&a), of(&a));
            both &= &of(&b);
            either |= &of(&b);
            only_a -= &of(&b);
            prop_assert_eq!(both, of(&(&a & &b)));
            prop_assert_eq!(&either, &of(&(&a | &b)));
            prop_assert_eq!(only_a, of(&(&a - &b)));
            prop_assert_eq!(either.len(), (&a | &b).len() as u64);
            let listed: Vec<i64> = of(&a).after(RowNumber(after)).map(|row| row.0).collect();
            prop_assert_eq!(listed, a.range(after + 1..).copied().collect::<Vec<_>>());
            let listed: Vec<i64> = of(&a).before(Some(RowNumber(after + 1))).map(|row| row.0).collect();
            prop_assert_eq!(listed, a.range(..=after).rev().copied().collect::<Vec<_>>());
            prop_assert!(of(&a).before(None).map(|row| row.0).eq(a.iter().rev().copied()));
            prop_assert!(b.iter().all(|row| of(&a).contains(RowNumber(*row)) == a.contains(row)));
        }
    }
}
