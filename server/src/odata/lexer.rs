//! The words of OData's expressions, which `$filter` and `$orderby` are made of: names, literals and signs. What they mean
//! together isn't known here.

use super::scan::{Fault, Scanner, SyntaxFault};

/// A word, or the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token<'t> {
    /// A name or keyword, with its namespace if it has one.
    Name(&'t str),
    /// A literal.
    Literal(Literal),
    /// One of `( ) , / :`.
    Sign(char),
    /// Nothing follows.
    End,
}

/// A literal, of the type that its spelling tells. Whether a number or a date can be is seen where its property is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// `'text'`.
    String(String),
    /// `1`, `-1`.
    Int32(String),
    /// `1.5`, `1e3`.
    Double(String),
    /// `2026-11-28`.
    Date(String),
    /// `2026-11-28T21:45:00Z`.
    DateTimeOffset(String),
    /// `00000000-0000-0000-0000-000000000000`.
    Guid(String),
    /// `duration'P1D'`, `namespace.type'name'`: what is before the quotes, and what is in them.
    Typed(String, String),
}

/// The words of a text, one after another.
#[derive(Debug)]
pub struct Lexer<'t> {
    scanner: Scanner<'t>,
    token: Token<'t>,
    start: usize,
}

impl<'t> Lexer<'t> {
    /// Stands at the first word of a text.
    pub fn new(text: &'t str) -> Result<Self, SyntaxFault> {
        let mut lexer = Self { scanner: Scanner::new(text)?, token: Token::End, start: 0 };
        lexer.advance()?;
        Ok(lexer)
    }

    /// The word.
    pub fn token(&self) -> &Token<'t> {
        &self.token
    }

    /// Goes on to the next word, and gives this one.
    pub fn advance(&mut self) -> Result<Token<'t>, SyntaxFault> {
        self.scanner.skip_space();
        self.start = self.scanner.at();
        let next = self.read()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    /// Whether the word is this sign.
    pub fn is_sign(&self, sign: char) -> bool {
        self.token == Token::Sign(sign)
    }

    /// Whether the word is this keyword, in any case.
    pub fn is_keyword(&self, keyword: &str) -> bool {
        matches!(self.token, Token::Name(name) if name.eq_ignore_ascii_case(keyword))
    }

    /// Whether the word is a name and a parenthesis stands right after it.
    pub fn is_call(&self) -> bool {
        matches!(self.token, Token::Name(_)) && self.scanner.peek() == Some('(')
    }

    /// Passes over this sign, if it is the word.
    pub fn eat_sign(&mut self, sign: char) -> Result<bool, SyntaxFault> {
        let is_it = self.is_sign(sign);
        if is_it {
            self.advance()?;
        }
        Ok(is_it)
    }

    /// Passes over this keyword, if it is the word.
    pub fn eat_keyword(&mut self, keyword: &str) -> Result<bool, SyntaxFault> {
        let is_it = self.is_keyword(keyword);
        if is_it {
            self.advance()?;
        }
        Ok(is_it)
    }

    /// Passes over this sign. If it isn't the word, that is the fault.
    pub fn expect_sign(&mut self, sign: char, otherwise: Fault) -> Result<(), SyntaxFault> {
        if self.eat_sign(sign)? { Ok(()) } else { Err(self.fault(otherwise)) }
    }

    /// The text has been read to its end.
    pub fn expect_end(&self) -> Result<(), SyntaxFault> {
        if self.token == Token::End { Ok(()) } else { Err(self.fault(Fault::Unexpected)) }
    }

    /// Reads the segments of a path (`x`, `x/y`, `x/$count`), and whether a lambda goes on: then the slash after them has been
    /// passed over, and the word is `any` or `all`.
    pub fn path(&mut self) -> Result<(Vec<String>, bool), SyntaxFault> {
        let mut segments = Vec::new();
        loop {
            match self.token {
                Token::Name(_) if !segments.is_empty() && self.is_quantifier() => {
                    return Ok((segments, true));
                }
                Token::Name(name) => segments.push(name.into()),
                _ if segments.is_empty() => return Err(self.fault(Fault::NoExpression)),
                _ => return Err(self.fault(Fault::Unexpected)),
            }
            self.advance()?;
            if !self.eat_sign('/')? {
                return Ok((segments, false));
            }
        }
    }

    fn is_quantifier(&self) -> bool {
        self.is_keyword("any") || self.is_keyword("all")
    }

    /// Goes one deeper.
    pub fn enter(&mut self) -> Result<(), SyntaxFault> {
        self.scanner.enter()
    }

    /// Ends what [`enter`](Self::enter) began.
    pub fn leave(&mut self) {
        self.scanner.leave();
    }

    /// A fault at this word: behind it, where it is itself the fault, else before it.
    pub fn fault(&self, kind: Fault) -> SyntaxFault {
        let at = if kind == Fault::Unexpected { self.scanner.at() } else { self.start };
        self.scanner.fault_at(at, kind)
    }

    fn read(&mut self) -> Result<Token<'t>, SyntaxFault> {
        match self.scanner.peek() {
            None => Ok(Token::End),
            Some(sign @ ('(' | ')' | ',' | '/' | ':')) => {
                self.scanner.bump();
                Ok(Token::Sign(sign))
            }
            Some('\'') => {
                self.scanner.bump();
                Ok(Token::Literal(Literal::String(self.scanner.string()?)))
            }
            Some(first) => match literal_length(self.scanner.rest()) {
                Some((literal, length)) => Ok(Token::Literal(literal(self.scanner.take(length).into()))),
                None if is_initial(first) => self.name(),
                None => Err(self.scanner.fault(Fault::Character(first))),
            },
        }
    }

    fn name(&mut self) -> Result<Token<'t>, SyntaxFault> {
        let rest = self.scanner.rest();
        let end =
            rest.char_indices().find(|&(at, c)| !continues(rest, at, c)).map_or(rest.len(), |(at, _)| at);
        let name = self.scanner.take(end);
        if self.scanner.eat('\'') {
            return Ok(Token::Literal(Literal::Typed(name.into(), self.scanner.string()?)));
        }
        Ok(match name {
            "null" => Token::Literal(Literal::Null),
            "true" => Token::Literal(Literal::Boolean(true)),
            "false" => Token::Literal(Literal::Boolean(false)),
            _ => Token::Name(name),
        })
    }
}

