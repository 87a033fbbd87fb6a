//! Deleted objects that can be restored. The index has none of them: what is asked of them is asked of each.

use super::{
    Error, ReadTx,
    engine::params,
    numbers,
    objects::{self, Container, Object, Page, in_container, select_objects},
    selections,
};
use crate::{
    model::{
        condition::{Order, Selection},
        ids::ObjectId,
        kinds::ObjectKind,
        values::Document,
    },
    odata::listing::Listing,
};

const DELETED: Container = Container::DeletedItems;

/// The deleted object with this id, and its documents.
pub fn find(tx: &ReadTx<'_>, id: ObjectId) -> Result<Option<(Object, Document)>, Error> {
    let sql = in_container!(
        DELETED,
        select_objects!(", o.document, o.rest FROM objects o WHERE o.tenant = ?1 AND o.id = ?2 AND"),
        ""
    );
    tx.one(sql, params![tx.tenant().number, id.uuid()], objects::read_with_document)
}

/// A page of those of a kind.
pub fn page(tx: &ReadTx<'_>, kind: ObjectKind, listing: &Listing) -> Result<Page, Error> {
    objects::page_in(tx, DELETED, kind, listing)
}

/// A page of those that satisfy a selection, and how many of them there are. Without an order it goes by row numbers.
pub fn page_selected(
    tx: &ReadTx<'_>,
    selection: &Selection,
    order: Option<&Order>,
    listing: &Listing,
) -> Result<(Page, u64), Error> {
    selections::scan_page(tx, DELETED, selection, order, listing)
}

/// How many there are of a kind.
pub fn count(tx: &ReadTx<'_>, kind: ObjectKind) -> Result<u64, Error> {
    let sql =
        in_container!(DELETED, "SELECT count(*) FROM objects o WHERE o.tenant = ?1 AND o.kind = ?2 AND", "");
    tx.count(sql, params![tx.tenant().number, numbers::of_kind(kind)])
}

/// How many satisfy a selection.
pub fn count_selected(tx: &ReadTx<'_>, selection: &Selection) -> Result<u64, Error> {
    Ok(selections::scan(tx, DELETED, selection, |_| {})?.len())
}

/// The first of those that an object owned, in the order of their ids.
pub fn owned_by(tx: &ReadTx<'_>, owner: &Object, listing: &Listing) -> Result<Page, Error> {
    let sql = in_container!(
        DELETED,
        select_objects!(
            ", o.document, CASE WHEN ?4 THEN o.rest END FROM ownerships p CROSS JOIN objects o
             WHERE p.target_row = ?1 AND o.row = p.source_row AND o.row > ?2 AND (?3 IS NULL OR o.kind = ?3) AND"
        ),
        "ORDER BY o.id LIMIT ?5"
    );
    objects::read_page(tx, sql, params![owner.row.0], listing)
}
