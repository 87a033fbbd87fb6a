//! What is wrong with a query option, in Graph's words.

use super::answer::{
    Answer, BAD_REQUEST, GATEWAY_BAD_REQUEST, UNSUPPORTED_QUERY, bad, capitalised, not_implemented,
};
use crate::odata::{
    binding::filter::{MAX_BRANCHES, MAX_HEIGHT},
    expand::ExpandFault,
    faults::{FilterFault, OrderFault, SearchFault},
    filter::MAX_VALUES,
    query::QueryFault,
    scan::{Fault, MAX_BYTES, SyntaxFault},
};

const UNSUPPORTED_PROPERTY: &str = "An unsupported property was specified.";
/// Why what needs advanced query parameters isn't supported in a request that lacks the header.
const NO_HEADER: &str = "the 'ConsistencyLevel:eventual' header is missing. Refer to \
    https://aka.ms/graph-docs/advanced-queries for more information";

pub(super) fn query_answer(fault: &QueryFault) -> Answer {
    match fault {
        QueryFault::Unsupported(name) => {
            bad(UNSUPPORTED_QUERY, format!("The query option '{name}' is not supported by this request."))
        }
        QueryFault::NotServed(name) => not_implemented(format!(
            "Graph has the query option '{name}' in this request. This server doesn't yet."
        )),
        QueryFault::OnAction => bad(
            BAD_REQUEST,
            "The following query options are not supported by this request method or cannot be applied to the \
             requested resource: $filter,$expand,$orderby,$count,$inlinecount,$skiptoken,$skip,$top",
        ),
        QueryFault::Skip(name) => bad(BAD_REQUEST, format!("'{name}' is not supported by the service.")),
        QueryFault::SearchWithoutConsistencyLevel => bad(
            UNSUPPORTED_QUERY,
            "Request with $search query parameter only works through MSGraph with a special request header: \
             'ConsistencyLevel: eventual'",
        ),
        QueryFault::Missing(name) => {
            bad(BAD_REQUEST, format!("The query option '{name}' must stand in this request."))
        }
        QueryFault::Encoding => bad(GATEWAY_BAD_REQUEST, "The query of the URL is not valid UTF-8."),
        QueryFault::Twice(name) => {
            bad(UNSUPPORTED_QUERY, format!("The query option '{name}' may stand in a request only once."))
        }
        QueryFault::Top(value) => bad(
            GATEWAY_BAD_REQUEST,
            format!(
                "Invalid value '{value}' for $top query option found. The $top query option requires a non-negative \
                 integer value."
            ),
        ),
        QueryFault::PageSize(size) => bad(
            UNSUPPORTED_QUERY,
            format!("Invalid page size specified: '{size}'. Must be between 1 and 999 inclusive."),
        ),
        QueryFault::Value { option, value } => {
            bad(UNSUPPORTED_QUERY, format!("Invalid value '{value}' of the query option '{option}'."))
        }
        QueryFault::Select => bad(GATEWAY_BAD_REQUEST, "Parsing Select and Expand failed."),
        QueryFault::Filter(fault) => filter_answer(fault),
        QueryFault::Search(fault) => search_answer(fault),
        QueryFault::OrderBy(fault) => order_answer(fault),
        QueryFault::Expand(fault) => expand_answer(fault),
        QueryFault::CastNotAdvanced => bad(UNSUPPORTED_QUERY, "Invalid search request."),
        QueryFault::CountWithoutConsistencyLevel => bad(
            UNSUPPORTED_QUERY,
            "Counting is only supported with the request header 'ConsistencyLevel: eventual'.",
        ),
        QueryFault::CountSegmentWithoutConsistencyLevel => {
            bad(UNSUPPORTED_QUERY, format!("Raw count (/$count) is not supported because {NO_HEADER}"))
        }
    }
}

