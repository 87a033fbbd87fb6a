//! What a token says, with claims as Entra writes them, and why one isn't accepted. Nothing here knows keys.

use crate::model::{
    ids::{AppId, ObjectId, TenantId},
    permissions::{Grants, Permissions, Principal},
    values::Values,
};
use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// What tokens for Graph are for, however Graph was named.
pub const GRAPH: &str = "https://graph.microsoft.com";

/// Graph's own application id, an audience too.
pub const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";

/// How far clocks may be apart, in seconds.
pub const LEEWAY_SECONDS: i64 = 300;

/// The default lifetime of a token, in seconds.
pub const LIFETIME_SECONDS: i64 = 3600;

/// The tenant of personal Microsoft accounts, which this surface doesn't support.
const PERSONAL_ACCOUNTS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// Why a token isn't accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// There is none, or an empty one.
    #[error("no token")]
    Missing,
    /// It isn't a JWT.
    #[error("not a JWT")]
    NotWellFormed,
    /// Its header or claims can't be read, or it names another algorithm.
    #[error("unreadable header or claims")]
    Unreadable,
    /// No key of this server signed it.
    #[error("wrong signature")]
    Signature,
    /// It has expired.
    #[error("expired")]
    Expired,
    /// It isn't valid yet.
    #[error("not valid yet")]
    NotYetValid,
    /// It is for another service.
    #[error("wrong audience")]
    Audience,
    /// It was issued before its user's sessions were revoked.
    #[error("revoked")]
    Revoked,
    /// Its user or application is disabled.
    #[error("principal disabled")]
    PrincipalDisabled,
    /// Its user or application was deleted.
    #[error("principal deleted")]
    PrincipalDeleted,
    /// Its `oid` is that of an object which isn't what it speaks for: a group, or a user in an application's token.
    #[error("the oid of another kind of object")]
    NoPrincipal,
    /// Its claims fit neither a user nor an application.
    #[error("neither a user's token nor an application's")]
    Subject,
    /// It is of no tenant, of an unknown one, of one that was deleted or of a personal account.
    #[error("no such tenant")]
    Tenant,
}

/// A verified token: which tenant it is of, and what it grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// The `tid`, which the store must know too.
    pub tenant: TenantId,
    /// When it was issued, in seconds since 1970, if it says so: before its tenant was made, it is another one's.
    pub issued_at: Option<i64>,
    /// Whom it speaks for, and the permissions in it.
    pub grants: Grants,
    /// The client that it was given to, if it says so.
    pub client: Option<AppId>,
}

/// What a token is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// Graph.
    Graph,
    /// The interface of an application.
    Application {
        /// Its client id.
        app_id: AppId,
        /// What the token calls it.
        name: String,
        /// The version that its tokens have (`api.requestedAccessTokenVersion`).
        version: Version,
        /// What its tokens say besides of users.
        more: Values,
    },
}

impl Audience {
    /// The same, whose token says this besides.
    pub fn saying(self, more: Values) -> Self {
        match self {
            Self::Graph => Self::Graph,
            Self::Application { app_id, name, version, .. } => {
                Self::Application { app_id, name, version, more }
            }
        }
    }

    /// What its token says besides.
    pub(super) fn more(&self) -> Option<&Values> {
        match self {
            Self::Graph => None,
            Self::Application { more, .. } => Some(more),
        }
    }

    /// What the token calls it.
    pub fn name(&self) -> &str {
        match self {
            Self::Graph => GRAPH,
            Self::Application { name, .. } => name,
        }
    }
}

/// Entra's versions of tokens. They have other issuers, and other names for the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// 1.0.
    First,
    /// 2.0.
    Second,
}

impl Version {
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::First => "1.0",
            Self::Second => "2.0",
        }
    }
}

/// Whom a token is to speak for.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A user, through some application.
    User {
        /// The user's id.
        id: ObjectId,
        /// The user's sign-in name.
        user_principal_name: String,
        /// The user's name.
        display_name: Option<String>,
        /// The client that the user signed in to, if it was one.
        client: Option<AppId>,
        /// Delegated permissions.
        scopes: Vec<String>,
        /// The roles of the resource that the user was assigned.
        roles: Vec<String>,
    },
    /// An application by itself.
    Application {
        /// Its client id.
        app_id: AppId,
        /// Its service principal's id.
        id: ObjectId,
        /// Application permissions.
        roles: Vec<String>,
    },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Audiences {
    One(String),
    Many(Vec<String>),
}

impl Default for Audiences {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl Subject {
    /// The client id of whoever the token is given to.
    fn client(&self) -> Option<String> {
        match self {
            Self::User { client, .. } => client.map(|client| client.to_string()),
            Self::Application { app_id, .. } => Some(app_id.to_string()),
        }
    }
}

/// The claims that this server writes and reads.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Claims {
    aud: Audiences,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    appid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    azp: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    idtyp: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    oid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    preferred_username: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    roles: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scp: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unique_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    upn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uti: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ver: Option<String>,
}

/// What is left to look at in a token whose signature is good.
pub(super) struct SignedClaims {
    audience: Audiences,
    pub(super) exp: i64,
    pub(super) nbf: Option<i64>,
    pub(super) verified: Result<Verified, TokenFault>,
}

impl SignedClaims {
    /// Whether it is for one of these audiences.
    pub(super) fn names(&self, audiences: &[String]) -> bool {
        match &self.audience {
            Audiences::One(audience) => audiences.contains(audience),
            Audiences::Many(named) => named.iter().any(|audience| audiences.contains(audience)),
        }
    }

