//! What queries can ask of a property, as its line in the table says it, and when (Graph's page *Advanced query capabilities on
//! directory objects*). What an operator means is not known here.

/// `eq` and `in`; with advanced query parameters `ne` and `not` too.
pub const EQ: u32 = word(Operator::Equals, ALWAYS);
/// The same, with advanced query parameters only.
pub const EQ_ADVANCED: u32 = word(Operator::Equals, ADVANCED);
/// The same, without advanced query parameters only.
pub const EQ_NOT_ADVANCED: u32 = word(Operator::Equals, NOT_ADVANCED);
/// `startsWith`.
pub const STARTS_WITH: u32 = word(Operator::StartsWith, ALWAYS);
/// `startsWith`, with advanced query parameters only.
pub const STARTS_WITH_ADVANCED: u32 = word(Operator::StartsWith, ADVANCED);
/// `ge`, `gt`, `le` and `lt`.
pub const RANGE: u32 = word(Operator::Range, ALWAYS);
/// The same, with advanced query parameters only.
pub const RANGE_ADVANCED: u32 = word(Operator::Range, ADVANCED);
/// `eq null` and `ne null`, with advanced query parameters only.
pub const NULL: u32 = word(Operator::Null, ADVANCED);
/// The same, without advanced query parameters only.
pub const NULL_NOT_ADVANCED: u32 = word(Operator::Null, NOT_ADVANCED);
/// `endsWith`, with advanced query parameters only.
pub const ENDS_WITH: u32 = word(Operator::EndsWith, ADVANCED);
/// `/$count eq 0` and `/$count ne 0` of a collection, with advanced query parameters only.
pub const EMPTY: u32 = word(Operator::Empty, ADVANCED);

const ALWAYS: u32 = 1;
const ADVANCED: u32 = 2;
const NOT_ADVANCED: u32 = 4;

/// Three bits for each operator say when it can be used.
const fn word(operator: Operator, when: u32) -> u32 {
    when << (3 * operator as u32)
}

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
pub struct Operators(u32);

impl Operators {
    /// None.
    pub const NONE: Self = Self(0);

    /// These: constants of this file, joined by `|`.
    pub const fn of(words: u32) -> Self {
        Self(words)
    }

    /// When this operator can be used.
    pub const fn support(self, operator: Operator) -> Support {
        match self.0 >> (3 * operator as u32) & 7 {
            0 => Support::Never,
            ADVANCED => Support::Advanced,
            NOT_ADVANCED => Support::NotAdvanced,
            _ => Support::Always,
        }
    }
}

/// What `$search` does with a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchSupport {
    /// Nothing.
    Never,
    /// It finds values that start with the text.
    Start,
    /// It finds values with words that start with those of the text.
    Words,
}
