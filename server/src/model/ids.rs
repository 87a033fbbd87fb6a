//! The ids that travel: tenants, objects, applications. One type each, read strictly, printed in lower case.

use std::{fmt, str::FromStr};
use uuid::Uuid;

/// A text that isn't a GUID of 36 characters with hyphens.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a GUID of 36 characters with hyphens")]
pub struct InvalidId;

/// Reads a GUID in the one form that Graph takes. `Uuid`'s own parser also takes braces, URNs and bare digits.
fn guid(text: &str) -> Result<Uuid, InvalidId> {
    let hyphens = [8, 13, 18, 23];
    if text.len() != 36 || !hyphens.iter().all(|&at| text.as_bytes()[at] == b'-') {
        return Err(InvalidId);
    }
    Uuid::try_parse(text).map_err(|_| InvalidId)
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a GUID that is already known to be one.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The GUID itself.
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// A new random id.
            #[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
            pub fn random() -> Self {
                Self(Uuid::new_v4())
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                guid(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

id! {
    /// A directory of its own: Graph's tenant id, a token's `tid`.
    TenantId
}
id! {
    /// The `id` of a directory object.
    ObjectId
}
id! {
    /// The `appId` of an application: OAuth's client id.
    AppId
}

/// A value with the text that it was read from: errors name things as the caller wrote them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsWritten<T> {
    /// What was read.
    pub value: T,
    /// What was written.
    pub text: String,
}

impl<T: FromStr> AsWritten<T> {
    /// Reads a text and keeps it.
    pub fn read(text: impl Into<String>) -> Result<Self, T::Err> {
        let text = text.into();
        Ok(Self { value: text.parse()?, text })
    }
}

impl ObjectId {
    /// The security identifier that Graph derives from an object's id: `S-1-12-1-` and the GUID's bytes
    /// (little-endian fields) as four decimal numbers.
    pub fn security_identifier(self) -> String {
        let bytes = self.0.to_bytes_le();
        let mut text = String::from("S-1-12-1");
        for word in bytes.as_chunks::<4>().0 {
            text.push('-');
            text.push_str(&u32::from_le_bytes(*word).to_string());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hyphenated_form_of_36_characters_is_an_id() {
        let id = "21d05557-b7b6-418f-86fa-a3118d751be4";
        assert_eq!(id.parse::<ObjectId>().unwrap().to_string(), id);
        assert_eq!(id.to_uppercase().parse::<ObjectId>().unwrap().to_string(), id);
        for bad in [
            "",
            "21d05557b7b6418f86faa3118d751be4",
            "{21d05557-b7b6-418f-86fa-a3118d751be4}",
            "urn:uuid:21d05557-b7b6-418f-86fa-a3118d751be4",
            "21d05557-b7b6-418f-86fa-a3118d751beg",
            "21d0-5557b7b6-418f-86fa-a3118d751be4",
            "21d05557-b7b6-418f-86fa-a3118d751be4 ",
            "ééééééééé-ééé",
        ] {
            assert_eq!(bad.parse::<ObjectId>(), Err(InvalidId), "{bad}");
        }
    }

    #[test]
    fn a_security_identifier_is_read_off_the_id() {
        let id: ObjectId = "21d05557-b7b6-418f-86fa-a3118d751be4".parse().unwrap();
        assert_eq!(id.security_identifier(), "S-1-12-1-567301463-1099937718-295959174-3827004813");
    }
}
