//! The grammar of `$filter`: text to syntax. No names of properties are known here, and what isn't supported is refused where
//! they are.

use super::{
    lexer::{Lexer, Literal, Token},
    scan::{Fault, SyntaxFault},
};

/// The most values that an `in` has.
pub const MAX_VALUES: usize = 1000;

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// One of these is true.
    Or(Vec<Expression>),
    /// All of these are true.
    And(Vec<Expression>),
    /// This isn't true.
    Not(Box<Expression>),
    /// A comparison of two values.
    Compare(Box<Expression>, Comparison, Box<Expression>),
    /// A value is one of these.
    In(Box<Expression>, Vec<Literal>),
    /// A function: its name as it was sent, and its arguments.
    Call(String, Vec<Expression>),
    /// A lambda over a collection.
    Lambda(Lambda),
    /// The segments of a path.
    Path(Vec<String>),
    /// A literal.
    Literal(Literal),
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `eq`
    Equal,
    /// `ne`
    NotEqual,
    /// `gt`
    Greater,
    /// `ge`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `le`
    LessOrEqual,
}

impl Comparison {
    const ALL: [Self; 6] =
        [Self::Equal, Self::NotEqual, Self::Greater, Self::GreaterOrEqual, Self::Less, Self::LessOrEqual];

    /// Its keyword.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::NotEqual => "ne",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "ge",
            Self::Less => "lt",
            Self::LessOrEqual => "le",
        }
    }
}

/// `path/any(variable:body)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lambda {
    /// The collection.
    pub path: Vec<String>,
    /// Whether it is `all`, and not `any`.
    pub all: bool,
    /// The variable, and what is asked of it. `None`: `any()`, whether there is an item.
    pub body: Option<(String, Box<Expression>)>,
}

/// Reads a filter.
pub fn read(text: &str) -> Result<Expression, SyntaxFault> {
    let mut parser = Parser { lexer: Lexer::new(text)? };
    let filter = parser.expression()?;
    parser.lexer.expect_end()?;
    Ok(filter)
}

struct Parser<'t> {
    lexer: Lexer<'t>,
}

type Read = Result<Expression, SyntaxFault>;

