//! OData's annotations in bodies: `@odata.id`, `@odata.type`, `members@odata.bind`.

use super::{
    errors::{Failure, RequestFault},
    extract::Origin,
};
use crate::{
    directory::Refusal,
    model::properties::{Entity, PropertyFault},
    odata::reference::Reference,
};
use serde_json::{Map, Value};

const BIND: &str = "@odata.bind";

/// The reference that a body consists of. Other members beside it are not looked at.
pub(super) fn reference(body: &Map<String, Value>, origin: &Origin) -> Result<Reference, Failure> {
    let text = body.get("@odata.id").ok_or(RequestFault::NoReference)?;
    read(text, origin)
}

/// Checks the annotations of a creation: `@odata.type` may name the entity, and nothing but the
/// relationships in `binds` may be bound.
pub(super) fn check_creation(
    body: &Map<String, Value>,
    entity: &'static Entity,
    binds: &[&str],
) -> Result<(), Failure> {
    let fits =
        |kind: &Value| kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case(&entity.odata_type()));
    if body.get("@odata.type").is_some_and(|kind| !fits(kind)) {
        let fault = PropertyFault::Invalid("@odata.type");
        return Err(Refusal::Property { resource: entity.resource, fault }.into());
    }
    let unserved = |name: &&String| name.strip_suffix(BIND).is_some_and(|bound| !binds.contains(&bound));
    match body.keys().find(unserved) {
        Some(name) => Err(RequestFault::Binding(name.clone()).into()),
        None => Ok(()),
    }
}

/// Takes the references that a creation binds to a relationship out of its body.
pub(super) fn take_bound(
    body: &mut Map<String, Value>,
    relationship: &str,
    origin: &Origin,
) -> Result<Vec<Reference>, Failure> {
    match body.shift_remove(&format!("{relationship}{BIND}")) {
        None => Ok(Vec::new()),
        Some(Value::Array(references)) => references.iter().map(|text| read(text, origin)).collect(),
        Some(_) => Err(RequestFault::Reference.into()),
    }
}

fn read(text: &Value, origin: &Origin) -> Result<Reference, Failure> {
    let text = text.as_str().ok_or(RequestFault::Reference)?;
    Ok(Reference::read(text, &origin.hosts())?)
}
