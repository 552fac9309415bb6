//! The address in the connection request URL of a device that listens on every interface.

use super::acs::TestAcs;
use super::{Agent, SERVER, call, tells};
use agent::daemon::AgentConfig;
use cwmp::EventCode;
use cwmp::rpc::Inform;

fn listening_on(address: &str) -> AgentConfig {
    let mut config = AgentConfig::default();
    config.connection_request.listen = address.parse().expect("an address");
    config
}

fn reported(inform: &Inform, name: &str) -> String {
    let name = format!("{SERVER}{name}");
    let values = inform.parameter_list.iter();
    let mut found = values.filter(|value| value.name == name);
    found
        .next()
        .map_or_else(String::new, |value| value.value.to_string())
}

/// Covers C-01.
#[tokio::test]
async fn a_device_on_every_interface_tells_the_address_it_has_towards_its_acs() {
    let acs = TestAcs::start().await;
    let agent = Agent::with(listening_on("0.0.0.0:0"), &acs, &[]).await;
    let inform = acs.informed(tells(EventCode::Bootstrap)).await;
    let url = reported(&inform, "ConnectionRequestURL");
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    let by_udp = agent.value("UDPConnectionRequestAddress").await;
    assert!(by_udp.starts_with("127.0.0.1:"), "{by_udp}");
    // What it tells is where it can be called.
    let (address, path) = agent.url().await;
    assert_eq!(call("127.0.0.1", address, &path, "", "").await, 200);
    acs.informed(tells(EventCode::ConnectionRequest)).await;
}

/// Covers C-02.
#[tokio::test]
async fn another_address_towards_the_acs_is_told_as_a_value_change() {
    let first = TestAcs::start().await;
    let Some(second) = TestAcs::on("[::1]:0").await else {
        // A host without IPv6 has only one address on its loopback that it would choose.
        return;
    };
    let agent = Agent::with(listening_on("[::]:0"), &first, &[]).await;
    let inform = first.informed(tells(EventCode::Bootstrap)).await;
    let url = reported(&inform, "ConnectionRequestURL");
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    first.sets(&[(&format!("{SERVER}URL"), &second.url())]);
    agent.handle.input(
        0,
        agent::device::Input::LocalChange {
            name: "Device.DeviceInfo.ProvisioningCode".into(),
            value: "wake".into(),
        },
    );
    let inform = second
        .informed(|inform| {
            inform.has_event(&EventCode::ValueChange)
                && reported(inform, "ConnectionRequestURL").starts_with("http://[::1]:")
        })
        .await;
    assert!(!inform.has_event(&EventCode::Bootstrap));
}

#[tokio::test]
async fn the_host_the_operator_names_wins() {
    let acs = TestAcs::start().await;
    let mut config = listening_on("0.0.0.0:0");
    config.connection_request.advertise = Some("ata.example.net".into());
    let _agent = Agent::with(config, &acs, &[]).await;
    let inform = acs.informed(tells(EventCode::Bootstrap)).await;
    let url = reported(&inform, "ConnectionRequestURL");
    assert!(url.starts_with("http://ata.example.net:"), "{url}");
}
