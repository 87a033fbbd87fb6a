//! References to objects: the URLs in `@odata.id` and `@odata.bind`. Their paths are written as those of requests are.

use super::path::{Parentheses, ResourcePath, Segment};
use crate::model::{
    ENTITIES,
    domains::TenantName,
    entity_of_set,
    ids::{AsWritten, ObjectId},
    kinds::ObjectKind,
    properties::Entity,
};
use percent_encoding::percent_decode_str;
use std::str::FromStr;
use url::Url;

/// The hosts of Graph: the global service and the national clouds.
const GRAPH_HOSTS: [&str; 5] = [
    "graph.microsoft.com",
    "graph.microsoft.us",
    "dod-graph.microsoft.us",
    "graph.microsoft.de",
    "microsoftgraph.chinacloudapi.cn",
];

/// A text that isn't a reference to an object of Graph's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a reference to an object of the directory")]
pub struct InvalidReference;

/// What a reference says: not yet looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The tenant in its path, if it names one.
    pub tenant: Option<TenantName>,
    /// The kind of object that its entity set holds. `None`: any (`directoryObjects`).
    pub kind: Option<ObjectKind>,
    /// Which object.
    pub key: Key,
}

/// How a reference or a path names an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// By its id.
    Id(AsWritten<ObjectId>),
    /// A user, by the sign-in name.
    UserPrincipalName(String),
    /// An object of another kind, by its alternate key.
    Alternate {
        /// The kind.
        kind: ObjectKind,
        /// The key.
        value: String,
    },
}

impl Key {
    /// Reads a key of a user: what isn't an id is a sign-in name.
    pub fn read(text: String) -> Self {
        match ObjectId::from_str(&text) {
            Ok(value) => Self::Id(AsWritten { value, text }),
            Err(_) => Self::UserPrincipalName(text),
        }
    }

    /// The key of the object of this kind whose alternate key this is.
    pub fn alternate(kind: ObjectKind, value: String) -> Self {
        match kind {
            ObjectKind::User => Self::UserPrincipalName(value),
            kind => Self::Alternate { kind, value },
        }
    }

    /// The key as it was sent.
    pub fn text(&self) -> &str {
        match self {
            Self::Id(id) => &id.text,
            Self::UserPrincipalName(name) => name,
            Self::Alternate { value, .. } => value,
        }
    }
}

/// The kind of the objects of a set that this property names as their ids do.
pub fn kind_of_alternate_key(set: &str, property: &str) -> Option<ObjectKind> {
    let entity = entity_of_set(set)?;
    let alternate = entity.alternate_key.filter(|alternate| alternate.eq_ignore_ascii_case(property));
    alternate.map(|_| entity.kind)
}

impl From<AsWritten<ObjectId>> for Reference {
    /// The object with this id, of whatever kind.
    fn from(id: AsWritten<ObjectId>) -> Self {
        Self { tenant: None, kind: None, key: Key::Id(id) }
    }
}

impl Reference {
    /// Reads the URL of an object, `http(s)://{host}[/v1.0|/beta][/{tenant}]/{set}/{key}` in any spelling in which a request
    /// may have the path, and the form in which Graph stores references:
    /// `../v2/{tenant}/directoryObjects/{id}/Microsoft.DirectoryServices.{type}`. `own_hosts` are the server's own names
    /// (`host[:port]`), accepted besides Graph's.
    pub fn read(text: &str, own_hosts: &[&str]) -> Result<Self, InvalidReference> {
        let url = Url::parse(text).map_err(|_| InvalidReference)?;
        let plain = url.username().is_empty() && url.password().is_none();
        let is_text = percent_decode_str(url.path()).decode_utf8().is_ok();
        let bare = url.query().is_none() && url.fragment().is_none();
        if !plain || !bare || !is_text || !is_known_host(&url, own_hosts) {
            return Err(InvalidReference);
        }
        match url.path().strip_prefix("/v2") {
            // Graph writes that one itself, with a single slash, where a client's may be doubled.
            Some(stored) if stored.starts_with("//") => Err(InvalidReference),
            Some(stored) if stored.starts_with('/') => Self::read_stored(ResourcePath::read(stored)),
            _ => Self::read_path(ResourcePath::read(url.path())),
        }
    }

