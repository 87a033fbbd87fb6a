//! Every property of the tables, over HTTP: what fits is kept and read back, what doesn't fit is refused by the
//! property's name and changes nothing, and `null` removes the value of a nullable property. The cases are made from the tables'
//! lines; only what a single line can't tell is written here.

use crate::{
    http_client,
    support::{Answer, Tenant, forbidden, refused, send},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::{Method, RequestBuilder};
use roster_server::model::{
    administrative_unit::ADMINISTRATIVE_UNIT,
    application::APPLICATION,
    device::DEVICE,
    group::GROUP,
    permissions::{Access, Holders, Need, Permission},
    properties::{Complex, Entity, Format, Kind, Mutability, Property, Returned, Source},
    service_principal::SERVICE_PRINCIPAL,
    user::USER,
};
use serde_json::{Map, Value, json};
use std::sync::{
    LazyLock,
    atomic::{AtomicU64, Ordering::Relaxed},
};
use uuid::Uuid;

/// What can be created and changed over HTTP.
static ENTITIES: [&Entity; 6] =
    [&USER, &GROUP, &DEVICE, &SERVICE_PRINCIPAL, &APPLICATION, &ADMINISTRATIVE_UNIT];

/// What the directory computes of a new object.
fn computed(entity: &Entity) -> &'static [&'static str] {
    match entity.name {
        "user" => &[
            "createdDateTime",
            "id",
            "identities",
            "lastPasswordChangeDateTime",
            "securityIdentifier",
            "signInSessionsValidFromDateTime",
        ],
        "group" => &[
            "createdDateTime",
            "id",
            "mail",
            "organizationId",
            "proxyAddresses",
            "renewedDateTime",
            "securityIdentifier",
            "visibility",
        ],
        "servicePrincipal" => &["id", "servicePrincipalNames"],
        "application" => &["appId", "createdDateTime", "id", "publisherDomain"],
        _ => &["id"],
    }
}

/// A value that fits: as it is sent, and as it is kept.
#[derive(Debug, Clone)]
struct Sample {
    sent: Value,
    kept: Value,
    /// What else must stand in the body that sends it.
    with: Value,
}

impl Sample {
    fn new(sent: impl Into<Value>, kept: impl Into<Value>) -> Self {
        Self { sent: sent.into(), kept: kept.into(), with: json!({}) }
    }

    fn kept_as_sent(value: impl Into<Value>) -> Self {
        let value = value.into();
        Self::new(value.clone(), value)
    }

    fn with(self, with: Value) -> Self {
        Self { with, ..self }
    }

    fn array(items: &[Self]) -> Self {
        let of = |value: fn(&Self) -> &Value| items.iter().map(value).cloned().collect::<Value>();
        Self::new(of(|item| &item.sent), of(|item| &item.kept))
    }

    fn object(parts: &[(&str, Self)]) -> Self {
        let of = |value: fn(&Self) -> &Value| {
            parts.iter().map(|(name, part)| (*name, value(part).clone())).collect::<Value>()
        };
        Self::new(of(|part| &part.sent), of(|part| &part.kept))
    }
}

/// When a body is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Creation,
    Update,
}

impl Moment {
    /// Whether a body takes the property at this moment.
    fn takes(self, property: &Property) -> bool {
        match property.mutability {
            Mutability::ReadOnly | Mutability::Unchanged => false,
            Mutability::AtCreation => self == Self::Creation,
            Mutability::Later => self == Self::Update,
            Mutability::Once | Mutability::Always => true,
        }
    }
}

