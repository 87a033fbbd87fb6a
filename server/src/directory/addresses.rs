//! Mail addresses that the directory computes.

use serde_json::Value;

/// Addresses that an object has at most; it loses those that it had first.
const MAX_ADDRESSES: usize = 20;

/// All addresses of an object whose mail address is this: the one in use as `SMTP:`, the last that it had
/// before as `smtp:`.
pub(super) fn proxy_addresses(mail: Option<&str>, before: Option<&Value>) -> Value {
    let address = |proxy: &str| proxy.get(5..).unwrap_or_default().to_owned();
    let before = before.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let former = before.iter().filter_map(Value::as_str).map(address);
    let kept = former.filter(|address| !mail.is_some_and(|mail| mail.eq_ignore_ascii_case(address)));
    let in_use = mail.map(|mail| format!("SMTP:{mail}"));
    in_use.into_iter().chain(kept.map(|address| format!("smtp:{address}"))).take(MAX_ADDRESSES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_address_in_use_comes_first_and_former_ones_stay() {
        let first = proxy_addresses(Some("a@x"), None);
        assert_eq!(first, json!(["SMTP:a@x"]));
        let second = proxy_addresses(Some("b@x"), Some(&first));
        assert_eq!(second, json!(["SMTP:b@x", "smtp:a@x"]));
        assert_eq!(proxy_addresses(Some("A@x"), Some(&second)), json!(["SMTP:A@x", "smtp:b@x"]));
        assert_eq!(proxy_addresses(None, Some(&second)), json!(["smtp:b@x", "smtp:a@x"]));
        assert_eq!(proxy_addresses(None, None), json!([]));
        let many =
            (0..100).fold(json!([]), |before, n| proxy_addresses(Some(&format!("{n}@x")), Some(&before)));
        assert_eq!((many.as_array().unwrap().len(), &many[19]), (MAX_ADDRESSES, &json!("smtp:80@x")));
    }
}