    /// Whether it is for Graph, by URL or application id, or for one of these origins. A URL may end in a slash.
    pub(super) fn is_for(&self, origins: &[String]) -> bool {
        let known = |audience: &String| {
            let origin = audience.strip_suffix('/').unwrap_or(audience);
            audience == GRAPH_APP_ID || origin == GRAPH || origins.iter().any(|known| known == origin)
        };
        match &self.audience {
            Audiences::One(audience) => known(audience),
            Audiences::Many(audiences) => audiences.iter().any(known),
        }
    }
}

impl From<Claims> for SignedClaims {
    fn from(claims: Claims) -> Self {
        let verified = claims.read();
        Self { audience: claims.aud, exp: claims.exp, nbf: claims.nbf, verified }
    }
}

impl Claims {
    /// The claims of a token for this audience that lives from one time to another, in seconds since 1970.
    pub(super) fn new(
        origin: &str,
        audience: &Audience,
        tenant: TenantId,
        subject: &Subject,
        (from, exp): (i64, i64),
    ) -> Self {
        let claims = Self {
            aud: Audiences::One(audience.name().into()),
            iss: Some(issuer(origin, tenant, Version::Second)),
            iat: Some(from),
            nbf: Some(from),
            exp,
            tid: Some(tenant.to_string()),
            ver: Some(Version::Second.text().into()),
            ..Self::default()
        };
        let claims = match subject {
            Subject::User { id, scopes, roles, .. } => Self {
                oid: Some(id.to_string()),
                sub: Some(id.to_string()),
                roles: Some(roles.clone()).filter(|roles| !roles.is_empty()),
                scp: Some(scopes.join(" ")),
                ..claims
            },
            Subject::Application { id, roles, .. } => Self {
                oid: Some(id.to_string()),
                sub: Some(id.to_string()),
                roles: Some(roles.clone()).filter(|roles| !roles.is_empty()),
                ..claims
            },
        };
        match audience {
            Audience::Graph => claims.for_graph(subject),
            Audience::Application { app_id, version, .. } => {
                claims.for_application(origin, tenant, *app_id, *version, subject)
            }
        }
    }

    /// What tokens for Graph say besides.
    fn for_graph(self, subject: &Subject) -> Self {
        let (idtyp, upn) = match subject {
            Subject::User { user_principal_name, .. } => ("user", Some(user_principal_name.clone())),
            Subject::Application { .. } => ("app", None),
        };
        Self { appid: subject.client(), idtyp: Some(idtyp.into()), upn, ..self }
    }

    /// What tokens for an application's own interface say besides: Entra's pages *access token claims reference* of each version.
    /// Two applications don't know by `sub` that a user is the same.
    fn for_application(
        mut self,
        origin: &str,
        tenant: TenantId,
        app_id: AppId,
        version: Version,
        subject: &Subject,
    ) -> Self {
        self.iss = Some(issuer(origin, tenant, version));
        self.ver = Some(version.text().into());
        self.uti = Some(URL_SAFE_NO_PAD.encode(ObjectId::random().uuid().as_bytes()));
        match version {
            Version::First => self.appid = subject.client(),
            Version::Second => self.azp = subject.client(),
        }
        let Subject::User { id, user_principal_name, display_name, .. } = subject else { return self };
        self.sub = Some(pairwise(tenant, app_id, *id));
        self.name = display_name.clone();
        match version {
            Version::First => {
                self.unique_name = Some(user_principal_name.clone());
                self.upn = Some(user_principal_name.clone());
            }
            Version::Second => self.preferred_username = Some(user_principal_name.clone()),
        }
        self
    }

    /// Whom the token speaks for, and in which tenant. `idtyp` says what kind of token it is. Where it is absent, `scp`
    /// decides, which only users' tokens have:
    ///
    /// | `idtyp` | `scp` | speaks for | what counts |
    /// |---|---|---|---|
    /// | `app` | absent | an application | `roles` |
    /// | `app` | present | refused | |
    /// | `user` | present | a user | `scp` |
    /// | `user` | absent | refused | |
    /// | absent | absent | an application | `roles` |
    /// | absent | present | a user | `scp` |
    /// | another, such as `device` | either | refused | |
    ///
    /// `roles` may be present or absent in each row: an application without granted permissions has none, and those in a
    /// user's token are the user's roles in the application, which grant nothing here.
    fn read(&self) -> Result<Verified, TokenFault> {
        let tenant = self.tid.as_deref().filter(|&tid| tid != PERSONAL_ACCOUNTS);
        let tenant = tenant.and_then(|tid| TenantId::from_str(tid).ok()).ok_or(TokenFault::Tenant)?;
        let id = self.oid.as_deref().map(ObjectId::from_str).transpose();
        let id = id.map_err(|_| TokenFault::Unreadable)?;
        let grants = match (self.idtyp.as_deref(), self.scp.as_deref()) {
            (Some("user") | None, Some(scopes)) => Grants::of_token(
                Principal::User(id),
                Permissions::from_names(scopes.split_ascii_whitespace()),
            ),
            (Some("app") | None, None) => Grants::of_token(
                Principal::Application(id),
                Permissions::from_names(self.roles.iter().flatten().map(String::as_str)),
            ),
            (Some(_), _) => return Err(TokenFault::Subject),
        };
        let client = self.appid.as_deref().or(self.azp.as_deref()).and_then(|client| client.parse().ok());
        Ok(Verified { tenant, issued_at: self.iat, grants, client })
    }
}

/// Who issues a tenant's tokens.
pub(super) fn issuer(origin: &str, tenant: TenantId, version: Version) -> String {
    match version {
        Version::First => format!("{origin}/{tenant}/"),
        Version::Second => format!("{origin}/{tenant}/v2.0"),
    }
}

/// A user's name for one client: another client's tells nothing of it.
pub fn pairwise(tenant: TenantId, client: AppId, user: ObjectId) -> String {
    let text = format!("{tenant} {client} {user}");
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
}
