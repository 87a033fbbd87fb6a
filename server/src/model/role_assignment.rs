//! The role assignment: its properties, and its id, which is made of the role's and the principal's. It is nothing besides who is a
//! member of a directory role.

use super::{
    ids::ObjectId,
    properties::{Initial, Kind::String, Property, property},
    query_support::EQ,
    resources::Resource,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

/// The scope of every assignment: the whole tenant.
pub const WHOLE_TENANT: &str = "/";

/// How the id of an assignment for the whole tenant ends.
const IN_WHOLE_TENANT: &str = "-1";

/// A role assignment, as Graph's resource page `unifiedRoleAssignment` has it.
pub static ROLE_ASSIGNMENT: Resource = Resource {
    name: "unifiedRoleAssignment",
    base: "entity",
    set: "roleManagement/directory/roleAssignments",
    words: "a role assignment",
    resource: "UnifiedRoleAssignment",
    description: "That a directory role is assigned to a principal: what the role's members say too.",
    navigation: &[],
    properties: PROPERTIES,
};

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    property("id", String, "The assignment's id, which is made of the role's and the principal's.").unchanged(),
    property("principalId", String, "The id of the user, the service principal or the role-assignable group that holds the role.").filter(EQ),
    property("directoryScopeId", String, "Where the principal has the role: `/`, in the whole tenant.").initially(Initial::Text(WHOLE_TENANT)).filter(EQ),
    property("roleDefinitionId", String, "The id of the role's template, which is the same in every tenant.").filter(EQ),
];

/// The id of an assignment of the role with this template to this principal.
pub fn id(template: ObjectId, principal: ObjectId) -> std::string::String {
    let bytes = [template.uuid().to_bytes_le(), principal.uuid().to_bytes_le()].concat();
    URL_SAFE_NO_PAD.encode(bytes) + IN_WHOLE_TENANT
}

/// The template and the principal of an assignment's id. `None`: it can't be one.
pub fn read_id(id: &str) -> Option<(ObjectId, ObjectId)> {
    let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(id.strip_suffix(IN_WHOLE_TENANT)?).ok()?.try_into().ok()?;
    let (template, principal) = bytes.split_first_chunk::<16>()?;
    let read = |bytes| ObjectId::from_uuid(Uuid::from_bytes_le(bytes));
    Some((read(*template), read(principal.try_into().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_id_is_made_as_in_graph() {
        let template = "62e90394-69f5-4237-9190-012177145e10".parse().unwrap();
        let principal = "089a6bb8-e8cb-492c-aa41-c078aa0b5120".parse().unwrap();
        let written = "lAPpYvVpN0KRkAEhdxReELhrmgjL6CxJqkHAeKoLUSA-1";
        assert_eq!(id(template, principal), written);
        assert_eq!(read_id(written), Some((template, principal)));
        for other in
            ["", "-1", "lAPpYvVpN0KRkAEhdxReELhrmgjL6CxJqkHAeKoLUSA", "lAPpYvVpN0KRkAEhdxReEA-1", "ä-1"]
        {
            assert_eq!(read_id(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn an_id_tells_of_what_it_is_made(template: [u8; 16], principal: [u8; 16]) {
            let [template, principal] = [template, principal].map(|bytes| ObjectId::from_uuid(Uuid::from_bytes(bytes)));
            prop_assert_eq!(read_id(&id(template, principal)), Some((template, principal)));
        }
    }
}
