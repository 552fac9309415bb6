//! The SOAP 1.1 envelope: header and body, read with tolerance and written to the letter (TR-069 3.5).

use crate::limits;
use crate::message::Body;
use crate::version::Namespace;
use crate::xml::{Oddities, Tag, XmlError, XmlErrorKind, XmlReader, XmlWriter, decode};
use serde::{Deserialize, Serialize};

/// Namespace of SOAP 1.1 envelopes.
const SOAP_ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// Namespace of SOAP 1.2 envelopes, which CWMP does not use.
const SOAP_12_ENVELOPE: &str = "http://www.w3.org/2003/05/soap-envelope";

/// One message with what surrounds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope<M> {
    /// The `cwmp` namespace it is written in.
    pub namespace: Namespace,
    /// The SOAP header.
    pub header: Header,
    /// The message itself.
    pub body: M,
    /// What was wrong with it but could be understood.
    pub oddities: Oddities,
}

/// The header elements CWMP defines (TR-069 3.5, Table 4).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Header {
    /// Ties a response to its request; any text, repeated to the letter.
    #[serde(rename = "ID", default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// ACS to device: send no requests for the time being. Deprecated, understood, never sent by our ACS.
    #[serde(
        rename = "HoldRequests",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub hold_requests: Option<bool>,
    /// Device to ACS, with an Inform: seconds the device waits between messages.
    #[serde(
        rename = "SessionTimeout",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub session_timeout: Option<u32>,
    /// Device to ACS, with an Inform: the versions the device speaks, separated by commas.
    #[serde(
        rename = "SupportedCWMPVersions",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub supported_versions: Option<String>,
    /// ACS to device, with an InformResponse: the version of this session.
    #[serde(
        rename = "UseCWMPVersion",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub use_version: Option<String>,
}

impl Header {
    /// A header with nothing but an ID.
    pub fn with_id(id: impl Into<String>) -> Header {
        Header {
            id: Some(id.into()),
            ..Header::default()
        }
    }
}

/// Why a message could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not XML, not SOAP, or beyond a limit: HTTP 400 from an ACS, end of the session on a device.
    #[error(transparent)]
    Document(#[from] XmlError),
    /// A question nobody here knows: fault 8000 or 9000, and the session goes on.
    #[error("unknown method `{method}`")]
    Method {
        /// The element's local name.
        method: String,
        /// To be answered in the same way.
        envelope: Box<Surroundings>,
    },
    /// Arguments that break the schema: fault 8003 or 9003 for a question.
    #[error("{method}: {why}")]
    Arguments {
        /// The element's local name.
        method: String,
        /// Which argument, and what is wrong with it.
        why: String,
        /// Whether it is a question or an answer.
        kind: MessageKind,
        /// To be answered in the same way.
        envelope: Box<Surroundings>,
    },
    /// A `cwmp` namespace of a version that does not exist: fault 8006 from an ACS.
    #[error("unknown CWMP namespace `{uri}`")]
    Version {
        /// The namespace.
        uri: String,
        /// To be answered in the same way, in the newest namespace we know.
        envelope: Box<Surroundings>,
    },
}

/// Whether a message asks or answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// It asks.
    Request,
    /// It answers.
    Response,
}

/// What is needed to answer a message that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Surroundings {
    /// The namespace to answer in.
    pub namespace: Namespace,
    /// The header with the ID to repeat.
    pub header: Header,
}

/// Whether the bytes of an HTTP body count as empty: devices send blanks or line ends (spec W-18).
pub fn is_empty(body: &[u8]) -> bool {
    body.trim_ascii().is_empty()
}

