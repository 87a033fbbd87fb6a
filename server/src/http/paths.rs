//! Graph's spellings of a path, brought to ours before routing: percent-encoded and differently cased
//! segments, a tenant after the version, key forms such as `groups('{id}')`, qualified names of functions and casts. Ids
//! and names stay as they are.

use super::not_implemented;
use crate::model::domains::TenantName;
use axum::http::{Request, Uri, uri::PathAndQuery};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::{borrow::Cow, collections::BTreeMap};

/// What a key in a key form must not hold plainly once it is a segment: what would read as a literal one.
const KEY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');

/// The names of keys in key forms that are the key of a path segment too.
const KEY_NAMES: [&str; 2] = ["id", "userPrincipalName"];

/// What was found out about a path under the version, left in the request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GraphPath {
    /// The tenant that the path names.
    pub tenant: Option<TenantName>,
    /// The first segment that leads nowhere.
    pub unknown: Option<String>,
}

/// The paths of the contract, and those that Graph has besides, segment by segment.
#[derive(Debug, Default)]
pub struct Paths {
    version: String,
    root: Node,
}

#[derive(Debug, Default)]
struct Node {
    /// By their names in lower case.
    literals: BTreeMap<String, Literal>,
    parameter: Option<Box<Node>>,
    /// Whether every path below is the same.
    is_whole: bool,
}

#[derive(Debug, Default)]
struct Literal {
    spelling: String,
    /// Whether it is a function or an action, whose name may be qualified.
    is_operation: bool,
    next: Node,
}

impl Paths {
    /// Reads the contract's paths (`/groups/{id}/members`), which lie under this version.
    pub fn new<'p>(version: &str, templates: impl IntoIterator<Item = &'p str>) -> Self {
        let mut root = Node::default();
        for template in templates {
            let segments = template.split('/').skip(1);
            std::iter::once(version).chain(segments).fold(&mut root, Node::child);
        }
        Self { version: version.into(), root }
    }

    /// Adds what Graph has and this server doesn't.
    pub fn with_unserved(mut self) -> Self {
        self.root.child(not_implemented::BETA).is_whole = true;
        let under_version = self.root.child(&self.version);
        for operation in not_implemented::operations() {
            operation.path.split('/').skip(1).fold(&mut *under_version, Node::child);
        }
        for part in not_implemented::parts() {
            part.path.split('/').skip(1).fold(&mut *under_version, Node::child).is_whole = true;
        }
        self
    }

    /// Rewrites a request's path, and leaves a [`GraphPath`] in it.
    pub fn rewrite<B>(&self, mut request: Request<B>) -> Request<B> {
        let (path, found) = self.walk(request.uri().path());
        // What isn't under the version is public, and its paths are as they are.
        let under_version = found.unknown.is_none() || path.starts_with(&format!("/{}/", self.version));
        if let Some(uri) = with_path(request.uri(), &path).filter(|_| under_version) {
            *request.uri_mut() = uri;
        }
        request.extensions_mut().insert(found);
        request
    }

    fn walk(&self, path: &str) -> (String, GraphPath) {
        let trimmed = path.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(path);
        let mut found = GraphPath::default();
        let mut segments = Vec::new();
        let mut node = Some(&self.root);
        for (index, segment) in trimmed.split('/').skip(1).enumerate() {
            if index == 1 && node.is_some() && found.take_tenant(segment) {
                continue;
            }
            for (part, segment) in split_key_form(segment).into_iter().enumerate() {
                let step = if part == 0 { Node::step } else { Node::step_by_key };
                node = node.and_then(|here| match step(here, &segment) {
                    Some((spelling, next)) => {
                        segments.push(spelling);
                        Some(next)
                    }
                    None => {
                        found.unknown = Some(decoded(&segment).into_owned());
                        None
                    }
                });
                if node.is_none() {
                    segments.push(segment);
                }
            }
        }
        if segments == [self.version.as_str()] {
            // A version alone leads nowhere, nor does one with a tenant.
            found.unknown = trimmed.rsplit('/').next().map(|last| decoded(last).into_owned());
        }
        (format!("/{}", segments.join("/")), found)
    }
}

impl Node {
    fn child(&mut self, segment: &str) -> &mut Self {
        if segment.starts_with('{') {
            self.parameter.get_or_insert_default()
        } else {
            let spelling = segment.strip_suffix("()").unwrap_or(segment);
            let is_operation = spelling != segment;
            let new = || Literal { spelling: spelling.into(), is_operation, next: Self::default() };
            &mut self.literals.entry(spelling.to_ascii_lowercase()).or_insert_with(new).next
        }
    }

