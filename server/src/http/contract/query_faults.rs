//! What the options of a query that select, sort and expand get wrong, as the contract shows it. What is said of each is found by reading
//! such a query.

use super::error_examples::ErrorExample;
use crate::{
    directory::sample,
    model::kinds::ObjectKind,
    odata::{
        listing::Cursor,
        query::{Query, QueryOption},
        scope::Scope,
    },
};

/// A query that is refused.
struct Wrong {
    name: &'static str,
    summary: &'static str,
    option: QueryOption,
    value: &'static str,
    of: Of,
}

/// Of which collections a query is refused so.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// Every one, with advanced query parameters.
    Any,
    /// Of the same, with objects of one kind.
    OneKind,
    /// Of the same, with objects of several kinds.
    SeveralKinds,
    /// Of objects of this kind, alone or in a collection.
    Kind(ObjectKind),
    /// Of a single user.
    User,
    /// Of a single user, without the header.
    UserNotEventual,
    /// Of those in a collection, and of single objects of another kind that have managers.
    OtherManaged,
    /// Every one but casts that demand advanced query parameters, without them.
    NotAdvanced,
    /// A set of objects, without advanced query parameters.
    SetNotAdvanced,
    /// The set of objects of this kind, without advanced query parameters.
    KindNotAdvanced(ObjectKind),
    /// A set of objects, with `$count=true` and without the header.
    SetCounted,
    /// What `NotAdvanced` is, likewise.
    Counted,
    /// Related objects, without advanced query parameters.
    RelatedNotAdvanced,
    /// Those of a kind, without advanced query parameters.
    CastNotAdvanced,
    /// A cast of objects that are related through others, without advanced query parameters.
    TransitiveCastNotAdvanced,
}

const fn wrong(
    name: &'static str,
    option: QueryOption,
    value: &'static str,
    of: Of,
    summary: &'static str,
) -> Wrong {
    Wrong { name, summary, option, value, of }
}

