//! One line of the log for each event, whatever a peer has put into its texts (case C19).

use std::borrow::Cow;
use std::io::{self, Write};

/// Bytes of a line; what somebody reads is in the first of them.
const LINE_BYTES: usize = 8 * 1024;

/// Standard error, to which each event is written in one piece.
pub struct OneLine {
    /// Whether the line is cut: not where it has a form that would break.
    pub cut: bool,
    /// Whether it is coloured for a terminal; values in it were escaped before.
    pub coloured: bool,
}

impl Write for OneLine {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let mut line = escaped(text, self.coloured).into_owned();
        if self.cut && line.len() > LINE_BYTES {
            line.truncate(line.floor_char_boundary(LINE_BYTES));
            line.push('…');
        }
        line.push('\n');
        io::stderr().write_all(line.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// The text without what ends a line or speaks to a terminal.
fn escaped(text: &str, coloured: bool) -> Cow<'_, str> {
    let speaks = |c: char| match c {
        '\u{1b}' => !coloured,
        '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' => true,
        c => c.is_control(),
    };
    if !text.contains(speaks) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match speaks(c) {
            true => line.extend(c.escape_default()),
            false => line.push(c),
        }
    }
    Cow::Owned(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers C19.
    #[test]
    fn whatever_ends_a_line_or_speaks_to_a_terminal_is_escaped() {
        for (text, line) in [
            ("plain äöü 電話", "plain äöü 電話"),
            ("a\r\nINFO forged", "a\\r\\nINFO forged"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            (
                "a\u{2028}b\u{202e}c\u{85}d\0",
                "a\\u{2028}b\\u{202e}c\\u{85}d\\u{0}",
            ),
        ] {
            assert_eq!(escaped(text, false), line);
        }
    }
}
