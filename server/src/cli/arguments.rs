//! How the values of flags and variables are read, where that is more than their types' own parsers.

use crate::{
    auth::secrets::Secret,
    model::{
        domains::{DomainName, InvalidDomain},
        permissions::{Holders, Permission},
    },
};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use std::convert::Infallible;
use url::{Host, Url};

/// A variable that switches a setting on or off.
pub(super) fn boolean(text: &str) -> Result<bool, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" | "" => Ok(false),
        _ => Err("a variable is true, yes, on or 1; or false, no, off, 0 or empty"),
    }
}

/// Why a tenant isn't given a domain of this name.
#[derive(Debug, Clone, Copy, thiserror::Error)]
pub(super) enum UnfitDomain {
    #[error(transparent)]
    Name(#[from] InvalidDomain),
    #[error("names at and below roster.local are initial domains of tenants, which follow from their ids")]
    Initial,
}

/// A domain that a tenant is given besides its initial one.
pub(super) fn domain(text: &str) -> Result<DomainName, UnfitDomain> {
    let domain: DomainName = text.parse()?;
    if domain.is_initial() { Err(UnfitDomain::Initial) } else { Ok(domain) }
}

/// A secret, which no message shows: what is wrong with it is found later.
pub(super) fn secret(text: &str) -> Result<Secret, Infallible> {
    Ok(Secret::new(text))
}

/// An origin: scheme, host and port, and nothing after it.
pub(super) fn origin(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    let bare = matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none();
    if bare {
        Ok(url.origin().ascii_serialization())
    } else {
        Err("an origin such as https://directory.example".into())
    }
}

/// An origin at which this machine alone is reached.
pub(super) fn loopback_origin(text: &str) -> Result<String, String> {
    let origin = origin(text)?;
    let is_loopback = Url::parse(&origin).is_ok_and(|url| match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    });
    if is_loopback {
        Ok(origin)
    } else {
        Err("an origin on this machine, such as http://localhost:8080".into())
    }
}

/// Permissions that applications hold.
pub(super) fn role() -> impl TypedValueParser<Value = Permission> {
    permission(Holders::Delegated, "it is only for signed-in users: no application can hold it")
}

/// Permissions that tokens of signed-in users hold.
pub(super) fn scope() -> impl TypedValueParser<Value = Permission> {
    permission(Holders::Application, "it is only for applications: no signed-in user can hold it")
}

/// Permissions but those that only `others` hold, which `reason` refuses. Of an unknown name the nearest one is said.
fn permission(others: Holders, reason: &'static str) -> impl TypedValueParser<Value = Permission> {
    let value = move |permission: &Permission| {
        let value = PossibleValue::new(permission.name()).help(permission.description());
        value.hide(permission.holders() == others)
    };
    let names = PossibleValuesParser::new(Permission::ALL.iter().map(value));
    names.try_map(move |name| {
        let permission: Permission = name.parse().map_err(|_| "it is unknown")?;
        if permission.holders() == others { Err(reason) } else { Ok(permission) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_true_or_false_in_words_of_any_case_and_nothing_else() {
        for (text, read) in [("true", true), ("YES", true), ("On", true), ("1", true)] {
            assert_eq!(boolean(text), Ok(read), "{text}");
        }
        for text in ["false", "No", "OFF", "0", ""] {
            assert_eq!(boolean(text), Ok(false), "{text}");
        }
        for text in ["maybe", "2", "tru", " ", "nope"] {
            assert!(boolean(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_origin_on_this_machine_names_it_and_nothing_else() {
        for text in
            ["http://localhost:8080", "https://localhost", "http://127.0.0.1:8080/", "http://[::1]:80"]
        {
            assert!(loopback_origin(text).is_ok(), "{text}");
        }
        for text in
            ["localhost:8080", "http://directory.example", "http://0.0.0.0:8080", "http://localhost/a", ""]
        {
            assert!(loopback_origin(text).is_err(), "{text}");
        }
    }
}