    /// Where a segment leads, and its spelling in the contract.
    fn step(&self, segment: &str) -> Option<(String, &Self)> {
        if self.is_whole {
            return Some((segment.into(), self));
        }
        match (self.literal(&decoded(segment).to_ascii_lowercase()), &self.parameter) {
            (Some(literal), _) => Some((literal.spelling.clone(), &literal.next)),
            (None, Some(next)) => Some((segment.into(), next)),
            (None, None) => None,
        }
    }

    /// Where a key leads. It is no literal, whatever it reads like.
    fn step_by_key(&self, key: &str) -> Option<(String, &Self)> {
        let next = if self.is_whole { Some(self) } else { self.parameter.as_deref() };
        next.map(|next| (key.into(), next))
    }

    /// The literal of a name in lower case. `graph.` stands for `microsoft.graph.` before the name of a cast; before that of
    /// an operation either may stand, and parentheses after it. Of another key its name counts and not its value.
    fn literal(&self, name: &str) -> Option<&Literal> {
        let unqualified = name.strip_prefix("microsoft.graph.").or_else(|| name.strip_prefix("graph."));
        if unqualified.is_none() && !name.ends_with(')') {
            return self.literals.get(name);
        }
        let find = |name: &str| self.literals.get(name);
        let operation = || unqualified.unwrap_or(name).split('(').next().and_then(find);
        let cast = || unqualified.and_then(|short| find(&format!("microsoft.graph.{short}")));
        let by_key = || name.split_once("='").and_then(|(key, _)| find(&format!("{key}='..')")));
        operation().filter(|literal| literal.is_operation).or_else(cast).or_else(by_key)
    }
}

impl GraphPath {
    fn take_tenant(&mut self, segment: &str) -> bool {
        let segment = decoded(segment);
        self.tenant = segment.parse().ok().filter(|_| !is_qualified(&segment));
        self.tenant.is_some() || segment.eq_ignore_ascii_case("myorganization")
    }
}

/// Whether a segment is a name of Graph's own namespace, which reads like a domain.
fn is_qualified(segment: &str) -> bool {
    const NAMESPACE: &[u8] = b"microsoft.graph.";
    segment.as_bytes().get(..NAMESPACE.len()).is_some_and(|start| start.eq_ignore_ascii_case(NAMESPACE))
}

fn decoded(segment: &str) -> Cow<'_, str> {
    percent_decode_str(segment).decode_utf8_lossy()
}

/// `groups('{id}')` and `users(userPrincipalName='{name}')` as two segments.
fn split_key_form(segment: &str) -> Vec<String> {
    let text = decoded(segment);
    let key_form =
        text.strip_suffix("')").and_then(|rest| rest.split_once("('").or_else(|| rest.split_once('(')));
    let Some((noun, key)) = key_form.filter(|(noun, _)| noun.chars().all(|c| c.is_ascii_alphanumeric()))
    else {
        return vec![segment.into()];
    };
    let key = match key.split_once("='") {
        Some((name, value)) if KEY_NAMES.iter().any(|known| known.eq_ignore_ascii_case(name)) => value,
        Some(_) if !text.contains("('") => return vec![segment.into()],
        _ => key,
    };
    vec![noun.into(), utf8_percent_encode(&key.replace("''", "'"), KEY).to_string()]
}

