//! The strict writer: what it puts out is well-formed and valid by the CWMP schema, whatever it is given.

use data_model::XsdType;
use std::fmt::Write as _;

/// Builds one document in memory.
#[derive(Debug, Default)]
pub struct XmlWriter {
    out: String,
}

impl XmlWriter {
    /// An empty document with room for `bytes`.
    pub fn with_capacity(bytes: usize) -> XmlWriter {
        XmlWriter {
            out: String::with_capacity(bytes),
        }
    }

    /// The finished document.
    pub fn into_string(self) -> String {
        self.out
    }

    /// Adds markup as it stands. Only for texts written in this crate.
    pub fn raw(&mut self, markup: &str) {
        self.out.push_str(markup);
    }

    /// `<tag>`
    pub fn open(&mut self, tag: &str) {
        self.out.push('<');
        self.out.push_str(tag);
        self.out.push('>');
    }

    /// `</tag>`
    pub fn close(&mut self, tag: &str) {
        self.out.push_str("</");
        self.out.push_str(tag);
        self.out.push('>');
    }

    /// `<tag>text</tag>`, the text escaped.
    pub fn leaf(&mut self, tag: &str, text: &str) {
        self.open(tag);
        self.text(text);
        self.close(tag);
    }

    /// `<tag>number</tag>`
    pub fn number(&mut self, tag: &str, number: impl std::fmt::Display) {
        self.open(tag);
        // Writing to a String cannot fail.
        let _ = write!(self.out, "{number}");
        self.close(tag);
    }

    /// `<tag>1</tag>` or `<tag>0</tag>` (spec W-10: some devices refuse the words).
    pub fn boolean(&mut self, tag: &str, value: bool) {
        self.leaf(tag, if value { "1" } else { "0" });
    }

    /// `<tag xsi:type="xsd:…">text</tag>`: every value of anySimpleType carries its type (TR-069 3.5).
    pub fn value(&mut self, tag: &str, ty: XsdType, text: &str) {
        self.out.push('<');
        self.out.push_str(tag);
        self.out.push_str(" xsi:type=\"");
        self.out.push_str(ty.as_str());
        self.out.push_str("\">");
        self.text(text);
        self.close(tag);
    }

    /// `<tag soap-enc:arrayType="item[count]">` (TR-069 3.5).
    pub fn array(&mut self, tag: &str, item: &str, count: usize) {
        let _ = write!(self.out, "<{tag} soap-enc:arrayType=\"{item}[{count}]\">");
    }

    /// Escaped text. Besides the characters of markup, everything outside 9, 10 and 32 to 126 becomes a
    /// numeric reference (TR-069 3.4.1), so that old readers survive it; characters XML does not have
    /// become U+FFFD.
    pub fn text(&mut self, text: &str) {
        let plain = |byte: u8| {
            matches!(byte, 9 | 10 | 32..=126) && !matches!(byte, b'&' | b'<' | b'>' | b'"')
        };
        if text.bytes().all(plain) {
            self.out.push_str(text);
            return;
        }
        for character in text.chars() {
            match character {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                '\t' | '\n' | ' '..='~' => self.out.push(character),
                '\r' => self.out.push_str("&#13;"),
                '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => self.out.push_str("&#65533;"),
                other => {
                    let _ = write!(self.out, "&#{};", u32::from(other));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::XmlReader;

    /// Covers H-23.
    #[test]
    fn every_text_comes_back_as_it_was() {
        for text in [
            "plain",
            "a<b>&\"'c",
            " \t\n\r ",
            "é ü 漢 \u{1F4DE}",
            "]]>",
            "\u{7f}",
        ] {
            let mut writer = XmlWriter::default();
            writer.leaf("a", text);
            let document = writer.into_string();
            assert!(document.is_ascii());
            let mut reader = XmlReader::new(&document);
            reader.child().unwrap();
            assert_eq!(reader.text().unwrap(), text);
        }
    }

    #[test]
    fn characters_xml_does_not_have_are_replaced() {
        let mut writer = XmlWriter::default();
        writer.leaf("a", "x\u{8}y\u{0}");
        assert_eq!(writer.into_string(), "<a>x&#65533;y&#65533;</a>");
    }
}
