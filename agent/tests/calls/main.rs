//! The agent as it runs, on loopback sockets: called over HTTP, and by UDP through a NAT.
//!
//! Long because every way to call stands beside the others.

#[path = "../support/live_acs.rs"]
#[expect(dead_code, reason = "shared with tests that ask more of the ACS")]
mod acs;
#[expect(dead_code, reason = "tests of name lookups want more of it")]
#[path = "../support/name_server.rs"]
mod name_server;
mod nat;
#[path = "../support/prosody.rs"]
mod prosody;
mod reach;
#[path = "../support/stun_server.rs"]
mod stun_server;
mod xmpp;

use acs::TestAcs;
use agent::daemon::{AgentConfig, start};
use agent::fleet::{FleetConfig, Setup};
use agent::shell::RunnerHandle;
use cwmp::EventCode;
use cwmp::http::{Authorizer, Challenge};
use cwmp::rpc::Inform;
use cwmp::side::udp_connection_request::UdpConnectionRequest;
use data_model::Secret;
use nat::{Nat, StunHost};
use std::net::SocketAddr;
use std::time::Duration;
use stun_server::{Demand, STUN_PASSWORD, STUN_USER};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream, UdpSocket};

const CALLER: &str = "acs-calls";
const CALLER_PASSWORD: &str = "caller-secret";
const SERVER: &str = "Device.ManagementServer.";
/// How long a test waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// An agent that runs, and the folder it keeps its state in.
struct Agent {
    handle: RunnerHandle,
    running: tokio::task::JoinHandle<()>,
    _state: tempfile::TempDir,
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.handle.stop();
        self.running.abort();
    }
}

impl Agent {
    async fn start(acs: &TestAcs, more: &[(&str, String)]) -> Agent {
        Agent::with(AgentConfig::default(), acs, more).await
    }

    async fn with(mut config: AgentConfig, acs: &TestAcs, more: &[(&str, String)]) -> Agent {
        let state = tempfile::tempdir().expect("a folder can be made");
        config.serial_number = "FCH26480QXA".into();
        config.state = state.path().into();
        config.acs.url = acs.url();
        let set = [
            ("ConnectionRequestUsername", CALLER.to_owned()),
            ("ConnectionRequestPassword", CALLER_PASSWORD.to_owned()),
        ];
        for (name, value) in set.iter().chain(more) {
            let value = value.clone();
            config.parameters.insert(format!("{SERVER}{name}"), value);
        }
        let (runner, handle) = start(&config).await.expect("the agent starts");
        Agent {
            handle,
            running: tokio::spawn(runner.run()),
            _state: state,
        }
    }

    async fn value(&self, name: &str) -> String {
        let name = match name.strip_prefix("../") {
            Some(other) => format!("Device.{other}"),
            None => format!("{SERVER}{name}"),
        };
        let look = move |device: &agent::device::Device| device.core().value_of(&name);
        let value = self.handle.look(0, look).await.flatten();
        value.expect("there is such a parameter")
    }

    /// Waits until no session is open: what the ACS is told to ask then is asked in a session of its own.
    async fn is_idle(&self) {
        let idle = async || {
            let look = |device: &agent::device::Device| device.in_session();
            self.handle.look(0, look).await == Some(false)
        };
        wait(idle, "the session is over").await;
    }

    /// Where it takes calls over HTTP, and the path.
    async fn url(&self) -> (SocketAddr, String) {
        let url = self.value("ConnectionRequestURL").await;
        let rest = url.strip_prefix("http://").expect("the listener is open");
        let (authority, path) = rest.split_once('/').expect("there is a path");
        (authority.parse().expect("it listens"), format!("/{path}"))
    }
}

fn tells(code: EventCode) -> impl Fn(&Inform) -> bool {
    move |inform| inform.has_event(&code)
}

