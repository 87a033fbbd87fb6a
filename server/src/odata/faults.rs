//! Why what a query says of its objects is refused. `http/errors/` has the words.

use super::scan::SyntaxFault;

/// Why a `$filter` is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterFault {
    /// It can't be read.
    #[error(transparent)]
    Syntax(#[from] SyntaxFault),
    /// No kind of object asked for has the property.
    #[error("no property '{0}'")]
    UnknownProperty(String),
    /// The property doesn't take the operator, or not in such a query.
    #[error("'{property}' of {resource} can't be asked for so")]
    Clause {
        /// The property.
        property: &'static str,
        /// What has it, as the directory calls it.
        resource: &'static str,
    },
    /// Several parts of one item, or one in a branch of an `or`, which need advanced query parameters.
    #[error("several parts or branches with '{0}'")]
    Complex(&'static str),
    /// The operator needs advanced query parameters.
    #[error("'{0}' needs advanced query parameters")]
    NeedsAdvanced(&'static str),
    /// The same, of a query that lacks only the header.
    #[error("'{0}' needs the header ConsistencyLevel: eventual")]
    NeedsHeader(&'static str),
    /// `ne`, which needs advanced query parameters too.
    #[error("'ne' needs advanced query parameters")]
    NotEquals,
    /// `contains`, which the directory doesn't have.
    #[error("'contains' is supported nowhere")]
    Contains,
    /// No such function.
    #[error("no function '{0}'")]
    Function(String),
    /// The function doesn't take such arguments.
    #[error("'{0}' doesn't take these arguments")]
    Arguments(String),
    /// Two values that can't be compared.
    #[error("{left} isn't compared with {right}")]
    Types {
        /// The left one's type.
        left: String,
        /// The right one's type.
        right: String,
        /// The operator, as OData calls it.
        operator: &'static str,
    },
    /// A time that is none.
    #[error("'{0}' is no time")]
    Time(String),
    /// The value for an id isn't one.
    #[error("'{0}' is no id")]
    InvalidId(String),
    /// Anything but `eq` and `in` of an id, and `ne` with advanced query parameters.
    #[error("ids aren't compared so")]
    IdOperator,
    /// More branches of `or`, or values of `in`, than a query without advanced parameters has.
    #[error("{0} branches")]
    TooManyBranches(usize),
    /// Nested deeper than a query without advanced parameters may be.
    #[error("{0} levels")]
    TooHigh(usize),
    /// A filter of related objects by more than their ids, without advanced query parameters.
    #[error("related objects are only filtered with advanced query parameters")]
    OfReferences,
    /// An expression that OData has and the directory doesn't.
    #[error("an expression that isn't supported")]
    Unsupported,
}

/// Why a `$search` is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SearchFault {
    /// It can't be read.
    #[error(transparent)]
    Syntax(#[from] SyntaxFault),
    /// A phrase that isn't a property and a text with a colon between them.
    #[error("'{0}' names no property and text")]
    Phrase(String),
    /// A property that no kind of object asked for has, or that isn't searched.
    #[error("'{0}' isn't searched")]
    Property(String),
}

/// Why an `$orderby` is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderFault {
    /// It can't be read.
    #[error(transparent)]
    Syntax(#[from] SyntaxFault),
    /// More than one property.
    #[error("objects are sorted by one property")]
    Several,
    /// Objects of several kinds aren't sorted.
    #[error("objects of several kinds aren't sorted")]
    OfSeveralKinds,
    /// The property isn't sorted by, or not in such a query.
    #[error("{resource} aren't sorted by '{property}'")]
    Property {
        /// The property.
        property: String,
        /// What has it, as the directory calls it.
        resource: &'static str,
    },
    /// The same, with advanced query parameters.
    #[error("an advanced query isn't sorted by this")]
    PropertyOfAdvanced,
    /// Sorted and filtered without advanced query parameters.
    #[error("what is filtered is sorted with advanced query parameters only")]
    WithFilter,
}
