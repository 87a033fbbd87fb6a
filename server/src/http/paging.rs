//! Collections: one page of a listing, where the next one is, and how many objects there are in all.

use super::{
    AppState,
    errors::{Failure, RequestFault},
    extract::{Caller, Origin},
};
use crate::{
    directory::{self, objects::Page},
    odata::{page_token, query::Query},
    store::{ReadTx, objects::RowNumber},
};

/// A page that is ready to be answered.
pub(super) struct Collection {
    /// The objects.
    pub page: Page,
    /// The URL of the next page.
    pub next_link: Option<String>,
    /// How many objects there are in all, where the caller asked for it.
    pub count: Option<u64>,
}

/// Reads the page that the query asks for, and the count with it, in one snapshot. `path` is the collection's
/// under the version: paging tokens are good for it alone, in this tenant, with the same query.
pub(super) async fn read(
    app: &AppState,
    caller: &Caller,
    origin: &Origin,
    path: &str,
    query: &Query,
    list: impl FnOnce(&ReadTx<'_>, RowNumber, usize) -> Result<Page, directory::Error>,
    count: impl FnOnce(&ReadTx<'_>) -> Result<u64, directory::Error>,
) -> Result<Collection, Failure> {
    let keys = app.keys().await?;
    let bound_to = format!("{path} {} {}", caller.tenant.id, query.fixed());
    let after = match &query.skip_token {
        Some(token) => {
            let position =
                page_token::open(keys.paging(), token, &bound_to).ok_or(RequestFault::PageToken)?;
            RowNumber::from_position(position)
        }
        None => RowNumber::START,
    };
    let counts = query.count && query.skip_token.is_none();
    let read = |tx: &ReadTx<'_>| {
        let page = list(tx, after, query.page_size())?;
        Ok::<_, Failure>((page, counts.then(|| count(tx)).transpose()?))
    };
    let (page, count) = app.store.tenant(caller.tenant).read(read).await?;
    let link = |row: RowNumber| {
        let token =
            page_token::seal(keys.paging(), row.position(), &bound_to).ok_or(RequestFault::Internal)?;
        Ok::<_, Failure>(format!("{}{path}?{}", origin.base(), query.next(&token)))
    };
    let next_link = page.next.map(link).transpose()?;
    Ok(Collection { page, next_link, count })
}
