//! A device behind a real NAT: network namespaces of this machine, with the masquerading of its kernel between them.
//!
//! Needs root, `ip` (Debian: iproute2) and `nft` (Debian: nftables). Where namespaces may not be made, it says so and
//! proves nothing; `DIALTONE_NAT=1` makes that a failure.

#[path = "../world/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "shared with tests that ask more of the world"
)]
mod world;

use serde_json::json;
use std::net::SocketAddr;
use std::process::Command;
use world::{World, device_path, eventually};

/// A command of the system; its complaint if it fails.
fn run(command: &str) -> Result<(), String> {
    let mut words = command.split_whitespace();
    let program = words.next().unwrap_or_default();
    let output = Command::new(program).args(words).output();
    let output = output.map_err(|error| format!("`{program}` cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{command}` fails: {}", why.trim()))
}

/// Two namespaces: the home of a device, and its router; this one here is the Internet.
///
/// The names hold the number of this process, so that two runs do not meet.
struct Home {
    home: String,
    router: String,
}

/// The Internet's address of the link to the router (RFC 2544: for tests).
const INTERNET: &str = "198.18.77.1";
/// The router's address on it.
const OUTSIDE: &str = "198.18.77.2";

impl Home {
    fn build() -> Result<Home, String> {
        let number = std::process::id();
        let home = Home {
            home: format!("dt-home-{number}"),
            router: format!("dt-router-{number}"),
        };
        // What an interface is called has 15 characters at most.
        let wan = format!("dtw{number}");
        let (inside, router) = (&home.home, &home.router);
        for command in [
            format!("ip netns add {router}"),
            format!("ip netns add {inside}"),
            format!("ip link add {wan} type veth peer name wan netns {router}"),
            format!("ip addr add {INTERNET}/30 dev {wan}"),
            format!("ip link set {wan} up"),
            format!("ip -n {router} addr add {OUTSIDE}/30 dev wan"),
            format!("ip -n {router} link set wan up"),
            format!("ip -n {router} link set lo up"),
            format!("ip -n {router} link add lan type veth peer name eth0 netns {inside}"),
            format!("ip -n {router} addr add 192.168.77.1/24 dev lan"),
            format!("ip -n {router} link set lan up"),
            format!("ip -n {router} route add default via {INTERNET}"),
            format!("ip -n {inside} link set lo up"),
            format!("ip -n {inside} addr add 192.168.77.10/24 dev eth0"),
            format!("ip -n {inside} link set eth0 up"),
            format!("ip -n {inside} route add default via 192.168.77.1"),
            format!("ip netns exec {router} sysctl -q -w net.ipv4.ip_forward=1"),
            format!("ip netns exec {router} nft add table ip nat"),
            format!(
                "ip netns exec {router} nft add chain ip nat post {{ type nat hook postrouting priority 100 ; }}"
            ),
            format!(
                "ip netns exec {router} nft add rule ip nat post oifname wan masquerade random"
            ),
            // As every router at home does: nothing comes in that nobody inside has asked for.
            format!("ip netns exec {router} nft add table ip guard"),
            format!(
                "ip netns exec {router} nft add chain ip guard forward {{ type filter hook forward priority 0 ; }}"
            ),
            format!(
                "ip netns exec {router} nft add rule ip guard forward iifname wan ct state new drop"
            ),
        ] {
            run(&command)?;
        }
        Ok(home)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // The links go with the namespaces.
        for name in [&self.home, &self.router] {
            let _ = run(&format!("ip netns del {name}"));
        }
    }
}

/// An agent as a process in a namespace.
struct Agent(std::process::Child);

impl Drop for Agent {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn agent(world: &World, home: &Home, stun: SocketAddr) -> Agent {
    let config = world.folder.path().join("agent.toml");
    let server = "Device.ManagementServer";
    let text = format!(
        "device_type = 'ata192'\nserial_number = 'BEHIND'\nstate = '{}'\n\
         [acs]\nurl = '{}'\npassword = '{}'\n\
         [connection_request]\nlisten = '0.0.0.0:7547'\n\
         [parameters]\n'{server}.STUNEnable' = '1'\n'{server}.STUNServerAddress' = '{}'\n\
         '{server}.STUNServerPort' = '{}'\n",
        world.folder.path().join("agent").display(),
        world.server.acs_url(),
        world::FACTORY_SECRET,
        stun.ip(),
        stun.port(),
    );
    std::fs::write(&config, text).expect("a file");
    let mut command = Command::new("ip");
    command.args([
        "netns",
        "exec",
        &home.home,
        world::process::DIALTONE,
        "agent",
        "--config",
    ]);
    command.arg(&config).env("DIALTONE_LOG", "warn");
    Agent(command.spawn().expect("the agent starts"))
}

/// Covers U-02, U-03, U-08, U-14, C-05, C-16.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_behind_a_nat_is_reached_by_udp_where_http_fails() {
    let home = match Home::build() {
        Ok(home) => home,
        Err(why) => {
            let must = std::env::var_os("DIALTONE_NAT").is_some();
            assert!(!must, "there is no NAT: {why}");
            eprintln!("NOT RUN: no network namespace with a NAT can be made here: {why}");
            return;
        }
    };
    let outside = |port| SocketAddr::new(INTERNET.parse().expect("an address"), port);
    let world = World::start_with(|config, _| {
        config.cwmp.listen = outside(0);
        config.stun.listen = Some(outside(0));
        // The operator has not thought of NATs: the device's own network may be called.
        config.connection_request.allow = vec!["192.168.77.0/24".into()];
    })
    .await;
    let stun = world.server.stun_address.expect("the STUN server listens");
    let _agent = agent(&world, &home, stun);
    let path = device_path("00562B-ATA192-BEHIND");
    let calls = eventually("the device is known behind its NAT", || async {
        let calls = world.api.get(&format!("{path}/calls")).await.ok()?;
        let known = calls["reach"]["udp_address"].as_str()?.starts_with(OUTSIDE);
        let url = calls["connection_request_url"].as_str()?.to_owned();
        (known && url.contains("192.168.77.10")).then_some(calls)
    })
    .await;
    let udp_address = calls["reach"]["udp_address"].as_str().unwrap_or_default();
    assert!(
        !udp_address.ends_with(":7547"),
        "the router has a port of its own: {calls}"
    );
    let called = eventually("the device is called", || async {
        let called = world
            .api
            .post(&format!("{path}/call"), json!({}))
            .await
            .ok()?;
        // It may still be in the session in which it told its address.
        (called["outcome"] != "too_soon").then_some(called)
    })
    .await;
    assert_eq!(called["outcome"], "accepted", "{called}");
    assert_eq!(called["way"], "udp", "{called}");
    let attempts = called["attempts"].as_array().expect("a list");
    assert_eq!(attempts[0]["way"], "http", "{called}");
    assert_eq!(attempts[0]["outcome"], "failed", "{called}");
    // What has worked is tried first from here on, and a task is carried out at once.
    let name = "Device.DeviceInfo.UpTime";
    let task = json!({ "kind": "get_parameter_values", "names": [name] });
    let created = world
        .api
        .post(&format!("{path}/tasks"), task)
        .await
        .expect("a task");
    let task = world
        .task_ended(created["id"].as_str().expect("an id"))
        .await;
    assert_eq!(task["state"], "done", "{task}");
    let calls = world
        .api
        .get(&format!("{path}/calls"))
        .await
        .expect("a list");
    assert_eq!(calls["reach"]["worked"], "udp", "{calls}");
    assert_eq!(calls["items"][0]["way"], "udp", "{calls}");
}
