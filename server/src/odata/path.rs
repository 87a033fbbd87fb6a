//! The grammar of resource paths: `/v1.0/{tenant}/groups('{id}')/members/microsoft.graph.user`. Text in, its version,
//! tenant and segments out, whatever their spelling. Which names there are, and what a key names, isn't known here.

use crate::model::domains::TenantName;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// A version of Graph. Both have the same operations here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Version {
    /// The one that the contract documents.
    #[default]
    V1,
    /// The other one.
    Beta,
}

impl Version {
    /// How a path names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
        }
    }

    /// The version that a segment of a path names, in whatever case.
    pub fn named(segment: &str) -> Option<Self> {
        [Self::V1, Self::Beta].into_iter().find(|version| version.name().eq_ignore_ascii_case(segment))
    }
}

/// Graph's namespace, in which types, functions and actions lie.
pub const NAMESPACE: &str = "microsoft.graph.";

/// The short form of the namespace.
const ALIAS: &str = "graph.";

/// What stands for the caller's own tenant.
const OWN_TENANT: &str = "myorganization";

/// The name of the key that means the same in parentheses as without them: `users(id='{id}')` is `users('{id}')`.
const KEY_NAME: &str = "id";

/// A path, taken apart.
#[derive(Debug)]
pub struct ResourcePath<'p> {
    /// The version. `None`: the path names none.
    pub version: Option<Version>,
    /// The tenant. `None`: the caller's own.
    pub tenant: Option<TenantName>,
    /// Whether the path names a tenant, be it as the caller's own.
    pub names_tenant: bool,
    rest: Option<&'p str>,
}

impl<'p> ResourcePath<'p> {
    /// Reads a path, with or without a slash at its beginning and one at its end. Several before and after the version count as one:
    /// clients put a base URL that ends in one before a path that begins with one.
    pub fn read(path: &'p str) -> Self {
        let path = path.trim_start_matches('/');
        let mut rest = Some(path.strip_suffix('/').unwrap_or(path));
        let version = take(&mut rest, Version::named);
        let tenant = take(&mut rest, read_tenant);
        let rest = rest.map(|rest| rest.trim_start_matches('/'));
        Self { version, names_tenant: tenant.is_some(), tenant: tenant.flatten(), rest }
    }

    /// The segments after version and tenant.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'p>> + use<'p> {
        self.rest.into_iter().flat_map(|rest| rest.split('/')).map(Segment::read)
    }
}

/// Takes the first segment off where `read` can read it.
fn take<T>(rest: &mut Option<&str>, read: impl Fn(&str) -> Option<T>) -> Option<T> {
    let path = (*rest)?;
    let (first, after) = path.split_once('/').map_or((path, None), |(first, after)| (first, Some(after)));
    let taken = read(&decoded(first))?;
    *rest = after;
    Some(taken)
}

/// The tenant that a segment names: `Some(None)` is the caller's own. Names of Graph's own namespace read like domains,
/// and are none.
fn read_tenant(segment: &str) -> Option<Option<TenantName>> {
    if segment.eq_ignore_ascii_case(OWN_TENANT) {
        return Some(None);
    }
    if without_prefix(segment, NAMESPACE).is_some() {
        return None;
    }
    segment.parse().ok().map(Some)
}

/// A segment of a path. Whether one without parentheses is a name or a key, only its place tells.
#[derive(Debug)]
pub struct Segment<'p> {
    /// As it was sent, percent-encoded.
    pub raw: &'p str,
    /// The same, decoded. What isn't UTF-8 is replaced (U+FFFD).
    pub text: Cow<'p, str>,
}

/// What is in parentheses after a name.
#[derive(Debug, PartialEq, Eq)]
pub enum Parentheses<'s> {
    /// The key of one object: `('{id}')`, `(id='{id}')`.
    Key(Cow<'s, str>),
    /// One object by another property: `(uniqueName='{value}')`. A function's only argument reads the same.
    AlternateKey {
        /// The property.
        name: &'s str,
        /// Its value.
        value: Cow<'s, str>,
    },
    /// What else a function takes, be it nothing.
    Arguments,
}

impl<'p> Segment<'p> {
    /// Decodes a segment.
    pub fn read(raw: &'p str) -> Self {
        Self { raw, text: decoded(raw) }
    }

