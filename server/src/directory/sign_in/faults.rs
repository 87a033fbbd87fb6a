//! Why signing in, or a token, is refused. `http/authority/faults.rs` has the numbers and the words.

use crate::{auth::assertions::AssertionFault, directory, model::ids::TenantId, store};

/// Why it is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The tenant has no application of this client id.
    #[error("no client '{client}' in '{tenant}'")]
    UnknownClient {
        /// The client id.
        client: String,
        /// The tenant.
        tenant: TenantId,
    },
    /// The client's service principal is disabled.
    #[error("the client '{0}' is disabled")]
    DisabledClient(String),
    /// The client isn't known by this redirect URI.
    #[error("'{uri}' isn't a redirect URI of '{client}'")]
    RedirectUri {
        /// The redirect URI.
        uri: String,
        /// The client.
        client: String,
    },
    /// The secret isn't the client's.
    #[error("wrong secret of '{0}'")]
    Secret(String),
    /// The secret was the client's, and has ended.
    #[error("an ended secret of '{0}'")]
    ExpiredSecret(String),
    /// The client has to prove who it is, and doesn't.
    #[error("'{0}' proves nothing")]
    NoProof(String),
    /// The client is public, and proves who it is.
    #[error("'{0}' is public")]
    PublicClient(String),
    /// The client's assertion proves nothing.
    #[error("the assertion of '{client}' proves nothing: {fault}")]
    Assertion {
        /// The client.
        client: String,
        /// Why.
        fault: AssertionFault,
    },
    /// The assertion isn't about the client.
    #[error("the assertion is about another client")]
    AssertionOfAnother,
    /// The assertion was used before.
    #[error("the assertion was used before")]
    AssertionUsed,
    /// None of the client's federated credentials is for this issuer, subject and audience.
    #[error("no federated credential for subject '{subject}' of '{issuer}'")]
    Federation {
        /// The assertion's issuer.
        issuer: String,
        /// The assertion's subject.
        subject: String,
    },
    /// The tenant knows no keys of this issuer.
    #[error("the keys of '{0}' aren't known")]
    UnknownIssuer(String),
    /// The keys of this issuer can't be had.
    #[error("the keys of '{0}' can't be had")]
    IssuerKeys(String),
    /// The tenant has no such resource.
    #[error("no resource '{resource}' in '{tenant}'")]
    UnknownResource {
        /// What was asked for.
        resource: String,
        /// The tenant.
        tenant: TenantId,
    },
    /// The resource's service principal is disabled.
    #[error("the resource '{0}' is disabled")]
    DisabledResource(String),
    /// Only users may use the application who were assigned to it, and the user wasn't.
    #[error("'{user}' isn't assigned to '{name}' ({application})")]
    UserNotAssigned {
        /// The user.
        user: String,
        /// The application: the client, or the resource.
        application: String,
        /// Its name.
        name: String,
    },
    /// Only clients get tokens for the resource that were assigned to it, and the client wasn't.
    #[error("'{name}' ({client}) isn't assigned to '{resource_name}' ({resource})")]
    ClientNotAssigned {
        /// The client.
        client: String,
        /// Its name.
        name: String,
        /// The resource.
        resource: String,
        /// Its name.
        resource_name: String,
    },
    /// A scope of more than one resource.
    #[error("scopes of several resources: '{0}'")]
    SeveralResources(String),
    /// A scope that is no text for one.
    #[error("no scope: '{0}'")]
    Scope(String),
    /// The resource doesn't have this scope.
    #[error("'{resource}' has no scope '{scope}'")]
    UnknownScope {
        /// The client that asked.
        client: String,
        /// The scope.
        scope: String,
        /// The resource's client id.
        resource: String,
    },
    /// The client asks for everything that it needs, and its application says of nothing that it does.
    #[error("the application of '{0}' says of nothing that it needs it")]
    NothingRequired(String),
    /// Nobody has consented.
    #[error("nobody has consented to '{name}' ({client})")]
    ConsentRequired {
        /// The client.
        client: String,
        /// Its name.
        name: String,
    },
    /// Only an administrator can consent.
    #[error("an administrator has to consent to '{name}' ({client})")]
    AdministratorRequired {
        /// The client.
        client: String,
        /// Its name.
        name: String,
    },
    /// A device code that isn't one.
    #[error("the device code is invalid")]
    DeviceCode,
    /// A code, device code or refresh token that isn't one, or another client's.
    #[error("the grant is invalid")]
    Grant,
    /// The code was redeemed before.
    #[error("the code was redeemed before")]
    CodeUsed,
    /// The code has expired.
    #[error("the grant has expired")]
    GrantExpired,
    /// The refresh token hasn't been used for too long.
    #[error("the refresh token has expired")]
    RefreshTokenExpired,
    /// All refresh tokens of a page's sign-in have ended.
    #[error("the refresh token of a page has expired")]
    PageTokenExpired,
    /// The refresh token was given before the user's sessions were revoked.
    #[error("the grant was revoked")]
    GrantRevoked,
    /// The code was asked for with another redirect URI.
    #[error("another redirect URI than the code's")]
    OtherRedirectUri,
    /// The verifier doesn't fit the code's challenge.
    #[error("the verifier doesn't fit")]
    Verifier,
    /// A single-page application's code or token is asked for by what isn't one.
    #[error("only pages may redeem this")]
    NotFromPage,
    /// What isn't a single-page application's is asked for by a page.
    #[error("pages may not redeem this")]
    FromPage,
    /// Nobody has entered the device's code yet.
    #[error("authorization is pending")]
    Pending,
    /// The same, asked for too often.
    #[error("asked for too often")]
    SlowDown,
    /// The user refused.
    #[error("the user refused")]
    Declined,
    /// The user didn't consent.
    #[error("the user didn't consent")]
    ConsentDeclined,
    /// The device code has expired.
    #[error("the device code has expired")]
    DeviceCodeExpired,
    /// There is no device code with this user code that waits for anybody.
    #[error("no device waits with this code")]
    UserCode,
    /// Too many wrong codes of devices were entered.
    #[error("too many wrong codes")]
    TooManyCodes,
    /// As many device codes wait as may.
    #[error("too many devices wait")]
    TooManyDevices,
    /// Name and password don't go together.
    #[error("wrong name or password")]
    Password,
    /// There were too many wrong ones.
    #[error("too many wrong passwords")]
    Locked,
    /// The password has to be changed first.
    #[error("the password has to be changed")]
    MustChangePassword,
    /// The user is disabled.
    #[error("the user is disabled")]
    DisabledUser,
    /// There is no such account.
    #[error("no such account")]
    UnknownUser,
    /// The user was deleted.
    #[error("the user was deleted")]
    DeletedUser,
    /// The assertion that a client acts by isn't a token of the tenant's.
    #[error("not a token to act by")]
    OnBehalfOf,
    /// It is for another one.
    #[error("a token for another than '{0}'")]
    OnBehalfOfAnother(String),
    /// It is an application's by itself.
    #[error("a token of no user for '{0}'")]
    OnBehalfOfNobody(String),
    /// The same, and it has ended.
    #[error("a user's token for this client that has ended")]
    OnBehalfOfTime,
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    LoginRequired,
}

/// A fault, or what broke.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// It is refused.
    #[error(transparent)]
    Refused(#[from] Fault),
    /// The directory or its store failed.
    #[error(transparent)]
    Failed(#[from] directory::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.into())
    }
}
