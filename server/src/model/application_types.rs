//! The complex types of applications: what they declare as clients and as resources, and what they prove themselves with.

use super::{
    complex_types::PERMISSION_SCOPE,
    properties::{
        Complex, EdmType, Enumeration, Format, Initial,
        Kind::{Boolean, DateTime, Int32, Object, Objects, String, Strings},
        property,
    },
    query_support::{EQ_ADVANCED, NULL, STARTS_WITH_ADVANCED},
};

/// The most redirect URIs that an application can have, of all kinds together.
pub const MAX_REDIRECT_URIS: usize = 256;

/// The most characters of a URI of an application.
const MAX_URI: usize = 256;

/// How an application is a resource.
pub static API_APPLICATION: Complex = Complex {
    name: "ApiApplication",
    description: "How an application is a resource, which others ask for tokens for.",
    properties: &[
        property("acceptMappedClaims", Boolean, "Whether tokens for it can have mapped claims without a signing key of its own. Kept, and not enforced.").writable(),
        property("knownClientApplications", Strings, "Client ids of applications that users consent to together with it.").writable().format(Format::Guid),
        property("oauth2PermissionScopes", Objects(&PERMISSION_SCOPE), "The delegated permissions that it declares. Each has an `id` and a `value` of its own; one that is enabled can't be taken away.").writable(),
        property("preAuthorizedApplications", Objects(&PRE_AUTHORIZED_APPLICATION), "Applications to which users need not consent.").writable().max_items(100),
        property("requestedAccessTokenVersion", Int32, "The version of the tokens for it: 1 or 2; 1 where it has none.").writable(),
    ],
};

/// An application to which users need not consent.
static PRE_AUTHORIZED_APPLICATION: Complex = Complex {
    name: "PreAuthorizedApplication",
    description: "An application to which users need not consent.",
    properties: &[
        property("appId", String, "Its client id.")
            .writable()
            .format(Format::Guid)
            .edm_type(EdmType::Primitive("Edm.String")),
        property(
            "delegatedPermissionIds",
            Strings,
            "The ids of the permissions that it has without consent.",
        )
        .writable()
        .format(Format::Guid)
        .edm_type(EdmType::Primitive("Edm.String")),
    ],
};

/// How an application is one that runs on a web server.
pub static WEB_APPLICATION: Complex = Complex {
    name: "WebApplication",
    description: "How an application is one that runs on a web server.",
    properties: &[
        property("homePageUrl", String, "Its home page.")
            .writable()
            .max(255)
            .format(Format::Uri)
            .filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL),
        property(
            "implicitGrantSettings",
            Object(&IMPLICIT_GRANT_SETTINGS),
            "Whether it gets tokens without a code.",
        )
        .writable()
        .initially(Initial::Parts),
        property("logoutUrl", String, "Where it is told of a sign-out.")
            .writable()
            .max(255)
            .format(Format::Uri),
        property(
            "redirectUris",
            Strings,
            "Where users are led after signing in: `https`, or `http` on this machine.",
        )
        .writable()
        .max(MAX_URI)
        .max_items(MAX_REDIRECT_URIS)
        .format(Format::RedirectUri)
        .filter(EQ_ADVANCED | STARTS_WITH_ADVANCED),
    ],
};

/// Whether an application gets tokens without a code.
static IMPLICIT_GRANT_SETTINGS: Complex = Complex {
    name: "ImplicitGrantSettings",
    description: "Whether an application gets tokens without a code.",
    properties: &[
        property("enableAccessTokenIssuance", Boolean, "Whether it gets access tokens so.")
            .writable()
            .initially(Initial::False),
        property("enableIdTokenIssuance", Boolean, "Whether it gets id tokens so.")
            .writable()
            .initially(Initial::False),
    ],
};

/// How an application is one that runs in a browser.
pub static SPA_APPLICATION: Complex = Complex {
    name: "SpaApplication",
    description: "How an application is one that runs in a browser.",
    properties: &[property(
        "redirectUris",
        Strings,
        "Where users are led after signing in: `https`, or `http` on this machine.",
    )
    .writable()
    .max(MAX_URI)
    .max_items(MAX_REDIRECT_URIS)
    .format(Format::RedirectUri)
    .filter(EQ_ADVANCED | STARTS_WITH_ADVANCED)],
};

/// How an application is one that is installed on devices.
pub static PUBLIC_CLIENT_APPLICATION: Complex = Complex {
    name: "PublicClientApplication",
    description: "How an application is one that is installed on devices, where it can keep no secret.",
    properties: &[
        property("redirectUris", Strings, "Where users are led after signing in: `https`, `http` on this machine, or a scheme of the application's own.").writable().max(MAX_URI).max_items(MAX_REDIRECT_URIS).format(Format::NativeRedirectUri).filter(EQ_ADVANCED | STARTS_WITH_ADVANCED),
    ],
};

static RESOURCE_ACCESS_TYPE: Enumeration =
    Enumeration { name: "ResourceAccessType", members: &["Scope", "Role"] };

