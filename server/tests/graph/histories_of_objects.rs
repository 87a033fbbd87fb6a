//! Any sequence of creations, updates, deletions and reads of objects is answered as a simple model says that knows nothing of the
//! server: what was written is read, and lists show all of it.

use crate::{
    http_client,
    support::{Answer, Tenant, not_found, send},
};
use proptest::{collection::vec, option, prelude::*, sample::Index, test_runner::Config};
use reqwest::{Method, RequestBuilder};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;
use tokio::runtime::Runtime;

/// One runtime for all cases: connections of the clients live in it.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// A property as its documentation has it.
#[derive(Debug, Clone)]
struct Field {
    name: &'static str,
    kind: Kind,
    /// Values that are kept as they are sent.
    good: BoxedStrategy<Value>,
    /// A value that doesn't fit.
    bad: Value,
}

/// How a property behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It can be without a value.
    Nullable,
    /// It has this value until it gets another.
    Initially(&'static str),
    /// It is there from the beginning.
    Required,
    /// It gets a value once.
    Once,
    /// It has these parts, which an update sets one by one.
    Complex(&'static [&'static str]),
    /// It is a list, which an update replaces; its items have these parts, or are no objects.
    List(&'static [&'static str]),
}

impl Kind {
    fn initial(self) -> Value {
        match self {
            Self::Initially(text) => text.into(),
            Self::List(_) => json!([]),
            Self::Nullable | Self::Required | Self::Once | Self::Complex(_) => Value::Null,
        }
    }

    /// Whether `null` can stand for it in a body.
    fn takes_null(self, creates: bool) -> bool {
        match self {
            Self::Nullable | Self::Complex(_) => true,
            Self::Initially(_) | Self::Once => creates,
            Self::Required | Self::List(_) => false,
        }
    }

    /// What it is after a value was sent.
    fn kept(self, before: &Value, sent: &Value) -> Value {
        match (self, sent) {
            (Self::Complex(parts), Value::Object(_)) => merge(parts, before, sent),
            (Self::List(parts @ [_, ..]), Value::Array(items)) => {
                items.iter().map(|item| merge(parts, &Value::Null, item)).collect()
            }
            _ => sent.clone(),
        }
    }
}

fn merge(parts: &[&str], before: &Value, sent: &Value) -> Value {
    let part = |name: &&str| (name.to_string(), sent.get(name).unwrap_or(&before[*name]).clone());
    Value::Object(parts.iter().map(part).collect())
}

/// What a body says of a property.
#[derive(Debug, Clone)]
enum Sent {
    Null,
    Good(Value),
    Bad(Value),
}

/// What a body says of each property. `None`: nothing.
type Body = Vec<Option<Sent>>;

/// One request. A number means one of the objects that were made until then.
#[derive(Debug, Clone)]
enum Step {
    Create(Body),
    Update(Index, Body),
    Delete(Index),
    Get(Index),
    /// Reading by what is unique among objects.
    Find(Value),
}

impl Step {
    /// The same with sign-in names of this domain.
    fn at(self, domain: &str) -> Self {
        let moved = |value: Value| match value {
            Value::String(text) => text.replace("contoso.example", domain).into(),
            other => other,
        };
        let sent = |sent| match sent {
            Sent::Good(value) => Sent::Good(moved(value)),
            other => other,
        };
        let body = |body: Body| body.into_iter().map(|said| said.map(sent)).collect();
        match self {
            Self::Create(said) => Self::Create(body(said)),
            Self::Update(object, said) => Self::Update(object, body(said)),
            Self::Find(name) => Self::Find(moved(name)),
            other => other,
        }
    }
}

/// A kind of object.
struct Noun {
    set: &'static str,
    fields: Vec<Field>,
    /// What no two objects share, in any case.
    unique: &'static str,
    /// Whether that is a key in paths.
    is_key: bool,
    /// What creations send besides.
    besides: Value,
}

fn field<S: Strategy<Value: Into<Value>> + 'static>(
    name: &'static str,
    kind: Kind,
    good: S,
    bad: impl Into<Value>,
) -> Field {
    Field { name, kind, good: good.prop_map(Into::into).boxed(), bad: bad.into() }
}

fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(texts)
}

/// An object with some of these parts, some of them null.
fn with_parts(parts: [(&'static str, &'static str); 2]) -> impl Strategy<Value = Value> {
    let part = |(name, pattern)| {
        option::weighted(0.7, option::weighted(0.7, pattern)).prop_map(move |part| (name, part))
    };
    parts.map(part).prop_map(|parts| {
        let named = parts.into_iter().filter_map(|(name, part)| Some((name.to_owned(), part?.into())));
        Value::Object(named.collect())
    })
}

fn users() -> Noun {
    let names = one_of(&[
        "ada@contoso.example",
        "ADA@contoso.example",
        "grace@contoso.example",
        "hal@contoso.example",
        "ida@contoso.example",
        "joan@contoso.example",
        "kay@contoso.example",
        "lynn@contoso.example",
    ]);
    let org_data = with_parts([("costCenter", "\\PC{0,9}"), ("division", "\\PC{0,9}")]);
    let moment = "20[0-3][0-9]-0[1-9]-[12][0-8]T[01][0-9]:[0-5][0-9]:[0-5][0-9]Z";
    Noun {
        set: "users",
        fields: vec![
            field("userPrincipalName", Kind::Required, names, "ada"),
            field("displayName", Kind::Required, "[^\\p{C}\\p{Zl}\\p{Zp}]{0,255}[a-z]", " "),
            field("mailNickname", Kind::Required, "[a-zA-Z0-9.'-]{1,64}", "a b"),
            field("accountEnabled", Kind::Required, any::<bool>(), "true"),
            field("userType", Kind::Initially("Member"), one_of(&["Member", "Guest"]), "Robot"),
            field("city", Kind::Nullable, "\\PC{1,128}", "x".repeat(129)),
            field("showInAddressList", Kind::Nullable, any::<bool>(), 1),
            field("usageLocation", Kind::Nullable, "[A-Z]{2}", "GBR"),
            field("employeeHireDate", Kind::Nullable, moment, "yesterday"),
            field("businessPhones", Kind::List(&[]), vec("[0-9 ]{1,12}", 0..=1), vec!["1", "2"]),
            field("otherMails", Kind::List(&[]), vec("\\PC{1,20}", 0..4), json!([null])),
            field(
                "employeeOrgData",
                Kind::Complex(&["costCenter", "division"]),
                org_data,
                json!({"room": "1"}),
            ),
        ],
        unique: "userPrincipalName",
        is_key: true,
        besides: json!({"passwordProfile": {"password": "Difference 1822"}}),
    }
}

fn security_groups() -> Noun {
    let guid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    let labels = vec(with_parts([("labelId", guid), ("displayName", "\\PC{0,9}")]), 0..3);
    let names = one_of(&["readers", "READERS", "writers", "players"]);
    Noun {
        set: "groups",
        fields: vec![
            field("displayName", Kind::Required, "[^\\p{C}\\p{Zl}\\p{Zp}]{0,255}[a-z]", "x".repeat(257)),
            field("mailNickname", Kind::Required, "[a-zA-Z0-9.'-]{1,64}", ""),
            field("mailEnabled", Kind::Required, Just(false), 0),
            field("securityEnabled", Kind::Required, Just(true), 1),
            field("uniqueName", Kind::Once, names, "x".repeat(129)),
            field("visibility", Kind::Initially("Private"), one_of(&["Private", "Public"]), "Secret"),
            field("description", Kind::Nullable, "\\PC{0,60}", "x".repeat(1025)),
            field("classification", Kind::Nullable, "\\PC{0,20}", 7),
            field("preferredLanguage", Kind::Nullable, "[a-z]{2}", json!(["en"])),
            field(
                "assignedLabels",
                Kind::List(&["labelId", "displayName"]),
                labels,
                json!([{"labelId": "x"}]),
            ),
        ],
        unique: "uniqueName",
        is_key: false,
        besides: json!({}),
    }
}

