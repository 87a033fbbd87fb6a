//! Collections as streams: one page after another, by the links that the server gives.

use crate::{
    Client, hooks,
    types::{self, DirectoryObject, DirectoryObjectCollection, ODataErrors},
};
use async_stream::try_stream;
use futures::{Stream, TryStreamExt};
use progenitor_client::{ByteStream, ClientInfo, Error, ResponseValue};
use reqwest::{
    Url,
    header::{CONTENT_TYPE, HeaderValue},
};
use serde::de::DeserializeOwned;
use std::num::NonZeroU32;
use uuid::Uuid;

/// What a stream over pages fails with.
pub type PageError = Error<ODataErrors>;

/// A page of a collection.
pub trait Page: DeserializeOwned {
    /// What the collection is of.
    type Item;

    /// Takes the objects of this page.
    fn take_items(&mut self) -> Vec<Self::Item>;

    /// Takes the link to the next page. `None`: this is the last.
    fn take_next_link(&mut self) -> Option<String>;
}

macro_rules! pages {
    ($($page:ident of $item:ident),* $(,)?) => {
        $(impl Page for types::$page {
            type Item = types::$item;

            fn take_items(&mut self) -> Vec<types::$item> {
                std::mem::take(&mut self.value)
            }

            fn take_next_link(&mut self) -> Option<String> {
                self.odata_next_link.take()
            }
        })*
    };
}

pages! {
    AdministrativeUnitCollection of AdministrativeUnit,
    ApplicationCollection of Application,
    DeviceCollection of Device,
    DirectoryObjectCollection of DirectoryObject,
    DirectoryRoleCollection of DirectoryRole,
    GroupCollection of Group,
    OrgContactCollection of OrgContact,
    ReferenceCollection of Reference,
    ServicePrincipalCollection of ServicePrincipal,
    UserCollection of User,
}

/// The number that a counting operation, such as `count_users`, answered.
///
/// # Errors
/// Where the connection breaks, or the answer is no number.
pub async fn counted(answer: ResponseValue<ByteStream>) -> Result<u64, PageError> {
    let mut parts = answer.into_inner_stream();
    let mut text = Vec::new();
    while let Some(part) = parts.try_next().await.map_err(Error::ResponseBodyError)? {
        text.extend_from_slice(&part);
    }
    serde_json::from_slice(&text).map_err(|error| Error::InvalidResponsePayload(text.into(), error))
}

impl Client {
    /// All direct members of a group, `page_size` (1 to 999) of them with each request.
    pub fn members(
        &self,
        group: Uuid,
        page_size: NonZeroU32,
    ) -> impl Stream<Item = Result<DirectoryObject, PageError>> + '_ {
        let first = self.list_group_members().id(group).top(page_size);
        self.items::<DirectoryObjectCollection>(first.send())
    }

    /// All objects of a collection, the first page of which this request gives.
    ///
    /// Links are followed only to the origin of the base URL: a token goes nowhere else.
    ///
    /// ```no_run
    /// # async fn example(graph: roster_client::Client) -> Result<(), roster_client::PageError> {
    /// use futures::TryStreamExt;
    /// use roster_client::types::{User, UserCollection};
    ///
    /// let first = graph.list_users().select("id,displayName").send();
    /// let users: Vec<User> = graph.items::<UserCollection>(first).try_collect().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn items<'c, P: Page + 'c>(
        &'c self,
        first: impl Future<Output = Result<ResponseValue<P>, PageError>> + 'c,
    ) -> impl Stream<Item = Result<P::Item, PageError>> + 'c {
        try_stream! {
            let mut page = first.await?.into_inner();
            loop {
                for item in page.take_items() {
                    yield item;
                }
                let Some(link) = page.take_next_link() else { break };
                page = self.next_page(&link).await?;
            }
        }
    }

    async fn next_page<P: Page>(&self, link: &str) -> Result<P, PageError> {
        let invalid = |reason: &str| Error::InvalidRequest(format!("the link to the next page {reason}"));
        let url = Url::parse(link).map_err(|_| invalid("isn't a URL"))?;
        let base = Url::parse(self.baseurl()).map_err(|_| invalid("has no base URL to be held against"))?;
        if url.origin() != base.origin() {
            return Err(invalid("leads to another origin"));
        }
        let mut request = reqwest::Request::new(reqwest::Method::GET, url);
        // Links to what was counted or searched are only good with the header that the first request had.
        request.headers_mut().insert("ConsistencyLevel", HeaderValue::from_static("eventual"));
        hooks::prepare(self, &mut request).await.map_err(Error::Custom)?;
        let answer = hooks::send(self, request).await?;
        if answer.status().is_success() {
            let page: ResponseValue<P> = ResponseValue::from_response(answer).await?;
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
