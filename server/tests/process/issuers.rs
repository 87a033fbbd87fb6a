//! Other issuers, as an operator tells a tenant of them.

use crate::{
    commands::{folder, json_of, refusal},
    roster::printed,
};
use serde_json::json;
use std::fs;

const ISSUER: &str = "https://token.example";

#[test]
fn an_issuer_is_added_with_its_keys_listed_and_removed() {
    let (keep, data) = folder();
    printed(&["tenant", "create", "--data", &data]);
    let file = keep.path().join("keys.json");
    let file = file.to_str().unwrap();
    let key = json!({"kty": "RSA", "kid": "1", "n": "AQAB", "e": "AQAB"});
    let mut private = key.clone();
    private["d"] = "c2VjcmV0".into();
    fs::write(file, json!({"keys": [private]}).to_string()).unwrap();
    let added = json_of(&["issuer", "add", "--data", &data, ISSUER, "--keys", file]);
    assert_eq!(added["keys"]["keys"], json!([key]), "what is private isn't kept");
    let url = format!("{ISSUER}/keys");
    let other = "http://127.0.0.1:9/keys";
    assert_eq!(
        printed(&["issuer", "add", "--data", &data, "https://other.example", "--keys-url", other]),
        format!("https://other.example  {other}")
    );
    assert_eq!(
        printed(&["issuer", "list", "--data", &data]),
        format!("https://other.example  {other}\n{ISSUER}  keys are given")
    );
    printed(&["issuer", "add", "--data", &data, ISSUER, "--keys-url", &url]);
    let listed = json_of(&["issuer", "list", "--data", &data]);
    let expected = [
        json!({"issuer": "https://other.example", "keysUrl": other}),
        json!({"issuer": ISSUER, "keysUrl": url}),
    ];
    assert_eq!(listed["issuers"], json!(expected));
    assert_eq!(
        printed(&["issuer", "remove", "--data", &data, ISSUER]),
        format!("removed the issuer {ISSUER}")
    );
    assert!(refusal(&["issuer", "remove", "--data", &data, ISSUER]).0.contains(ISSUER));
    assert_eq!(json_of(&["issuer", "list", "--data", &data])["issuers"], json!(expected[..1]));
}

#[test]
fn an_issuer_without_keys_or_with_keys_that_are_none_is_refused() {
    let (keep, data) = folder();
    printed(&["tenant", "create", "--data", &data]);
    let file = keep.path().join("keys.json");
    let add = |more: &[&str]| refusal(&[&["issuer", "add", "--data", &data, ISSUER], more].concat()).0;
    let file = file.to_str().unwrap();
    assert!(add(&["--keys", file]).contains(file), "there is none");
    for text in ["", "{\"keys\":[]}", "-----BEGIN PUBLIC KEY-----", &" ".repeat(100_000)] {
        fs::write(file, text).unwrap();
        let said = add(&["--keys", file]);
        assert!(said.contains("a set of keys"), "{said}");
        assert!(!text.contains("PUBLIC") || !said.contains("BEGIN"), "nothing of a file is shown");
    }
    for url in ["http://token.example/keys", "https://ada:secret@token.example", "https://token.example#a"] {
        let said = add(&["--keys-url", url]);
        assert!(said.contains("must be https"), "{said}");
    }
    assert!(add(&[]).contains("--keys"));
    assert!(
        add(&["--keys", file, "--keys-url", "https://token.example/keys"]).contains("cannot be used with")
    );
    assert_eq!(printed(&["issuer", "list", "--data", &data]), "");
}
