//! What is related to objects of a kind: lists, counts and casts, references, and the operations that relate an object or end that.

use super::{
    examples::{ADDED, EXAMPLE_COUNT, reference, with_context},
    keys::{ObjectKey, guid},
    objects::{JSON, Objects, SELECTED, TEXT, answer_count, without_article},
};
use crate::{
    directory::{self, Found, Policy, follows::Follows, navigation::Navigation},
    http::{
        answers::{self, Collection, Form, Shown},
        contract::{
            schemas::DirectoryObjectCollection,
            wire::{self, ObjectCount, ReferenceCollection, ReferenceCreate},
        },
        errors::Failure,
        extract::{Caller, Path},
        operation::Operation,
        paging::PageRequest,
        payload::{ReferenceBody, ReferenceQuery},
        query_options::QueryOptions,
        state::AppState,
        units_of_work::{read, write},
    },
    model::{
        self,
        ids::{AsWritten, ObjectId},
        kinds::ObjectKind,
        permissions::{Grants, Need},
    },
    odata::{
        listing::{Cursor, Listing},
        query::Query,
        reference::Reference,
        scope::Scope,
    },
    store::{ReadTx, WriteTx},
};
use axum::{
    extract::State,
    response::Response,
    routing::{delete, get, post},
};
use serde_json::json;
use utoipa::{ToSchema, openapi::path::HttpMethod};