#[rustfmt::skip]
const WRONG: &[Wrong] = {
    use Of::{
        Any, CastNotAdvanced, Counted, Kind, KindNotAdvanced, NotAdvanced, OneKind, OtherManaged, RelatedNotAdvanced,
        SetCounted, SetNotAdvanced, SeveralKinds, TransitiveCastNotAdvanced, User, UserNotEventual,
    };
    use QueryOption::{Count, Expand, Filter, OrderBy, Search};
    &[
        wrong("expandSyntax", Expand, "members(", Any, "`$expand` can't be read."),
        wrong("expandTerm", Expand, "members(select=id)", Any, "An option in the parentheses lacks its `$`."),
        wrong("expandSeveral", Expand, "members,owners", Any, "`$expand` names more than one navigation property."),
        wrong("expandOption", Expand, "members($top=5)", Any, "The option can't stand within `$expand`."),
        wrong("expandLevels", Expand, "manager($levels=0)", User, "`$levels` is neither `max` nor a number that it takes."),
        wrong("expandLevelsWithoutConsistencyLevel", Expand, "manager($levels=max)", UserNotEventual, "`$levels` without the header `ConsistencyLevel: eventual`."),
        wrong("expandLevelsOfSeveral", Expand, "manager($levels=max)", OtherManaged, "Only a single user is shown with managers of managers."),
        wrong("expandUnknown", Expand, "colour", Any, "Such objects have no property of this name."),
        wrong("expandProperty", Expand, "displayName", OneKind, "The property leads to no other objects."),
        wrong("countOfOne", Count, "true", User, "`$count` stands beside `$levels` only."),
        wrong("expandNotYet", Expand, "extensions", Kind(ObjectKind::User), NOT_YET),
        wrong("expandNotYet", Expand, "extensions", Kind(ObjectKind::Group), NOT_YET),
        wrong("expandNotYet", Expand, "extensions", Kind(ObjectKind::Device), NOT_YET),
        wrong("expandNotYet", Expand, "endpoints", Kind(ObjectKind::ServicePrincipal), NOT_YET),
        wrong("expandNotYet", Expand, "extensionProperties", Kind(ObjectKind::Application), NOT_YET),
        wrong("expandNotYet", Expand, "extensions", Kind(ObjectKind::AdministrativeUnit), NOT_YET),
        wrong("expandNotYet", Expand, "scopedMembers", Kind(ObjectKind::DirectoryRole), NOT_YET),
        wrong("expandNotAllowed", Expand, "photo", Kind(ObjectKind::User), NEVER),
        wrong("expandNotAllowed", Expand, "photo", Kind(ObjectKind::Group), NEVER),
        wrong("expandNotAllowed", Expand, "onPremisesSyncBehavior", Kind(ObjectKind::OrgContact), NEVER),
        wrong("filterSyntax", Filter, "displayName eq", Any, "`$filter` ends where a value is due."),
        wrong("filterProperty", Filter, "colour eq 'red'", Any, "Such objects have no property of this name."),
        wrong("filterUnsupported", Filter, "deletedDateTime ge 2026-01-31T12:00:00Z", Any, "`$filter` can't ask this of the property."),
        wrong("filterExpression", Filter, "'Ada' eq displayName", Any, "An expression of OData's that Graph's directory doesn't have."),
        wrong("filterTypes", Filter, "displayName eq 1", Any, "The value is of another type than the property."),
        wrong("filterTime", Filter, "deletedDateTime ge 2026-13-31T12:00:00Z", Any, "The value isn't a time."),
        wrong("filterContains", Filter, "contains(displayName,'Ada')", Any, "No property takes `contains`."),
        wrong("filterFunction", Filter, "matches(displayName,'Ada')", Any, "There is no such function."),
        wrong("filterArguments", Filter, "startsWith(displayName,1)", Any, "The function takes other arguments."),
        wrong("filterId", Filter, "id eq 'ada'", Any, "The value isn't an id."),
        wrong("filterIdOperator", Filter, "startsWith(id,'5a3e')", Any, "Ids are compared by `eq` and `in`, and by `ne` with advanced query parameters."),
        wrong("filterNeedsAdvanced", Filter, "endsWith(displayName,'a')", SetNotAdvanced, "The operator needs `ConsistencyLevel: eventual` and `$count=true`."),
        wrong("filterNeedsHeader", Filter, "endsWith(displayName,'a')", SetCounted, "The operator needs `ConsistencyLevel: eventual` beside `$count=true`."),
        wrong("filterNotEquals", Filter, "displayName ne 'Ada'", SetNotAdvanced, "`ne` needs advanced query parameters."),
        wrong("filterPartsOfPlans", Filter, PARTS_OF_PLANS, KindNotAdvanced(ObjectKind::User), "Several parts of one item without advanced query parameters."),
        wrong("filterPartsOfIds", Filter, PARTS_OF_IDS, KindNotAdvanced(ObjectKind::Device), "Several parts of one item without advanced query parameters."),
        wrong("filterItemInBranch", Filter, ERROR_OR_NAME, KindNotAdvanced(ObjectKind::Group), ITEM_IN_BRANCH),
        wrong("filterItemInBranch", Filter, ERROR_OR_NAME, KindNotAdvanced(ObjectKind::OrgContact), ITEM_IN_BRANCH),
        wrong("filterTooManyBranches", Filter, SIXTEEN, NotAdvanced, "More than fifteen values without advanced query parameters."),
        wrong("filterTooHigh", Filter, FOUR_LEVELS, NotAdvanced, "More than three levels of `and` and `or` without advanced query parameters."),
        wrong("filterOfReferences", Filter, "displayName eq 'Ada'", RelatedNotAdvanced, "Related objects are filtered by more than their ids, without advanced query parameters."),
        wrong("castNotAdvanced", Filter, "displayName eq 'Ada'", TransitiveCastNotAdvanced, "The cast needs `ConsistencyLevel: eventual` and `$count=true`."),
        wrong("countOptionWithoutConsistencyLevel", Count, "true", Counted, "`$count=true` without the header `ConsistencyLevel: eventual`."),
        wrong("searchSyntax", Search, "displayName:ada", Any, "A phrase of `$search` isn't in double quotes."),
        wrong("searchPhrase", Search, "\"ada\"", Any, "A phrase of `$search` names no property."),
        wrong("searchProperty", Search, "\"colour:red\"", Any, "`$search` doesn't know the property."),
        wrong("orderSyntax", OrderBy, "displayName up", Any, "`$orderby` can't be read."),
        wrong("orderSeveral", OrderBy, "displayName,id", Any, "`$orderby` names more than one property."),
        wrong("orderOfSeveralKinds", OrderBy, "displayName", SeveralKinds, "Objects of several kinds aren't sorted."),
        wrong("orderPropertyOfAdvanced", OrderBy, "id", OneKind, "Objects aren't sorted by this property."),
        wrong("orderProperty", OrderBy, "id", SetNotAdvanced, "The same, without advanced query parameters."),
        wrong("orderWithFilter", OrderBy, "displayName", SetNotAdvanced, "What is filtered is sorted only with advanced query parameters."),
        wrong("orderOfReferences", OrderBy, "displayName", CastNotAdvanced, "Related objects are sorted only with advanced query parameters."),
    ]
};

