//! What queries can ask of a property, in words for its description.

use crate::model::{
    properties::Property,
    query_support::{Operator, SearchSupport, Support},
};

/// The operators, as `$filter` spells them.
const OPERATORS: [(Operator, &[&str]); 6] = [
    (Operator::Equals, &["eq", "in"]),
    (Operator::StartsWith, &["startsWith"]),
    (Operator::EndsWith, &["endsWith"]),
    (Operator::Range, &["ge", "gt", "le", "lt"]),
    (Operator::Null, &["eq null", "ne null"]),
    (Operator::Empty, &["/$count eq 0", "/$count ne 0"]),
];

/// The sentences to be added to its description. Empty: nothing can be asked of it.
pub(super) fn of(property: &Property) -> String {
    let mut text = filter(property);
    match property.order {
        Support::Never => {}
        Support::Advanced => text.push_str(" `$orderby` sorts by it with advanced query parameters."),
        Support::Always | Support::NotAdvanced => text.push_str(" `$orderby` sorts by it."),
    }
    match property.search {
        SearchSupport::Never => {}
        SearchSupport::Start => text.push_str(" `$search` finds its beginning."),
        SearchSupport::Words => text.push_str(" `$search` finds its words."),
    }
    text
}

fn filter(property: &Property) -> String {
    let named = |support: Support| {
        let of = |(operator, words): (Operator, &'static [&'static str])| {
            let is_so = property.operators.support(operator) == support;
            if is_so { words } else { &[] }
        };
        let mut words: Vec<&str> = OPERATORS.into_iter().flat_map(of).copied().collect();
        let equals = property.operators.support(Operator::Equals);
        if support == Support::Advanced && matches!(equals, Support::Always | Support::Advanced) {
            words.extend(["ne", "not"]);
        }
        words
    };
    let parts = [
        (Support::Always, ""),
        (Support::Advanced, " with advanced query parameters"),
        (Support::NotAdvanced, " without advanced query parameters only"),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .map(|(support, when)| (named(support), when))
        .filter(|(words, _)| !words.is_empty())
        .map(|(words, when)| format!("`{}`{when}", words.join("`, `")))
        .collect();
    if said.is_empty() { String::new() } else { format!(" `$filter` takes {}.", said.join("; ")) }
}
