//! Signs in to an XMPP server: TLS, then a proof of the password, then a resource (RFC 6120 5 to 7).

use super::Account;
use crate::clock;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cwmp::side::scram::Scram;
use cwmp::side::xmpp::{Element, Piece, Stanzas, escaped};
use rustls::pki_types::ServerName;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const TLS: &str = "urn:ietf:params:xml:ns:xmpp-tls";
const SASL: &str = "urn:ietf:params:xml:ns:xmpp-sasl";
const BIND: &str = "urn:ietf:params:xml:ns:xmpp-bind";

/// Bytes read at one time.
const CHUNK_BYTES: usize = 4 * 1024;

/// A stream of XML in one direction and the other.
pub(super) struct Conversation<S> {
    pub stream: S,
    stanzas: Stanzas,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Conversation<S> {
    fn on(stream: S) -> Conversation<S> {
        Conversation {
            stream,
            stanzas: Stanzas::default(),
        }
    }

    pub async fn say(&mut self, text: &str) -> Result<(), String> {
        let said = async {
            self.stream.write_all(text.as_bytes()).await?;
            self.stream.flush().await
        };
        said.await.map_err(|error| error.to_string())
    }

    /// The next stanza. What was read of a further one when this is given up stays.
    pub async fn hear(&mut self) -> Result<Element, String> {
        loop {
            let piece = self.stanzas.next_piece().map_err(|why| why.to_string())?;
            match piece {
                Some(Piece::Stanza(stanza)) if stanza.name == "error" => {
                    let why = stanza.children.first().map(|child| child.name.as_str());
                    let why = why.unwrap_or("no reason").to_owned();
                    return Err(format!("the XMPP server ends the stream: {why:.64}"));
                }
                Some(Piece::Stanza(stanza)) => return Ok(stanza),
                Some(Piece::Begin) => continue,
                Some(Piece::End) => return Err("the XMPP server ends the stream".into()),
                None => {}
            }
            let mut buffer = [0; CHUNK_BYTES];
            let length = self.stream.read(&mut buffer).await;
            match length.map_err(|error| error.to_string())? {
                0 => return Err("the XMPP server closes the connection".into()),
                length => self
                    .stanzas
                    .push(&buffer[..length])
                    .map_err(|why| why.to_string())?,
            }
        }
    }

    /// Begins a stream anew, and hears what the server offers.
    async fn begin(&mut self, domain: &str) -> Result<Element, String> {
        self.stanzas = Stanzas::default();
        let domain = escaped(domain);
        let header = format!(
            "<?xml version=\"1.0\"?><stream:stream to=\"{domain}\" version=\"1.0\" xmlns=\"jabber:client\" \
             xmlns:stream=\"http://etherx.jabber.org/streams\">"
        );
        self.say(&header).await?;
        let features = self.hear().await?;
        expect(&features, "features")?;
        Ok(features)
    }
}

fn expect(stanza: &Element, name: &str) -> Result<(), String> {
    if stanza.name == name {
        return Ok(());
    }
    Err(format!(
        "the XMPP server says `{:.32}` where `{name}` is expected",
        stanza.name
    ))
}

/// Signs in; requests may go over what comes back (TR-069 K.2.2.2: never without TLS).
pub(super) async fn sign_in(
    account: &Account,
) -> Result<Conversation<TlsStream<TcpStream>>, String> {
    let server = &account.server;
    let plain = TcpStream::connect(server)
        .await
        .map_err(|error| format!("{server}: {error}"))?;
    let mut plain = Conversation::on(plain);
    let features = plain.begin(&account.domain).await?;
    if features.child("starttls").is_none() {
        return Err("the XMPP server has no TLS".into());
    }
    plain.say(&format!("<starttls xmlns=\"{TLS}\"/>")).await?;
    expect(&plain.hear().await?, "proceed")?;
    let name = ServerName::try_from(account.domain.clone())
        .map_err(|_| "the domain is no name a certificate could have".to_owned())?;
    let connected = TlsConnector::from(Arc::clone(&account.tls)).connect(name, plain.stream);
    let stream = connected
        .await
        .map_err(|error| format!("TLS with the XMPP server: {error}"))?;
    let mut conversation = Conversation::on(stream);
    let features = conversation.begin(&account.domain).await?;
    authenticate(&mut conversation, account, &features).await?;
    conversation.begin(&account.domain).await?;
    bind(&mut conversation, account).await?;
    Ok(conversation)
}

async fn authenticate<S: AsyncRead + AsyncWrite + Unpin>(
    conversation: &mut Conversation<S>,
    account: &Account,
    features: &Element,
) -> Result<(), String> {
    let offered: Vec<&str> = features
        .child("mechanisms")
        .map(|list| list.children.iter().map(|item| item.text.trim()).collect())
        .unwrap_or_default();
    let auth = |mechanism: &str, first: &str| {
        let first = STANDARD.encode(first);
        format!("<auth xmlns=\"{SASL}\" mechanism=\"{mechanism}\">{first}</auth>")
    };
    let refused = || "the XMPP server does not take our user or password".to_owned();
    if offered.contains(&"SCRAM-SHA-1") {
        let nonce = format!("{:016x}{:016x}", clock::random(), clock::random());
        let (mut scram, first) = Scram::begin(&account.username, &nonce);
        conversation.say(&auth("SCRAM-SHA-1", &first)).await?;
        let challenge = conversation.hear().await?;
        expect(&challenge, "challenge").map_err(|_| refused())?;
        let challenge = decoded(&challenge.text);
        let answer = challenge.and_then(|text| scram.answer(&text, &account.password));
        let answer = answer.ok_or("the XMPP server sends no challenge of SCRAM")?;
        let answer = STANDARD.encode(answer);
        conversation
            .say(&format!("<response xmlns=\"{SASL}\">{answer}</response>"))
            .await?;
        let success = conversation.hear().await?;
        expect(&success, "success").map_err(|_| refused())?;
        let proved = decoded(&success.text).is_some_and(|text| scram.is_server(&text));
        return if proved {
            Ok(())
        } else {
            Err("the XMPP server does not know our password".into())
        };
    }
    if offered.contains(&"PLAIN") {
        let proof = format!("\0{}\0{}", account.username, account.password.reveal());
        conversation.say(&auth("PLAIN", &proof)).await?;
        return expect(&conversation.hear().await?, "success").map_err(|_| refused());
    }
    Err("the XMPP server offers neither SCRAM-SHA-1 nor PLAIN".into())
}

async fn bind<S: AsyncRead + AsyncWrite + Unpin>(
    conversation: &mut Conversation<S>,
    account: &Account,
) -> Result<(), String> {
    let resource = escaped(&account.resource);
    let wanted = format!(
        "<iq type=\"set\" id=\"bind\"><bind xmlns=\"{BIND}\"><resource>{resource}</resource></bind></iq>"
    );
    conversation.say(&wanted).await?;
    loop {
        let stanza = conversation.hear().await?;
        if stanza.name == "iq" && stanza.attribute("id") == Some("bind") {
            return match stanza.attribute("type") {
                Some("result") => Ok(()),
                _ => Err("the XMPP server does not give us our resource".into()),
            };
        }
    }
}

fn decoded(text: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok()
}