impl Noun {
    fn body(&self, required: f64) -> impl Strategy<Value = Body> + use<> {
        let sent = |field: &Field| {
            let bad = Just(Sent::Bad(field.bad.clone()));
            let sent = prop_oneof![
                24 => field.good.clone().prop_map(Sent::Good), 3 => Just(Sent::Null), 1 => bad
            ];
            option::weighted(if field.kind == Kind::Required { required } else { 0.3 }, sent)
        };
        self.fields.iter().map(sent).collect::<Vec<_>>()
    }

    fn steps(&self) -> impl Strategy<Value = Vec<Step>> + use<> {
        let object = || any::<Index>();
        let unique = self.fields.iter().find(|field| field.name == self.unique).unwrap();
        let find = unique.good.clone().prop_map(Step::Find);
        let step = prop_oneof![
            8 => self.body(0.97).prop_map(Step::Create),
            14 => (object(), self.body(0.1)).prop_map(|(object, body)| Step::Update(object, body)),
            3 => object().prop_map(Step::Delete),
            2 => object().prop_map(Step::Get),
            u32::from(self.is_key) => find,
        ];
        vec(step, 1..40)
    }

    fn names(&self) -> String {
        let names = self.fields.iter().map(|field| field.name);
        ["id"].into_iter().chain(names).collect::<Vec<_>>().join(",")
    }

    fn json(&self, body: &Body) -> Map<String, Value> {
        let value = |sent: &Sent| match sent {
            Sent::Null => Value::Null,
            Sent::Good(value) | Sent::Bad(value) => value.clone(),
        };
        let said = self.fields.iter().zip(body);
        said.filter_map(|(field, sent)| Some((field.name.to_owned(), value(sent.as_ref()?)))).collect()
    }
}

/// What should be there: every object that was ever made, without its values once it is deleted.
struct Model {
    noun: Noun,
    objects: Vec<(String, Option<Map<String, Value>>)>,
}

impl Model {
    fn fits(&self, body: &Body, creates: bool) -> bool {
        self.noun.fields.iter().zip(body).all(|(field, sent)| match sent {
            None => !(creates && field.kind == Kind::Required),
            Some(Sent::Null) => field.kind.takes_null(creates),
            Some(Sent::Good(_)) => true,
            Some(Sent::Bad(_)) => false,
        })
    }

    fn find(&self, unique: &Value) -> Option<usize> {
        let lower = |value: &Value| value.as_str().map(str::to_lowercase);
        let of = |(_, values): &(_, Option<Map<_, _>>)| lower(values.as_ref()?.get(self.noun.unique)?);
        let sought = lower(unique)?;
        self.objects.iter().position(|object| of(object).as_ref() == Some(&sought))
    }

    /// An object's values after a body that fits. `None`: a property that is set once, or a unique one, refuses it.
    fn after(&self, object: Option<usize>, body: &Body) -> Option<Map<String, Value>> {
        let before = object.and_then(|object| self.objects[object].1.clone());
        let mut values = before.unwrap_or_else(|| {
            self.noun.fields.iter().map(|field| (field.name.to_owned(), field.kind.initial())).collect()
        });
        for (field, sent) in self.noun.fields.iter().zip(body) {
            let current = &values[field.name];
            let value = match sent {
                Some(Sent::Good(sent)) => field.kind.kept(current, sent),
                Some(Sent::Null) if object.is_some() => Value::Null,
                _ => continue,
            };
            if field.kind == Kind::Once && !current.is_null() && *current != value {
                return None;
            }
            values.insert(field.name.into(), value);
        }
        let holder = self.find(&values[self.noun.unique]);
        (holder.is_none() || holder == object).then_some(values)
    }

    /// All that is there, in the order of their ids.
    fn whole(&self) -> Vec<Value> {
        let there = self.objects.iter().filter_map(|(id, values)| Some(shown(id, values.as_ref()?)));
        sorted(there.collect())
    }
}

fn shown(id: &str, values: &Map<String, Value>) -> Value {
    let mut values = values.clone();
    values.insert("id".into(), id.into());
    values.into()
}

fn sorted(mut objects: Vec<Value>) -> Vec<Value> {
    objects.sort_by(|one, other| one["id"].as_str().cmp(&other["id"].as_str()));
    objects
}

