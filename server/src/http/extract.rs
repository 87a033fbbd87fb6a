//! What handlers take out of a request, in the order in which faults are reported: who calls, the path, the
//! query, the body. Each refuses in Graph's own words.

use super::{
    body::{self, BodyShare, MAX_BODY},
    content,
    errors::{Failure, RequestFault},
    state::AppState,
};
use crate::{
    auth::tokens::TokenFault,
    model::{
        ids::{ObjectId, Sent},
        json::{self, JsonFault},
        permissions::Grants,
    },
    odata::{
        annotations::is_read,
        query::{Query, QueryFault, QueryOption},
        reference::Key,
    },
    store::Tenant,
};
use axum::{
    extract::{FromRequest, FromRequestParts, RawPathParams, Request},
    http::{HeaderMap, request::Parts},
};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use std::marker::PhantomData;

/// What a JSON value counts for in the budget of bodies, besides its text, in bytes: about what it takes in memory.
const VALUE_BYTES: usize = 256;

/// A body of more bytes isn't read on the thread that serves the request.
const SHORT_BODY: usize = 16 << 10;

/// Who calls: a verified token's tenant and grants. The authentication layer puts it into the request.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    /// The caller's tenant.
    pub tenant: Tenant,
    /// What the caller may do.
    pub grants: Grants,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get().copied().ok_or(Failure::Token(TokenFault::Missing))
    }
}

/// Where this server is for the caller. The outer layer puts it into the request.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Scheme, host and port that links name: the public URL's, else the request's own.
    pub links: String,
    /// Those that the request itself named.
    pub request: String,
}

impl Origin {
    /// The base of Graph's URLs.
    pub fn base(&self) -> String {
        format!("{}/v1.0", self.links)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get().cloned().ok_or(Failure::Request(RequestFault::Internal))
    }
}

/// The parameters of a path.
pub struct Path<T>(pub T);

/// What can be read off the parameters of a path.
pub trait FromPath: Sized {
    /// Reads it off the decoded parameters, in their order.
    fn from_path(parameters: &[String]) -> Result<Self, RequestFault>;
}

impl FromPath for Sent<ObjectId> {
    fn from_path(parameters: &[String]) -> Result<Self, RequestFault> {
        read_id(parameters.first())
    }
}

impl FromPath for (Sent<ObjectId>, Sent<ObjectId>) {
    fn from_path(parameters: &[String]) -> Result<Self, RequestFault> {
        Ok((read_id(parameters.first())?, read_id(parameters.get(1))?))
    }
}

impl FromPath for Key {
    fn from_path(parameters: &[String]) -> Result<Self, RequestFault> {
        match parameters.first() {
            Some(text) if !text.is_empty() => Ok(Self::read(text.clone())),
            _ => Err(RequestFault::Identifier(String::new())),
        }
    }
}

fn read_id(text: Option<&String>) -> Result<Sent<ObjectId>, RequestFault> {
    let text = text.map(String::as_str).unwrap_or_default();
    Sent::read(text).map_err(|_| RequestFault::Identifier(text.into()))
}

impl<T: FromPath, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Ok(raw) = RawPathParams::from_request_parts(parts, state).await else {
            let unreadable = |segment: &&str| percent_decode_str(segment).decode_utf8().is_err();
            let segment = parts.uri.path().split('/').find(unreadable);
            return Err(RequestFault::Identifier(segment.unwrap_or_default().into()).into());
        };
        let parameters: Vec<String> = raw.iter().map(|(_, value)| value.to_owned()).collect();
        Ok(Self(T::from_path(&parameters)?))
    }
}

/// The query options of an operation that takes those of `T`. In an annotation it documents them.
pub struct Options<T> {
    /// What they say.
    pub query: Query,
    takes: PhantomData<T>,
}

/// Which query options an operation takes.
pub trait Takes {
    /// The options.
    const OPTIONS: &'static [QueryOption];
    /// Those that Graph's operation takes besides.
    const NOT_YET: &'static [&'static str] = &[];
}

/// An operation that takes no query option.
pub struct Nothing;
/// An operation that answers a number.
pub struct Counts;
/// An operation that answers one object.
pub struct OneObject;
/// An operation that answers a page of objects.
pub struct Pages;
/// An operation that answers a page of references.
pub struct References;

impl Takes for Nothing {
    const OPTIONS: &'static [QueryOption] = &[];
}

impl Takes for Counts {
    const OPTIONS: &'static [QueryOption] = &[];
    const NOT_YET: &'static [&'static str] = &["$filter", "$search"];
}

impl Takes for OneObject {
    const OPTIONS: &'static [QueryOption] = &[QueryOption::Select];
    const NOT_YET: &'static [&'static str] = &["$expand", "$format"];
}

impl Takes for Pages {
    const OPTIONS: &'static [QueryOption] =
        &[QueryOption::Select, QueryOption::Top, QueryOption::Count, QueryOption::SkipToken];
    const NOT_YET: &'static [&'static str] = &["$expand", "$filter", "$format", "$orderby", "$search"];
}

impl Takes for References {
    const OPTIONS: &'static [QueryOption] = &[QueryOption::Top, QueryOption::Count, QueryOption::SkipToken];
    const NOT_YET: &'static [&'static str] = &["$filter", "$format", "$orderby", "$search"];
}

impl<T: Takes, S: Send + Sync> FromRequestParts<S> for Options<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let query = Query::read(parts.uri.query().unwrap_or_default(), T::OPTIONS, T::NOT_YET);
        match query {
            Err(QueryFault::NotServed(name)) if is_search(&name) && !is_eventual(&parts.headers) => {
                Err(QueryFault::SearchWithoutConsistencyLevel.into())
            }
            Ok(query) if query.counts() && !is_eventual(&parts.headers) => {
                Err(QueryFault::CountWithoutConsistencyLevel.into())
            }
            query => Ok(Self { query: query?, takes: PhantomData }),
        }
    }
}

fn is_search(option: &str) -> bool {
    option.trim_start_matches('$').eq_ignore_ascii_case("search")
}

/// The header `ConsistencyLevel: eventual`, which the path segment `$count` demands.
pub struct Eventual;

impl<S: Send + Sync> FromRequestParts<S> for Eventual {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let eventual = is_eventual(&parts.headers);
        eventual.then_some(Self).ok_or_else(|| QueryFault::CountSegmentWithoutConsistencyLevel.into())
    }
}

fn is_eventual(headers: &HeaderMap) -> bool {
    headers.get("consistencylevel").is_some_and(|level| level.as_bytes().eq_ignore_ascii_case(b"eventual"))
}

/// A body that is a JSON object.
pub struct Json(pub Map<String, Value>);

impl FromRequest<AppState> for Json {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        content::check(&parts.headers, "application/json")?;
        let Caller { tenant, .. } = *parts.extensions.get().ok_or(TokenFault::Missing)?;
        let bytes = body::read(&parts.extensions, Some(tenant.id), body, MAX_BODY).await?;
        if bytes.is_empty() {
            return Err(RequestFault::EmptyBody.into());
        }
        let share = BodyShare::of(&parts.extensions)?;
        let is_long = bytes.len() > SHORT_BODY;
        let read = move || Self::read(&bytes, |values| share.take(Some(tenant.id), values * VALUE_BYTES));
        if is_long {
            // Tenants take turns, as with all that takes long.
            app.store.tenant(tenant).read_long(move |_| read()).await
        } else {
            read()
        }
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
