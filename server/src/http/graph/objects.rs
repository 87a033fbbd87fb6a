//! What is the same for every kind of object: listing, counting and getting them.

use crate::{
    directory::objects,
    http::{
        answers::{self, Select},
        errors::Failure,
        extract::{Caller, Origin},
        paging::Listing,
        state::AppState,
    },
    model::{
        self,
        ids::{ObjectId, Sent},
        kinds::ObjectKind,
    },
    odata::query::Query,
    store::ReadTx,
};
use axum::response::Response;

/// Answers the objects of a kind, a page at a time.
pub(super) async fn list(
    app: &AppState,
    caller: &Caller,
    origin: Origin,
    kind: ObjectKind,
    query: Query,
) -> Result<Response, Failure> {
    let listing = Listing { origin, path: format!("/{}", model::entity(kind).set), query };
    let by = caller.grants;
    let list = move |tx: &ReadTx<'_>, query: &Query, after| {
        objects::list(tx, &by, kind, query.select.as_deref(), after, query.page_size())
    };
    let count = move |tx: &ReadTx<'_>| objects::count(tx, kind);
    let write =
        move |origin: &_, page: &_, select: Option<Select<'_>>| answers::entities(origin, kind, page, select);
    listing.answer(app, caller, list, count, write).await
}

/// Answers how many objects of a kind there are.
pub(super) async fn count(app: &AppState, caller: &Caller, kind: ObjectKind) -> Result<Response, Failure> {
    let count = move |tx: &ReadTx<'_>| objects::count(tx, kind).map_err(Failure::from);
    Ok(answers::count(app.store.tenant(caller.tenant).read_long(count).await?))
}

/// Answers an object of a kind.
pub(super) async fn get(
    app: &AppState,
    caller: &Caller,
    origin: &Origin,
    kind: ObjectKind,
    id: Sent<ObjectId>,
    query: &Query,
) -> Result<Response, Failure> {
    let (grants, select) = (caller.grants, query.select.clone());
    let get = move |tx: &ReadTx<'_>| objects::get(tx, &grants, kind, &id, select.as_deref());
    let found = app.store.tenant(caller.tenant).read(get).await?;
    answers::entity(origin, &found, Select::of(query, caller))
}
