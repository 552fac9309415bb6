//! Macros: `$NAME`, `$(NAME)`, `$(NAME:p)`, `$(NAME:p:q)`, `$$`.
//!
//! A name nobody knows stays as it is written, and what a macro yields is not looked at again: a value can never become
//! part of the language around it.

use std::borrow::Cow;

/// Characters a text may grow to.
const EXPANDED_CHARS: usize = 64 * 1024;

/// Where the values of macros come from.
pub trait Macros {
    /// The value of a macro by its name without `$`; `None` if there is none of this name.
    fn value(&self, name: &str) -> Option<Cow<'_, str>>;
}

/// Whether the secret registers `SA` to `SD` stand for their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    /// They do: the text is the argument of `--key`, `--uid` or `--pwd`.
    Revealed,
    /// They are names nobody knows.
    Hidden,
}

/// One piece of a text with macros.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece<'t> {
    /// Stands for itself.
    Text(&'t str),
    /// A macro with offset and length, as it is written.
    Macro {
        name: &'t str,
        offset: usize,
        length: Option<usize>,
        written: &'t str,
    },
}

/// A text with every macro replaced by its value, cut off where it would grow beyond any use.
pub fn expand(text: &str, macros: &dyn Macros, secrets: Secrets) -> String {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((piece, behind)) = next(rest) {
        rest = behind;
        match piece {
            Piece::Text(text) => expanded.push_str(text),
            Piece::Macro {
                name,
                offset,
                length,
                written,
            } => match value(name, macros, secrets) {
                None => expanded.push_str(written),
                Some(value) => {
                    let part = value.chars().skip(offset);
                    expanded.extend(part.take(length.unwrap_or(usize::MAX)));
                }
            },
        }
        if expanded.len() > EXPANDED_CHARS {
            let end = (0..=EXPANDED_CHARS)
                .rev()
                .find(|end| expanded.is_char_boundary(*end));
            expanded.truncate(end.unwrap_or(0));
            break;
        }
    }
    expanded
}

/// The names of all macros in a text, in order.
pub fn names(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((piece, behind)) = next(rest) {
        rest = behind;
        if let Piece::Macro { name, .. } = piece {
            names.push(name);
        }
    }
    names
}

fn value<'m>(name: &str, macros: &'m dyn Macros, secrets: Secrets) -> Option<Cow<'m, str>> {
    if secrets == Secrets::Hidden && matches!(name, "SA" | "SB" | "SC" | "SD") {
        return None;
    }
    macros.value(name)
}

/// Takes the next piece off a text.
fn next(text: &str) -> Option<(Piece<'_>, &str)> {
    if text.is_empty() {
        return None;
    }
    let Some(dollar) = text.find('$') else {
        return Some((Piece::Text(text), ""));
    };
    if dollar > 0 {
        return Some((Piece::Text(&text[..dollar]), &text[dollar..]));
    }
    let behind = &text[1..];
    if let Some(rest) = behind.strip_prefix('$') {
        return Some((Piece::Text("$"), rest));
    }
    if let Some(inside) = behind.strip_prefix('(') {
        return Some(bracketed(text, inside).unwrap_or((Piece::Text("$"), behind)));
    }
    let end = behind
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(behind.len());
    if end == 0 {
        return Some((Piece::Text("$"), behind));
    }
    let piece = Piece::Macro {
        name: &behind[..end],
        offset: 0,
        length: None,
        written: &text[..=end],
    };
    Some((piece, &behind[end..]))
}

/// `$(NAME:p:q)`, of which `inside` begins behind the bracket.
fn bracketed<'t>(text: &'t str, inside: &'t str) -> Option<(Piece<'t>, &'t str)> {
    let (content, rest) = inside.split_once(')')?;
    let mut parts = content.split(':');
    let name = parts.next()?;
    let usable = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let offset = parts.next().map_or(Some(0), |part| part.parse().ok())?;
    let length = match parts.next() {
        None => None,
        Some(part) => Some(part.parse().ok()?),
    };
    if !usable || parts.next().is_some() {
        return None;
    }
    let piece = Piece::Macro {
        name,
        offset,
        length,
        written: &text[..text.len() - rest.len()],
    };
    Some((piece, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Unit;

    impl Macros for Unit {
        fn value(&self, name: &str) -> Option<Cow<'_, str>> {
            Some(Cow::Borrowed(match name {
                "MA" => "000e08aabbcc",
                "A" => "$MA|b",
                "SA" => "secret",
                "PN" => "ATA192-MPP",
                _ => return None,
            }))
        }
    }

    #[test]
    fn macros_become_their_values_and_nothing_else_changes() {
        for (text, expanded) in [
            ("/$MA.cfg", "/000e08aabbcc.cfg"),
            ("/$(MA)x", "/000e08aabbccx"),
            ("$(MA:6)", "aabbcc"),
            ("$(MA:0:6)/$(MA:6:2)", "000e08/aa"),
            ("$(MA:99)", ""),
            ("a$$b", "a$b"),
            ("$NOBODY $(NOBODY:1)", "$NOBODY $(NOBODY:1)"),
            ("$A", "$MA|b"),
            ("$ $", "$ $"),
            ("$(MA", "$(MA"),
            ("$(MA:x)", "$(MA:x)"),
            ("é$PN", "éATA192-MPP"),
        ] {
            assert_eq!(expand(text, &Unit, Secrets::Hidden), expanded, "{text}");
        }
    }

    /// Covers C17.
    #[test]
    fn secret_registers_stand_for_their_values_only_where_they_may() {
        assert_eq!(expand("$SA", &Unit, Secrets::Revealed), "secret");
        assert_eq!(expand("$SA", &Unit, Secrets::Hidden), "$SA");
        assert_eq!(expand("$(SA:0:3)", &Unit, Secrets::Hidden), "$(SA:0:3)");
    }

    #[test]
    fn a_text_never_grows_beyond_any_use() {
        let text = "$MA".repeat(100_000);
        assert!(expand(&text, &Unit, Secrets::Hidden).len() <= EXPANDED_CHARS);
    }
}
