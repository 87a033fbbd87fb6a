//! Relationships between objects: each a table of pairs of row numbers, from a source (such as a group) to a target (a member of it),
//! keyed both ways. What is done to one pair costs the same beside no others and beside a million.
//!
//! `RELATIONS` lists them all: what is done to an object with all its pairs, such as deleting it, goes over the list. The pairs
//! in which a deleted object is the target are set aside, in a table beside the relation's own. Where an object has very many,
//! that takes several writes (`deletions.rs`). Until the last of them no reader sees those that are left: pages skip deleted
//! objects, and counts leave out the pairs of objects whose deletion is unfinished. When the object is restored, they are put back
//! (`restorations.rs`).
//!
//! Pairs of two groups stand in `nestings.rs` too.

use super::{
    Error, Progress, ReadTx, WriteTx,
    changes::{self, Change},
    engine::params,
    nestings::{self, HiddenMemberships},
    numbers,
    objects::{self, NEXT_COLUMN, Object, Page, RowNumber, select_objects},
    rows::Rows,
    sums::{Count, MEMBERS_COUNT},
    transaction::SystemTx,
};
use crate::{
    model::kinds::{ObjectKind, Relationship},
    odata::listing::Listing,
};
use std::{ops::ControlFlow, sync::LazyLock};

/// A relationship: its table of pairs, and what else differs from one to the other.
pub struct Relation {
    /// What Graph calls it.
    pub relationship: Relationship,
    statements: LazyLock<Statements>,
}

/// Which objects are in which group, administrative unit or directory role.
pub static MEMBERS: Relation = Relation {
    relationship: Relationship::Members,
    statements: LazyLock::new(|| Statements::over("memberships")),
};

/// Which users and service principals own which group, application or service principal.
pub static OWNERS: Relation = Relation {
    relationship: Relationship::Owners,
    statements: LazyLock::new(|| Statements::over("ownerships")),
};

/// Which user or contact manages which.
pub static MANAGERS: Relation = Relation {
    relationship: Relationship::Manager,
    statements: LazyLock::new(|| Statements::over("managers")),
};

/// On whose behalf which object was created.
pub static CREATORS: Relation = Relation {
    relationship: Relationship::CreatedOnBehalfOf,
    statements: LazyLock::new(|| Statements::over("creators")),
};

/// Every relation.
pub(super) static RELATIONS: [&Relation; 4] = [&MEMBERS, &OWNERS, &MANAGERS, &CREATORS];

/// From which end of a relation to which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From a source to its targets.
    Targets,
    /// From a target to its sources.
    Sources,
}

/// What became of an insertion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Insert {
    /// The pair is there now.
    New,
    /// The pair was there before.
    AlreadyThere,
}

/// What became of a removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remove {
    /// The pair is gone.
    Gone,
    /// There was none.
    NotThere,
}

