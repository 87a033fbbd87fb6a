//! The grammar of `$search`: phrases in double quotes, `AND` and `OR` in capitals, parentheses. Which properties there are,
//! and which words a phrase has, isn't known here.

use super::scan::{Fault, Scanner, SyntaxFault};

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    /// One of these.
    Or(Vec<Search>),
    /// All of these.
    And(Vec<Search>),
    /// What stands in quotes, or a word of letters without them. Never empty.
    Phrase(String),
}

/// Reads a search.
pub fn read(text: &str) -> Result<Search, SyntaxFault> {
    let mut scanner = Scanner::new(text)?;
    let search = either(&mut scanner)?;
    match scanner.bump() {
        None => Ok(search),
        Some(_) => Err(scanner.fault(Fault::Unexpected)),
    }
}

fn either(scanner: &mut Scanner<'_>) -> Result<Search, SyntaxFault> {
    let mut parts = vec![both(scanner)?];
    while eat_keyword(scanner, "OR") {
        parts.push(both(scanner)?);
    }
    Ok(one_or(parts, Search::Or))
}

/// Parts with an `AND` between them, or nothing, which means the same.
fn both(scanner: &mut Scanner<'_>) -> Result<Search, SyntaxFault> {
    let mut parts = vec![part(scanner)?];
    loop {
        let goes_on = eat_keyword(scanner, "AND") || !ends(scanner);
        if !goes_on {
            return Ok(one_or(parts, Search::And));
        }
        parts.push(part(scanner)?);
    }
}

fn one_or(mut parts: Vec<Search>, join: fn(Vec<Search>) -> Search) -> Search {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            join(parts)
        }
    }
}

fn part(scanner: &mut Scanner<'_>) -> Result<Search, SyntaxFault> {
    scanner.skip_space();
    match scanner.peek() {
        None | Some(')') => Err(scanner.fault(Fault::NoExpression)),
        Some('(') => {
            scanner.bump();
            scanner.enter()?;
            let inner = either(scanner)?;
            scanner.leave();
            if scanner.eat(')') { Ok(inner) } else { Err(scanner.fault(Fault::NotClosed)) }
        }
        Some('"') => phrase(scanner),
        Some(_) => word(scanner),
    }
}

/// A phrase. A quote or backslash in it has a backslash before it.
fn phrase(scanner: &mut Scanner<'_>) -> Result<Search, SyntaxFault> {
    let start = scanner.at();
    let mut phrase = String::new();
    scanner.bump();
    loop {
        phrase += scanner.take_while(|c| c != '"' && c != '\\');
        match scanner.bump() {
            None => return Err(scanner.fault(Fault::Unterminated)),
            Some('"') if phrase.is_empty() => return Err(scanner.fault_at(start, Fault::NoName)),
            Some('"') => return Ok(Search::Phrase(phrase)),
            Some(_) => match scanner.peek() {
                Some(escaped @ ('"' | '\\')) => {
                    scanner.bump();
                    phrase.push(escaped);
                }
                Some(other) => return Err(scanner.fault(Fault::Character(other))),
                None => return Err(scanner.fault(Fault::Unterminated)),
            },
        }
    }
}

/// A word without quotes has letters only. `NOT`, which OData has, the directory doesn't.
fn word(scanner: &mut Scanner<'_>) -> Result<Search, SyntaxFault> {
    let start = scanner.at();
    let word = scanner.take_while(in_word);
    if let Some((at, other)) = word.char_indices().find(|(_, c)| !c.is_alphabetic()) {
        return Err(scanner.fault_at(start + at, Fault::Character(other)));
    }
    match word {
        "AND" | "OR" => Err(scanner.fault_at(start, Fault::NoExpression)),
        "NOT" => Err(scanner.fault(Fault::Unexpected)),
        _ => Ok(Search::Phrase(word.into())),
    }
}

fn in_word(c: char) -> bool {
    !c.is_whitespace() && c != ')'
}

/// Passes over a keyword, if it is the next word.
fn eat_keyword(scanner: &mut Scanner<'_>, keyword: &str) -> bool {
    scanner.skip_space();
    let is_next = scanner.rest().split(|c| !in_word(c)).next() == Some(keyword);
    if is_next {
        scanner.take(keyword.len());
    }
    is_next
}

/// Whether nothing more stands in these parentheses, or after an `OR`.
fn ends(scanner: &Scanner<'_>) -> bool {
    let rest = scanner.rest();
    rest.is_empty() || rest.starts_with(')') || rest.split(|c| !in_word(c)).next() == Some("OR")
}

#[cfg(test)]
mod tests {
    use super::{super::scan::MAX_DEPTH, *};
    use proptest::prelude::*;

