//! Other issuers whose assertions may stand for a tenant's applications: what is asked of them and of where their keys are, before either
//! is stored. Which assertion stands for which application, federated credentials say.

use crate::{auth::assertions, model::ids::AppId, store::federated_issuers::IssuerKeys};
use std::net::IpAddr;
use url::{Host, Url};

/// The largest set of keys, in bytes.
pub const MAX_KEYS_SIZE: usize = 64 << 10;

/// How long the name of an issuer and a URL may be, in characters, as Graph has it for `issuer` of federated credentials.
const MAX_LENGTH: usize = 600;

/// Why an issuer isn't stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Its name is none.
    #[error(
        "an issuer is a text such as https://token.example of 600 characters at most, without spaces; client ids are none"
    )]
    Issuer,
    /// Where its keys are mustn't be asked.
    #[error(
        "the URL of keys must be https, or http with a loopback address (127.0.0.1 or [::1]), and without a user and a fragment"
    )]
    Url,
    /// Its keys are none.
    #[error("this isn't a set of keys (JWKS) of 64 kB at most with an RSA or elliptic curve key")]
    Keys,
}

/// Refuses what can't be the `iss` of an assertion that counts.
pub fn check_name(issuer: &str) -> Result<(), Unfit> {
    let is_text = !issuer.is_empty() && !issuer.contains(|c: char| c.is_whitespace() || c.is_control());
    // A client that signs by itself names its own id.
    let is_client = issuer.parse::<AppId>().is_ok();
    if is_text && !is_client && issuer.chars().count() <= MAX_LENGTH { Ok(()) } else { Err(Unfit::Issuer) }
}

/// Keys that are given: what others may know of them is kept.
pub fn given(text: &str) -> Result<IssuerKeys, Unfit> {
    let keys = assertions::read_keys(text).filter(|_| text.len() <= MAX_KEYS_SIZE).ok_or(Unfit::Keys)?;
    serde_json::to_string(&keys).map(IssuerKeys::Given).map_err(|_| Unfit::Keys)
}

/// Keys that are fetched from this URL.
pub fn at(url: &str) -> Result<IssuerKeys, Unfit> {
    let read = Url::parse(url).map_err(|_| Unfit::Url)?;
    let is_loopback = match read.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        // A name may come to stand for another machine.
        Some(Host::Domain(_)) | None => false,
    };
    let is_safe = read.scheme() == "https" || read.scheme() == "http" && is_loopback;
    let is_plain = read.username().is_empty() && read.password().is_none() && read.fragment().is_none();
    let is_short = url.chars().count() <= MAX_LENGTH;
    if is_safe && is_plain && is_short { Ok(IssuerKeys::At(read.into())) } else { Err(Unfit::Url) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_fetched_by_https_or_from_this_machine() {
        for url in [
            "https://token.example/keys",
            "https://token.example:8443/keys?version=1",
            "http://127.0.0.1:8080/keys",
            "http://127.1.2.3/keys",
            "http://[::1]:8080/keys",
        ] {
            assert_eq!(at(url), Ok(IssuerKeys::At(url.into())));
        }
        let long = format!("https://token.example/{}", "x".repeat(600));
        for url in [
            "",
            "keys",
            "/keys",
            "ftp://token.example/keys",
            "file:///etc/passwd",
            "data:application/json,{}",
            "http://token.example/keys",
            "http://localhost/keys",
            "http://127.0.0.1.token.example/keys",
            "http://169.254.169.254/keys",
            "http://[::ffff:192.0.2.7]/keys",
            "https://ada@token.example/keys",
            "https://ada:secret@token.example/keys",
            "http://127.0.0.1@token.example/keys",
            "https://token.example/keys#a",
            "https://",
            &long,
        ] {
            assert_eq!(at(url), Err(Unfit::Url), "{url}");
        }
    }

    #[test]
    fn an_issuer_is_a_text_and_no_client() {
        for issuer in ["https://token.example", "https://token.example/", "kubernetes/serviceaccount"] {
            assert_eq!(check_name(issuer), Ok(()));
        }
        let long = "x".repeat(601);
        for issuer in ["", " ", "a b", "a\nb", "a\u{7f}", "5A3E0000-0000-4000-8000-0000000000AA", &long] {
            assert_eq!(check_name(issuer), Err(Unfit::Issuer), "{issuer:?}");
        }
    }

    #[test]
    fn only_public_keys_are_kept_of_a_set() {
        const PUBLIC: &str = r#"{"keys":[{"kty":"RSA","kid":"1","n":"AQAB","e":"AQAB","d":"c2VjcmV0"}]}"#;
        let Ok(IssuerKeys::Given(kept)) = given(PUBLIC) else { panic!("refused") };
        assert!(kept.contains(r#""kid":"1""#) && !kept.contains("c2VjcmV0"), "{kept}");
        let large = format!("{PUBLIC}{}", " ".repeat(MAX_KEYS_SIZE));
        for text in [
            "",
            "{}",
            "[]",
            r#"{"keys":[]}"#,
            r#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#,
            "-----BEGIN PUBLIC KEY-----",
            &large,
        ] {
            assert_eq!(given(text), Err(Unfit::Keys), "{text:.40}");
        }
    }
}
