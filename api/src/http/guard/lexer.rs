//! One pass over the bytes of a document: tokens, brackets, definitions. No recursion, no allocation.

use super::{Limits, Refusal, within};

/// Counts while it reads, and stops at the first limit that is passed. Answers the tokens.
pub(super) fn scan(source: &str, limits: &Limits) -> Result<u64, Refusal> {
    let mut scan = Scan {
        bytes: source.as_bytes(),
        at: 0,
        depth: 0,
        values_from: None,
        between_definitions: true,
        counts: Counts::default(),
    };
    while let Some(token) = scan.next_token()? {
        scan.counts.tokens += 1;
        scan.note(token)?;
        within("tokens", scan.counts.tokens, limits.tokens)?;
        within("nested brackets", scan.depth, limits.nesting)?;
        within(super::VALUES, scan.value_depth(), limits.values)?;
        within("operations", scan.counts.operations, limits.operations)?;
        within("fragments", scan.counts.fragments, limits.fragments)?;
    }
    Ok(scan.counts.tokens)
}

#[derive(Default)]
struct Counts {
    tokens: u64,
    operations: u64,
    fragments: u64,
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: u64,
    /// At which depth the parentheses stand that are open: within them are values, and no selections.
    values_from: Option<u64>,
    between_definitions: bool,
    counts: Counts,
}

#[derive(Clone, Copy)]
enum Token<'a> {
    Open(u8),
    Close,
    Name(&'a [u8]),
    Other,
}

impl<'a> Scan<'a> {
    fn note(&mut self, token: Token<'a>) -> Result<(), Refusal> {
        match token {
            Token::Open(bracket) => {
                if self.between_definitions && bracket == b'{' {
                    self.counts.operations += 1;
                    self.between_definitions = false;
                }
                self.depth += 1;
                if bracket == b'(' {
                    self.values_from.get_or_insert(self.depth);
                }
            }
            Token::Close => {
                self.depth =
                    self.depth.checked_sub(1).ok_or_else(|| unreadable("a bracket is closed twice"))?;
                self.values_from = self.values_from.filter(|from| self.depth >= *from);
                // Only braces stand at the outermost level and end something there; the parentheses of
                // variables are followed by the braces of their operation, which must not count again.
                self.between_definitions = self.depth == 0 && self.bytes.get(self.at - 1) == Some(&b'}');
            }
            Token::Name(name) if self.between_definitions => {
                if name == b"fragment" {
                    self.counts.fragments += 1;
                } else {
                    self.counts.operations += 1;
                }
                self.between_definitions = false;
            }
            Token::Name(_) | Token::Other => {}
        }
        Ok(())
    }

    /// Brackets that are open within parentheses.
    fn value_depth(&self) -> u64 {
        self.values_from.map_or(0, |from| self.depth.saturating_sub(from))
    }

    fn next_token(&mut self) -> Result<Option<Token<'a>>, Refusal> {
        self.skip_ignored();
        let start = self.at;
        let Some(&byte) = self.bytes.get(start) else { return Ok(None) };
        self.at += 1;
        Ok(Some(match byte {
            b'(' | b'[' | b'{' => Token::Open(byte),
            b')' | b']' | b'}' => Token::Close,
            b'"' => {
                self.skip_string()?;
                Token::Other
            }
            b'.' => {
                self.skip_while(|byte| byte == b'.');
                Token::Other
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                self.skip_while(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
                Token::Name(&self.bytes[start..self.at])
            }
            b'-' | b'0'..=b'9' => {
                self.skip_while(|byte| matches!(byte, b'+' | b'-' | b'.') || byte.is_ascii_alphanumeric());
                Token::Other
            }
            _ => Token::Other,
        }))
    }

    fn skip_ignored(&mut self) {
        while let Some(rest) = self.bytes.get(self.at..).filter(|rest| !rest.is_empty()) {
            match rest {
                [b' ' | b',' | b'\t' | b'\r' | b'\n', ..] => self.at += 1,
                [0xEF, 0xBB, 0xBF, ..] => self.at += 3,
                [b'#', ..] => self.skip_while(|byte| !matches!(byte, b'\r' | b'\n')),
                _ => return,
            }
        }
    }

    fn skip_while(&mut self, belongs: impl Fn(u8) -> bool) {
        while self.bytes.get(self.at).is_some_and(|&byte| belongs(byte)) {
            self.at += 1;
        }
    }

    /// After the opening quote. A string that this pass and the parser could end at different places is refused,
    /// so that no bracket hides from the count.
    fn skip_string(&mut self) -> Result<(), Refusal> {
        if self.bytes[self.at..].starts_with(b"\"\"") {
            self.at += 2;
            return self.skip_block_string();
        }
        loop {
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') if self.at + 1 < self.bytes.len() => self.at += 2,
                Some(b'\r' | b'\n' | b'\\') | None => return Err(unreadable("a string is not closed")),
                Some(_) => self.at += 1,
            }
        }
    }

    fn skip_block_string(&mut self) -> Result<(), Refusal> {
        loop {
            match self.bytes.get(self.at..) {
                Some([b'"', b'"', b'"', ..]) => {
                    self.at += 3;
                    return Ok(());
                }
                Some([b'\\', b'"', b'"', b'"', ..]) => self.at += 4,
                Some([_, ..]) => self.at += 1,
                _ => return Err(unreadable("a block string is not closed")),
            }
        }
    }
}

fn unreadable(what: &str) -> Refusal {
    Refusal::Syntax { what: what.to_owned(), at: None }
}
