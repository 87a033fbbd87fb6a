//! What is the same for every kind of object: listing, counting and getting them.

use super::{
    AppState, answers,
    errors::Failure,
    extract::{Caller, Origin},
    paging,
};
use crate::{
    directory::objects,
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
    origin: &Origin,
    kind: ObjectKind,
    query: &Query,
) -> Result<Response, Failure> {
    let select = query.select.as_deref();
    let path = format!("/{}", model::entity(kind).set);
    let list = |tx: &ReadTx<'_>, after, limit| objects::list(tx, kind, select, after, limit);
    let count = |tx: &ReadTx<'_>| objects::count(tx, kind);
    let collection = paging::read(app, caller, origin, &path, query, list, count).await?;
    answers::entities(origin, kind, &collection, select)
}

/// Answers how many objects of a kind there are.
pub(super) async fn count(app: &AppState, caller: &Caller, kind: ObjectKind) -> Result<Response, Failure> {
    let count = |tx: &ReadTx<'_>| objects::count(tx, kind).map_err(Failure::from);
    Ok(answers::count(app.store.tenant(caller.tenant).read(count).await?))
}

/// Answers an object of a kind.
pub(super) async fn get(
    app: &AppState,
    caller: &Caller,
    origin: &Origin,
    kind: ObjectKind,
    id: &Sent<ObjectId>,
    query: &Query,
) -> Result<Response, Failure> {
    let get = |tx: &ReadTx<'_>| objects::get(tx, kind, id).map_err(Failure::from);
    answers::entity(origin, &app.store.tenant(caller.tenant).read(get).await?, query.select.as_deref())
}
