//! Where a device finds the server of its provisioning: options of DHCP.

use super::PROFILE;
use super::device::{PROXY, comes_to_hold, device_from, eventually};
use super::server::FileServer;
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
        let handle = device_from(rule, TlsConfig::default(), sources, &settings).await;
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
    let handle = device_from("/ata$PSN.cfg", TlsConfig::default(), sources, &[HTTP]).await;
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

const CUSTOMIZATION: &str = "Device.X_CISCO_ATA.Status.Product.Customization";
const CALL_HOME: &str =
    "/software/edos/callhome/rc?id=00005E005301:FCH26480QXA:ATA192-MPP&sw=11-3-2MPP0102-233";

fn activated_by(server: &FileServer) -> Sources {
    Sources {
        activation: Some(server.url("/")),
        ..Sources::default()
    }
}

/// Section 5.2: Open, Pending, Custom Pending, Acquired. Covers M-01, T-14.
#[tokio::test]
async fn a_device_nobody_told_of_its_provider_is_told_by_the_activation_server_once() {
    let (activation, provider) = (FileServer::plain().await, FileServer::plain().await);
    activation.put(CALL_HOME, format!("{}\n", provider.url("/$MA.cfg")));
    let sources = activated_by(&activation);
    let handle = device_from("/ata$PSN.cfg", TlsConfig::default(), sources, &[HTTP]).await;
    comes_to_hold(&handle, CUSTOMIZATION, "Custom Pending").await;
    // It goes by its rule until something comes by it, as any other.
    comes_to_hold(&handle, super::LOG, "file not found").await;
    provider.put("/00005e005301.cfg", PROFILE);
    let again = Ask::Resync(None);
    handle.input(0, Input::Provisioning(Box::new(again)));
    comes_to_hold(&handle, PROXY, "sip.example.net").await;
    comes_to_hold(&handle, CUSTOMIZATION, "Acquired").await;
    assert_eq!(activation.seen().len(), 1);

    // A reset makes it nobody's again.
    handle.input(0, Input::LocalFactoryReset);
    eventually("it asks again", || activation.seen().len() == 2).await;
    comes_to_hold(&handle, CUSTOMIZATION, "Acquired").await;
    handle.stop();
}

/// Section 5.2: Unavailable, and Aborted when DHCP or a person was first. Covers M-01, T-14.
#[tokio::test]
async fn an_activation_server_that_knows_nobody_is_not_asked_again_nor_one_that_is_not_needed() {
    let (activation, provider) = (FileServer::plain().await, FileServer::plain().await);
    let sources = activated_by(&activation);
    let handle = device_from("/ata$PSN.cfg", TlsConfig::default(), sources, &[HTTP]).await;
    comes_to_hold(&handle, CUSTOMIZATION, "Unavailable").await;
    assert_eq!(activation.seen().len(), 1);
    handle.stop();

    provider.put("/ata192.cfg", PROFILE);
    let named = Sources {
        dhcp: dhcp(&[(66, &provider)]).dhcp,
        ..activated_by(&activation)
    };
    let by_hand = provider.url("/ata192.cfg");
    for (rule, sources) in [
        ("/ata$PSN.cfg", named),
        (by_hand.as_str(), activated_by(&activation)),
    ] {
        let handle = device_from(rule, TlsConfig::default(), sources, &[HTTP]).await;
        comes_to_hold(&handle, PROXY, "sip.example.net").await;
        comes_to_hold(&handle, CUSTOMIZATION, "Aborted").await;
        assert_eq!(activation.seen().len(), 1);
        handle.stop();
    }
}

/// Section 5.2: if both fail, both are asked again. Covers M-01, T-14.
#[tokio::test]
async fn an_activation_server_that_talks_nonsense_is_asked_again() {
    let activation = FileServer::plain().await;
    activation.put(CALL_HOME, "(((");
    let sources = activated_by(&activation);
    let settings = [HTTP, ("Resync_Error_Retry_Delay", "1")];
    let handle = device_from("/ata$PSN.cfg", TlsConfig::default(), sources, &settings).await;
    eventually("it asks again", || activation.seen().len() > 1).await;
    comes_to_hold(
        &handle,
        super::LOG,
        "activation: failed: what it answers is no rule",
    )
    .await;
    comes_to_hold(&handle, CUSTOMIZATION, "Pending").await;
    handle.stop();
}

/// The guides contradict each other on `Resync_Error_Retry_Delay = 0`: the configuration chooses. Covers T-14.
#[tokio::test]
async fn the_configuration_chooses_where_the_guides_contradict_each_other() {
    let settings: ProvisioningSettings = data_model::configuration::parse(
        "agent.toml",
        Ok::<String, std::io::Error>(
            "[policies]\nzero_retry = 'at-once'\ntriggers = 'gate-all'\n".into(),
        ),
    )
    .expect("two policies");
    let identity = agent::device::Identity {
        serial_number: "FCH26480QXA".into(),
        mac: [0, 0, 0x5e, 0, 0x53, 1],
    };
    let sources = settings.sources(&identity).expect("nothing is wrong");
    let sources = (*sources.expect("something is chosen")).clone();
    let server = FileServer::plain().await;
    let rule = server.url("/late.cfg");
    let zero = [("Resync_Error_Retry_Delay", "0")];
    let handle = device_from(&rule, TlsConfig::default(), sources, &zero).await;
    eventually("it has asked and was refused", || !server.seen().is_empty()).await;
    server.put("/late.cfg", PROFILE);
    comes_to_hold(&handle, PROXY, "sip.example.net").await;
    handle.stop();
}