/// Reads one message of one side.
///
/// # Errors
/// [`Unreadable`] says what its receiver has to do about it.
pub fn read<M: Body>(bytes: &[u8]) -> Result<Envelope<M>, Unreadable> {
    let (text, guessed) = decode(bytes)?;
    let mut reader = XmlReader::new(&text);
    if guessed == crate::xml::Guessed::Yes {
        reader.oddities().guessed_encoding += 1;
    }
    let Some(root) = reader.child()? else {
        return Err(reader.error(XmlErrorKind::Truncated).into());
    };
    check_root(&reader, &root)?;
    let mut header = Header::default();
    let mut content: Option<Content<M>> = None;
    while let Some(part) = reader.child()? {
        match part.local() {
            "Header" => header = read_header(&mut reader)?,
            "Body" if content.is_none() => content = Some(read_body(&mut reader, &[part, root])?),
            "Body" => {
                let kind = XmlErrorKind::NotSoap("a second Body".into());
                return Err(reader.error(kind).into());
            }
            _ => reader.skip()?,
        }
    }
    let Some(content) = content else {
        return Err(reader.error(XmlErrorKind::NotSoap("no Body".into())).into());
    };
    finish(content, header, reader)
}

/// Writes one message.
pub fn write<M: Body>(namespace: Namespace, header: &Header, body: &M) -> String {
    let mut writer = XmlWriter::with_capacity(2048);
    writer.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soap-env:Envelope xmlns:soap-env=\"");
    writer.raw(SOAP_ENVELOPE);
    writer.raw("\" xmlns:soap-enc=\"http://schemas.xmlsoap.org/soap/encoding/\"");
    writer.raw(" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"");
    writer.raw(" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:cwmp=\"");
    writer.raw(namespace.uri());
    writer.raw("\">");
    write_header(&mut writer, header);
    writer.raw("<soap-env:Body>");
    body.write(&mut writer);
    writer.raw("</soap-env:Body></soap-env:Envelope>");
    writer.into_string()
}

fn write_header(writer: &mut XmlWriter, header: &Header) {
    if *header == Header::default() {
        return;
    }
    writer.raw("<soap-env:Header>");
    let mut element = |name: &str, must_understand: &str, text: &str| {
        writer.raw("<cwmp:");
        writer.raw(name);
        writer.raw(" soap-env:mustUnderstand=\"");
        writer.raw(must_understand);
        writer.raw("\">");
        writer.text(text);
        writer.raw("</cwmp:");
        writer.raw(name);
        writer.raw(">");
    };
    write_elements(&mut element, header);
    writer.raw("</soap-env:Header>");
}

/// The elements in the order of TR-069 Table 4, with the mustUnderstand each of them carries there.
fn write_elements(element: &mut impl FnMut(&str, &str, &str), header: &Header) {
    if let Some(id) = &header.id {
        element("ID", "1", id);
    }
    if let Some(hold) = header.hold_requests {
        element("HoldRequests", "1", if hold { "1" } else { "0" });
    }
    if let Some(seconds) = header.session_timeout {
        element("SessionTimeout", "0", &seconds.to_string());
    }
    if let Some(versions) = &header.supported_versions {
        element("SupportedCWMPVersions", "0", versions);
    }
    if let Some(version) = &header.use_version {
        element("UseCWMPVersion", "1", version);
    }
}

/// What stood in the body, with the namespace of its element.
struct Content<M> {
    body: Option<M>,
    method: String,
    namespace: Result<Namespace, String>,
    complaint: Option<String>,
}

fn check_root(reader: &XmlReader<'_>, root: &Tag<'_>) -> Result<(), XmlError> {
    if root.local() != "Envelope" {
        let why = format!("the root element is `{}`", root.local());
        return Err(reader.error(XmlErrorKind::NotSoap(why)));
    }
    // An undeclared prefix is forgiven; another version of SOAP is another protocol.
    match root.declares(root.prefix()) {
        Some(SOAP_12_ENVELOPE) => {
            Err(reader.error(XmlErrorKind::NotSoap("an envelope of SOAP 1.2".into())))
        }
        _ => Ok(()),
    }
}