const NEVER: &str = "Graph never expands the navigation property.";
const NOT_YET: &str = "Graph expands the navigation property, and this server doesn't yet.";
/// What stands for an id in the filters here.
const ID: &str = "ID";
const SIXTEEN: &str = "id in (ID,ID,ID,ID,ID,ID,ID,ID,ID,ID,ID,ID,ID,ID,ID,ID)";
const FOUR_LEVELS: &str = "id eq ID and (id eq ID or (id eq ID and (id eq ID or id eq ID)))";
const PARTS_OF_PLANS: &str =
    "assignedPlans/any(p:p/service eq 'exchange' and p/capabilityStatus eq 'Enabled')";
const PARTS_OF_IDS: &str = "alternativeSecurityIds/any(i:i/identityProvider eq 'a' and i/type eq 2)";
const ITEM_IN_BRANCH: &str = "`or` joins a test of items without advanced query parameters.";
const ERROR_OR_NAME: &str =
    "onPremisesProvisioningErrors/any(e:e/category eq 'PropertyConflict') or displayName eq 'Ada'";

/// What queries of a collection get wrong, in the options that an operation takes. Where it counts, they are advanced.
pub(super) fn of(scope: Scope, takes: &[QueryOption]) -> Vec<ErrorExample> {
    let is_taken = |wrong: &&Wrong| takes.contains(&wrong.option);
    let example = |wrong: &Wrong| {
        let is_counted = !takes.contains(&QueryOption::Count);
        if !wrong.of.holds(scope) || is_counted && !wrong.of.is_advanced() {
            return None;
        }
        let fault = scope.listing(&wrong.query(), Cursor::START).err()?;
        Some(ErrorExample::new(wrong.name, wrong.summary, fault))
    };
    WRONG.iter().filter(is_taken).filter_map(example).collect()
}

impl Of {
    fn holds(self, scope: Scope) -> bool {
        match self {
            Self::Any => true,
            Self::OneKind => scope.kind().is_some(),
            Self::Kind(kind) => scope.kind() == Some(kind),
            Self::User | Self::UserNotEventual => scope.has_chain(),
            Self::OtherManaged => {
                matches!(scope.kind(), Some(ObjectKind::User | ObjectKind::OrgContact)) && !scope.has_chain()
            }
            Self::SeveralKinds => scope.kind().is_none(),
            Self::SetNotAdvanced | Self::SetCounted => scope.is_set(),
            Self::NotAdvanced | Self::Counted => !matches!(scope, Scope::TransitivelyRelatedOf(_)),
            Self::KindNotAdvanced(kind) => scope.is_set() && scope.kind() == Some(kind),
            Self::RelatedNotAdvanced => matches!(scope, Scope::Related | Scope::RelatedOf(_)),
            Self::CastNotAdvanced => matches!(scope, Scope::RelatedOf(_)),
            Self::TransitiveCastNotAdvanced => matches!(scope, Scope::TransitivelyRelatedOf(_)),
        }
    }

    const fn is_advanced(self) -> bool {
        matches!(
            self,
            Self::Any | Self::OneKind | Self::SeveralKinds | Self::Kind(_) | Self::User | Self::OtherManaged
        )
    }

    const fn counts(self) -> bool {
        self.is_advanced() || matches!(self, Self::SetCounted | Self::Counted)
    }
}

impl Wrong {
    fn query(&self) -> Query {
        let id = format!("'{}'", sample::GRACE);
        let value = |option| (self.option == option).then(|| self.value.replace(ID, &id));
        let filter = value(QueryOption::Filter);
        Query {
            filter: if self.name == "orderWithFilter" { Some("displayName eq 'Ada'".into()) } else { filter },
            expand: value(QueryOption::Expand),
            search: value(QueryOption::Search),
            order_by: value(QueryOption::OrderBy),
            is_eventual: self.of.is_advanced(),
            count: self.of.counts(),
            ..Query::default()
        }
    }
}
