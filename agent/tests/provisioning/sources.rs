//! Where a device finds the server of its provisioning: options of DHCP.

use super::server::FileServer;
use super::{PROFILE, PROXY, comes_to_hold, device_with, eventually};
use agent::device::Input;
use agent::provisioning::engine::Ask;
use agent::provisioning::sources::Sources;
use agent::shell::provisioning::ProvisioningSettings;
use agent::shell::tls::TlsConfig;

const HTTP: (&str, &str) = ("Transport_Protocol", "http");

/// The servers of these options.
fn dhcp(options: &[(u8, &FileServer)]) -> Sources {
    let server = |(option, server): &(u8, &FileServer)| (*option, server.url("/not/used"));
    Sources {
        dhcp: options.iter().map(server).collect(),
        ..Sources::default()
    }
}

/// Section 5.3: the first option of `DHCP_Option_To_Use` that yields something. Covers M-01, T-14.
#[tokio::test]
async fn a_rule_without_a_server_goes_where_dhcp_says_by_the_most_preferred_option() {
    for (order, preferred) in [
        ("66,160,159,150", 0),
        ("160,66", 1),
        ("150,159", 2),
        ("159", 2),
    ] {
        let servers = [
            FileServer::plain().await,
            FileServer::plain().await,
            FileServer::plain().await,
        ];
        for server in &servers {
            server.put("/ata192.cfg", PROFILE);
        }
        let sources = dhcp(&[(160, &servers[1]), (159, &servers[2]), (66, &servers[0])]);
        let settings = [HTTP, ("DHCP_Option_To_Use", order)];
        let rule = "/ata$PSN.cfg";
        let handle = device_with(rule, TlsConfig::default(), sources, &settings).await;
        comes_to_hold(&handle, PROXY, "sip.example.net").await;
        for (number, server) in servers.iter().enumerate() {
            assert_eq!(server.seen().len(), usize::from(number == preferred));
        }
        handle.stop();
    }
}

/// Section 5.3: what a lease says counts from then on, and after a factory reset as before. Covers M-01, T-14.
#[tokio::test]
async fn a_lease_that_names_a_server_counts_after_a_reset_as_well() {
    let server = FileServer::plain().await;
    server.put("/ata192.cfg", PROFILE);
    let sources = Sources::default();
    let handle = device_with("/ata$PSN.cfg", TlsConfig::default(), sources, &[HTTP]).await;
    let servers = Ask::Servers(vec![(66, server.url("/"))]);
    handle.input(0, Input::Provisioning(Box::new(servers)));
    comes_to_hold(&handle, PROXY, "sip.example.net").await;
    handle.input(0, Input::LocalFactoryReset);
    eventually("it fetches again", || server.seen().len() == 2).await;
    handle.stop();
}

/// What an operator writes is checked before a device starts with it.
#[test]
fn an_option_that_names_no_server_is_refused_by_its_number() {
    let settings: ProvisioningSettings =
        toml::from_str("dhcp = { 66 = \"prov.example.net\", 67 = \"file\" }").expect("it is TOML");
    let identity = agent::device::Identity {
        serial_number: super::authority::SERIAL.into(),
        mac: super::authority::MAC,
    };
    let refused = settings.sources(&identity).expect_err("67 names a file");
    assert!(refused.to_string().contains("`67`"), "{refused}");
}
