//! Objects of one kind: a list, a count, one of them, a deletion.

use super::{
    examples::{EXAMPLE_COUNT, with_context},
    keys::ObjectKey,
};
use crate::{
    directory::{self, Found, Policy, expansions, objects},
    http::{
        answers::{self, Form, Shown},
        body,
        contract::wire::ObjectCount,
        errors::Failure,
        extract::{Caller, IdKey, Path},
        operation::Operation,
        paging::PageRequest,
        query_options::QueryOptions,
        state::AppState,
        units_of_work::write,
    },
    model::{
        self,
        kinds::ObjectKind,
        permissions::{Grants, Need},
        properties::{Property, Returned},
    },
    odata::{
        listing::{Cursor, Listing},
        query::Query,
        scope::Scope,
    },
    store::{ReadTx, WriteTx},
};
use axum::{
    extract::State,
    response::Response,
    routing::{delete, get},
};
use serde_json::{Value, json};
use utoipa::{ToSchema, openapi::path::HttpMethod};

/// The rule that deletes an object.
type Delete<K> = fn(&WriteTx<'_>, Policy, &Grants, &K) -> Result<(), directory::Error>;

pub(in crate::http::graph) const JSON: &str = "application/json";
pub(in crate::http::graph) const TEXT: &str = "text/plain";

/// How the descriptions of reads that take `$select` end.
pub(in crate::http::graph) const SELECTED: &str =
    "with the default set of properties or those that `$select` names.";

/// Objects of one kind: the operations on their set, and how these are documented.
pub(in crate::http::graph) struct Objects {
    /// Their kind.
    pub kind: ObjectKind,
    /// The contract's tag.
    pub tag: &'static str,
    /// One of them, with its article.
    pub one: &'static str,
    /// Several.
    pub many: &'static str,
    /// How the names of their pages in Graph's documentation begin.
    pub page: &'static str,
    /// The example of one, without its context.
    pub example: fn() -> Value,
}

impl Objects {
    /// The example of an answer with one of them.
    pub(in crate::http::graph) fn entity(&self) -> Value {
        self.entity_with(&(self.example)())
    }

    /// The same with these values. Of the default set, the others are those that a property has where none was set.
    pub(in crate::http::graph) fn entity_with(&self, values: &Value) -> Value {
        with_context(model::entity(self.kind).set, "/$entity", self.default_set(values))
    }

    /// The default set of properties, with these values.
    pub(in crate::http::graph) fn default_set(&self, values: &Value) -> Value {
        default_set(model::entity(self.kind).properties, values)
    }

    /// A page of them.
    pub(in crate::http::graph) fn list<C: ToSchema>(
        &self,
        path: &'static str,
        id: &'static str,
        need: &'static Need,
    ) -> Operation {
        let kind = self.kind;
        let handler = async move |caller, State(app): State<AppState>, form, query| {
            let list =
                move |tx: &ReadTx<'_>, by: &Grants, listing: &Listing| objects::list(tx, by, kind, listing);
            let (path, scope) = (path.into(), Scope::Set(kind));
            let write =
                move |form: &_, page: &_, shown: Shown<'_>| answers::entities(form, kind, page, shown);
            PageRequest { caller, form, path, scope, query }.answer(&app, list, write).await
        };
        Operation::shaped(need, HttpMethod::Get, path, id, get(handler))
            .summary(self.tag, format!("List {}", self.many))
            .description(format!("Lists the {} of the tenant, {SELECTED}", self.many))
            .page(format!("{}-list", self.page))
            .lists(Scope::Set(kind), &QueryOptions::PAGE)
            .answers::<C>(format!("A page of {}.", self.many), JSON, self.page_example())
    }

    /// The example of a page of them.
    pub(in crate::http::graph) fn page_example(&self) -> Value {
        let shown = (self.example)();
        let shown = json!({"id": shown["id"], "displayName": shown["displayName"]});
        with_context(model::entity(self.kind).set, "(id,displayName)", json!({"value": [shown]}))
    }

    /// The same of a request that counts them.
    pub(in crate::http::graph) fn counted_page_example(&self) -> Value {
        let mut example = self.page_example();
        example["@odata.count"] = 1.into();
        example
    }

    /// How many there are.
    pub(in crate::http::graph) fn count(
        &self,
        path: &'static str,
        id: &'static str,
        need: &'static Need,
    ) -> Operation {
        let kind = self.kind;
        let handler = async move |caller: Caller, State(app): State<AppState>, query: Query| {
            let listing = Scope::Set(kind).listing(&query, Cursor::START)?;
            let count = move |tx: &ReadTx<'_>, by: &_| objects::count_listed(tx, by, kind, &listing);
            answer_count(&app, &caller, count).await
        };
        Operation::shaped(need, HttpMethod::Get, path, id, get(handler))
            .summary(self.tag, format!("Count {}", self.many))
            .description(format!("Counts the {} of the tenant, as plain text.", self.many))
            .page(format!("{}-list", self.page))
            .lists(Scope::Set(kind), &QueryOptions::COUNT)
            .answers::<ObjectCount>(format!("How many {} there are.", self.many), TEXT, EXAMPLE_COUNT.into())
    }

    /// One of them.
    pub(in crate::http::graph) fn get<E: ToSchema>(
        &self,
        path: &'static str,
        id: &'static str,
        need: &'static Need,
    ) -> Operation {
        let kind = self.kind;
        self.get_by::<E, IdKey>(path, id, need, move |tx, by, key, select| {
            objects::get(tx, by, kind, key, select)
        })
    }

    /// One of them, by a rule of their own.
    pub(in crate::http::graph) fn get_by<E: ToSchema, K: ObjectKey>(
        &self,
        path: &'static str,
        id: &'static str,
        need: &'static Need,
        rule: impl Fn(&ReadTx<'_>, &Grants, &K::Key, Option<&[String]>) -> Result<Found, directory::Error>
        + Copy
        + Send
        + Sync
        + 'static,
    ) -> Operation {
        let kind = self.kind;
        let handler = async move |caller, State(app): State<AppState>, form, Path(key): Path<K>, query| {
            let rule = move |tx: &ReadTx<'_>, by: &_, select: Option<&[_]>| rule(tx, by, key.key(), select);
            answer_one(&app, &caller, &form, kind, query, rule).await
        };
        let noun = without_article(self.one);
        self.with_key::<K>(Operation::shaped(need, HttpMethod::Get, path, id, get(handler)))
            .summary(self.tag, format!("Get {}", self.one))
            .description(format!("Gets {}, {SELECTED}", self.one))
            .page(format!("{}-get", self.page))
            .reads(Scope::One(self.kind))
            .answers::<E>(format!("The {noun}."), JSON, self.entity())
    }

    /// Deletes one of them.
    pub(in crate::http::graph) fn delete<K: ObjectKey>(
        &self,
        path: &'static str,
        id: &'static str,
        need: &'static Need,
        rule: Delete<K::Key>,
    ) -> Operation {
        let handler = async move |caller: Caller, State(app): State<AppState>, Path(key): Path<K>| {
            write(&app, &caller, move |tx, policy, by| rule(tx, policy, by, key.key())).await?;
            Ok::<_, Failure>(answers::no_content())
        };
        let noun = without_article(self.one);
        self.with_key::<K>(Operation::shaped(need, HttpMethod::Delete, path, id, delete(handler)))
            .summary(self.tag, format!("Delete {}", self.one))
            .description(format!("Deletes {}.", self.one))
            .page(format!("{}-delete", self.page))
            .done(format!("The {noun} is deleted, durably."))
    }

    /// An operation on one of them, which this key names.
    pub(in crate::http::graph) fn with_key<K: ObjectKey>(&self, operation: Operation) -> Operation {
        K::document(operation, without_article(self.one), &self.example_id())
    }

    fn example_id(&self) -> String {
        (self.example)()["id"].as_str().unwrap_or_default().into()
    }
}

/// The default set of these properties, with these values.
pub(in crate::http::graph) fn default_set(properties: &[Property], values: &Value) -> Value {
    let by_default = properties.iter().filter(|property| property.returned == Returned::ByDefault);
    let value =
        |property: &Property| values.get(property.name).cloned().unwrap_or_else(|| property.default_value());
    Value::Object(by_default.map(|property| (property.name.to_owned(), value(property))).collect())
}

/// Answers one object of this kind, as this rule gives it.
pub(in crate::http::graph) async fn answer_one(
    app: &AppState,
    caller: &Caller,
    form: &Form,
    kind: ObjectKind,
    query: Query,
    rule: impl FnOnce(&ReadTx<'_>, &Grants, Option<&[String]>) -> Result<Found, directory::Error> + Send + 'static,
) -> Result<Response, Failure> {
    let expansion = Scope::One(kind).expansion(&query)?;
    let (store, tenant, expands) = (app.store.tenant(caller.tenant), caller.tenant.id, expansion.is_some());
    let (admit, caller, form) = (caller.admission(app), *caller, form.clone());
    let answer = move |tx: &ReadTx<'_>| {
        let (by, select) = (admit(tx)?, query.select.as_deref());
        let found = rule(tx, &by, select)?;
        let found = expansions::of_one(tx, &by, expansion.as_ref(), found)?;
        answers::entity(&form, &found, Shown::of(select, expansion.as_ref(), &caller))
    };
    if !expands {
        return store.read(answer).await;
    }
    // Twenty objects can be far larger than one.
    let response = store.read_long(answer).await?;
    Ok(body::hold(response, &app.answer_budget.share(), Some(tenant))?)
}

/// Answers how many objects this rule counts.
pub(in crate::http::graph) async fn answer_count(
    app: &AppState,
    caller: &Caller,
    rule: impl FnOnce(&ReadTx<'_>, &Grants) -> Result<u64, directory::Error> + Send + 'static,
) -> Result<Response, Failure> {
    let by = caller.admission(app);
    let count = move |tx: &ReadTx<'_>| rule(tx, &by(tx)?).map_err(Failure::from);
    Ok(answers::count(app.store.tenant(caller.tenant).read_long(count).await?))
}

/// `a group` without its article.
pub(in crate::http::graph) fn without_article(one: &'static str) -> &'static str {
    one.split_once(' ').map_or(one, |(_, noun)| noun)
}
