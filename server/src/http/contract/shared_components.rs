//! What several operations show alike stands once, among the document's components, and the operations refer to it: examples of
//! errors, and whole error responses.

use axum::http::StatusCode;
use std::collections::BTreeMap;
use utoipa::openapi::{OpenApi, Ref, RefOr, Response, example::Example};

/// Moves what is shown more than once into the components.
pub fn share(document: &mut OpenApi) {
    let mut examples = Shared::default();
    error_responses(document).flat_map(|(_, response)| named_examples(response)).for_each(
        |(name, example)| {
            examples.see(name, example);
        },
    );
    error_responses(document).flat_map(|(_, response)| named_examples(response)).for_each(
        |(name, example)| {
            examples.refer(name, example, "examples");
        },
    );
    let mut responses = Shared::default();
    shared_responses(document).for_each(|(status, response)| responses.see(&component(status), response));
    shared_responses(document).for_each(|(status, response)| {
        responses.refer(&component(status), response, "responses");
    });
    let components = document.components.get_or_insert_default();
    components.examples.extend(examples.into_components());
    components.responses.extend(responses.into_components());
}

/// What was seen, by its name: each different one, and how often.
struct Shared<T>(BTreeMap<String, Vec<(T, usize)>>);

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Clone + PartialEq> Shared<T> {
    fn see(&mut self, name: &str, one: &RefOr<T>) {
        let RefOr::T(one) = one else { return };
        let seen = self.0.entry(name.into()).or_default();
        match seen.iter_mut().find(|(other, _)| other == one) {
            Some((_, times)) => *times += 1,
            None => seen.push((one.clone(), 1)),
        }
    }

    /// Puts a reference in the place of what was seen more than once.
    fn refer(&self, name: &str, one: &mut RefOr<T>, kind: &str) {
        let RefOr::T(value) = one else { return };
        let seen = self.0.get(name).map(Vec::as_slice).unwrap_or_default();
        if let Some(index) = seen.iter().position(|(other, times)| *times > 1 && other == value) {
            *one = RefOr::Ref(Ref::new(format!("#/components/{kind}/{}", numbered(name, index))));
        }
    }

    fn into_components(self) -> impl Iterator<Item = (String, RefOr<T>)> {
        self.0.into_iter().flat_map(|(name, seen)| {
            let shared = seen.into_iter().enumerate().filter(|(_, (_, times))| *times > 1);
            shared.map(move |(index, (one, _))| (numbered(&name, index), RefOr::T(one))).collect::<Vec<_>>()
        })
    }
}

/// The name of one of several: the first has no number.
fn numbered(name: &str, index: usize) -> String {
    if index == 0 { name.into() } else { format!("{name}{}", index + 1) }
}

/// The name of responses of this status: `BadRequest`.
fn component(status: &str) -> String {
    let reason = status.parse().ok().and_then(|status: StatusCode| status.canonical_reason());
    reason.unwrap_or(status).split(' ').collect()
}

/// The error responses of all operations, with their statuses.
fn error_responses(document: &mut OpenApi) -> impl Iterator<Item = (&String, &mut RefOr<Response>)> {
    let operations = document.paths.paths.values_mut().flat_map(|item| {
        [&mut item.get, &mut item.post, &mut item.patch, &mut item.put, &mut item.delete]
            .into_iter()
            .flatten()
    });
    let responses = operations.flat_map(|operation| operation.responses.responses.iter_mut());
    responses.filter(|(status, _)| status.starts_with(['4', '5']))
}

/// The same but for what this server doesn't do yet: the document's form for Graph itself leaves those out.
fn shared_responses(document: &mut OpenApi) -> impl Iterator<Item = (&String, &mut RefOr<Response>)> {
    error_responses(document).filter(|(status, _)| *status != StatusCode::NOT_IMPLEMENTED.as_str())
}

/// The examples of a response, with their names.
fn named_examples(response: &mut RefOr<Response>) -> Vec<(&String, &mut RefOr<Example>)> {
    let RefOr::T(response) = response else { return Vec::new() };
    let contents = response.content.values_mut().filter_map(|content| match content {
        RefOr::T(content) => Some(content.examples.iter_mut()),
        RefOr::Ref(_) => None,
    });
    contents.flatten().collect()
}
