//! The bounded pull reader: elements by local name, text with everything XML hides in it.
//!
//! Long because one reader has all the ways XML hides text in.

use super::error::{XmlError, XmlErrorKind};
use crate::limits;
use quick_xml::Reader;
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::borrow::Cow;

/// Reads one document from its text, without ever going back.
///
/// The rule every caller follows: [`XmlReader::child`] opens the next child of the element that is open, and
/// whoever opened an element ends it by exactly one of [`XmlReader::text`], [`XmlReader::skip`], or by
/// calling [`XmlReader::child`] until it gives `None`.
pub struct XmlReader<'a> {
    input: &'a str,
    tokens: Reader<&'a [u8]>,
    /// Qualified names of the open elements.
    open: Vec<&'a str>,
    /// The last element was written `<a/>`; its end is still owed.
    ends_at_once: bool,
    oddities: Oddities,
    complaint: Option<String>,
}

/// Things that are wrong but were understood; counted so that an operator can see them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Oddities {
    /// Control characters that XML does not allow, left out of values (spec W-15).
    pub dropped_characters: u32,
    /// References that XML does not know, taken as text.
    pub bare_references: u32,
    /// Values without a `<Value>` element (spec W-08).
    pub missing_values: u32,
    /// Values without a usable `xsi:type` (spec W-08, W-09).
    pub missing_types: u32,
    /// Texts whose bytes were not what their encoding says.
    pub guessed_encoding: u32,
}

/// An element that has just been opened.
#[derive(Debug, Clone, Copy)]
pub struct Tag<'a> {
    name: &'a str,
    attributes: &'a str,
}

impl<'a> Tag<'a> {
    /// The name without its prefix.
    pub fn local(&self) -> &'a str {
        split_name(self.name).1
    }

    /// The prefix, empty if there is none.
    pub fn prefix(&self) -> &'a str {
        split_name(self.name).0
    }

    /// Attributes as (qualified name, raw value).
    pub fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        unchecked(self.attributes)
            .filter_map(Result::ok)
            .filter_map(|attribute| match attribute.value {
                Cow::Borrowed(value) => Some((attribute.key.0, value)),
                // Values are only ever copied when they are unescaped, and this iterator does not unescape.
                Cow::Owned(_) => None,
            })
            .take(limits::ATTRIBUTES)
    }

    /// The raw value of the first attribute with this local name.
    pub fn attribute(&self, local: &str) -> Option<&'a str> {
        if self.attributes.is_empty() {
            return None;
        }
        self.attributes()
            .find(|(name, _)| split_name(name).1 == local)
            .map(|(_, value)| value)
    }

    /// The namespace this element declares for a prefix (`""` for the default namespace).
    pub fn declares(&self, prefix: &str) -> Option<&'a str> {
        self.attributes()
            .find(|(name, _)| match name.strip_prefix("xmlns") {
                Some("") => prefix.is_empty(),
                Some(rest) => rest.strip_prefix(':') == Some(prefix) && !prefix.is_empty(),
                None => false,
            })
            .map(|(_, uri)| uri)
    }
}

impl<'a> XmlReader<'a> {
    /// A reader over the text of one document.
    pub fn new(input: &'a str) -> XmlReader<'a> {
        let mut tokens = Reader::from_str(input);
        let config = tokens.config_mut();
        // We keep the open names ourselves for the path in error messages, and compare them there.
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        XmlReader {
            input,
            tokens,
            open: Vec::with_capacity(8),
            ends_at_once: false,
            oddities: Oddities::default(),
            complaint: None,
        }
    }

    /// Opens the next child of the open element; `None` when the open element ends (it is closed then).
    /// Text between children is skipped. At the start of a document the child is its root.
    ///
    /// # Errors
    /// If the document is not well-formed, has a DOCTYPE, or passes a limit.
    pub fn child(&mut self) -> Result<Option<Tag<'a>>, XmlError> {
        if self.ends_at_once {
            self.ends_at_once = false;
            self.open.pop();
            return Ok(None);
        }
        loop {
            match self.next_token()? {
                Event::Start(start) => return self.enter(&start).map(Some),
                Event::Empty(start) => {
                    let tag = self.enter(&start)?;
                    self.ends_at_once = true;
                    return Ok(Some(tag));
                }
                Event::End(end) => {
                    self.leave(end.name().0)?;
                    return Ok(None);
                }
                Event::DocType(_) => return Err(self.error(XmlErrorKind::Doctype)),
                Event::GeneralRef(reference) => {
                    self.resolve(&reference)?;
                }
                Event::Eof => return Err(self.error(XmlErrorKind::Truncated)),
                Event::Text(_)
                | Event::CData(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_) => {}
            }
        }
    }

