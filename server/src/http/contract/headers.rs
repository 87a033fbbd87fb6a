//! The headers of answers, as the contract describes them: each once, and responses refer to it.

use axum::http::StatusCode;
use utoipa::openapi::{Components, Header, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response, Type};

/// A header of answers with some statuses.
struct Documented {
    /// Its name in the contract's components.
    component: &'static str,
    name: &'static str,
    kind: Type,
    description: &'static str,
    statuses: &'static [StatusCode],
}

const HEADERS: [Documented; 3] = [
    Documented {
        component: "Location",
        name: "Location",
        kind: Type::String,
        description: "The URL of the new object.",
        statuses: &[StatusCode::CREATED],
    },
    Documented {
        component: "RetryAfter",
        name: "Retry-After",
        kind: Type::Integer,
        description: "After how many seconds to try again.",
        statuses: &[StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE],
    },
    Documented {
        component: "Challenge",
        name: "WWW-Authenticate",
        kind: Type::String,
        description: "Which kind of token is asked for, and where it is issued.",
        statuses: &[StatusCode::UNAUTHORIZED],
    },
];

/// Adds all of them to what responses refer to.
pub(super) fn add(components: &mut Components) {
    for header in &HEADERS {
        components.headers.insert(header.component.into(), RefOr::T(header.documented()));
    }
}

/// Refers a response to those that go with its status.
pub(in crate::http) fn refer(status: &str, response: &mut Response) {
    for header in HEADERS.iter().filter(|header| header.statuses.iter().any(|one| one.as_str() == status)) {
        let reference = Ref::new(format!("#/components/headers/{}", header.component));
        response.headers.insert(header.name.into(), RefOr::Ref(reference));
    }
}

impl Documented {
    fn documented(&self) -> Header {
        let schema = ObjectBuilder::new().schema_type(self.kind.clone()).build();
        HeaderBuilder::new().schema(Some(schema)).description(Some(self.description)).build()
    }
}
