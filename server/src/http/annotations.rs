//! OData's annotations in bodies: `@odata.id`, `@odata.type`, `members@odata.bind` and `owners@odata.bind`.

use super::{
    errors::{Failure, RequestFault},
    extract::Origin,
    state::AppState,
};
use crate::{
    directory::{
        Refusal,
        groups::{Bound, MAX_REFERENCES},
    },
    model::{
        kinds::Relationship,
        properties::Entity,
        values::{PropertyFault, Values},
    },
    odata::{
        annotations::{binding, is_binding},
        reference::Reference,
    },
};
use serde_json::Value;

/// The reference that a body consists of. Other members beside it are not looked at.
pub(super) fn reference(body: &Values, app: &AppState, origin: &Origin) -> Result<Reference, Failure> {
    let text = body.get("@odata.id").ok_or(RequestFault::NoReference)?;
    read(text, &app.hosts(origin))
}

/// Checks the annotations beside properties: `@odata.type` may name the entity, and nothing but the
/// relationships in `binds` may be bound.
pub(super) fn check_annotations(
    body: &Values,
    entity: &'static Entity,
    binds: &[Relationship],
) -> Result<(), Failure> {
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

/// The references that a body binds to a group.
pub(super) fn bound(body: &Values, app: &AppState, origin: &Origin) -> Result<Bound, Failure> {
    let hosts = app.hosts(origin);
    let of = |relationship: Relationship| match body.get(&binding(relationship.name())) {
        None => Ok(Vec::new()),
        Some(Value::Array(references)) if references.len() > MAX_REFERENCES => {
            Err(Refusal::TooManyReferences.into())
        }
        Some(Value::Array(references)) => references.iter().map(|text| read(text, &hosts)).collect(),
        Some(_) => Err(RequestFault::Reference.into()),
    };
    Ok(Bound { members: of(Relationship::Members)?, owners: of(Relationship::Owners)? })
}

fn read(text: &Value, own_hosts: &[&str]) -> Result<Reference, Failure> {
    let text = text.as_str().ok_or(RequestFault::Reference)?;
    Ok(Reference::read(text, own_hosts)?)
}
