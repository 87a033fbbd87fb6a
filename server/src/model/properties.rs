//! The property table: each entity is declared once, and its contract, `$select`, creation, update, checks,
//! defaults and stored documents all read that declaration. One more property is one more line.
//!
//! A table says what is true of one property; `values.rs` holds bodies against it. What joins two
//! properties, or needs a look into the directory, is a rule of the `directory` layer.

use super::{
    kinds::ObjectKind,
    navigation::{Navigation, NavigationProperty},
    permissions::{Access, Grants, Need, PropertyNeeds},
    query_support::{Operators, SearchSupport, Support},
};
use serde_json::{Map, Value};

/// Values of properties by name, in the wire's own types.
pub type Values = Map<String, Value>;

/// An entity of Graph's directory: all that is declared of its kind, and its properties in the order in which Graph
/// prints them.
#[derive(Debug)]
pub struct Entity {
    /// The kind of its objects.
    pub kind: ObjectKind,
    /// The number of that kind in the store, which never changes.
    pub number: i64,
    /// Its name in the singular, as in `#microsoft.graph.group`.
    pub name: &'static str,
    /// Its set, as in `/groups` and `$metadata#groups`. After a slash, it is contained in a singleton.
    pub set: &'static str,
    /// The property that names an object as its id does: `groups(uniqueName='..')`.
    pub alternate_key: Option<&'static str>,
    /// Its name with its article, for messages.
    pub words: &'static str,
    /// Its name in the directory's error messages, as in `resource 'Group'`.
    pub resource: &'static str,
    /// What it is, for the contract.
    pub description: &'static str,
    /// What reading an object of it needs, wherever the object shows.
    pub read: &'static Need,
    /// What reading the basic properties of an object of it needs.
    pub read_basic: &'static Need,
    /// What adding an object of it to a group needs (Graph's page *Add members*).
    pub add_to_group: &'static Need,
    /// Its navigation properties.
    pub navigation: &'static [Navigation],
    /// Its properties.
    pub properties: &'static [Property],
}

/// A complex type: a value made of named parts.
#[derive(Debug)]
pub struct Complex {
    /// Its name in the contract.
    pub name: &'static str,
    /// What it is, for the contract.
    pub description: &'static str,
    /// Its parts.
    pub properties: &'static [Property],
}

/// One property: everything that is known of it.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    /// Its name on the wire.
    pub name: &'static str,
    /// The type of its value.
    pub kind: Kind,
    /// What it means, for the contract.
    pub description: &'static str,
    /// Whether and when answers hold it.
    pub returned: Returned,
    /// When a caller may set it.
    pub mutability: Mutability,
    /// Whether creation demands it; then nothing takes it away again.
    pub required: bool,
    /// Whether it can have no value.
    pub nullable: bool,
    /// Its value where none was set.
    pub initial: Initial,
    /// The fewest characters that a string may have, or each of a collection.
    pub min: usize,
    /// The most characters that a string may have, or each of a collection.
    pub max: usize,
    /// Whether a refusal says between which lengths it must be.
    pub tells_length: bool,
    /// The most values a collection may have.
    pub max_items: usize,
    /// What more a value must satisfy.
    pub format: Format,
    /// The type of its texts in `$metadata`, where it isn't the one that follows from their format.
    pub edm_type: Option<EdmType>,
    /// Which service holds it.
    pub source: Source,
    /// Whether users may change it of themselves without more rights.
    pub by_oneself: bool,
    /// Whether it is one of the basic properties, which permissions such as `User.ReadBasic.All` show.
    pub basic: bool,
    /// The permissions that it needs beyond those of its object.
    pub needs: PropertyNeeds,
    /// The operators of `$filter` that it takes.
    pub operators: Operators,
    /// When `$orderby` sorts by it.
    pub order: Support,
    /// What `$search` does with it.
    pub search: SearchSupport,
}

/// The type of a property's value.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// `Edm.String`.
    String,
    /// `Edm.Boolean`.
    Boolean,
    /// `Edm.Int32`.
    Int32,
    /// `Edm.DateTimeOffset`, kept in UTC.
    DateTime,
    /// `Collection(Edm.String)`, never null.
    Strings,
    /// A complex type. An update sets the parts that it names and leaves the others.
    Object(&'static Complex),
    /// A collection of a complex type, never null.
    Objects(&'static Complex),
}

impl Kind {
    /// The type's name in OData.
    pub fn name(self) -> String {
        match self {
            Self::String => "Edm.String".into(),
            Self::Boolean => "Edm.Boolean".into(),
            Self::Int32 => "Edm.Int32".into(),
            Self::DateTime => "Edm.DateTimeOffset".into(),
            Self::Strings => "Collection(Edm.String)".into(),
            Self::Object(complex) => complex.odata_type(),
            Self::Objects(complex) => format!("Collection({})", complex.odata_type()),
        }
    }
}

/// Whether and when answers hold a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// Always, `null` or empty where it has no value.
    ByDefault,
    /// Only where `$select` names it.
    OnSelect,
    /// Never: it is written only.
    Never,
}

