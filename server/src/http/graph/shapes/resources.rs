//! Resources of a tenant that are no objects of its directory: a list of all that there are, one of them, and what is done with it.

use super::{
    examples::with_context,
    objects::{JSON, SELECTED, default_set, without_article},
};
use crate::{
    directory,
    http::{
        answers::{self, Form, Shown},
        body,
        contract::schemas::Writes,
        errors::Failure,
        extract::{Caller, FromPath, Path},
        operation::Operation,
        payload::Body,
        query_options::QueryOptions,
        state::AppState,
        units_of_work::{read, write},
    },
    model::{
        ids::ObjectId,
        permissions::{Grants, Need},
        resources::Resource,
        values::Values,
    },
    odata::{
        binding::equality::{self, OneOf},
        filter,
        query::{Query, QueryFault},
    },
    store::{ReadTx, WriteTx},
};
use axum::{
    extract::State,
    response::Response,
    routing::{delete, get, patch, post},
};
use serde_json::{Value, json};
use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema, path::HttpMethod},
};

/// The rule that reads all resources at a path.
type List<K> = fn(&ReadTx<'_>, &Grants, &K) -> Result<Vec<Values>, directory::Error>;
/// The rule that reads one of them.
type Get<K> = fn(&ReadTx<'_>, &Grants, &K) -> Result<Values, directory::Error>;

/// The rule that makes one with this id, as a body says.
type Create<K> = fn(&WriteTx<'_>, &Grants, &K, ObjectId, &Values) -> Result<Made, directory::Error>;
/// A new one, and the object whose it is. `None`: the tenant's as a whole.
type Made = (Option<ObjectId>, Values);
/// The rule that changes one of them, as a body says.
type Update<K> = fn(&WriteTx<'_>, &Grants, &K, &Values) -> Result<(), directory::Error>;
/// The rule that deletes one of them.
type Delete<K> = fn(&WriteTx<'_>, &Grants, &K) -> Result<(), directory::Error>;

/// Resources of one kind: the operations on their set, and how these are documented.
pub(in crate::http::graph) struct Resources {
    /// Their kind.
    pub resource: &'static Resource,
    /// The contract's tag.
    pub tag: &'static str,
    /// One of them, with its article.
    pub one: &'static str,
    /// Several.
    pub many: &'static str,
    /// How the names of their pages in Graph's documentation begin.
    pub page: &'static str,
    /// The schema of what names one in a path.
    pub key: fn() -> RefOr<Schema>,
    /// The example of one, without its context.
    pub example: fn() -> Value,
}

impl Resources {
    /// The example of an answer with one of them.
    pub(in crate::http::graph) fn entity(&self) -> Value {
        with_context(self.resource.set, "/$entity", self.default_set())
    }

    fn default_set(&self) -> Value {
        default_set(self.resource.properties, &(self.example)())
    }

    /// All of them.
    pub(in crate::http::graph) fn list<C: ToSchema, K: FromPath + Send + Sync + 'static>(
        &self,
        path: &'static str,
        id: &'static str,
        need: &'static Need,
        rule: List<K>,
    ) -> Operation {
        let resource = self.resource;
        let handler = async move |caller: Caller,
                                  State(app): State<AppState>,
                                  form: Form,
                                  Path(key): Path<K>,
                                  query: Query| {
            let asked = filter(&query, resource)?;
            let mut all = read(&app, &caller, move |tx, by| rule(tx, by, &key)).await?;
            all.retain(|values| asked.iter().all(|asked| has_one_of(values, asked)));
            let shown = Shown::of(query.select.as_deref(), None, &caller);
            held(&app, &caller, answers::resources(&form, resource, &all, None, shown))
        };
        let example = with_context(resource.set, "", json!({"value": [self.default_set()]}));
        Operation::shaped(need, HttpMethod::Get, path, id, get(handler))
            .summary(self.tag, format!("List {}", self.many))
            .description(format!("Lists the {}, {SELECTED}", self.many))
            .page(format!("{}-list", self.page))
            .takes(&QueryOptions::RESOURCES)
            .answers::<C>(format!("The {}, all of them.", self.many), JSON, example)
    }

    /// One of them.
    pub(in crate::http::graph) fn get<E: ToSchema, K: FromPath + Send + Sync + 'static>(
        &self,
        path: &'static str,
        id: &'static str,
        need: &'static Need,
        rule: Get<K>,
    ) -> Operation {
        let resource = self.resource;
        let handler = async move |caller: Caller,
                                  State(app): State<AppState>,
                                  form: Form,
                                  Path(key): Path<K>,
                                  query: Query| {
            let values = read(&app, &caller, move |tx, by| rule(tx, by, &key)).await?;
            let shown = Shown::of(query.select.as_deref(), None, &caller);
            held(&app, &caller, answers::resource(&form, resource, &values, shown))
        };
        let noun = without_article(self.one);
        Operation::shaped(need, HttpMethod::Get, path, id, get(handler))
            .summary(self.tag, format!("Get {}", self.one))
            .description(format!("Gets {}, {SELECTED}", self.one))
            .page(format!("{}-get", self.page))
            .takes(&QueryOptions::RESOURCE)
            .answers::<E>(format!("The {noun}."), JSON, self.entity())
    }

    /// Makes one of them.
    pub(in crate::http::graph) fn create<B, E, K>(
        &self,
        path: &'static str,
        id: &'static str,
        need: &'static Need,
        rule: Create<K>,
        body: Value,
    ) -> Operation
    where
        B: Writes + ToSchema + Send + 'static,
        E: ToSchema,
        K: FromPath + Send + Sync + 'static,
    {
        let resource = self.resource;
        let handler = async move |caller: Caller,
                                  State(app): State<AppState>,
                                  form: Form,
                                  Path(key): Path<K>,
                                  Body { values, .. }: Body<B>| {
            let id = ObjectId::random();
            let (of, made) = write(&app, &caller, move |tx, _, by| rule(tx, by, &key, id, &values)).await?;
            // By its id: a name in the path can become another's.
            let set = of.map_or_else(|| path.to_owned(), |of| path.replace("{id}", &of.to_string()));
            answers::created_resource(&form, &format!("{set}/{id}"), resource, &made)
        };
        let noun = without_article(self.one);
        Operation::shaped(need, HttpMethod::Post, path, id, post(handler))
            .summary(self.tag, format!("Create {}", self.one))
            .description(format!("Creates {}.", self.one))
            .body::<B>(&format!("The new {noun}."), body)
            .creates::<E>(format!("The new {noun}."), self.entity())
    }

    /// Changes one of them.
    pub(in crate::http::graph) fn update<B, K>(
        &self,
        path: &'static str,
        id: &'static str,
        need: &'static Need,
        rule: Update<K>,
        body: Value,
    ) -> Operation
    where
        B: Writes + ToSchema + Send + 'static,
        K: FromPath + Send + Sync + 'static,
    {
        let handler = async move |caller: Caller,
                                  State(app): State<AppState>,
                                  Path(key): Path<K>,
                                  Body { values, .. }: Body<B>| {
            write(&app, &caller, move |tx, _, by| rule(tx, by, &key, &values)).await?;
            Ok::<Response, Failure>(answers::no_content())
        };
        let noun = without_article(self.one);
        Operation::shaped(need, HttpMethod::Patch, path, id, patch(handler))
            .summary(self.tag, format!("Update {}", self.one))
            .description(format!("Changes {}. What the body doesn't name stays as it is.", self.one))
            .page(format!("{}-update", self.page))
            .body::<B>("What changes.", body)
            .done(format!("The {noun} is changed, durably."))
    }

    /// Deletes one of them.
    pub(in crate::http::graph) fn delete<K: FromPath + Send + Sync + 'static>(
        &self,
        path: &'static str,
        id: &'static str,
        need: &'static Need,
        rule: Delete<K>,
    ) -> Operation {
        let handler = async move |caller: Caller, State(app): State<AppState>, Path(key): Path<K>| {
            write(&app, &caller, move |tx, _, by| rule(tx, by, &key)).await?;
            Ok::<Response, Failure>(answers::no_content())
        };
        let noun = without_article(self.one);
        Operation::shaped(need, HttpMethod::Delete, path, id, delete(handler))
            .summary(self.tag, format!("Delete {}", self.one))
            .description(format!("Deletes {}.", self.one))
            .page(format!("{}-delete", self.page))
            .done(format!("The {noun} is deleted, durably."))
    }

    /// An operation on one of them, which this parameter of the path names.
    pub(in crate::http::graph) fn with_key(&self, name: &str, operation: Operation) -> Operation {
        let noun = without_article(self.one);
        let example = (self.example)()["id"].as_str().unwrap_or_default().to_owned();
        operation.key(name, (self.key)(), format!("The {noun}'s id."), &example)
    }
}

/// What a filter asks for.
fn filter(query: &Query, resource: &Resource) -> Result<Vec<OneOf>, Failure> {
    let Some(text) = &query.filter else { return Ok(Vec::new()) };
    let read = || equality::bind(&filter::read(text)?, resource);
    Ok(read().map_err(QueryFault::Filter)?)
}

fn has_one_of(values: &Values, (name, asked): &OneOf) -> bool {
    let value = values.get(*name).and_then(Value::as_str);
    value.is_some_and(|value| asked.iter().any(|asked| asked.eq_ignore_ascii_case(value)))
}

/// An answer that counts for the memory for answers until it is sent.
fn held(app: &AppState, caller: &Caller, answer: Response) -> Result<Response, Failure> {
    Ok(body::hold(answer, &app.answer_budget.share(), Some(caller.tenant.id))?)
}