fn filter_answer(fault: &FilterFault) -> Answer {
    let invalid = |words: String| bad(GATEWAY_BAD_REQUEST, format!("Invalid filter clause: {words}"));
    match fault {
        FilterFault::Syntax(fault) => invalid(syntax_words(fault)),
        FilterFault::UnknownProperty(name) => bad(
            UNSUPPORTED_QUERY,
            format!("Property '{name}' does not exist as a declared property or extension property."),
        ),
        FilterFault::Clause { property, resource } => bad(
            UNSUPPORTED_QUERY,
            format!(
                "Unsupported or invalid query filter clause specified for property '{property}' of resource '{resource}'."
            ),
        ),
        FilterFault::Complex(property) => {
            bad(UNSUPPORTED_QUERY, format!("Complex query on property {property} is not supported."))
        }
        FilterFault::NeedsAdvanced(operator) => bad(
            UNSUPPORTED_QUERY,
            format!(
                "Operator '{operator}' is not supported because the required parameters might be missing. Try adding \
                 $count=true query parameter and ConsistencyLevel:eventual header. Refer to \
                 https://aka.ms/graph-docs/advanced-queries for more information"
            ),
        ),
        FilterFault::NeedsHeader(operator) => {
            bad(UNSUPPORTED_QUERY, format!("Operator '{operator}' is not supported because {NO_HEADER}"))
        }
        FilterFault::NotEquals => {
            bad(UNSUPPORTED_QUERY, "Filter operator 'NotEqualsMatch' is not supported.")
        }
        FilterFault::Contains => {
            bad(UNSUPPORTED_QUERY, "Unsupported property filter clause operator 'Contains'.")
        }
        FilterFault::Function(name) => invalid(format!(
            "An unknown function with name '{name}' was found. This may also be a function import or a key lookup on a \
             navigation property, which is not allowed."
        )),
        FilterFault::Arguments(name) => {
            let text = "Edm.String Nullable=true";
            invalid(format!(
                "No function signature for the function with name '{name}' matches the specified arguments. The function \
                 signatures considered are: {name}({text}, {text})."
            ))
        }
        FilterFault::Types { left, right, operator } => invalid(format!(
            "A binary operator with incompatible types was detected. Found operand types '{left}' and '{right}' for \
             operator kind '{operator}'."
        )),
        FilterFault::Time(text) => invalid(format!(
            "The DateTimeOffset text '{text}' should be in format 'yyyy-mm-ddThh:mm:ss('.'s+)?(zzzzzz)?' and each field \
             value is within valid range."
        )),
        FilterFault::InvalidId(text) => bad(BAD_REQUEST, format!("Invalid object identifier '{text}'.")),
        FilterFault::IdOperator => bad(
            UNSUPPORTED_QUERY,
            "Invalid query specified. The 'id' property can only be used with the equals-match operator",
        ),
        FilterFault::TooManyBranches(count) => bad(
            UNSUPPORTED_QUERY,
            format!(
                "Too many child clauses specified in search filter expression containing 'OR' operators: {count}. Max \
                 allowed: {MAX_BRANCHES}."
            ),
        ),
        FilterFault::TooHigh(levels) => bad(
            UNSUPPORTED_QUERY,
            format!("search filter expression has excessive height: {levels}. Max allowed: {MAX_HEIGHT}"),
        ),
        FilterFault::OfReferences => bad(
            UNSUPPORTED_QUERY,
            "The specified filter to the reference property query is currently not supported.",
        ),
        FilterFault::Unsupported => bad(UNSUPPORTED_QUERY, "Unsupported Query."),
    }
}

fn search_answer(fault: &SearchFault) -> Answer {
    match fault {
        SearchFault::Syntax(fault) => bad(BAD_REQUEST, syntax_words(fault)),
        SearchFault::Phrase(phrase) => bad(
            UNSUPPORTED_QUERY,
            format!(
                "'{phrase}' is no search clause: it must be a property and a text with a colon between them."
            ),
        ),
        SearchFault::Property(_) => bad(UNSUPPORTED_QUERY, UNSUPPORTED_PROPERTY),
    }
}

fn order_answer(fault: &OrderFault) -> Answer {
    match fault {
        OrderFault::Syntax(fault) => bad(GATEWAY_BAD_REQUEST, syntax_words(fault)),
        OrderFault::Several => bad(UNSUPPORTED_QUERY, "Objects can be sorted by only one property."),
        OrderFault::OfSeveralKinds => bad(
            GATEWAY_BAD_REQUEST,
            "Given expression for $orderby Microsoft.OData.UriParser.SingleValueOpenPropertyAccessNode is not supported",
        ),
        OrderFault::Property { property, resource } => {
            bad(UNSUPPORTED_QUERY, format!("Unsupported sort property '{property}' for '{resource}'."))
        }
        OrderFault::PropertyOfAdvanced => bad(UNSUPPORTED_QUERY, UNSUPPORTED_PROPERTY),
        OrderFault::WithFilter => bad(UNSUPPORTED_QUERY, "Sorting not supported for current query."),
    }
}

