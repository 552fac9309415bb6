//! The reader: from the bytes of a document to its entries, in one pass, without a tree and without recursion.
//!
//! It stands beside the reader of messages in the crate `cwmp` because that one must refuse what this one must mend, and
//! because arrows between the crates go the other way. Long because one state carries all tokens of a document.

use super::alias::Aliases;
use super::decode::decode;
use super::finding::{Finding, Position, Severity, shown};
use super::limits;
use super::policy::{Policy, Strictness};
use super::repair;
use crate::schema::UserAccess;
use quick_xml::Reader;
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::borrow::Cow;

/// The element that holds a profile; it may stand inside any other.
pub const PROFILE: &str = "flat-profile";

/// What a document says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// Its values in the order of the document; of two with one path the last wins.
    pub entries: Vec<Entry>,
    /// What is odd about it.
    pub warnings: Vec<Finding>,
}

/// One element with a value, or with none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path below the profile: `Proxy_1_`, `router-configuration/Router_Mode`.
    pub element: String,
    /// Its attribute `ua`, if it has one that can be understood.
    pub user_access: Option<UserAccess>,
    /// Its text on one line, without white space at the ends.
    pub text: String,
    /// Where its tag begins.
    pub position: Position,
}

/// Reads a document. What it stands in is left out.
///
/// # Errors
/// If it is no profile, is damaged in a way that leaves open what was meant, or passes a limit.
pub fn read(bytes: &[u8], policy: Policy) -> Result<Document, Finding> {
    read_renamed(bytes, policy, &Aliases::default())
}

/// Reads a document in which elements stand for others; with such a map its root may be any.
///
/// # Errors
/// As [`read`].
pub fn read_renamed(bytes: &[u8], policy: Policy, aliases: &Aliases) -> Result<Document, Finding> {
    let refuse = |what: String| Finding {
        position: Position::START,
        severity: Severity::Error,
        element: String::new(),
        what,
    };
    if bytes.len() > crate::provisioning::encryption::PROFILE_BYTES {
        let limit = crate::provisioning::encryption::PROFILE_BYTES;
        return Err(refuse(format!("the file has more than {limit} bytes")));
    }
    let (text, odd) = decode(bytes).map_err(refuse)?;
    if text.trim().is_empty() {
        return Err(refuse("the file is empty".into()));
    }
    let mut reading = Reading::new(&text, policy.strictness, aliases);
    if let Some(odd) = odd {
        reading.odd(Position::START, odd.into())?;
    }
    while reading.step()? {}
    reading.finish()
}

/// An element whose end has not come.
struct Open<'a> {
    name: &'a str,
    user_access: Option<UserAccess>,
    position: Position,
    text: String,
    has_children: bool,
}

struct Reading<'a> {
    input: &'a str,
    tokens: Reader<&'a [u8]>,
    strictness: Strictness,
    aliases: &'a Aliases,
    open: Vec<Open<'a>>,
    /// How many elements are open above and with the profile, while it is read.
    profile: Option<usize>,
    found_profile: bool,
    root: Option<&'a str>,
    elements: usize,
    /// The place of the token that is looked at, and its offset.
    position: Position,
    offset: usize,
    document: Document,
}

