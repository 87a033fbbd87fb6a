//! The directory that queries are asked of: users with all their values, and groups of very different sizes that are in each other,
//! eight deep, some in two others and some in a circle. All of it follows from its sizes and a seed.

use super::{
    batches::{self, in_batches},
    people,
    seeded::Seeded,
};
use clap::Args;
use roster_server::{
    directory::{self, import, sample},
    model::{ids::ObjectId, kinds::ObjectKind},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{iter, path::Path, sync::Arc, time::Instant};

/// How deep groups are nested.
const LEVELS: usize = 8;
/// Of a hundred groups, those that are in two others.
const IN_TWO: usize = 20;
/// For each circle of groups there are so many groups.
const GROUPS_PER_CIRCLE: usize = 1_000;

/// How large the directory of the queries is.
#[derive(Args, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sizes {
    /// Users of the directory of queries and nesting
    #[arg(long, default_value_t = 1_000_000)]
    pub users: usize,
    /// Groups of the same
    #[arg(long, default_value_t = 50_000)]
    pub groups: usize,
    /// Memberships of the same, about
    #[arg(long, default_value_t = 10_000_000)]
    pub memberships: usize,
    /// What follows from another number is another directory, and other queries
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// What things are numbered by.
enum Things {
    Users = 1,
    Groups,
    Nestings,
    Members,
}

impl Sizes {
    /// Refuses sizes that leave nothing to ask for.
    pub fn check(&self) -> Result<(), String> {
        let enough =
            self.users >= 1_000 && self.groups >= 10 && u32::try_from(self.users.max(self.groups)).is_ok();
        if enough { Ok(()) } else { Err("queries need at least 1,000 users and 10 groups".into()) }
    }

    /// The id of the user of this number.
    pub fn user(&self, number: usize) -> ObjectId {
        self.id(Things::Users, number)
    }

    /// The id of the group of this number. The groups of all levels are in that of number 0.
    pub fn group(&self, number: usize) -> ObjectId {
        self.id(Things::Groups, number)
    }

    /// The group of the most members. Others are in it too, as it is in the middle of the levels.
    pub fn largest(&self) -> usize {
        let levels = self.levels();
        levels[levels.len() / 2]
    }

    fn id(&self, of: Things, number: usize) -> ObjectId {
        let mut seeded = self.seeded(of, number);
        let number = u128::from(seeded.next()) << 64 | u128::from(seeded.next());
        ObjectId::from_uuid(uuid::Builder::from_random_bytes(number.to_be_bytes()).into_uuid())
    }

    fn seeded(&self, things: Things, number: usize) -> Seeded {
        Seeded::of(&[self.seed, things as u64, number as u64])
    }

    /// The first group of each level. The first level has one group; from the second on, each has as many times more than the one before.
    fn levels(&self) -> Vec<usize> {
        let share =
            |level: usize| (self.groups as f64).powf((level - 1) as f64 / (LEVELS - 1) as f64).round();
        let mut levels: Vec<usize> =
            iter::once(0).chain((1..LEVELS).map(|level| share(level) as usize)).collect();
        levels.dedup();
        levels.retain(|&first| first < self.groups);
        levels
    }

    /// Which group is in which, each pair once.
    fn nestings(&self) -> Vec<(usize, usize)> {
        let mut seeded = self.seeded(Things::Nestings, 0);
        let levels = self.levels();
        let level = |group: usize| levels.partition_point(|&first| first <= group) - 1;
        let mut parents = vec![0];
        let mut nestings = Vec::new();
        for group in 1..self.groups {
            let (above, first) = (levels[level(group) - 1], levels[level(group)]);
            let parent = above + seeded.below(first - above);
            nestings.push((parent, group));
            if seeded.in_percent(IN_TWO) {
                nestings.push((seeded.below(first), group));
            }
            parents.push(parent);
        }
        let deepest = levels.last().copied().unwrap_or_default();
        for _ in 0..self.groups / GROUPS_PER_CIRCLE {
            let group = deepest + seeded.below(self.groups - deepest);
            // Two levels up: from there it comes down to this one.
            nestings.push((group, parents[parents[group]]));
        }
        nestings.sort_unstable();
        nestings.dedup();
        nestings
    }

    /// Which users are in which groups, user by user: as many in the second group as half of those in the largest, in the third as a
    /// third.
    fn members(&self, pairs: usize) -> Vec<(u32, u32)> {
        let mut seeded = self.seeded(Things::Members, 0);
        let mut by_size: Vec<usize> = (0..self.groups).collect();
        seeded.shuffle(&mut by_size);
        if let Some(place) = by_size.iter().position(|&group| group == self.largest()) {
            by_size.swap(0, place);
        }
        let shares: f64 = (1..=self.groups).map(|rank| 1.0 / rank as f64).sum();
        let mut members = Vec::with_capacity(pairs);
        for (place, group) in by_size.into_iter().enumerate() {
            let size = pairs as f64 / shares / (place + 1) as f64;
            let (first, step) = (seeded.below(self.users), self.step(&mut seeded));
            let numbers =
                (0..self.users.min(size.round() as usize)).map(|number| (first + number * step) % self.users);
            members.extend(numbers.map(|user| (user as u32, group as u32)));
        }
        members.sort_unstable();
        members
    }

    /// A step with which one comes to each user before one comes to one again.
    fn step(&self, seeded: &mut Seeded) -> usize {
        let divisor = |mut a: usize, mut b: usize| {
            while b > 0 {
                (a, b) = (b, a % b);
            }
            a
        };
        iter::repeat_with(|| 1 + seeded.below(self.users))
            .find(|&step| divisor(step, self.users) == 1)
            .unwrap_or(1)
    }

    /// Makes the directory in a folder, besides the sample, whose application gets the tokens.
    pub async fn make(self, folder: &Path) -> Result<(), String> {
        let began = Instant::now();
        let failed = |error: directory::Error| error.to_string();
        let told = |what: &str| eprintln!("{:6.1} s: {what}", began.elapsed().as_secs_f64());
        let store = batches::open(folder)?;
        let tenant = store.first_tenant(sample::TENANT, sample::fill).await.map_err(failed)?;
        in_batches(&store, tenant, self.users, move |tx, number| {
            import::object(tx, ObjectKind::User, self.user(number), people::user(self.seed, number)).map(drop)
        })
        .await?;
        told(&format!("{} users", self.users));
        in_batches(&store, tenant, self.groups, move |tx, number| {
            import::group(tx, self.group(number), group(number)).map(drop)
        })
        .await?;
        told(&format!("{} groups", self.groups));
        let nestings = Arc::new(self.nestings());
        let members = Arc::new(self.members(self.memberships.saturating_sub(nestings.len())));
        let (nested, of_users) = (nestings.len(), members.len());
        in_batches(&store, tenant, nested, move |tx, place| {
            let (group, member) = nestings[place];
            import::member(tx, self.group(group), self.group(member))
        })
        .await?;
        told(&format!("{nested} groups in groups"));
        in_batches(&store, tenant, of_users, move |tx, place| {
            let (user, group) = members[place];
            import::member(tx, self.group(group as usize), self.user(user as usize))
        })
        .await?;
        told(&format!("{of_users} users in groups"));
        Ok(())
    }
}

/// The values of the group of this number.
fn group(number: usize) -> Value {
    json!({
        "createdDateTime": people::created(number), "description": format!("{} of {}", people::job_title(number), people::city(number % people::CITIES)),
        "displayName": format!("Group {number}"), "mailEnabled": false,
        "mailNickname": format!("group{number}"), "securityEnabled": true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const SIZES: Sizes = Sizes { users: 5_000, groups: 1_000, memberships: 50_000, seed: 7 };

    #[test]
    fn the_same_seed_makes_the_same_directory() {
        let made = |sizes: Sizes| (sizes.user(3), sizes.nestings(), sizes.members(1_000));
        assert_eq!(made(SIZES), made(SIZES));
        assert_ne!(made(SIZES), made(Sizes { seed: 8, ..SIZES }));
    }

    #[test]
    fn each_group_but_the_first_is_in_another_and_some_are_in_a_circle() {
        for groups in [1, 2, 10, 1_000, 20_000] {
            let sizes = Sizes { groups, ..SIZES };
            let nestings = sizes.nestings();
            let nested: BTreeSet<usize> = nestings.iter().map(|&(_, member)| member).collect();
            assert!((1..groups).all(|group| nested.contains(&group)));
            let upwards = nestings.iter().filter(|(group, member)| group > member).count();
            assert_eq!(upwards > 0, groups >= 1_000);
            assert!(sizes.levels().len() <= LEVELS);
        }
        assert_eq!(SIZES.levels().len(), LEVELS);
    }

    #[test]
    fn groups_are_of_all_sizes_and_nobody_is_in_one_twice() {
        let members = SIZES.members(SIZES.memberships);
        assert!((45_000..=50_000).contains(&members.len()), "{}", members.len());
        assert_eq!(members.iter().collect::<BTreeSet<_>>().len(), members.len());
        let mut sizes = vec![0; SIZES.groups];
        members.iter().for_each(|&(_, group)| sizes[group as usize] += 1);
        assert_eq!(sizes.iter().max(), Some(&sizes[SIZES.largest()]));
        assert!(sizes.iter().filter(|&&size| size < 20).count() > SIZES.groups / 2);
    }
}
