//! The assignment of a role of an application: its properties, and its id, which is made of the principal's and of one of its own.

use super::{
    ids::ObjectId,
    properties::{
        Format,
        Kind::{DateTime, String},
        Property, property,
    },
    query_support::EQ,
    resources::Resource,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

/// An assignment, as Graph's resource page `appRoleAssignment` has it.
pub static APP_ROLE_ASSIGNMENT: Resource = Resource {
    name: "appRoleAssignment",
    base: "directoryObject",
    set: "appRoleAssignments",
    words: "an app role assignment",
    resource: "AppRoleAssignment",
    description: "That a user, a group or a service principal has a role of a resource: what tokens for it say.",
    navigation: &[],
    properties: PROPERTIES,
};

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    property("id", String, "The assignment's id, which is made of the principal's and one of its own.").unchanged(),
    property("deletedDateTime", DateTime, "Always null: assignments are deleted for good."),
    property("appRoleId", String, "The id of the role among the resource's `appRoles`; of zeros, where the resource has none, for access without a role.").required().format(Format::Guid),
    property("createdDateTime", DateTime, "When it was made."),
    property("principalDisplayName", String, "The principal's name."),
    property("principalId", String, "The id of the user, the group or the service principal that has the role.").required().format(Format::Guid),
    property("principalType", String, "What the principal is: `User`, `Group` or `ServicePrincipal`."),
    property("resourceDisplayName", String, "The resource's name."),
    property("resourceId", String, "The id of the service principal whose role it is.").required().format(Format::Guid).filter(EQ),
];

/// The id of an assignment to this principal.
pub fn id(principal: ObjectId, own: Uuid) -> std::string::String {
    URL_SAFE_NO_PAD.encode([principal.uuid().to_bytes_le(), own.to_bytes_le()].concat())
}

/// What an assignment's id is made of. `None`: it can't be one.
pub fn read_id(id: &str) -> Option<(ObjectId, Uuid)> {
    let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(id).ok()?.try_into().ok()?;
    let (principal, own) = bytes.split_first_chunk::<16>()?;
    Some((ObjectId::from_uuid(Uuid::from_bytes_le(*principal)), Uuid::from_bytes_le(own.try_into().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_tells_of_what_it_is_made(principal: [u8; 16], own: [u8; 16]) {
            let (principal, own) = (ObjectId::from_uuid(Uuid::from_bytes(principal)), Uuid::from_bytes(own));
            let written = id(principal, own);
            prop_assert_eq!(written.len(), 43);
            prop_assert_eq!(read_id(&written), Some((principal, own)));
            prop_assert_eq!(read_id(&written[1..]), None);
        }
    }
}
