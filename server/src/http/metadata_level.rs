//! How much of OData's metadata stands in an answer, as the caller asks for it: `Accept: application/json;odata.metadata=none`.

use super::content::{elements, parameters_of};
use axum::http::{HeaderMap, HeaderValue, header};

/// The name of the parameter.
const NAME: &str = "odata.metadata";

/// How much of it there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MetadataLevel {
    /// Only what tells of the collection: its count and its next page.
    None,
    /// What the answer's context is, and of what type objects are where it doesn't tell.
    #[default]
    Minimal,
    /// Of what type each object is, and its URLs.
    Full,
}

impl MetadataLevel {
    /// How much the caller accepts. The first type that says it counts, and what is no level counts as none that is said, as
    /// servers may disregard `Accept` (RFC 9110, 12.5.1).
    pub(super) fn accepted(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        // Most callers don't say it.
        let asked = lines.filter(|line| line.contains(';')).flat_map(elements).find_map(level);
        match asked.map(|level| level.to_ascii_lowercase()).as_deref() {
            Some("none") => Self::None,
            Some("full") => Self::Full,
            _ => Self::Minimal,
        }
    }

    /// The type of an answer with so much of it.
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::None => {
                "application/json;odata.metadata=none;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
            }
            Self::Minimal => {
                "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
            }
            Self::Full => {
                "application/json;odata.metadata=full;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
            }
        })
    }
}

/// What a media type says of it.
fn level(media_type: &str) -> Option<String> {
    let (essence, parameters) = media_type.split_at(media_type.find(';')?);
    let is_json = essence.trim().eq_ignore_ascii_case("application/json");
    let parameters = parameters_of(parameters).filter(|_| is_json)?;
    parameters.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(NAME)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&'static str]) -> MetadataLevel {
        let lines = lines.iter().map(|line| (header::ACCEPT, HeaderValue::from_static(line)));
        MetadataLevel::accepted(&lines.collect())
    }

    #[test]
    fn the_first_json_type_that_says_it_counts_in_any_spelling() {
        for (lines, metadata) in [
            (&[][..], MetadataLevel::Minimal),
            (&["*/*"], MetadataLevel::Minimal),
            (&["application/json"], MetadataLevel::Minimal),
            (&["application/json;odata.metadata=none"], MetadataLevel::None),
            (&["Application/JSON; OData.Metadata=\"Full\"; q=0.5"], MetadataLevel::Full),
            (&["text/html, application/json;q=0.9;odata.metadata=none, */*"], MetadataLevel::None),
            (&["application/json", "application/json;odata.metadata=full"], MetadataLevel::Full),
            (
                &["application/json;odata.metadata=minimal, application/json;odata.metadata=full"],
                MetadataLevel::Minimal,
            ),
            (&["text/plain;odata.metadata=none"], MetadataLevel::Minimal),
            (&["application/json;odata=nometadata"], MetadataLevel::Minimal),
            (&["application/json;note=\",application/json;odata.metadata=full\""], MetadataLevel::Minimal),
            (&["application/json;odata.metadata="], MetadataLevel::Minimal),
            (&["application/json;odata.metadata=verbose"], MetadataLevel::Minimal),
        ] {
            assert_eq!(of(lines), metadata, "{lines:?}");
        }
    }
}
