//! Navigation properties: what is related to an object, as a page and as a count. Who may see it is a rule of each one's own file.

use super::{
    Error, Found,
    access::check_listed,
    follows::{Follows, hidden_memberships},
    objects::Page,
    selections::{self, Asked},
};
use crate::{
    model::{ENTITIES, condition::Selection, entity, permissions::Grants, properties::Entity},
    odata::listing::Listing,
    store::{
        self, ReadTx,
        nestings::HiddenMemberships,
        objects::Object,
        rows::Rows,
        transitive::{self, Effort},
    },
};

/// A navigation property of objects with keys of type `K`.
pub struct Navigation<K> {
    /// What it follows from an object.
    pub follows: Follows,
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
        let (page, count) = match asked {
            None => {
                let page = self.follows.page(tx, by, &source, listing)?;
                (page, listing.counts.then(|| self.count_all(tx, by, &source, listing)).transpose()?)
            }
            Some(Asked { selection, order }) => {
                let found = self.among(tx, &source, &selection, hidden_memberships(by))?;
                let page = store::selections::page_of(tx, &found, &selection, order.as_ref(), listing)?;
                (page, listing.counts.then_some(found.len()))
            }
        };
        let page = Page::of(tx, by, listing, page, |row| Found::where_readable(by, row))?;
        Ok(Page { count, ..page })
    }

    /// How much there is of it on all pages of a listing.
    pub fn count(&self, tx: &ReadTx<'_>, by: &Grants, key: &K, listing: &Listing) -> Result<u64, Error> {
        let asked = selections::asked(by, &entities(listing), listing)?;
        let source = (self.source)(tx, by, key)?;
        match asked {
            None => self.count_all(tx, by, &source, listing),
            Some(Asked { selection, .. }) => {
                Ok(self.among(tx, &source, &selection, hidden_memberships(by))?.len())
            }
        }
    }

    /// The same of a listing that asks for all of it.
    fn count_all(
        &self,
        tx: &ReadTx<'_>,
        by: &Grants,
        source: &Object,
        listing: &Listing,
    ) -> Result<u64, Error> {
        let hidden = hidden_memberships(by);
        Ok(match self.follows {
            Follows::Relation(relation, direction) => {
                relation.count(tx, direction, source, listing.kind, hidden)?
            }
            Follows::Memberships(direction) => {
                transitive::count(tx, direction, source, listing.kind, hidden, Effort::default())?
            }
        })
    }

    /// What is related to an object, of what is selected.
    fn among(
        &self,
        tx: &ReadTx<'_>,
        source: &Object,
        selection: &Selection,
        hidden: HiddenMemberships,
    ) -> Result<Rows, Error> {
        let selected = store::selections::select(tx, selection)?;
        Ok(match self.follows {
            Follows::Relation(relation, direction) => {
                relation.among(tx, direction, source, &selected, hidden)?
            }
            Follows::Memberships(direction) => transitive::among(tx, direction, source, &selected, hidden)?,
        })
    }
}

/// The entities of which objects are listed.
fn entities(listing: &Listing) -> Vec<&'static Entity> {
    listing.kind.map_or_else(|| ENTITIES.to_vec(), |kind| vec![entity(kind)])
}
