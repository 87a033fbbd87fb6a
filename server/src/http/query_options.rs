//! The query options of an operation, and the header that goes with them: one value both reads and documents them.

use super::{
    errors::{Failure, RequestFault},
    preferences,
};
use crate::odata::query::{MAX_PAGE_SIZE, Query, QueryFault, QueryOption};
use axum::http::{HeaderMap, request::Parts};
use serde_json::{Value, json};
use utoipa::openapi::{
    KnownFormat, ObjectBuilder, Required, SchemaFormat, Type,
    path::{Parameter, ParameterBuilder, ParameterIn},
};

/// Which query options an operation takes.
#[derive(Debug)]
pub struct QueryOptions {
    pub(super) takes: &'static [QueryOption],
    /// Those that Graph's operation takes besides.
    pub(super) not_yet: &'static [&'static str],
    /// Whether the operation demands the header `ConsistencyLevel: eventual`, as the path segment `$count` does.
    pub(super) eventual: bool,
    /// Whether it demands advanced query parameters: the same header, and `$count=true`.
    pub(super) advanced: bool,
    /// Whether it is an action that answers objects: Graph refuses all other options of these alike.
    pub(super) of_action: bool,
    /// Whether it answers a list that is always its only page.
    pub(super) whole_list: bool,
}

impl QueryOptions {
    /// Of an operation that takes none.
    pub const NONE: Self = Self {
        takes: &[],
        not_yet: &[],
        eventual: false,
        advanced: false,
        of_action: false,
        whole_list: false,
    };

    /// Of an operation that answers what nobody can change.
    pub const FIXED: Self = Self { not_yet: &["$format"], ..Self::NONE };

    /// Of an operation that answers one object.
    pub const OBJECT: Self =
        Self { takes: &[QueryOption::Select, QueryOption::Expand], not_yet: &["$format"], ..Self::NONE };

    /// Of an operation that answers one user, with whom the chain of managers can be shown. Graph's page had `$count` beside it once,
    /// and clients send it.
    pub const USER: Self =
        Self { takes: &[QueryOption::Select, QueryOption::Expand, QueryOption::Count], ..Self::OBJECT };

    /// Of an operation that answers a page of objects.
    pub const PAGE: Self = Self {
        takes: &[
            QueryOption::Select,
            QueryOption::Expand,
            QueryOption::Filter,
            QueryOption::Search,
            QueryOption::OrderBy,
            QueryOption::Top,
            QueryOption::Count,
            QueryOption::SkipToken,
        ],
        ..Self::OBJECT
    };

    /// Of the same that demands advanced query parameters, with which nothing is expanded.
    pub const ADVANCED_PAGE: Self = Self {
        takes: &[
            QueryOption::Select,
            QueryOption::Filter,
            QueryOption::Search,
            QueryOption::OrderBy,
            QueryOption::Top,
            QueryOption::Count,
            QueryOption::SkipToken,
        ],
        advanced: true,
        ..Self::PAGE
    };

    /// Of an operation that answers a page of references.
    pub const REFERENCES: Self = Self {
        takes: &[
            QueryOption::Filter,
            QueryOption::Search,
            QueryOption::OrderBy,
            QueryOption::Top,
            QueryOption::Count,
            QueryOption::SkipToken,
        ],
        ..Self::PAGE
    };

    /// Of an operation that answers one reference. Clients select its id, though it has nothing else.
    pub const REFERENCE: Self = Self { takes: &[QueryOption::Select], ..Self::OBJECT };

    /// Of an operation that answers one resource of the tenant.
    pub const RESOURCE: Self = Self { takes: &[QueryOption::Select], ..Self::OBJECT };

    /// Of an operation that answers resources of the tenant, all that there are.
    pub const RESOURCES: Self = Self { whole_list: true, ..Self::RESOURCE };

    /// Of the same that answers those with some values.
    pub const FILTERED_RESOURCES: Self =
        Self { takes: &[QueryOption::Select, QueryOption::Filter], ..Self::RESOURCES };