/// Why a value of a property is refused.
#[derive(Debug, Clone)]
enum Fault {
    Invalid,
    Length,
    ReadOnly,
    Immutable,
    Required,
    /// The entity, or one of its complex types, has no property of this name.
    Unknown(String),
    /// A collection of this name and type is null.
    Null(&'static str, String),
    NullItem,
    /// A single value, as it is written, where one of this type is due.
    Literal(String, String),
    /// In the property of this name there is this where that is due.
    Node(&'static str, &'static str, &'static str),
    /// The property of this name isn't the object, or array of objects, that it should be.
    Schema(&'static str),
}

impl Fault {
    /// Of a null that isn't taken.
    fn null(property: &Property) -> Self {
        match property.required {
            _ if property.is_collection() => Self::Null(property.name, property.kind.name()),
            true => Self::Required,
            false => Self::Invalid,
        }
    }

    /// Of a value where a single one of this type is due.
    fn single(property: &Property, value: &Value, kind: &str) -> Self {
        let literal = match value {
            Value::Array(_) | Value::Object(_) => {
                return Self::Node(property.name, node(value), "PrimitiveValue");
            }
            Value::Bool(true) => "True".to_owned(),
            Value::Bool(false) => "False".to_owned(),
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        Self::Literal(literal, kind.to_owned())
    }

    /// Of a text of a wrong form or length.
    fn text(property: &Property, text: &str) -> Self {
        let fits = (property.min..=property.max).contains(&text.chars().count());
        if property.tells_length && !fits { Self::Length } else { Self::Invalid }
    }

    /// The same of a part of a property.
    fn within(self, whole: &Property) -> Self {
        match self {
            Self::Length => Self::Invalid,
            Self::Literal(..) if whole.returned == Returned::Never => Self::Invalid,
            fault => fault,
        }
    }

    /// The error's code, its message, and its details where it has some.
    fn words(&self, entity: &Entity, property: &str) -> (&'static str, String, Value) {
        let of = format!("property '{property}' of resource '{}'", entity.resource);
        let about = |target: &str, code: &str| json!([{"target": target, "code": code}]);
        let (message, details) = match self {
            Self::Invalid => (format!("Invalid value specified for {of}."), about(property, "InvalidValue")),
            Self::Length => {
                let line = entity.property(property).unwrap();
                let message =
                    format!("The {property} should be between {} and {} characters.", line.min, line.max);
                (message, about(property, "InvalidValue"))
            }
            Self::ReadOnly => {
                let message = format!("Property '{property}' is read-only and cannot be set.");
                (message, about(property, "ReadOnlyProperty"))
            }
            Self::Immutable => {
                let message = format!("Property {property} cannot be updated because it is immutable.");
                (message, about(property, "ImmutableProperty"))
            }
            Self::Required => (format!("A value is required for {of}."), about(property, "MissingValue")),
            Self::Unknown(name) => (format!("Invalid property '{name}'."), about(name, "UnknownProperty")),
            Self::Null(name, kind) => {
                let kind = format!("'{kind}[Nullable=False]'");
                let message = format!(
                    "A null value was found for the property named '{name}', which has the expected type {kind}. \
                     The expected type {kind} does not allow null values."
                );
                (message, Value::Null)
            }
            Self::NullItem => {
                let message = "A null value was detected in the items of a collection property value; \
                    non-nullable instances of collection types do not support null values as items.";
                (message.into(), Value::Null)
            }
            Self::Literal(literal, kind) => {
                let message =
                    format!("Cannot convert the literal '{literal}' to the expected type '{kind}'.");
                (message, Value::Null)
            }
            Self::Node(name, found, due) => {
                let message = format!(
                    "An unexpected '{found}' node was found for property named '{name}' when reading from the JSON \
                     reader. A '{due}' node was expected."
                );
                (message, Value::Null)
            }
            Self::Schema(name) => {
                let message = format!("Property {name} in payload has a value that does not match schema.");
                return ("BadRequest", message, Value::Null);
            }
        };
        ("Request_BadRequest", message, details)
    }
}

/// What a value begins with, in the words of refusals.
fn node(value: &Value) -> &'static str {
    match value {
        Value::Array(_) => "StartArray",
        Value::Object(_) => "StartObject",
        _ => "PrimitiveValue",
    }
}

/// Stands for the default domain of the tenant, and is as long.
const DOMAIN: &str = "the-domain-of-the-tenant-of-this.test.of.example";

/// A number that no other call gives, so that texts with it are unique.
fn number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Relaxed)
}

/// A unique text of this format, with exactly this many characters where it matters.
fn text(format: Format, length: Option<usize>) -> String {
    let number = number();
    let start = match format {
        Format::MailNickname => format!("n{number}"),
        Format::UserPrincipalName => {
            let alias = format!("u{number}");
            let room = length.map_or(0, |length| length.saturating_sub(alias.len() + 1 + DOMAIN.len()));
            format!("{alias}{}@{DOMAIN}", "x".repeat(room))
        }
        Format::MailAddress => format!("m{number}@contoso.example"),
        Format::Uri => format!("https://contoso.example/é{number}"),
        Format::RedirectUri => format!("https://contoso.example:8443/a?b={number}"),
        Format::NativeRedirectUri => format!("org.example.app{number}://auth/"),
        Format::IdentifierUri => format!("api://{number}/"),
        Format::ClaimValue => format!("Files.Read-{number}"),
        Format::Base64 => format!("{number:012}"),
        // More bytes than characters, and what JSON escapes.
        Format::DisplayName | Format::UniqueName => format!("{number}Aé✓\"\\❤\u{fe0f}😀"),
        // The same with a line's end; of enough kinds for a password.
        _ => format!("{number}Aé✓\"\\\n😀"),
    };
    let rest = length.map_or(0, |length| length.saturating_sub(start.chars().count()));
    start + &"x".repeat(if format == Format::IdentifierUri { rest.max(1) } else { rest })
}

fn swap_case(word: &str) -> String {
    let swap = |c: char| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    word.chars().map(swap).collect()
}

fn texts(property: &Property) -> Vec<Sample> {
    match property.format {
        Format::OneOf(words) => {
            words.members.iter().map(|&word| Sample::new(swap_case(word), word)).collect()
        }
        Format::SomeOf(words) => {
            let given = words.members.iter().map(|word| swap_case(word)).collect::<Vec<_>>().join(", ");
            vec![Sample::new(given, words.members.join(",")), Sample::kept_as_sent(words.members[0])]
        }
        Format::Guid | Format::Identifier => {
            let guid = || Uuid::from_u64_pair(0xABCD_EF01_2345_4678, number()).to_string();
            [guid(), guid()].into_iter().map(|guid| Sample::new(guid.to_uppercase(), guid)).collect()
        }
        Format::Country => ["GB", "it"].into_iter().map(Sample::kept_as_sent).collect(),
        _ => [Some(property.max), None]
            .into_iter()
            .map(|max| Sample::kept_as_sent(text(property.format, max)))
            .collect(),
    }
}

/// This many items of a property, each with its own values; short ones where they are many.
fn items(property: &Property, count: usize) -> Sample {
    let item = |_| {
        let mut samples = match property.kind {
            Kind::Objects(complex) => objects(complex),
            _ => texts(property),
        };
        samples.swap_remove(usize::from(count > 10) % samples.len())
    };
    Sample::array(&(0..count).map(item).collect::<Vec<_>>())
}

/// Certificates: what is shown of them is all but themselves.
fn certificates() -> Vec<Sample> {
    static CERTIFICATE: LazyLock<String> = LazyLock::new(|| {
        let key = rcgen::KeyPair::generate().unwrap();
        STANDARD.encode(rcgen::CertificateParams::default().self_signed(&key).unwrap().der())
    });
    let one = |name: &str| {
        let shown = json!({
            "customKeyIdentifier": "AAAA", "displayName": name, "endDateTime": "2040-01-01T00:00:00Z", "key": null,
            "keyId": Uuid::from_u64_pair(0xABCD_EF01_2345_4678, number()).to_string(),
            "startDateTime": "2020-01-01T00:00:00Z", "type": "AsymmetricX509Cert", "usage": "Verify",
        });
        Sample::new(with(shown.clone(), &json!({"key": *CERTIFICATE})), shown)
    };
    vec![one("first"), one("second")]
}

fn objects(complex: &Complex) -> Vec<Sample> {
    if complex.name == "KeyCredential" {
        return certificates();
    }
    let parts: Vec<_> = complex.properties.iter().map(|part| (part.name, samples(part))).collect();
    let most = parts.iter().map(|(_, samples)| samples.len()).max().unwrap_or_default();
    let part =
        |n: usize, (name, samples): &(&'static str, Vec<Sample>)| (*name, samples[n % samples.len()].clone());
    (0..most).map(|n| Sample::object(&parts.iter().map(|each| part(n, each)).collect::<Vec<_>>())).collect()
}

/// Values that fit a property's line: at its limits, and in a form that isn't the one that is kept.
fn samples(property: &Property) -> Vec<Sample> {
    match property.kind {
        Kind::String => texts(property),
        Kind::Boolean => [true, false].into_iter().map(Sample::kept_as_sent).collect(),
        // There are two versions of tokens.
        Kind::Int32 if property.name == "requestedAccessTokenVersion" => {
            [2, 1].into_iter().map(Sample::kept_as_sent).collect()
        }
        Kind::Int32 => [i32::MAX, i32::MIN].into_iter().map(Sample::kept_as_sent).collect(),
        Kind::DateTime => vec![
            Sample::new("2026-03-01T01:30:00+02:00", "2026-02-28T23:30:00Z"),
            Sample::kept_as_sent("2024-02-29T12:00:00.125Z"),
        ],
        Kind::Object(complex) => objects(complex),
        Kind::Strings | Kind::Objects(_) => {
            vec![
                items(property, property.max_items.min(3)),
                items(property, 0),
                items(property, property.max_items),
            ]
        }
    }
}

/// Values that don't fit a property's line, each with its fault: of other types, too large, or of another form.
fn misfits(property: &Property) -> Vec<(Value, Fault)> {
    let name = property.name;
    let kind = property.kind.name();
    let single = |value: Value| {
        let fault = Fault::single(property, &value, &kind);
        (value, fault)
    };
    let any = [json!(2.5), json!([[]]), json!({"fantasy": 1})];
    let mut misfits: Vec<_> = match property.kind {
        Kind::String => {
            let others = [json!(true), json!(7), json!([]), json!(["x"]), json!({})];
            any.into_iter().chain(others).map(single).chain(bad_texts(property)).collect()
        }
        Kind::Boolean => {
            let others = [json!(0), json!("true"), json!(""), json!([true]), json!({})];
            any.into_iter().chain(others).map(single).collect()
        }
        Kind::Int32 => {
            let beyond = [i64::from(i32::MAX) + 1, i64::from(i32::MIN) - 1, i64::MIN].map(Value::from);
            let others = [json!(u64::MAX), json!("7"), json!(true), json!([7]), json!({})];
            any.into_iter().chain(beyond).chain(others).map(single).collect()
        }
        Kind::DateTime => {
            let texts = [
                "",
                "yesterday",
                "2026-03-01",
                "2026-02-30T00:00:00Z",
                "2026-03-01T00:00:00",
                "9999-12-31T23:59:59-01:00",
                "0000-01-01T00:00:00+01:00",
            ];
            any.into_iter().chain(texts.map(Value::from)).map(single).collect()
        }
        Kind::Strings => {
            let no_arrays = [json!(2.5), json!({"fantasy": 1}), json!(true), json!("x"), json!({})];
            let no_arrays = no_arrays.map(|value| {
                let fault = Fault::Node(name, node(&value), "StartArray");
                (value, fault)
            });
            let items = [json!([]), json!(7), json!({"x": 1})].map(|item| {
                let fault = Fault::single(property, &item, "Edm.String");
                (json!([item]), fault)
            });
            let texts = bad_texts(property).into_iter().map(|(bad, fault)| (json!([bad]), fault));
            no_arrays
                .into_iter()
                .chain(items)
                .chain([(json!([null]), Fault::NullItem)])
                .chain(texts)
                .collect()
        }
        Kind::Object(complex) => {
            let others = [json!(2.5), json!([[]]), json!(true), json!("x"), json!([]), json!([{}])];
            let others = others.map(|value| (value, Fault::Schema(name)));
            others.into_iter().chain(bad_objects(property, complex)).collect()
        }
        Kind::Objects(complex) => {
            let others = [json!(true), json!("x"), json!({}), json!([null]), json!([7]), json!(["x"])];
            let others = any.into_iter().chain(others).map(|value| (value, Fault::Schema(name)));
            let objects = bad_objects(property, complex);
            others.chain(objects.into_iter().map(|(bad, fault)| (json!([{}, bad]), fault))).collect()
        }
    };
    if property.is_collection() {
        misfits.push((items(property, property.max_items + 1).sent, Fault::Invalid));
    }
    misfits
}

fn bad_texts(property: &Property) -> Vec<(Value, Fault)> {
    let mut bad = vec!["x\0y".to_owned(), text(property.format, Some(property.max + 1))];
    let mut add = |texts: &[&str]| bad.extend(texts.iter().map(|&text| text.to_owned()));
    match property.format {
        Format::Any => {}
        Format::DisplayName | Format::UniqueName => {
            add(&[
                "x\ny",
                "x\ty",
                "x\u{7f}",
                "x\u{85}y",
                "\u{202e}x",
                "x\u{2067}y",
                "x\u{2028}",
                "x\u{2029}y",
            ]);
            if property.format == Format::UniqueName {
                add(&["", " ", "\u{fe0f}", "x\u{200b}y", "x\u{200d}y", "\u{feff}x", "x\u{ad}y", "x\u{378}y"]);
            }
        }
        _ => add(&[" @ @ ", ""]),
    }
    if property.required {
        add(&["", " \t"]);
    }
    if property.min > 0 {
        add(&[""]);
    }
    let fault = |text: String| {
        let fault = Fault::text(property, &text);
        (text.into(), fault)
    };
    bad.into_iter().map(fault).collect()
}

fn bad_objects(property: &Property, complex: &Complex) -> Vec<(Value, Fault)> {
    let bad_part = |part: &Property| -> Vec<(Value, Fault)> {
        let null = (!part.nullable).then(|| (Value::Null, Fault::null(part)));
        let bad = misfits(part).into_iter().chain(null);
        bad.map(|(bad, fault)| (json!({part.name: bad}), fault.within(property))).collect()
    };
    let unknown = (json!({"fantasy": 1}), Fault::Unknown("fantasy".into()));
    complex.properties.iter().flat_map(bad_part).chain([unknown]).collect()
}

/// The values to try of a property. What stands here by name depends on other properties, which its own line
/// can't tell.
fn cases(entity: &Entity, property: &Property, moment: Moment) -> Vec<Sample> {
    let samples = samples(property);
    let dynamic = json!(["DynamicMembership", "Unified"]);
    let rule = "user.department -eq \"x\"";
    let each = |with: Value| samples.iter().map(|sample| sample.clone().with(with.clone())).collect();
    match (entity.name, property.name, moment) {
        // A rule makes a group dynamic, and no other group has one.
        ("group", "groupTypes", _) => vec![
            Sample::new(json!(["uNIFIED"]), json!(["Unified"])),
            Sample::new(json!(["dynamicmembership", "UNIFIED"]), dynamic)
                .with(json!({"membershipRule": rule})),
        ],
        ("group", "membershipRule", _) => [Some(property.max - 16), None]
            .into_iter()
            .map(|max| Sample::kept_as_sent(format!("user.city -eq '{}'", text(Format::Any, max))))
            .map(|sample| sample.with(json!({"groupTypes": dynamic})))
            .collect(),
        ("group", "membershipRuleProcessingState", _) => {
            each(json!({"groupTypes": dynamic, "membershipRule": rule}))
        }
        // A group that takes no mail is one of another kind, which an update can't make of it.
        ("group", "mailEnabled", Moment::Creation) => {
            each(json!({"groupTypes": []})).into_iter().skip(1).collect()
        }
        ("group", "mailEnabled", Moment::Update) => samples.into_iter().take(1).collect(),
        // Members are hidden from the beginning or never.
        ("group", "visibility", Moment::Update) => {
            samples.into_iter().filter(|sample| sample.kept != "HiddenMembership").collect()
        }
        // Where personal accounts sign in, tokens are of version 2.0.
        ("application", "signInAudience", _) => each(json!({"api": {"requestedAccessTokenVersion": 2}})),
        // What is enabled can't be taken away.
        ("servicePrincipal", "appRoles" | "oauth2PermissionScopes", Moment::Update)
        | ("application", "api" | "appRoles", Moment::Update) => samples.into_iter().take(1).collect(),
        _ if property.mutability == Mutability::Once => samples.into_iter().take(1).collect(),
        _ => samples,
    }
}

/// The body of an update that removes a property's value.
fn removal(entity: &Entity, property: &Property) -> Value {
    let mut body = json!({property.name: null});
    match (entity.name, property.name) {
        // A dynamic group keeps its rule.
        ("group", "membershipRule") => body["groupTypes"] = json!(["Unified"]),
        ("group", "membershipRuleProcessingState") => {
            body["groupTypes"] = json!(["Unified"]);
            body["membershipRule"] = Value::Null;
        }
        _ => {}
    }
    body
}

/// What a creation demands, each time with other values.
fn minimal(entity: &Entity) -> Value {
    let required = entity.properties.iter().filter(|property| property.required);
    let mut body: Map<String, Value> =
        required.map(|property| (property.name.into(), samples(property).remove(0).sent)).collect();
    if entity.name == "group" {
        // Exchange holds properties only of Microsoft 365 groups.
        body.insert("groupTypes".into(), json!(["Unified"]));
    }
    body.into()
}

fn with(mut body: Value, more: &Value) -> Value {
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// A body that sends this value of a property, and what must stand beside it.
fn sending(body: Value, property: &Property, sample: &Sample) -> Value {
    with(with(body, &sample.with), &json!({property.name: sample.sent}))
}

fn elsewhere(property: &&Property) -> bool {
    property.source == Source::OtherService
}

/// Every permission that such a token can hold.
fn all(holders: Holders) -> Vec<Permission> {
    let held = |permission: &Permission| [Holders::Both, holders].contains(&permission.holders());
    Permission::ALL.iter().copied().filter(held).collect()
}

fn alternatives(need: &Need, holders: Holders) -> &'static [&'static [Permission]] {
    if holders == Holders::Application { need.application } else { need.delegated }
}

/// A fresh tenant, seen by a signed-in user who may do everything: some properties are only for users.
struct Directory {
    entity: &'static Entity,
    tenant: Tenant,
    http: reqwest::Client,
    user: Uuid,
    token: String,
}

impl Directory {
    async fn fresh(entity: &'static Entity) -> Self {
        let tenant = Tenant::fresh().await;
        let user = tenant.user("someone").await;
        let http = http_client::new();
        let directory = Self { entity, tenant, http, user, token: String::new() };
        directory.seen_with(Holders::Delegated, &all(Holders::Delegated)).await
    }

    /// The same directory, seen with only these permissions.
    async fn seen_with(&self, holders: Holders, permissions: &[Permission]) -> Self {
        let names = permissions.iter().map(|permission| permission.name());
        let token = match holders {
            Holders::Application => self.tenant.app_token(names).await,
            _ => self.tenant.user_token(self.user, names).await,
        };
        Self { http: self.http.clone(), token, ..*self }
    }

    /// Does this with a property.
    async fn attempt(&self, object: &str, property: &Property, access: Access) -> Answer {
        let value = |moment| cases(self.entity, property, moment).remove(0);
        match access {
            Access::Read => {
                send(self.request(Method::GET, &format!("{object}?$select={}", property.name))).await
            }
            Access::Creation => {
                self.create(&sending(minimal(self.entity), property, &value(Moment::Creation))).await
            }
            Access::Update => {
                self.update(object, &sending(json!({}), property, &value(Moment::Update))).await
            }
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/v1.0{path}", self.tenant.server.url);
        self.http.request(method, url).bearer_auth(&self.token)
    }

    async fn create(&self, body: &Value) -> Answer {
        send(self.request(Method::POST, &format!("/{}", self.entity.set)).json(&self.here(body))).await
    }

    async fn update(&self, object: &str, body: &Value) -> Answer {
        send(self.request(Method::PATCH, object).json(&self.here(body))).await
    }

    /// A value with the tenant's own domain.
    fn here(&self, value: &Value) -> Value {
        serde_json::from_str(&value.to_string().replace(DOMAIN, &self.tenant.domain())).unwrap()
    }

    /// Creates an object, and gives its path.
    async fn created(&self, body: &Value) -> String {
        let answer = self.create(body).await;
        assert_eq!(answer.status, 201, "{body} {answer:?}");
        let object = answer.json();
        let path = format!("/{}/{}", self.entity.set, object["id"].as_str().unwrap());
        let by_default = self.entity.properties.iter().filter(|p| p.returned == Returned::ByDefault);
        for property in by_default {
            assert!(object.get(property.name).is_some(), "{} of a new {}", property.name, self.entity.name);
        }
        path
    }

    /// An object to which every value was given that can stand beside all others.
    async fn full_object(&self) -> String {
        let mut body = minimal(self.entity);
        for property in self.entity.properties.iter().filter(|property| Moment::Creation.takes(property)) {
            let first = cases(self.entity, property, Moment::Creation).remove(0);
            if first.with == json!({}) {
                body[property.name] = first.sent;
            }
        }
        let object = self.created(&body).await;
        let later = self.entity.properties.iter().filter(elsewhere).filter(|p| Moment::Update.takes(p));
        let body: Map<_, _> = later.map(|p| (p.name.to_owned(), samples(p).remove(0).sent)).collect();
        if !body.is_empty() {
            assert!(self.update(&object, &body.into()).await.status.is_success());
        }
        object
    }

    async fn read(&self, object: &str, select: &str) -> Value {
        let answer = send(self.request(Method::GET, &format!("{object}?$select={select}"))).await;
        assert_eq!(answer.status, 200, "{select} {answer:?}");
        answer.json()
    }

    /// All that can be read of an object.
    async fn whole(&self, object: &str) -> Value {
        let names = self.entity.properties.iter().filter(elsewhere).map(|property| property.name);
        self.read(object, &["*"].into_iter().chain(names).collect::<Vec<_>>().join(",")).await
    }

    async fn count(&self) -> String {
        let count = self.request(Method::GET, &format!("/{}/$count", self.entity.set));
        let answer = send(count.header("ConsistencyLevel", "eventual")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.text
    }

    /// Reads one property back.
    async fn holds(&self, object: &str, property: &Property, kept: &Value) {
        let read = self.read(object, property.name).await;
        let of = format!("{} of {}", property.name, self.entity.name);
        if property.returned == Returned::Never {
            assert_eq!(read.get(property.name), None, "{of}");
            return;
        }
        let mut kept = self.here(kept);
        if self.entity.name == "user" && property.name == "identities" {
            // The sign-in name is always among them.
            let name = self.read(object, "userPrincipalName").await["userPrincipalName"].take();
            let domain = self.tenant.domain();
            let identity =
                json!({"issuer": domain, "issuerAssignedId": name, "signInType": "userPrincipalName"});
            kept.as_array_mut().unwrap().push(identity);
        }
        assert_eq!(read.get(property.name), Some(&kept), "{of}");
        // What another service tells comes with the object's id.
        let names = if property.source == Source::OtherService { 3 } else { 2 };
        assert_eq!(read.as_object().unwrap().len(), names, "the context and {of}: {read}");
    }

    fn is_refused(&self, answer: &Answer, name: &str, fault: &Fault, sent: &Value) {
        let of = format!("{name} of {} sent as {:.200}", self.entity.name, sent.to_string());
        let (code, message, details) = fault.words(self.entity, name);
        assert_eq!(answer.refusal(), refused(400, code, &message), "{of}");
        assert_eq!(answer.json()["error"]["details"], details, "{of}");
    }

    /// A creation is refused for one of its properties.
    async fn refuses_creation(&self, property: &Property, value: &Value, fault: Fault) {
        let body = with(minimal(self.entity), &json!({property.name: value}));
        self.is_refused(&self.create(&body).await, property.name, &fault, value);
    }

    /// An update is refused for one of its properties; none of the others is changed either.
    async fn refuses_update(&self, object: &str, before: &Value, name: &str, value: &Value, fault: Fault) {
        let body = with(json!({"displayName": text(Format::DisplayName, None)}), &json!({name: value}));
        self.is_refused(&self.update(object, &body).await, name, &fault, value);
        assert_eq!(self.whole(object).await, *before, "{name} sent as {value:.200}");
    }
}

async fn of_each_entity(check: impl AsyncFn(Directory)) {
    for entity in ENTITIES {
        check(Directory::fresh(entity).await).await;
    }
}

#[tokio::test]
async fn what_creation_takes_reads_back_and_null_counts_as_absent() {
    of_each_entity(async |directory| {
        let entity = directory.entity;
        let plain = directory.whole(&directory.created(&minimal(entity)).await).await;
        for property in entity.properties.iter().filter(|property| Moment::Creation.takes(property)) {
            for case in cases(entity, property, Moment::Creation) {
                let object = directory.created(&sending(minimal(entity), property, &case)).await;
                directory.holds(&object, property, &case.kept).await;
            }
            if property.is_collection() {
                directory.refuses_creation(property, &Value::Null, Fault::null(property)).await;
            } else if property.required {
                directory.refuses_creation(property, &Value::Null, Fault::Required).await;
            } else {
                let body = with(minimal(entity), &json!({property.name: null}));
                directory.holds(&directory.created(&body).await, property, &plain[property.name]).await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_property_that_was_not_given_is_what_its_line_says() {
    of_each_entity(async |directory| {
        let body = minimal(directory.entity);
        let object = directory.created(&body).await;
        let computed = computed(directory.entity);
        for property in directory.entity.properties {
            if computed.contains(&property.name) {
                let value = directory.read(&object, property.name).await[property.name].take();
                assert_ne!(value, property.default_value(), "{} of {}", property.name, directory.entity.name);
            } else if body.get(property.name).is_none() {
                directory.holds(&object, property, &property.default_value()).await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_an_update_sets_reads_back_and_null_takes_it_away() {
    of_each_entity(async |directory| {
        let entity = directory.entity;
        for property in entity.properties.iter().filter(|property| Moment::Update.takes(property)) {
            let object = directory.created(&minimal(entity)).await;
            let status = if entity.name == "group" && elsewhere(&property) { 200 } else { 204 };
            let change = async |body: Value| {
                let answer = directory.update(&object, &body).await;
                assert_eq!((answer.status.as_u16(), &*answer.text), (status, ""), "{body}");
            };
            let cases = cases(entity, property, Moment::Update);
            for case in &cases {
                change(sending(json!({}), property, case)).await;
                directory.holds(&object, property, &case.kept).await;
            }
            if property.mutability == Mutability::Once {
                change(sending(json!({}), property, &cases[0])).await;
                let before = directory.whole(&object).await;
                let other = samples(property).remove(0).sent;
                directory.refuses_update(&object, &before, property.name, &other, Fault::Immutable).await;
            }
            if let (Kind::Object(complex), Some(last)) = (property.kind, cases.last()) {
                // An update sets the parts that it names, and no others.
                let mut kept = last.kept.clone();
                // What is enabled can't be taken away.
                for part in complex.properties.iter().filter(|part| part.name != "oauth2PermissionScopes") {
                    let other = samples(part).remove(0);
                    change(json!({property.name: {part.name: other.sent}})).await;
                    kept[part.name] = other.kept;
                    directory.holds(&object, property, &kept).await;
                }
            }
            if property.nullable {
                change(removal(entity, property)).await;
                directory.holds(&object, property, &property.default_value()).await;
            } else {
                let before = directory.whole(&object).await;
                let fault = Fault::null(property);
                directory.refuses_update(&object, &before, property.name, &Value::Null, fault).await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_creation_does_not_take_is_refused_by_its_name_and_nothing_is_made() {
    of_each_entity(async |directory| {
        let entity = directory.entity;
        let before = directory.count().await;
        for property in entity.properties {
            if !Moment::Creation.takes(property) {
                directory.refuses_creation(property, &samples(property)[0].sent, Fault::ReadOnly).await;
                directory.refuses_creation(property, &Value::Null, Fault::ReadOnly).await;
                continue;
            }
            for (misfit, fault) in misfits(property) {
                directory.refuses_creation(property, &misfit, fault).await;
            }
            if property.required {
                let mut without = minimal(entity);
                without.as_object_mut().unwrap().remove(property.name);
                let answer = directory.create(&without).await;
                directory.is_refused(&answer, property.name, &Fault::Required, &without);
            }
        }
        for unknown in ["fantasy", "DISPLAYNAME", ""] {
            let body = with(minimal(entity), &json!({unknown: "x"}));
            let fault = Fault::Unknown(unknown.into());
            directory.is_refused(&directory.create(&body).await, unknown, &fault, &body);
        }
        assert_eq!(directory.count().await, before);
    })
    .await;
}

#[tokio::test]
async fn what_an_update_does_not_take_is_refused_by_its_name_and_nothing_is_changed() {
    of_each_entity(async |directory| {
        let object = directory.full_object().await;
        let before = directory.whole(&object).await;
        for property in directory.entity.properties {
            let refuses = async |value: Value, fault| {
                directory.refuses_update(&object, &before, property.name, &value, fault).await;
            };
            if Moment::Update.takes(property) {
                for (misfit, fault) in misfits(property) {
                    refuses(misfit, fault).await;
                }
            } else {
                let set_before = property.mutability == Mutability::AtCreation;
                let fault = if set_before { Fault::Immutable } else { Fault::ReadOnly };
                refuses(samples(property).remove(0).sent, fault.clone()).await;
                refuses(Value::Null, fault).await;
            }
        }
        for unknown in ["fantasy", "DISPLAYNAME", ""] {
            let fault = Fault::Unknown(unknown.into());
            directory.refuses_update(&object, &before, unknown, &json!("x"), fault).await;
        }
    })
    .await;
}

/// Whether these may be empty in any body: a creation demands none of them.
fn optional_list(property: &&Property) -> bool {
    property.is_collection() && !property.required
}

#[tokio::test]
async fn an_empty_list_where_nothing_is_set_changes_nothing_whoever_sends_it() {
    of_each_entity(async |by_user| {
        let entity = by_user.entity;
        let by_application = by_user.seen_with(Holders::Application, &all(Holders::Application)).await;
        let body = minimal(entity);
        let lists = || entity.properties.iter().filter(optional_list).filter(|p| body.get(p.name).is_none());
        let empty: Map<_, _> = lists().map(|list| (list.name.to_owned(), json!([]))).collect();
        for directory in [&by_user, &by_application] {
            // Applications create no devices.
            let creator = if entity.name == "device" { &by_user } else { directory };
            let object = creator.created(&with(minimal(entity), &empty.clone().into())).await;
            for unknown in ["fantasy", "BUSINESSPHONES", "extension_x"] {
                let answer = creator.create(&with(minimal(entity), &json!({unknown: []}))).await;
                assert_eq!(answer.status, 400, "{unknown}");
                assert_eq!(directory.update(&object, &json!({unknown: []})).await.status, 400, "{unknown}");
            }
            for list in lists().filter(|list| !computed(entity).contains(&list.name)) {
                directory.holds(&object, list, &json!([])).await;
            }
            let before = directory.whole(&object).await;
            let unset = |name: &String| before[name.as_str()] == json!([]);
            let idle: Map<_, _> = empty.clone().into_iter().filter(|(name, _)| unset(name)).collect();
            let all = (!idle.is_empty()).then(|| idle.clone().into());
            let bodies = idle.iter().map(|(name, value)| json!({name: value})).chain(all);
            for body in bodies {
                let answer = directory.update(&object, &body).await;
                assert_eq!((answer.status.as_u16(), &*answer.text), (204, ""), "{body}");
                assert_eq!(directory.whole(&object).await, before, "{body}");
            }
            let beside = with(json!({"displayName": "x"}), &idle.into());
            assert_eq!(directory.update(&object, &beside).await.status, 204);
            assert_eq!(directory.whole(&object).await, with(before, &json!({"displayName": "x"})));
        }
    })
    .await;
}

#[tokio::test]
async fn an_empty_list_where_something_is_set_is_a_change() {
    let refused = AtomicU64::new(0);
    of_each_entity(async |directory| {
        let entity = directory.entity;
        let object = directory.full_object().await;
        let before = directory.whole(&object).await;
        let absent = format!("/{}/{}", entity.set, Uuid::from_u128(7));
        for list in entity.properties.iter().filter(optional_list) {
            let (name, body) = (list.name, json!({list.name: []}));
            let set_before = list.mutability == Mutability::AtCreation;
            let fault = if set_before { Fault::Immutable } else { Fault::ReadOnly };
            if !Moment::Update.takes(list) {
                directory.is_refused(&directory.update(&absent, &body).await, name, &fault, &body);
                if before[name] != json!([]) {
                    directory.refuses_update(&object, &before, name, &json!([]), fault).await;
                    refused.fetch_add(1, Relaxed);
                }
            } else if elsewhere(&list) || name == "assignedLabels" {
                let by_application =
                    async || send(directory.tenant.raw(Method::PATCH, &object).await.json(&body)).await;
                assert_eq!(by_application().await.refusal(), forbidden(), "{body}");
                assert!(directory.update(&object, &body).await.status.is_success(), "{body}");
                directory.holds(&object, list, &json!([])).await;
                assert!(by_application().await.status.is_success(), "{name} is empty now");
                let again = json!({name: before[name]});
                assert!(directory.update(&object, &again).await.status.is_success(), "{again}");
                refused.fetch_add(1, Relaxed);
            }
            assert_eq!(directory.whole(&object).await, before, "{name}");
        }
    })
    .await;
    assert!(refused.into_inner() > 5, "nothing was set that is refused");
}

#[tokio::test]
async fn an_update_may_name_its_objects_own_id_in_any_case_and_no_other() {
    of_each_entity(async |directory| {
        let object = directory.full_object().await;
        let id = object.rsplit('/').next().unwrap().to_owned();
        let before = directory.whole(&object).await;
        for own in [id.clone(), id.to_uppercase()] {
            for body in [json!({"id": own}), json!({"id": own, "displayName": before["displayName"]})] {
                let answer = directory.update(&object, &body).await;
                assert_eq!((answer.status.as_u16(), &*answer.text), (204, ""), "{body}");
                assert_eq!(directory.whole(&object).await, before, "{body}");
            }
        }
        for other in [json!(Uuid::from_u128(7)), json!("x"), json!(7), json!([id]), Value::Null] {
            directory.is_refused(
                &directory.update(&object, &json!({"id": other})).await,
                "id",
                &Fault::ReadOnly,
                &other,
            );
            directory.refuses_update(&object, &before, "id", &other, Fault::ReadOnly).await;
        }
        // It is no change of the directory's, so it stands beside what another service holds.
        let held = directory.entity.properties.iter().filter(elsewhere).find(|p| Moment::Update.takes(p));
        if let Some(held) = held {
            let body = json!({"id": id, held.name: samples(held).remove(0).sent});
            assert!(directory.update(&object, &body).await.status.is_success(), "{body}");
        }
        let created = with(minimal(directory.entity), &json!({"id": Uuid::from_u128(7)}));
        directory.is_refused(&directory.create(&created).await, "id", &Fault::ReadOnly, &created);
    })
    .await;
}

#[tokio::test]
async fn a_body_that_cannot_be_an_update_changes_nothing() {
    let nested = format!(r#"{{"displayName":"x","description":{}1{}}}"#, "[".repeat(1000), "]".repeat(1000));
    let large = json!({"displayName": "x".repeat(1 << 20)}).to_string();
    of_each_entity(async |directory| {
        let object = directory.full_object().await;
        let before = directory.whole(&object).await;
        let kind = json!({"@odata.type": directory.entity.odata_type()}).to_string();
        for (body, code, target) in [
            ("{}", "Request_BadRequest", None),
            (&kind, "Request_BadRequest", None),
            (r#"{"displayName":"x","displayName":"x"}"#, "Request_BadRequest", Some("displayName")),
            (r#"{"displayName":"x","info":[{"a":{"b":1,"\u0062":1}}]}"#, "Request_BadRequest", Some("b")),
            (r#"{"displayName":"x"}}"#, "BadRequest", None),
            (r#"[{"displayName":"x"}]"#, "BadRequest", None),
            (&nested, "BadRequest", None),
        ] {
            let request = directory.request(Method::PATCH, &object).body(body.to_owned());
            let answer = send(request.header("content-type", "application/json")).await;
            let (status, said, _) = answer.refusal();
            assert_eq!((status, &*said), (400, code), "{body:.60}");
            let error = &answer.json()["error"];
            assert_eq!(error["details"][0]["target"].as_str(), target, "{body:.60}");
            assert_eq!(directory.whole(&object).await, before, "{body:.60}");
        }
        let request = directory.request(Method::PATCH, &object).body(large.clone());
        let answer = send(request.header("content-type", "application/json")).await;
        let (status, code, _) = answer.refusal();
        assert_eq!((status, &*code), (413, "RequestEntityTooLarge"));
        assert_eq!(directory.whole(&object).await, before);
    })
    .await;
}

#[tokio::test]
async fn what_another_service_holds_is_changed_only_by_a_user_and_by_itself() {
    of_each_entity(async |directory| {
        let entity = directory.entity;
        let properties =
            entity.properties.iter().filter(elsewhere).filter(|property| Moment::Update.takes(property));
        let properties: Vec<_> = properties.collect();
        let object = directory.full_object().await;
        let before = directory.whole(&object).await;
        for property in &properties {
            let body = json!({property.name: samples(property).remove(1).sent});
            let by_application = send(directory.tenant.raw(Method::PATCH, &object).await.json(&body)).await;
            assert_eq!(by_application.refusal(), forbidden(), "{body}");
            let mixed = directory.update(&object, &with(json!({"displayName": "x"}), &body)).await;
            let (status, code, _) = mixed.refusal();
            assert_eq!((status, &*code), (400, "Request_BadRequest"), "{body}");
            assert_eq!(directory.whole(&object).await, before, "{body}");
        }
        if entity.name != "group" {
            return;
        }
        let security = format!("/groups/{}", directory.tenant.security_group("readers").await);
        let before = directory.read(&security, "*").await;
        for property in &properties {
            let body = json!({property.name: samples(property).remove(0).sent});
            let read =
                send(directory.request(Method::GET, &format!("{security}?$select={}", property.name))).await;
            for answer in [directory.update(&security, &body).await, read] {
                let (status, code, _) = answer.refusal();
                assert_eq!((status, &*code), (404, "MailboxNotEnabledForRESTAPI"), "{body}");
            }
        }
        assert_eq!(directory.read(&security, "*").await, before);
    })
    .await;
}

#[tokio::test]
async fn a_permission_that_a_property_needs_is_asked_for_whatever_else_the_caller_may_do() {
    let tried = AtomicU64::new(0);
    of_each_entity(async |directory| {
        let object = directory.full_object().await;
        let absent = format!("/{}/{}", directory.entity.set, Uuid::from_u128(7));
        let before = directory.whole(&object).await;
        let count = directory.count().await;
        for property in directory.entity.properties {
            for access in [Access::Read, Access::Creation, Access::Update] {
                let Some(need) = property.needs.of(access) else { continue };
                for holders in [Holders::Delegated, Holders::Application] {
                    let needed = alternatives(need, holders).concat();
                    let mut others = all(holders);
                    others.retain(|permission| !needed.contains(permission));
                    let seen = directory.seen_with(holders, &others).await;
                    // The same of an object that isn't there: it is refused before any look.
                    for object in [&object, &absent] {
                        let answer = seen.attempt(object, property, access).await;
                        assert_eq!(answer.refusal(), forbidden(), "{access:?} of {}", property.name);
                    }
                    tried.fetch_add(1, Relaxed);
                }
            }
        }
        assert_eq!(directory.count().await, count);
        assert_eq!(directory.whole(&object).await, before);
    })
    .await;
    assert!(tried.into_inner() > 10, "no line needs anything");
}

#[tokio::test]
async fn each_permission_that_a_property_needs_is_enough_beside_those_of_the_object() {
    of_each_entity(async |directory| {
        for property in directory.entity.properties {
            for access in [Access::Read, Access::Creation, Access::Update] {
                let Some(need) = property.needs.of(access) else { continue };
                for holders in [Holders::Delegated, Holders::Application] {
                    // Only signed-in users change what another service holds.
                    if property.source == Source::OtherService && holders == Holders::Application {
                        continue;
                    }
                    let needed = alternatives(need, holders);
                    for alternative in needed {
                        let mut enough = all(holders);
                        enough.retain(|permission| {
                            alternative.contains(permission) || !needed.concat().contains(permission)
                        });
                        let object = directory.full_object().await;
                        let seen = directory.seen_with(holders, &enough).await;
                        let answer = seen.attempt(&object, property, access).await;
                        assert!(
                            answer.status.is_success(),
                            "{access:?} of {} with {alternative:?}: {answer:?}",
                            property.name
                        );
                    }
                }
            }
        }
    })
    .await;
}
