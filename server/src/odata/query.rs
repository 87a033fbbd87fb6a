//! Query options: which an operation takes, and what they say. An option that an operation doesn't take is
//! refused by its name, never ignored. OData's own options may stand without their `$`, as in Graph; other names without
//! it are none of OData's and ignored, but for `@id` where an operation takes it.

use super::{
    expand::ExpandFault,
    faults::{FilterFault, OrderFault, SearchFault},
    listing::DEFAULT_PAGE_SIZE,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::borrow::Cow;

/// The largest page.
pub const MAX_PAGE_SIZE: usize = 999;

/// A system query option that some operation takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryOption {
    /// `$select`: which properties.
    Select,
    /// `$expand`: which related objects with them.
    Expand,
    /// `$top`: how many objects on a page.
    Top,
    /// `$count`: how many objects in all.
    Count,
    /// `$filter`: which objects.
    Filter,
    /// `$search`: the same, by words of theirs.
    Search,
    /// `$orderby`: in which order.
    OrderBy,
    /// `$skiptoken`: where the page begins.
    SkipToken,
    /// `@id`: the URL of an object.
    Id,
}

impl QueryOption {
    /// Its name in a URL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Select => "$select",
            Self::Expand => "$expand",
            Self::Top => "$top",
            Self::Count => "$count",
            Self::Filter => "$filter",
            Self::Search => "$search",
            Self::OrderBy => "$orderby",
            Self::SkipToken => "$skiptoken",
            Self::Id => "@id",
        }
    }
}

/// OData's options, without the `$` that they may stand without.
const SYSTEM_OPTIONS: [&str; 16] = [
    "apply",
    "compute",
    "count",
    "deltatoken",
    "expand",
    "filter",
    "format",
    "index",
    "levels",
    "orderby",
    "schemaversion",
    "search",
    "select",
    "skip",
    "skiptoken",
    "top",
];

