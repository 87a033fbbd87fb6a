//! Paths of Graph's, brought to the contract's spelling before routing: names in another case or percent-encoded, a
//! tenant after the version, keys in parentheses, qualified names of functions and casts. Ids and names of objects stay as
//! they are. How a path may be written is `odata::path`'s; which paths there are is told here.

use super::not_implemented;
use crate::{
    model::{domains::TenantName, kinds::ObjectKind},
    odata::{
        path::{NAMESPACE, Parentheses, ResourcePath, Segment, Version, unqualified},
        reference::kind_of_alternate_key,
    },
};
use axum::http::{Request, Uri, uri::PathAndQuery};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode_byte, utf8_percent_encode};
use std::collections::BTreeMap;

/// What is encoded in a key that comes out of parentheses.
const KEY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');

/// What was found out about a path under a version, left in the request. A request without it isn't Graph's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GraphPath {
    /// The version under which it is.
    pub version: Version,
    /// The tenant that the path names.
    pub tenant: Option<TenantName>,
    /// The kind of object that the first key names by its alternate key.
    pub alternate: Option<ObjectKind>,
    /// The first segment that leads nowhere.
    pub unknown: Option<String>,
}

/// The paths of the contract, and those that Graph has besides, segment by segment.
#[derive(Debug, Default)]
pub struct Paths {
    /// Its children are what lies under a version.
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
    /// Reads the contract's paths (`/groups/{id}/members`), which lie under each version.
    pub fn new<'p>(templates: impl IntoIterator<Item = &'p str>) -> Self {
        let mut root = Node::default();
        for template in templates {
            root.descendant(template);
        }
        Self { root }
    }

    /// Adds what Graph has and this server doesn't.
    pub fn with_unserved(mut self) -> Self {
        let served = &mut self.root;
        served.descendant("/$metadata");
        for operation in not_implemented::operations() {
            served.descendant(&operation.path);
        }
        for part in not_implemented::parts() {
            served.descendant(&part.path).is_whole = true;
        }
        self
    }

    /// Rewrites the path of a request that is Graph's, and leaves a [`GraphPath`] in it. What isn't under a version is
    /// public, and stays as it is.
    pub fn rewrite<B>(&self, mut request: Request<B>) -> Request<B> {
        let Some((path, found)) = self.walk(request.uri().path()) else { return request };
        if path != request.uri().path()
            && let Some(uri) = with_path(request.uri(), &path)
        {
            *request.uri_mut() = uri;
        }
        request.extensions_mut().insert(found);
        request
    }

    /// A path in the contract's spelling, which is under version 1.0. From the first segment that leads nowhere on, it stays as it is.
    fn walk(&self, path: &str) -> Option<(String, GraphPath)> {
        let read = ResourcePath::read(path);
        let version = read.version?;
        let mut spelled = String::with_capacity(path.len() + 1);
        spelled.extend(["/", Version::default().name()]);
        let (mut node, mut alternate, mut unknown) = (Some(&self.root), None, None);
        let mut segments = read.segments().peekable();
        if segments.peek().is_none() {
            // A version leads nowhere by itself, nor does one with a tenant.
            let last = path.trim_end_matches('/').rsplit('/').next();
            unknown = last.map(|last| Segment::read(last).text.into_owned());
        }
        for segment in segments {
            spelled.push('/');
            node = node.and_then(|node| node.step(&segment, &mut spelled, &mut alternate));
            if node.is_none() {
                spelled.push_str(segment.raw);
                unknown.get_or_insert_with(|| segment.text.into_owned());
            }
        }
        Some((spelled, GraphPath { version, tenant: read.tenant, alternate, unknown }))
    }
}

impl Node {
    /// The node of a path of the contract's below this one.
    fn descendant(&mut self, template: &str) -> &mut Self {
        template.split('/').skip(1).fold(self, Self::child)
    }

    fn child(&mut self, segment: &str) -> &mut Self {
        if segment.starts_with('{') {
            self.parameter.get_or_insert_default()
        } else {
            let spelling = segment.strip_suffix("()").unwrap_or(segment);
            let new = || Literal { spelling: spelling.into(), is_operation: false, next: Self::default() };
            let literal = self.literals.entry(spelling.to_ascii_lowercase()).or_insert_with(new);
            // The contract's path of one that is served doesn't tell.
            literal.is_operation |= spelling != segment;
            &mut literal.next
        }
    }

    /// Where a segment leads. Its spelling in the contract is added to `spelled`, and the kind of object that it names by an
    /// alternate key is left in `alternate`.
    fn step(
        &self,
        segment: &Segment<'_>,
        spelled: &mut String,
        alternate: &mut Option<ObjectKind>,
    ) -> Option<&Self> {
        if !self.is_whole
            && let Some(next) = self.step_by_name(segment, spelled, alternate)
        {
            return Some(next);
        }
        let next = self.below()?;
        spelled.push_str(segment.raw);
        Some(next)
    }

