//! The grammar of `$orderby`: `name`, `name desc`, `name,path/name asc`. Whether there may be several, and which properties
//! can be sorted by, isn't known here.

use super::{
    lexer::Lexer,
    scan::{Fault, SyntaxFault},
};

/// One of the paths that a collection is sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderBy {
    /// The segments of the path.
    pub path: Vec<String>,
    /// Whether the greatest value comes first.
    pub descending: bool,
}

/// Reads what a collection is sorted by: at least one path.
pub fn read(text: &str) -> Result<Vec<OrderBy>, SyntaxFault> {
    let mut lexer = Lexer::new(text)?;
    let mut order = Vec::new();
    loop {
        let (path, lambda) = lexer.path()?;
        if lambda {
            return Err(lexer.fault(Fault::Unexpected));
        }
        let descending = !lexer.eat_keyword("asc")? && lexer.eat_keyword("desc")?;
        order.push(OrderBy { path, descending });
        if !lexer.eat_sign(',')? {
            lexer.expect_end()?;
            return Ok(order);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn by(path: &str, descending: bool) -> OrderBy {
        OrderBy { path: path.split('/').map(Into::into).collect(), descending }
    }

    #[test]
    fn names_are_sorted_by_upwards_where_nothing_else_is_said() {
        assert_eq!(read("displayName"), Ok(vec![by("displayName", false)]));
        assert_eq!(read(" displayName  DESC "), Ok(vec![by("displayName", true)]));
        assert_eq!(
            read("from/emailAddress/name desc,subject, desc asc"),
            Ok(vec![by("from/emailAddress/name", true), by("subject", false), by("desc", false)])
        );
    }

    #[test]
    fn a_fault_says_what_it_is_and_where() {
        for (text, kind, position) in [
            ("", Fault::NoExpression, 0),
            ("displayName,", Fault::NoExpression, 12),
            ("displayName desc asc", Fault::Unexpected, 20),
            ("displayName down", Fault::Unexpected, 16),
            ("startsWith(a,'b')", Fault::Unexpected, 11),
            ("x/any(y:y)", Fault::Unexpected, 5),
            ("x/", Fault::Unexpected, 2),
            ("'a'", Fault::NoExpression, 0),
            ("a;b", Fault::Character(';'), 1),
        ] {
            let fault = read(text).unwrap_err();
            assert_eq!((fault.kind, fault.position), (kind, position), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_has_a_fault_in_it(text in "([a-z,/ ]|asc|desc|\\(|'|é){0,30}") {
            if let Err(fault) = read(&text) {
                prop_assert!(fault.position <= text.encode_utf16().count());
            }
        }
    }
}
