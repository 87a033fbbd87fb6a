//! Navigation properties: what is related to an object, as a page and as a count. Who may see it is a rule of each one's own file.

use super::{
    Error, Found,
    objects::{Page, check_listed},
};
use crate::{
    model::{ENTITIES, entity, permissions::Grants, values::Document},
    odata::listing::Listing,
    store::{
        ReadTx,
        objects::Object,
        relations::{Direction, Relation},
    },
};

/// A navigation property of objects with keys of type `K`.
pub struct Navigation<K> {
    /// The relation that it follows.
    pub relation: &'static Relation,
    /// From which end to which.
    pub direction: Direction,
    /// The object with this key, where the caller may see what is related to it.
    pub source: fn(&ReadTx<'_>, &Grants, &K) -> Result<Object, Error>,
}

impl<K> Navigation<K> {
    /// A page of what is related to an object.
    pub fn list(&self, tx: &ReadTx<'_>, by: &Grants, key: &K, listing: &Listing) -> Result<Page, Error> {
        check_listed(by, &ENTITIES, listing)?;
        let source = (self.source)(tx, by, key)?;
        let page = self.relation.page(tx, self.direction, &source, listing)?;
        Ok(Page::of(page, |row| show_where_readable(by, row)))
    }

    /// How much is related to it.
    pub fn count(&self, tx: &ReadTx<'_>, by: &Grants, key: &K) -> Result<u64, Error> {
        let source = (self.source)(tx, by, key)?;
        Ok(self.relation.count(tx, self.direction, &source)?)
    }
}

/// An object with its documents where the caller may read its kind, else without (*limited information*).
fn show_where_readable(by: &Grants, (object, document): (Object, Document)) -> Found {
    let readable = entity(object.kind()).read.covers(by, object.id);
    Found { kind: object.kind(), id: object.id, document: readable.then_some(document) }
}
