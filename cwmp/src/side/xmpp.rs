//! XMPP as far as connection requests need it (TR-069 Annex K): a stream cut into stanzas, and the request in them.

use crate::limits::{XMPP_ATTRIBUTES, XMPP_DEPTH, XMPP_STANZA_BYTES};
use quick_xml::Reader;
use quick_xml::escape::{escape, unescape};
use quick_xml::events::{BytesStart, Event};

/// The namespace of the request (TR-069 K.2.1.3).
pub const CONNECTION_REQUEST: &str = "urn:broadband-forum-org:cwmp:xmppConnReq-1-0";
const STANZAS: &str = "urn:ietf:params:xml:ns:xmpp-stanzas";

/// An element with all that is in it. Names are local names; namespaces are those declared on the element itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Its name without a prefix.
    pub name: String,
    /// Its attributes, `xmlns` among them.
    pub attributes: Vec<(String, String)>,
    /// The elements in it.
    pub children: Vec<Element>,
    /// The text in it.
    pub text: String,
}

impl Element {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The first element of this name in it.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    fn of(start: &BytesStart<'_>) -> Result<Element, Broken> {
        let mut element = Element {
            name: local(start.name().0).to_owned(),
            ..Element::default()
        };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| Broken::Syntax)?;
            if element.attributes.len() == XMPP_ATTRIBUTES {
                return Err(Broken::TooLarge);
            }
            let name = attribute.key.0.to_string();
            let value = unescape(&attribute.value).map_err(|_| Broken::Syntax)?;
            element.attributes.push((name, value.into_owned()));
        }
        Ok(element)
    }
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// What a stream consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The stream begins.
    Begin,
    /// Something in it.
    Stanza(Element),
    /// The stream is over.
    End,
}

/// Why a stream cannot be read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// No XML as XMPP has it (RFC 6120 11.1: no comments, instructions, document types, entities of its own).
    #[error("the stream is no XML of XMPP")]
    Syntax,
    /// A stanza is larger or deeper than any we need.
    #[error("a stanza is too large")]
    TooLarge,
}

/// Cuts the octets of a stream into pieces.
#[derive(Debug, Default)]
pub struct Stanzas {
    buffer: Vec<u8>,
    begun: Begun,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Begun {
    #[default]
    No,
    Yes,
}

impl Stanzas {
    /// Takes octets that have arrived.
    ///
    /// # Errors
    /// If too many wait for the end of a stanza.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        if self.buffer.len() + bytes.len() > 2 * XMPP_STANZA_BYTES {
            return Err(Broken::TooLarge);
        }
        self.buffer.extend(bytes);
        Ok(())
    }

    /// The next piece that is complete.
    ///
    /// # Errors
    /// If the stream cannot be read on.
    pub fn next_piece(&mut self) -> Result<Option<Piece>, Broken> {
        // A character may be cut in two at the end.
        let text = match std::str::from_utf8(&self.buffer) {
            Ok(text) => text,
            Err(error) if error.error_len().is_none() => {
                std::str::from_utf8(&self.buffer[..error.valid_up_to()]).unwrap_or_default()
            }
            Err(_) => return Err(Broken::Syntax),
        };
        let Some((piece, length)) = first_piece(text, self.begun)? else {
            return if self.buffer.len() > XMPP_STANZA_BYTES {
                Err(Broken::TooLarge)
            } else {
                Ok(None)
            };
        };
        if piece == Piece::Begin {
            self.begun = Begun::Yes;
        }
        self.buffer.drain(..length);
        Ok(Some(piece))
    }
}

fn first_piece(text: &str, begun: Begun) -> Result<Option<(Piece, usize)>, Broken> {
    // While the last tag is not closed, its reader would only find it broken.
    let Some(end) = text.rfind('>') else {
        return Ok(None);
    };
    let mut reader = Reader::from_str(&text[..=end]);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    let mut open: Vec<Element> = Vec::new();
    loop {
        let event = reader.read_event().map_err(|_| Broken::Syntax)?;
        let done = match event {
            Event::Eof => return Ok(None),
            Event::Decl(_) if begun == Begun::No && open.is_empty() => None,
            Event::Start(start) if begun == Begun::No => {
                let begins = Element::of(&start)?.name == "stream";
                return if begins {
                    Ok(Some((Piece::Begin, reader.buffer_position() as usize)))
                } else {
                    Err(Broken::Syntax)
                };
            }
            Event::Start(start) => {
                if open.len() == XMPP_DEPTH {
                    return Err(Broken::TooLarge);
                }
                open.push(Element::of(&start)?);
                None
            }
            Event::Empty(start) => Some(Element::of(&start)?),
            Event::End(end) => match open.pop() {
                Some(element) if element.name == local(end.name().0) => Some(element),
                Some(_) => return Err(Broken::Syntax),
                None => return Ok(Some((Piece::End, reader.buffer_position() as usize))),
            },
            Event::Text(text) => {
                push_text(&mut open, &text)?;
                None
            }
            Event::CData(text) => {
                push_text(&mut open, &text)?;
                None
            }
            Event::GeneralRef(name) => {
                let name: &str = &name;
                let text = unescape(&format!("&{name};"))
                    .map_err(|_| Broken::Syntax)?
                    .into_owned();
                push_text(&mut open, &text)?;
                None
            }
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {
                return Err(Broken::Syntax);
            }
        };
        if let Some(element) = done {
            match open.last_mut() {
                Some(parent) => parent.children.push(element),
                None => {
                    return Ok(Some((
                        Piece::Stanza(element),
                        reader.buffer_position() as usize,
                    )));
                }
            }
        }
    }
}

