//! OData's payloads: bodies that create or change an object, with the annotations beside its properties (`@odata.type`,
//! `members@odata.bind`, `owners@odata.bind`), and references (`@odata.id`, and `@id` in queries).

use super::{
    contract::schemas::Writes,
    errors::{Failure, RequestFault},
    extract::Json,
    origin::Origin,
    state::AppState,
};
use crate::{
    directory::{Bound, Refusal, groups::MAX_REFERENCES},
    model::{
        kinds::Relationship,
        resources::Resource,
        values::{PropertyFault, Values},
    },
    odata::{
        annotations::{binding, is_binding},
        query::{Query, QueryFault, QueryOption},
        reference::Reference,
    },
};
use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::request::Parts,
};
use serde_json::Value;
use std::marker::PhantomData;

/// A body that creates or changes an object, as the schema `T` has it.
pub struct Body<T> {
    /// What it says of the object, annotations included.
    pub values: Values,
    /// The objects that it binds to the object.
    pub bound: Bound,
    schema: PhantomData<T>,
}

impl<T: Writes> FromRequest<AppState> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, Failure> {
        let origin = origin(&request)?;
        let Json(values) = Json::from_request(request, app).await?;
        check_annotations(&values, T::entity(), T::BINDS)?;
        let bound = bound(&values, T::BINDS, &app.hosts(&origin))?;
        Ok(Self { values, bound, schema: PhantomData })
    }
}

/// A body that refers to an object. Other members beside the reference are not looked at.
pub struct ReferenceBody(pub Reference);

impl FromRequest<AppState> for ReferenceBody {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, Failure> {
        let origin = origin(&request)?;
        let Json(body) = Json::from_request(request, app).await?;
        let text = body.get("@odata.id").ok_or(RequestFault::NoReference)?;
        Ok(Self(read(text, &app.hosts(&origin))?))
    }
}

/// A query that refers to an object.
pub struct ReferenceQuery(pub Reference);

impl FromRequestParts<AppState> for ReferenceQuery {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Failure> {
        let origin = Origin::from_request_parts(parts, app).await?;
        let query = Query::from_request_parts(parts, app).await?;
        let url = query.id.ok_or(QueryFault::Missing(QueryOption::Id.name()))?;
        Ok(Self(Reference::read(&url, &app.hosts(&origin))?))
    }
}

fn origin(request: &Request) -> Result<Origin, RequestFault> {
    request.extensions().get().cloned().ok_or(RequestFault::Internal)
}

/// Checks the annotations beside properties: `@odata.type` may name the entity, and nothing but the
/// relationships in `binds` may be bound.
fn check_annotations(body: &Values, entity: Resource, binds: &[Relationship]) -> Result<(), Failure> {
    let fits =
        |kind: &Value| kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case(&entity.odata_type()));
    if body.get("@odata.type").is_some_and(|kind| !fits(kind)) {
        let fault = PropertyFault::Invalid("@odata.type");
        return Err(Refusal::Property { resource: entity.resource, fault }.into());
    }
    let unserved = |name: &&String| {
        is_binding(name) && !binds.iter().any(|relationship| **name == binding(relationship.name()))
    };
    match body.keys().find(unserved) {
        Some(name) => Err(RequestFault::Binding(name.clone()).into()),
        None => Ok(()),
    }
}

/// The references that a body binds by these relationships.
fn bound(body: &Values, binds: &[Relationship], own_hosts: &[&str]) -> Result<Bound, Failure> {
    let mut bound = Bound::default();
    for &relationship in binds {
        let Some(value) = body.get(&binding(relationship.name())) else { continue };
        match relationship {
            Relationship::Members => bound.members = read_all(value, own_hosts)?,
            Relationship::Owners => bound.owners = read_all(value, own_hosts)?,
            Relationship::Manager => bound.manager = Some(read(value, own_hosts)?),
            // No body binds it: it is the caller.
            Relationship::CreatedOnBehalfOf => {}
        }
    }
    Ok(bound)
}

fn read_all(references: &Value, own_hosts: &[&str]) -> Result<Vec<Reference>, Failure> {
    let references = references.as_array().ok_or(RequestFault::Reference)?;
    if references.len() > MAX_REFERENCES {
        return Err(Refusal::TooManyReferences.into());
    }
    references.iter().map(|text| read(text, own_hosts)).collect()
}

fn read(text: &Value, own_hosts: &[&str]) -> Result<Reference, Failure> {
    let text = text.as_str().ok_or(RequestFault::Reference)?;
    Ok(Reference::read(text, own_hosts)?)
}