/// What an application needs of a resource.
pub static REQUIRED_RESOURCE_ACCESS: Complex = Complex {
    name: "RequiredResourceAccess",
    description: "What an application needs of a resource.",
    properties: &[
        property("resourceAccess", Objects(&RESOURCE_ACCESS), "The permissions.").writable().max_items(400),
        property("resourceAppId", String, "The resource's client id.")
            .writable()
            .format(Format::Guid)
            .edm_type(EdmType::Primitive("Edm.String"))
            .filter(EQ_ADVANCED),
    ],
};

/// A permission that an application needs.
static RESOURCE_ACCESS: Complex = Complex {
    name: "ResourceAccess",
    description: "A permission that an application needs.",
    properties: &[
        property("id", String, "The id of the role or scope that the resource declares.")
            .writable()
            .format(Format::Guid),
        property(
            "type",
            String,
            "Whether it is a `Scope`, which users delegate, or a `Role`, which the application has itself.",
        )
        .writable()
        .format(Format::OneOf(&RESOURCE_ACCESS_TYPE)),
    ],
};

/// Claims that tokens are to have besides.
pub static OPTIONAL_CLAIMS: Complex = Complex {
    name: "OptionalClaims",
    description: "Claims that an application's tokens are to have besides.",
    properties: &[
        property("accessToken", Objects(&OPTIONAL_CLAIM), "Those of access tokens for it.").writable(),
        property("idToken", Objects(&OPTIONAL_CLAIM), "Those of its id tokens.").writable(),
        property("saml2Token", Objects(&OPTIONAL_CLAIM), "Those of its SAML tokens.").writable(),
    ],
};

/// A claim that tokens are to have besides.
static OPTIONAL_CLAIM: Complex = Complex {
    name: "OptionalClaim",
    description: "A claim that tokens are to have besides.",
    properties: &[
        property("additionalProperties", Strings, "More on how it is written.").writable(),
        property("essential", Boolean, "Whether the application can't do without it.")
            .writable()
            .initially(Initial::False),
        property("name", String, "Its name.").writable(),
        property("source", String, "Where its value is from: `user`, or null for what is predefined.")
            .writable(),
    ],
};

/// A password of an application.
pub static PASSWORD_CREDENTIAL: Complex = Complex {
    name: "PasswordCredential",
    description: "A password that an application proves itself with: a client secret.",
    properties: &[
        property("customKeyIdentifier", String, "Not used.").edm_type(EdmType::Primitive("Edm.Binary")),
        property("displayName", String, "What it is for.").writable().max(120),
        property(
            "endDateTime",
            DateTime,
            "Until when it proves something: two years after its beginning, where nothing else is said.",
        )
        .writable(),
        property("hint", String, "The first three characters of the password."),
        property("keyId", String, "Its identifier.").format(Format::Guid),
        property(
            "secretText",
            String,
            "The password, which is shown in the answer that makes it, and never again.",
        ),
        property(
            "startDateTime",
            DateTime,
            "From when on it proves something: now, where nothing else is said.",
        )
        .writable(),
    ],
};

static KEY_TYPE: Enumeration = Enumeration { name: "KeyCredentialType", members: &["AsymmetricX509Cert"] };
static KEY_USAGE: Enumeration = Enumeration { name: "KeyCredentialUsage", members: &["Verify"] };

/// How many certificates an application has at most, and a service principal by itself.
pub const MAX_KEY_CREDENTIALS: usize = 50;

/// A certificate of an application.
pub static KEY_CREDENTIAL: Complex = Complex {
    name: "KeyCredential",
    description: "A certificate with whose key an application signs what proves it.",
    properties: &[
        property("customKeyIdentifier", String, "The SHA-1 thumbprint of the certificate, in Base64.")
            .writable()
            .format(Format::Base64)
            .edm_type(EdmType::Primitive("Edm.Binary")),
        property(
            "displayName",
            String,
            "What it is for; the certificate's subject where nothing else is said.",
        )
        .writable()
        .max(120),
        property(
            "endDateTime",
            DateTime,
            "Until when it proves something: no longer than the certificate is valid.",
        )
        .writable(),
        property("key", String, "The certificate, in Base64. It isn't shown again.")
            .writable()
            .max(8192)
            .format(Format::Base64)
            .edm_type(EdmType::Primitive("Edm.Binary")),
        property("keyId", String, "Its identifier.").writable().format(Format::Guid),
        property(
            "startDateTime",
            DateTime,
            "From when on it proves something: no sooner than the certificate is valid.",
        )
        .writable(),
        property("type", String, "The kind of key: `AsymmetricX509Cert`.")
            .writable()
            .format(Format::OneOf(&KEY_TYPE))
            .edm_type(EdmType::Primitive("Edm.String")),
        property("usage", String, "What it is used for: `Verify`.")
            .writable()
            .format(Format::OneOf(&KEY_USAGE))
            .edm_type(EdmType::Primitive("Edm.String")),
    ],
};