fn is_initial(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '$'
}

/// Whether the character at this place goes on with a name: a dot does where another part of a namespace follows it.
fn continues(text: &str, at: usize, c: char) -> bool {
    match c {
        '.' => text.get(at + 1..).and_then(|rest| rest.chars().next()).is_some_and(is_initial),
        _ => c.is_alphanumeric() || c == '_' || (c == '$' && at == 0),
    }
}

/// A literal without quotes: what it is, and its length.
type Unquoted = (fn(String) -> Literal, usize);

/// The literal without quotes that a text begins with.
fn literal_length(text: &str) -> Option<Unquoted> {
    let bytes = text.as_bytes();
    if let Some(guid) = shape(bytes, "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh")
        && ends_here(bytes, guid)
    {
        return Some((Literal::Guid, guid));
    }
    if let Some(date) = shape(bytes, "dddd-dd-dd") {
        if let Some(length) = time_length(bytes.get(date..)?) {
            return Some((Literal::DateTimeOffset, date + length));
        }
        if ends_here(bytes, date) {
            return Some((Literal::Date, date));
        }
    }
    number_length(bytes)
}

/// `T21:45`, with seconds, a fraction and an offset or without.
fn time_length(bytes: &[u8]) -> Option<usize> {
    let mut length = shape(bytes, "Tdd:dd")?;
    if let Some(seconds) = bytes.get(length..).and_then(|rest| shape(rest, ":dd")) {
        length += seconds;
        if bytes.get(length) == Some(&b'.') {
            length += 1 + digits(bytes, length + 1);
        }
    }
    match bytes.get(length) {
        Some(b'Z' | b'z') => length += 1,
        Some(b'+' | b'-') => length += shape(bytes.get(length + 1..)?, "dd:dd")? + 1,
        _ => {}
    }
    ends_here(bytes, length).then_some(length)
}

/// `-12`, `1.5`, `1e-3`.
fn number_length(bytes: &[u8]) -> Option<Unquoted> {
    let sign = usize::from(bytes.first() == Some(&b'-'));
    let whole = Some(digits(bytes, sign)).filter(|&digits| digits > 0)?;
    let mut length = sign + whole;
    let mut literal: fn(String) -> Literal = Literal::Int32;
    let fraction = if bytes.get(length) == Some(&b'.') { digits(bytes, length + 1) } else { 0 };
    if fraction > 0 {
        (length, literal) = (length + 1 + fraction, Literal::Double);
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent = digits(bytes, length + 1 + sign);
        if exponent > 0 {
            (length, literal) = (length + 1 + sign + exponent, Literal::Double);
        }
    }
    Some((literal, length))
}

/// How many digits stand there.
fn digits(bytes: &[u8], from: usize) -> usize {
    bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count()
}