    /// The same with a name, which may have a key after it.
    fn step_by_name(
        &self,
        segment: &Segment<'_>,
        spelled: &mut String,
        alternate: &mut Option<ObjectKind>,
    ) -> Option<&Self> {
        let (name, parentheses) = segment.parts();
        let literal = match (self.literal(name), parentheses) {
            (Some(literal), Some(Parentheses::Key(key))) if !literal.is_operation => {
                let next = literal.next.below()?;
                spelled.extend([&literal.spelling, "/", &literal.next.spell_key(&key)]);
                return Some(next);
            }
            (Some(literal), parentheses) if parentheses.is_none() || literal.is_operation => literal,
            (Some(literal), Some(Parentheses::AlternateKey { name: property, value }))
                if let Some(kind) = kind_of_alternate_key(name, property) =>
            {
                let next = literal.next.below()?;
                spelled.extend([&literal.spelling, "/", &literal.next.spell_key(&value)]);
                *alternate = Some(kind);
                return Some(next);
            }
            // Of an alternate key its name counts and not its value.
            (_, Some(Parentheses::AlternateKey { name: key, .. })) => {
                self.get(&format!("{name}({key}='..')"))?
            }
            _ => return None,
        };
        spelled.push_str(&literal.spelling);
        Some(&literal.next)
    }

    /// Where a segment leads that is no literal.
    fn below(&self) -> Option<&Self> {
        if self.is_whole { Some(self) } else { self.parameter.as_deref() }
    }

    /// A key as a segment. No literal is spelled so: a key is none, whatever it reads like.
    fn spell_key(&self, key: &str) -> String {
        match self.get(key) {
            Some(_) => key.bytes().map(percent_encode_byte).collect(),
            None => utf8_percent_encode(key, KEY).to_string(),
        }
    }

    /// The literal with this name, which may be qualified where it is an operation's or a cast's.
    fn literal(&self, name: &str) -> Option<&Literal> {
        let Some(short) = unqualified(name) else { return self.get(name) };
        let operation = self.get(short).filter(|literal| literal.is_operation);
        operation.or_else(|| self.get(&format!("{NAMESPACE}{short}")))
    }

