//! The federated identity credential: its properties.

use super::{
    properties::{
        Kind::{String, Strings},
        property,
    },
    query_support::EQ,
    resources::Resource,
};

/// A credential by which another issuer's tokens stand for an application, as Graph's resource page `federatedIdentityCredential` has it.
pub static FEDERATED_IDENTITY_CREDENTIAL: Resource = Resource {
    name: "federatedIdentityCredential",
    base: "entity",
    set: "applications/federatedIdentityCredentials",
    words: "a federated identity credential",
    resource: "FederatedIdentityCredential",
    description: "Tokens of another issuer that prove to be the application.",
    navigation: &[],
    properties: &[
        property("id", String, "The identifier of the credential.").unchanged(),
        property("name", String, "Its name, which the application's others don't have and which stays: 3 to 120 letters, digits, hyphens and underscores, of which the first is a letter or a digit.")
            .at_creation()
            .required()
            .max(120)
            .filter(EQ),
        property("issuer", String, "The issuer: the `iss` of its tokens.").required().max(600).filter(EQ),
        property("subject", String, "Whom the issuer's token is about: its `sub`.").required().max(600).filter(EQ),
        property("description", String, "What it is for.").writable().max(600),
        property("audiences", Strings, "Whom the issuer's token is for, one of its `aud`: a single one, such as `api://AzureADTokenExchange`.").required().max(600),
    ],
};
