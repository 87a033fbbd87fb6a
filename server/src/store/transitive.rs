//! Memberships through others: who is in a group, be it through groups in it, and which groups an object is in so. Each object once,
//! in the order of row numbers. A group that is in itself, or in a circle of groups, is a member of itself, as the pairs say.

use super::{
    Error, ReadTx,
    engine::params,
    nestings::{self, HiddenMemberships},
    numbers::{self, RowNumber},
    objects::{self, Object, Page},
    relations::Direction,
    rows::Rows,
};
use crate::{model::kinds::ObjectKind, odata::listing::Listing};
use std::{cmp::Reverse, collections::BinaryHeap, ops::ControlFlow};

/// Takes the next object, and says whether it wants another.
type Take<'t> = dyn FnMut(RowNumber) -> Result<ControlFlow<()>, Error> + 't;

/// Which of two ways to the members below a group is taken.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Of so many groups at most the lists of members are merged at once.
    pub merged_groups: usize,
    /// Of more groups, so many pairs of the whole table are looked through first.
    pub walked_pairs: usize,
}

impl Default for Effort {
    /// What was measured: a page takes as long in both ways at about 300 groups, and so many pairs take 20 ms.
    fn default() -> Self {
        Self { merged_groups: 300, walked_pairs: 200_000 }
    }
}

/// A page of the objects in a group, or of the groups that an object is in.
pub fn page(
    tx: &ReadTx<'_>,
    direction: Direction,
    of: &Object,
    listing: &Listing,
    hidden: HiddenMemberships,
    effort: Effort,
) -> Result<Page, Error> {
    let after = RowNumber(listing.after.row());
    match direction {
        Direction::Sources => {
            let above = nestings::above(tx, of.row, hidden)?;
            objects::read_page_of(tx, listing, |take| hand_over(above.after(after), take))
        }
        Direction::Targets => {
            let below = nestings::below(tx, of.row, hidden)?;
            objects::read_page_of(tx, listing, |take| members_of(tx, &below, after, listing, effort, take))
        }
    }
}

/// How many objects of this kind are in a group, or groups an object is in.
pub fn count(
    tx: &ReadTx<'_>,
    direction: Direction,
    of: &Object,
    kind: Option<ObjectKind>,
    hidden: HiddenMemberships,
) -> Result<u64, Error> {
    match direction {
        Direction::Sources if kind.is_some_and(|kind| kind != ObjectKind::Group) => Ok(0),
        Direction::Sources => Ok(nestings::above(tx, of.row, hidden)?.len()),
        Direction::Targets => Ok(union(tx, &nestings::below(tx, of.row, hidden)?, kind)?.len()),
    }
}

/// Objects up to which it is asked of each whether it is in a group, before all that are in it are looked at.
const ASKED: u64 = 100;

/// Those of these objects that are in a group, or of these groups that an object is in.
pub fn among(
    tx: &ReadTx<'_>,
    direction: Direction,
    of: &Object,
    objects: &Rows,
    hidden: HiddenMemberships,
) -> Result<Rows, Error> {
    let mut found = match direction {
        Direction::Sources => nestings::above(tx, of.row, hidden)?,
        Direction::Targets if objects.len() <= ASKED => return asked(tx, of, objects, hidden),
        Direction::Targets => union(tx, &nestings::below(tx, of.row, hidden)?, None)?,
    };
    found &= objects;
    Ok(found)
}

/// Those of these objects that say of themselves that they are in a group.
fn asked(tx: &ReadTx<'_>, group: &Object, objects: &Rows, hidden: HiddenMemberships) -> Result<Rows, Error> {
    let mut found = Rows::default();
    for object in objects.after(RowNumber(0)) {
        if nestings::above(tx, object, hidden)?.contains(group.row) {
            found.insert(object);
        }
    }
    Ok(found)
}