    fn read_path(path: ResourcePath<'_>) -> Result<Self, InvalidReference> {
        let segments: Vec<Segment<'_>> = path.segments().collect();
        let (is_in_directory, segments) = without_singleton(&segments);
        let (set, key) = match segments {
            [set, key] => (&*set.text, Key::read(key.text.clone().into())),
            [both] => match both.parts() {
                (set, Some(Parentheses::Key(key))) => (set, Key::read(key.into())),
                (set, Some(Parentheses::AlternateKey { name, value })) => {
                    let kind = kind_of_alternate_key(set, name).ok_or(InvalidReference)?;
                    (set, Key::alternate(kind, value.into()))
                }
                _ => return Err(InvalidReference),
            },
            _ => return Err(InvalidReference),
        };
        let kind = kind_of_set(set)?;
        // Its set alone is in the singleton.
        if is_in_directory != (kind == Some(ObjectKind::AdministrativeUnit)) {
            return Err(InvalidReference);
        }
        match key {
            Key::UserPrincipalName(name) if kind != Some(ObjectKind::User) || name.is_empty() => {
                Err(InvalidReference)
            }
            key => Ok(Self { tenant: path.tenant, kind, key }),
        }
    }

    fn read_stored(path: ResourcePath<'_>) -> Result<Self, InvalidReference> {
        let segments: Vec<_> = path.segments().map(|segment| segment.text).collect();
        match (path.version, path.names_tenant, segments.as_slice()) {
            (None, true, [set, id, name]) if is_any_object(set) => {
                let kind = kind_of_type(name).ok_or(InvalidReference)?;
                let id = AsWritten::read(&**id).map_err(|_| InvalidReference)?;
                Ok(Self { tenant: path.tenant, kind: Some(kind), key: Key::Id(id) })
            }
            _ => Err(InvalidReference),
        }
    }
}

fn is_known_host(url: &Url, own_hosts: &[&str]) -> bool {
    let Some(host) = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")) else {
        return false;
    };
    if url.port().is_none() && GRAPH_HOSTS.contains(&host) {
        return true;
    }
    let authority = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    own_hosts.iter().any(|own| {
        // A host with its scheme's own port written out is the same host.
        let own = own.to_ascii_lowercase();
        let default_port = if url.scheme() == "https" { ":443" } else { ":80" };
        own.strip_suffix(default_port).unwrap_or(&own) == authority
    })
}

/// Whether a path begins with the singleton that contains sets, `directory`, and the segments after it.
fn without_singleton<'s, 'p>(segments: &'s [Segment<'p>]) -> (bool, &'s [Segment<'p>]) {
    match segments {
        [singleton, rest @ ..] if singleton.text.eq_ignore_ascii_case("directory") => (true, rest),
        segments => (false, segments),
    }
}

/// The set of all objects, which isn't an entity's own.
fn is_any_object(set: &str) -> bool {
    ["directoryObjects", "directoryObject"].iter().any(|name| name.eq_ignore_ascii_case(set))
}

/// The kind of object in a set. `None`: any.
fn kind_of_set(set: &str) -> Result<Option<ObjectKind>, InvalidReference> {
    if is_any_object(set) {
        return Ok(None);
    }
    entity_of_set(set).map(|entity| Some(entity.kind)).ok_or(InvalidReference)
}

