//! What queries can ask of a property, as its line in the table says it, and when (Graph's page *Advanced query capabilities on
//! directory objects*). What an operator means is not known here.

/// `eq` and `in`; with advanced query parameters `ne` and `not` too.
pub const EQ: u16 = 1 << (3 * Operator::Equals as u16);
/// The same, with advanced query parameters only.
pub const EQ_ADVANCED: u16 = EQ << 1;
/// The same, without advanced query parameters only.
pub const EQ_NOT_ADVANCED: u16 = EQ << 2;
/// `startsWith`.
pub const STARTS_WITH: u16 = 1 << (3 * Operator::StartsWith as u16);
/// `startsWith`, with advanced query parameters only.
pub const STARTS_WITH_ADVANCED: u16 = STARTS_WITH << 1;
/// `ge`, `gt`, `le` and `lt`.
pub const RANGE: u16 = 1 << (3 * Operator::Range as u16);
/// The same, with advanced query parameters only.
pub const RANGE_ADVANCED: u16 = RANGE << 1;
/// `eq null` and `ne null`, with advanced query parameters only.
pub const NULL: u16 = 1 << (3 * Operator::Null as u16 + 1);
/// The same, without advanced query parameters only.
pub const NULL_NOT_ADVANCED: u16 = NULL << 1;
/// `endsWith`, with advanced query parameters only.
pub const ENDS_WITH: u16 = 1 << 12;
/// `/$count eq 0` and `/$count ne 0` of a collection, with advanced query parameters only.
pub const EMPTY: u16 = 1 << 13;

/// An operator of `$filter`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `eq`, and what follows from it: `in`, `ne`, `not`.
    Equals,
    /// `startsWith`.
    StartsWith,
    /// `ge`, `gt`, `le`, `lt`.
    Range,
    /// `eq null`, `ne null`.
    Null,
    /// `endsWith`.
    EndsWith,
    /// `/$count eq 0`, `/$count ne 0`.
    Empty,
}

/// When something can be asked of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// Never.
    Never,
    /// Always.
    Always,
    /// With advanced query parameters: `ConsistencyLevel: eventual` and `$count=true`.
    Advanced,
    /// Only without advanced query parameters.
    NotAdvanced,
}

impl Support {
    /// Whether it can be asked in a query that has advanced parameters, or has none.
    pub const fn in_query(self, advanced: bool) -> bool {
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::Advanced => advanced,
            Self::NotAdvanced => !advanced,
        }
    }
}

/// The operators of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operators(u16);

impl Operators {
    /// None.
    pub const NONE: Self = Self(0);

    /// These: constants of this file, joined by `|`.
    pub const fn of(words: u16) -> Self {
        Self(words)
    }

    /// When this operator can be used.
    pub const fn support(self, operator: Operator) -> Support {
        const fn advanced(words: u16, word: u16) -> u16 {
            if words & word == 0 { 0 } else { 2 }
        }
        let words = match operator {
            Operator::EndsWith => advanced(self.0, ENDS_WITH),
            Operator::Empty => advanced(self.0, EMPTY),
            operator => self.0 >> (3 * operator as u16) & 7,
        };
        match words {
            0 => Support::Never,
            2 => Support::Advanced,
            4 => Support::NotAdvanced,
            _ => Support::Always,
        }
    }
}

/// What `$search` does with a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search {
    /// Nothing.
    Never,
    /// It finds values that start with the text.
    Start,
    /// It finds values with words that start with those of the text.
    Words,
}
