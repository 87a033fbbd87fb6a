//! Collections as streams: one page after another, by the links that the server gives.

use crate::{
    Client, hooks,
    types::{DirectoryObject, DirectoryObjectCollection, ODataErrors},
};
use async_stream::try_stream;
use futures::Stream;
use progenitor_client::{ClientInfo, Error, ResponseValue};
use reqwest::{Url, header::CONTENT_TYPE};
use std::num::NonZeroU32;
use uuid::Uuid;

/// What a stream over pages fails with.
pub type PageError = Error<ODataErrors>;

impl Client {
    /// All direct members of a group, `page_size` (1 to 999) of them with each request.
    ///
    /// Links are followed to the origin of the base URL alone: a token goes nowhere else.
    pub fn members(
        &self,
        group: Uuid,
        page_size: NonZeroU32,
    ) -> impl Stream<Item = Result<DirectoryObject, PageError>> + '_ {
        try_stream! {
            let first = self.list_group_members().id(group).top(page_size).send().await?;
            let mut page = first.into_inner();
            loop {
                for member in std::mem::take(&mut page.value) {
                    yield member;
                }
                let Some(link) = page.odata_next_link.take() else { break };
                page = self.next_page(&link).await?;
            }
        }
    }

    async fn next_page(&self, link: &str) -> Result<DirectoryObjectCollection, PageError> {
        let invalid = |reason: &str| Error::InvalidRequest(format!("the link to the next page {reason}"));
        let url = Url::parse(link).map_err(|_| invalid("isn't a URL"))?;
        let base = Url::parse(self.baseurl()).map_err(|_| invalid("has no base URL to be held against"))?;
        if url.origin() != base.origin() {
            return Err(invalid("leads to another origin"));
        }
        let mut request = reqwest::Request::new(reqwest::Method::GET, url);
        hooks::prepare(self.inner(), &mut request).await.map_err(Error::Custom)?;
        let answer = hooks::send(self.client(), self.inner(), request).await?;
        if answer.status().is_success() {
            let page: ResponseValue<DirectoryObjectCollection> = ResponseValue::from_response(answer).await?;
            return Ok(page.into_inner());
        }
        let content_type = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if content_type.is_some_and(|kind| kind.starts_with("application/json")) {
            return Err(Error::ErrorResponse(ResponseValue::from_response(answer).await?));
        }
        // From something on the way, not from Graph.
        Err(Error::UnexpectedResponse(answer))
    }
}
