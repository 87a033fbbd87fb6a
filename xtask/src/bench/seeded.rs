//! Numbers that look random and follow from a seed: the same on every machine and with every version of every library, so that a
//! directory that was kept is the one that is asked for. Not for secrets.

/// A sequence of numbers: SplitMix64.
pub struct Seeded(u64);

impl Seeded {
    /// The sequence that belongs to these numbers, such as a seed, what it is for, and of which object.
    pub fn of(numbers: &[u64]) -> Self {
        let mut mixed = Self(0);
        for number in numbers {
            mixed.0 ^= number;
            mixed.0 = mixed.next();
        }
        mixed
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one, which isn't zero.
    pub fn below(&mut self, end: usize) -> usize {
        // The remainder prefers some numbers by less than a millionth.
        (self.next() % end.max(1) as u64) as usize
    }

    /// Whether something is that happens in so many of a hundred cases.
    pub fn in_percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub fn one_of<T: Copy, const N: usize>(&mut self, values: &[T; N]) -> T {
        values[self.below(N)]
    }

    /// Puts them into another order.
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for end in (2..=values.len()).rev() {
            values.swap(end - 1, self.below(end));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_follows_from_its_numbers() {
        let sequence = |numbers: &[u64]| {
            let mut seeded = Seeded::of(numbers);
            [seeded.next(), seeded.next()]
        };
        assert_eq!(sequence(&[7, 1]), sequence(&[7, 1]));
        assert_ne!(sequence(&[7, 1]), sequence(&[1, 7]));
        assert_ne!(sequence(&[7, 1])[0], sequence(&[7, 1])[1]);
    }

    #[test]
    fn numbers_below_another_are_all_of_them_and_no_more() {
        let mut seeded = Seeded::of(&[7]);
        let mut seen = [0; 10];
        (0..10_000).for_each(|_| seen[seeded.below(10)] += 1);
        assert!(seen.iter().all(|count| (800..1200).contains(count)), "{seen:?}");
    }

    #[test]
    fn what_is_shuffled_is_still_there() {
        let mut values: Vec<_> = (0..100).collect();
        Seeded::of(&[7]).shuffle(&mut values);
        assert_ne!(values, (0..100).collect::<Vec<_>>());
        values.sort_unstable();
        assert_eq!(values, (0..100).collect::<Vec<_>>());
    }
}
