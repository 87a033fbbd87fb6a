//! What handlers take out of a request, in the order in which faults are reported: who calls, the path, the
//! query, the body. Each refuses in Graph's own words.

use super::{
    body::{self, BodyShare, MAX_BODY},
    content,
    errors::{Failure, RequestFault},
    paths::GraphPath,
    state::AppState,
};
use crate::{
    auth::tokens::TokenFault,
    model::{
        ids::{AppId, AsWritten, ObjectId},
        json::{self, JsonFault},
        kinds::ObjectKind,
        permissions::{Grants, Need},
        values::Values,
    },
    odata::{annotations::is_read, query::Query, reference::Key},
    store::Tenant,
};
use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, RawPathParams, Request},
    http::request::Parts,
};
use percent_encoding::percent_decode_str;

/// What a JSON value counts for in the budget of bodies, besides its text, in bytes: about what it takes in memory.
const VALUE_BYTES: usize = 256;

const JSON: &str = "application/json";

/// A body of more bytes isn't read on the thread that serves the request.
const SHORT_BODY: usize = 16 << 10;

/// Who calls: a verified token's tenant and grants. The authentication layer puts it into the request.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    /// The caller's tenant.
    pub tenant: Tenant,
    /// What the token grants. In a unit of work the caller's standing is added to it (`units_of_work.rs`).
    pub grants: Grants,
    /// The client that the token was given to, if it says so.
    pub client: Option<AppId>,
    /// What the operation needs that the caller asks for.
    pub need: &'static Need,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get().copied().ok_or(Failure::Token(TokenFault::Missing))
    }
}

/// The parameters of a path.
pub struct Path<T>(pub T);

/// What can be read off the parameters of a path, or who calls where that names it.
pub trait FromPath: Sized {
    /// Reads it off the parameters.
    fn from_path(caller: &Caller, parameters: &Parameters) -> Result<Self, RequestFault>;
}

/// The parameters of a path, decoded.
pub struct Parameters {
    /// Their texts, in their order.
    texts: Vec<String>,
    /// The kind of object that the first one names by its alternate key.
    alternate: Option<ObjectKind>,
}

impl Parameters {
    fn text(&self, index: usize) -> String {
        self.texts.get(index).cloned().unwrap_or_default()
    }

    fn id(&self, index: usize) -> Result<AsWritten<ObjectId>, RequestFault> {
        AsWritten::read(self.text(index)).map_err(|_| RequestFault::Identifier(self.text(index)))
    }
}

/// The key of an object of a kind: its id, or its alternate key.
pub struct IdKey(pub Key);

impl FromPath for IdKey {
    fn from_path(_: &Caller, parameters: &Parameters) -> Result<Self, RequestFault> {
        Ok(Self(match parameters.alternate {
            Some(kind) => Key::alternate(kind, parameters.text(0)),
            None => Key::Id(parameters.id(0)?),
        }))
    }
}

impl FromPath for AsWritten<ObjectId> {
    fn from_path(_: &Caller, parameters: &Parameters) -> Result<Self, RequestFault> {
        parameters.id(0)
    }
}

impl FromPath for () {
    fn from_path(_: &Caller, _: &Parameters) -> Result<Self, RequestFault> {
        Ok(())
    }
}

/// What names a resource by another text than an id.
impl FromPath for String {
    fn from_path(_: &Caller, parameters: &Parameters) -> Result<Self, RequestFault> {
        Ok(parameters.text(0))
    }
}

impl<K: FromPath> FromPath for (K, AsWritten<ObjectId>) {
    fn from_path(caller: &Caller, parameters: &Parameters) -> Result<Self, RequestFault> {
        Ok((K::from_path(caller, parameters)?, parameters.id(1)?))
    }
}

/// What an object has, named by another text than an id.
impl<K: FromPath> FromPath for (K, String) {
    fn from_path(caller: &Caller, parameters: &Parameters) -> Result<Self, RequestFault> {
        Ok((K::from_path(caller, parameters)?, parameters.text(1)))
    }
}

impl FromPath for Key {
    fn from_path(_: &Caller, parameters: &Parameters) -> Result<Self, RequestFault> {
        match (parameters.alternate, parameters.text(0)) {
            (_, text) if text.is_empty() => Err(RequestFault::Identifier(text)),
            (Some(kind), text) => Ok(Self::alternate(kind, text)),
            (None, text) => Ok(Self::read(text)),
        }
    }
}

impl<T: FromPath, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let raw = raw_parameters(parts).await?;
        let texts = raw.iter().map(|(_, value)| value.to_owned()).collect();
        let parameters = Parameters { texts, alternate: alternate(parts) };
        Ok(Self(T::from_path(&caller, &parameters)?))
    }
}

