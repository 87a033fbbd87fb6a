//! References to objects: the URLs in `@odata.id` and `@odata.bind`.

use crate::model::domains::TenantName;
use crate::model::ids::{ObjectId, Sent};
use crate::model::kinds::ObjectKind;
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
    Id(Sent<ObjectId>),
    /// A user, by the sign-in name.
    UserPrincipalName(String),
}

impl Key {
    /// Reads a key of a user: what isn't an id is a sign-in name.
    pub fn read(text: String) -> Self {
        match ObjectId::from_str(&text) {
            Ok(value) => Self::Id(Sent { value, text }),
            Err(_) => Self::UserPrincipalName(text),
        }
    }

    /// The key as it was sent.
    pub fn text(&self) -> &str {
        match self {
            Self::Id(id) => &id.text,
            Self::UserPrincipalName(name) => name,
        }
    }
}

impl Reference {
    /// Reads `http(s)://{host}[/v1.0|/beta][/{tenant}]/{set}/{key}` (or `{set}('{key}')`), and the form in which Graph
    /// stores references: `../v2/{tenant}/directoryObjects/{id}/Microsoft.DirectoryServices.{kind}`. `own_hosts` are
    /// the server's own names (`host[:port]`), accepted besides Graph's.
    pub fn read(text: &str, own_hosts: &[&str]) -> Result<Self, InvalidReference> {
        let url = Url::parse(text).map_err(|_| InvalidReference)?;
        let plain = url.username().is_empty() && url.password().is_none();
        if !plain || url.query().is_some() || url.fragment().is_some() || !is_known_host(&url, own_hosts) {
            return Err(InvalidReference);
        }
        let decode = |segment| percent_decode_str(segment).decode_utf8().map_err(|_| InvalidReference);
        let segments: Vec<_> =
            url.path_segments().ok_or(InvalidReference)?.map(decode).collect::<Result<_, _>>()?;
        let segments: Vec<&str> = segments.iter().map(|segment| &**segment).collect();
        match segments.as_slice() {
            ["v2", tenant, set, id, kind]
                if set.eq_ignore_ascii_case("directoryObjects") && id.parse::<ObjectId>().is_ok() =>
            {
                Self::read_parts(Some(tenant), kind_of_type(kind)?, id)
            }
            ["v1.0" | "beta", rest @ ..] => Self::read_path(rest),
            all => Self::read_path(all),
        }
    }

    fn read_path(segments: &[&str]) -> Result<Self, InvalidReference> {
        let (tenant, rest) = match segments {
            [tenant, rest @ ..] if is_tenant(tenant) => (Some(*tenant), rest),
            _ => (None, segments),
        };
        match rest {
            [set, key] => Self::read_parts(tenant, kind_of_set(set)?, key),
            [both] => {
                let (set, key) =
                    both.strip_suffix("')").and_then(|both| both.split_once("('")).ok_or(InvalidReference)?;
                Self::read_parts(tenant, kind_of_set(set)?, &key.replace("''", "'"))
            }
            _ => Err(InvalidReference),
        }
    }

    fn read_parts(
        tenant: Option<&str>,
        kind: Option<ObjectKind>,
        key: &str,
    ) -> Result<Self, InvalidReference> {
        let tenant = tenant.filter(|name| !is_callers_own(name)).map(str::parse).transpose();
        let tenant = tenant.map_err(|_| InvalidReference)?;
        match Key::read(key.into()) {
            Key::UserPrincipalName(name) if kind != Some(ObjectKind::User) || name.is_empty() => {
                Err(InvalidReference)
            }
            key => Ok(Self { tenant, kind, key }),
        }
    }
}

fn is_tenant(segment: &str) -> bool {
    is_callers_own(segment) || segment.parse::<TenantName>().is_ok()
}

fn is_callers_own(segment: &str) -> bool {
    segment.eq_ignore_ascii_case("myorganization")
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

/// Entity sets that may stand in a reference. Graph's own page spells some of them in the singular.
fn kind_of_set(set: &str) -> Result<Option<ObjectKind>, InvalidReference> {
    Ok(match set.to_ascii_lowercase().as_str() {
        "directoryobjects" | "directoryobject" => None,
        "users" | "user" => Some(ObjectKind::User),
        "groups" | "group" => Some(ObjectKind::Group),
        "devices" | "device" => Some(ObjectKind::Device),
        "serviceprincipals" | "serviceprincipal" => Some(ObjectKind::ServicePrincipal),
        "contacts" | "contact" | "orgcontacts" | "orgcontact" => Some(ObjectKind::OrgContact),
        _ => return Err(InvalidReference),
    })
}

/// Types of objects, as references that Graph stores name them.
fn kind_of_type(name: &str) -> Result<Option<ObjectKind>, InvalidReference> {
    let name = name.to_ascii_lowercase();
    Ok(Some(match name.strip_prefix("microsoft.directoryservices.").ok_or(InvalidReference)? {
        "user" => ObjectKind::User,
        "group" => ObjectKind::Group,
        "device" => ObjectKind::Device,
        "serviceprincipal" => ObjectKind::ServicePrincipal,
        "contact" => ObjectKind::OrgContact,
        "application" => ObjectKind::Application,
        _ => return Err(InvalidReference),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
            ("contacts", ObjectKind::OrgContact),
        ] {
            assert_eq!(read(&format!("https://graph.microsoft.com/v1.0/{set}/{ID}")), any(Some(kind)));
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
            for tenant in [ID, "Contoso.example"] {
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
            format!("{ID}/directoryObjects/{ID}/Microsoft.DirectoryServices.User/"),
            format!("{ID}/directoryObjects/ada@contoso.example/Microsoft.DirectoryServices.User"),
            format!("{ID}/users/{ID}/Microsoft.DirectoryServices.User"),
            format!("directoryObjects/{ID}/Microsoft.DirectoryServices.User"),
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
            &format!("https://graph.microsoft.com/v1.0/directoryObjects/{ID}/"),
            &format!("https://graph.microsoft.com/v1.0/directoryObjects/{ID}/manager"),
            &format!("https://graph.microsoft.com/v2.0/directoryObjects/{ID}"),
            &format!("https://graph.microsoft.com/v1.0/roles/{ID}"),
            "https://graph.microsoft.com/v1.0/directoryObjects/ada@contoso.com",
            "https://graph.microsoft.com/v1.0/directoryObjects/{id}",
            "https://graph.microsoft.com/v1.0/users/",
        ] {
            assert_eq!(read(text), Err(InvalidReference), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}") {
            let _ = read(&text);
        }
    }
}
