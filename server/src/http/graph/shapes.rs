//! The shapes that operations share: a list, a count, one object, a deletion, and what is related to an object. A shape builds
//! documentation and handler together; path, operation id, need, rule and what else is worth reading stand where an operation
//! is registered.

use crate::{
    directory::{self, Found, Policy, expansions, follows::Follows, navigation::Navigation, objects},
    http::{
        answers::{self, Collection, Shown},
        body,
        contract::wire::{self, ObjectCount, ReferenceCollection, ReferenceCreate},
        errors::Failure,
        extract::{Caller, FromPath, IdKey, Path},
        operation::Operation,
        origin::Origin,
        paging::PageRequest,
        payload::{ReferenceBody, ReferenceQuery},
        query_options::QueryOptions,
        state::AppState,
    },
    model::{
        self,
        ids::{AsWritten, ObjectId},
        kinds::ObjectKind,
        permissions::{Grants, Need},
        properties::{Property, Returned},
    },
    odata::{
        listing::{Cursor, Listing},
        query::Query,
        reference::{Key, Reference},
        scope::Scope,
    },
    store::{self, ReadTx, Tenant, WriteTx},
};
use axum::{
    extract::State,
    response::Response,
    routing::{delete, get, post},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type, path::HttpMethod},
};

/// The rule that deletes an object.
type Delete<K> = fn(&WriteTx<'_>, Policy, &Grants, &K) -> Result<(), directory::Error>;
/// The rule that finds an object with this id among those that are related to an object.
type FindRelated<K> = fn(&ReadTx<'_>, &Grants, &K, &AsWritten<ObjectId>) -> Result<Found, directory::Error>;
/// The rule that relates an object to an object, or ends that.
type Relate<K> = fn(&WriteTx<'_>, Policy, &Grants, &K, &Reference) -> Result<(), directory::Error>;

const JSON: &str = "application/json";
const TEXT: &str = "text/plain";

/// The example of a count.
const EXAMPLE_COUNT: &str = "12";

/// A user of the sample who isn't related to the group of the examples.
const ADDED: &str = "5a3e0000-0000-4000-8000-000000000102";

/// How the descriptions of reads that take `$select` end.
const SELECTED: &str = "with the default set of properties or those that `$select` names.";

/// What names an object in a path.
pub(super) trait ObjectKey: FromPath + Send + Sync + 'static {
    /// What rules take.
    type Key: Send + Sync + 'static;
    /// What rules take.
    fn key(&self) -> &Self::Key;
    /// What stands after the set's name in links. Where a path has no key, it isn't asked for one.
    fn in_link(&self) -> String;
    /// An operation whose path has it, of an object with this noun, such as this one.
    fn document(operation: Operation, noun: &str, example: &str) -> Operation;
}

impl ObjectKey for Key {
    type Key = Self;

    fn key(&self) -> &Self {
        self
    }

    fn in_link(&self) -> String {
        format!("/{}", utf8_percent_encode(self.text(), NON_ALPHANUMERIC))
    }

    fn document(operation: Operation, noun: &str, example: &str) -> Operation {
        let description = format!("The {noun}'s id or sign-in name.");
        operation.key("id", String::schema(), description, example)
    }
}

impl ObjectKey for AsWritten<ObjectId> {
    type Key = Self;

    fn key(&self) -> &Self {
        self
    }

    fn in_link(&self) -> String {
        format!("/{}", self.value)
    }

    fn document(operation: Operation, noun: &str, example: &str) -> Operation {
        operation.key("id", guid(), format!("The {noun}'s id."), example)
    }
}

impl ObjectKey for IdKey {
    type Key = Key;

    fn key(&self) -> &Key {
        &self.0
    }

    fn in_link(&self) -> String {
        match &self.0 {
            Key::Id(id) => id.in_link(),
            Key::UserPrincipalName(_) => self.0.in_link(),
            Key::Alternate { kind, value } => {
                let property = model::entity(*kind).alternate_key.unwrap_or_default();
                let quoted = value.replace('\'', "''");
                format!("({property}='{}')", utf8_percent_encode(&quoted, NON_ALPHANUMERIC))
            }
        }
    }

    fn document(operation: Operation, noun: &str, example: &str) -> Operation {
        AsWritten::<ObjectId>::document(operation, noun, example)
    }
}

/// Objects of one kind: the operations on their set, and how these are documented.
pub(super) struct Objects {
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
    pub(super) fn entity(&self) -> Value {
        self.entity_with(&(self.example)())
    }

    /// The same with these values. Of the default set, the others are those that a property has where none was set.
    pub(super) fn entity_with(&self, values: &Value) -> Value {
        with_context(model::entity(self.kind).set, "/$entity", self.default_set(values))
    }

    /// The default set of properties, with these values.
    pub(super) fn default_set(&self, values: &Value) -> Value {
        let properties = model::entity(self.kind).properties.iter();
        let by_default = properties.filter(|property| property.returned == Returned::ByDefault);
        let value = |property: &Property| {
            values.get(property.name).cloned().unwrap_or_else(|| property.default_value())
        };
        Value::Object(by_default.map(|property| (property.name.to_owned(), value(property))).collect())
    }

    /// A page of them.
    pub(super) fn list<C: ToSchema>(
        &self,
        path: &'static str,
        id: &'static str,
        need: &'static Need,
    ) -> Operation {
        let kind = self.kind;
        let handler = async move |caller, State(app): State<AppState>, origin, query| {
            let list =
                move |tx: &ReadTx<'_>, by: &Grants, listing: &Listing| objects::list(tx, by, kind, listing);
            let count = move |tx: &ReadTx<'_>, by: &Grants, listing: &Listing| {
                objects::count_listed(tx, by, kind, listing)
            };
            let (path, scope) = (path.into(), Scope::Set(kind));
            let write =
                move |origin: &_, page: &_, shown: Shown<'_>| answers::entities(origin, kind, page, shown);
            PageRequest { caller, origin, path, scope, query }.answer(&app, list, count, write).await
        };
        Operation::shaped(need, HttpMethod::Get, path, id, get(handler))
            .summary(self.tag, format!("List {}", self.many))
            .description(format!("Lists the {} of the tenant, {SELECTED}", self.many))
            .page(format!("{}-list", self.page))
            .lists(Scope::Set(kind), &QueryOptions::PAGE)
            .answers::<C>(format!("A page of {}.", self.many), JSON, self.page_example())
    }

    /// The example of a page of them.
    fn page_example(&self) -> Value {
        let shown = (self.example)();
        let shown = json!({"id": shown["id"], "displayName": shown["displayName"]});
        with_context(model::entity(self.kind).set, "(id,displayName)", json!({"value": [shown]}))
    }

    /// The same of a request that counts them.
    fn counted_page_example(&self) -> Value {
        let mut example = self.page_example();
        example["@odata.count"] = 1.into();
        example
    }

    /// How many there are.
    pub(super) fn count(&self, path: &'static str, id: &'static str, need: &'static Need) -> Operation {
        let kind = self.kind;
        let handler = async move |caller: Caller, State(app): State<AppState>, query: Query| {
            let listing = Scope::Set(kind).listing(&query, Cursor::START)?;
            let count = move |tx: &ReadTx<'_>| objects::count_listed(tx, &caller.grants, kind, &listing);
            answer_count(&app, caller.tenant, count).await
        };
        Operation::shaped(need, HttpMethod::Get, path, id, get(handler))
            .summary(self.tag, format!("Count {}", self.many))
            .description(format!("Counts the {} of the tenant, as plain text.", self.many))
            .page(format!("{}-list", self.page))
            .lists(Scope::Set(kind), &QueryOptions::COUNT)
            .answers::<ObjectCount>(format!("How many {} there are.", self.many), TEXT, EXAMPLE_COUNT.into())
    }

    /// One of them.
    pub(super) fn get<E: ToSchema>(
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
    pub(super) fn get_by<E: ToSchema, K: ObjectKey>(
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
        let handler = async move |caller, State(app): State<AppState>, origin, Path(key): Path<K>, query| {
            let rule = move |tx: &ReadTx<'_>, by: &_, select: Option<&[_]>| rule(tx, by, key.key(), select);
            answer_one(&app, &caller, &origin, kind, query, rule).await
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
    pub(super) fn delete<K: ObjectKey>(
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
    pub(super) fn with_key<K: ObjectKey>(&self, operation: Operation) -> Operation {
        K::document(operation, without_article(self.one), &self.example_id())
    }

    fn example_id(&self) -> String {
        (self.example)()["id"].as_str().unwrap_or_default().into()
    }
}

/// Objects that are related to objects of a kind, and how the operations on them are documented.
pub(super) struct Related<K: ObjectKey> {
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
    pub(super) fn list<C: ToSchema>(
        &self,
        path: &'static str,
        id: &'static str,
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
            .answers::<C>(format!("A page of {}.", self.name), JSON, example)
    }

    /// A page of those of a kind, and how many there are: the operations of a cast to it.
    pub(super) fn cast<C: ToSchema>(
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
            .page(path, format!("list_{id}"), need, scope, move |origin: &_, page: &_, shown| {
                answers::entities(origin, kind, page, shown)
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
    pub(super) fn list_references(
        &self,
        path: &'static str,
        id: &'static str,
        need: &'static Need,
    ) -> Operation {
        let example = with_context("Collection($ref)", "", json!({"value": [reference(&self.example_id())]}));
        self.page(path, id, need, Scope::Related, |origin, page, _| answers::references(origin, page))
            .summary(self.tag, format!("List references to {} of {}", self.name, self.of.one))
            .description(format!("Lists the URLs of the {} of {}.", self.name, self.of.one))
            .lists(Scope::Related, &QueryOptions::REFERENCES)
            .answers::<ReferenceCollection>("A page of references.", JSON, example)
    }

    /// A reference to one of them.
    pub(super) fn get_reference(
        &self,
        path: &'static str,
        id: &'static str,
        need: &'static Need,
        rule: FindRelated<K::Key>,
    ) -> Operation {
        let handler =
            async move |caller,
                        State(app): State<AppState>,
                        origin: Origin,
                        Path((key, related)): Path<(K, AsWritten<ObjectId>)>| {
                let found = read(&app, &caller, move |tx, by| rule(tx, by, key.key(), &related)).await?;
                Ok::<_, Failure>(answers::reference(&origin, &found))
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
        write: impl Fn(&Origin, &Collection, Shown<'_>) -> Result<Response, Failure>
        + Clone
        + Send
        + Sync
        + 'static,
    ) -> Operation {
        let (navigation, path) = (self.navigation, path.into());
        let template = path.clone();
        let handler = async move |caller, State(app): State<AppState>, origin, Path(key): Path<K>, query| {
            let path = template.replace("/{id}", &key.in_link());
            let key = Arc::new(key);
            let counted = key.clone();
            let list = move |tx: &ReadTx<'_>, by: &Grants, listing: &Listing| {
                navigation.list(tx, by, key.key(), listing)
            };
            let count = move |tx: &ReadTx<'_>, by: &Grants, listing: &Listing| {
                navigation.count(tx, by, counted.key(), listing)
            };
            PageRequest { caller, origin, path, scope, query }.answer(&app, list, count, write).await
        };
        self.to(Operation::shaped(need, HttpMethod::Get, path, id, get(handler)))
            .page(self.graph_page("list"))
    }

    /// How many there are.
    pub(super) fn count(&self, path: &'static str, id: &'static str, need: &'static Need) -> Operation {
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
                let count = move |tx: &ReadTx<'_>| navigation.count(tx, &caller.grants, key.key(), &listing);
                answer_count(&app, caller.tenant, count).await
            };
        self.to(Operation::shaped(need, HttpMethod::Get, path, id, get(handler)))
            .page(self.graph_page("list"))
            .lists(scope, &QueryOptions::COUNT)
    }

    /// Relates an object.
    pub(super) fn add(
        &self,
        path: &'static str,
        id: &'static str,
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
    pub(super) fn remove(
        &self,
        path: &'static str,
        id: &'static str,
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
    pub(super) fn remove_by_reference(
        &self,
        path: &'static str,
        id: &'static str,
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

/// Answers one object of this kind, as this rule gives it.
pub(super) async fn answer_one(
    app: &AppState,
    caller: &Caller,
    origin: &Origin,
    kind: ObjectKind,
    query: Query,
    rule: impl FnOnce(&ReadTx<'_>, &Grants, Option<&[String]>) -> Result<Found, directory::Error> + Send + 'static,
) -> Result<Response, Failure> {
    let expansion = Scope::One(kind).expansion(&query)?;
    let (store, tenant, expands) = (app.store.tenant(caller.tenant), caller.tenant.id, expansion.is_some());
    let (caller, origin) = (*caller, origin.clone());
    let answer = move |tx: &ReadTx<'_>| {
        let select = query.select.as_deref();
        let found = rule(tx, &caller.grants, select)?;
        let found = expansions::of_one(tx, &caller.grants, expansion.as_ref(), found)?;
        answers::entity(&origin, &found, Shown::of(select, expansion.as_ref(), &caller))
    };
    if !expands {
        return store.read(answer).await;
    }
    // Twenty objects can be far larger than one.
    let response = store.read_long(answer).await?;
    Ok(body::hold(response, &app.answer_budget.share(), Some(tenant))?)
}

/// Answers how many objects this rule counts.
async fn answer_count(
    app: &AppState,
    tenant: Tenant,
    rule: impl FnOnce(&ReadTx<'_>) -> Result<u64, directory::Error> + Send + 'static,
) -> Result<Response, Failure> {
    let count = move |tx: &ReadTx<'_>| rule(tx).map_err(Failure::from);
    Ok(answers::count(app.store.tenant(tenant).read_long(count).await?))
}

/// The example of a reference to this object.
pub(super) fn reference(id: &str) -> Value {
    json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}")})
}

fn guid() -> RefOr<Schema> {
    let format = Some(SchemaFormat::KnownFormat(KnownFormat::Uuid));
    ObjectBuilder::new().schema_type(Type::String).format(format).into()
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

/// Reads for a caller what this rule reads: on this thread, and from the beginning on one for long reads where that is too much for it.
pub(super) async fn read<T: Send + 'static>(
    app: &AppState,
    caller: &Caller,
    rule: impl Fn(&ReadTx<'_>, &Grants) -> Result<T, directory::Error> + Send + Sync + 'static,
) -> Result<T, Failure> {
    let (grants, store) = (caller.grants, app.store.tenant(caller.tenant));
    let rule = Arc::new(rule);
    let short = rule.clone();
    match store.read(move |tx| short(tx, &grants)).await {
        Err(directory::Error::Store(store::Error::Large)) => {
            Ok(store.read_long(move |tx| rule(tx, &grants)).await?)
        }
        read => Ok(read?),
    }
}

/// Does for a caller what this rule writes.
pub(super) async fn write<T: Send + 'static>(
    app: &AppState,
    caller: &Caller,
    rule: impl Fn(&WriteTx<'_>, Policy, &Grants) -> Result<T, directory::Error> + Send + 'static,
) -> Result<T, Failure> {
    let (grants, policy) = (caller.grants, app.policy);
    Ok(app.store.tenant(caller.tenant).write(move |tx| rule(tx, policy, &grants)).await?)
}

/// The example of an answer whose content this is.
pub(super) fn with_context(set: &str, suffix: &str, answer: Value) -> Value {
    let context = format!("https://graph.microsoft.com/v1.0/$metadata#{set}{suffix}");
    let mut example = json!({"@odata.context": context});
    if let (Value::Object(example), Value::Object(answer)) = (&mut example, answer) {
        example.extend(answer);
    }
    example
}

/// `a group` without its article.
fn without_article(one: &'static str) -> &'static str {
    one.split_once(' ').map_or(one, |(_, noun)| noun)
}
