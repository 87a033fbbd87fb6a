//! Sets of rows as they are stored: in chunks, each a list of numbers of two bytes, or a bit for each row where there are many.

use crate::store::rows::{CHUNK_BYTES as BITS, CHUNK_ROWS};

/// Rows of a chunk.
pub const ROWS: i64 = CHUNK_ROWS;

/// Which chunk a row is in, and its place there.
pub fn place(row: i64) -> (i64, u16) {
    (row / ROWS, u16::try_from(row % ROWS).unwrap_or_default())
}

/// A chunk as it is stored.
pub enum Stored<'b> {
    /// The places of its rows, sorted.
    List(&'b [[u8; 2]]),
    /// A bit for each row, the lowest of each byte first.
    Bits(&'b [u8; BITS]),
}

impl<'b> Stored<'b> {
    /// What these bytes hold. `None`: they are no chunk's.
    pub fn read(bytes: &'b [u8]) -> Option<Self> {
        if let Ok(bits) = bytes.try_into() {
            return Some(Self::Bits(bits));
        }
        let (list, rest) = bytes.as_chunks();
        (rest.is_empty() && bytes.len() < BITS).then_some(Self::List(list))
    }

    /// The places of its rows.
    pub fn places(self) -> Box<dyn Iterator<Item = u16> + 'b> {
        match self {
            Self::List(list) => Box::new(list.iter().map(|place| u16::from_le_bytes(*place))),
            Self::Bits(bits) => Box::new((0..).zip(bits).flat_map(|(index, byte): (u16, &u8)| {
                (0..8).filter(move |bit| byte & (1 << bit) != 0).map(move |bit| index * 8 + bit)
            })),
        }
    }
}

/// A chunk that is changed.
pub struct Chunk([u8; BITS]);

impl Chunk {
    /// One without rows.
    pub const EMPTY: Self = Self([0; BITS]);

    /// What these bytes hold.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        match Stored::read(bytes)? {
            Stored::Bits(bits) => Some(Self(*bits)),
            list => {
                let mut chunk = Self::EMPTY;
                list.places().for_each(|place| chunk.set(place, true));
                Some(chunk)
            }
        }
    }

    /// Puts the row of this place into it, or takes it out.
    pub fn set(&mut self, place: u16, is_there: bool) {
        if let Some(byte) = self.0.get_mut(usize::from(place / 8)) {
            let bit = 1 << (place % 8);
            *byte = if is_there { *byte | bit } else { *byte & !bit };
        }
    }

    /// As it is stored: no bytes where no row is in it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let rows: u32 = self.0.iter().map(|byte| byte.count_ones()).sum();
        if rows as usize * 2 >= BITS {
            return self.0.to_vec();
        }
        Stored::Bits(&self.0).places().flat_map(u16::to_le_bytes).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::btree_set, prelude::*};

    proptest! {
        #[test]
        fn what_is_stored_is_read_again(rows in btree_set(0..4096_u16, 0..600)) {
            let mut chunk = Chunk::EMPTY;
            rows.iter().for_each(|row| chunk.set(*row, true));
            let bytes = chunk.to_bytes();
            prop_assert_eq!(bytes.len(), if rows.len() < 256 { rows.len() * 2 } else { BITS });
            let read: Vec<_> = Stored::read(&bytes).unwrap().places().collect();
            prop_assert!(read.iter().eq(&rows));
            let mut again = Chunk::read(&bytes).unwrap();
            rows.iter().for_each(|row| again.set(*row, false));
            prop_assert!(again.to_bytes().is_empty());
        }
    }

    #[test]
    fn other_bytes_are_no_chunks() {
        assert!(Chunk::read(&[1]).is_none());
        assert!(Chunk::read(&[0; 514]).is_none());
    }
}
