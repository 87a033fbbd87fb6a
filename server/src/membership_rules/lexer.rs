//! The words of rules: names, operators, values and signs. What they mean together isn't known here.

use super::faults::{Fault, RuleFault};
use std::mem;

/// The most characters that a rule has.
pub const MAX_LENGTH: usize = 3072;

/// How deep parentheses, `-not` and what `-any` and `-all` apply to may be nested.
const MAX_DEPTH: usize = 32;

/// A word, or the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token<'t> {
    /// A name or a keyword without a hyphen, such as `user.department`, `eq`, `null`, `_`.
    Name(&'t str),
    /// What follows a hyphen: an operator.
    Operator(&'t str),
    /// A text in quotes.
    Text(String),
    /// What begins with a digit: a number, a time.
    Number(&'t str),
    /// One of `( ) [ ] ,`.
    Sign(char),
    /// Nothing follows.
    End,
}

/// The words of a text, one after another.
#[derive(Debug)]
pub struct Lexer<'t> {
    text: &'t str,
    token: Token<'t>,
    /// Where the word begins, and where it ends.
    start: usize,
    end: usize,
    depth: usize,
}

impl<'t> Lexer<'t> {
    /// Stands at the first word of a text.
    pub fn new(text: &'t str) -> Result<Self, RuleFault> {
        let mut lexer = Self { text, token: Token::End, start: 0, end: 0, depth: 0 };
        if text.chars().nth(MAX_LENGTH).is_some() {
            return Err(RuleFault { kind: Fault::TooLong, position: 0 });
        }
        lexer.advance()?;
        Ok(lexer)
    }

    /// The word.
    pub fn token(&self) -> &Token<'t> {
        &self.token
    }

    /// Where the word begins, in bytes.
    pub fn start(&self) -> usize {
        self.start
    }

    /// Goes on to the next word, and gives this one.
    pub fn advance(&mut self) -> Result<Token<'t>, RuleFault> {
        let rest = self.rest();
        self.end += rest.len() - rest.trim_start().len();
        self.start = self.end;
        let next = self.read()?;
        Ok(mem::replace(&mut self.token, next))
    }

    /// Passes over this sign, if it is the word.
    pub fn eat_sign(&mut self, sign: char) -> Result<bool, RuleFault> {
        self.eat(|token| *token == Token::Sign(sign))
    }

    /// Passes over this sign, which must be the word.
    pub fn expect_sign(&mut self, sign: char) -> Result<(), RuleFault> {
        if self.eat_sign(sign)? { Ok(()) } else { Err(self.fault(Fault::Unexpected)) }
    }

    /// Passes over this operator, if it is the word: in any case, with its hyphen or without.
    pub fn eat_operator(&mut self, operator: &str) -> Result<bool, RuleFault> {
        self.eat(|token| match token {
            Token::Operator(name) | Token::Name(name) => name.eq_ignore_ascii_case(operator),
            _ => false,
        })
    }

    /// Passes over this name, if it is the word, in any case.
    pub fn eat_name(&mut self, name: &str) -> Result<bool, RuleFault> {
        self.eat(|token| matches!(token, Token::Name(word) if word.eq_ignore_ascii_case(name)))
    }

    fn eat(&mut self, is_it: impl FnOnce(&Token<'t>) -> bool) -> Result<bool, RuleFault> {
        let is_it = is_it(&self.token);
        if is_it {
            self.advance()?;
        }
        Ok(is_it)
    }

    /// Goes one deeper.
    pub fn enter(&mut self) -> Result<(), RuleFault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(self.fault(Fault::TooDeep)) } else { Ok(()) }
    }

    /// Ends what [`enter`](Self::enter) began.
    pub fn leave(&mut self) {
        self.depth -= 1;
    }

    /// A fault at this word.
    pub fn fault(&self, kind: Fault) -> RuleFault {
        self.fault_at(self.start, kind)
    }

    /// A fault at another place.
    pub fn fault_at(&self, at: usize, kind: Fault) -> RuleFault {
        let before = self.text.get(..at).unwrap_or(self.text);
        RuleFault { kind, position: before.encode_utf16().count() }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.end..).unwrap_or_default()
    }

    /// Takes the characters that are so.
    fn take_while(&mut self, is_so: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let taken = rest.get(..rest.find(|c| !is_so(c)).unwrap_or(rest.len())).unwrap_or_default();
        self.end += taken.len();
        taken
    }

    fn bump(&mut self) -> Option<char> {
        let next = self.rest().chars().next()?;
        self.end += next.len_utf8();
        Some(next)
    }

    fn read(&mut self) -> Result<Token<'t>, RuleFault> {
        let Some(first) = self.rest().chars().next() else { return Ok(Token::End) };
        Ok(match first {
            '(' | ')' | '[' | ']' | ',' => {
                self.bump();
                Token::Sign(first)
            }
            '"' | '\'' => {
                self.bump();
                Token::Text(self.text_to(first)?)
            }
            // Entra's own page writes some operators with a dash.
            '-' | '\u{2013}' => {
                self.bump();
                match self.take_while(char::is_alphabetic) {
                    "" => return Err(self.fault(Fault::Character(first))),
                    name => Token::Operator(name),
                }
            }
            _ if first.is_ascii_digit() => {
                Token::Number(self.take_while(|c| c.is_ascii_alphanumeric() || "-+:.".contains(c)))
            }
            _ if first.is_alphabetic() || first == '_' || first == '$' => {
                Token::Name(self.take_while(|c| c.is_alphanumeric() || "_.$".contains(c)))
            }
            _ => return Err(self.fault(Fault::Character(first))),
        })
    }

    /// The rest of a text after its first quote. A single quote in it is written twice; a double quote, in a text between double
    /// quotes, after a backslash or a backtick.
    fn text_to(&mut self, quote: char) -> Result<String, RuleFault> {
        let mut text = String::new();
        loop {
            let next = self.bump();
            let following = self.rest().chars().next();
            match next.ok_or_else(|| self.fault_at(self.end, Fault::Unterminated))? {
                '\'' if following == Some('\'') => text.extend(self.bump()),
                '\\' | '`' if quote == '"' && following == Some('"') => text.extend(self.bump()),
                end if end == quote => return Ok(text),
                other => text.push(other),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens(text: &str) -> Result<Vec<Token<'_>>, RuleFault> {
        let mut lexer = Lexer::new(text)?;
        let mut tokens = Vec::new();
        loop {
            match lexer.advance()? {
                Token::End => return Ok(tokens),
                token => tokens.push(token),
            }
        }
    }

    #[test]
    fn a_rule_is_read_word_by_word() {
        let words = tokens(
            "-not(user.otherMails -endsWith\"@a\") \u{2013}and _ in ['b',\"c\"] $null 2020-06-10T18:13:20Z",
        );
        let text = |text: &str| Token::Text(text.into());
        assert_eq!(
            words.unwrap(),
            [
                Token::Operator("not"),
                Token::Sign('('),
                Token::Name("user.otherMails"),
                Token::Operator("endsWith"),
                text("@a"),
                Token::Sign(')'),
                Token::Operator("and"),
                Token::Name("_"),
                Token::Name("in"),
                Token::Sign('['),
                text("b"),
                Token::Sign(','),
                text("c"),
                Token::Sign(']'),
                Token::Name("$null"),
                Token::Number("2020-06-10T18:13:20Z"),
            ]
        );
    }

    #[test]
    fn quotes_in_texts_are_escaped_as_documented() {
        for (written, meant) in [
            (r#""Sales""#, "Sales"),
            ("'Sales'", "Sales"),
            (r#""\"Sales\"""#, "\"Sales\""),
            ("\"`\"Sales`\"\"", "\"Sales\""),
            ("\"O''Neil\"", "O'Neil"),
            ("\"O'Neil\"", "O'Neil"),
            ("'O''Neil'", "O'Neil"),
            (r"'C:\'", r"C:\"),
            (r#""^\d+$""#, r"^\d+$"),
            ("''", ""),
            ("\"\"", ""),
        ] {
            assert_eq!(tokens(written).as_deref(), Ok(&[Token::Text(meant.into())][..]), "{written}");
        }
    }

    #[test]
    fn what_begins_nothing_is_told_with_its_position() {
        for (text, kind, position) in [
            ("é = \"x\"", Fault::Character('='), 2),
            ("user.city -eq \"x", Fault::Unterminated, 16),
            ("𝄞", Fault::Character('𝄞'), 0),
            ("\"𝄞\" ;", Fault::Character(';'), 5),
            ("a - b", Fault::Character('-'), 2),
        ] {
            assert_eq!(tokens(text), Err(RuleFault { kind, position }), "{text}");
        }
    }

    #[test]
    fn a_rule_has_a_longest_length_in_characters() {
        assert!(Lexer::new(&"é".repeat(MAX_LENGTH)).is_ok());
        assert_eq!(Lexer::new(&"é".repeat(MAX_LENGTH + 1)).unwrap_err().kind, Fault::TooLong);
    }

    proptest! {
        #[test]
        fn any_text_has_words_or_a_fault_in_it(text in ".{0,60}") {
            match tokens(&text) {
                Ok(tokens) => prop_assert!(tokens.len() <= text.len()),
                Err(fault) => prop_assert!(fault.position <= text.encode_utf16().count()),
            }
        }
    }
}