fn hand_over(rows: impl Iterator<Item = RowNumber>, take: &mut Take<'_>) -> Result<(), Error> {
    for row in rows {
        if take(row)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// Hands over the members of these groups after a row, each once and in their order.
fn members_of(
    tx: &ReadTx<'_>,
    groups: &[RowNumber],
    after: RowNumber,
    listing: &Listing,
    effort: Effort,
    take: &mut Take<'_>,
) -> Result<(), Error> {
    let mut from = after;
    if groups.len() > effort.merged_groups {
        match walk(tx, groups, after, effort.walked_pairs, take)? {
            Walk::Ended => return Ok(()),
            Walk::GaveUp(last) => from = last,
        }
    }
    let piece = (2 * listing.limit / groups.len().max(1)).clamp(8, listing.limit.max(8));
    merge(tx, groups, from, listing.kind, piece, take)
}

/// How a walk through all pairs ended.
enum Walk {
    /// No more is wanted, or there is no more.
    Ended,
    /// So far: objects up to this one were looked at.
    GaveUp(RowNumber),
}

/// Looks through the memberships of all objects after a row, and hands over those who are in one of these groups. Finds the next
/// ones soon where the groups have many members among them.
fn walk(
    tx: &ReadTx<'_>,
    groups: &[RowNumber],
    after: RowNumber,
    most_pairs: usize,
    take: &mut Take<'_>,
) -> Result<Walk, Error> {
    let groups: Rows = groups.iter().copied().collect();
    let sql = "SELECT target_row, source_row FROM memberships WHERE target_row > ?1 ORDER BY target_row, source_row";
    let (mut pairs, mut last, mut taken) = (0, after, after);
    let mut ended = Walk::Ended;
    tx.each(sql, params![after.0], |row| {
        let (member, group) = (RowNumber(row.get(0)?), RowNumber(row.get(1)?));
        if pairs >= most_pairs && member > last {
            ended = Walk::GaveUp(last);
            return Ok(ControlFlow::Break(()));
        }
        (pairs, last) = (pairs + 1, member);
        if taken == member || !groups.contains(group) {
            return Ok(ControlFlow::Continue(()));
        }
        taken = member;
        take(member)
    })?;
    Ok(ended)
}

/// Merges the lists of members of these groups, which are read in pieces.
fn merge(
    tx: &ReadTx<'_>,
    groups: &[RowNumber],
    after: RowNumber,
    kind: Option<ObjectKind>,
    piece: usize,
    take: &mut Take<'_>,
) -> Result<(), Error> {
    let mut lists = Vec::with_capacity(groups.len());
    let mut next = BinaryHeap::with_capacity(groups.len());
    for &group in groups {
        let mut list = Members { group, kind, after, piece, read: Vec::new() };
        if let Some(first) = list.next(tx)? {
            next.push(Reverse((first, lists.len())));
            lists.push(list);
        }
    }
    let mut taken = after;
    while let Some(Reverse((member, index))) = next.pop() {
        if member > taken {
            taken = member;
            if take(member)?.is_break() {
                break;
            }
        }
        let following = lists.get_mut(index).map(|list| list.next(tx)).transpose()?.flatten();
        next.extend(following.map(|following| Reverse((following, index))));
    }
    Ok(())
}

/// The members of a group after a row, in their order.
struct Members {
    group: RowNumber,
    kind: Option<ObjectKind>,
    after: RowNumber,
    piece: usize,
    /// Those that were read and not given yet, the next one last.
    read: Vec<RowNumber>,
}

impl Members {
    fn next(&mut self, tx: &ReadTx<'_>) -> Result<Option<RowNumber>, Error> {
        if self.read.is_empty() {
            self.read = self.read_piece(tx)?;
            self.read.reverse();
        }
        let next = self.read.pop();
        self.after = next.unwrap_or(self.after);
        Ok(next)
    }

    fn read_piece(&self, tx: &ReadTx<'_>) -> Result<Vec<RowNumber>, Error> {
        let piece = i64::try_from(self.piece).unwrap_or(i64::MAX);
        let member = |row: &super::engine::Row<'_>| Ok(RowNumber(row.get(0)?));
        match self.kind.map(numbers::of_kind) {
            None => {
                let sql = "SELECT target_row FROM memberships WHERE source_row = ?1 AND target_row > ?2
                           ORDER BY target_row LIMIT ?3";
                tx.all(sql, params![self.group.0, self.after.0, piece], member)
            }
            Some(kind) => {
                let sql = "SELECT p.target_row FROM memberships p CROSS JOIN objects o
                           WHERE p.source_row = ?1 AND p.target_row > ?2 AND o.row = p.target_row AND o.kind = ?4
                           ORDER BY p.target_row LIMIT ?3";
                tx.all(sql, params![self.group.0, self.after.0, piece, kind], member)
            }
        }
    }
}

/// The members of these groups that are of this kind, without the deleted ones.
fn union(tx: &ReadTx<'_>, groups: &[RowNumber], kind: Option<ObjectKind>) -> Result<Rows, Error> {
    let mut union = Rows::default();
    let all = "SELECT target_row FROM memberships WHERE source_row = ?1 ORDER BY target_row";
    let of_kind = "SELECT p.target_row FROM memberships p CROSS JOIN objects o
                   WHERE p.source_row = ?1 AND o.row = p.target_row AND o.kind = ?2 ORDER BY p.target_row";
    for group in groups {
        let mut add = |row: &super::engine::Row<'_>| {
            union.insert(RowNumber(row.get(0)?));
            Ok(ControlFlow::Continue(()))
        };
        match kind {
            None => tx.each(all, params![group.0], &mut add)?,
            Some(kind) => tx.each(of_kind, params![group.0, numbers::of_kind(kind)], &mut add)?,
        }
    }
    // Deletions that are unfinished left pairs behind.
    let leaving =
        tx.all("SELECT object_row FROM unfinished_deletions", params![], |row| Ok(RowNumber(row.get(0)?)))?;
    union -= &leaving.into_iter().collect();
    Ok(union)
}