/// The length of a shape, if the text begins with it: `d` is a digit, `h` a hexadecimal one, others themselves.
fn shape(bytes: &[u8], shape: &str) -> Option<usize> {
    let fits = |(&byte, shape): (&u8, u8)| match shape {
        b'd' => byte.is_ascii_digit(),
        b'h' => byte.is_ascii_hexdigit(),
        itself => byte == itself,
    };
    (bytes.len() >= shape.len() && bytes.iter().zip(shape.bytes()).all(fits)).then_some(shape.len())
}

/// Whether no letter, digit, hyphen or colon goes on.
fn ends_here(bytes: &[u8], at: usize) -> bool {
    !matches!(bytes.get(at), Some(byte) if byte.is_ascii_alphanumeric() || b"-:_".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens(text: &str) -> Result<Vec<Token<'_>>, SyntaxFault> {
        let mut lexer = Lexer::new(text)?;
        let mut tokens = Vec::new();
        loop {
            match lexer.advance()? {
                Token::End => return Ok(tokens),
                token => tokens.push(token),
            }
        }
    }

    fn literal(text: &str) -> Literal {
        match tokens(text).as_deref() {
            Ok([Token::Literal(literal)]) => literal.clone(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn every_literal_has_the_type_of_its_spelling() {
        let whole = |kind: fn(String) -> Literal, texts: &[&str]| {
            for text in texts {
                assert_eq!(literal(text), kind((*text).into()), "{text}");
            }
        };
        whole(Literal::Int32, &["0", "12", "-12", "99999999999999999999"]);
        whole(Literal::Double, &["1.5", "-0.25", "1e3", "1.5E-3"]);
        whole(Literal::Date, &["2026-11-28", "9999-99-99"]);
        whole(
            Literal::DateTimeOffset,
            &[
                "2026-11-28T21:45:00Z",
                "2026-11-28T21:45Z",
                "2026-11-28T21:45:00",
                "2026-11-28T21:45:00.1234567Z",
                "2026-11-28T21:45:00.123456789012-05:30",
                "2026-11-28T21:45:00+01:00",
            ],
        );
        whole(
            Literal::Guid,
            &["cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", "184EFA21-98c3-4e5d-95ab-d07053a96e67"],
        );
        assert_eq!(literal("null"), Literal::Null);
        assert_eq!(literal("true"), Literal::Boolean(true));
        assert_eq!(literal("false"), Literal::Boolean(false));
        assert_eq!(literal("'O''Neil'"), Literal::String("O'Neil".into()));
        assert_eq!(literal("''"), Literal::String(String::new()));
        assert_eq!(literal("duration'P1D'"), Literal::Typed("duration".into(), "P1D".into()));
        assert_eq!(literal("a.b'c''d'"), Literal::Typed("a.b".into(), "c'd".into()));
    }

    #[test]
    fn what_begins_like_a_literal_and_goes_on_otherwise_is_several_words() {
        let number = |text: &str| Token::Literal(Literal::Int32(text.into()));
        assert_eq!(tokens("12ab"), Ok(vec![number("12"), Token::Name("ab")]));
        assert_eq!(
            tokens("2026-11-28T21"),
            Ok(vec![number("2026"), number("-11"), number("-28"), Token::Name("T21")])
        );
        assert_eq!(
            tokens("cbdc14ab x.y.z $it"),
            Ok(vec![Token::Name("cbdc14ab"), Token::Name("x.y.z"), Token::Name("$it")])
        );
        assert_eq!(tokens("True"), Ok(vec![Token::Name("True")]));
    }

    #[test]
    fn a_character_that_begins_nothing_is_told_with_its_position() {
        for (text, character, position) in [
            ("startswith(displayName,%27x%27)", '%', 23),
            ("a eq \"b\"", '"', 5),
            ("a = 1", '=', 2),
            ("a eq -x", '-', 5),
            ("a. eq 1", '.', 1),
            ("x eq 'é' and @p", '@', 13),
        ] {
            let fault = tokens(text).unwrap_err();
            assert_eq!((fault.kind, fault.position), (Fault::Character(character), position), "{text}");
        }
        let fault = tokens("contains(title, '").unwrap_err();
        assert_eq!((fault.kind, fault.position), (Fault::Unterminated, 17));
    }

    proptest! {
        #[test]
        fn any_text_has_words_or_a_fault_in_it(text in "[a-z0-9'(),/:.$%é𝄞 TZ-]{0,60}") {
            match tokens(&text) {
                Ok(tokens) => prop_assert!(tokens.len() <= text.len()),
                Err(fault) => prop_assert!(fault.position <= text.encode_utf16().count()),
            }
        }
    }
}