/// The rule that finds an object with this id among those that are related to an object.
type FindRelated<K> = fn(&ReadTx<'_>, &Grants, &K, &AsWritten<ObjectId>) -> Result<Found, directory::Error>;
/// The rule that relates an object to an object, or ends that.
type Relate<K> = fn(&WriteTx<'_>, Policy, &Grants, &K, &Reference) -> Result<(), directory::Error>;

/// Objects that are related to objects of a kind, and how the operations on them are documented.
pub(in crate::http::graph) struct Related<K: ObjectKey> {
    /// Those that they are related to.
    pub of: &'static Objects,
    /// Several, as the documentation calls them.
    pub name: &'static str,
    /// How the names of their pages in Graph's documentation end.
    pub page: &'static str,
    /// One of them, with its article.
    pub one: &'static str,
    /// The contract's tag.
    pub tag: &'static str,
    /// Kind, id and name of those that the examples show.
    pub examples: &'static [(ObjectKind, &'static str, &'static str)],
    /// Who sees them, and where they are.
    pub navigation: &'static Navigation<K::Key>,
}

impl<K: ObjectKey> Related<K> {
    /// A page of them.
    pub(in crate::http::graph) fn list(
        &self,
        path: impl Into<String>,
        id: impl Into<String>,
        need: &'static Need,
    ) -> Operation {
        let shown = |&(kind, id, name): &_| {
            let odata_type = model::entity(kind).odata_type();
            json!({"@odata.type": odata_type, "id": id, "displayName": name})
        };
        let value: Vec<_> = self.examples.iter().map(shown).collect();
        let example = with_context("directoryObjects", "(id,displayName)", json!({"value": value}));
        self.page(path, id, need, Scope::Related, answers::directory_objects)
            .summary(self.tag, format!("List {} of {}", self.name, self.of.one))
            .description(format!("Lists the {} of {}, {SELECTED}", self.name, self.of.one))
            .lists(Scope::Related, &QueryOptions::PAGE)
            .answers::<DirectoryObjectCollection>(format!("A page of {}.", self.name), JSON, example)
    }

    /// A page of those of a kind, and how many there are: the operations of a cast to it.
    pub(in crate::http::graph) fn cast<C: ToSchema>(
        &self,
        objects: &Objects,
        path: &str,
        id: &str,
        need: &'static Need,
    ) -> [Operation; 2] {
        let kind = objects.kind;
        let scope = match self.navigation.follows {
            // Graph casts to users by default too.
            Follows::Memberships(_) if kind != ObjectKind::User => Scope::TransitivelyRelatedOf(kind),
            Follows::Memberships(_) | Follows::Relation(..) => Scope::RelatedOf(kind),
        };
        let (options, example) = match scope {
            Scope::TransitivelyRelatedOf(_) => (&QueryOptions::ADVANCED_PAGE, objects.counted_page_example()),
            _ => (&QueryOptions::PAGE, objects.page_example()),
        };
        let path = format!("{path}/microsoft.graph.{}", model::entity(kind).name);
        let (counted, many) = (format!("{path}/$count"), format!("{} that are {}", self.name, objects.many));
        let list = self
            .page(path, format!("list_{id}"), need, scope, move |form: &_, page: &_, shown| {
                answers::entities(form, kind, page, shown)
            })
            .summary(self.tag, format!("List {many} of {}", self.of.one))
            .description(format!("Lists the {many} of {}, {SELECTED}", self.of.one))
            .lists(scope, options)
            .answers::<C>(format!("A page of {}.", objects.many), JSON, example);
        let count = self
            .counting(counted, format!("count_{id}"), need, scope)
            .summary(self.tag, format!("Count {many} of {}", self.of.one))
            .description(format!("Counts the {many} of {}, as plain text.", self.of.one))
            .answers::<ObjectCount>(
                format!("How many {} there are.", objects.many),
                TEXT,
                EXAMPLE_COUNT.into(),
            );
        [list, count]
    }

    /// A page of references to them.
    pub(in crate::http::graph) fn list_references(
        &self,
        path: impl Into<String>,
        id: impl Into<String>,
        need: &'static Need,
    ) -> Operation {
        let example = with_context("Collection($ref)", "", json!({"value": [reference(&self.example_id())]}));
        self.page(path, id, need, Scope::Related, |form, page, _| answers::references(form, page))
            .summary(self.tag, format!("List references to {} of {}", self.name, self.of.one))
            .description(format!("Lists the URLs of the {} of {}.", self.name, self.of.one))
            .lists(Scope::Related, &QueryOptions::REFERENCES)
            .answers::<ReferenceCollection>("A page of references.", JSON, example)
    }

    /// A reference to one of them.
    pub(in crate::http::graph) fn get_reference(
        &self,
        path: impl Into<String>,
        id: impl Into<String>,
        need: &'static Need,
        rule: FindRelated<K::Key>,
    ) -> Operation {
        let handler =
            async move |caller,
                        State(app): State<AppState>,
                        form: Form,
                        Path((key, related)): Path<(K, AsWritten<ObjectId>)>| {
                let found = read(&app, &caller, move |tx, by| rule(tx, by, key.key(), &related)).await?;
                Ok::<_, Failure>(answers::reference(&form, &found))
            };
        let noun = without_article(self.one);
        let example = with_context("$ref", "", reference(&self.example_id()));
        self.to(Operation::shaped(need, HttpMethod::Get, path, id, get(handler)))
            .summary(self.tag, format!("Get a reference to {} of {}", self.one, self.of.one))
            .description(format!(
                "Gets the URL of an object if it is {} of {}, else 404.",
                self.one, self.of.one
            ))
            .page(self.graph_page("list"))
            .key(&format!("{noun}Id"), guid(), format!("The {noun}'s id."), &self.example_id())
            .takes(&QueryOptions::REFERENCE)
            .answers::<wire::Reference>("The reference.", JSON, example)
    }

    fn page(
        &self,
        path: impl Into<String>,
        id: impl Into<String>,
        need: &'static Need,
        scope: Scope,
        write: impl Fn(&Form, &Collection, Shown<'_>) -> Result<Response, Failure> + Clone + Send + Sync + 'static,
    ) -> Operation {
        let (navigation, path) = (self.navigation, path.into());
        let template = path.clone();
        let handler = async move |caller, State(app): State<AppState>, form, Path(key): Path<K>, query| {
            let path = template.replace("/{id}", &key.in_link());
            let list = move |tx: &ReadTx<'_>, by: &Grants, listing: &Listing| {
                navigation.list(tx, by, key.key(), listing)
            };
            PageRequest { caller, form, path, scope, query }.answer(&app, list, write).await
        };
        self.to(Operation::shaped(need, HttpMethod::Get, path, id, get(handler)))
            .page(self.graph_page("list"))
    }

    /// How many there are.
    pub(in crate::http::graph) fn count(
        &self,
        path: impl Into<String>,
        id: impl Into<String>,
        need: &'static Need,
    ) -> Operation {
        let answer = format!("How many {} the {} has.", self.name, without_article(self.of.one));
        self.counting(path, id, need, Scope::Related)
            .summary(self.tag, format!("Count {} of {}", self.name, self.of.one))
            .description(format!("Counts the {} of {}, as plain text.", self.name, self.of.one))
            .answers::<ObjectCount>(answer, TEXT, EXAMPLE_COUNT.into())
    }

    fn counting(
        &self,
        path: impl Into<String>,
        id: impl Into<String>,
        need: &'static Need,
        scope: Scope,
    ) -> Operation {
        let navigation = self.navigation;
        let handler =
            async move |caller: Caller, State(app): State<AppState>, Path(key): Path<K>, query: Query| {
                let listing = scope.listing(&query, Cursor::START)?;
                let count = move |tx: &ReadTx<'_>, by: &_| navigation.count(tx, by, key.key(), &listing);
                answer_count(&app, &caller, count).await
            };
        self.to(Operation::shaped(need, HttpMethod::Get, path, id, get(handler)))
            .page(self.graph_page("list"))
            .lists(scope, &QueryOptions::COUNT)
    }

    /// Relates an object.
    pub(in crate::http::graph) fn add(
        &self,
        path: impl Into<String>,
        id: impl Into<String>,
        need: &'static Need,
        rule: Relate<K::Key>,
    ) -> Operation {
        let handler = async move |caller, State(app), Path(key), ReferenceBody(related)| {
            relate::<K>(app, caller, key, related, rule).await
        };
        self.to(Operation::shaped(need, HttpMethod::Post, path, id, post(handler)))
            .summary(self.tag, format!("Add {} to {}", self.one, self.of.one))
            .description(format!("Adds {} to {}.", self.one, self.of.one))
            .page(self.graph_page("post"))
            .body::<ReferenceCreate>("The object to be added.", reference(ADDED))
    }

    /// Ends the relation of an object.
    pub(in crate::http::graph) fn remove(
        &self,
        path: impl Into<String>,
        id: impl Into<String>,
        need: &'static Need,
        rule: Relate<K::Key>,
    ) -> Operation {
        let handler =
            async move |caller, State(app), Path((key, related)): Path<(K, AsWritten<ObjectId>)>| {
                relate(app, caller, key, related.into(), rule).await
            };
        let noun = without_article(self.one);
        self.to(Operation::shaped(need, HttpMethod::Delete, path, id, delete(handler)))
            .summary(self.tag, format!("Remove {} from {}", self.one, self.of.one))
            .description(format!("Removes {} from {}.", self.one, self.of.one))
            .page(self.graph_page("delete"))
            .key(&format!("{noun}Id"), guid(), format!("The {noun}'s id."), &self.example_id())
    }

    /// The same of the object whose URL the query has.
    pub(in crate::http::graph) fn remove_by_reference(
        &self,
        path: impl Into<String>,
        id: impl Into<String>,
        need: &'static Need,
        rule: Relate<K::Key>,
    ) -> Operation {
        let handler = async move |caller, State(app), Path(key), ReferenceQuery(related)| {
            relate::<K>(app, caller, key, related, rule).await
        };
        self.to(Operation::shaped(need, HttpMethod::Delete, path, id, delete(handler)))
            .summary(self.tag, format!("Remove {} by URL from {}", self.one, self.of.one))
            .description(format!("Removes {}, named by its URL, from {}.", self.one, self.of.one))
            .page(self.graph_page("delete"))
            .takes(&QueryOptions::BY_REFERENCE)
    }

    /// Graph's page on what is done with them.
    fn graph_page(&self, action: &str) -> String {
        format!("{}-{action}-{}", self.of.page, self.page)
    }

    fn example_id(&self) -> String {
        self.examples.first().map(|&(_, id, _)| id.to_owned()).unwrap_or_default()
    }

    /// An operation with the key of the object that they are related to.
    fn to(&self, operation: Operation) -> Operation {
        self.of.with_key::<K>(operation)
    }
}

/// Begins or ends, as this rule does it, the relation of the object with this key to the one that is referred to.
async fn relate<K: ObjectKey>(
    app: AppState,
    caller: Caller,
    key: K,
    related: Reference,
    rule: Relate<K::Key>,
) -> Result<Response, Failure> {
    write(&app, &caller, move |tx, policy, by| rule(tx, policy, by, key.key(), &related)).await?;
    Ok(answers::no_content())
}