/// Why a query is refused. `http/errors/` has the words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryFault {
    /// The operation doesn't take this option. The name is as it was sent, here and in the next ones.
    #[error("query option '{0}' is not supported here")]
    Unsupported(String),
    /// Graph's operation takes this option, and this server's doesn't yet.
    #[error("query option '{0}' isn't served yet")]
    NotServed(String),
    /// The operation is an action, which takes hardly any option.
    #[error("a query option of an action")]
    OnAction,
    /// `$skip`, which Graph's directory doesn't take anywhere.
    #[error("query option '{0}' is supported nowhere")]
    Skip(String),
    /// Searching needs the header `ConsistencyLevel: eventual`.
    #[error("searching needs the header ConsistencyLevel: eventual")]
    SearchWithoutConsistencyLevel,
    /// The operation needs this option.
    #[error("no query option '{0}'")]
    Missing(&'static str),
    /// The query is no text: what is percent-encoded isn't UTF-8.
    #[error("the query isn't UTF-8")]
    Encoding,
    /// The option is given twice.
    #[error("query option '{0}' stands there twice")]
    Twice(&'static str),
    /// `$top` isn't a number.
    #[error("'$top' isn't a number, but '{0}'")]
    Top(String),
    /// `$top` isn't from 1 to 999.
    #[error("invalid page size '{0}'")]
    PageSize(String),
    /// The option's value can't be read.
    #[error("invalid value '{value}' of query option '{option}'")]
    Value {
        /// The option.
        option: &'static str,
        /// What it said.
        value: String,
    },
    /// `$select` isn't a list of names.
    #[error("'$select' is not a list of names")]
    Select,
    /// `$filter` can't be read, or asks what can't be asked.
    #[error("'$filter': {0}")]
    Filter(#[from] FilterFault),
    /// `$search` likewise.
    #[error("'$search': {0}")]
    Search(#[from] SearchFault),
    /// `$orderby` likewise.
    #[error("'$orderby': {0}")]
    OrderBy(#[from] OrderFault),
    /// `$expand` can't be read.
    #[error("'$expand': {0}")]
    Expand(#[from] ExpandFault),
    /// A cast of what is related through others needs advanced query parameters.
    #[error("the cast needs advanced query parameters")]
    CastNotAdvanced,
    /// `$count=true` needs the header `ConsistencyLevel: eventual`.
    #[error("counting needs the header ConsistencyLevel: eventual")]
    CountWithoutConsistencyLevel,
    /// So does the path segment `$count`.
    #[error("the segment $count needs the header ConsistencyLevel: eventual")]
    CountSegmentWithoutConsistencyLevel,
}

/// What a query says, checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// The names in `$select`, as written.
    pub select: Option<Vec<String>>,
    /// `$expand`, not read yet.
    pub expand: Option<String>,
    /// `$top`.
    pub top: Option<usize>,
    /// `$count=true`.
    pub count: bool,
    /// `$filter`, not read yet.
    pub filter: Option<String>,
    /// `$search`, not read yet.
    pub search: Option<String>,
    /// `$orderby`, not read yet.
    pub order_by: Option<String>,
    /// `$skiptoken`, still sealed.
    pub skip_token: Option<String>,
    /// `@id`, not read yet.
    pub id: Option<String>,
    /// Whether the header `ConsistencyLevel: eventual` goes with it.
    pub is_eventual: bool,
    /// The largest page that the caller prefers, by the header `Prefer: odata.maxpagesize`.
    pub max_page_size: Option<usize>,
}

impl Query {
    /// Reads the query of a URL (without its `?`) for an operation that takes some options. Those of `not_yet` Graph takes
    /// there too.
    pub fn read(text: &str, takes: &[QueryOption], not_yet: &[&str]) -> Result<Self, QueryFault> {
        percent_decode_str(text).decode_utf8().map_err(|_| QueryFault::Encoding)?;
        let mut query = Self::default();
        let mut seen = Vec::new();
        for (sent, value) in url::form_urlencoded::parse(text.as_bytes()) {
            let name = usual_name(&sent);
            let Some(&option) = takes.iter().find(|option| option.name() == name) else {
                if name.starts_with('$') {
                    return Err(unserved(&name, sent.into_owned(), not_yet));
                }
                continue;
            };
            if seen.contains(&option) {
                return Err(QueryFault::Twice(option.name()));
            }
            seen.push(option);
            query.set(option, value)?;
        }
        Ok(query)
    }

    fn set(&mut self, option: QueryOption, value: Cow<'_, str>) -> Result<(), QueryFault> {
        let bad =
            |value: Cow<'_, str>| QueryFault::Value { option: option.name(), value: value.into_owned() };
        match option {
            QueryOption::Select => self.select = Some(names(&value).ok_or(QueryFault::Select)?),
            QueryOption::Expand => self.expand = Some(value.into_owned()),
            QueryOption::Top => self.top = Some(page_size(&value)?),
            QueryOption::Count => {
                self.count = match &*value {
                    "true" => true,
                    "false" => false,
                    _ => return Err(bad(value)),
                }
            }
            // Graph takes an empty one for none.
            QueryOption::Filter => self.filter = Some(value.into_owned()).filter(|text| !text.is_empty()),
            QueryOption::Search => self.search = Some(value.into_owned()),
            QueryOption::OrderBy => self.order_by = Some(value.into_owned()),
            QueryOption::SkipToken => self.skip_token = Some(value.into_owned()),
            QueryOption::Id => self.id = Some(value.into_owned()),
        }
        Ok(())
    }

    /// Whether it asks for how many objects there are: on the first page. Links to the others carry the option, and clients
    /// follow them as they are.
    pub fn counts(&self) -> bool {
        self.count && self.skip_token.is_none()
    }

    /// Whether it has advanced query parameters: the header, and `$count=true`.
    pub fn is_advanced(&self) -> bool {
        self.is_eventual && self.count
    }

    /// How many objects are on a page at most.
    pub fn page_size(&self) -> usize {
        let size = self.top.unwrap_or(DEFAULT_PAGE_SIZE);
        self.max_page_size.map_or(size, |preferred| preferred.min(size))
    }

    /// Whether answering it may take little longer than a look-up: a page of the usual size. A filter can find few objects soon.
    pub fn is_short(&self) -> bool {
        let is_long =
            self.counts() || self.search.is_some() || self.order_by.is_some() || self.expand.is_some();
        !is_long && self.page_size() <= DEFAULT_PAGE_SIZE
    }

    /// The query of the next page's link: all that was asked, and where to go on.
    pub fn next(&self, skip_token: &str) -> String {
        let mut parts = self.parts();
        for (_, value) in &mut parts {
            *value = utf8_percent_encode(value, IN_LINKS).to_string();
        }
        parts.push(("$skiptoken", skip_token.into()));
        joined(&parts)
    }

    /// The query in one fixed spelling, without its paging token: what a paging token is bound to.
    pub fn fixed(&self) -> String {
        joined(&self.parts())
    }

    fn parts(&self) -> Vec<(&'static str, String)> {
        let options = [
            (QueryOption::Select, self.select.as_ref().map(|names| names.join(","))),
            (QueryOption::Expand, self.expand.clone()),
            (QueryOption::Top, self.top.map(|top| top.to_string())),
            (QueryOption::Count, self.count.then(|| "true".into())),
            (QueryOption::Filter, self.filter.clone()),
            (QueryOption::Search, self.search.clone()),
            (QueryOption::OrderBy, self.order_by.clone()),
        ];
        options.into_iter().filter_map(|(option, value)| Some((option.name(), value?))).collect()
    }
}

/// What is written as it is in the values of a link: all else is percent-encoded.
const IN_LINKS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b',')
    .remove(b'/')
    .remove(b':')
    .remove(b'(')
    .remove(b')')
    .remove(b'\'')
    .remove(b'@')
    .remove(b'*');

fn joined(parts: &[(&str, String)]) -> String {
    let parts: Vec<_> = parts.iter().map(|(name, value)| format!("{name}={value}")).collect();
    parts.join("&")
}

/// The name of an option in its usual spelling: OData's have their `$`.
fn usual_name(sent: &str) -> String {
    let name = sent.to_ascii_lowercase();
    if SYSTEM_OPTIONS.contains(&&*name) { format!("${name}") } else { name }
}

fn unserved(name: &str, sent: String, not_yet: &[&str]) -> QueryFault {
    match name {
        _ if not_yet.contains(&name) => QueryFault::NotServed(sent),
        "$skip" => QueryFault::Skip(sent),
        _ => QueryFault::Unsupported(sent),
    }
}

/// Names that one `$select` holds at most: twice what any entity has.
const MAX_NAMES: usize = 200;

/// `*` or names of letters, digits and underscores, each at most 128 long.
pub(super) fn names(text: &str) -> Option<Vec<String>> {
    let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    let good = |name: &String| {
        name == "*"
            || (1..=128).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    (names.len() <= MAX_NAMES && names.iter().all(good)).then_some(names)
}

fn page_size(text: &str) -> Result<usize, QueryFault> {
    let size = text.parse().map_err(|_| QueryFault::Top(text.into()))?;
    if (1..=MAX_PAGE_SIZE).contains(&size) { Ok(size) } else { Err(QueryFault::PageSize(text.into())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Query, QueryFault> {
        let takes = [QueryOption::Select, QueryOption::Top, QueryOption::Count, QueryOption::SkipToken];
        Query::read(text, &takes, &["$filter"])
    }

    #[test]
    fn options_are_read_in_plain_and_percent_encoded_spelling() {
        let query = read("%24select=id%2CdisplayName&$top=5&$count=true&$skiptoken=abc&other=1").unwrap();
        assert_eq!(query.select, Some(vec!["id".into(), "displayName".into()]));
        assert_eq!((query.top, query.count, query.skip_token.as_deref()), (Some(5), true, Some("abc")));
        assert_eq!(query.next("def"), "$select=id,displayName&$top=5&$count=true&$skiptoken=def");
    }

    #[test]
    fn an_option_is_the_same_without_its_dollar_sign() {
        for text in
            ["$select=id&$top=5&$count=true&$skiptoken=abc", "select=id&TOP=5&count=true&SkipToken=abc"]
        {
            let query = read(text).unwrap();
            assert_eq!(query.next("def"), "$select=id&$top=5&$count=true&$skiptoken=def", "{text}");
            assert_eq!(query.skip_token.as_deref(), Some("abc"), "{text}");
        }
        for twice in ["top=1&$top=1", "$top=1&top=1", "TOP=1&top=1"] {
            assert_eq!(read(twice), Err(QueryFault::Twice("$top")), "{twice}");
        }
        assert_eq!(read("tops=1&filters=x&api-version=1.0&=1&top[]=1"), Ok(Query::default()));
    }

    #[test]
    fn a_url_in_the_query_is_decoded_once_and_ignored_where_it_is_not_taken() {
        let url = "https://graph.microsoft.com/v1.0/users('a%2Bb@contoso.example')";
        for text in [
            "@id=https://graph.microsoft.com/v1.0/users('a%252Bb@contoso.example')",
            "%40id=https%3A%2F%2Fgraph.microsoft.com%2Fv1.0%2Fusers%28%27a%252Bb%40contoso.example%27%29&x=1",
        ] {
            let query = Query::read(text, &[QueryOption::Id], &[]).unwrap();
            assert_eq!(query.id.as_deref(), Some(url), "{text}");
            assert_eq!(read(text), Ok(Query::default()), "{text}");
        }
        let twice = Query::read("@id=x&%40ID=x", &[QueryOption::Id], &[]);
        assert_eq!(twice, Err(QueryFault::Twice("@id")));
        let odatas_own = Query::read("$id=x", &[QueryOption::Id], &[]);
        assert_eq!(odatas_own, Err(QueryFault::Unsupported("$id".into())));
        assert_eq!(Query::read("id=x", &[QueryOption::Id], &[]), Ok(Query::default()));
    }

    #[test]
    fn what_an_operation_does_not_take_is_refused_by_name() {
        assert_eq!(read("$levels=x"), Err(QueryFault::Unsupported("$levels".into())));
        assert_eq!(read("Levels=x"), Err(QueryFault::Unsupported("Levels".into())));
        assert_eq!(read("$Filter=x"), Err(QueryFault::NotServed("$Filter".into())));
        assert_eq!(read("filter=x"), Err(QueryFault::NotServed("filter".into())));
        assert_eq!(read("$skip=1"), Err(QueryFault::Skip("$skip".into())));
        assert_eq!(
            Query::read("$top=1", &[QueryOption::Select], &[]),
            Err(QueryFault::Unsupported("$top".into()))
        );
        assert_eq!(read("$top=1&$top=1"), Err(QueryFault::Twice("$top")));
        assert_eq!(read("$select=id,"), Err(QueryFault::Select));
        assert!(matches!(read("$count=yes"), Err(QueryFault::Value { option: "$count", .. })));
        for bad in ["0", "1000"] {
            assert_eq!(read(&format!("$top={bad}")), Err(QueryFault::PageSize(bad.into())));
        }
        for bad in ["-1", "", "abc", "99999999999999999999", "1.5"] {
            assert_eq!(read(&format!("$top={bad}")), Err(QueryFault::Top(bad.into())));
        }
        assert_eq!(read("").unwrap().page_size(), DEFAULT_PAGE_SIZE);
        for bad in ["$top=%FF", "other=%C3", "%80=1"] {
            assert_eq!(read(bad), Err(QueryFault::Encoding), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,60}") {
            let _ = read(&text);
        }

        #[test]
        fn a_next_link_reads_as_the_same_query(top in proptest::option::of(1usize..=999), count: bool,
                select in proptest::option::of(proptest::collection::vec("[a-zA-Z]{1,8}", 1..4)),
                filter in proptest::option::of(".{1,20}"), search in proptest::option::of(".{0,20}")) {
            let query = Query { select, top, count, filter, search, ..Query::default() };
            let takes = [QueryOption::Filter, QueryOption::Search, QueryOption::Select, QueryOption::Top,
                QueryOption::Count, QueryOption::SkipToken];
            let again = Query::read(&query.next("abc"), &takes, &[]).unwrap();
            prop_assert_eq!(again.fixed(), query.fixed());
            prop_assert_eq!(again.skip_token.as_deref(), Some("abc"));
        }
    }
}