    /// Of an operation that answers role assignments.
    pub const ASSIGNMENTS: Self = Self {
        takes: &[QueryOption::Select, QueryOption::Filter, QueryOption::Top, QueryOption::SkipToken],
        not_yet: &["$expand", "$format"],
        ..Self::NONE
    };

    /// Of an operation on the object that a URL in the query names.
    pub const BY_REFERENCE: Self = Self { takes: &[QueryOption::Id], ..Self::NONE };

    /// Of an action that answers objects.
    pub const ACTION: Self = Self { takes: &[QueryOption::Select], of_action: true, ..Self::NONE };

    /// Of an operation that answers a number.
    pub const COUNT: Self =
        Self { takes: &[QueryOption::Filter, QueryOption::Search], eventual: true, ..Self::NONE };

    /// Reads the options of a request.
    pub(super) fn read(&self, request: &Parts) -> Result<Query, Failure> {
        let text = request.uri.query().unwrap_or_default();
        let mut query = match Query::read(text, self.takes, self.not_yet) {
            Err(QueryFault::Unsupported(_) | QueryFault::Skip(_)) if self.of_action => {
                return Err(QueryFault::OnAction.into());
            }
            read => read?,
        };
        // Graph doesn't take the header where related objects are expanded on a page.
        let takes_header = query.expand.is_none() || !self.is_page();
        query.is_eventual = takes_header && is_eventual(&request.headers);
        // The segment counts.
        query.count |= self.eventual;
        query.max_page_size = preferences::max_page_size(&request.headers);
        if query.is_eventual {
            Ok(query)
        } else if query.skip_token.is_some() && (query.count || query.search.is_some()) {
            // The link is of an advanced query, whose header isn't in it.
            Err(RequestFault::PageToken.into())
        } else if query.search.is_some() {
            Err(QueryFault::SearchWithoutConsistencyLevel.into())
        } else if self.eventual {
            Err(QueryFault::CountSegmentWithoutConsistencyLevel.into())
        } else {
            Ok(query)
        }
    }

    /// Whether the operation answers in pages.
    pub(super) fn is_page(&self) -> bool {
        self.takes.contains(&QueryOption::Top)
    }

    /// What the contract says of them.
    pub(super) fn parameters(&self) -> Vec<Parameter> {
        let counts = self.takes.contains(&QueryOption::Count);
        let of = match (self.is_page(), counts) {
            (true, false) => Of::Assignments,
            (true, _) if self.advanced => Of::AdvancedPage,
            (true, _) => Of::Page,
            (false, true) => Of::User,
            (false, false) if self.whole_list => Of::Resources,
            (false, false) => Of::One,
        };
        let mut parameters: Vec<Parameter> = self.takes.iter().map(|&option| parameter(option, of)).collect();
        if counts {
            let (description, required) = match of {
                Of::User => ("`eventual`, where `$levels` stands within `$expand`.", Required::False),
                Of::AdvancedPage => ("`eventual`: this cast demands it.", Required::True),
                Of::One | Of::Page | Of::Resources | Of::Assignments => (
                    "`eventual`, where objects are counted, searched, or filtered in ways that need it.",
                    Required::False,
                ),
            };
            parameters.push(consistency_level(description, required));
        }
        if self.eventual {
            parameters.push(consistency_level("`eventual`: counting demands it.", Required::True));
        }
        parameters
    }
}

fn is_eventual(headers: &HeaderMap) -> bool {
    headers.get("consistencylevel").is_some_and(|level| level.as_bytes().eq_ignore_ascii_case(b"eventual"))
}

/// What an operation answers that takes an option.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    One,
    User,
    Page,
    AdvancedPage,
    Resources,
    Assignments,
}

