//! Memberships through others: who is in a group, be it through groups in it, and what an object is in so. Each object once,
//! in the order of row numbers. A group that is in itself, or in a circle of groups, is a member of itself, as the pairs say.

use super::{
    Error, ReadTx, changes,
    engine::{Row, params},
    member_sets::{Key, MemberSet},
    nestings::{self, HiddenMemberships},
    numbers::{self, RowNumber},
    objects::{self, Object, Page},
    relations::Direction,
    rows::Rows,
};
use crate::{model::kinds::ObjectKind, odata::listing::Listing};
use std::{cmp::Reverse, collections::BinaryHeap, ops::ControlFlow, sync::Arc};

/// Takes the next object, and says whether it wants another.
type Take<'t> = dyn FnMut(RowNumber) -> Result<ControlFlow<()>, Error> + 't;

/// Which of two ways to the members below a group is taken.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Of so many groups at most the lists of members are merged at once.
    pub merged_groups: usize,
    /// Of more groups, so many pairs of the whole table are looked through first.
    pub walked_pairs: usize,
    /// A set of members that takes more pairs to put together is kept in memory.
    pub united_pairs: u64,
}

impl Default for Effort {
    /// What was measured: a page takes as long in both ways at about 300 groups, and so many pairs take 20 ms.
    fn default() -> Self {
        Self { merged_groups: 300, walked_pairs: 200_000, united_pairs: 100_000 }
    }
}

/// A page of the objects in a group, or of what an object is in.
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
            let above = nestings::above(tx, of.row, listing.kind, hidden)?;
            objects::read_page_of(tx, listing, |take| hand_over(above.after(after), take))
        }
        Direction::Targets => {
            let below = nestings::below(tx, of.row, hidden)?;
            objects::read_page_of(tx, listing, |take| members_of(tx, &below, after, listing, effort, take))
        }
    }
}

/// How many objects of this kind are in a group, or an object is in.
pub fn count(
    tx: &ReadTx<'_>,
    direction: Direction,
    of: &Object,
    kind: Option<ObjectKind>,
    hidden: HiddenMemberships,
    effort: Effort,
) -> Result<u64, Error> {
    match direction {
        Direction::Sources => Ok(nestings::above(tx, of.row, kind, hidden)?.len()),
        Direction::Targets => Ok(members(tx, of, kind, hidden, effort)?.len()),
    }
}

/// Objects up to which it is asked of each whether it is in a group, before all that are in it are looked at.
const ASKED: u64 = 100;

/// Those of these objects that are in a group, or that an object is in.
pub fn among(
    tx: &ReadTx<'_>,
    direction: Direction,
    of: &Object,
    objects: &Rows,
    hidden: HiddenMemberships,
) -> Result<Rows, Error> {
    let mut found = objects.clone();
    match direction {
        Direction::Sources => found &= &nestings::above(tx, of.row, None, hidden)?,
        Direction::Targets if objects.len() <= ASKED => return asked(tx, of, objects, hidden),
        Direction::Targets => found &= &*members(tx, of, None, hidden, Effort::default())?,
    }
    Ok(found)
}

/// Those of these objects that say of themselves that they are in a group.
fn asked(tx: &ReadTx<'_>, group: &Object, objects: &Rows, hidden: HiddenMemberships) -> Result<Rows, Error> {
    let mut found = Rows::default();
    for object in objects.after(RowNumber(0)) {
        if nestings::above(tx, object, None, hidden)?.contains(group.row) {
            found.insert(object);
        }
    }
    Ok(found)
}

/// The objects of this kind that are in a group, as a set.
pub fn members(
    tx: &ReadTx<'_>,
    group: &Object,
    kind: Option<ObjectKind>,
    hidden: HiddenMemberships,
    effort: Effort,
) -> Result<Arc<Rows>, Error> {
    let kind = kind.map(numbers::of_kind);
    let key = Key { group: group.row, kind, with_hidden: hidden.are_shown() };
    if let Some(members) = kept(tx, key)? {
        return Ok(members);
    }
    let (members, pairs) = unite(tx, &nestings::below(tx, group.row, hidden)?, kind)?;
    let members = Arc::new(members);
    if let Some(sets) = tx.member_sets().filter(|_| pairs > effort.united_pairs) {
        sets.put(key, MemberSet { members: members.clone(), position: changes::newest(tx.connection())? });
    }
    Ok(members)
}

