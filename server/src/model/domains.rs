//! The names of domains, and how a tenant is named: by its id or by one of its domains.

use super::ids::TenantId;
use std::{fmt, str::FromStr};

/// How long a domain name may be, in bytes (RFC 1035, 2.3.4).
const MAX_NAME: usize = 253;

/// How long each part of it may be.
const MAX_LABEL: usize = 63;

/// Below which the initial domains of all tenants lie, and nothing else.
const INITIAL: &str = "roster.local";

/// A text that isn't a domain name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a domain name such as contoso.example")]
pub struct InvalidDomain;

/// The name of a domain, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DomainName(String);

impl DomainName {
    /// Wraps a name that is already known to be one, in lower case.
    pub fn from_known(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The initial domain of this label.
    pub fn initial(label: &str) -> Self {
        Self(format!("{label}.{INITIAL}"))
    }

    /// Whether it lies where the initial domains of tenants do, which follow from their ids: no tenant is given such a name
    /// besides.
    pub fn is_initial(&self) -> bool {
        let label = self.0.strip_suffix(INITIAL);
        label.is_some_and(|label| label.is_empty() || label.ends_with('.'))
    }

    /// Whether it is a part of another domain: `a.contoso.example` of `contoso.example`.
    pub fn lies_below(&self, other: &Self) -> bool {
        self.0.strip_suffix(&other.0).is_some_and(|label| label.ends_with('.'))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DomainName {
    type Err = InvalidDomain;

    /// Reads a name of two labels or more. The last one isn't a number, which would make it an address (RFC 1123, 2.1).
    fn from_str(text: &str) -> Result<Self, InvalidDomain> {
        let (_, last) = text.rsplit_once('.').ok_or(InvalidDomain)?;
        let is_number = last.bytes().all(|byte| byte.is_ascii_digit());
        let good = text.len() <= MAX_NAME && !is_number && text.split('.').all(is_label);
        good.then(|| Self(text.to_ascii_lowercase())).ok_or(InvalidDomain)
    }
}

fn is_label(label: &str) -> bool {
    (1..=MAX_LABEL).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is neither a tenant's id nor a domain name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither a GUID of 36 characters with hyphens nor a domain name such as contoso.example")]
pub struct InvalidTenantName;

/// How a path, a reference or an operator names a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TenantName {
    /// By its id.
    Id(TenantId),
    /// By one of its domains.
    Domain(DomainName),
}

impl FromStr for TenantName {
    type Err = InvalidTenantName;

    fn from_str(text: &str) -> Result<Self, InvalidTenantName> {
        let domain = || text.parse().map(Self::Domain);
        text.parse().map(Self::Id).or_else(|_| domain()).map_err(|_| InvalidTenantName)
    }
}

impl fmt::Display for TenantName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Domain(domain) => domain.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_a_dns_name_of_two_labels_or_more_whatever_its_case() {
        let longest = format!("{}.{}.{}.{}", "a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(61));
        for good in
            ["contoso.example", "CONTOSO.Example", "a.b.c", "xn--mnchen-3ya.example", "1.2.a", &longest]
        {
            assert_eq!(good.parse(), Ok(DomainName(good.to_ascii_lowercase())), "{good}");
        }
        let too_long = format!("a{longest}");
        let label = format!("{}.example", "a".repeat(64));
        for bad in [
            "",
            ".",
            "users",
            "v1.0",
            "127.0.0.1",
            "contoso.",
            ".example",
            "a..b",
            "-a.example",
            "a-.example",
            "a b.example",
            "a_b.example",
            "münchen.example",
            "a@b.example",
            "a/b.example",
            "$metadata.x",
            "groups('a.b')",
            "contoso.example:80",
            &too_long,
            &label,
        ] {
            assert_eq!(bad.parse::<DomainName>(), Err(InvalidDomain), "{bad}");
        }
    }

    #[test]
    fn initial_domains_lie_below_one_name() {
        for (name, is_initial) in [
            ("8fcb5dbc.roster.local", true),
            ("A.B.Roster.Local", true),
            ("roster.local", true),
            ("other-roster.local", false),
            ("roster.local.example", false),
        ] {
            assert_eq!(
                name.parse::<DomainName>().map(|domain| domain.is_initial()),
                Ok(is_initial),
                "{name}"
            );
        }
        assert!(DomainName::initial("8fcb5dbc").is_initial());
    }

    #[test]
    fn a_domain_lies_below_another_by_whole_labels() {
        let domain = DomainName::from_known;
        assert!(domain("a.contoso.example").lies_below(&domain("contoso.example")));
        for other in ["contoso.example", "a.contoso.example", "so.example"] {
            assert!(!domain("contoso.example").lies_below(&domain(other)), "{other}");
        }
    }

    #[test]
    fn a_tenant_is_named_by_its_id_or_a_domain() {
        let id = "8fcb5dbc-d5aa-4681-8e31-b001d5168d79";
        assert_eq!(id.to_uppercase().parse::<TenantName>().map(|name| name.to_string()), Ok(id.into()));
        let domain = "Contoso.example".parse::<TenantName>();
        assert_eq!(domain, Ok(TenantName::Domain(DomainName::from_known("contoso.example"))));
        assert_eq!("common".parse::<TenantName>(), Err(InvalidTenantName));
    }
}