    /// The segment as a name and the parentheses after it. `None`: there are none.
    pub fn parts(&self) -> (&str, Option<Parentheses<'_>>) {
        let parts = self.text.strip_suffix(')').and_then(|text| text.split_once('('));
        match parts.filter(|(name, _)| is_name(name)) {
            Some((name, inside)) => (name, Some(Parentheses::read(inside))),
            None => (&self.text, None),
        }
    }
}

impl<'s> Parentheses<'s> {
    fn read(inside: &'s str) -> Self {
        if let Some(key) = string(inside) {
            return Self::Key(key);
        }
        let named = inside.split_once('=').filter(|(name, _)| is_name(name));
        match named.and_then(|(name, value)| Some((name, string(value)?))) {
            Some((name, key)) if KEY_NAME.eq_ignore_ascii_case(name) => Self::Key(key),
            Some((name, value)) => Self::AlternateKey { name, value },
            None => Self::Arguments,
        }
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
}

/// The value of a string as OData writes it: in quotes, and each quote within it twice.
fn string(text: &str) -> Option<Cow<'_, str>> {
    let inside = text.strip_prefix('\'')?.strip_suffix('\'')?;
    if !inside.contains('\'') {
        return Some(inside.into());
    }
    inside.split("''").all(|part| !part.contains('\'')).then(|| inside.replace("''", "'").into())
}

/// A qualified name (`microsoft.graph.user`, `graph.delta`) without its namespace. `None`: it isn't qualified.
pub fn unqualified(name: &str) -> Option<&str> {
    without_prefix(name, NAMESPACE).or_else(|| without_prefix(name, ALIAS))
}

fn without_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn decoded(segment: &str) -> Cow<'_, str> {
    percent_decode_str(segment).decode_utf8_lossy()
}

#[cfg(test)]
pub(crate) mod spellings {
    //! Spellings of a path, for tests of what reads paths.

    use proptest::prelude::*;

