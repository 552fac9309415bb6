//! From the text of a profile a device can read to well-formed XML that says the same.
//!
//! Names with a prefix leave with [`COLON`] in its place: the tree that takes them would lose prefixes of attributes.

use data_model::provisioning::profile::read::PROFILE;
use data_model::provisioning::profile::repair;
use quick_xml::Reader;
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesStart, Event};
use std::fmt::Write as _;

/// A character of names that no profile has.
pub const COLON: char = '\u{b7}';

struct Open {
    name: String,
    has_children: bool,
}

struct Mending {
    output: String,
    open: Vec<Open>,
}

/// Mends a text the lenient reader has taken.
///
/// # Errors
/// Says where the text cannot be told apart.
pub fn mend(text: &str) -> Result<String, String> {
    let mut tokens = Reader::from_str(text);
    let config = tokens.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut mending = Mending {
        output: String::with_capacity(text.len() + text.len() / 8),
        open: Vec::new(),
    };
    loop {
        let event = tokens.read_event().map_err(|error| error.to_string())?;
        if matches!(event, Event::Eof) {
            return Ok(mending.output);
        }
        mending.take(&event);
    }
}

impl Mending {
    fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(start) => self.start(start),
            Event::Empty(start) => {
                self.tag(start);
                self.output.push_str("/>");
            }
            Event::End(_) => self.end(),
            Event::Text(text) if self.open.is_empty() => {
                let breaks = text.chars().filter(char::is_ascii_whitespace);
                self.output.extend(breaks);
            }
            Event::Text(text) => {
                let text = allowed(text).replace('&', "&amp;").replace("]]>", "]]&gt;");
                self.output.push_str(&text);
            }
            Event::CData(text) => {
                let text = allowed(text);
                self.output.extend(["<![CDATA[", &text, "]]>"]);
            }
            Event::GeneralRef(reference) => self.output.extend(["&", reference, ";"]),
            Event::Comment(text) => {
                let text = allowed(text).replace("--", "- -").replace("--", "- -");
                let end = if text.ends_with('-') { " -->" } else { "-->" };
                self.output.extend(["<!--", &text, end]);
            }
            // Instructions have no meaning for a device, and a declaration is written with the file.
            Event::PI(text) if !text.trim_start().to_ascii_lowercase().starts_with("xml ") => {
                self.output.extend(["<?", &allowed(text), "?>"]);
            }
            Event::PI(_) | Event::Decl(_) | Event::DocType(_) | Event::Eof => {}
        }
    }

    fn start(&mut self, start: &BytesStart<'_>) {
        let name = start.name().0;
        let inside = self.open.iter().any(|open| local(&open.name) == PROFILE);
        if inside
            && let Some(open) = self.open.last()
            && !open.has_children
            && repair::is_end_without_slash(
                local(&open.name),
                local(name),
                start.attributes_raw().trim_ascii(),
            )
        {
            self.end();
            return;
        }
        self.tag(start);
        self.output.push('>');
        self.open.push(Open {
            name: name.to_owned(),
            has_children: false,
        });
    }

    /// Closes the innermost element under the name it was opened with.
    fn end(&mut self) {
        if let Some(open) = self.open.pop() {
            self.output.extend(["</", &hidden(&open.name), ">"]);
        }
    }

    /// A tag up to its end.
    fn tag(&mut self, start: &BytesStart<'_>) {
        if let Some(above) = self.open.last_mut() {
            above.has_children = true;
        }
        self.output.extend(["<", &hidden(start.name().0)]);
        let mut list = Attributes::new(start.attributes_raw(), 0);
        list.with_checks(false);
        let mut kept: Vec<(String, String)> = Vec::new();
        // Of several with one name the last counts.
        for attribute in list.flatten() {
            let name = hidden(attribute.key.0);
            kept.retain(|(other, _)| *other != name);
            kept.push((name, attribute_text(&attribute.value)));
        }
        for (name, value) in kept {
            // Writing to a String cannot fail.
            let _ = write!(self.output, " {name}=\"{value}\"");
        }
    }
}

fn local(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
}

/// A name the tree takes for one without a prefix. [`shown`] gives it back.
fn hidden(name: &str) -> String {
    match name {
        // A default namespace would be one of every element.
        "xmlns" => format!("xmlns{COLON}"),
        _ => name.replace(':', "\u{b7}"),
    }
}

/// The name behind a hidden one.
pub fn shown(name: &str) -> String {
    match name.strip_suffix(COLON) {
        Some("xmlns") => "xmlns".to_owned(),
        _ => name.replace(COLON, ":"),
    }
}

/// A text without the characters XML does not allow.
fn allowed(text: &str) -> String {
    let legal = |c: &char| {
        *c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}') || matches!(c, '\t' | '\n' | '\r')
    };
    text.chars().filter(legal).collect()
}

/// The value of an attribute, between double quotes.
fn attribute_text(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for (at, character) in value.char_indices() {
        match character {
            '&' if !is_reference(&value[at..]) => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '"' => text.push_str("&quot;"),
            other => text.push(other),
        }
    }
    allowed(&text)
}

fn is_reference(text: &str) -> bool {
    let Some((name, _)) = text[1..].split_once(';') else {
        return false;
    };
    let digits = name.strip_prefix('#');
    matches!(name, "amp" | "lt" | "gt" | "quot" | "apos")
        || digits.is_some_and(|digits| {
            let code = match digits.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => digits.parse().ok(),
            };
            code.and_then(char::from_u32).is_some_and(|c| c >= ' ')
        })
}