impl Parser<'_> {
    fn expression(&mut self) -> Read {
        self.joined("or", Self::conjunction, Expression::Or)
    }

    fn conjunction(&mut self) -> Read {
        self.joined("and", Self::comparison, Expression::And)
    }

    /// One or several parts with a keyword between them.
    fn joined(
        &mut self,
        keyword: &str,
        part: fn(&mut Self) -> Read,
        join: fn(Vec<Expression>) -> Expression,
    ) -> Read {
        let first = part(self)?;
        if !self.lexer.is_keyword(keyword) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.lexer.eat_keyword(keyword)? {
            parts.push(part(self)?);
        }
        Ok(join(parts))
    }

    fn comparison(&mut self) -> Read {
        let left = self.operand()?;
        if self.lexer.eat_keyword("in")? {
            return Ok(Expression::In(left.into(), self.values()?));
        }
        match Comparison::ALL.into_iter().find(|comparison| self.lexer.is_keyword(comparison.keyword())) {
            Some(comparison) => {
                self.lexer.advance()?;
                Ok(Expression::Compare(left.into(), comparison, self.operand()?.into()))
            }
            None => Ok(left),
        }
    }

    /// `not` binds closer than comparisons do.
    fn operand(&mut self) -> Read {
        if !self.lexer.eat_keyword("not")? {
            return self.primary();
        }
        let negated = self.nested(Self::operand)?;
        Ok(Expression::Not(negated.into()))
    }

    fn primary(&mut self) -> Read {
        match self.lexer.token() {
            Token::Sign('(') => {
                self.lexer.advance()?;
                let inner = self.nested(Self::expression)?;
                self.lexer.expect_sign(')', Fault::NotClosed)?;
                Ok(inner)
            }
            Token::Literal(literal) => {
                let literal = literal.clone();
                self.lexer.advance()?;
                Ok(Expression::Literal(literal))
            }
            Token::Name(name) if self.lexer.is_call() => {
                let name = (*name).to_owned();
                self.lexer.advance()?;
                self.lexer.advance()?;
                Ok(Expression::Call(name, self.arguments()?))
            }
            _ => match self.lexer.path()? {
                (path, false) => Ok(Expression::Path(path)),
                (path, true) => self.lambda(path),
            },
        }
    }

    /// What is in a function's parentheses, and the last of them.
    fn arguments(&mut self) -> Result<Vec<Expression>, SyntaxFault> {
        if self.lexer.eat_sign(')')? {
            return Ok(Vec::new());
        }
        self.list(|parser| parser.nested(Self::expression))
    }

    /// The values of an `in`.
    fn values(&mut self) -> Result<Vec<Literal>, SyntaxFault> {
        self.lexer.expect_sign('(', Fault::NotOpened)?;
        self.list(|parser| match parser.lexer.token() {
            Token::Literal(literal) => {
                let literal = literal.clone();
                parser.lexer.advance()?;
                Ok(literal)
            }
            _ => Err(parser.lexer.fault(Fault::NoExpression)),
        })
    }

    /// Items with commas between them, and a closing parenthesis.
    fn list<T>(&mut self, item: impl Fn(&mut Self) -> Result<T, SyntaxFault>) -> Result<Vec<T>, SyntaxFault> {
        let mut items = vec![item(self)?];
        while self.lexer.eat_sign(',')? {
            if items.len() == MAX_VALUES {
                return Err(self.lexer.fault(Fault::TooMany));
            }
            items.push(item(self)?);
        }
        self.lexer.expect_sign(')', Fault::ListNotClosed)?;
        Ok(items)
    }

    fn lambda(&mut self, path: Vec<String>) -> Read {
        let all = self.lexer.is_keyword("all");
        self.lexer.advance()?;
        self.lexer.expect_sign('(', Fault::NotOpened)?;
        if self.lexer.eat_sign(')')? {
            return Ok(Expression::Lambda(Lambda { path, all, body: None }));
        }
        let variable = match self.lexer.advance()? {
            Token::Name(name) => name.to_owned(),
            _ => return Err(self.lexer.fault(Fault::NoName)),
        };
        self.lexer.expect_sign(':', Fault::Unexpected)?;
        let body = self.nested(Self::expression)?;
        self.lexer.expect_sign(')', Fault::ListNotClosed)?;
        Ok(Expression::Lambda(Lambda { path, all, body: Some((variable, body.into())) }))
    }

    fn nested(&mut self, read: fn(&mut Self) -> Read) -> Read {
        self.lexer.enter()?;
        let inner = read(self)?;
        self.lexer.leave();
        Ok(inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::scan::MAX_DEPTH, *};
    use proptest::prelude::*;

    fn path(path: &str) -> Expression {
        Expression::Path(path.split('/').map(Into::into).collect())
    }

    fn string(text: &str) -> Expression {
        Expression::Literal(Literal::String(text.into()))
    }

    fn equal(name: &str, text: &str) -> Expression {
        Expression::Compare(path(name).into(), Comparison::Equal, string(text).into())
    }

    fn not(expression: Expression) -> Expression {
        Expression::Not(expression.into())
    }

    fn some(collection: &str, variable: &str, body: Expression) -> Expression {
        let path = collection.split('/').map(Into::into).collect();
        Expression::Lambda(Lambda { path, all: false, body: Some((variable.into(), body.into())) })
    }

    #[test]
    fn not_binds_closest_and_or_loosest() {
        let (a, b, c) = (equal("a", "1"), equal("b", "2"), equal("c", "3"));
        let flag = path("x");
        for (text, expected) in [
            (
                "a eq '1' or b eq '2' and c eq '3'",
                Expression::Or(vec![a.clone(), Expression::And(vec![b.clone(), c.clone()])]),
            ),
            (
                "(a eq '1' or b eq '2') and c eq '3'",
                Expression::And(vec![Expression::Or(vec![a.clone(), b.clone()]), c]),
            ),
            ("not x and b eq '2'", Expression::And(vec![not(flag.clone()), b.clone()])),
            ("NOT(a eq '1') AND b eq '2'", Expression::And(vec![not(a.clone()), b.clone()])),
            ("not (a eq '1' and b eq '2')", not(Expression::And(vec![a.clone(), b]))),
            (
                "not x eq '1'",
                Expression::Compare(not(flag.clone()).into(), Comparison::Equal, string("1").into()),
            ),
            ("not not x", not(not(flag))),
            ("  ( ( a EQ '1' ) ) ", a),
        ] {
            assert_eq!(read(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn functions_lambdas_and_lists_are_read() {
        let call = |name: &str, of: &str| Expression::Call(name.into(), vec![path(of), string("a")]);
        let guid = Expression::Literal(Literal::Guid("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46".into()));
        let number = Expression::Literal(Literal::Int32("0".into()));
        for (text, expected) in [
            ("startswith(displayName, 'a')", call("startswith", "displayName")),
            ("not endsWith(mail,'a')", not(call("endsWith", "mail"))),
            (
                "department in ('a', 'b')",
                Expression::In(
                    path("department").into(),
                    vec![Literal::String("a".into()), Literal::String("b".into())],
                ),
            ),
            (
                "assignedLicenses/any(u:u/skuId eq cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46)",
                some(
                    "assignedLicenses",
                    "u",
                    Expression::Compare(path("u/skuId").into(), Comparison::Equal, guid.into()),
                ),
            ),
            ("a/b/any(p:startsWith(p,'a'))", some("a/b", "p", call("startsWith", "p"))),
            (
                "owners/$count ne 0",
                Expression::Compare(path("owners/$count").into(), Comparison::NotEqual, number.into()),
            ),
            ("x/Any()", Expression::Lambda(Lambda { path: vec!["x".into()], all: false, body: None })),
            ("x/all()", Expression::Lambda(Lambda { path: vec!["x".into()], all: true, body: None })),
            ("any eq 'a'", equal("any", "a")),
            ("microsoft.graph.user/x eq 'a'", equal("microsoft.graph.user/x", "a")),
            ("now()", Expression::Call("now".into(), vec![])),
        ] {
            assert_eq!(read(text), Ok(expected), "{text}");
        }
        let flipped = Expression::Compare(string("a").into(), Comparison::Equal, path("x").into());
        assert_eq!(read("'a' eq x"), Ok(flipped));
    }

    #[test]
    fn a_fault_says_what_it_is_and_where() {
        for (text, kind, position) in [
            ("", Fault::NoExpression, 0),
            ("iswhatever 12", Fault::Unexpected, 13),
            ("receivedDateTime ge 2026-05-16T10%3A40", Fault::Unexpected, 27),
            ("displayName eq", Fault::NoExpression, 14),
            ("displayName eq )", Fault::NoExpression, 15),
            ("displayName = 'a'", Fault::Character('='), 12),
            ("displayName eq 'a", Fault::Unterminated, 17),
            ("(a eq 1", Fault::NotClosed, 7),
            ("(a eq 1 b", Fault::NotClosed, 8),
            ("a eq 1)", Fault::Unexpected, 7),
            ("a eq 1 eq 2", Fault::Unexpected, 9),
            ("a eq 1 and", Fault::NoExpression, 10),
            ("startsWith(a,'b'", Fault::ListNotClosed, 16),
            ("startsWith (a,'b')", Fault::Unexpected, 12),
            ("startsWith(a,)", Fault::NoExpression, 13),
            ("a in 'b'", Fault::NotOpened, 5),
            ("a in ()", Fault::NoExpression, 6),
            ("a in (b)", Fault::NoExpression, 6),
            ("a in ('b'", Fault::ListNotClosed, 9),
            ("a/ eq 1", Fault::Unexpected, 7),
            ("a//b eq 1", Fault::Unexpected, 3),
            ("a/any", Fault::NotOpened, 5),
            ("a/any(x", Fault::Unexpected, 7),
            ("a/any(1:x)", Fault::NoName, 7),
            ("a/any(x:x eq 1", Fault::ListNotClosed, 14),
            ("x any(y:y)", Fault::Unexpected, 5),
        ] {
            let fault = read(text).unwrap_err();
            assert_eq!((fault.kind, fault.position, &*fault.text), (kind, position, text));
        }
    }

    #[test]
    fn documented_filters_are_read() {
        for text in [
            "startswith(displayName, 'a')",
            "startsWith(displayName,'J')",
            "endswith(mail,'a@contoso.com')",
            "assignedLicenses/any(s:s/skuId eq 184efa21-98c3-4e5d-95ab-d07053a96e67)",
            "accountEnabled eq false",
            "accountEnabled ne true",
            "companyName ne null and NOT(companyName eq 'Microsoft')",
            "NOT startsWith(displayName, 'Conf')",
            "not(userType eq 'Guest')",
            "not(companyName in ('A', 'B'))",
            "identities/any(c:c/issuerAssignedId eq 'j.smith@yahoo.com' and c/issuer eq 'My B2C tenant')",
            "not(groupTypes/any(c:c eq 'Unified'))",
            "NOT groupTypes/any(c:c eq 'Unified') and mailEnabled eq true",
            "proxyAddresses/any(p:startsWith(p,'smtp:')) OR mail eq null",
            "owners/$count eq 0 Or owners/$count eq 1",
            "assignedLicenses/$count ne 0",
            "createdDateTime ge 2022-06-08",
            "onPremisesLastSyncDateTime ge 2026-01-01T00:00:00Z",
            "id in ('aa', 'bb')",
            "onPremisesExtensionAttributes/extensionAttribute1 eq 'x'",
            "extension_25883231668a43a780b25685c3f874bc_skypeId eq 'x'",
            "resourceProvisioningOptions/Any(x:x eq 'Team')",
        ] {
            assert!(read(text).is_ok(), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn depth_and_length_of_lists_are_limited() {
        let nested = |open: &str, close: &str, times: usize| {
            read(&format!("{}x{}", open.repeat(times), close.repeat(times)))
        };
        for (open, close) in [("(", ")"), ("not ", ""), ("f(", ")"), ("x/any(x:", ")")] {
            assert!(nested(open, close, MAX_DEPTH).is_ok(), "{open}");
            let fault = nested(open, close, MAX_DEPTH + 1).unwrap_err();
            assert_eq!(fault.kind, Fault::TooDeep, "{open}");
        }
        assert_eq!(nested("(", ")", 4000).unwrap_err().kind, Fault::TooDeep);
        let list = |length: usize| read(&format!("x in ({})", vec!["1"; length].join(",")));
        assert!(list(MAX_VALUES).is_ok());
        assert_eq!(list(MAX_VALUES + 1).unwrap_err().kind, Fault::TooMany);
    }

    /// The expression as a text, with parentheses wherever they may stand.
    fn print(expression: &Expression) -> String {
        let all = |parts: &[Expression], between: &str| {
            parts.iter().map(|part| format!("({})", print(part))).collect::<Vec<_>>().join(between)
        };
        match expression {
            Expression::Or(parts) => all(parts, " or "),
            Expression::And(parts) => all(parts, " and "),
            Expression::Not(inner) => format!("not ({})", print(inner)),
            Expression::Compare(left, comparison, right) => {
                format!("({}) {} ({})", print(left), comparison.keyword(), print(right))
            }
            Expression::In(left, values) => {
                let values: Vec<_> = values.iter().map(print_literal).collect();
                format!("({}) in ({})", print(left), values.join(","))
            }
            Expression::Call(name, arguments) => {
                format!("{name}({})", arguments.iter().map(print).collect::<Vec<_>>().join(","))
            }
            Expression::Lambda(Lambda { path, all, body }) => {
                let body = body.as_ref().map(|(variable, body)| format!("{variable}:{}", print(body)));
                let name = if *all { "all" } else { "any" };
                format!("{}/{name}({})", path.join("/"), body.unwrap_or_default())
            }
            Expression::Path(path) => path.join("/"),
            Expression::Literal(literal) => print_literal(literal),
        }
    }

    fn print_literal(literal: &Literal) -> String {
        let quoted = |text: &String| format!("'{}'", text.replace('\'', "''"));
        match literal {
            Literal::Null => "null".into(),
            Literal::Boolean(value) => value.to_string(),
            Literal::String(text) => quoted(text),
            Literal::Typed(name, text) => format!("{name}{}", quoted(text)),
            Literal::Int32(text)
            | Literal::Double(text)
            | Literal::Date(text)
            | Literal::DateTimeOffset(text)
            | Literal::Guid(text) => text.clone(),
        }
    }

    fn literals() -> impl Strategy<Value = Literal> {
        prop_oneof![
            Just(Literal::Null),
            any::<bool>().prop_map(Literal::Boolean),
            ".{0,8}".prop_map(Literal::String),
            "-?[0-9]{1,9}".prop_map(Literal::Int32),
            "-?[0-9]{1,3}\\.[0-9]{1,3}".prop_map(Literal::Double),
            "[0-9]{4}-[0-9]{2}-[0-9]{2}".prop_map(Literal::Date),
            "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
                .prop_map(Literal::DateTimeOffset),
            "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}".prop_map(Literal::Guid),
            ("[a-z]{1,5}(\\.[a-z]{1,5})?", ".{0,5}").prop_map(|(name, text)| Literal::Typed(name, text)),
        ]
    }

    fn names() -> impl Strategy<Value = String> {
        // Long enough to be no keyword.
        "[a-zA-Z_é][a-zA-Z0-9_]{5,8}"
    }

    fn expressions() -> impl Strategy<Value = Expression> {
        let paths = || proptest::collection::vec(names(), 1..3);
        let leaf = prop_oneof![
            paths().prop_map(Expression::Path),
            literals().prop_map(Expression::Literal),
            paths().prop_map(|path| Expression::Lambda(Lambda { path, all: true, body: None })),
        ];
        leaf.prop_recursive(6, 60, 4, move |inner| {
            let several = || proptest::collection::vec(inner.clone(), 2..4);
            let comparisons = proptest::sample::select(&Comparison::ALL[..]);
            prop_oneof![
                several().prop_map(Expression::Or),
                several().prop_map(Expression::And),
                inner.clone().prop_map(not),
                (inner.clone(), comparisons, inner.clone()).prop_map(|(left, comparison, right)| {
                    Expression::Compare(left.into(), comparison, right.into())
                }),
                (inner.clone(), proptest::collection::vec(literals(), 1..4))
                    .prop_map(|(left, values)| Expression::In(left.into(), values)),
                (names(), proptest::collection::vec(inner.clone(), 0..3))
                    .prop_map(|(name, arguments)| Expression::Call(name, arguments)),
                (paths(), names(), inner.clone(), any::<bool>()).prop_map(|(path, variable, body, all)| {
                    Expression::Lambda(Lambda { path, all, body: Some((variable, body.into())) })
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_as_it_was(expression in expressions()) {
            let text = print(&expression);
            prop_assert_eq!(read(&text), Ok(expression), "{}", text);
        }

        #[test]
        fn any_text_ends_with_an_expression_or_a_fault_in_it(
            text in "((a|'b'|1|null|eq|and|or|not|in|\\(|\\)|,|/|:|any|x/any\\(y:|startsWith\\(|é|%|') ?){0,40}",
        ) {
            if let Err(fault) = read(&text) {
                prop_assert!(fault.position <= text.encode_utf16().count(), "{text}");
            }
        }

        #[test]
        fn any_text_at_all_ends(text in ".{0,80}") {
            if let Err(fault) = read(&text) {
                prop_assert!(fault.position <= text.encode_utf16().count(), "{text}");
            }
        }
    }
}
