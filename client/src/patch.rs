//! What an update sets: a value, or none.

use serde::{Deserialize, Serialize};

/// What an update does to a property. Where it isn't named at all (`None`), the property stays as it is.
///
/// ```
/// use roster_client::{Patch, types::GroupUpdate};
///
/// let update: GroupUpdate =
///     GroupUpdate::builder().description(Patch::Null).classification(Patch::from("low")).try_into()?;
/// assert_eq!(serde_json::to_string(&update)?, r#"{"classification":"low","description":null}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Patch<T> {
    /// Gives it this value.
    Set(T),
    /// Takes its value away.
    Null,
}

impl<T> From<T> for Patch<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

impl From<&str> for Patch<String> {
    fn from(value: &str) -> Self {
        Self::Set(value.into())
    }
}

/// The values that a collection has after an update: these and no others, and none where it is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Replace<T>(pub Vec<T>);

impl<T> From<Vec<T>> for Replace<T> {
    fn from(values: Vec<T>) -> Self {
        Self(values)
    }
}