/// The kind of object that a path names by its alternate key.
fn alternate(parts: &Parts) -> Option<ObjectKind> {
    parts.extensions.get::<GraphPath>()?.alternate
}

/// Refuses a request whose path has another text than an id where one of these parameters stands, but for an alternate key.
pub(super) async fn check_ids(parts: &mut Parts, parameters: &[String]) -> Result<(), RequestFault> {
    let raw = raw_parameters(parts).await?;
    let others = raw.iter().skip(usize::from(alternate(parts).is_some()));
    let mut ids = others.filter(|(name, _)| parameters.iter().any(|id| id == name));
    match ids.find(|(_, text)| text.parse::<ObjectId>().is_err()) {
        Some((_, text)) => Err(RequestFault::Identifier(text.into())),
        None => Ok(()),
    }
}

async fn raw_parameters(parts: &mut Parts) -> Result<RawPathParams, RequestFault> {
    let read = RawPathParams::from_request_parts(parts, &()).await;
    read.map_err(|_| {
        let unreadable = |segment: &&str| percent_decode_str(segment).decode_utf8().is_err();
        let segment = parts.uri.path().split('/').find(unreadable);
        RequestFault::Identifier(segment.unwrap_or_default().into())
    })
}

/// What the query options of the operation say, which were read when the request was let through.
impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.remove().ok_or(Failure::Request(RequestFault::Internal))
    }
}

/// A body that is a JSON object.
pub struct Json(pub Values);

impl FromRequest<AppState> for Json {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, Failure> {
        read_json(request, app, MAX_BODY, |bytes, take| {
            Self::read(bytes, |values| take(values * VALUE_BYTES))
        })
        .await
    }
}

/// The same, which can be left out: an empty body says nothing, whatever its type.
pub struct OptionalJson(pub Values);

impl FromRequest<AppState> for OptionalJson {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        let bytes = bytes_of(&parts, body, MAX_BODY).await?;
        if bytes.is_empty() {
            return Ok(Self(Values::new()));
        }
        content::check(&parts.headers, JSON)?;
        let read = |bytes: &[u8], take: &Take| Json::read(bytes, |values| take(values * VALUE_BYTES));
        Ok(Self(parse(app, &parts, bytes, read).await?.0))
    }
}

/// Counts bytes for the budget of bodies, which can refuse them.
type Take<'t> = dyn Fn(usize) -> Result<(), RequestFault> + 't;

/// Reads a body of JSON, of at most `limit` bytes. `read` is told how to count for the budget of bodies what it makes of it.
pub(super) async fn read_json<T: Send + 'static>(
    request: Request,
    app: &AppState,
    limit: usize,
    read: impl FnOnce(&[u8], &Take) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let (parts, body) = request.into_parts();
    content::check(&parts.headers, JSON)?;
    match bytes_of(&parts, body, limit).await? {
        bytes if bytes.is_empty() => Err(RequestFault::EmptyBody.into()),
        bytes => parse(app, &parts, bytes, read).await,
    }
}

fn tenant_of(parts: &Parts) -> Result<Tenant, TokenFault> {
    parts.extensions.get().map(|Caller { tenant, .. }| *tenant).ok_or(TokenFault::Missing)
}

async fn bytes_of(parts: &Parts, body: Body, limit: usize) -> Result<Vec<u8>, Failure> {
    Ok(body::read(&parts.extensions, Some(tenant_of(parts)?.id), body, limit).await?)
}

/// Parses a body, a long one on a thread for long reads.
async fn parse<T: Send + 'static>(
    app: &AppState,
    parts: &Parts,
    bytes: Vec<u8>,
    read: impl FnOnce(&[u8], &Take) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let (tenant, share) = (tenant_of(parts)?, BodyShare::of(&parts.extensions)?);
    let is_long = bytes.len() > SHORT_BODY;
    let read = move || read(&bytes, &|bytes| share.take(Some(tenant.id), bytes));
    if is_long {
        // Tenants take turns, as with all that takes long.
        app.store.tenant(tenant).read_long(move |_| read()).await
    } else {
        read()
    }
}

impl Json {
    /// Reads a body. `take` is told how many values it has, and can refuse them.
    fn read(bytes: &[u8], take: impl FnOnce(usize) -> Result<(), RequestFault>) -> Result<Self, Failure> {
        let object = json::read_object_of(bytes, is_read).map_err(|fault| match fault {
            JsonFault::Invalid => RequestFault::Json,
            JsonFault::Duplicate(name) => RequestFault::DuplicateName(name),
            JsonFault::TooLarge => RequestFault::TooLarge,
        })?;
        take(object.values)?;
        Ok(Self(object.members))
    }
}
