//! The grammar of `$expand`: `name`, `name($select=a,b)`, a list of such. Which relationships there are, how many may be
//! expanded and which options are taken isn't known here.

use super::scan::MAX_BYTES;

/// A relationship to expand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expand {
    /// Its name, or `*`.
    pub name: String,
    /// The options in its parentheses, with their `$` and as they were sent: name and value.
    pub options: Vec<(String, String)>,
}

/// Why it can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpandFault {
    /// The text is empty, or begins or ends with a comma.
    #[error("a name is missing")]
    NoName,
    /// Parentheses that don't match.
    #[error("unbalanced parentheses")]
    Unbalanced,
    /// A term that is no name, or options that aren't any.
    #[error("'{0}' is no term")]
    Term(String),
    /// Too long.
    #[error("too long")]
    TooLong,
    /// More relationships than one at once.
    #[error("{0} relationships at once")]
    Several(usize),
    /// The objects have no property of this name.
    #[error("'{of}' has no '{name}'")]
    Unknown {
        /// The name.
        name: String,
        /// The type of the objects.
        of: &'static str,
    },
    /// They have one, which leads to no other objects.
    #[error("'{name}' of '{of}' is no navigation property")]
    NoNavigation {
        /// Its name.
        name: &'static str,
        /// The type of the objects.
        of: &'static str,
    },
    /// Graph never expands the relationship.
    #[error("'{0}' is never expanded")]
    NotAllowed(&'static str),
    /// Graph expands it, and this server doesn't yet.
    #[error("expanding '{0}' isn't served yet")]
    NotServed(&'static str),
    /// A number of levels that `$levels` doesn't take.
    #[error("'{0}' is no number of levels")]
    Levels(String),
    /// The chain of managers of more than one user.
    #[error("a chain is only shown of a single user")]
    ChainNotOfOne,
    /// It needs the header `ConsistencyLevel: eventual`.
    #[error("a chain needs the header ConsistencyLevel: eventual")]
    ChainWithoutConsistencyLevel,
    /// An option in the parentheses that isn't taken there.
    #[error("query option '{0}' is not supported within $expand")]
    Option(String),
}

/// Reads what is to be expanded: at least one relationship.
pub fn read(text: &str) -> Result<Vec<Expand>, ExpandFault> {
    if text.len() > MAX_BYTES {
        return Err(ExpandFault::TooLong);
    }
    split(text, ',')?.into_iter().map(item).collect()
}

fn item(text: &str) -> Result<Expand, ExpandFault> {
    let text = text.trim();
    let (name, inside) = match text.split_once('(') {
        None => (text, None),
        Some((name, rest)) => (name.trim_end(), Some(rest.strip_suffix(')').ok_or(ExpandFault::Unbalanced)?)),
    };
    match name {
        "" => return Err(ExpandFault::NoName),
        _ if name == "*" || is_path(name) => {}
        _ => return Err(ExpandFault::Term(name.into())),
    }
    let options = match inside {
        None => Vec::new(),
        Some(inside) => options(inside).ok_or_else(|| ExpandFault::Term(format!("({inside})")))?,
    };
    Ok(Expand { name: name.into(), options })
}

/// Options with semicolons between them. `None`: they aren't.
fn options(inside: &str) -> Option<Vec<(String, String)>> {
    let option = |text: &str| {
        let (name, value) = text.split_once('=')?;
        let name = name.trim();
        (name.starts_with('$') && is_path(name)).then(|| (name.to_owned(), value.trim().to_owned()))
    };
    split(inside, ';').ok()?.into_iter().map(option).collect()
}

/// Names with slashes between them, perhaps in a namespace.
fn is_path(text: &str) -> bool {
    let is_in_name = |c: char| c.is_alphanumeric() || "_$.".contains(c);
    text.split('/').all(|segment| !segment.is_empty() && segment.chars().all(is_in_name))
}

/// The parts of a text between separators that stand outside of parentheses and strings.
fn split(text: &str, separator: char) -> Result<Vec<&str>, ExpandFault> {
    let (mut parts, mut start, mut depth, mut in_string) = (Vec::new(), 0, 0usize, false);
    for (at, c) in text.char_indices() {
        match c {
            '\'' => in_string = !in_string,
            _ if in_string => {}
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1).ok_or(ExpandFault::Unbalanced)?,
            _ if c == separator && depth == 0 => {
                parts.push(text.get(start..at).unwrap_or_default());
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    if depth > 0 || in_string {
        return Err(ExpandFault::Unbalanced);
    }
    parts.push(text.get(start..).unwrap_or_default());
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn expand(name: &str, options: &[(&str, &str)]) -> Expand {
        let options = options.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Expand { name: name.into(), options }
    }

    #[test]
    fn relationships_may_have_options() {
        for (text, expected) in [
            ("members", vec![expand("members", &[])]),
            ("*", vec![expand("*", &[])]),
            ("members($select=id,displayName)", vec![expand("members", &[("$select", "id,displayName")])]),
            (
                " manager ( $levels=max ; $select=id ) , owners ",
                vec![expand("manager", &[("$levels", "max"), ("$select", "id")]), expand("owners", &[])],
            ),
            (
                "manager($expand=manager($select=id;$levels=2);$filter=a eq '),;(')",
                vec![expand(
                    "manager",
                    &[("$expand", "manager($select=id;$levels=2)"), ("$filter", "a eq '),;('")],
                )],
            ),
            (
                "members/microsoft.graph.user,members/$ref",
                vec![expand("members/microsoft.graph.user", &[]), expand("members/$ref", &[])],
            ),
        ] {
            assert_eq!(read(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_list_of_relationships_is_refused() {
        let term = |text: &str| ExpandFault::Term(text.into());
        for (text, fault) in [
            ("", ExpandFault::NoName),
            ("members,", ExpandFault::NoName),
            ("($select=id)", ExpandFault::NoName),
            ("members($select=id", ExpandFault::Unbalanced),
            ("members)", ExpandFault::Unbalanced),
            ("members()x", ExpandFault::Unbalanced),
            ("members($filter=a eq 'b)", ExpandFault::Unbalanced),
            ("members(select=id)", term("(select=id)")),
            ("members()", term("()")),
            ("members($select)", term("($select)")),
            ("members($select=id;)", term("($select=id;)")),
            ("members owners", term("members owners")),
            ("members//x", term("members//x")),
        ] {
            assert_eq!(read(text), Err(fault), "{text}");
        }
        assert_eq!(read(&"x".repeat(MAX_BYTES + 1)), Err(ExpandFault::TooLong));
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_as_it_was(
            names in proptest::collection::vec("[a-zA-Z.]{1,8}(/[a-z]{1,8})?", 1..4),
            options in proptest::collection::vec(("\\$[a-z]{1,8}", "[a-z,=]{0,3}\\([a-z;,]{0,5}\\)"), 0..3),
        ) {
            let expected: Vec<_> =
                names.into_iter().map(|name| Expand { name, options: options.clone() }).collect();
            let print = |expand: &Expand| {
                let options: Vec<_> =
                    expand.options.iter().map(|(name, value)| format!("{name}={value}")).collect();
                let options = options.join(";");
                if options.is_empty() { expand.name.clone() } else { format!("{}({options})", expand.name) }
            };
            let text = expected.iter().map(print).collect::<Vec<_>>().join(",");
            prop_assert_eq!(read(&text), Ok(expected), "{}", text);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[a-z(),;='$*/ ]{0,40}") {
            let _ = read(&text);
        }
    }
}
