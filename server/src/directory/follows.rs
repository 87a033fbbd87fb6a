//! What navigation properties follow from an object: a relation, or memberships from group to group.

use crate::{
    model::{navigation::NavigationProperty, permissions::Grants},
    odata::listing::Listing,
    store::{
        self, ReadTx,
        nestings::HiddenMemberships,
        objects::{Object, Page},
        relations::{CREATORS, Direction, MANAGERS, MEMBERS, OWNERS, Relation},
        transitive::{self, Effort},
    },
};

/// What is followed from an object.
#[derive(Clone, Copy)]
pub enum Follows {
    /// A relation, one step.
    Relation(&'static Relation, Direction),
    /// Memberships, from group to group.
    Memberships(Direction),
}

impl Follows {
    /// That of a navigation property.
    pub(super) const fn of(property: NavigationProperty) -> Self {
        match property {
            NavigationProperty::Members => Self::Relation(&MEMBERS, Direction::Targets),
            NavigationProperty::TransitiveMembers => Self::Memberships(Direction::Targets),
            NavigationProperty::MemberOf => Self::Relation(&MEMBERS, Direction::Sources),
            NavigationProperty::TransitiveMemberOf => Self::Memberships(Direction::Sources),
            NavigationProperty::Owners => Self::Relation(&OWNERS, Direction::Targets),
            NavigationProperty::OwnedObjects => Self::Relation(&OWNERS, Direction::Sources),
            NavigationProperty::Manager => Self::Relation(&MANAGERS, Direction::Targets),
            NavigationProperty::DirectReports => Self::Relation(&MANAGERS, Direction::Sources),
            NavigationProperty::CreatedObjects => Self::Relation(&CREATORS, Direction::Sources),
        }
    }

    /// A page of what is related to an object, in the order of row numbers, whatever else the listing asks for.
    pub(super) fn page(
        self,
        tx: &ReadTx<'_>,
        by: &Grants,
        source: &Object,
        listing: &Listing,
    ) -> Result<Page, store::Error> {
        let hidden = hidden_memberships(by);
        match self {
            Self::Relation(relation, direction) => relation.page(tx, direction, source, listing, hidden),
            Self::Memberships(direction) => {
                transitive::page(tx, direction, source, listing, hidden, Effort::default())
            }
        }
    }
}

/// Whether the caller may know of memberships in groups that hide them. Graph's pages make no exception for the caller's own.
pub(super) fn hidden_memberships(by: &Grants) -> HiddenMemberships {
    if by.show_hidden_members() { HiddenMemberships::Shown } else { HiddenMemberships::LeftOut }
}