fn expand_answer(fault: &ExpandFault) -> Answer {
    let words = match fault {
        ExpandFault::Several(count) => {
            let words = format!(
                "The result of parsing $expand contained at least {count} items, but the maximum allowed is 1."
            );
            return bad(GATEWAY_BAD_REQUEST, words);
        }
        ExpandFault::NotAllowed(name) => {
            let name = capitalised(name);
            let words =
                format!("Expand is not allowed for property '{name}' according to the entity schema.");
            return bad("ExpandNotSupported", words);
        }
        ExpandFault::NotServed(name) => {
            return not_implemented(format!(
                "Graph expands '{name}' in this request. This server doesn't yet."
            ));
        }
        ExpandFault::Levels(value) => {
            let words = format!(
                "Invalid value '{value}' of the query option '$levels' within $expand. Must be 'max' or between 1 and 1000 \
                 inclusive."
            );
            return bad(UNSUPPORTED_QUERY, words);
        }
        ExpandFault::ChainNotOfOne => {
            let words = "Transitive manager's list is only supported on a single user, send the $expand request on \
                         /users/{id} endpoint";
            return bad(UNSUPPORTED_QUERY, words);
        }
        // No record of Graph's own words was found: they are those for a count.
        ExpandFault::ChainWithoutConsistencyLevel => {
            let words = "The query option '$levels' is not supported within $expand because the \
                         'ConsistencyLevel:eventual' header is missing. Refer to \
                         https://aka.ms/graph-docs/advanced-queries for more information";
            return bad(UNSUPPORTED_QUERY, words);
        }
        ExpandFault::Option(name) => {
            let words = format!("The query option '{name}' is not supported within $expand by this request.");
            return bad(UNSUPPORTED_QUERY, words);
        }
        ExpandFault::Unknown { name, of } => {
            format!("Could not find a property named '{name}' on type 'microsoft.graph.{of}'.")
        }
        ExpandFault::NoNavigation { name, of } => format!(
            "Property '{name}' on type 'microsoft.graph.{of}' is not a navigation property or complex property. Only \
             navigation properties can be expanded."
        ),
        ExpandFault::NoName => "An identifier was expected at position 0.".into(),
        ExpandFault::Unbalanced => "Found an unbalanced bracket expression.".into(),
        ExpandFault::Term(term) => format!("Term '{term}' is not valid in a $select or $expand expression."),
        ExpandFault::TooLong => format!("The text is longer than {MAX_BYTES} bytes."),
    };
    bad(GATEWAY_BAD_REQUEST, format!("Parsing OData Select and Expand failed: {words}"))
}

fn syntax_words(fault: &SyntaxFault) -> String {
    let SyntaxFault { kind, position, text } = fault;
    let what = match kind {
        Fault::NoName => return format!("An identifier was expected at position {position}."),
        Fault::TooDeep => return "Recursion depth exceeded allowed limit.".into(),
        Fault::TooLong => return format!("The text is longer than {MAX_BYTES} bytes."),
        Fault::TooMany => return format!("A list holds more than {MAX_VALUES} values."),
        Fault::Character(character) => format!("Syntax error: character '{character}' is not valid"),
        Fault::Unexpected => "Syntax error".into(),
        Fault::Unterminated => "There is an unterminated string literal".into(),
        Fault::NoExpression => "Expression expected".into(),
        Fault::NotOpened => "'(' expected".into(),
        Fault::NotClosed => "')' or operator expected".into(),
        Fault::ListNotClosed => "')' or ',' expected".into(),
    };
    format!("{what} at position {position} in '{text}'.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odata::{expand, filter, search};

    #[test]
    fn what_is_no_filter_or_search_is_told_with_its_position() {
        let filter = |text: &str| QueryFault::from(FilterFault::from(filter::read(text).unwrap_err()));
        let search = |text: &str| QueryFault::from(SearchFault::from(search::read(text).unwrap_err()));
        let expand = |text: &str| QueryFault::from(expand::read(text).unwrap_err());
        for (fault, message) in [
            (
                filter("iswhatever 12"),
                "Invalid filter clause: Syntax error at position 13 in 'iswhatever 12'.",
            ),
            (
                filter("contains(title, '"),
                "Invalid filter clause: There is an unterminated string literal at position 17 in 'contains(title, ''.",
            ),
            (
                search("displayName:aname"),
                "Syntax error: character ':' is not valid at position 11 in 'displayName:aname'.",
            ),
            (
                expand("fields(select=Name)"),
                "Parsing OData Select and Expand failed: Term '(select=Name)' is not valid in a $select or $expand \
                 expression.",
            ),
            (
                expand("fields(select=Name"),
                "Parsing OData Select and Expand failed: Found an unbalanced bracket expression.",
            ),
        ] {
            assert_eq!(query_answer(&fault).message, message);
        }
    }
}
