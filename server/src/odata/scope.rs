//! From the options of a query to what is asked of a collection: names become properties of what the collection holds.

use super::{
    listing::{Cursor, Listing},
    query::{Query, QueryFault},
};
use crate::model::{ENTITIES, entity, kinds::ObjectKind, properties::Entity};

/// What a collection holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The objects of a kind.
    Set(ObjectKind),
    /// Objects of every kind that are related to one.
    Related,
    /// Those of them of a kind: a cast.
    RelatedOf(ObjectKind),
}

impl Scope {
    /// The only kind of object. `None`: there are several.
    pub const fn kind(self) -> Option<ObjectKind> {
        match self {
            Self::Set(kind) | Self::RelatedOf(kind) => Some(kind),
            Self::Related => None,
        }
    }

    /// The entities of its objects.
    pub fn entities(self) -> Vec<&'static Entity> {
        self.kind().map_or_else(|| ENTITIES.to_vec(), |kind| vec![entity(kind)])
    }

    /// What a query asks of it, on the page that begins after this object.
    pub fn listing(self, query: &Query, after: Cursor) -> Result<Listing, QueryFault> {
        Ok(Listing {
            select: query.select.clone(),
            kind: self.kind(),
            after,
            limit: query.page_size(),
            ..Listing::default()
        })
    }
}
