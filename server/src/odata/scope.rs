//! From the options of a query to what is asked of a collection: names become properties of what the collection holds.

use super::{
    binding,
    expand::{self, ExpandFault},
    faults::{FilterFault, OrderFault, SearchFault},
    filter,
    listing::{Cursor, Expansion, Listing},
    orderby,
    query::{Query, QueryFault},
    search,
};
use crate::model::{
    ENTITIES,
    condition::{Order, Selection},
    entity,
    kinds::ObjectKind,
    paths::PropertyPath,
    properties::Entity,
    query_support::Support,
};

/// What a collection holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One object of a kind.
    One(ObjectKind),
    /// The objects of a kind.
    Set(ObjectKind),
    /// The deleted objects of a kind that can be restored.
    Deleted(ObjectKind),
    /// Objects of every kind that are related to one.
    Related,
    /// Those of them of a kind: a cast.
    RelatedOf(ObjectKind),
    /// The same of objects that are related through others, but for users: Graph demands advanced query parameters of such casts.
    TransitivelyRelatedOf(ObjectKind),
}

impl Scope {
    /// The only kind of object. `None`: there are several.
    pub const fn kind(self) -> Option<ObjectKind> {
        match self {
            Self::One(kind)
            | Self::Set(kind)
            | Self::Deleted(kind)
            | Self::RelatedOf(kind)
            | Self::TransitivelyRelatedOf(kind) => Some(kind),
            Self::Related => None,
        }
    }

    /// The entities of its objects.
    pub fn entities(self) -> Vec<&'static Entity> {
        self.kind().map_or_else(|| ENTITIES.to_vec(), |kind| vec![entity(kind)])
    }

    /// What a query asks of it, on the page that begins after this object.
    pub fn listing(self, query: &Query, after: Cursor) -> Result<Listing, QueryFault> {
        if matches!(self, Self::TransitivelyRelatedOf(_)) && !query.is_advanced() {
            return Err(QueryFault::CastNotAdvanced);
        }
        let listing = Listing {
            select: query.select.clone(),
            expand: self.expansion(query)?,
            kind: self.kind(),
            selection: self.selection(query)?,
            order: self.order(query)?,
            after,
            limit: query.page_size(),
            counts: query.counts(),
        };
        if query.counts() && !query.is_eventual {
            return Err(QueryFault::CountWithoutConsistencyLevel);
        }
        Ok(listing)
    }

    /// What is shown with each of its objects. `None`: nothing.
    pub fn expansion(self, query: &Query) -> Result<Option<Expansion>, QueryFault> {
        let bind = |text: &String| binding::expand::bind(&expand::read(text)?, &self.entities());
        let expansion = query.expand.as_ref().map(bind).transpose()?;
        let has_levels = expansion.as_ref().is_some_and(|expansion| expansion.levels.is_some());
        match self {
            _ if has_levels => self.check_chain(query)?,
            // One object is counted with nothing else.
            Self::One(_) if query.count => return Err(QueryFault::Unsupported("$count".into())),
            _ => {}
        }
        Ok(expansion)
    }

    /// Whether the chain of managers can be shown: of a single user only.
    pub fn has_chain(self) -> bool {
        self == Self::One(ObjectKind::User)
    }

    fn check_chain(self, query: &Query) -> Result<(), ExpandFault> {
        match (self.has_chain(), query.is_eventual) {
            (false, _) => Err(ExpandFault::ChainNotOfOne),
            (true, false) => Err(ExpandFault::ChainWithoutConsistencyLevel),
            (true, true) => Ok(()),
        }
    }

    /// Which objects `$filter` and `$search` leave. `None`: all.
    fn selection(self, query: &Query) -> Result<Option<Selection>, QueryFault> {
        let filter = query.filter.as_deref().map(|text| self.filter(text, query)).transpose()?;
        let search = query.search.as_deref().map(|text| self.search(text)).transpose()?;
        Ok(match (filter, search) {
            (Some(filter), Some(search)) => Some(filter.and(search)),
            (filter, search) => filter.or(search),
        })
    }

    fn filter(self, text: &str, query: &Query) -> Result<Selection, FilterFault> {
        let (filter, is_advanced) = (filter::read(text)?, query.is_advanced());
        if !is_advanced && self.is_related() && !binding::filter::asks_only_for_ids(&filter) {
            return Err(FilterFault::OfReferences);
        }
        binding::filter::bind(&filter, &self.entities(), is_advanced).map_err(|fault| match fault {
            FilterFault::NeedsAdvanced(operator) if query.count => FilterFault::NeedsHeader(operator),
            fault => fault,
        })
    }

    fn search(self, text: &str) -> Result<Selection, SearchFault> {
        binding::search::bind(&search::read(text)?, &self.entities())
    }

    fn order(self, query: &Query) -> Result<Option<Order>, OrderFault> {
        let Some(text) = &query.order_by else { return Ok(None) };
        let is_filtered = query.filter.is_some() || query.search.is_some() || self.is_related();
        let order = orderby::read(text)?;
        let support = if matches!(self, Self::Deleted(_)) { order_of_deleted } else { order_of };
        binding::order::bind(&order, &self.entities(), query.is_advanced(), is_filtered, support).map(Some)
    }

    /// Whether it is all that there is of a kind, in the directory or among the deleted items.
    pub const fn is_set(self) -> bool {
        matches!(self, Self::Set(_) | Self::Deleted(_))
    }

    const fn is_related(self) -> bool {
        !matches!(self, Self::One(_)) && !self.is_set()
    }
}

/// When objects are sorted by a property.
fn order_of(path: &PropertyPath) -> Support {
    path.last().order
}

/// When deleted objects are: Graph's page on them names three properties.
fn order_of_deleted(path: &PropertyPath) -> Support {
    match (path.property.name, path.part) {
        ("displayName" | "userPrincipalName", None) => Support::Always,
        ("deletedDateTime", None) => Support::Advanced,
        _ => Support::Never,
    }
}