    fn get(&self, name: &str) -> Option<&Literal> {
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            self.literals.get(&name.to_ascii_lowercase())
        } else {
            self.literals.get(name)
        }
    }
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
    use crate::odata::path::spellings::{Choices, Part, choices, spell};
    use proptest::{prelude::*, sample::select};

    const ID: &str = "8fcb5dbc-d5aa-4681-8e31-b001d5168d79";

    /// What becomes of a path under the version.
    fn walk(path: &str) -> (String, GraphPath) {
        Paths::new([
            "/groups",
            "/groups/{id}",
            "/groups/{id}/members/$ref",
            "/groups/{id}/members/$count",
            "/groups/{id}/members/{memberId}/$ref",
            "/users/$count",
            "/users/{id}",
        ])
        .with_unserved()
        .walk(path)
        .unwrap()
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
        assert_eq!(rewritten("/v1.0/users/A%2FB"), "/v1.0/users/A%2FB");
    }

    #[test]
    fn a_key_in_parentheses_is_no_literal_whatever_it_reads_like() {
        for (path, canonical) in [
            ("/users('$count')", "/users/%24%63%6F%75%6E%74"),
            ("/users(userPrincipalName='DELTA')", "/users/%44%45%4C%54%41"),
            ("/groups(uniqueName='$count')", "/groups/%24count"),
            ("/groups('x')/members('microsoft.graph.user')/$ref", {
                "/groups/x/members/%6D%69%63%72%6F%73%6F%66%74%2E%67%72%61%70%68%2E%75%73%65%72/$ref"
            }),
            ("/users('deltas')", "/users/deltas"),
        ] {
            assert_eq!(rewritten(&format!("/v1.0{path}")), format!("/v1.0{canonical}"), "{path}");
        }
    }

    #[test]
    fn every_spelling_of_what_graph_has_besides_becomes_the_tables() {
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
                "/applications(uniqueName='..')/members",
                [
                    "/applications(uniqueName='x')/members",
                    "/applications(UNIQUENAME='o''x')/members",
                    "/applications(uniqueName=%27x%27)/members",
                    "/applications%28uniqueName='x'%29/members",
                ],
            ),
            (
                "/users/x/reminderView",
                [
                    "/users/x/reminderView(startDateTime='a',endDateTime='b')",
                    "/users/x/reminderView(startDateTime='a')",
                    "/users('x')/reminderview('a')",
                    "/users/x/graph.reminderView(id='a')",
                ],
            ),
        ] {
            for spelling in spellings {
                let (path, found) = walk(&format!("/v1.0{spelling}"));
                assert_eq!((path, found.unknown), (format!("/v1.0{canonical}"), None), "{spelling}");
            }
        }
        for not_one in [
            "/groups/x/members/user",
            "/microsoft.graph.groups",
            "/groups()",
            "/users/graph.ada@contoso.example",
        ] {
            assert_eq!(rewritten(&format!("/v1.0{not_one}")), format!("/v1.0{not_one}"));
        }
        let (path, found) = walk("/BETA/Groups('x')/members/$ref");
        assert_eq!(
            (&*path, found.version, found.unknown),
            ("/v1.0/groups/x/members/$ref", Version::Beta, None)
        );
        assert_eq!(walk("/beta/chats/x").1.unknown, walk("/v1.0/chats/x").1.unknown);
        assert_eq!(walk("/beta").1.unknown.as_deref(), Some("beta"));
    }

    #[test]
    fn a_path_that_leads_nowhere_keeps_its_spelling_and_names_the_segment() {
        for (path, segment) in [
            ("/v1.0/Nothing/x", "Nothing"),
            ("/v1.0/groups(nothing='x')", "groups(nothing='x')"),
            ("/v1.0/groups/x/%6Eothing/DELTA()", "nothing"),
            ("/v1.0/me('x')", "me('x')"),
        ] {
            let (spelled, found) = walk(path);
            assert_eq!((&*spelled, found.unknown.as_deref()), (path, Some(segment)));
        }
        for tenant in [ID, "contoso.example"] {
            let (path, found) = walk(&format!("/v1.0/{tenant}/groups"));
            assert_eq!((path.as_str(), found.tenant), ("/v1.0/groups", tenant.parse().ok()));
            assert_eq!(walk(&format!("/v1.0/{tenant}")).1.unknown.as_deref(), Some(tenant));
        }
        for qualified in ["microsoft.graph.group", "Microsoft.Graph.delta()"] {
            let found = walk(&format!("/v1.0/{qualified}/groups")).1;
            assert_eq!((found.tenant, found.unknown.as_deref()), (None, Some(qualified)));
        }
        assert_eq!(walk("/v1.0/").1.unknown.as_deref(), Some("v1.0"));
        assert_eq!(rewritten("//v1.0//groups//members/$ref"), "/v1.0/groups//members/$ref");
    }

    #[test]
    fn what_is_not_graphs_stays_as_it_is() {
        let paths = Paths::new(["/groups"]).with_unserved();
        for path in ["/", "/Health", "/contoso.example/oauth2/v2.0/token", "/groups('x')", "/v1.00/groups"] {
            let request = paths.rewrite(Request::builder().uri(path).body(()).unwrap());
            assert_eq!((request.uri().path(), request.extensions().get::<GraphPath>()), (path, None));
        }
    }

    /// Spells a path with these keys, and takes what becomes of it apart.
    fn check(
        (group, member): (&str, &str),
        in_parentheses: Option<bool>,
        choices: &mut Choices,
    ) -> Result<(), TestCaseError> {
        let parts = [
            Part::Name("groups"),
            Part::Key(group),
            Part::Name("members"),
            Part::Key(member),
            Part::Name("$ref"),
        ];
        let path = spell(&parts, in_parentheses, choices);
        let (spelled, found) = walk(&path);
        let [_, version, set, first, relationship, second, reference] =
            *spelled.split('/').collect::<Vec<_>>()
        else {
            return Err(TestCaseError::fail(format!("{path}: {spelled}")));
        };
        prop_assert_eq!(
            [version, set, relationship, reference],
            ["v1.0", "groups", "members", "$ref"],
            "{}",
            path
        );
        prop_assert_eq!([first, second].map(|key| Segment::read(key).text), [group, member], "{}", path);
        // What routes read is no literal.
        prop_assert_eq!(
            in_parentheses.is_some() && (first == group || second == member),
            false,
            "{}",
            spelled
        );
        prop_assert_eq!(found.unknown, None);
        Ok(())
    }

    const KEYS: [&str; 4] = [ID, "o'neil@contoso.example", "a/b?c#d e%41", "délta"];
    const LIKE_LITERALS: [&[&str]; 2] =
        [&["$count", "getByIds", "DELTA"], &["$count", "$ref", "microsoft.graph.user"]];

    proptest! {
        #[test]
        fn every_spelling_of_a_canonical_path_gives_it(
            keys in (select(&KEYS[..]), select(&KEYS[..])),
            mut choices in choices(),
        ) {
            check(keys, None, &mut choices)?;
        }

        #[test]
        fn a_key_that_reads_like_a_literal_is_a_key_in_every_spelling_with_parentheses(
            keys in (select(LIKE_LITERALS[0]), select(LIKE_LITERALS[1])),
            mut choices in choices(),
        ) {
            check(keys, Some(true), &mut choices)?;
        }
    }
}