impl<'a> Reading<'a> {
    fn new(input: &'a str, strictness: Strictness, aliases: &'a Aliases) -> Reading<'a> {
        let mut tokens = Reader::from_str(input);
        let config = tokens.config_mut();
        // Ends are compared here, where some that do not match can be mended.
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        Reading {
            input,
            tokens,
            strictness,
            aliases,
            open: Vec::with_capacity(8),
            profile: None,
            found_profile: false,
            root: None,
            elements: 0,
            position: Position::START,
            offset: 0,
            document: Document::default(),
        }
    }

    /// Takes one token; false at the end of the document.
    fn step(&mut self) -> Result<bool, Finding> {
        self.advance();
        let event = self.tokens.read_event().map_err(|error| {
            let cut = matches!(error, quick_xml::Error::Syntax(_));
            self.error(match cut {
                true => format!("the document is cut off: {error}"),
                false => format!("not well-formed: {error}"),
            })
        })?;
        match event {
            Event::Start(start) => self.start(&start)?,
            Event::Empty(start) => {
                self.enter(&start)?;
                self.leave();
            }
            Event::End(end) => self.end(end.name().0)?,
            Event::Text(text) => self.text(&text, true)?,
            Event::CData(text) => self.text(&text, false)?,
            Event::GeneralRef(reference) => self.reference(&reference)?,
            Event::DocType(_) => return Err(self.error("a DOCTYPE is not accepted".into())),
            Event::Eof => return Ok(false),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        Ok(true)
    }

    fn finish(self) -> Result<Document, Finding> {
        if let Some(open) = self.open.last() {
            let (name, at) = (shown(open.name), open.position);
            return Err(self.error(format!(
                "the document ends while <{name}> of {at} is open; is it complete?"
            )));
        }
        if !self.found_profile && self.document.entries.is_empty() {
            return Err(self.error(match self.root {
                Some(root) if !self.aliases.is_empty() => format!(
                    "there is neither a <{PROFILE}> nor an element the map of --alias names in this <{}>",
                    shown(root)
                ),
                Some(root) => format!("there is no <{PROFILE}> in this <{}>", shown(root)),
                None => "this is no XML document".into(),
            }));
        }
        Ok(self.document)
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), Finding> {
        let (name, attributes) = (start.name().0, start.attributes_raw().trim_ascii());
        if self.profile.is_some()
            && let Some(open) = self.open.last()
            && !open.has_children
            && repair::is_end_without_slash(open.name, local(name), attributes)
        {
            self.odd(
                self.position,
                format!("`<{0}>` is taken for `</{0}>`", shown(name)),
            )?;
            self.leave();
            return Ok(());
        }
        self.enter(start)
    }

    fn enter(&mut self, start: &BytesStart<'_>) -> Result<(), Finding> {
        let name = local(self.rebase(start.name().0));
        let attributes = start.attributes_raw();
        self.elements += 1;
        let (names, depth) = (limits::NAME_BYTES, limits::DEPTH);
        let excess = if name.len() > names {
            Some(format!("an element name of more than {names} bytes"))
        } else if name.is_empty() {
            Some("an element without a name".into())
        } else if self.open.len() == depth {
            Some(format!("more than {depth} elements inside one another"))
        } else if self.elements > limits::ELEMENTS {
            Some(format!("more than {} elements", limits::ELEMENTS))
        } else if attributes.len() > limits::ATTRIBUTES_BYTES {
            let bytes = limits::ATTRIBUTES_BYTES;
            Some(format!("more than {bytes} bytes of attributes"))
        } else {
            None
        };
        if let Some(excess) = excess {
            return Err(self.error(excess));
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(self.error(format!("a second root element, <{}>", shown(name))));
        }
        self.root.get_or_insert(name);
        if let Some(above) = self.open.last_mut() {
            above.has_children = true;
        }
        self.stray_text()?;
        let user_access = match self.counts() {
            true => self.user_access(name, attributes)?,
            false => None,
        };
        self.open.push(Open {
            name,
            user_access,
            position: self.position,
            text: String::new(),
            has_children: false,
        });
        if name == PROFILE && self.profile.is_none() {
            if self.found_profile {
                self.odd(self.position, format!("a second <{PROFILE}>; both count"))?;
            }
            (self.profile, self.found_profile) = (Some(self.open.len()), true);
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), Finding> {
        let name = local(name.trim_ascii_end());
        let Some(open) = self.open.last() else {
            return Err(self.error(format!("`</{}>` closes nothing", shown(name))));
        };
        if open.name != name {
            let what = format!(
                "`</{}>` where `</{}>` is due",
                shown(name),
                shown(open.name)
            );
            let mendable = self
                .profile
                .is_some_and(|profile| self.open.len() > profile)
                && !open.has_children
                && repair::is_same_name_cut_off(open.name, name);
            if !mendable {
                return Err(self.error(what));
            }
            self.odd(self.position, what)?;
        }
        self.stray_text()?;
        self.leave();
        Ok(())
    }

    /// Closes the innermost element; one without children is an entry.
    fn leave(&mut self) {
        let depth = self.open.len();
        let renamed = self.renamed();
        let path = self.path();
        let Some(open) = self.open.pop() else { return };
        match (self.profile, renamed) {
            (Some(profile), _) if depth == profile => self.profile = None,
            (_, element) if !open.has_children && (element.is_some() || self.profile.is_some()) => {
                self.document.entries.push(Entry {
                    element: element.map_or(path, str::to_owned),
                    user_access: open.user_access,
                    text: on_one_line(&open.text),
                    position: open.position,
                })
            }
            (_, _) => {}
        }
    }

    /// Whether what is inside the innermost element may be a value.
    fn counts(&self) -> bool {
        self.profile.is_some() || !self.aliases.is_empty()
    }

    /// The element of the profile the innermost one stands for.
    fn renamed(&self) -> Option<&'a str> {
        if self.aliases.is_empty() {
            return None;
        }
        let names: Vec<&str> = self.open.iter().map(|open| open.name).collect();
        self.aliases.target(&names.join("/"))
    }

    /// Text between elements belongs to no parameter.
    fn stray_text(&mut self) -> Result<(), Finding> {
        let Some(open) = self.open.last_mut() else {
            return Ok(());
        };
        let text = std::mem::take(&mut open.text);
        let is_profile = self.profile == Some(self.open.len());
        let (inside, stray) = (self.profile.is_some(), text.trim());
        let has_children = self.open.last().is_some_and(|open| open.has_children);
        if has_children || is_profile {
            if inside && !stray.is_empty() {
                // Without the text: it may be the rest of a password.
                self.odd(self.position, "text that belongs to no parameter".into())?;
            }
        } else if let Some(open) = self.open.last_mut() {
            open.text = text;
        }
        Ok(())
    }

    fn text(&mut self, text: &str, markup: bool) -> Result<(), Finding> {
        if text.contains('\0') {
            return Err(self.error("a NUL, which XML does not allow".into()));
        }
        if self.open.is_empty() {
            if text.trim().is_empty() {
                return Ok(());
            }
            let what = "text outside any element".to_owned();
            return match self.root {
                Some(_) => self.odd(self.position, what),
                None => Err(self.error(what)),
            };
        }
        if !self.counts() {
            return Ok(());
        }
        if markup && text.contains('&') {
            self.odd(self.position, "a bare `&`, which should be `&amp;`".into())?;
        }
        let mut text = Cow::Borrowed(text);
        if text.contains(is_control) {
            let what = "control characters, which are left out".into();
            self.odd(self.position, what)?;
            text = Cow::Owned(text.replace(is_control, ""));
        }
        self.append(&text)
    }

    fn append(&mut self, text: &str) -> Result<(), Finding> {
        let limit = limits::VALUE_BYTES;
        let Some(open) = self.open.last_mut() else {
            return Ok(());
        };
        if open.text.len() + text.len() > limit {
            return Err(self.error(format!("a text of more than {limit} bytes")));
        }
        open.text.push_str(text);
        Ok(())
    }

    /// What a reference stands for (XML 1.0 section 4.1).
    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), Finding> {
        let name: &str = reference;
        let character = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => character_reference(name),
        };
        match character {
            None => Err(self.error(format!("unknown entity `&{};`", shown(name)))),
            Some(_) if !self.counts() => Ok(()),
            Some(character) => self.append(character.encode_utf8(&mut [0; 4])),
        }
    }

    fn user_access(&mut self, name: &str, attributes: &str) -> Result<Option<UserAccess>, Finding> {
        let mut found = None;
        let mut list = Attributes::new(attributes, 0);
        list.with_checks(false);
        for (count, attribute) in list.enumerate() {
            if count == limits::ATTRIBUTES {
                let limit = limits::ATTRIBUTES;
                return Err(self.error(format!("more than {limit} attributes")));
            }
            let Ok(attribute) = attribute else {
                let what = format!("<{}>: an attribute without double quotes", shown(name));
                self.odd(self.position, what)?;
                continue;
            };
            if attribute.key.0 != "ua" {
                continue;
            }
            found = UserAccess::parse(&attribute.value);
            if found.is_none() {
                let what = format!("`ua=\"{}\"` is none of na, ro, rw", shown(&attribute.value));
                self.warn(self.position, what);
            }
        }
        Ok(found)
    }

    /// Goes on to the place of the next token.
    fn advance(&mut self) {
        let next = usize::try_from(self.tokens.buffer_position()).unwrap_or(usize::MAX);
        let passed = self.input.get(self.offset..next).unwrap_or_default();
        for character in passed.chars() {
            if character == '\n' {
                self.position.line += 1;
                self.position.column = 1;
            } else {
                self.position.column += 1;
            }
        }
        self.offset = next;
    }

    /// The path of the innermost element below the profile.
    fn path(&self) -> String {
        let below = self.open.get(self.profile.unwrap_or(usize::MAX)..);
        let names: Vec<&str> = below
            .unwrap_or_default()
            .iter()
            .map(|open| open.name)
            .collect();
        names.join("/")
    }

    /// A mistake that can be mended: a warning, or an error for those who want no mistakes.
    fn odd(&mut self, position: Position, what: String) -> Result<(), Finding> {
        match self.strictness {
            Strictness::Strict => Err(self.error(what)),
            Strictness::Lenient => {
                self.warn(position, what);
                Ok(())
            }
        }
    }

    fn warn(&mut self, position: Position, what: String) {
        if self.document.warnings.len() < limits::FINDINGS {
            let warning = Finding {
                position,
                severity: Severity::Warning,
                element: self.path(),
                what,
            };
            self.document.warnings.push(warning);
        }
    }

    fn error(&self, what: String) -> Finding {
        Finding {
            position: self.position,
            severity: Severity::Error,
            element: self.path(),
            what,
        }
    }

    /// The same text as a slice of the input, so that it outlives its token.
    fn rebase(&self, piece: &str) -> &'a str {
        let start = (piece.as_ptr() as usize).wrapping_sub(self.input.as_ptr() as usize);
        self.input
            .get(start..start.wrapping_add(piece.len()))
            .expect("tokens of a reader over a str are slices of that str")
    }
}

fn local(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
}

/// What XML has no place for (XML 1.0 section 2.2).
fn is_control(character: char) -> bool {
    character < ' ' && !matches!(character, '\t' | '\n' | '\r')
        || matches!(character, '\u{fffe}' | '\u{ffff}')
}

fn character_reference(name: &str) -> Option<char> {
    let digits = name.strip_prefix('#')?;
    let code = match digits.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(code).filter(|c| !is_control(*c))
}

/// White space at the ends is no part of a value, and a line break stands for a blank.
fn on_one_line(text: &str) -> String {
    let text = text.trim();
    if text.contains(['\n', '\r']) {
        text.replace("\r\n", " ").replace(['\n', '\r'], " ")
    } else {
        text.to_owned()
    }
}
