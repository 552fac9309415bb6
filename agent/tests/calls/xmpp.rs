//! Calls over XMPP, through a prosody that runs for the test.

use super::acs::TestAcs;
use super::name_server::{Says, name_server};
use super::prosody::Prosody;
use super::{Agent, CALLER, CALLER_PASSWORD, PATIENCE, SERVER, tells, wait};
use agent::daemon::AgentConfig;
use agent::shell::tls::TlsConfig;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cwmp::EventCode;
use cwmp::rpc::AddObject;
use cwmp::side::xmpp::connection_request;
use data_model::Secret;
use rustls::pki_types::ServerName;
use simple_dns::rdata::{RData, SRV};
use simple_dns::{Name, RCODE, TYPE};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

const USERS: [(&str, &str); 3] = [
    ("cpe", "cpe-secret"),
    ("acs", "acs-secret"),
    ("stranger", "strange"),
];

fn tls(prosody: &Prosody) -> TlsConfig {
    TlsConfig {
        ca_file: Some(prosody.certificate()),
        ..TlsConfig::default()
    }
}

/// Somebody who is signed in.
struct Person {
    stream: tokio_rustls::client::TlsStream<TcpStream>,
}

async fn ask<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, text: &str, until: &str) -> String {
    stream
        .write_all(text.as_bytes())
        .await
        .expect("the server reads");
    let mut heard = String::new();
    let listening = async {
        let mut buffer = [0; 4096];
        while !heard.contains(until) {
            let length = stream.read(&mut buffer).await.expect("the server answers");
            assert_ne!(length, 0, "the server hangs up: {heard}");
            heard.push_str(&String::from_utf8_lossy(&buffer[..length]));
        }
    };
    let heard_in_time = tokio::time::timeout(PATIENCE, listening).await;
    assert!(heard_in_time.is_ok(), "no `{until}` in: {heard}");
    heard
}

impl Person {
    async fn sign_in(prosody: &Prosody, user: usize) -> Person {
        let header = "<stream:stream to='localhost' version='1.0' xmlns='jabber:client' \
            xmlns:stream='http://etherx.jabber.org/streams'>";
        let mut plain = TcpStream::connect(prosody.address)
            .await
            .expect("prosody listens");
        ask(&mut plain, header, "</stream:features>").await;
        ask(
            &mut plain,
            "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
            "proceed",
        )
        .await;
        let tls = tls(prosody).load().expect("the certificate is there");
        let name = ServerName::try_from("localhost").expect("it is a name");
        let connector = tokio_rustls::TlsConnector::from(Arc::clone(&tls.client));
        let mut stream = connector.connect(name, plain).await.expect("TLS works");
        ask(&mut stream, header, "</stream:features>").await;
        let (user, password) = USERS[user];
        let proof = STANDARD.encode(format!("\0{user}\0{password}"));
        let auth = format!(
            "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{proof}</auth>"
        );
        ask(&mut stream, &auth, "success").await;
        ask(&mut stream, header, "</stream:features>").await;
        let bind = "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>\
            <resource>desk</resource></bind></iq>";
        ask(&mut stream, bind, "</iq>").await;
        Person { stream }
    }

    /// Asks this, and gives what is answered under the same id.
    async fn asks(&mut self, id: &str, text: &str) -> String {
        // An iq without content ends with `/>`, and prosody writes single quotes.
        ask(&mut self.stream, text, &format!("id='{id}'")).await
    }
}

/// An agent that is connected over XMPP, and its address there.
async fn connected(prosody: &Prosody, acs: &TestAcs) -> (Agent, String) {
    connected_by("ServerTable", AgentConfig::default(), prosody, acs).await
}

/// As [`connected`], the server found by one of the algorithms.
async fn connected_by(
    algorithm: &str,
    mut config: AgentConfig,
    prosody: &Prosody,
    acs: &TestAcs,
) -> (Agent, String) {
    config.tls = tls(prosody);
    let agent = Agent::with(config, acs, &[]).await;
    for table in [
        "Device.XMPP.Connection.",
        "Device.XMPP.Connection.1.Server.",
    ] {
        let object_name = table.to_owned();
        acs.asks(AddObject {
            object_name,
            parameter_key: Default::default(),
        });
    }
    let port = prosody.address.port().to_string();
    let allowed = format!("{SERVER}ConnReqAllowedJabberIDs");
    let connection = format!("{SERVER}ConnReqXMPPConnection");
    acs.sets(&[
        (
            "Device.XMPP.Connection.1.Server.1.ServerAddress",
            "127.0.0.1",
        ),
        ("Device.XMPP.Connection.1.Server.1.Port", &port),
        ("Device.XMPP.Connection.1.Server.1.Enable", "1"),
        ("Device.XMPP.Connection.1.Username", "cpe"),
        ("Device.XMPP.Connection.1.Password", "cpe-secret"),
        ("Device.XMPP.Connection.1.Domain", "localhost"),
        ("Device.XMPP.Connection.1.Resource", "ata"),
        ("Device.XMPP.Connection.1.ServerConnectAlgorithm", algorithm),
        ("Device.XMPP.Connection.1.ServerRetryInitialInterval", "1"),
        ("Device.XMPP.Connection.1.Enable", "1"),
        (&allowed, "acs@localhost"),
        (&connection, "Device.XMPP.Connection.1"),
    ]);
    let address = format!("{SERVER}ConnReqJabberID");
    let told = acs
        .informed(|inform| inform.parameter_list.get(&address).is_some())
        .await;
    assert!(told.has_event(&EventCode::ValueChange));
    let address = told
        .parameter_list
        .get(&address)
        .unwrap_or_default()
        .to_owned();
    (agent, address)
}