    fn phrase(text: &str) -> Search {
        Search::Phrase(text.into())
    }

    #[test]
    fn phrases_are_joined_by_and_before_or() {
        let (a, b, c) = (phrase("a:x"), phrase("b:y"), phrase("c:z"));
        for (text, expected) in [
            (r#""a:x""#, a.clone()),
            (r#" "a:x" AND "b:y" "#, Search::And(vec![a.clone(), b.clone()])),
            (r#""a:x" "b:y""#, Search::And(vec![a.clone(), b.clone()])),
            (r#""a:x""b:y""#, Search::And(vec![a.clone(), b.clone()])),
            (
                r#""a:x" OR "b:y" AND "c:z""#,
                Search::Or(vec![a.clone(), Search::And(vec![b.clone(), c.clone()])]),
            ),
            (r#"("a:x" OR "b:y") AND "c:z""#, Search::And(vec![Search::Or(vec![a.clone(), b]), c])),
            (r#"(("a:x"))"#, a),
            (r#""a:say \"hi\" \\ AND (x)""#, phrase(r#"a:say "hi" \ AND (x)"#)),
            ("bob", phrase("bob")),
            ("and", phrase("and")),
            ("ANDY ORB", Search::And(vec![phrase("ANDY"), phrase("ORB")])),
        ] {
            assert_eq!(read(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_fault_says_what_it_is_and_where() {
        for (text, kind, position) in [
            ("displayName:aname", Fault::Character(':'), 11),
            ("displayName:'x'", Fault::Character(':'), 11),
            ("", Fault::NoExpression, 0),
            (r#"""#, Fault::Unterminated, 1),
            (r#"A ""#, Fault::Unterminated, 3),
            (r#"A " BC"#, Fault::Unterminated, 6),
            (r#""a\"#, Fault::Unterminated, 3),
            (r#""\t""#, Fault::Character('t'), 2),
            (r#"\"a"#, Fault::Character('\\'), 0),
            (r#""""#, Fault::NoName, 0),
            (r#""a:x" AND"#, Fault::NoExpression, 9),
            (r#""a:x" OR OR "b:y""#, Fault::NoExpression, 9),
            (r#"("a:x""#, Fault::NotClosed, 6),
            (r#""a:x")"#, Fault::Unexpected, 6),
            (r#"NOT "a:x""#, Fault::Unexpected, 3),
            (r#""a:x" NOT "b:y""#, Fault::Unexpected, 9),
            ("()", Fault::NoExpression, 1),
        ] {
            let fault = read(text).unwrap_err();
            assert_eq!((fault.kind, fault.position), (kind, position), "{text}");
        }
    }

    #[test]
    fn documented_searches_are_read() {
        for text in [
            r#""displayName:Video""#,
            r#""displayName:Video" OR "description:prod""#,
            r#""displayName:wa" OR "displayName:to""#,
            r#""displayName:OneVideo" AND ("mail:a" OR "mail:b")"#,
        ] {
            assert!(read(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn depth_is_limited() {
        let nested = |times: usize| read(&format!("{}a{}", "(".repeat(times), ")".repeat(times)));
        assert_eq!(nested(MAX_DEPTH), Ok(phrase("a")));
        assert_eq!(nested(MAX_DEPTH + 1).unwrap_err().kind, Fault::TooDeep);
        assert_eq!(nested(4000).unwrap_err().kind, Fault::TooDeep);
    }

    fn print(search: &Search) -> String {
        let all = |parts: &[Search], between: &str| {
            parts.iter().map(|part| format!("({})", print(part))).collect::<Vec<_>>().join(between)
        };
        match search {
            Search::Or(parts) => all(parts, " OR "),
            Search::And(parts) => all(parts, " AND "),
            Search::Phrase(text) => format!("\"{}\"", text.replace('\\', r"\\").replace('"', r#"\""#)),
        }
    }

    fn searches() -> impl Strategy<Value = Search> {
        ".{1,10}".prop_map(Search::Phrase).prop_recursive(5, 30, 4, |inner| {
            let several = proptest::collection::vec(inner, 2..4);
            prop_oneof![several.clone().prop_map(Search::Or), several.prop_map(Search::And)]
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_as_it_was(search in searches()) {
            let text = print(&search);
            prop_assert_eq!(read(&text), Ok(search), "{}", text);
        }

        #[test]
        fn any_text_is_read_or_has_a_fault_in_it(text in "(\"|a:x|AND|OR|NOT|\\(|\\)|\\\\| |é|x){0,30}") {
            if let Err(fault) = read(&text) {
                prop_assert!(fault.position <= text.encode_utf16().count(), "{text}");
            }
        }
    }
}
