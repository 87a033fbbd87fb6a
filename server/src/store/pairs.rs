//! Relationships between a group and other objects: pairs of row numbers, keyed both ways. What is done to
//! one pair costs the same in an empty group and in one of a million.

use super::{
    Error, ReadTx, WriteTx,
    driver::params,
    objects::{self, Page, RowNumber},
};

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
}

/// The statements of a relationship, by the names of its table and of the column beside `group_row`.
macro_rules! pairs {
    ($table:literal, $related:literal) => {
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
                $crate::store::objects::select_objects!(", o.document, o.rest FROM "),
                $table,
                " p JOIN objects o ON o.row = p.",
                $related,
                " WHERE p.group_row = ?1 AND p.",
                $related,
                " > ?2 ORDER BY p.",
                $related,
                " LIMIT ?3"
            ),
            count: concat!("SELECT count(*) FROM ", $table, " WHERE group_row = ?1"),
        }
    };
}
pub(super) use pairs;

impl Pairs {
    /// Relates an object to a group.
    pub fn insert(&self, tx: &WriteTx<'_>, group: RowNumber, related: RowNumber) -> Result<Insert, Error> {
        Ok(match tx.run(self.insert, params![group.0, related.0])? {
            0 => Insert::AlreadyThere,
            _ => Insert::New,
        })
    }

    /// Ends the relation of an object to a group.
    pub fn remove(&self, tx: &WriteTx<'_>, group: RowNumber, related: RowNumber) -> Result<Remove, Error> {
        Ok(match tx.run(self.remove, params![group.0, related.0])? {
            0 => Remove::NotThere,
            _ => Remove::Gone,
        })
    }

    /// Related objects above `after`, at most `limit`.
    pub fn page(
        &self,
        tx: &ReadTx<'_>,
        group: RowNumber,
        after: RowNumber,
        limit: usize,
    ) -> Result<Page, Error> {
        objects::read_page(tx, self.page, params![group.0, after.0], limit)
    }

    /// How many objects are related to a group.
    pub fn count(&self, tx: &ReadTx<'_>, group: RowNumber) -> Result<u64, Error> {
        tx.count(self.count, params![group.0])
    }
}
