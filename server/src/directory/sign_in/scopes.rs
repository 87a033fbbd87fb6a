//! What a client asks for, as it writes it: OpenID Connect's scopes, and those of one resource. Nothing here knows which there are.

use super::faults::Fault;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What stands for everything that was granted to a client.
const DEFAULT: &str = ".default";

/// The scopes that one request asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scopes {
    /// Those of OpenID Connect.
    pub openid: OpenIdScopes,
    /// The resource as the client wrote it. `None`: it named none, which means Graph.
    pub resource: Option<String>,
    /// Those of the resource.
    pub of_resource: ResourceScopes,
}

/// OpenID Connect's scopes (Core 1.0, 5.4 and 11).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for or not")]
pub struct OpenIdScopes {
    /// `openid`: an id token.
    pub openid: bool,
    /// `profile`: the name in it.
    pub profile: bool,
    /// `email`: the mail address in it.
    pub email: bool,
    /// `offline_access`: a refresh token.
    pub offline_access: bool,
}

/// The scopes of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResourceScopes {
    /// All that were granted (`.default`).
    Granted,
    /// These.
    Named(BTreeSet<String>),
}

impl Default for ResourceScopes {
    fn default() -> Self {
        Self::Named(BTreeSet::new())
    }
}

impl Scopes {
    /// Reads a `scope` parameter (RFC 6749, 3.3): names with spaces between them, each with its resource before a slash, or Graph's.
    pub fn read(text: &str) -> Result<Self, Fault> {
        let (mut scopes, mut named) = (Self::default(), BTreeSet::new());
        for word in text.split_ascii_whitespace() {
            let (resource, name) = match word.rsplit_once('/') {
                Some((resource, name)) => (Some(resource), name),
                None => (None, word),
            };
            if name.is_empty() || resource.is_some_and(|resource| trimmed(resource).is_empty()) {
                return Err(Fault::Scope(word.into()));
            }
            if resource.is_none() && scopes.openid.take(name) {
                continue;
            }
            let is_first = named.is_empty();
            if !is_first && scopes.resource.as_deref().map(trimmed) != resource.map(trimmed) {
                return Err(Fault::SeveralResources(text.into()));
            }
            scopes.resource = resource.map(str::to_owned);
            named.insert(name.to_owned());
        }
        scopes.of_resource = match (named.contains(DEFAULT), named.len()) {
            (true, 1) => ResourceScopes::Granted,
            (true, _) => return Err(Fault::Scope(text.into())),
            (false, _) => ResourceScopes::Named(named),
        };
        Ok(scopes)
    }

    /// Those that stand for everything granted of a resource (the `resource` parameter of version 1.0).
    pub fn of(resource: &str) -> Self {
        Self {
            resource: Some(resource.into()),
            of_resource: ResourceScopes::Granted,
            openid: OpenIdScopes { openid: true, profile: true, email: false, offline_access: true },
        }
    }

    /// Whether anything of a resource is asked for.
    pub fn name_resource(&self) -> bool {
        self.of_resource != ResourceScopes::default()
    }

    /// The `scope` of an answer: these scopes of the resource were granted. Clients look their tokens up by what they asked for.
    pub fn answer(&self, granted: &BTreeSet<String>) -> String {
        let of_resource = |name: &str| match &self.resource {
            Some(resource) => format!("{resource}/{name}"),
            None => name.to_owned(),
        };
        let default = (self.of_resource == ResourceScopes::Granted).then(|| of_resource(DEFAULT));
        let openid = self.openid.words().into_iter().map(str::to_owned);
        let granted =
            granted.iter().filter(|name| !OpenIdScopes::default().take(name)).map(|name| of_resource(name));
        openid.chain(granted).chain(default).collect::<Vec<_>>().join(" ")
    }
}

/// A resource without the slashes at its end: `https://graph.microsoft.com//.default` is of the same as with one.
pub fn trimmed(resource: &str) -> &str {
    resource.trim_end_matches('/')
}

impl OpenIdScopes {
    fn take(&mut self, name: &str) -> bool {
        let scope = match name {
            "openid" => &mut self.openid,
            "profile" => &mut self.profile,
            "email" => &mut self.email,
            "offline_access" => &mut self.offline_access,
            _ => return false,
        };
        *scope = true;
        true
    }

    /// The names of those that are asked for.
    pub fn asked(self) -> Vec<&'static str> {
        let named = [
            (self.openid, "openid"),
            (self.profile, "profile"),
            (self.email, "email"),
            (self.offline_access, "offline_access"),
        ];
        named.into_iter().filter(|(asked, _)| *asked).map(|(_, name)| name).collect()
    }

    /// Those that an answer names.
    fn words(self) -> Vec<&'static str> {
        let named = [(self.email, "email"), (self.openid, "openid"), (self.profile, "profile")];
        named.into_iter().filter(|(asked, _)| *asked).map(|(_, word)| word).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(scopes: &Scopes) -> Vec<&str> {
        match &scopes.of_resource {
            ResourceScopes::Granted => vec![DEFAULT],
            ResourceScopes::Named(names) => names.iter().map(String::as_str).collect(),
        }
    }

    #[test]
    fn scopes_are_of_one_resource_beside_those_of_openid_connect() {
        let scopes = Scopes::read("openid offline_access User.Read  Group.Read.All").unwrap();
        assert!(scopes.openid.openid && scopes.openid.offline_access && !scopes.openid.profile);
        assert_eq!((scopes.resource.as_deref(), named(&scopes)), (None, vec!["Group.Read.All", "User.Read"]));
        let scopes = Scopes::read("https://here//.default openid").unwrap();
        assert_eq!((scopes.resource.as_deref(), named(&scopes)), (Some("https://here/"), vec![DEFAULT]));
        let scopes = Scopes::read("api://a/b/read api://a/b/write").unwrap();
        assert_eq!((scopes.resource.as_deref(), named(&scopes)), (Some("api://a/b"), vec!["read", "write"]));
        assert!(!Scopes::read("openid profile").unwrap().name_resource());
    }

    #[test]
    fn scopes_of_two_resources_and_default_beside_others_are_refused() {
        for text in ["User.Read api://a/read", "api://a/read api://b/read"] {
            assert_eq!(Scopes::read(text), Err(Fault::SeveralResources(text.into())));
        }
        for text in [".default User.Read", "/", "/.default", "https://here/"] {
            assert!(matches!(Scopes::read(text), Err(Fault::Scope(_))), "{text}");
        }
    }

    #[test]
    fn an_answer_names_what_was_granted_as_it_was_asked_for() {
        let granted = BTreeSet::from(["Group.Read.All".to_owned(), "User.Read".to_owned()]);
        let answer = |asked: &str| Scopes::read(asked).unwrap().answer(&granted);
        assert_eq!(
            answer("openid profile offline_access User.Read"),
            "openid profile Group.Read.All User.Read"
        );
        assert_eq!(
            answer("https://here//.default"),
            "https://here//Group.Read.All https://here//User.Read https://here//.default"
        );
    }
}
