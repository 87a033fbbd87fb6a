//! What the contract says of query options and headers: each extractor that reads them documents them.

use crate::{
    http::extract::{Eventual, Options, Takes},
    odata::query::{MAX_PAGE_SIZE, QueryOption},
};
use serde_json::{Value, json};
use utoipa::{
    IntoParams,
    openapi::{
        KnownFormat, ObjectBuilder, Required, SchemaFormat, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

impl<T: Takes> IntoParams for Options<T> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let is_page = T::OPTIONS.contains(&QueryOption::Top);
        let mut parameters: Vec<Parameter> =
            T::OPTIONS.iter().map(|&option| query_option(option, is_page)).collect();
        if T::OPTIONS.contains(&QueryOption::Count) {
            parameters.push(consistency_level("`eventual`, where objects are counted.", Required::False));
        }
        parameters
    }
}

impl IntoParams for Eventual {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![consistency_level("`eventual`: counting demands it.", Required::True)]
    }
}

/// An option, of a page of objects or of one. What has an example is in the example of the answer.
fn query_option(option: QueryOption, is_page: bool) -> Parameter {
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
            // A link alone has one that is good.
            Value::Null,
        ),
    };
    ParameterBuilder::new()
        .name(option.name())
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
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
