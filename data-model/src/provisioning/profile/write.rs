//! The writer: from values to the text of a document that reads back as the same values.

use crate::schema::UserAccess;
use std::borrow::Cow;
use std::fmt::Write as _;

/// One value to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    /// The path of its element below the profile.
    pub element: Cow<'a, str>,
    /// Its attribute `ua`.
    pub user_access: Option<UserAccess>,
    /// Its text.
    pub text: Cow<'a, str>,
    /// What it belongs to, for a comment above the first of its kind.
    pub heading: Option<Cow<'a, str>>,
}

/// How a document looks; what it says is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// One value a line.
    Plain,
    /// With headings as comments.
    Commented,
}

/// An element with elements in it.
#[derive(Default)]
struct Section<'a> {
    name: &'a str,
    values: Vec<(&'a str, &'a Line<'a>)>,
    sections: Vec<Section<'a>>,
}

/// The text of a profile. Names must be names of XML; those of a vocabulary are.
pub fn write(lines: &[Line<'_>], style: Style) -> String {
    write_as("flat-profile", lines, style)
}

/// The text of a document with another root, such as the `flat-status` of a status page.
pub fn write_as(root: &str, lines: &[Line<'_>], style: Style) -> String {
    let mut profile = Section::default();
    for line in lines {
        let (above, name) = match line.element.rsplit_once('/') {
            Some((above, name)) => (above, name),
            None => ("", &*line.element),
        };
        let path = above.split('/').filter(|name| !name.is_empty());
        let section = path.fold(&mut profile, Section::below);
        section.values.push((name, line));
    }
    let mut text = String::with_capacity(64 + lines.len() * 64);
    text.extend(["<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<", root, ">\n"]);
    profile.write(&mut text, style);
    text.extend(["</", root, ">\n"]);
    text
}

impl<'a> Section<'a> {
    /// The section of this name, made if it is not there.
    fn below<'s>(&'s mut self, name: &'a str) -> &'s mut Section<'a> {
        let place = self.sections.iter().position(|below| below.name == name);
        let place = place.unwrap_or_else(|| {
            self.sections.push(Section {
                name,
                ..Section::default()
            });
            self.sections.len() - 1
        });
        &mut self.sections[place]
    }

    fn write(&self, text: &mut String, style: Style) {
        let mut heading = None;
        for (name, line) in &self.values {
            let own = line.heading.as_deref();
            if style == Style::Commented && own != heading {
                heading = own;
                if let Some(own) = own {
                    // Two hyphens would end the comment.
                    let own = own.replace('-', "\u{2010}");
                    text.extend(["<!-- ", &own, " -->\n"]);
                }
            }
            text.extend(["<", name]);
            if let Some(access) = line.user_access {
                text.extend([" ua=\"", access.as_str(), "\""]);
            }
            text.push('>');
            escape(&line.text, text);
            text.extend(["</", name, ">\n"]);
        }
        for section in &self.sections {
            text.extend(["<", section.name, ">\n"]);
            section.write(text, style);
            text.extend(["</", section.name, ">\n"]);
        }
    }
}

/// A value as text between tags; what XML has no characters for is left out.
fn escape(value: &str, text: &mut String) {
    for character in value.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '\u{fffe}' | '\u{ffff}' => {}
            control if control < ' ' && control != '\t' => {}
            ascii if ascii.is_ascii() => text.push(ascii),
            // So that no reader has to guess an encoding.
            other => {
                // Writing to a String cannot fail.
                let _ = write!(text, "&#x{:X};", u32::from(other));
            }
        }
    }
}
