//! The regular expressions of `-match`: searched for anywhere in a text, without regard to case, in time that grows with the text's
//! length alone.

use quick_cache::sync::Cache;
use regex::{Regex, RegexBuilder};
use std::sync::{Arc, LazyLock};

/// The most bytes that a compiled expression has, and as many that its searches keep.
const MAX_SIZE: usize = 64 << 10;

/// Compiled expressions that are kept at most. The ones least used go first.
const KEPT: usize = 500;

/// Those that are kept: a rule has the text only, as a tenant can have very many rules.
static COMPILED: LazyLock<Cache<Box<str>, Arc<Regex>>> = LazyLock::new(|| Cache::new(KEPT));

/// The expression with this text. `None`: there is no such, or it is too large.
pub fn compiled(pattern: &str) -> Option<Arc<Regex>> {
    if let Some(compiled) = COMPILED.get(pattern) {
        return Some(compiled);
    }
    let mut builder = RegexBuilder::new(pattern);
    builder.case_insensitive(true).size_limit(MAX_SIZE).dfa_size_limit(MAX_SIZE).nest_limit(50);
    let compiled = Arc::new(builder.build().ok()?);
    COMPILED.insert(pattern.into(), compiled.clone());
    Some(compiled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> Option<bool> {
        compiled(pattern).map(|pattern| pattern.is_match(text))
    }

    #[test]
    fn an_expression_is_searched_for_anywhere_in_any_case() {
        assert_eq!(matches("^Da.*", "david"), Some(true));
        assert_eq!(matches("^Da.*", "aDa"), Some(false));
        assert_eq!(matches(".*vid", "David"), Some(true));
        assert_eq!(matches("ago", "LAGOS"), Some(true));
        assert_eq!(matches("straße", "STRAẞE"), Some(true));
    }

    #[test]
    fn what_is_no_expression_or_too_large_is_none() {
        for bad in ["(", "a{2", r"(a)\1", "(?=a)", "[a-", "a{1000}{1000}", r"\p{L}{500}"] {
            assert_eq!(matches(bad, "a"), None, "{bad}");
        }
    }
}
