//! The query options of an operation, and the header that goes with them: one value both reads and documents them.

use super::errors::Failure;
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
    /// Whether it is an action that answers objects: Graph refuses all other options of these alike.
    pub(super) of_action: bool,
}

impl QueryOptions {
    /// Of an operation that takes none.
    pub const NONE: Self = Self { takes: &[], not_yet: &[], eventual: false, of_action: false };

    /// Of an operation that answers one object.
    pub const OBJECT: Self = Self {
        takes: &[QueryOption::Select],
        not_yet: &["$expand", "$format"],
        eventual: false,
        of_action: false,
    };

    /// Of an operation that answers a page of objects.
    pub const PAGE: Self = Self {
        takes: &[QueryOption::Select, QueryOption::Top, QueryOption::Count, QueryOption::SkipToken],
        not_yet: &["$expand", "$filter", "$format", "$orderby", "$search"],
        eventual: false,
        of_action: false,
    };

    /// Of an operation that answers a page of references.
    pub const REFERENCES: Self = Self {
        takes: &[QueryOption::Top, QueryOption::Count, QueryOption::SkipToken],
        not_yet: &["$filter", "$format", "$orderby", "$search"],
        eventual: false,
        of_action: false,
    };

    /// Of an operation that answers one reference. Clients select its id, though it has nothing else.
    pub const REFERENCE: Self =
        Self { takes: &[QueryOption::Select], not_yet: &["$format"], eventual: false, of_action: false };

    /// Of an operation on the object that a URL in the query names.
    pub const BY_REFERENCE: Self =
        Self { takes: &[QueryOption::Id], not_yet: &[], eventual: false, of_action: false };

    /// Of an action that answers objects.
    pub const ACTION: Self =
        Self { takes: &[QueryOption::Select], not_yet: &[], eventual: false, of_action: true };

    /// Of an operation that answers a number.
    pub const COUNT: Self =
        Self { takes: &[], not_yet: &["$filter", "$search"], eventual: true, of_action: false };

    /// Reads the options of a request.
    pub(super) fn read(&self, request: &Parts) -> Result<Query, Failure> {
        let is_eventual = is_eventual(&request.headers);
        let text = request.uri.query().unwrap_or_default();
        match Query::read(text, self.takes, self.not_yet) {
            Err(QueryFault::Unsupported(_) | QueryFault::Skip(_)) if self.of_action => {
                Err(QueryFault::OnAction.into())
            }
            Err(QueryFault::NotServed(name)) if is_search(&name) && !is_eventual => {
                Err(QueryFault::SearchWithoutConsistencyLevel.into())
            }
            Err(fault) => Err(fault.into()),
            Ok(query) if query.counts() && !is_eventual => {
                Err(QueryFault::CountWithoutConsistencyLevel.into())
            }
            Ok(_) if self.eventual && !is_eventual => {
                Err(QueryFault::CountSegmentWithoutConsistencyLevel.into())
            }
            Ok(query) => Ok(query),
        }
    }

    /// Whether the operation answers in pages.
    pub(super) fn is_page(&self) -> bool {
        self.takes.contains(&QueryOption::Top)
    }

    /// What the contract says of them.
    pub(super) fn parameters(&self) -> Vec<Parameter> {
        let is_page = self.is_page();
        let mut parameters: Vec<Parameter> =
            self.takes.iter().map(|&option| parameter(option, is_page)).collect();
        if self.takes.contains(&QueryOption::Count) {
            parameters.push(consistency_level("`eventual`, where objects are counted.", Required::False));
        }
        if self.eventual {
            parameters.push(consistency_level("`eventual`: counting demands it.", Required::True));
        }
        parameters
    }
}

fn is_search(option: &str) -> bool {
    option.trim_start_matches('$').eq_ignore_ascii_case("search")
}

fn is_eventual(headers: &HeaderMap) -> bool {
    headers.get("consistencylevel").is_some_and(|level| level.as_bytes().eq_ignore_ascii_case(b"eventual"))
}

/// An option, of a page of objects or of one. What has an example is in the example of the answer.
fn parameter(option: QueryOption, is_page: bool) -> Parameter {
    let schema = ObjectBuilder::new();
    let (description, schema, example): (_, _, Value) = match option {
        QueryOption::Select => (
            "Properties to return, separated by commas.",
            schema.schema_type(Type::String),
            if is_page { json!("id,displayName") } else { Value::Null },
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
        QueryOption::Count => (
            "Whether to count all objects. Needs `ConsistencyLevel`.",
            schema.schema_type(Type::Boolean),
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
    // The commas between properties stay as they are.
    let reserved = matches!(option, QueryOption::Select).then_some(true);
    ParameterBuilder::new()
        .name(option.name())
        .allow_reserved(reserved)
        .parameter_in(ParameterIn::Query)
        .required(if option == QueryOption::Id { Required::True } else { Required::False })
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