    /// The text of the open element up to its end, which is consumed. References, CDATA and comments are
    /// read as XML says, line ends become `\n`, text inside child elements is left out.
    ///
    /// # Errors
    /// As [`XmlReader::child`], and if the text is longer than [`limits::TEXT_BYTES`].
    pub fn text(&mut self) -> Result<Cow<'a, str>, XmlError> {
        if self.ends_at_once {
            self.ends_at_once = false;
            self.open.pop();
            return Ok(Cow::Borrowed(""));
        }
        let mut text: Cow<'a, str> = Cow::Borrowed("");
        loop {
            match self.next_token()? {
                Event::Text(piece) => {
                    let piece = self.rebase(&piece);
                    self.append(&mut text, piece);
                }
                Event::CData(piece) => {
                    let piece = self.rebase(&piece);
                    self.append(&mut text, piece);
                }
                Event::GeneralRef(reference) => {
                    let resolved = self.resolve(&reference)?;
                    text.to_mut().push_str(&resolved);
                }
                Event::Start(start) => {
                    self.enter(&start)?;
                    self.skip()?;
                }
                Event::Empty(start) => {
                    self.enter(&start)?;
                    self.open.pop();
                }
                Event::End(end) => {
                    self.leave(end.name().0)?;
                    return Ok(text);
                }
                Event::DocType(_) => return Err(self.error(XmlErrorKind::Doctype)),
                Event::Eof => return Err(self.error(XmlErrorKind::Truncated)),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
            if text.len() > limits::TEXT_BYTES {
                return Err(self.error(XmlErrorKind::TextTooLong));
            }
        }
    }

    /// Consumes the open element with everything in it.
    ///
    /// # Errors
    /// As [`XmlReader::child`].
    pub fn skip(&mut self) -> Result<(), XmlError> {
        let level = self.open.len();
        while self.open.len() >= level {
            self.child()?;
        }
        Ok(())
    }

    /// Notes that an argument of the message breaks the schema. The message is read to its end all the same,
    /// so that "not XML at all" wins over "wrong argument". The first complaint is kept.
    pub fn complain(&mut self, why: impl FnOnce() -> String) {
        if self.complaint.is_none() {
            self.complaint = Some(format!("{}: {}", self.path(), why()));
        }
    }

    /// The complaint noted by [`XmlReader::complain`], if any.
    pub fn take_complaint(&mut self) -> Option<String> {
        self.complaint.take()
    }

    /// What was odd in what has been read so far.
    pub fn oddities(&mut self) -> &mut Oddities {
        &mut self.oddities
    }

    /// An error at the place the reader has come to.
    pub fn error(&self, kind: XmlErrorKind) -> XmlError {
        let offset = usize::try_from(self.tokens.buffer_position()).unwrap_or(usize::MAX);
        let mut offset = offset.min(self.input.len());
        while !self.input.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.input[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before[line_start..].chars().count() + 1;
        XmlError {
            kind,
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
            path: self.path(),
        }
    }

    /// The local names of the open elements, joined by slashes.
    pub fn path(&self) -> String {
        let names: Vec<&str> = self.open.iter().map(|name| split_name(name).1).collect();
        names.join("/")
    }

    fn next_token(&mut self) -> Result<Event<'a>, XmlError> {
        self.tokens.read_event().map_err(|error| {
            let kind = match &error {
                quick_xml::Error::Syntax(_) if self.at_end() => XmlErrorKind::Truncated,
                other => XmlErrorKind::Malformed(other.to_string()),
            };
            self.error(kind)
        })
    }

    fn at_end(&self) -> bool {
        self.tokens.buffer_position() as usize >= self.input.len()
    }