/// Which service holds a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The directory itself.
    Directory,
    /// Another service, such as Exchange for groups: Graph shows it of one object at a time, and changes it in
    /// requests that change nothing of the directory's.
    OtherService,
}

/// The value of a property where none was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Initial {
    /// `null`, or `[]` for a collection.
    Nothing,
    /// `false`.
    False,
    /// `true`.
    True,
    /// `0`.
    Zero,
    /// This text.
    Text(&'static str),
    /// A value of the complex type, each of whose parts is what it is where none was set.
    Parts,
}

/// When a caller may set a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutability {
    /// Never: the directory computes it.
    ReadOnly,
    /// Never. An update may name it all the same, with the value that it has.
    Unchanged,
    /// When the object is made, and not again.
    AtCreation,
    /// When the object is made, or later while it has no value yet.
    Once,
    /// When the object is made and later.
    Always,
    /// Only once the object is made.
    Later,
}

impl Mutability {
    /// Whether creation takes it.
    pub const fn at_creation(self) -> bool {
        matches!(self, Self::AtCreation | Self::Once | Self::Always)
    }

    /// Whether an update may name it.
    pub const fn later(self) -> bool {
        matches!(self, Self::Unchanged | Self::Once | Self::Always | Self::Later)
    }
}

/// The words that a text can be.
#[derive(Debug, PartialEq, Eq)]
pub struct Enumeration {
    /// Its name in the contract.
    pub name: &'static str,
    /// The words.
    pub members: &'static [&'static str],
}