fn with_path(uri: &Uri, path: &str) -> Option<Uri> {
    let text = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.into(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(text).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "8fcb5dbc-d5aa-4681-8e31-b001d5168d79";

    fn walk(path: &str) -> (String, GraphPath) {
        Paths::new(
            "v1.0",
            [
                "/groups",
                "/groups/{id}/members/$ref",
                "/groups/{id}/members/$count",
                "/users/$count",
                "/users/{id}",
            ],
        )
        .walk(path)
    }

    fn rewritten(path: &str) -> String {
        walk(path).0
    }

    #[test]
    fn every_spelling_of_a_path_becomes_the_contracts() {
        let canonical = format!("/v1.0/groups/{ID}/members/$ref");
        for path in [
            format!("/v1.0/groups/{ID}/members/$ref"),
            format!("/v1.0/groups/{ID}/members/%24ref"),
            format!("/V1.0/Groups/{ID}/MEMBERS/%24Ref"),
            format!("/v1.0/groups('{ID}')/members/$ref"),
            format!("/v1.0/groups(%27{ID}%27)/members/$ref"),
            format!("/v1.0/groups(id='{ID}')/members/$ref"),
            format!("/v1.0/myorganization/groups/{ID}/members/$ref"),
            format!("/v1.0/{ID}/groups/{ID}/members/$ref/"),
            format!("/v1.0/Contoso.example/groups/{ID}/members/$ref"),
            format!("/v1.0/contoso%2Eexample/groups/{ID}/members/$ref"),
        ] {
            assert_eq!(rewritten(&path), canonical, "{path}");
        }
        assert_eq!(rewritten("/v1.0/users(userPrincipalName='a%40b.c')"), "/v1.0/users/a@b.c");
        assert_eq!(rewritten("/v1.0/users('o''x@y.z')"), "/v1.0/users/o%27x@y.z");
        assert_eq!(rewritten("/v1.0/users('$count')"), "/v1.0/users/%24count");
        assert_eq!(rewritten("/v1.0/users/A%2FB"), "/v1.0/users/A%2FB");
    }

    #[test]
    fn every_spelling_of_what_graph_has_besides_becomes_the_tables() {
        let paths = Paths::new("v1.0", ["/groups/{id}/members/$ref", "/users/{id}"]).with_unserved();
        for (canonical, spellings) in [
            (
                "/groups/delta",
                [
                    "/groups/Delta",
                    "/groups/delta()",
                    "/groups/graph.delta()",
                    "/groups/microsoft.graph.delta",
                ],
            ),
            (
                "/users/x/getMemberGroups",
                [
                    "/users('x')/getMemberGroups",
                    "/users/x/Microsoft.Graph.getMemberGroups",
                    "/users/x/graph.getmembergroups",
                    "/users/x/getMemberGroups()",
                ],
            ),
            (
                "/groups/x/members/microsoft.graph.user",
                [
                    "/groups/x/members/graph.user",
                    "/groups/x/members/microsoft.graph.User",
                    "/groups('x')/members/graph.user",
                    "/groups/x/members/%67raph.user",
                ],
            ),
            (
                "/groups(uniqueName='..')/members",
                [
                    "/groups(uniqueName='x')/members",
                    "/groups(UNIQUENAME='o''x')/members",
                    "/groups(uniqueName=%27x%27)/members",
                    "/groups%28uniqueName='x'%29/members",
                ],
            ),
        ] {
            for spelling in spellings {
                let (path, found) = paths.walk(&format!("/v1.0{spelling}"));
                assert_eq!((path, found.unknown), (format!("/v1.0{canonical}"), None), "{spelling}");
            }
        }
        for not_one in [
            "/groups/x/members/user",
            "/microsoft.graph.groups",
            "/groups()",
            "/users/graph.ada@contoso.example",
        ] {
            assert_eq!(paths.walk(&format!("/v1.0{not_one}")).0, format!("/v1.0{not_one}"));
        }
        assert_eq!(paths.walk("/BETA/groups('x')/members").1.unknown, None);
    }

    #[test]
    fn a_path_that_leads_nowhere_keeps_its_spelling_and_names_the_segment() {
        let (path, found) = walk("/v1.0/Contacts/x");
        assert_eq!((path.as_str(), found.unknown.as_deref()), ("/v1.0/Contacts/x", Some("Contacts")));
        assert_eq!(walk("/beta/groups").1.unknown.as_deref(), Some("beta"));
        assert_eq!(walk("/v1.0/groups(uniqueName='x')").1.unknown.as_deref(), Some("groups(uniqueName='x')"));
        for tenant in [ID, "contoso.example"] {
            let (path, found) = walk(&format!("/v1.0/{tenant}/groups"));
            assert_eq!((path.as_str(), found.tenant), ("/v1.0/groups", tenant.parse().ok()));
            assert_eq!(walk(&format!("/v1.0/{tenant}")).1.unknown.as_deref(), Some(tenant));
        }
        for qualified in ["microsoft.graph.group", "Microsoft.Graph.delta()"] {
            let found = walk(&format!("/v1.0/{qualified}/groups")).1;
            assert_eq!((found.tenant, found.unknown.as_deref()), (None, Some(qualified)));
        }
        assert_eq!(walk("/v1.0/groups//members/$ref").0, "/v1.0/groups//members/$ref");
        assert_eq!(walk("/").0, "/");
    }

    proptest! {
        #[test]
        fn any_path_is_rewritten_to_one_that_stays(path in "(/[a-zA-Z0-9$%()'=.@-]{0,12}){0,6}") {
            let request = Request::builder().uri(format!("http://h{path}?q=1")).body(());
            prop_assume!(request.is_ok());
            let paths = Paths::new("v1.0", ["/groups/{id}/members/$ref"]);
            let once = paths.rewrite(request.unwrap());
            prop_assert_eq!(once.uri().query(), Some("q=1"));
        }
    }
}