/// An option of an operation. What has an example is in the example of the answer.
fn parameter(option: QueryOption, of: Of) -> Parameter {
    let schema = ObjectBuilder::new();
    let (description, schema, example): (_, _, Value) = match option {
        QueryOption::Select => (
            "Properties to return, separated by commas.",
            schema.schema_type(Type::String),
            if matches!(of, Of::Page | Of::AdvancedPage) { json!("id,displayName") } else { Value::Null },
        ),
        QueryOption::Expand if of == Of::User => (
            "A navigation property whose objects are shown with the user, the first twenty of them: `memberOf` or \
             `memberOf($select=id,displayName)`. One at a time, and one level: only `manager` has more. \
             `manager($levels=max)` shows who manages the user, who manages that manager, and so on, at most a thousand of \
             them; `$levels=2` shows two. It needs `ConsistencyLevel`. Managers in a circle end with the first that was \
             there before.",
            schema.schema_type(Type::String),
            Value::Null,
        ),
        QueryOption::Expand => (
            "A navigation property whose objects are shown with each object, the first twenty of them: `members` or \
             `members($select=id,displayName)`. One at a time, one level, and not with advanced query parameters.",
            schema.schema_type(Type::String),
            Value::Null,
        ),
        QueryOption::Top => (
            "Objects on a page: 100 where it isn't said.",
            schema
                .schema_type(Type::Integer)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
                .minimum(Some(1))
                .maximum(Some(MAX_PAGE_SIZE)),
            json!(100),
        ),
        QueryOption::Count if of == Of::User => (
            "Taken beside `$levels` within `$expand`, and counts nothing. Needs `ConsistencyLevel`.",
            schema.schema_type(Type::Boolean),
            Value::Null,
        ),
        QueryOption::Count if of == Of::AdvancedPage => (
            "`true`: this cast demands it. Counts all objects.",
            schema.schema_type(Type::Boolean),
            json!(true),
        ),
        QueryOption::Count => (
            "Whether to count all objects. Needs `ConsistencyLevel`.",
            schema.schema_type(Type::Boolean),
            Value::Null,
        ),
        QueryOption::Filter if of == Of::Assignments => (
            "Which role assignments: `principalId eq '{id}'`. Takes `eq` and `in`, joined by `and`.",
            schema.schema_type(Type::String),
            Value::Null,
        ),
        QueryOption::Filter if of == Of::Resources => (
            "Which of them, by a property whose description says so: `name eq 'deployments'`. Takes `eq` and `in`, joined by `and`.",
            schema.schema_type(Type::String),
            Value::Null,
        ),
        QueryOption::Filter => (
            "Which objects: `startsWith(displayName,'A')`. What can be asked of a property stands in its description, and what of \
             it needs advanced query parameters: `ConsistencyLevel: eventual` and `$count=true`.",
            schema.schema_type(Type::String),
            Value::Null,
        ),
        QueryOption::Search => (
            "Which objects, by words of theirs: `\"displayName:ada\"`, joined by `AND` and `OR`. Needs `ConsistencyLevel`.",
            schema.schema_type(Type::String),
            Value::Null,
        ),
        QueryOption::OrderBy => (
            "By which property the objects are sorted: `displayName` or `displayName desc`. With `$filter` or `$search` it needs \
             advanced query parameters.",
            schema.schema_type(Type::String),
            Value::Null,
        ),
        QueryOption::SkipToken => (
            "Where the page begins: from `@odata.nextLink`, opaque.",
            schema.schema_type(Type::String),
            // Only a link has one that is good.
            Value::Null,
        ),
        QueryOption::Id => (
            "The URL of what is removed, in a form that `@odata.id` takes.",
            schema.schema_type(Type::String),
            json!("https://graph.microsoft.com/v1.0/directoryObjects/5a3e0000-0000-4000-8000-000000000102"),
        ),
    };
    let is_required = option == QueryOption::Id || (option, of) == (QueryOption::Count, Of::AdvancedPage);
    // The commas between properties stay as they are.
    let reserved = matches!(option, QueryOption::Select).then_some(true);
    ParameterBuilder::new()
        .name(option.name())
        .allow_reserved(reserved)
        .parameter_in(ParameterIn::Query)
        .required(if is_required { Required::True } else { Required::False })
        .description(Some(description))
        .schema(Some(schema))
        .example(Some(example).filter(|example| !example.is_null()))
        .build()
}

fn consistency_level(description: &str, required: Required) -> Parameter {
    ParameterBuilder::new()
        .name("ConsistencyLevel")
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some(description))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .example(Some(json!("eventual")))
        .build()
}
