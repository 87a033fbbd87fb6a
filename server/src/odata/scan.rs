//! What the grammars of query options share: a place in the text, what stands there, how deep it is nested, and why a text
//! can't be read. Which words there are isn't known here.

/// The longest text that is read, in bytes.
pub const MAX_BYTES: usize = 8192;

/// How deep parentheses, `not` and lambdas may be nested.
pub const MAX_DEPTH: usize = 32;

/// A text that its grammar doesn't have. `http/errors/` has the words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind:?} at position {position}")]
pub struct SyntaxFault {
    /// What is wrong.
    pub kind: Fault,
    /// Where, as Graph counts: in UTF-16 code units, from 0.
    pub position: usize,
    /// The text. Empty where it is too long to be told.
    pub text: String,
}

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The grammar has nothing that goes on so. The position is behind the word that is too much.
    Unexpected,
    /// A character that begins nothing.
    Character(char),
    /// A string without its last quote.
    Unterminated,
    /// A name is missing, or a phrase is empty.
    NoName,
    /// A value, a name or a parenthesis is missing.
    NoExpression,
    /// An opening parenthesis is missing.
    NotOpened,
    /// A closing parenthesis is missing.
    NotClosed,
    /// A closing parenthesis is missing, or a comma.
    ListNotClosed,
    /// Nested too deep.
    TooDeep,
    /// Too long.
    TooLong,
    /// Too many values in a list.
    TooMany,
}

/// A place in a text.
#[derive(Debug)]
pub struct Scanner<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Scanner<'t> {
    /// The beginning of a text.
    pub fn new(text: &'t str) -> Result<Self, SyntaxFault> {
        if text.len() > MAX_BYTES {
            return Err(SyntaxFault { kind: Fault::TooLong, position: 0, text: String::new() });
        }
        Ok(Self { text, at: 0, depth: 0 })
    }

    /// The place, in bytes.
    pub fn at(&self) -> usize {
        self.at
    }

    /// What follows.
    pub fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next character.
    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Passes over the next character.
    pub fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Passes over this character, if it is the next.
    pub fn eat(&mut self, expected: char) -> bool {
        let is_next = self.peek() == Some(expected);
        if is_next {
            self.at += expected.len_utf8();
        }
        is_next
    }

    /// Takes so many of the next bytes; none, where a character doesn't end there.
    pub fn take(&mut self, bytes: usize) -> &'t str {
        let taken = self.rest().get(..bytes).unwrap_or_default();
        self.at += taken.len();
        taken
    }

    /// Takes the characters that are so.
    pub fn take_while(&mut self, is_so: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        self.take(rest.find(|c| !is_so(c)).unwrap_or(rest.len()))
    }

    /// Passes over white space.
    pub fn skip_space(&mut self) {
        self.take_while(char::is_whitespace);
    }

    /// The rest of a string after its first quote. A quote in it is written twice.
    pub fn string(&mut self) -> Result<String, SyntaxFault> {
        let mut value = String::new();
        loop {
            value += self.take_while(|c| c != '\'');
            if !self.eat('\'') {
                return Err(self.fault(Fault::Unterminated));
            }
            if !self.eat('\'') {
                return Ok(value);
            }
            value.push('\'');
        }
    }

    /// Reads what is nested one deeper.
    pub fn enter(&mut self) -> Result<(), SyntaxFault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(self.fault(Fault::TooDeep)) } else { Ok(()) }
    }

    /// Ends what [`enter`](Self::enter) began.
    pub fn leave(&mut self) {
        self.depth -= 1;
    }

    /// A fault at this place.
    pub fn fault(&self, kind: Fault) -> SyntaxFault {
        self.fault_at(self.at, kind)
    }

    /// A fault at another place.
    pub fn fault_at(&self, at: usize, kind: Fault) -> SyntaxFault {
        let before = self.text.get(..at).unwrap_or(self.text);
        SyntaxFault { kind, position: before.encode_utf16().count(), text: self.text.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_quote_within_a_string_is_written_twice() {
        for (text, value, rest) in
            [("x'y", "x", "y"), ("O''Neil' z", "O'Neil", " z"), ("''' ", "'", " "), ("' ", "", " ")]
        {
            let mut scanner = Scanner::new(text).unwrap();
            assert_eq!(scanner.string().as_deref(), Ok(value), "{text}");
            assert_eq!(scanner.rest(), rest, "{text}");
        }
        let fault = Scanner::new("O''Neil").unwrap().string().unwrap_err();
        assert_eq!((fault.kind, fault.position), (Fault::Unterminated, 7));
    }

    #[test]
    fn positions_count_as_utf16_does() {
        let mut scanner = Scanner::new("é𝄞x").unwrap();
        scanner.take_while(|c| c != 'x');
        assert_eq!(scanner.fault(Fault::Unexpected).position, 3);
    }

    #[test]
    fn a_text_that_is_too_long_is_refused_without_being_told() {
        assert!(Scanner::new(&"x".repeat(MAX_BYTES)).is_ok());
        let fault = Scanner::new(&"x".repeat(MAX_BYTES + 1)).unwrap_err();
        assert_eq!((fault.kind, fault.text.as_str()), (Fault::TooLong, ""));
    }

    proptest! {
        #[test]
        fn no_step_leaves_the_text(text in ".{0,20}", steps in proptest::collection::vec(0u8..6, 0..40)) {
            let mut scanner = Scanner::new(&text).unwrap();
            for step in steps {
                match step {
                    0 => { scanner.bump(); }
                    1 => { scanner.take(2); }
                    2 => { scanner.take_while(char::is_alphabetic); }
                    3 => scanner.skip_space(),
                    4 => { scanner.eat('\''); }
                    _ => { let _ = scanner.string(); }
                }
                prop_assert!(text.is_char_boundary(scanner.at()));
                prop_assert!(scanner.fault(Fault::Unexpected).position <= text.encode_utf16().count());
            }
        }
    }
}