/// A tenant, and what should be in it.
struct Directory {
    url: String,
    http: reqwest::Client,
    token: String,
    domain: String,
    model: Model,
}

impl Directory {
    async fn fresh(noun: Noun) -> Self {
        let tenant = Tenant::fresh().await;
        // Only users assign labels to groups.
        let token = match noun.set {
            "users" => tenant.app_token(["User.ReadWrite.All"]).await,
            _ => tenant.user_token(tenant.user("someone").await, ["Group.ReadWrite.All"]).await,
        };
        let http = http_client::new();
        let url = format!("{}/v1.0/{}", tenant.server.url, noun.set);
        Self { url, http, token, domain: tenant.domain(), model: Model { noun, objects: Vec::new() } }
    }

    fn request(&self, method: Method, url: &str) -> RequestBuilder {
        self.http.request(method, url).bearer_auth(&self.token).header("ConsistencyLevel", "eventual")
    }

    async fn take(&mut self, step: &Step) {
        match step {
            Step::Create(body) => self.create(body).await,
            Step::Find(name) => {
                let key = name.as_str().unwrap();
                self.holds(key, self.model.find(name)).await;
            }
            Step::Update(object, _) | Step::Delete(object) | Step::Get(object) => {
                if self.model.objects.is_empty() {
                    return;
                }
                let object = object.index(self.model.objects.len());
                let id = self.model.objects[object].0.clone();
                match step {
                    Step::Update(_, body) => self.update(object, &id, body).await,
                    Step::Delete(_) => self.delete(object, &id).await,
                    _ => {}
                }
                self.holds(&id, Some(object)).await;
            }
        }
    }

    async fn create(&mut self, body: &Body) {
        let mut sent = self.model.noun.json(body);
        sent.extend(self.model.noun.besides.as_object().unwrap().clone());
        let answer = send(self.request(Method::POST, &self.url).json(&sent)).await;
        match self.model.after(None, body).filter(|_| self.model.fits(body, true)) {
            Some(values) => {
                assert_eq!(answer.status, 201, "{sent:?} {}", answer.text);
                let id = answer.json()["id"].as_str().unwrap().to_owned();
                self.model.objects.push((id.clone(), Some(values)));
                self.holds(&id, Some(self.model.objects.len() - 1)).await;
            }
            None => is_refused(&answer, &sent),
        }
    }

    async fn update(&mut self, object: usize, id: &str, body: &Body) {
        let sent = self.model.noun.json(body);
        let answer = send(self.request(Method::PATCH, &format!("{}/{id}", self.url)).json(&sent)).await;
        if sent.is_empty() || !self.model.fits(body, false) {
            is_refused(&answer, &sent);
        } else if self.model.objects[object].1.is_none() {
            assert_eq!(answer.refusal(), not_found(id));
        } else if let Some(values) = self.model.after(Some(object), body) {
            assert_eq!(answer.status, 204, "{sent:?} {}", answer.text);
            self.model.objects[object].1 = Some(values);
        } else {
            is_refused(&answer, &sent);
        }
    }

    async fn delete(&mut self, object: usize, id: &str) {
        let answer = send(self.request(Method::DELETE, &format!("{}/{id}", self.url))).await;
        match self.model.objects[object].1.take() {
            Some(_) => assert_eq!(answer.status, 204, "{answer:?}"),
            None => assert_eq!(answer.refusal(), not_found(id)),
        }
    }

    /// Reads an object by one of its keys. It is what it should be.
    async fn holds(&self, key: &str, object: Option<usize>) {
        let url = format!("{}/{key}?$select={}", self.url, self.model.noun.names());
        let answer = send(self.request(Method::GET, &url)).await;
        let object = object.map(|object| &self.model.objects[object]);
        let Some((id, Some(values))) = object else {
            return assert_eq!(answer.refusal(), not_found(key));
        };
        let mut read = answer.json();
        read.as_object_mut().unwrap().remove("@odata.context");
        assert_eq!((answer.status.as_u16(), read), (200, shown(id, values)));
    }