    fn enter(&mut self, start: &BytesStart<'_>) -> Result<Tag<'a>, XmlError> {
        let name = self.rebase(start.name().0);
        let attributes = self.rebase(start.attributes_raw());
        if name.len() > limits::NAME_BYTES {
            return Err(self.error(XmlErrorKind::NameTooLong));
        }
        if name.is_empty() {
            return Err(self.error(XmlErrorKind::Malformed("an element without a name".into())));
        }
        // Fewer bytes than this cannot hold more attributes than the limit allows.
        if attributes.len() > limits::ATTRIBUTES * 4 {
            let count = unchecked(attributes).take(limits::ATTRIBUTES + 1).count();
            if attributes.len() > limits::ATTRIBUTES_BYTES || count > limits::ATTRIBUTES {
                return Err(self.error(XmlErrorKind::TooManyAttributes));
            }
        }
        if self.open.len() == limits::DEPTH {
            return Err(self.error(XmlErrorKind::TooDeep));
        }
        self.open.push(name);
        Ok(Tag {
            name,
            attributes: attributes.trim_ascii(),
        })
    }

    fn leave(&mut self, name: &str) -> Result<(), XmlError> {
        let name = name.trim_ascii_end();
        match self.open.last() {
            Some(open) if *open == name => {
                self.open.pop();
                Ok(())
            }
            Some(open) => {
                let why = format!("`</{name}>` where `</{open}>` is due");
                Err(self.error(XmlErrorKind::Malformed(why)))
            }
            None => {
                let why = format!("`</{name}>` closes nothing");
                Err(self.error(XmlErrorKind::Malformed(why)))
            }
        }
    }

    /// Appends raw text: line ends as XML says, without characters XML does not have.
    fn append(&mut self, text: &mut Cow<'a, str>, piece: &'a str) {
        let plain = !piece
            .bytes()
            .any(|byte| byte < 0x20 && byte != b'\n' && byte != b'\t');
        if plain {
            if text.is_empty() {
                *text = Cow::Borrowed(piece);
            } else {
                text.to_mut().push_str(piece);
            }
            return;
        }
        let text = text.to_mut();
        let mut characters = piece.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\r' => {
                    if characters.peek() != Some(&'\n') {
                        text.push('\n');
                    }
                }
                '\n' | '\t' => text.push(character),
                control if control < ' ' => self.oddities.dropped_characters += 1,
                other => text.push(other),
            }
        }
    }

    /// The text a reference stands for (XML 1.0 section 4.1).
    fn resolve(&mut self, reference: &BytesRef<'_>) -> Result<Cow<'static, str>, XmlError> {
        let name: &str = reference;
        if reference.is_char_ref() {
            return match character_reference(name) {
                Some(character) => Ok(Cow::Owned(character.to_string())),
                None => Err(self.error(XmlErrorKind::Entity(shorten(name)))),
            };
        }
        Ok(Cow::Borrowed(match name {
            "amp" => "&",
            "lt" => "<",
            "gt" => ">",
            "quot" => "\"",
            "apos" => "'",
            "nbsp" => {
                // Not XML, but seen from devices that build their messages as HTML.
                self.oddities.bare_references += 1;
                "\u{a0}"
            }
            _ => return Err(self.error(XmlErrorKind::Entity(shorten(name)))),
        }))
    }

    /// The same text as a slice of the input, so that it outlives the token it came in.
    fn rebase(&self, piece: &str) -> &'a str {
        let start = (piece.as_ptr() as usize).wrapping_sub(self.input.as_ptr() as usize);
        self.input
            .get(start..start.wrapping_add(piece.len()))
            .expect("tokens of a reader over a str are slices of that str")
    }
}

/// The character a reference such as `#38` or `#x26` names, if XML 1.0 has it.
fn character_reference(name: &str) -> Option<char> {
    let digits = name.strip_prefix('#')?;
    let code = match digits.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    let character = char::from_u32(code)?;
    let legal = character >= ' ' || matches!(character, '\t' | '\n' | '\r');
    (legal && !matches!(character, '\u{fffe}' | '\u{ffff}')).then_some(character)
}

/// The attributes of an element without the check for doubles, whose cost grows with their square.
fn unchecked(attributes: &str) -> Attributes<'_> {
    let mut attributes = Attributes::new(attributes, 0);
    attributes.with_checks(false);
    attributes
}