/// Covers K-01, K-02, K-04, K-05, K-06.
#[tokio::test]
async fn a_call_over_xmpp_wakes_the_device() {
    let prosody = Prosody::start(&USERS).await;
    let acs = TestAcs::start().await;
    let (agent, address) = connected(&prosody, &acs).await;
    assert_eq!(address, "cpe@localhost/ata", "{}", prosody.log());
    let value = async |name: &str| agent.value(&format!("../XMPP.Connection.1.{name}")).await;
    assert_eq!(value("Status").await, "Enabled");
    assert_eq!(value("TLSEstablished").await, "1");
    assert_eq!(value("JabberID").await, address);
    let (mut caller, mut stranger) = (
        Person::sign_in(&prosody, 1).await,
        Person::sign_in(&prosody, 2).await,
    );
    let request =
        |id: &str, password: &str| connection_request(id, &address, CALLER, &Secret::new(password));
    let refused = stranger.asks("1", &request("1", CALLER_PASSWORD)).await;
    assert!(refused.contains("not-authorized"), "{refused}");
    let refused = caller.asks("2", &request("2", "wrong")).await;
    assert!(refused.contains("not-authorized"), "{refused}");
    let unknown =
        format!("<iq type='get' id='3' to='{address}'><query xmlns='jabber:iq:version'/></iq>");
    let refused = caller.asks("3", &unknown).await;
    assert!(refused.contains("service-unavailable"), "{refused}");
    let accepted = caller.asks("4", &request("4", CALLER_PASSWORD)).await;
    assert!(accepted.contains("type='result'"), "{accepted}");
    acs.informed(tells(EventCode::ConnectionRequest)).await;
    assert_eq!(acs.count(tells(EventCode::ConnectionRequest)), 1);
    // More than the limit allows.
    let mut answers = Vec::new();
    for number in 10..40 {
        let id = number.to_string();
        answers.push(caller.asks(&id, &request(&id, CALLER_PASSWORD)).await);
    }
    assert!(
        answers[..10]
            .iter()
            .all(|answer| answer.contains("type='result'"))
    );
    assert!(
        answers[25..]
            .iter()
            .all(|answer| answer.contains("service-unavailable"))
    );
}

/// Covers K-02.
#[tokio::test]
async fn the_server_of_a_domain_is_found_by_its_srv_records() {
    let prosody = Prosody::start(&USERS).await;
    let acs = TestAcs::start().await;
    let port = prosody.address.port();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("there are ports");
    let shut = nobody.local_addr().expect("it is bound").port();
    drop(nobody);
    let names = name_server(move |name, kind| match (name, kind) {
        ("_xmpp-client._tcp.localhost", TYPE::SRV) => {
            let server = |priority, port| {
                RData::SRV(SRV {
                    priority,
                    weight: 0,
                    port,
                    target: Name::new_unchecked("localhost"),
                })
            };
            // The first in order is out of service.
            Says::Records(vec![server(20, port), server(10, shut)])
        }
        (_, _) => Says::Code(RCODE::NameError),
    });
    let config = AgentConfig {
        name_server: Some(names.await),
        ..AgentConfig::default()
    };
    let (agent, address) = connected_by("DNS-SRV", config, &prosody, &acs).await;
    assert_eq!(address, "cpe@localhost/ata", "{}", prosody.log());
    let status = agent.value("../XMPP.Connection.1.Status").await;
    assert_eq!(status, "Enabled");
}

/// Covers K-02, K-03.
#[tokio::test]
async fn a_connection_that_is_lost_comes_back_with_the_same_address_and_without_a_word() {
    let mut prosody = Prosody::start(&USERS).await;
    let acs = TestAcs::start().await;
    let (agent, address) = connected(&prosody, &acs).await;
    let changes = acs.count(tells(EventCode::ValueChange));
    prosody.stop();
    let status = async || agent.value("../XMPP.Connection.1.Status").await;
    wait(async || status().await != "Enabled", "the loss is noticed").await;
    assert_eq!(agent.value("ConnReqJabberID").await, address);
    prosody.run().await;
    wait(async || status().await == "Enabled", "it is back").await;
    let mut caller = Person::sign_in(&prosody, 1).await;
    let request = connection_request("9", &address, CALLER, &Secret::new(CALLER_PASSWORD));
    let accepted = caller.asks("9", &request).await;
    assert!(accepted.contains("type='result'"), "{accepted}");
    acs.informed(tells(EventCode::ConnectionRequest)).await;
    assert_eq!(acs.count(tells(EventCode::ValueChange)), changes);
}