/// A set that is kept, if nothing has happened since that changes it. It may be newer than what this reads.
fn kept(tx: &ReadTx<'_>, key: Key) -> Result<Option<Arc<Rows>>, Error> {
    let Some(sets) = tx.member_sets() else { return Ok(None) };
    let Some(MemberSet { members, position }) = sets.get(&key) else { return Ok(None) };
    let newest = changes::newest(tx.connection())?;
    if newest < position || changes::tell_of_memberships(tx, position)? {
        return Ok(None);
    }
    if newest > position {
        sets.put(key, MemberSet { members: members.clone(), position: newest });
    }
    Ok(Some(members))
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
    let (mut pairs, mut last, mut taken) = (0, after, after);
    let mut ended = Walk::Ended;
    tx.each(WALKED, params![after.0], |row| {
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
        let member = |row: &Row<'_>| Ok(RowNumber(row.get(0)?));
        match self.kind.map(numbers::of_kind) {
            None => tx.all(MEMBERS, params![self.group.0, self.after.0, piece], member),
            Some(kind) => tx.all(MEMBERS_OF_KIND, params![self.group.0, self.after.0, piece, kind], member),
        }
    }
}

/// The members of these groups that are of this kind, without the deleted ones, and how many pairs that took.
fn unite(tx: &ReadTx<'_>, groups: &[RowNumber], kind: Option<i64>) -> Result<(Rows, u64), Error> {
    let (mut union, mut pairs) = (Rows::default(), 0);
    for group in groups {
        let mut add = |row: &Row<'_>| {
            pairs += 1;
            union.insert(RowNumber(row.get(0)?));
            Ok(ControlFlow::Continue(()))
        };
        match kind {
            None => tx.each(ALL_MEMBERS, params![group.0], &mut add)?,
            Some(kind) => tx.each(ALL_MEMBERS_OF_KIND, params![group.0, kind], &mut add)?,
        }
    }
    // Deletions that are unfinished left pairs behind.
    union -= &tx.all(LEAVING, params![], |row| Ok(RowNumber(row.get(0)?)))?.into_iter().collect();
    Ok((union, pairs))
}

/// The memberships of objects after `?1`, object after object.
const WALKED: &str = "SELECT target_row, source_row FROM memberships WHERE target_row > ?1
    ORDER BY target_row, source_row";

/// The first `?3` members of group `?1` after `?2`.
const MEMBERS: &str = "SELECT target_row FROM memberships WHERE source_row = ?1 AND target_row > ?2
    ORDER BY target_row LIMIT ?3";

/// Those of them that are of kind `?4`.
const MEMBERS_OF_KIND: &str = "SELECT p.target_row FROM memberships p CROSS JOIN objects o
    WHERE p.source_row = ?1 AND p.target_row > ?2 AND o.row = p.target_row AND o.kind = ?4
    ORDER BY p.target_row LIMIT ?3";

/// All members of group `?1`.
const ALL_MEMBERS: &str = "SELECT target_row FROM memberships WHERE source_row = ?1 ORDER BY target_row";

/// Those of them that are of kind `?2`.
const ALL_MEMBERS_OF_KIND: &str = "SELECT p.target_row FROM memberships p CROSS JOIN objects o
    WHERE p.source_row = ?1 AND o.row = p.target_row AND o.kind = ?2 ORDER BY p.target_row";

/// Objects whose deletion is unfinished.
const LEAVING: &str = "SELECT object_row FROM unfinished_deletions";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::ids::TenantId,
        store::{Options, Store, WriteTx, relations::RELATIONS, tenants::CreationError},
    };
    use rusqlite::{Connection, ParamsFromIter, params_from_iter, types::Value};

    const LOOKED_THROUGH: [&str; 8] = [
        "SCAN a",
        "SCAN b",
        "SCAN above",
        "SCAN below",
        "SCAN CONSTANT ROW",
        "SCAN some",
        "SCAN d",
        "SCAN unfinished_deletions",
    ];

    /// The steps by which a statement is run.
    fn plan(database: &Connection, sql: &str) -> Vec<String> {
        let mut statement = database.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let nothing: ParamsFromIter<Vec<Value>> =
            params_from_iter(vec![Value::Integer(1); statement.parameter_count()]);
        statement.query_map(nothing, |row| row.get(3)).unwrap().collect::<Result<_, _>>().unwrap()
    }

    #[tokio::test]
    async fn no_walk_and_no_page_reads_a_whole_table_or_sorts() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Options::default()).unwrap();
        let empty = |_: &WriteTx<'_>| Ok::<_, CreationError>(());
        store.create_tenant(TenantId::random(), Vec::new(), empty).await.unwrap();
        let database = Connection::open(folder.path().join("roster.sqlite")).unwrap();
        let own = [MEMBERS, MEMBERS_OF_KIND, ALL_MEMBERS, ALL_MEMBERS_OF_KIND, LEAVING, WALKED];
        let statements = own.into_iter().chain(nestings::statements());
        let statements = statements.chain(RELATIONS.iter().flat_map(|relation| relation.statements()));
        for sql in statements {
            for step in plan(&database, sql) {
                // Only the queue of a walk, a part that was read, and the few deletions that are unfinished are looked through.
                let is_whole = step.starts_with("SCAN") && !LOOKED_THROUGH.contains(&&*step);
                assert!(!is_whole && !step.contains("TEMP B-TREE FOR ORDER"), "{step}: {sql}");
            }
        }
    }
}
