//! A text cut into words, values and signs, each with its place.

use super::error::{Expected, QueryError};
use crate::limits::QUERY_CHARS;

/// Characters of a number: 64 bit ones have fewer.
const NUMBER_CHARS: usize = 32;

/// What a piece of the text is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name or a word of the language.
    Word(String),
    /// A text in quotes.
    Text(String),
    /// A number.
    Number(f64),
    /// An operator or a bracket.
    Sign(&'static str),
    /// The end.
    End,
}

/// A piece with its place, in characters.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub token: Token,
    pub position: usize,
    pub length: usize,
}

/// Longer ones first.
const SIGNS: [&str; 11] = ["!=", "<=", ">=", "==", "=", "<", ">", "~", "(", ")", ","];

fn wrong(position: usize, length: usize, why: impl Into<String>, fix: &str) -> QueryError {
    QueryError {
        position,
        length,
        why: why.into(),
        fix: fix.into(),
        expected: Expected::Nothing,
    }
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
}

/// Cuts a text into pieces; the last one is the end.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece>, QueryError> {
    // As bytes first: what is far too long is not even counted.
    if text.len() > QUERY_CHARS * 4 || text.chars().count() > QUERY_CHARS {
        let why = format!("a query has at most {QUERY_CHARS} characters");
        let fix = "mark the devices with a tag and ask for the tag";
        return Err(wrong(QUERY_CHARS, 0, why, fix));
    }
    let mut lexer = Lexer {
        chars: text.chars().collect(),
        at: 0,
    };
    let mut pieces = Vec::new();
    loop {
        let piece = lexer.next()?;
        let last = piece.token == Token::End;
        pieces.push(piece);
        if last {
            return Ok(pieces);
        }
    }
}

impl Lexer {
    fn next(&mut self) -> Result<Piece, QueryError> {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
        let position = self.at;
        let token = match self.peek() {
            None => Token::End,
            Some(quote @ ('"' | '\'')) => self.text(quote)?,
            Some(c) if c.is_ascii_digit() || c == '-' => self.number()?,
            Some(c) if c.is_alphabetic() || c == '_' => self.word(),
            Some(_) => self.sign()?,
        };
        Ok(Piece {
            token,
            position,
            length: self.at - position,
        })
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn text(&mut self, quote: char) -> Result<Token, QueryError> {
        let begin = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(c) = self.peek() else {
                let fix = format!("close the text with {quote}");
                return Err(wrong(begin, self.at - begin, "the text has no end", &fix));
            };
            self.at += 1;
            match c {
                c if c == quote => return Ok(Token::Text(text)),
                '\\' => match self.peek() {
                    Some(c @ ('"' | '\'' | '\\')) => {
                        self.at += 1;
                        text.push(c);
                    }
                    _ => {
                        let fix = "write \\\\ for a backslash and \\\" for a quote";
                        return Err(wrong(
                            self.at - 1,
                            1,
                            "a backslash stands before nothing it could mean",
                            fix,
                        ));
                    }
                },
                c => text.push(c),
            }
        }
    }

    fn number(&mut self) -> Result<Token, QueryError> {
        let begin = self.at;
        self.at += 1;
        while self
            .peek()
            .is_some_and(|c| c.is_ascii_alphanumeric() || c == '.')
        {
            self.at += 1;
        }
        let text: String = self.chars[begin..self.at].iter().collect();
        let plain = text.len() <= NUMBER_CHARS
            && text
                .bytes()
                .skip(1)
                .all(|b| b.is_ascii_digit() || b == b'.');
        let number = text
            .parse::<f64>()
            .ok()
            .filter(|_| plain && !text.ends_with('.'));
        number.map(Token::Number).ok_or_else(|| {
            let shown: String = text.chars().take(NUMBER_CHARS).collect();
            let fix = format!("write \"{shown}\" if it is a text, ago(\"2h\") for a time");
            wrong(
                begin,
                self.at - begin,
                format!("`{shown}` is no number"),
                &fix,
            )
        })
    }

    fn word(&mut self) -> Token {
        let begin = self.at;
        while self
            .peek()
            .is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | ':' | '*'))
        {
            self.at += 1;
        }
        Token::Word(self.chars[begin..self.at].iter().collect())
    }

    fn sign(&mut self) -> Result<Token, QueryError> {
        let rest = &self.chars[self.at..];
        let found = SIGNS.iter().find(|sign| {
            rest.len() >= sign.len() && sign.chars().eq(rest[..sign.len()].iter().copied())
        });
        let Some(sign) = found else {
            let c = rest.first().copied().unwrap_or_default();
            let fix = "compare with = != < <= > >= ~ like or in, and join with and, or, not";
            return Err(wrong(
                self.at,
                1,
                format!("`{}` means nothing here", c.escape_debug()),
                fix,
            ));
        };
        self.at += sign.len();
        Ok(Token::Sign(if *sign == "==" { "=" } else { sign }))
    }
}
