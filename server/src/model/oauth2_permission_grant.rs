//! The grant of delegated permissions: its properties, and its id, which is made of its ends.

use super::{
    ids::ObjectId,
    properties::{EdmType, Enumeration, Format, Kind::String, Property, property},
    query_support::EQ,
    resources::Resource,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

/// How long the permissions of a grant can be together.
pub const MAX_SCOPE: usize = 3850;

/// For everybody, as `consentType` says it.
pub const ALL_PRINCIPALS: &str = "AllPrincipals";
/// For one user.
pub const PRINCIPAL: &str = "Principal";

/// A grant, as Graph's resource page `oAuth2PermissionGrant` has it.
pub static OAUTH2_PERMISSION_GRANT: Resource = Resource {
    name: "oAuth2PermissionGrant",
    base: "entity",
    set: "oauth2PermissionGrants",
    words: "a delegated permission grant",
    resource: "OAuth2PermissionGrant",
    description: "What a client may do of a resource for users who signed in to it.",
    navigation: &[],
    properties: PROPERTIES,
};

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    property("id", String, "The grant's id, which is made of the client's, the resource's and the user's.").unchanged(),
    id("clientId", "The id of the client's service principal.").required().at_creation().filter(EQ),
    property("consentType", String, "For whom it is: `AllPrincipals`, for everybody, or `Principal`, for the user with `principalId`.").required().at_creation().format(Format::OneOf(&CONSENT_TYPE)).edm_type(EdmType::Primitive("Edm.String")).filter(EQ),
    id("principalId", "The id of the user for whom it is. Null, where it is for everybody.").at_creation().filter(EQ),
    id("resourceId", "The id of the resource's service principal.").required().at_creation().filter(EQ),
    property("scope", String, "The permissions, with spaces between them.").writable().max(MAX_SCOPE),
];

static CONSENT_TYPE: Enumeration = Enumeration { name: "ConsentType", members: &[ALL_PRINCIPALS, PRINCIPAL] };

const fn id(name: &'static str, description: &'static str) -> Property {
    property(name, String, description).format(Format::Guid).edm_type(EdmType::Primitive("Edm.String"))
}

/// The ends of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// The client.
    pub client: ObjectId,
    /// The resource.
    pub resource: ObjectId,
    /// The user. `None`: everybody.
    pub principal: Option<ObjectId>,
}

impl Ends {
    /// The id of the grant between them.
    pub fn id(self) -> std::string::String {
        let ends = [Some(self.client), Some(self.resource), self.principal].into_iter().flatten();
        URL_SAFE_NO_PAD.encode(ends.flat_map(|end| end.uuid().to_bytes_le()).collect::<Vec<u8>>())
    }

    /// Those of the grant with this id. `None`: it can't be one.
    pub fn read(id: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(id).ok()?;
        let (ends, rest) = bytes.as_chunks::<16>();
        let read = |end: &[u8; 16]| ObjectId::from_uuid(Uuid::from_bytes_le(*end));
        let (client, resource, principal) = match ends {
            [client, resource] => (client, resource, None),
            [client, resource, user] => (client, resource, Some(read(user))),
            _ => return None,
        };
        rest.is_empty().then(|| Self { client: read(client), resource: read(resource), principal })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_tells_of_what_it_is_made(client: [u8; 16], resource: [u8; 16], principal: Option<[u8; 16]>) {
            let id = |bytes| ObjectId::from_uuid(Uuid::from_bytes(bytes));
            let ends = Ends { client: id(client), resource: id(resource), principal: principal.map(id) };
            prop_assert_eq!(Ends::read(&ends.id()), Some(ends));
            prop_assert_eq!(Ends::read(&ends.id()[4..]), None);
        }
    }
}
