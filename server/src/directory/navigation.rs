//! Navigation properties: what is related to an object, as a page and as a count. Who may see it is a rule of each one's own file.

use super::{
    Error, Found,
    access::check_listed,
    objects::Page,
    selections::{self, Asked},
};
use crate::{
    model::{
        ENTITIES,
        condition::{Condition, Selection},
        entity,
        permissions::Grants,
        properties::Entity,
        values::Document,
    },
    odata::listing::Listing,
    store::{
        self, ReadTx,
        objects::Object,
        relations::{Direction, Relation},
        rows::Rows,
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
        let entities = entities(listing);
        check_listed(by, &entities, listing)?;
        let asked = selections::asked(by, &entities, listing)?;
        let source = (self.source)(tx, by, key)?;
        let page = match asked {
            None => self.relation.page(tx, self.direction, &source, listing)?,
            Some(Asked { selection, order }) => {
                let found = self.among(tx, &source, &selection)?;
                store::selections::page_of(tx, &found, &selection, order.as_ref(), listing)?
            }
        };
        Ok(Page::of(page, |row| show_where_readable(by, row)))
    }

    /// How much there is of it on all pages of a listing.
    pub fn count(&self, tx: &ReadTx<'_>, by: &Grants, key: &K, listing: &Listing) -> Result<u64, Error> {
        let asked = selections::asked(by, &entities(listing), listing)?;
        let source = (self.source)(tx, by, key)?;
        match asked {
            None => match listing.kind {
                None => Ok(self.relation.count(tx, self.direction, &source)?),
                Some(kind) => {
                    let of_kind = Selection(vec![(kind, Condition::ALL)]);
                    Ok(self.among(tx, &source, &of_kind)?.len())
                }
            },
            Some(Asked { selection, .. }) => Ok(self.among(tx, &source, &selection)?.len()),
        }
    }

    /// What is related to an object, of what is selected.
    fn among(&self, tx: &ReadTx<'_>, source: &Object, selection: &Selection) -> Result<Rows, Error> {
        let selected = store::selections::select(tx, selection)?;
        Ok(self.relation.among(tx, self.direction, source, &selected)?)
    }
}

/// The entities of which objects are listed.
fn entities(listing: &Listing) -> Vec<&'static Entity> {
    listing.kind.map_or_else(|| ENTITIES.to_vec(), |kind| vec![entity(kind)])
}

/// An object with its documents where the caller may read its kind, else without (*limited information*).
fn show_where_readable(by: &Grants, (object, document): (Object, Document)) -> Found {
    let readable = entity(object.kind()).read.covers(by, object.id);
    Found { kind: object.kind(), id: object.id, document: readable.then_some(document) }
}