fn split_name(name: &str) -> (&str, &str) {
    match name.as_bytes().iter().position(|byte| *byte == b':') {
        Some(colon) => (&name[..colon], &name[colon + 1..]),
        None => ("", name),
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(document: &str) -> Result<String, XmlErrorKind> {
        let mut reader = XmlReader::new(document);
        reader.child().map_err(|error| error.kind)?;
        reader
            .text()
            .map(Cow::into_owned)
            .map_err(|error| error.kind)
    }

    /// Covers X11.
    #[test]
    fn text_is_what_xml_says_it_is() {
        for (document, expected) in [
            ("<a>x</a>", "x"),
            ("<a/>", ""),
            ("<a>  x \t</a>", "  x \t"),
            ("<a>&lt;&amp;&#65;&#x42;&apos;&quot;&gt;</a>", "<&AB'\">"),
            ("<a>x<![CDATA[<b>&amp;]]>y</a>", "x<b>&amp;y"),
            ("<a>x<!-- no -->y<?pi no?>z</a>", "xyz"),
            ("<a>x<b>no<c/></b>y</a>", "xy"),
            ("<a>x\r\ny\rz</a>", "x\ny\nz"),
            ("<a>x &#13;y</a>", "x \ry"),
            ("<a>x\u{8}y</a>", "xy"),
            ("<a>AT&T & more</a>", "AT&T & more"),
            ("<a>x&nbsp;y</a>", "x\u{a0}y"),
            ("\n <?xml version='1.0'?><a>x</a>\0junk", "x"),
        ] {
            assert_eq!(text_of(document).as_deref(), Ok(expected), "{document}");
        }
    }

    /// Covers X10.
    #[test]
    fn references_to_nothing_are_refused() {
        for name in [
            "#0",
            "#xD800",
            "#x110000",
            "#99999999999",
            "foo",
            "#8",
            "#xFFFF",
        ] {
            let refused = text_of(&format!("<a>&{name};</a>"));
            assert_eq!(
                refused,
                Err(XmlErrorKind::Entity(name.to_owned())),
                "{name}"
            );
        }
    }

    /// Covers X05.
    #[test]
    fn any_doctype_is_refused() {
        for document in [
            "<!DOCTYPE a><a/>",
            "<!-- x --><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
            "<!doctype a><a/>",
            "<?xml version='1.0'?>\n<!DOCTYPE a SYSTEM 'http://192.0.2.1/x.dtd'><a/>",
        ] {
            assert_eq!(text_of(document), Err(XmlErrorKind::Doctype), "{document}");
        }
    }

    #[test]
    fn wrong_and_missing_ends_are_refused_with_their_place() {
        let mut reader = XmlReader::new("<a>\n  <b>\n  </c>\n</a>");
        reader.child().unwrap();
        reader.child().unwrap();
        let error = reader.text().unwrap_err();
        assert_eq!((error.line, error.path.as_str()), (3, "a/b"));
        assert!(matches!(error.kind, XmlErrorKind::Malformed(_)));
        assert_eq!(text_of("<a>x"), Err(XmlErrorKind::Truncated));
        assert_eq!(text_of("<a>x</a"), Err(XmlErrorKind::Truncated));
    }

    /// Covers X06, X07, X08, X18.
    #[test]
    fn each_limit_holds_exactly() {
        let nested = |levels: usize| format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels));
        assert_eq!(text_of(&nested(limits::DEPTH)), Ok(String::new()));
        assert_eq!(
            text_of(&nested(limits::DEPTH + 1)),
            Err(XmlErrorKind::TooDeep)
        );
        let attributes = |count: usize| {
            let list: String = (0..count).map(|number| format!(" a{number}=''")).collect();
            format!("<a{list}/>")
        };
        assert_eq!(text_of(&attributes(limits::ATTRIBUTES)), Ok(String::new()));
        assert_eq!(
            text_of(&attributes(limits::ATTRIBUTES + 1)),
            Err(XmlErrorKind::TooManyAttributes)
        );
        let long_attribute = format!("<a b='{}'/>", "x".repeat(limits::ATTRIBUTES_BYTES));
        assert_eq!(
            text_of(&long_attribute),
            Err(XmlErrorKind::TooManyAttributes)
        );
        let name = "n".repeat(limits::NAME_BYTES + 1);
        assert_eq!(
            text_of(&format!("<{name}/>")),
            Err(XmlErrorKind::NameTooLong)
        );
        let at_limit = "x".repeat(limits::TEXT_BYTES);
        assert_eq!(
            text_of(&format!("<a>{at_limit}</a>")).map(|text| text.len()),
            Ok(at_limit.len())
        );
        assert_eq!(
            text_of(&format!("<a>{at_limit}x</a>")),
            Err(XmlErrorKind::TextTooLong)
        );
    }

    #[test]
    fn attributes_are_found_by_local_name_and_the_first_wins() {
        let mut reader =
            XmlReader::new("<a:v xsi:type=\"xs:int\" type='no' xmlns:cwmp='urn:x' xmlns='d'/>");
        let tag = reader.child().unwrap().unwrap();
        assert_eq!((tag.prefix(), tag.local()), ("a", "v"));
        assert_eq!(tag.attribute("type"), Some("xs:int"));
        assert_eq!(tag.declares("cwmp"), Some("urn:x"));
        assert_eq!(tag.declares(""), Some("d"));
        assert_eq!(tag.declares("soap"), None);
    }

    #[test]
    fn skip_leaves_the_reader_behind_the_element() {
        let mut reader = XmlReader::new("<a><b><c/>x<d>y</d></b><e>z</e></a>");
        reader.child().unwrap();
        assert_eq!(reader.child().unwrap().unwrap().local(), "b");
        reader.skip().unwrap();
        assert_eq!(reader.child().unwrap().unwrap().local(), "e");
        assert_eq!(reader.text().unwrap(), "z");
        assert!(reader.child().unwrap().is_none());
    }
}
