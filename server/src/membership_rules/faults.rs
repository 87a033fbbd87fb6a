//! Why a text is no rule. `http/errors/` has the words.

/// A text that is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind:?} at position {position}")]
pub struct RuleFault {
    /// What is wrong.
    pub kind: Fault,
    /// Where: in UTF-16 code units, from 0.
    pub position: usize,
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// What the property belongs to is neither `user` nor `device`, or one rule is over both.
    Object,
    /// What has no such property.
    Property {
        /// The property's name.
        property: String,
        /// What lacks it, such as `User`.
        object: &'static str,
    },
    /// The operator doesn't go with the property, or the value not with either.
    Operands(String),
    /// The grammar has nothing that goes on so.
    Unexpected,
    /// A character that begins nothing.
    Character(char),
    /// A text without its last quote.
    Unterminated,
    /// No regular expression, or too large a one.
    Pattern,
    /// `memberOf` stands beside something else.
    Combined,
    /// Nested too deep.
    TooDeep,
    /// Too long.
    TooLong,
    /// Too many groups in a list.
    TooManyGroups,
}
