//! Collections: one page of a listing, where the next one is, and how many objects there are in all.

use super::{
    answers::{Collection, Form, Shown},
    body,
    errors::{Failure, RequestFault},
    extract::Caller,
    state::AppState,
};
use crate::{
    auth::keys::Keys,
    directory::{self, objects::Page},
    model::permissions::Grants,
    odata::{
        listing::{Cursor, Listing},
        page_token,
        query::Query,
        scope::Scope,
    },
    store::{self, ReadTx},
};
use axum::response::Response;
use std::sync::Arc;

/// A request for a page of a collection.
pub(super) struct PageRequest {
    /// Who asks.
    pub caller: Caller,
    /// Where this server is for the caller.
    pub form: Form,
    /// The collection's path under the version: paging tokens are good for it only, in this tenant, with the same query.
    pub path: String,
    /// What the collection holds.
    pub scope: Scope,
    /// The query.
    pub query: Query,
}

impl PageRequest {
    /// Answers the page, and the count with it, in one snapshot. `list` reads both, and `write` makes the answer.
    pub(super) async fn answer(
        self,
        app: &AppState,
        list: impl Fn(&ReadTx<'_>, &Grants, &Listing) -> Result<Page, directory::Error> + Send + Sync + 'static,
        write: impl Fn(&Form, &Collection, Shown<'_>) -> Result<Response, Failure> + Send + Sync + 'static,
    ) -> Result<Response, Failure> {
        let pages = Pages::of(app, &self.caller, &self.path, &self.query).await?;
        let listing = self.scope.listing(&self.query, pages.after(&self.query)?)?;
        let (tenant, is_short) = (self.caller.tenant, self.query.is_short());
        let by = self.caller.admission(app);
        let answer = Arc::new(move |tx: &ReadTx<'_>| {
            let Self { caller, form, query, .. } = &self;
            let page = list(tx, &by(tx)?, &listing)?;
            let next_link = page.next.as_ref().map(|after| pages.link(form, query, after)).transpose()?;
            let shown = Shown::of(query.select.as_deref(), listing.expand.as_ref(), caller);
            write(form, &Collection { page, next_link }, shown)
        });
        let store = app.store.tenant(tenant);
        if is_short {
            let answer = answer.clone();
            match store.read(move |tx| answer(tx)).await {
                Err(Failure::Store(store::Error::Large)) => {}
                answered => return answered,
            }
        }
        let response = store.read_long(move |tx| answer(tx)).await?;
        Ok(body::hold(response, &app.answer_budget.share(), Some(tenant.id))?)
    }
}

/// The pages of a collection, for one query of one tenant's.
pub(super) struct Pages {
    keys: Arc<Keys>,
    /// The collection's path under the version.
    path: String,
    /// What paging tokens are bound to.
    bound_to: String,
}

impl Pages {
    /// Those of the collection at this path.
    pub(super) async fn of(
        app: &AppState,
        caller: &Caller,
        path: &str,
        query: &Query,
    ) -> Result<Self, Failure> {
        let bound_to = format!("{path} {} {}", caller.tenant.id, query.fixed());
        Ok(Self { keys: app.keys().await?, path: path.into(), bound_to })
    }

    /// After which object the page begins that a query asks for.
    pub(super) fn after(&self, query: &Query) -> Result<Cursor, RequestFault> {
        let Some(token) = &query.skip_token else { return Ok(Cursor::START) };
        let opened = self.keys.all_paging().find_map(|key| page_token::open(key, token, &self.bound_to));
        opened.ok_or(RequestFault::PageToken)
    }

    /// The URL of the page after this object.
    pub(super) fn link(&self, form: &Form, query: &Query, after: &Cursor) -> Result<String, RequestFault> {
        let token = page_token::seal(self.keys.paging(), after, &self.bound_to);
        let token = token.ok_or(RequestFault::Internal)?;
        Ok(format!("{}{}?{}", form.origin.base(), self.path, query.next(&token)))
    }
}
