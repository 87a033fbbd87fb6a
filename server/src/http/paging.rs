//! Collections: one page of a listing, where the next one is, and how many objects there are in all.

use super::{
    answers::{Collection, Select},
    body,
    errors::{Failure, RequestFault},
    extract::{Caller, Origin},
    state::AppState,
};
use crate::{
    auth::keys::Keys,
    directory::{self, objects::Page},
    odata::{page_token, query::Query},
    store::{self, ReadTx, objects::RowNumber},
};
use axum::response::Response;
use std::sync::Arc;

/// What is asked for of a collection.
pub(super) struct Listing {
    /// Where this server is for the caller.
    pub origin: Origin,
    /// The collection's path under the version: paging tokens are good for it only, in this tenant, with the same query.
    pub path: String,
    /// The query.
    pub query: Query,
}

impl Listing {
    /// Answers the page that the query asks for, and the count with it, in one snapshot. `list` reads the page after a
    /// position, `count` counts, and `write` makes the answer.
    pub(super) async fn answer(
        self,
        app: &AppState,
        caller: &Caller,
        list: impl Fn(&ReadTx<'_>, &Query, RowNumber) -> Result<Page, directory::Error> + Send + Sync + 'static,
        count: impl Fn(&ReadTx<'_>) -> Result<u64, directory::Error> + Send + Sync + 'static,
        write: impl Fn(&Origin, &Collection, Option<Select<'_>>) -> Result<Response, Failure>
        + Send
        + Sync
        + 'static,
    ) -> Result<Response, Failure> {
        let keys = app.keys().await?.clone();
        let bound_to = format!("{} {} {}", self.path, caller.tenant.id, self.query.fixed());
        let after = self.after(&keys, &bound_to)?;
        let is_short = self.query.is_short();
        let caller = *caller;
        let answer = Arc::new(move |tx: &ReadTx<'_>| {
            let page = list(tx, &self.query, after)?;
            let count = self.query.counts().then(|| count(tx)).transpose()?;
            let next_link = page.next.map(|row| self.link(row, &keys, &bound_to)).transpose()?;
            let select = Select::of(&self.query, &caller);
            write(&self.origin, &Collection { page, next_link, count }, select)
        });
        let tenant = app.store.tenant(caller.tenant);
        if is_short {
            let answer = answer.clone();
            match tenant.read(move |tx| answer(tx)).await {
                Err(Failure::Store(store::Error::Large)) => {}
                answered => return answered,
            }
        }
        let response = tenant.read_long(move |tx| answer(tx)).await?;
        Ok(body::hold(response, &app.answer_budget.share(), Some(caller.tenant.id))?)
    }

    /// After which object the page begins.
    fn after(&self, keys: &Keys, bound_to: &str) -> Result<RowNumber, RequestFault> {
        let Some(token) = &self.query.skip_token else { return Ok(RowNumber::START) };
        let position = page_token::open(keys.paging(), token, bound_to).ok_or(RequestFault::PageToken)?;
        Ok(RowNumber::from_position(position))
    }

    /// The URL of the page after this object.
    fn link(&self, row: RowNumber, keys: &Keys, bound_to: &str) -> Result<String, RequestFault> {
        let token =
            page_token::seal(keys.paging(), row.position(), bound_to).ok_or(RequestFault::Internal)?;
        Ok(format!("{}{}?{}", self.origin.base(), self.path, self.query.next(&token)))
    }
}
