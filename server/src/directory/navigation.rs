//! Navigation properties: what is related to an object, as a page and as a count. Who may see it is a rule of each one's own file.

use super::{
    Error,
    objects::{Page, check_listed, show_where_readable},
};
use crate::{
    model::{
        ENTITIES,
        permissions::{Grants, READ_HIDDEN_MEMBERS},
    },
    odata::listing::Listing,
    store::{
        ReadTx,
        nestings::HiddenMemberships,
        objects::Object,
        relations::{Direction, Relation},
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

/// What is followed from an object.
#[derive(Clone, Copy)]
pub enum Follows {
    /// A relation, one step.
    Relation(&'static Relation, Direction),
    /// Memberships, from group to group.
    Memberships(Direction),
}

impl<K> Navigation<K> {
    /// A page of what is related to an object.
    pub fn list(&self, tx: &ReadTx<'_>, by: &Grants, key: &K, listing: &Listing) -> Result<Page, Error> {
        check_listed(by, &ENTITIES, listing)?;
        let source = (self.source)(tx, by, key)?;
        let hidden = hidden_memberships(by);
        let page = match self.follows {
            Follows::Relation(relation, direction) => {
                relation.page(tx, direction, &source, listing, hidden)?
            }
            Follows::Memberships(direction) => {
                transitive::page(tx, direction, &source, listing, hidden, Effort::default())?
            }
        };
        Ok(Page::of(page, |row| show_where_readable(by, row)))
    }

    /// How much there is of it on all pages of a listing.
    pub fn count(&self, tx: &ReadTx<'_>, by: &Grants, key: &K, listing: &Listing) -> Result<u64, Error> {
        let source = (self.source)(tx, by, key)?;
        let hidden = hidden_memberships(by);
        Ok(match self.follows {
            Follows::Relation(relation, direction) => {
                relation.count(tx, direction, &source, listing.kind, hidden)?
            }
            Follows::Memberships(direction) => {
                transitive::count(tx, direction, &source, listing.kind, hidden)?
            }
        })
    }
}

/// Whether the caller may know of memberships in groups that hide them. Graph's pages make no exception for the caller's own.
pub(super) fn hidden_memberships(by: &Grants) -> HiddenMemberships {
    match READ_HIDDEN_MEMBERS.reach(by) {
        Some(_) => HiddenMemberships::Shown,
        None => HiddenMemberships::LeftOut,
    }
}
