//! Paging tokens (`$skiptoken`): where the next page begins, sealed. A token opens only for the tenant,
//! the operation and the query that it was made for.

use super::listing::Cursor;
use aws_lc_rs::aead::{Aad, RandomizedNonceKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// Seals where a page begins. `bound_to` names tenant, operation and query.
pub fn seal(key: &RandomizedNonceKey, after: &Cursor, bound_to: &str) -> Option<String> {
    let mut sealed = after.to_bytes();
    let nonce = key.seal_in_place_append_tag(Aad::from(bound_to), &mut sealed).ok()?;
    sealed.splice(0..0, nonce.as_ref().iter().copied());
    Some(URL_SAFE_NO_PAD.encode(sealed))
}

/// Opens what [`seal`] sealed. `None`: it isn't one of ours, or was made for something else.
pub fn open(key: &RandomizedNonceKey, token: &str, bound_to: &str) -> Option<Cursor> {
    let mut bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (nonce, sealed) = bytes.split_first_chunk_mut::<12>()?;
    let nonce = aws_lc_rs::aead::Nonce::assume_unique_for_key(*nonce);
    let opened = key.open_in_place(nonce, Aad::from(bound_to), sealed).ok()?;
    Cursor::from_bytes(opened)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::keys::Key;
    use aws_lc_rs::aead::AES_256_GCM;
    use proptest::prelude::*;

    fn key() -> RandomizedNonceKey {
        RandomizedNonceKey::new(&AES_256_GCM, &[7; 32]).unwrap()
    }

    fn cursors() -> impl Strategy<Value = Cursor> {
        let key = proptest::option::of(proptest::collection::vec(any::<u8>(), 0..128).prop_map(Key));
        prop_oneof![
            any::<i64>().prop_map(Cursor::Row),
            (key, any::<i64>()).prop_map(|(key, row)| Cursor::Key { key, row }),
        ]
    }

    proptest! {
        #[test]
        fn a_sealed_cursor_opens_for_what_it_was_made_for_only(after in cursors(), bound_to in ".{0,20}", other in ".{0,20}") {
            let token = seal(&key(), &after, &bound_to).unwrap();
            prop_assert!(token.len() <= 250);
            prop_assert_eq!(open(&key(), &token, &bound_to), Some(after));
            prop_assume!(other != bound_to);
            prop_assert_eq!(open(&key(), &token, &other), None);
        }

        #[test]
        fn no_other_text_opens(token in ".{0,80}") {
            prop_assert_eq!(open(&key(), &token, ""), None);
        }
    }
}