/// One HTTP request from an address of ours; the status and the challenges.
async fn send(from: &str, to: SocketAddr, request: &str) -> (u16, Vec<String>) {
    let socket = TcpSocket::new_v4().expect("there are sockets");
    let from = SocketAddr::new(from.parse().expect("an address"), 0);
    socket.bind(from).expect("loopback has many addresses");
    let mut stream: TcpStream = socket.connect(to).await.expect("the device listens");
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it reads");
    let mut answer = String::new();
    let read = stream.read_to_string(&mut answer);
    let read = tokio::time::timeout(PATIENCE, read).await;
    read.expect("it answers").expect("it answers in text");
    let status = answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    let challenges = answer.lines().filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let challenge = name.eq_ignore_ascii_case("www-authenticate");
        challenge.then(|| value.to_owned())
    });
    (status.unwrap_or(0), challenges.collect())
}

/// Calls the device as it should be done, with something added to the request.
async fn call(from: &str, to: SocketAddr, path: &str, headers: &str, body: &str) -> u16 {
    let mut authorizer = Authorizer::new(CALLER, Secret::new(CALLER_PASSWORD));
    let request = |authorization: &str| {
        format!(
            "GET {path} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n{authorization}{headers}\r\n{body}"
        )
    };
    let (status, challenges) = send(from, to, &request("")).await;
    assert_eq!(status, 401);
    let challenges = challenges.iter().map(String::as_str);
    let answered = authorizer.challenge(challenges, Challenge::DigestOnly);
    answered.expect("the device challenges with digest");
    let header = authorizer.header("GET", path, "0123456789abcdef");
    let header = format!("Authorization: {}\r\n", header.expect("it was challenged"));
    send(from, to, &request(&header)).await.0
}

/// Covers C-03, C-01.
#[tokio::test]
async fn a_call_counts_from_whatever_address_it_comes() {
    let acs = TestAcs::start().await;
    let agent = Agent::start(&acs, &[]).await;
    acs.informed(tells(EventCode::Bootstrap)).await;
    let (to, path) = agent.url().await;
    for from in ["127.0.0.1", "127.0.0.2", "127.9.8.7"] {
        assert_eq!(call(from, to, &path, "", "").await, 200, "{from}");
        acs.informed(tells(EventCode::ConnectionRequest)).await;
    }
}

/// Covers C-14.
#[tokio::test]
async fn what_comes_with_the_get_is_of_no_account() {
    let acs = TestAcs::start().await;
    let agent = Agent::start(&acs, &[]).await;
    acs.informed(tells(EventCode::Bootstrap)).await;
    let (to, path) = agent.url().await;
    for (headers, body) in [
        ("Content-Length: 5\r\n", "hello"),
        ("Content-Type: text/xml\r\nContent-Length: 4\r\n", "<a/>"),
        ("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"),
    ] {
        let status = call("127.0.0.1", to, &path, headers, body).await;
        assert_eq!(status, 200, "{headers}");
        acs.informed(tells(EventCode::ConnectionRequest)).await;
    }
}

/// Covers C-15.
#[tokio::test]
async fn a_listener_that_is_switched_off_is_closed_and_comes_back() {
    let acs = TestAcs::start().await;
    let agent = Agent::start(&acs, &[]).await;
    acs.informed(tells(EventCode::Bootstrap)).await;
    agent.is_idle().await;
    let (to, path) = agent.url().await;
    let enable = format!("{SERVER}HTTPConnectionRequestEnable");
    acs.sets(&[(&enable, "0")]);
    assert_eq!(call("127.0.0.1", to, &path, "", "").await, 200);
    acs.until_asked().await;
    wait(
        async || TcpStream::connect(to).await.is_err(),
        "the port is closed",
    )
    .await;
    assert_eq!(agent.value("ConnectionRequestURL").await, "");
    // It can still be called by UDP, so that the ACS is not locked out.
    acs.sets(&[(&enable, "1")]);
    let udp = agent.value("UDPConnectionRequestAddress").await;
    let caller = UdpSocket::bind("127.0.0.1:0")
        .await
        .expect("there are ports");
    caller
        .send_to(&datagram(&udp, 1), &udp)
        .await
        .expect("it leaves");
    acs.until_asked().await;
    wait(
        async || TcpStream::connect(to).await.is_ok(),
        "the port is open",
    )
    .await;
    assert_eq!(agent.url().await, (to, path.clone()));
    assert_eq!(call("127.0.0.1", to, &path, "", "").await, 200);
}