    /// Follows the pages of the list, which are as large as they can be.
    async fn pages(&self, size: usize) -> Vec<Value> {
        let count = self.model.whole().len();
        let select = self.model.noun.names();
        let mut next = Some(format!("{}?$select={select}&$top={size}&$count=true", self.url));
        let mut objects = Vec::new();
        while let Some(url) = next {
            let answer = send(self.request(Method::GET, &url)).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let mut page = answer.json();
            let counted = objects.is_empty().then_some(count as u64);
            assert_eq!(page["@odata.count"].as_u64(), counted, "pages of {size}");
            let Value::Array(items) = page["value"].take() else { panic!("no page: {page}") };
            assert_eq!(items.len(), size.min(count - objects.len()), "pages of {size}");
            objects.extend(items);
            next = page["@odata.nextLink"].as_str().map(str::to_owned);
            assert_eq!(next.is_some(), objects.len() < count, "pages of {size}");
        }
        objects
    }
}

fn is_refused(answer: &Answer, sent: &Map<String, Value>) {
    let (status, code, _) = answer.refusal();
    assert_eq!((status, &*code), (400, "Request_BadRequest"), "{sent:?}");
}

async fn history(noun: Noun, steps: Vec<Step>, sizes: Vec<usize>) {
    let mut directory = Directory::fresh(noun).await;
    for step in steps {
        let step = step.at(&directory.domain);
        directory.take(&step).await;
    }
    for (object, (id, _)) in directory.model.objects.iter().enumerate() {
        directory.holds(id, Some(object)).await;
    }
    let whole = directory.pages(999).await;
    for size in sizes {
        assert_eq!(directory.pages(size).await, whole, "the same order on pages of {size}");
    }
    let there = directory.model.whole();
    assert_eq!(sorted(whole), there);
    let count = send(directory.request(Method::GET, &format!("{}/$count", directory.url))).await;
    assert_eq!(count.text, there.len().to_string());
}

fn few() -> Config {
    Config { cases: 32, failure_persistence: None, max_shrink_iters: 200, ..Config::default() }
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn any_history_of_users_is_that_of_the_model(steps in users().steps(), sizes in vec(1..9usize, 1..3)) {
        RUNTIME.block_on(history(users(), steps, sizes));
    }

    #[test]
    fn any_history_of_groups_is_that_of_the_model(
        steps in security_groups().steps(), sizes in vec(1..9usize, 1..3),
    ) {
        RUNTIME.block_on(history(security_groups(), steps, sizes));
    }
}

#[test]
fn the_model_tells_absent_null_and_a_value_apart() {
    let noun = users();
    let index = |name: &str| noun.fields.iter().position(|field| field.name == name).unwrap();
    let (city, phones, org_data) = (index("city"), index("businessPhones"), index("employeeOrgData"));
    let mut body: Body = noun.fields.iter().map(|_| None).collect();
    let model = Model { noun: users(), objects: vec![("ada".into(), None)] };
    assert!(model.fits(&body, false) && !model.fits(&body, true), "what is required must be there at first");
    body[phones] = Some(Sent::Null);
    assert!(!model.fits(&body, false), "a list is never null");
    body[phones] = None;
    body[city] = Some(Sent::Null);
    body[org_data] = Some(Sent::Good(json!({"division": "1"})));
    let mut values = model.after(None, &body).unwrap();
    assert_eq!(values["employeeOrgData"], json!({"costCenter": null, "division": "1"}));
    values.insert("city".into(), "London".into());
    values.insert("userPrincipalName".into(), "ADA@contoso.example".into());
    let mut model = Model { noun: users(), objects: vec![("ada".into(), Some(values))] };
    body[org_data] = Some(Sent::Good(json!({"costCenter": "2"})));
    let after = model.after(Some(0), &body).unwrap();
    assert_eq!((&after["city"], &after["userType"]), (&Value::Null, &json!("Member")));
    assert_eq!(after["employeeOrgData"], json!({"costCenter": "2", "division": "1"}));
    let mut another = body.clone();
    another[index("userPrincipalName")] = Some(Sent::Good(json!("ada@contoso.example")));
    assert!(model.after(None, &another).is_none(), "a name stands once, in any case");
    model.objects[0].1 = None;
    assert!(model.after(None, &another).is_some(), "and is free again");
}