/// Whether a pair of a source and a target that is restored still fits: a rule, asked before the pair is put back.
pub type Fits = fn(&ReadTx<'_>, Relationship, &Object, &Object) -> Result<bool, Error>;

/// Asking for a pair takes about as long as going over so many.
const PAIRS_PER_QUESTION: u64 = 8;

impl Relation {
    /// Whether it is that of members: the counts of very many are kept, groups are nested by it, and can hide it.
    fn is_of_members(&self) -> bool {
        self.relationship == Relationship::Members
    }

    /// Relates a source to a target, and records the change.
    pub fn insert(&self, tx: &WriteTx<'_>, source: &Object, target: &Object) -> Result<Insert, Error> {
        if tx.run(&self.statements.insert, params![source.row.0, target.row.0])? == 0 {
            return Ok(Insert::AlreadyThere);
        }
        if self.nests(source, target) {
            nestings::insert(tx, source.row, target.row)?;
        }
        self.count_targets_of(tx, source, 1);
        changes::append(tx, source, Change::Added(self.relationship, target.row))?;
        Ok(Insert::New)
    }

    /// Ends the relation of a source to a target, and records the change.
    pub fn remove(&self, tx: &WriteTx<'_>, source: &Object, target: &Object) -> Result<Remove, Error> {
        if tx.run(&self.statements.remove, params![source.row.0, target.row.0])? == 0 {
            return Ok(Remove::NotThere);
        }
        if self.nests(source, target) {
            nestings::remove(tx, source.row, target.row)?;
        }
        self.count_targets_of(tx, source, -1);
        changes::append(tx, source, Change::Removed(self.relationship, target.row))?;
        Ok(Remove::Gone)
    }

    /// Whether the pair is a nesting: what is in the target is in the source too. That isn't so of administrative units.
    fn nests(&self, source: &Object, target: &Object) -> bool {
        self.is_of_members()
            && target.kind() == ObjectKind::Group
            && source.kind() != ObjectKind::AdministrativeUnit
    }

    /// Whether a source is related to a target.
    pub fn contains(&self, tx: &ReadTx<'_>, source: &Object, target: &Object) -> Result<bool, Error> {
        let parameters = params![source.row.0, target.row.0];
        Ok(tx.one(&self.statements.contains, parameters, |_| Ok(()))?.is_some())
    }

    /// A page of an object's targets, or of its sources, which can be groups that hide who is in them.
    pub fn page(
        &self,
        tx: &ReadTx<'_>,
        direction: Direction,
        of: &Object,
        listing: &Listing,
        hidden: HiddenMemberships,
    ) -> Result<Page, Error> {
        match direction {
            Direction::Targets => {
                objects::read_page(tx, &self.statements.targets, params![of.row.0], listing)
            }
            Direction::Sources => {
                let parameters = params![of.row.0, self.shows(hidden)];
                objects::read_page(tx, &self.statements.sources, parameters, listing)
            }
        }
    }

    /// Whether sources that hide their pairs count.
    fn shows(&self, hidden: HiddenMemberships) -> bool {
        !self.is_of_members() || hidden.are_shown()
    }

    /// Those of these objects that are an object's targets, or its sources: by going over its pairs, and where it has far more of
    /// them than there are objects, by asking for the pair of each.
    pub fn among(
        &self,
        tx: &ReadTx<'_>,
        direction: Direction,
        of: &Object,
        objects: &Rows,
        hidden: HiddenMemberships,
    ) -> Result<Rows, Error> {
        let (statement, parameters) = match direction {
            Direction::Targets => (&self.statements.target_rows, params![of.row.0].to_vec()),
            Direction::Sources => {
                (&self.statements.source_rows, params![of.row.0, self.shows(hidden)].to_vec())
            }
        };
        let most = objects.len().saturating_mul(PAIRS_PER_QUESTION);
        let (mut found, mut gone_over) = (Rows::default(), 0);
        tx.each(statement, &parameters, |row| {
            let row = RowNumber(row.get(0)?);
            gone_over += 1;
            if objects.contains(row) {
                found.insert(row);
            }
            Ok(if gone_over > most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        if gone_over > most { self.ask(tx, direction, of, objects, hidden) } else { Ok(found) }
    }

    fn ask(
        &self,
        tx: &ReadTx<'_>,
        direction: Direction,
        of: &Object,
        objects: &Rows,
        hidden: HiddenMemberships,
    ) -> Result<Rows, Error> {
        let mut found = Rows::default();
        for row in objects.after(RowNumber(0)) {
            let is_there = match direction {
                Direction::Targets => {
                    tx.one(&self.statements.contains, params![of.row.0, row.0], |_| Ok(()))?
                }
                Direction::Sources => {
                    let parameters = params![row.0, of.row.0, self.shows(hidden)];
                    tx.one(&self.statements.has_source, parameters, |_| Ok(()))?
                }
            };
            if is_there.is_some() {
                found.insert(row);
            }
        }
        Ok(found)
    }

    /// The targets of a source whose row numbers are after this one, up to another.
    pub(super) fn targets_between(
        &self,
        tx: &ReadTx<'_>,
        source: RowNumber,
        after: RowNumber,
        until: RowNumber,
    ) -> Result<Rows, Error> {
        let mut found = Rows::default();
        tx.each(&self.statements.targets_between, params![source.0, after.0, until.0], |row| {
            found.insert(RowNumber(row.get(0)?));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    /// How many targets of this kind, or sources, an object has.
    pub fn count(
        &self,
        tx: &ReadTx<'_>,
        direction: Direction,
        of: &Object,
        kind: Option<ObjectKind>,
        hidden: HiddenMemberships,
    ) -> Result<u64, Error> {
        let number = kind.map(numbers::of_kind);
        match (direction, kind) {
            (Direction::Sources, _) => {
                let parameters = params![of.row.0, self.shows(hidden), number];
                tx.count(&self.statements.count_sources, parameters)
            }
            (Direction::Targets, Some(_)) => {
                tx.count(&self.statements.count_targets_of_kind, params![of.row.0, number])
            }
            (Direction::Targets, None) => self.count_targets(tx, of),
        }
    }

    /// How many targets an object has. Their number is kept for one that is known to have very many, else they are counted.
    pub fn count_targets(&self, tx: &ReadTx<'_>, of: &Object) -> Result<u64, Error> {
        let leaving = tx.count(&self.statements.count_leaving, params![of.row.0])?;
        let pairs = self.count_pairs(tx, of)?;
        pairs.checked_sub(leaving).ok_or(Error::Corrupt("a count below zero"))
    }

    /// How many pairs a source has, with those of targets whose deletion is unfinished.
    fn count_pairs(&self, tx: &ReadTx<'_>, source: &Object) -> Result<u64, Error> {
        if self.is_of_members() && source.members_counted {
            return tx.kept(Count::members(source.row));
        }
        let most = tx.largest_uncounted();
        let one_more = i64::try_from(most.saturating_add(1)).unwrap_or(i64::MAX);
        let count = tx.count(&self.statements.count_pairs, params![source.row.0, one_more])?;
        if count <= most {
            return Ok(count);
        }
        if self.is_of_members() {
            tx.note_large(source.row);
        }
        tx.count(&self.statements.count_pairs, params![source.row.0, i64::MAX])
    }

    /// Sets aside at most `limit` pairs in which an object is the target, and says how many.
    pub(super) fn set_aside(
        &self,
        tx: &WriteTx<'_>,
        target: RowNumber,
        limit: usize,
    ) -> Result<usize, Error> {
        let parameters = params![target.0, number(limit)];
        if self.is_of_members() {
            let sources =
                tx.all(&self.statements.counted_sources, parameters, |row| Ok(RowNumber(row.get(0)?)))?;
            sources.into_iter().for_each(|source| tx.count_one_member_less(source));
            tx.run(nestings::SET_ASIDE, parameters)?;
        }
        tx.run(&self.statements.copy_aside, parameters)?;
        tx.run(&self.statements.take_copied, parameters)
    }

    /// Puts back at most `limit` of the pairs that are set aside in which an object is the target: those whose sources aren't purged,
    /// and which still fit. Says how many it looked at. A pair that is there again stays.
    pub(super) fn put_back(
        &self,
        tx: &WriteTx<'_>,
        target: &Object,
        limit: usize,
        fits: Fits,
    ) -> Result<usize, Error> {
        let sources =
            tx.all(&self.statements.set_aside_sources, params![target.row.0, number(limit)], |row| {
                Ok((objects::read(row)?, row.get::<bool>(NEXT_COLUMN)?))
            })?;
        let Some((last, _)) = sources.last() else { return Ok(0) };
        for (source, is_there) in &sources {
            if *is_there && fits(tx, self.relationship, source, target)? {
                self.insert(tx, source, target)?;
            }
        }
        tx.run(&self.statements.take_put_back, params![target.row.0, last.row.0])?;
        Ok(sources.len())
    }

    /// Takes away for good at most `limit` pairs in which a deleted object is the source, and as many of those that are set aside
    /// in which it is either. Says whether more may be left.
    pub(super) fn purge(&self, tx: &WriteTx<'_>, object: &Object, limit: usize) -> Result<Progress, Error> {
        let parameters = params![object.row.0, number(limit)];
        if self.is_of_members() {
            tx.run(nestings::TAKE_MEMBERS, parameters)?;
        }
        let targets = tx.run(&self.statements.take_targets, parameters)?;
        self.count_targets_of(tx, object, -number(targets));
        let set_aside = tx.run(&self.statements.take_set_aside, parameters)?;
        Ok(if targets < limit && set_aside < limit { Progress::Finished } else { Progress::Unfinished })
    }

    /// Takes away at most `limit` pairs of an object of a deleted tenant, of which no count is asked for any more. Says how many.
    /// Every pair has a source, so that targets need no look.
    pub(super) fn clear(&self, tx: &SystemTx<'_>, object: i64, limit: usize) -> Result<usize, Error> {
        if self.is_of_members() {
            tx.run(nestings::TAKE_MEMBERS, params![object, number(limit)])?;
        }
        let targets = tx.run(&self.statements.take_targets, params![object, number(limit)])?;
        let left = number(limit.saturating_sub(targets));
        Ok(targets + tx.run(&self.statements.take_set_aside, params![object, left])?)
    }

    /// All its statements.
    #[cfg(test)]
    pub(super) fn statements(&'static self) -> impl Iterator<Item = &'static str> {
        self.statements.all().into_iter().map(String::as_str)
    }

    fn count_targets_of(&self, tx: &WriteTx<'_>, source: &Object, difference: i64) {
        if self.is_of_members() {
            tx.count_members(source, difference);
        }
    }
}

fn number(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// The statements of a relation.
struct Statements {
    insert: String,
    remove: String,
    contains: String,
    targets: String,
    sources: String,
    target_rows: String,
    targets_between: String,
    source_rows: String,
    has_source: String,
    count_pairs: String,
    count_leaving: String,
    count_targets_of_kind: String,
    count_sources: String,
    counted_sources: String,
    copy_aside: String,
    take_copied: String,
    set_aside_sources: String,
    take_put_back: String,
    take_targets: String,
    take_set_aside: String,
}

impl Statements {
    /// Those over this table, and that of the pairs that are set aside of it.
    fn over(table: &str) -> Self {
        let targets = select_objects!(", o.document, CASE WHEN ?4 THEN o.rest END");
        let sources = select_objects!(", o.document, CASE WHEN ?5 THEN o.rest END");
        let set_aside_sources = select_objects!(", o.purged_at IS NULL");
        // The same pairs for each statement that sets them aside.
        let first =
            format!("SELECT source_row FROM {table} WHERE target_row = ?1 ORDER BY source_row LIMIT ?2");
        Self {
            insert: format!(
                "INSERT INTO {table} (source_row, target_row) VALUES (?1, ?2) ON CONFLICT DO NOTHING"
            ),
            remove: format!("DELETE FROM {table} WHERE source_row = ?1 AND target_row = ?2"),
            contains: format!("SELECT 1 FROM {table} WHERE source_row = ?1 AND target_row = ?2"),
            targets: format!(
                "{targets} FROM {table} p JOIN objects o ON o.row = p.target_row
                 WHERE p.source_row = ?1 AND p.target_row > ?2 AND (?3 IS NULL OR o.kind = ?3)
                 AND o.deleted_at IS NULL ORDER BY p.target_row LIMIT ?5"
            ),
            sources: format!(
                "{sources} FROM {table} p JOIN objects o ON o.row = p.source_row
                 WHERE p.target_row = ?1 AND p.source_row > ?3 AND (?4 IS NULL OR o.kind = ?4)
                 AND o.deleted_at IS NULL AND (?2 OR o.hidden_membership IS NOT TRUE)
                 ORDER BY p.source_row LIMIT ?6"
            ),
            target_rows: format!("SELECT target_row FROM {table} WHERE source_row = ?1 ORDER BY target_row"),
            targets_between: format!(
                "SELECT target_row FROM {table} WHERE source_row = ?1 AND target_row > ?2 AND target_row <= ?3
                 ORDER BY target_row"
            ),
            source_rows: format!(
                "SELECT p.source_row FROM {table} p CROSS JOIN objects o
                 WHERE p.target_row = ?1 AND o.row = p.source_row AND (?2 OR o.hidden_membership IS NOT TRUE)
                 ORDER BY p.source_row"
            ),
            has_source: format!(
                "SELECT 1 FROM {table} p CROSS JOIN objects o
                 WHERE p.source_row = ?1 AND p.target_row = ?2 AND o.row = p.source_row
                 AND (?3 OR o.hidden_membership IS NOT TRUE)"
            ),
            count_pairs: format!(
                "SELECT count(*) FROM (SELECT 1 FROM {table} WHERE source_row = ?1 LIMIT ?2) some"
            ),
            // From the unfinished deletions, of which there are seldom any, to their pairs.
            count_leaving: format!(
                "SELECT count(*) FROM unfinished_deletions d CROSS JOIN {table} p
                 WHERE p.source_row = ?1 AND p.target_row = d.object_row"
            ),
            count_targets_of_kind: format!(
                "SELECT count(*) FROM {table} p JOIN objects o ON o.row = p.target_row
                 WHERE p.source_row = ?1 AND o.kind = ?2 AND o.deleted_at IS NULL"
            ),
            count_sources: format!(
                "SELECT count(*) FROM {table} p JOIN objects o ON o.row = p.source_row
                 WHERE p.target_row = ?1 AND o.deleted_at IS NULL
                 AND (?2 OR o.hidden_membership IS NOT TRUE) AND (?3 IS NULL OR o.kind = ?3)"
            ),
            // From the target's sources to their counts, not the other way round: there can be many large ones.
            counted_sources: format!(
                "SELECT some.source_row FROM ({first}) some CROSS JOIN counts c
                 WHERE c.what = {MEMBERS_COUNT} AND c.of_row = some.source_row"
            ),
            copy_aside: format!(
                "INSERT INTO deleted_{table} (source_row, target_row)
                 SELECT source_row, target_row FROM {table} WHERE target_row = ?1 ORDER BY source_row LIMIT ?2
                 ON CONFLICT DO NOTHING"
            ),
            take_copied: format!("DELETE FROM {table} WHERE target_row = ?1 AND source_row IN ({first})"),
            set_aside_sources: format!(
                "{set_aside_sources} FROM deleted_{table} p CROSS JOIN objects o
                 WHERE p.target_row = ?1 AND o.row = p.source_row ORDER BY p.source_row LIMIT ?2"
            ),
            take_put_back: format!("DELETE FROM deleted_{table} WHERE target_row = ?1 AND source_row <= ?2"),
            take_targets: format!(
                "DELETE FROM {table} WHERE (source_row, target_row) IN
                 (SELECT source_row, target_row FROM {table} WHERE source_row = ?1 ORDER BY target_row LIMIT ?2)"
            ),
            take_set_aside: format!(
                "DELETE FROM deleted_{table} WHERE (target_row, source_row) IN
                 (SELECT target_row, source_row FROM deleted_{table}
                  WHERE target_row = ?1 OR source_row = ?1 LIMIT ?2)"
            ),
        }
    }

    #[cfg(test)]
    fn all(&self) -> [&String; 20] {
        [
            &self.insert,
            &self.remove,
            &self.contains,
            &self.targets,
            &self.sources,
            &self.target_rows,
            &self.targets_between,
            &self.source_rows,
            &self.has_source,
            &self.count_pairs,
            &self.count_leaving,
            &self.count_targets_of_kind,
            &self.count_sources,
            &self.counted_sources,
            &self.copy_aside,
            &self.take_copied,
            &self.set_aside_sources,
            &self.take_put_back,
            &self.take_targets,
            &self.take_set_aside,
        ]
    }
}