/// Between stanzas there are only blanks, which keep the connection alive.
fn push_text(open: &mut [Element], text: &str) -> Result<(), Broken> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err(Broken::Syntax),
    }
    Ok(())
}

/// A question somebody asks over XMPP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Who asks; the server vouches for it.
    pub from: String,
    /// Comes back with the answer.
    pub id: String,
    /// What it is.
    pub kind: QuestionKind,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuestionKind {
    /// A connection request with these credentials.
    ConnectionRequest {
        /// ConnectionRequestUsername
        username: String,
        /// ConnectionRequestPassword
        password: data_model::Secret,
    },
    /// Something we do not know; it has to be refused.
    Unknown,
}

/// The answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is accepted.
    Result,
    /// Not understood, busy, or too often: `service-unavailable`.
    ServiceUnavailable,
    /// Wrong credentials, or not from whom we take requests: `not-authorized`.
    NotAuthorized,
}

impl Question {
    /// The question in a stanza; `None` if it asks nothing.
    pub fn of(stanza: &Element) -> Option<Question> {
        let kind = stanza.attribute("type")?;
        if stanza.name != "iq" || !matches!(kind, "get" | "set") {
            return None;
        }
        let request = stanza.children.iter().find(|child| {
            child.name == "connectionRequest"
                && child.attribute("xmlns") == Some(CONNECTION_REQUEST)
        });
        let kind = match request.filter(|_| kind == "get") {
            None => QuestionKind::Unknown,
            Some(request) => {
                let text = |name| request.child(name).map(|child| child.text.clone());
                QuestionKind::ConnectionRequest {
                    username: text("username").unwrap_or_default(),
                    password: data_model::Secret::new(text("password").unwrap_or_default()),
                }
            }
        };
        Some(Question {
            from: stanza.attribute("from").unwrap_or_default().into(),
            id: stanza.attribute("id")?.into(),
            kind,
        })
    }

    /// The stanza that answers it.
    pub fn answer(&self, answer: Answer) -> String {
        let (id, to) = (escape(self.id.as_str()), escape(self.from.as_str()));
        let to = match self.from.is_empty() {
            true => String::new(),
            false => format!(" to=\"{to}\""),
        };
        let (code, kind, condition) = match answer {
            Answer::Result => return format!("<iq type=\"result\" id=\"{id}\"{to}/>"),
            // TR-069 K.2.3.3 names code and condition.
            Answer::ServiceUnavailable => ("503", "cancel", "service-unavailable"),
            Answer::NotAuthorized => ("401", "cancel", "not-authorized"),
        };
        format!(
            "<iq type=\"error\" id=\"{id}\"{to}><error code=\"{code}\" type=\"{kind}\">\
             <{condition} xmlns=\"{STANZAS}\"/></error></iq>"
        )
    }
}

/// Text as it stands in XML.
pub fn escaped(text: &str) -> String {
    escape(text).into_owned()
}

/// The connection request of an ACS.
pub fn connection_request(
    id: &str,
    to: &str,
    username: &str,
    password: &data_model::Secret,
) -> String {
    let (id, to, username) = (escape(id), escape(to), escape(username));
    let password = escape(password.reveal());
    format!(
        "<iq type=\"get\" id=\"{id}\" to=\"{to}\"><connectionRequest xmlns=\"{CONNECTION_REQUEST}\">\
         <username>{username}</username><password>{password}</password></connectionRequest></iq>"
    )
}

