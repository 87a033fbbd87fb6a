//! Names that must be unique: which characters they may have, and the key by which two of them are the same.
//!
//! A key is Unicode's `NFKC_Casefold`: compatibility characters, case and invisible characters make no difference. Keys are
//! stored, so they must not change with Unicode's versions. Unicode promises that for assigned characters
//! (<https://www.unicode.org/policies/stability_policy.html#Case_Folding>), and others are refused in names. A change of
//! [`key`] itself needs a migration that makes all keys anew.

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};
use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory},
};

/// Whether a unique name may be this text: it has something to compare, and no character that is a control or format
/// character, a line or paragraph separator, or not assigned.
pub fn is_name(text: &str) -> bool {
    !key(text).is_empty() && !text.chars().any(is_refused)
}

/// The key of a name. Names with equal keys are the same name.
pub fn key(name: &str) -> String {
    let visible: String = name.chars().filter(|&c| !is_ignored(c)).collect();
    let key = if visible.is_ascii() { visible.to_ascii_lowercase() } else { fold(&visible) };
    key.trim().to_owned()
}

/// NFKC and full case folding. Folding can undo what normalizing did, so each comes twice; NFD comes first, since folding
/// takes one mark (U+0345) for a letter, which must not pass others.
fn fold(text: &str) -> String {
    let (nfkc, cases) = (ComposingNormalizer::new_nfkc(), CaseMapper::new());
    let once = cases.fold_string(&DecomposingNormalizer::new_nfd().normalize(text)).into_owned();
    let twice = cases.fold_string(&nfkc.normalize(&once)).into_owned();
    nfkc.normalize(&twice).into_owned()
}

/// Characters that aren't visible: controls, format characters, and others that programs may show nothing of, such as
/// variation selectors.
fn is_ignored(c: char) -> bool {
    let invisible = matches!(category(c), GeneralCategory::Control | GeneralCategory::Format);
    invisible || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

fn is_refused(c: char) -> bool {
    matches!(
        category(c),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::Unassigned
    )
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_looks_or_sounds_the_same_has_one_key() {
        for (names, expected) in [
            (
                &["Ada@Contoso.example", "ADA@CONTOSO.EXAMPLE", "ａｄａ@contoso．example"][..],
                "ada@contoso.example",
            ),
            (&["Élan", "élan", "E\u{301}LAN", "e\u{301}lan"], "élan"),
            (&["Straße", "STRASSE", "strasse", "STRAẞE"], "strasse"),
            (&["ΣΊΣΥΦΟΣ", "σίσυφος", "Σίσυφοσ"], "σίσυφοσ"),
            (&["file", "ﬁle", "ＦＩＬＥ", "𝐅𝐢𝐥𝐞"], "file"),
            (&["kelvin", "\u{212a}elvin"], "kelvin"),
            (&["readers", " Readers ", "readers\u{a0}", "\u{3000}readers", "readers\t\r\n"], "readers"),
            (
                &[
                    "readers",
                    "read\u{200b}ers",
                    "\u{feff}readers",
                    "rea\u{ad}ders",
                    "readers\u{fe0f}\u{202e}",
                ],
                "readers",
            ),
            (&["a b", "a\u{a0}b", "A\u{2003}B"], "a b"),
            (&["ᾳ\u{301}", "Α\u{301}Ι", "ᾴ"], "άι"),
            (&["ῷ\u{9cd}", "ω\u{9cd}\u{342}\u{345}", "Ω\u{342}\u{9cd}Ι"], "ῶ\u{9cd}ι"),
        ] {
            for name in names {
                assert_eq!(key(name), expected, "{name:?}");
            }
        }
        for (one, other) in
            [("ada", "adä"), ("l", "1"), ("a b", "ab"), ("а", "a"), ("i", "ı"), ("a-b", "a_b")]
        {
            assert_ne!(key(one), key(other));
        }
    }

    #[test]
    fn a_name_has_something_to_see_and_nothing_that_hides() {
        for good in ["readers", " readers ", "Лица", "读者", "❤\u{fe0f} team", "a+b (c)", "\u{e000}"]
        {
            assert!(is_name(good), "{good:?}");
        }
        for bad in [
            "",
            " ",
            "\u{fe0f}",
            "\u{3164}",
            "a\0",
            "a\tb",
            "a\n",
            "a\u{7f}",
            "a\u{85}",
            "a\u{200b}b",
            "a\u{200d}b",
            "\u{feff}a",
            "a\u{ad}b",
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{2028}b",
            "a\u{2029}",
            "a\u{378}",
            "a\u{fffe}",
            "a\u{e0041}",
            "a\u{10ffff}",
        ] {
            assert!(!is_name(bad), "{bad:?}");
        }
    }

    #[test]
    fn the_key_of_a_key_is_itself_for_every_character() {
        // The rest are ideographs, Hangul and private characters, which have no case, and what isn't assigned.
        let ranges =
            ['\0'..='\u{33ff}', '\u{a000}'..='\u{abff}', '\u{d7a4}'..='\u{16fff}', '\u{1b000}'..='\u{1ffff}'];
        let compatible = ['\u{2f800}'..='\u{2fa1f}', '\u{e0000}'..='\u{e0fff}'];
        for c in ranges.into_iter().chain(compatible).flatten() {
            let key = key(&format!("x{c}y"));
            assert_eq!(super::key(&key), key, "{c:?}");
            assert!(!key.chars().any(is_ignored), "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn the_key_of_a_key_is_itself(name in ".*") {
            let key = key(&name);
            prop_assert_eq!(super::key(&key), key);
        }

        #[test]
        fn case_and_normal_form_make_no_difference(name in "\\PC*") {
            let decomposed = DecomposingNormalizer::new_nfd().normalize(&name).into_owned();
            // What is composed has marks that become letters (U+0345), which marks after them mustn't pass.
            let folded = CaseMapper::new().fold_string(&decomposed).into_owned();
            prop_assert_eq!(key(&decomposed), key(&name));
            prop_assert_eq!(key(&folded), key(&name));
        }

        #[test]
        fn of_ascii_the_key_is_the_folded_text(name in "[ -~]*") {
            let folded = fold(&name);
            prop_assert_eq!(key(&name), folded.trim());
        }
    }
}