async fn wait(mut holds: impl AsyncFnMut() -> bool, what: &str) {
    let mut beat = tokio::time::interval(Duration::from_millis(10));
    let waiting = async {
        while !holds().await {
            beat.tick().await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    waited.unwrap_or_else(|_| panic!("it never happens that {what}"));
}

fn datagram(authority: &str, number: u64) -> Vec<u8> {
    let request = UdpConnectionRequest {
        timestamp: 1_772_439_300 + number,
        id: number,
        username: CALLER.into(),
        cnonce: "XTGRWIPC6D3IPXS3".into(),
    };
    request.write(authority, &Secret::new(CALLER_PASSWORD))
}

/// Covers U-01, U-11, C-05.
#[tokio::test]
async fn a_device_without_stun_takes_calls_by_udp() {
    let acs = TestAcs::start().await;
    let agent = Agent::start(&acs, &[]).await;
    acs.informed(tells(EventCode::Bootstrap)).await;
    let (http, _) = agent.url().await;
    let udp = agent.value("UDPConnectionRequestAddress").await;
    assert_eq!(udp, http.to_string(), "the same number, if it is free");
    let caller = UdpSocket::bind("127.0.0.1:0")
        .await
        .expect("there are ports");
    for _ in 0..3 {
        caller
            .send_to(&datagram(&udp, 1), &udp)
            .await
            .expect("it leaves");
    }
    acs.informed(tells(EventCode::ConnectionRequest)).await;
    caller
        .send_to(&datagram(&udp, 1), &udp)
        .await
        .expect("it leaves");
    // A later call proves that the copies before it have brought nothing.
    caller
        .send_to(&datagram(&udp, 2), &udp)
        .await
        .expect("it leaves");
    acs.informed(tells(EventCode::ConnectionRequest)).await;
    let calls = acs.count(tells(EventCode::ConnectionRequest));
    assert_eq!(calls, 2);
}

/// Covers U-02, U-03, U-06, U-08, U-09, U-11, U-13, C-05.
#[tokio::test]
async fn a_call_through_a_nat_wakes_the_device() {
    for demand in [Demand::Nothing, Demand::Announcements, Demand::Everything] {
        call_through_nat(demand).await;
    }
}

async fn call_through_nat(demand: Demand) {
    let acs = TestAcs::start().await;
    let stun = StunHost::start(demand).await;
    let nat = Nat::start(stun.address).await;
    let more = [
        ("STUNEnable", "1".to_owned()),
        ("STUNServerAddress", "localhost".to_owned()),
        ("STUNServerPort", nat.inside.port().to_string()),
        ("STUNUsername", STUN_USER.to_owned()),
        ("STUNPassword", STUN_PASSWORD.to_owned()),
    ];
    let agent = Agent::start(&acs, &more).await;
    let address = format!("{SERVER}UDPConnectionRequestAddress");
    let tells_address = |inform: &Inform| inform.parameter_list.get(&address).is_some();
    let told = acs.informed(tells_address).await;
    assert!(told.has_event(&EventCode::ValueChange));
    let outside = told
        .parameter_list
        .get(&address)
        .expect("it is told")
        .to_owned();
    assert_eq!(
        Some(outside.clone()),
        nat.outside().map(|outside| outside.to_string())
    );
    assert_eq!(agent.value("NATDetected").await, "1");
    // The server knows it as well, from somebody who has proved who it is.
    wait(async || !stun.announced().is_empty(), "it is announced").await;
    let announced = stun.announced();
    assert_eq!(announced[0].0, STUN_USER);
    assert_eq!(announced[0].1.to_string(), outside);
    // TR-069 G.2.2.3: from the server's own address and port; a NAT lets nobody else in.
    let stranger = UdpSocket::bind("127.0.0.1:0")
        .await
        .expect("there are ports");
    stranger
        .send_to(&datagram(&outside, 1), &outside)
        .await
        .expect("it leaves");
    for _ in 0..3 {
        stun.send(&datagram(&outside, 2), &outside).await;
    }
    acs.informed(tells(EventCode::ConnectionRequest)).await;
    stun.send(&datagram(&outside, 2), &outside).await;
    stun.send(&datagram(&outside, 3), &outside).await;
    acs.informed(tells(EventCode::ConnectionRequest)).await;
    assert_eq!(acs.count(tells(EventCode::ConnectionRequest)), 2);
}

/// Covers U-03, U-08, U-10.
#[tokio::test]
async fn a_port_on_every_interface_has_the_address_of_the_one_that_leads_to_the_server() {
    let acs = TestAcs::start().await;
    let stun = StunHost::start(Demand::Nothing).await;
    let mut config = AgentConfig::default();
    config.connection_request.listen = ([0, 0, 0, 0], 0).into();
    let more = [
        ("STUNEnable", "1".to_owned()),
        ("STUNServerPort", stun.address.port().to_string()),
    ];
    let agent = Agent::with(config, &acs, &more).await;
    let address = format!("{SERVER}UDPConnectionRequestAddress");
    let told = acs.informed(|inform| inform.parameter_list.get(&address).is_some());
    let told = told.await.parameter_list.get(&address).map(str::to_owned);
    assert!(
        told.as_deref()
            .is_some_and(|told| told.starts_with("127.0.0.1:")),
        "{told:?}"
    );
    assert_eq!(agent.value("NATDetected").await, "0");
}

/// Covers U-02, U-08.
#[tokio::test]
async fn devices_of_a_fleet_have_a_port_each_if_they_have_stun_on() {
    let stun = StunHost::start(Demand::Nothing).await;
    for enable in ["0", "1"] {
        let acs = TestAcs::start().await;
        let server =
            |name: &str, value: &str| (format!("ManagementServer.{name}"), value.to_owned());
        let config = FleetConfig {
            device_type: "ata192".into(),
            count: 2,
            parameters: vec![
                server("STUNEnable", enable),
                server("STUNServerAddress", "127.0.0.1"),
                server("STUNServerPort", &stun.address.port().to_string()),
            ],
            setup: Setup {
                listen: Some(([127, 0, 0, 1], 0).into()),
                sessions: 1,
                ..Setup::towards(acs.url(), Secret::new("device-secret"))
            },
        };
        let (runner, handle) = config.start().await.expect("the fleet starts");
        let running = tokio::spawn(runner.run());
        let address = format!("{SERVER}UDPConnectionRequestAddress");
        for _ in 0..2 {
            acs.informed(tells(EventCode::Bootstrap)).await;
        }
        let mut ports = Vec::new();
        for _ in 0..if enable == "1" { 2 } else { 0 } {
            let told = acs.informed(|inform| inform.parameter_list.get(&address).is_some());
            ports.extend(told.await.parameter_list.get(&address).map(str::to_owned));
        }
        for device in 0..2 {
            let name = address.clone();
            let look = handle.look(device, move |device| device.core().value_of(&name));
            let value = look.await.flatten().expect("there is such a parameter");
            assert_eq!(ports.contains(&value), enable == "1", "{value}");
            assert_eq!(value.is_empty(), enable == "0");
        }
        ports.dedup();
        assert_eq!(ports.len(), if enable == "1" { 2 } else { 0 });
        handle.stop();
        running.await.expect("the fleet ends");
    }
}