fn read_header(reader: &mut XmlReader<'_>) -> Result<Header, XmlError> {
    let mut header = Header::default();
    while let Some(tag) = reader.child()? {
        match tag.local() {
            "ID" => header.id = Some(reader.text()?.into_owned()),
            "HoldRequests" => {
                header.hold_requests = data_model::value::parse_boolean(reader.text()?.trim());
            }
            // The second spelling is what some stacks send.
            "SessionTimeout" | "sessionTimeout" => {
                header.session_timeout = reader.text()?.trim().parse().ok();
            }
            "SupportedCWMPVersions" => {
                header.supported_versions = Some(reader.text()?.trim().to_owned());
            }
            "UseCWMPVersion" => header.use_version = Some(reader.text()?.trim().to_owned()),
            // Of the 2004 draft; there is only one envelope a message since Amendment 1.
            "NoMoreRequests" => reader.skip()?,
            other => {
                let must = tag.attribute("mustUnderstand");
                if must.and_then(data_model::value::parse_boolean) == Some(true) {
                    let why = format!("the header `{other}` must be understood and is not");
                    return Err(reader.error(XmlErrorKind::NotSoap(why)));
                }
                reader.skip()?;
            }
        }
    }
    Ok(header)
}

fn read_body<'a, M: Body>(
    reader: &mut XmlReader<'a>,
    around: &[Tag<'a>],
) -> Result<Content<M>, XmlError> {
    let Some(tag) = reader.child()? else {
        return Err(reader.error(XmlErrorKind::NotSoap("an empty Body".into())));
    };
    let namespace = namespace_of(&tag, around);
    let method = tag.local();
    let body = M::read(method, reader)?;
    if body.is_none() {
        reader.skip()?;
    }
    if let Some(second) = reader.child()? {
        let why = format!("`{}` beside `{method}` in one Body", second.local());
        return Err(reader.error(XmlErrorKind::NotSoap(why)));
    }
    Ok(Content {
        body,
        method: method.chars().take(limits::PEER_TEXT_CHARS).collect(),
        namespace,
        complaint: reader.take_complaint(),
    })
}

/// The namespace of the message: what its prefix is bound to, else any CWMP namespace declared on the way.
fn namespace_of(tag: &Tag<'_>, around: &[Tag<'_>]) -> Result<Namespace, String> {
    let on_the_way = || std::iter::once(tag).chain(around);
    let bound = on_the_way().find_map(|element| element.declares(tag.prefix()));
    let mut declared = on_the_way()
        .flat_map(Tag::attributes)
        .filter(|(name, _)| name.starts_with("xmlns"))
        .map(|(_, uri)| uri);
    let uri = bound
        .filter(|uri| uri.starts_with(Namespace::PREFIX))
        .or_else(|| declared.find(|uri| uri.starts_with(Namespace::PREFIX)));
    match uri {
        // No declaration at all: the oldest version is the safest guess.
        None => Ok(Namespace::Cwmp10),
        Some(uri) => Namespace::from_uri(uri).ok_or_else(|| uri.to_owned()),
    }
}

fn finish<M: Body>(
    content: Content<M>,
    header: Header,
    mut reader: XmlReader<'_>,
) -> Result<Envelope<M>, Unreadable> {
    let namespace = match content.namespace {
        Ok(namespace) => namespace,
        Err(uri) => {
            let envelope = Box::new(Surroundings {
                namespace: Namespace::Cwmp12,
                header,
            });
            return Err(Unreadable::Version { uri, envelope });
        }
    };
    let Some(body) = content.body else {
        let envelope = Box::new(Surroundings { namespace, header });
        return Err(Unreadable::Method {
            method: content.method,
            envelope,
        });
    };
    if let Some(why) = content.complaint {
        let kind = if body.is_answer() {
            MessageKind::Response
        } else {
            MessageKind::Request
        };
        let envelope = Box::new(Surroundings { namespace, header });
        return Err(Unreadable::Arguments {
            method: content.method,
            why,
            kind,
            envelope,
        });
    }
    Ok(Envelope {
        namespace,
        header,
        body,
        oddities: *reader.oddities(),
    })
}