    /// A part of a path in its plain spelling.
    #[derive(Debug, Clone, Copy)]
    pub(crate) enum Part<'t> {
        /// A name, in whatever case.
        Name(&'t str),
        /// A key after a name.
        Key(&'t str),
        /// The value of this property, as a key after a name.
        AlternateKey(&'t str, &'t str),
    }

    /// A source of choices.
    pub(crate) type Choices = std::iter::Cycle<std::vec::IntoIter<u8>>;

    pub(crate) fn choices() -> impl Strategy<Value = Choices> {
        proptest::collection::vec(any::<u8>(), 64).prop_map(|choices| choices.into_iter().cycle())
    }

    /// One of the spellings of `/v1.0` and these parts. Keys are in key forms where that isn't `None`, else as it comes.
    pub(crate) fn spell(parts: &[Part<'_>], in_parentheses: Option<bool>, choices: &mut Choices) -> String {
        let mut choose = |from: u8| choices.next().unwrap() % from;
        let mut segments = vec![cased("v1.0", &mut choose)];
        match choose(4) {
            0 => segments.push(cased("myorganization", &mut choose)),
            1 => segments.push(cased("contoso.example", &mut choose)),
            2 => segments.push(cased("8fcb5dbc-d5aa-4681-8e31-b001d5168d79", &mut choose)),
            _ => {}
        }
        for part in parts {
            match part {
                Part::Name(name) => segments.push(cased(name, &mut choose)),
                Part::Key(key) if in_parentheses.unwrap_or_else(|| choose(2) == 0) => {
                    let argument = ["", "id="][usize::from(choose(2))];
                    let argument = cased(argument, &mut choose);
                    let quoted = key.replace('\'', "''");
                    segments.last_mut().unwrap().push_str(&format!("({argument}'{quoted}')"));
                }
                Part::Key(key) => segments.push((*key).to_owned()),
                Part::AlternateKey(property, value) => {
                    let (property, quoted) = (cased(property, &mut choose), value.replace('\'', "''"));
                    segments.last_mut().unwrap().push_str(&format!("({property}='{quoted}')"));
                }
            }
        }
        let encoded = segments.iter().map(|segment| encoded(segment, &mut choose));
        let path = encoded.fold(String::new(), |path, segment| path + "/" + &segment);
        if choose(4) == 0 { path + "/" } else { path }
    }

    fn cased(name: &str, choose: &mut impl FnMut(u8) -> u8) -> String {
        name.chars().map(|c| if choose(3) == 0 { c.to_ascii_uppercase() } else { c }).collect()
    }

    fn encoded(segment: &str, choose: &mut impl FnMut(u8) -> u8) -> String {
        let mut encode = |byte: u8| {
            let is_plain = byte.is_ascii_alphanumeric() || b"$'()=@-._~".contains(&byte);
            match choose(6) {
                0 => format!("%{byte:02x}"),
                1 => format!("%{byte:02X}"),
                _ if is_plain => char::from(byte).to_string(),
                _ => format!("%{byte:02X}"),
            }
        };
        segment.bytes().map(&mut encode).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "8fcb5dbc-d5aa-4681-8e31-b001d5168d79";

    fn texts(path: &str) -> Vec<String> {
        ResourcePath::read(path).segments().map(|segment| segment.text.into_owned()).collect()
    }

    fn parentheses(segment: &str) -> Option<Parentheses<'_>> {
        let (_, inside) = segment.strip_suffix(')')?.split_once('(')?;
        Some(Parentheses::read(inside))
    }

    #[test]
    fn version_and_tenant_are_taken_off_where_they_are() {
        for (path, version, tenant, rest) in [
            ("/v1.0/groups", Some(Version::V1), None, &["groups"][..]),
            ("/V1%2E0/groups/", Some(Version::V1), None, &["groups"]),
            ("/Beta/myOrganization/me", Some(Version::Beta), None, &["me"]),
            ("/v1.0/Contoso.example/users/x", Some(Version::V1), Some("contoso.example"), &["users", "x"]),
            (&format!("/v1.0/{ID}"), Some(Version::V1), Some(ID), &[]),
            ("groups/a%2Fb/$ref", None, None, &["groups", "a/b", "$ref"]),
            ("/groups//members", None, None, &["groups", "", "members"]),
            ("//v1.0//users", Some(Version::V1), None, &["users"]),
            ("/v1.0/contoso.example//users", Some(Version::V1), Some("contoso.example"), &["users"]),
            ("/v1.0//contoso.example", Some(Version::V1), None, &["contoso.example"]),
            ("/v2.0/users", None, None, &["v2.0", "users"]),
            ("/v1.0/users/contoso.example", Some(Version::V1), None, &["users", "contoso.example"]),
            ("/v1.0/microsoft.graph.group", Some(Version::V1), None, &["microsoft.graph.group"]),
            ("/v1.0/", Some(Version::V1), None, &[]),
            ("/", None, None, &[""]),
        ] {
            let read = ResourcePath::read(path);
            let named = tenant.map(|tenant| tenant.parse().unwrap());
            assert_eq!((read.version, read.tenant), (version, named), "{path}");
            assert_eq!(texts(path), rest, "{path}");
        }
    }

    #[test]
    fn parentheses_hold_a_key_or_an_alternate_key_or_arguments() {
        let alternate = |name, value: &'static str| Parentheses::AlternateKey { name, value: value.into() };
        for (segment, expected) in [
            ("groups('x')", Parentheses::Key("x".into())),
            ("users('o''neil=(x)')", Parentheses::Key("o'neil=(x)".into())),
            ("users('')", Parentheses::Key("".into())),
            ("users(ID='x')", Parentheses::Key("x".into())),
            ("users(userprincipalname='x')", alternate("userprincipalname", "x")),
            ("groups(uniqueName='o''x')", alternate("uniqueName", "o'x")),
            ("delta()", Parentheses::Arguments),
            ("users(7)", Parentheses::Arguments),
            ("users('o'neil')", Parentheses::Arguments),
            ("users(')", Parentheses::Arguments),
            ("reminderView(from='a',to='b')", Parentheses::Arguments),
        ] {
            assert_eq!(parentheses(segment), Some(expected), "{segment}");
            let read = Segment::read(segment);
            let (name, inside) = read.parts();
            assert_eq!((Some(name), inside), (segment.split('(').next(), parentheses(segment)));
        }
        for plain in ["groups", "$ref", "('x')", "a@b.c('x')", "groups('x')y", "groups'x')"] {
            assert_eq!(Segment::read(plain).parts(), (plain, None), "{plain}");
        }
    }

    #[test]
    fn a_qualified_name_lies_in_graphs_namespace() {
        assert_eq!(unqualified("microsoft.graph.user"), Some("user"));
        assert_eq!(unqualified("Graph.Delta"), Some("Delta"));
        for not_one in ["user", "microsoft.graph", "graphs.user", "microsoft.directory.user"] {
            assert_eq!(unqualified(not_one), None, "{not_one}");
        }
    }
}