/// The kind of object of a type (`Microsoft.DirectoryServices.User`), as references that Graph stores name it.
fn kind_of_type(name: &str) -> Option<ObjectKind> {
    let (namespace, name) = name.rsplit_once('.')?;
    let is_stored = namespace.eq_ignore_ascii_case("Microsoft.DirectoryServices");
    let is_named = |entity: &&Entity| is_stored && entity.resource.eq_ignore_ascii_case(name);
    ENTITIES.into_iter().find(is_named).map(|entity| entity.kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odata::path::spellings::{Part, choices, spell};
    use proptest::{prelude::*, sample::select};

    const ID: &str = "8fcb5dbc-d5aa-4681-8e31-b001d5168d79";

    fn read(text: &str) -> Result<Reference, InvalidReference> {
        Reference::read(text, &["localhost:8080", "directory.example"])
    }

    #[test]
    fn every_documented_form_is_read() {
        let any = |kind| Ok(Reference { tenant: None, kind, key: Key::read(ID.into()) });
        for text in [
            format!("https://graph.microsoft.com/v1.0/directoryObjects/{ID}"),
            format!("https://graph.microsoft.com/beta/directoryobjects/{ID}"),
            format!("https://GRAPH.microsoft.us/directoryObjects/{ID}"),
            format!("http://localhost:8080/v1.0/directoryObjects/{ID}"),
            format!("https://directory.example/v1.0/myorganization/directoryObjects/{ID}"),
            format!("http://directory.example:80/v1.0/directoryObjects('{ID}')"),
        ] {
            assert_eq!(read(&text), any(None), "{text}");
        }
        for (set, kind) in [
            ("users", ObjectKind::User),
            ("groups", ObjectKind::Group),
            ("devices", ObjectKind::Device),
            ("servicePrincipal", ObjectKind::ServicePrincipal),
            ("orgContact", ObjectKind::OrgContact),
            ("orgContacts", ObjectKind::OrgContact),
            ("contact", ObjectKind::OrgContact),
            ("contacts", ObjectKind::OrgContact),
            ("applications", ObjectKind::Application),
            ("directory/administrativeUnits", ObjectKind::AdministrativeUnit),
        ] {
            assert_eq!(read(&format!("https://graph.microsoft.com/v1.0/{set}/{ID}")), any(Some(kind)));
        }
        for (path, kind) in [
            ("groups(uniqueName='x')", ObjectKind::Group),
            ("devices(deviceid='x')", ObjectKind::Device),
            ("servicePrincipals(appId='x')", ObjectKind::ServicePrincipal),
            ("applications(APPID='x')", ObjectKind::Application),
            ("users(userPrincipalName='x')", ObjectKind::User),
        ] {
            let key = Key::alternate(kind, "x".into());
            let expected = Reference { tenant: None, kind: Some(kind), key };
            assert_eq!(read(&format!("https://graph.microsoft.com/v1.0/{path}")), Ok(expected), "{path}");
        }
        let by_name = read("https://graph.microsoft.com/v1.0/users('o''neil%40contoso.com')").unwrap();
        assert_eq!(by_name.key, Key::UserPrincipalName("o'neil@contoso.com".into()));
        for tenant in [ID, "contoso.example"] {
            let named = format!("https://graph.microsoft.com/v1.0/{tenant}/users/{ID}");
            assert_eq!(read(&named).unwrap().tenant, tenant.parse().ok(), "{tenant}");
        }
    }

    #[test]
    fn the_form_that_graph_stores_is_read() {
        let url = |rest: &str| format!("https://graph.microsoft.com/v2/{rest}");
        for (kind, expected) in [
            ("User", ObjectKind::User),
            ("Group", ObjectKind::Group),
            ("Device", ObjectKind::Device),
            ("ServicePrincipal", ObjectKind::ServicePrincipal),
            ("Contact", ObjectKind::OrgContact),
            ("Application", ObjectKind::Application),
        ] {
            for tenant in [ID, "Contoso.example", "myorganization"] {
                let text = url(&format!("{tenant}/directoryObjects/{ID}/Microsoft.DirectoryServices.{kind}"));
                let (tenant, key) = (tenant.parse().ok(), Key::read(ID.into()));
                assert_eq!(read(&text), Ok(Reference { tenant, kind: Some(expected), key }), "{text}");
            }
        }
        for rest in [
            format!("{ID}/directoryObjects/{ID}"),
            format!("{ID}/directoryObjects/{ID}/Microsoft.DirectoryServices."),
            format!("{ID}/directoryObjects/{ID}/Microsoft.DirectoryServices.Planet"),
            format!("{ID}/directoryObjects/{ID}/microsoft.graph.user"),
            format!("{ID}/directoryObjects/{ID}/Microsoft.DirectoryServices.User/x"),
            format!("v1.0/{ID}/directoryObjects/{ID}/Microsoft.DirectoryServices.User"),
            format!("{ID}/directoryObjects/ada@contoso.example/Microsoft.DirectoryServices.User"),
            format!("{ID}/users/{ID}/Microsoft.DirectoryServices.User"),
            format!("directoryObjects/{ID}/Microsoft.DirectoryServices.User"),
            format!("/{ID}/directoryObjects/{ID}/Microsoft.DirectoryServices.User"),
            format!("nobody/directoryObjects/{ID}/Microsoft.DirectoryServices.User"),
            format!("{ID}/users/{ID}"),
        ] {
            assert_eq!(read(&url(&rest)), Err(InvalidReference), "{rest}");
        }
    }

    #[test]
    fn nothing_else_is_a_reference() {
        for text in [
            "",
            ID,
            &format!("/v1.0/directoryObjects/{ID}"),
            &format!("https://evil.example/v1.0/directoryObjects/{ID}"),
            &format!("https://graph.microsoft.com:8443/v1.0/directoryObjects/{ID}"),
            &format!("https://me@graph.microsoft.com/v1.0/directoryObjects/{ID}"),
            &format!("ftp://graph.microsoft.com/v1.0/directoryObjects/{ID}"),
            &format!("https://graph.microsoft.com/v1.0/directoryObjects/{ID}?x=1"),
            &format!("https://graph.microsoft.com/v1.0/directoryObjects/{ID}#x"),
            &format!("https://graph.microsoft.com/v1.0/directoryObjects/{ID}//"),
            &format!("https://graph.microsoft.com/v1.0/directoryObjects/{ID}/manager"),
            &format!("https://graph.microsoft.com/v2.0/directoryObjects/{ID}"),
            &format!("https://graph.microsoft.com/v1.0/roles/{ID}"),
            "https://graph.microsoft.com/v1.0/directoryObjects/ada@contoso.com",
            "https://graph.microsoft.com/v1.0/directoryObjects/{id}",
            "https://graph.microsoft.com/v1.0/users/",
            "https://graph.microsoft.com/v1.0/users('')",
            "https://graph.microsoft.com/v1.0/users('o'neil@contoso.com')",
            "https://graph.microsoft.com/v1.0/users/%FF@contoso.com",
            "https://graph.microsoft.com/v1.0/me",
            "https://graph.microsoft.com/v1.0/groups(displayName='x')",
            "https://graph.microsoft.com/v1.0/groups(appId='x')",
            "https://graph.microsoft.com/v1.0/directoryObjects(uniqueName='x')",
            "https://graph.microsoft.com/v1.0/contacts(id=x)",
            &format!("https://graph.microsoft.com/v1.0/groups/{ID}/members/{ID}"),
            &format!("https://graph.microsoft.com/v1.0/groups/{ID}/microsoft.graph.group"),
            "https://graph.microsoft.com/v1.0/directory",
            &format!("https://graph.microsoft.com/v1.0/directory/{ID}"),
            &format!("https://graph.microsoft.com/v1.0/directory/directory/administrativeUnits/{ID}"),
            "https://graph.microsoft.com/v1.0/directory/users(userPrincipalName='x')",
        ] {
            assert_eq!(read(text), Err(InvalidReference), "{text}");
        }
    }

    #[test]
    fn what_a_request_may_spell_otherwise_a_reference_may_too() {
        for path in [
            format!("/V1.0/users/{ID}"),
            format!("/v1.0/MyOrganization/users/{ID}"),
            format!("/v1.0/users(id='{ID}')"),
            format!("/v1.0/users/{ID}/"),
            format!("/v1.0/%75sers%28'{ID}')"),
        ] {
            let expected =
                Reference { tenant: None, kind: Some(ObjectKind::User), key: Key::read(ID.into()) };
            assert_eq!(read(&format!("https://graph.microsoft.com{path}")), Ok(expected), "{path}");
        }
    }

    proptest! {
        #[test]
        fn every_spelling_of_an_objects_path_names_it(
            (set, kind, key) in select(&OBJECTS[..]), mut choices in choices(),
        ) {
            let path = spell(&[Part::Name(set), Part::Key(key)], None, &mut choices);
            let named = read(&format!("https://graph.microsoft.com{path}")).unwrap();
            prop_assert_eq!((named.kind, named.key), (kind, Key::read(key.into())), "{}", path);
            prop_assert!([None, ID.parse().ok(), "contoso.example".parse().ok()].contains(&named.tenant), "{}", path);
        }

        #[test]
        fn every_spelling_of_an_alternate_key_names_its_object(
            (set, property, kind) in select(&ALTERNATE_KEYS[..]), value in "[a-z'/?# =()%@.]{1,12}",
            mut choices in choices(),
        ) {
            let path = spell(&[Part::Name(set), Part::AlternateKey(property, &value)], None, &mut choices);
            let named = read(&format!("https://graph.microsoft.com{path}")).unwrap();
            prop_assert_eq!((named.kind, named.key), (Some(kind), Key::alternate(kind, value)), "{}", path);
        }

        #[test]
        fn what_is_no_objects_path_is_refused_in_every_spelling(
            parts in select(&NO_OBJECTS[..]), mut choices in choices(),
        ) {
            let path = spell(parts, None, &mut choices);
            prop_assert_eq!(read(&format!("https://graph.microsoft.com{path}")), Err(InvalidReference), "{}", path);
        }
    }

    const OBJECTS: [(&str, Option<ObjectKind>, &str); 6] = [
        ("directoryObjects", None, ID),
        ("users", Some(ObjectKind::User), "o'neil/x?#@contoso.example"),
        ("users", Some(ObjectKind::User), "$count"),
        ("groups", Some(ObjectKind::Group), ID),
        ("servicePrincipal", Some(ObjectKind::ServicePrincipal), ID),
        ("orgContact", Some(ObjectKind::OrgContact), ID),
    ];

    const ALTERNATE_KEYS: [(&str, &str, ObjectKind); 5] = [
        ("users", "userPrincipalName", ObjectKind::User),
        ("groups", "uniqueName", ObjectKind::Group),
        ("devices", "deviceId", ObjectKind::Device),
        ("servicePrincipals", "appId", ObjectKind::ServicePrincipal),
        ("applications", "appId", ObjectKind::Application),
    ];

    const NO_OBJECTS: [&[Part<'_>]; 11] = [
        &[Part::Name("directory"), Part::Name("users"), Part::Key(ID)],
        &[Part::Name("directory"), Part::Name("directoryObjects"), Part::Key(ID)],
        &[Part::Name("directory"), Part::Name("deletedItems"), Part::Key(ID)],
        &[Part::Name("administrativeUnits"), Part::Key(ID)],
        &[],
        &[Part::Name("users")],
        &[Part::Name("roles"), Part::Key(ID)],
        &[Part::Name("groups"), Part::Key("readers")],
        &[Part::Name("directoryObjects"), Part::Key("ada@contoso.example")],
        &[Part::Name("users"), Part::Key(ID), Part::Name("manager")],
        &[Part::Name("groups"), Part::Key(ID), Part::Name("members"), Part::Key(ID)],
    ];
}
