//! Relationships between a group and other objects: pairs of row numbers, keyed both ways. What is done to
//! one pair costs the same in an empty group and in one of a million.

use super::{
    Error, ReadTx, WriteTx,
    counts::Count,
    engine::params,
    objects::{self, Object, Page, RowNumber},
};
use crate::odata::listing::Listing;

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

/// One relationship: the statements over its table of pairs.
#[derive(Debug)]
pub struct Pairs {
    pub(super) insert: &'static str,
    pub(super) remove: &'static str,
    pub(super) page: &'static str,
    pub(super) count: &'static str,
    /// Whether these are the memberships: the count of a group that has very many is kept.
    pub(super) are_members: bool,
}

/// The statements of a relationship, by the names of its table and of the column beside `group_row`.
macro_rules! pairs {
    ($table:literal, $related:literal, are_members: $are_members:literal) => {
        $crate::store::pairs::Pairs {
            insert: concat!(
                "INSERT INTO ",
                $table,
                " (group_row, ",
                $related,
                ") VALUES (?1, ?2) ON CONFLICT DO NOTHING"
            ),
            remove: concat!("DELETE FROM ", $table, " WHERE group_row = ?1 AND ", $related, " = ?2"),
            page: concat!(
                $crate::store::objects::select_objects!(", o.document, CASE WHEN ?4 THEN o.rest END FROM "),
                $table,
                " p JOIN objects o ON o.row = p.",
                $related,
                " WHERE p.group_row = ?1 AND p.",
                $related,
                " > ?2 AND (?3 IS NULL OR o.kind = ?3) ORDER BY p.",
                $related,
                " LIMIT ?5"
            ),
            count: concat!("SELECT count(*) FROM (SELECT 1 FROM ", $table, " WHERE group_row = ?1 LIMIT ?2)"),
            are_members: $are_members,
        }
    };
}
pub(super) use pairs;

impl Pairs {
    /// Relates an object to a group.
    pub fn insert(&self, tx: &WriteTx<'_>, group: &Object, related: RowNumber) -> Result<Insert, Error> {
        if tx.run(self.insert, params![group.row.0, related.0])? == 0 {
            return Ok(Insert::AlreadyThere);
        }
        if self.are_members {
            tx.count_members(group, 1);
        }
        Ok(Insert::New)
    }

    /// Ends the relation of an object to a group.
    pub fn remove(&self, tx: &WriteTx<'_>, group: &Object, related: RowNumber) -> Result<Remove, Error> {
        if tx.run(self.remove, params![group.row.0, related.0])? == 0 {
            return Ok(Remove::NotThere);
        }
        if self.are_members {
            tx.count_members(group, -1);
        }
        Ok(Remove::Gone)
    }

    /// A page of the objects that are related to a group.
    pub fn page(&self, tx: &ReadTx<'_>, group: RowNumber, listing: &Listing) -> Result<Page, Error> {
        objects::read_page(tx, self.page, params![group.0], listing)
    }

    /// How many objects are related to a group: kept for a group that is known to have very many members, else counted.
    pub fn count(&self, tx: &ReadTx<'_>, group: &Object) -> Result<u64, Error> {
        if self.are_members && group.members_counted {
            return tx.kept(Count::members(group.row));
        }
        let most = tx.largest_uncounted();
        let one_more = i64::try_from(most.saturating_add(1)).unwrap_or(i64::MAX);
        let count = tx.count(self.count, params![group.row.0, one_more])?;
        if count <= most {
            return Ok(count);
        }
        if self.are_members {
            tx.note_large(group.row);
        }
        tx.count(self.count, params![group.row.0, i64::MAX])
    }
}
