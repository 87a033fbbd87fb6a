//! Paging tokens (`$skiptoken`): where the next page begins, sealed. A token opens only for the tenant,
//! the operation and the query that it was made for.

use aws_lc_rs::aead::{Aad, RandomizedNonceKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// Seals a position. `bound_to` names tenant, operation and query.
pub fn seal(key: &RandomizedNonceKey, position: i64, bound_to: &str) -> Option<String> {
    let mut sealed = position.to_be_bytes().to_vec();
    let nonce = key.seal_in_place_append_tag(Aad::from(bound_to), &mut sealed).ok()?;
    sealed.splice(0..0, nonce.as_ref().iter().copied());
    Some(URL_SAFE_NO_PAD.encode(sealed))
}

/// Opens what [`seal`] sealed. `None`: it isn't one of ours, or was made for something else.
pub fn open(key: &RandomizedNonceKey, token: &str, bound_to: &str) -> Option<i64> {
    let mut bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (nonce, sealed) = bytes.split_first_chunk_mut::<12>()?;
    let nonce = aws_lc_rs::aead::Nonce::assume_unique_for_key(*nonce);
    let opened = key.open_in_place(nonce, Aad::from(bound_to), sealed).ok()?;
    Some(i64::from_be_bytes((&*opened).try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::aead::AES_256_GCM;
    use proptest::prelude::*;

    fn key() -> RandomizedNonceKey {
        RandomizedNonceKey::new(&AES_256_GCM, &[7; 32]).unwrap()
    }

    proptest! {
        #[test]
        fn a_sealed_position_opens_for_what_it_was_made_for_alone(position: i64, bound_to in ".{0,20}", other in ".{0,20}") {
            let token = seal(&key(), position, &bound_to).unwrap();
            prop_assert_eq!(open(&key(), &token, &bound_to), Some(position));
            prop_assume!(other != bound_to);
            prop_assert_eq!(open(&key(), &token, &other), None);
        }

        #[test]
        fn no_other_text_opens(token in ".{0,80}") {
            prop_assert_eq!(open(&key(), &token, ""), None);
        }
    }
}