/// Whether ConnReqAllowedJabberIDs lets somebody call: an entry without a resource stands for all of them, and no entry
/// at all for everybody.
pub fn is_allowed(list: &str, from: &str) -> bool {
    let mut entries = list
        .split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .peekable();
    if entries.peek().is_none() {
        return true;
    }
    // RFC 7622: all but the resource is compared without regard to case.
    let parts = |jid: &str| {
        let (bare, resource) = jid.split_once('/').unwrap_or((jid, ""));
        (bare.to_lowercase(), resource.to_owned())
    };
    let (from_bare, from_resource) = parts(from);
    entries.any(|entry| {
        let (bare, resource) = parts(entry);
        bare == from_bare && (!entry.contains('/') || resource == from_resource)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str, chunk: usize) -> Result<Vec<Piece>, Broken> {
        let mut stanzas = Stanzas::default();
        let mut found = Vec::new();
        for bytes in text.as_bytes().chunks(chunk) {
            stanzas.push(bytes)?;
            while let Some(piece) = stanzas.next_piece()? {
                found.push(piece);
            }
        }
        Ok(found)
    }

    const STREAM: &str = "<?xml version='1.0'?><stream:stream id='1' xmlns='jabber:client' \
        xmlns:stream='http://etherx.jabber.org/streams'><stream:features><bind xmlns='b'/></stream:features> \n\
        <iq type='get' id='a&amp;b' from='acs@example.net/x'><connectionRequest \
        xmlns='urn:broadband-forum-org:cwmp:xmppConnReq-1-0'><username>ü&lt;er</username>\
        <password>s>e&#99;ret</password></connectionRequest></iq></stream:stream>";

    /// Covers K-04.
    #[test]
    fn a_stream_is_cut_alike_wherever_its_octets_are_cut() {
        let whole = pieces(STREAM, STREAM.len()).unwrap();
        assert_eq!(whole.len(), 4);
        for chunk in 1..40 {
            assert_eq!(pieces(STREAM, chunk).unwrap(), whole, "{chunk}");
        }
        let Piece::Stanza(stanza) = &whole[2] else {
            panic!("{whole:?}");
        };
        let question = Question::of(stanza).unwrap();
        assert_eq!(
            (question.id.as_str(), question.from.as_str()),
            ("a&b", "acs@example.net/x")
        );
        let QuestionKind::ConnectionRequest { username, password } = &question.kind else {
            panic!("{question:?}");
        };
        assert_eq!((username.as_str(), password.reveal()), ("ü<er", "s>ecret"));
        let answer = question.answer(Answer::Result);
        assert_eq!(
            answer,
            "<iq type=\"result\" id=\"a&amp;b\" to=\"acs@example.net/x\"/>"
        );
    }

    #[test]
    fn what_xmpp_forbids_and_what_is_too_large_ends_the_stream() {
        let begin = "<stream:stream>";
        let deep = format!("{begin}{}", "<a>".repeat(40));
        let long = format!("{begin}<a>{}", "x".repeat(200_000));
        let wide = format!("{begin}<a>{}", "<b/>".repeat(20_000));
        for text in [
            "<!DOCTYPE x><stream:stream>",
            "<html>",
            "<stream:stream><!-- x -->",
            "<stream:stream><?x y?>",
            "<stream:stream>text<a/>",
            "<stream:stream><a></b>",
            "<stream:stream><a b='1' b='2'/>",
            "<stream:stream><a>&unknown;</a>",
            &deep,
            &long,
            &wide,
        ] {
            assert!(pieces(text, 512).is_err(), "{:.60}", text);
        }
    }

    /// Covers K-04, K-05, K-06.
    #[test]
    fn only_a_get_with_this_element_is_a_connection_request() {
        let read = |text: &str| {
            let text = format!("<stream:stream>{text}");
            match pieces(&text, 4096).unwrap().pop() {
                Some(Piece::Stanza(stanza)) => Question::of(&stanza),
                other => panic!("{other:?}"),
            }
        };
        let good = connection_request("1", "cpe@x/y", "acs", &"secret".into());
        assert!(matches!(
            read(&good).unwrap().kind,
            QuestionKind::ConnectionRequest { .. }
        ));
        for other in [
            good.replace("xmppConnReq-1-0", "xmppConnReq-2-0"),
            good.replace("\"get\"", "\"set\""),
            "<iq type='get' id='1'/>".into(),
        ] {
            let question = read(&other).unwrap();
            assert_eq!(question.kind, QuestionKind::Unknown);
            let refusal = question.answer(Answer::ServiceUnavailable);
            assert!(refusal.contains("<service-unavailable ") && refusal.contains("code=\"503\""));
        }
        for nothing in [
            "<iq type='result' id='1'/>",
            "<iq type='error' id='1'/>",
            "<message/>",
        ] {
            assert_eq!(read(nothing), None);
        }
    }

    /// Covers K-04.
    #[test]
    fn a_bare_entry_stands_for_every_resource() {
        let list = "ACS1@tr069.example.com, ACS2@tr069.example.com/resource1";
        for from in [
            "ACS1@tr069.example.com/resource1",
            "acs1@TR069.example.com/resource2",
            "ACS1@tr069.example.com",
            "ACS2@tr069.example.com/resource1",
        ] {
            assert!(is_allowed(list, from), "{from}");
            assert!(is_allowed("", from) && is_allowed(" ,", from));
        }
        for from in [
            "ACS2@tr069.example.com/resource2",
            "ACS@tr069.example.com/x",
            "",
            "ACS2@tr069.example.com",
        ] {
            assert!(!is_allowed(list, from), "{from}");
        }
    }
}
