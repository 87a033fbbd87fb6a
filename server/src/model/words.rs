//! The words of a text, as `$search` finds them (Graph's page *Use the $search query parameter*). Spaces and symbols part words,
//! digits part from letters, and a capital begins a word after a small letter. Words that only symbols part are also one word
//! together, and each symbol is a word.

use super::keys::fold;
use std::collections::BTreeSet;

/// What a character is to the words around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    Symbol,
    Digit,
    Capital,
    Letter,
}

impl Class {
    fn of(c: char) -> Self {
        match c {
            c if c.is_whitespace() || c.is_control() => Self::Space,
            c if c.is_numeric() => Self::Digit,
            c if c.is_uppercase() => Self::Capital,
            c if c.is_alphabetic() => Self::Letter,
            _ => Self::Symbol,
        }
    }

    /// Whether a word ends between two characters.
    fn ends_before(self, next: Self) -> bool {
        match (self, next) {
            (Self::Space | Self::Symbol, _) | (_, Self::Space | Self::Symbol) => true,
            (Self::Letter, Self::Capital) => true,
            (Self::Capital | Self::Letter, Self::Capital | Self::Letter) => false,
            (before, next) => before != next,
        }
    }
}

/// The words of a text that is searched, folded.
pub fn words(text: &str) -> BTreeSet<String> {
    let joined = text.split(|c| Class::of(c) == Class::Space).filter_map(joined);
    searched(text).into_iter().chain(joined).collect()
}

/// The words of a text that is searched for, folded: each must begin a word of what is found.
pub fn searched(text: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut word = String::new();
    let mut before = Class::Space;
    for c in text.chars() {
        let class = Class::of(c);
        // A mark belongs to its letter.
        let class = if is_mark(c) && before != Class::Space { before } else { class };
        if before.ends_before(class) && !word.is_empty() {
            words.insert(fold(&std::mem::take(&mut word)));
        }
        if class != Class::Space {
            word.push(c);
        }
        before = class;
    }
    if !word.is_empty() {
        words.insert(fold(&word));
    }
    words
}

/// What is left of a text without spaces when its symbols are taken out. `None`: there are none, or nothing else.
fn joined(text: &str) -> Option<String> {
    let rest: String = text.chars().filter(|&c| is_mark(c) || Class::of(c) != Class::Symbol).collect();
    (!rest.is_empty() && rest.len() < text.len()).then(|| fold(&rest))
}

fn is_mark(c: char) -> bool {
    use icu_properties::{CodePointMapData, props::GeneralCategory};
    matches!(
        CodePointMapData::<GeneralCategory>::new().get(c),
        GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark | GeneralCategory::EnclosingMark
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_words(text: &str, expected: &[&str]) {
        let expected: BTreeSet<_> = expected.iter().map(ToString::to_string).collect();
        assert_eq!(words(text), expected, "{text}");
    }

    #[test]
    fn words_are_parted_as_graphs_page_says() {
        assert_words("hello world", &["hello", "world"]);
        assert_words("HelloWorld", &["hello", "world"]);
        assert_words("hello.world", &["hello", ".", "world", "helloworld"]);
        assert_words("hello123world", &["hello", "123", "world"]);
        assert_words("李四(David Li)", &["李四", "(", "david", "李四david", "li", ")"]);
        assert_words("SfBMailUser US", &["sf", "bmail", "user", "us"]);
        assert_words("", &[]);
        assert_words(" . ", &["."]);
    }

    #[test]
    fn a_mark_belongs_to_its_letter() {
        assert_words("re\u{301}sume\u{301}", &["re\u{301}sume\u{301}"]);
        assert_words("हिन्दी", &["हिन्दी"]);
    }

    #[test]
    fn what_is_searched_for_is_not_joined() {
        assert_eq!(searched("David)"), BTreeSet::from(["david".into(), ")".into()]));
    }
}