/// A type of texts in `$metadata`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdmType {
    /// One of OData's, such as `Edm.Binary`.
    Primitive(&'static str),
    /// One of Graph's enumerations, whose values count up from zero.
    Enumeration(&'static Enumeration),
}

/// What more a value must satisfy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Nothing.
    Any,
    /// A name that people see: no controls, no separators of lines or paragraphs, and nothing that turns the direction of
    /// the text after it. Joiners and marks, which scripts and emoji need, are taken.
    DisplayName,
    /// A name that is unique: as [`names::is_name`](super::names::is_name) has it.
    UniqueName,
    /// One of these words, in any case; kept in this spelling.
    OneOf(&'static Enumeration),
    /// Some of these words, with commas between them, in any case.
    SomeOf(&'static Enumeration),
    /// The local part of a mail address, as Graph's group page restricts it.
    MailNickname,
    /// `alias@domain` of the characters that a sign-in name may have.
    UserPrincipalName,
    /// A mail address: one `@` with something on both sides, no white space.
    MailAddress,
    /// A country's two letters (ISO 3166).
    Country,
    /// A GUID of 36 characters with hyphens; kept in lower case.
    Guid,
    /// The same of an object that a request names. A refusal says so, and how many objects a request may name.
    Identifier,
    /// An absolute URI.
    Uri,
    /// A URI to which the users of an application on the web are led: `https`, or `http` on this machine; no fragment, no wildcard.
    RedirectUri,
    /// The same of one that is installed: also of a scheme of the application's own, other than those by which programs are run.
    NativeRedirectUri,
    /// A URI that names an application as a resource, such as `api://…`.
    IdentifierUri,
    /// A word in a list of such with spaces between them, as tokens have it.
    ClaimValue,
    /// Bytes in Base64.
    Base64,
}

impl Format {
    /// Those that a regular expression describes.
    pub const WITH_PATTERN: [Self; 12] = [
        Self::DisplayName,
        Self::UniqueName,
        Self::MailNickname,
        Self::UserPrincipalName,
        Self::MailAddress,
        Self::Country,
        Self::Uri,
        Self::RedirectUri,
        Self::NativeRedirectUri,
        Self::IdentifierUri,
        Self::ClaimValue,
        Self::Base64,
    ];

    /// The regular expression that a value satisfies, as the contract says it too. Unique names and redirect URIs must satisfy more.
    pub const fn pattern(self) -> Option<&'static str> {
        match self {
            Self::Any | Self::OneOf(_) | Self::SomeOf(_) | Self::Guid | Self::Identifier => None,
            Self::DisplayName => Some(r"^[^\x00-\x1F\x7F-\x9F\u2028-\u202E\u2066-\u2069]*$"),
            Self::UniqueName => Some(
                r"^[^\x00-\x1F\x7F-\x9F\u2028-\u202E\u2066-\u2069]*[^\s\x00-\x1F\x7F-\x9F\u2028-\u202E\u2066-\u2069][^\x00-\x1F\x7F-\x9F\u2028-\u202E\u2066-\u2069]*$",
            ),
            Self::MailNickname => Some(r"^[!#-'*+\-./0-9=?A-Z^-~]+$"),
            Self::UserPrincipalName => {
                Some(r"^[A-Za-z0-9'.\-_!#^~]{1,64}@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)*$")
            }
            Self::MailAddress => Some(r"^[^@\s\x00-\x1F\x7F]+@[^@\s\x00-\x1F\x7F]+$"),
            Self::Country => Some("^[A-Za-z]{2}$"),
            Self::Uri => Some(r"^[A-Za-z][A-Za-z0-9+.\-]*:[^\s\x00-\x1F\x7F]+$"),
            Self::RedirectUri => Some(
                r"^(https://[^\s\x00-\x20\x7F*#?/\\@]+|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?)([/?][^\s\x00-\x20\x7F*#\\]*)?$",
            ),
            Self::NativeRedirectUri => Some(r"^[A-Za-z][A-Za-z0-9+.\-]*:[^\s\x00-\x20\x7F*#\\]+$"),
            Self::IdentifierUri => {
                Some(r"^[A-Za-z][A-Za-z0-9+.\-]*:[^\s\x00-\x20\x7F*#?\\]*[^\s\x00-\x20\x7F*#?\\/:]$")
            }
            Self::ClaimValue => Some(
                r"^[!#$%&'()*+,\-/:;=?@\[\]^_`{|}~0-9A-Za-z][!#$%&'()*+,\-./:;=?@\[\]^_`{|}~0-9A-Za-z]*$",
            ),
            Self::Base64 => {
                Some(r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$")
            }
        }
    }
}

/// A property that Graph returns by default and callers can't set.
pub const fn property(name: &'static str, kind: Kind, description: &'static str) -> Property {
    Property {
        name,
        kind,
        description,
        returned: Returned::ByDefault,
        mutability: Mutability::ReadOnly,
        required: false,
        nullable: !matches!(kind, Kind::Strings | Kind::Objects(_)),
        initial: Initial::Nothing,
        min: 0,
        max: 1024,
        tells_length: false,
        max_items: 250,
        format: Format::Any,
        edm_type: None,
        source: Source::Directory,
        by_oneself: false,
        basic: false,
        needs: PropertyNeeds::NONE,
        operators: Operators::NONE,
        order: Support::Never,
        search: SearchSupport::Never,
    }
}

impl Property {
    /// Only `$select` shows it.
    pub const fn on_select(mut self) -> Self {
        self.returned = Returned::OnSelect;
        self
    }

    /// No answer shows it.
    pub const fn never_returned(mut self) -> Self {
        self.returned = Returned::Never;
        self
    }

    /// Callers set it at any time.
    pub const fn writable(mut self) -> Self {
        self.mutability = Mutability::Always;
        self
    }

    /// Callers can't set it, and updates may name it with the value that it has.
    pub const fn unchanged(mut self) -> Self {
        self.mutability = Mutability::Unchanged;
        self.never_null()
    }

    /// Callers set it at creation only.
    pub const fn at_creation(mut self) -> Self {
        self.mutability = Mutability::AtCreation;
        self
    }

    /// Callers set it at creation, or later while it has no value.
    pub const fn write_once(mut self) -> Self {
        self.mutability = Mutability::Once;
        self
    }

    /// Callers set it once the object is made, and not at creation.
    pub const fn update_only(mut self) -> Self {
        self.mutability = Mutability::Later;
        self
    }

    /// Creation demands it, and nothing takes it away again. A text isn't empty.
    pub const fn required(mut self) -> Self {
        if matches!(self.mutability, Mutability::ReadOnly) {
            self.mutability = Mutability::Always;
        }
        self.required = true;
        self.nullable = false;
        self.not_empty()
    }

    /// It always has a value, though callers need not set it.
    pub const fn never_null(mut self) -> Self {
        self.nullable = false;
        self
    }

    /// Its value where none was set.
    pub const fn initially(mut self, initial: Initial) -> Self {
        self.initial = initial;
        self.never_null()
    }

    /// Another service holds it; only `$select` shows it.
    pub const fn from_other_service(mut self) -> Self {
        self.source = Source::OtherService;
        self.on_select()
    }

    /// Users may change it of themselves without more rights.
    pub const fn by_oneself(mut self) -> Self {
        self.by_oneself = true;
        self
    }

    /// `$metadata` has its texts with this type.
    pub const fn edm_type(mut self, edm_type: EdmType) -> Self {
        self.edm_type = Some(edm_type);
        self
    }

    /// It is one of the basic properties.
    pub const fn basic(mut self) -> Self {
        self.basic = true;
        self
    }

    /// The permissions that it needs beyond those of its object.
    pub const fn needs(mut self, needs: PropertyNeeds) -> Self {
        self.needs = needs;
        self
    }

    /// A text has a character at least, and so has each of a collection: what has no value is null.
    pub const fn not_empty(mut self) -> Self {
        self.min = 1;
        self
    }

    /// How many characters it may have. A refusal says so.
    pub const fn between(mut self, min: usize, max: usize) -> Self {
        self.min = min;
        self.tells_length = true;
        self.max(max)
    }

    /// The most characters it may have, where that isn't 1,024.
    pub const fn max(mut self, characters: usize) -> Self {
        self.max = characters;
        self
    }

    /// The most values its collection may have, where that isn't 250.
    pub const fn max_items(mut self, values: usize) -> Self {
        self.max_items = values;
        self
    }

    /// What more its value must satisfy.
    pub const fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// `$filter` takes these operators of it: constants of [`query_support`](super::query_support), joined by `|`.
    pub const fn filter(mut self, operators: u32) -> Self {
        self.operators = Operators::of(operators);
        self
    }

    /// `$orderby` sorts by it.
    pub const fn order(mut self) -> Self {
        self.order = Support::Always;
        self
    }

    /// `$orderby` sorts by it, with advanced query parameters only.
    pub const fn order_advanced(mut self) -> Self {
        self.order = Support::Advanced;
        self
    }

    /// `$search` finds values of it that start with a text.
    pub const fn search(mut self) -> Self {
        self.search = SearchSupport::Start;
        self
    }

    /// `$search` finds values of it by their words.
    pub const fn search_words(mut self) -> Self {
        self.search = SearchSupport::Words;
        self
    }

    /// Whether these grants are enough for this, where they are enough for the object.
    pub fn allows(&self, access: Access, by: &Grants) -> bool {
        self.needs.allow(access, by)
    }

    /// Whether every object has a value of it: callers must give one, or the directory does.
    pub const fn always_has_value(&self) -> bool {
        let is_own = matches!(self.mutability, Mutability::Unchanged);
        self.is_collection() || self.required || is_own || !matches!(self.initial, Initial::Nothing)
    }

    /// Whether its value is a collection: `[]` instead of `null` where there is none.
    pub const fn is_collection(&self) -> bool {
        matches!(self.kind, Kind::Strings | Kind::Objects(_))
    }
}

impl Complex {
    /// `microsoft.graph.{name}`, as OData spells it.
    pub fn odata_type(&self) -> String {
        let (first, rest) = self.name.split_at(1);
        format!("microsoft.graph.{}{rest}", first.to_ascii_lowercase())
    }
}

impl Entity {
    /// The navigation property with this name, in any case.
    pub fn navigation_named(&self, name: &str) -> Option<&'static Navigation> {
        self.navigation.iter().find(|navigation| navigation.property.name().eq_ignore_ascii_case(name))
    }

    /// What following a navigation property needs. `None`: its objects don't have it.
    pub fn need_to_follow(&self, property: NavigationProperty) -> Option<&'static Need> {
        let navigation = self.navigation.iter().find(|navigation| navigation.property == property)?;
        Some(navigation.need)
    }

    /// The property with this name, in any case: Graph's names are unique without it.
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        self.properties.iter().find(|property| property.name.eq_ignore_ascii_case(name))
    }

    /// The property with exactly this name, as bodies must write it.
    pub fn property_as_written(&self, name: &str) -> Option<&'static Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// Whether another service holds the property with this name.
    pub fn is_from_other_service(&self, name: &str) -> bool {
        self.property(name).is_some_and(|property| property.source == Source::OtherService)
    }

    /// `#microsoft.graph.{name}`, as `@odata.type` says it.
    pub fn odata_type(&self) -> String {
        format!("#microsoft.graph.{}", self.name)
    }
}
