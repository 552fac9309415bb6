//! An agent that learns its ACS from what a hook of the DHCP client leaves behind.

use crate::running::{Running, config, eventually};
use crate::tcp_acs::{Heard, TcpAcs};
use std::path::Path;
use std::process::{Command, Output};

/// A script of `packaging`, run as a DHCP client would.
fn hook(script: &str, argument: &str, folder: &Path, variables: &[(&str, &str)]) -> Output {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../packaging/dhcp")
        .join(script);
    let mut command = Command::new("sh");
    command.arg(path).arg(argument).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("DIALTONE_DISCOVERY", folder);
    command.envs(variables.iter().copied());
    command.output().expect("there is a shell")
}

fn option_43(url: &str, separator: &str) -> String {
    let mut bytes = vec![1, url.len() as u8];
    bytes.extend_from_slice(url.as_bytes());
    let octets: Vec<String> = bytes.iter().map(|octet| format!("{octet:02x}")).collect();
    octets.join(separator)
}

fn bootstraps(
    script: &str,
    argument: &str,
    variables: impl Fn(&str) -> Vec<(&'static str, String)>,
) {
    let folder = tempfile::tempdir().expect("a folder");
    let acs = TcpAcs::start();
    let left = folder.path().join("discovery");
    let more = format!(
        "[discovery]\nfolder = '{}'\nallow_http = true",
        left.display()
    );
    let _agent = Running::start(config(None, folder.path(), &more));
    let variables = variables(&acs.url());
    let variables: Vec<(&str, &str)> = variables
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let output = hook(script, argument, &left, &variables);
    assert!(output.status.success(), "{output:?}");
    let inform = acs.hears(|heard| match heard {
        Heard::Inform(inform) => Some(inform),
        Heard::FirstByte | Heard::Answer(_) | Heard::Ended => None,
    });
    assert!(inform.has_event(&cwmp::EventCode::Bootstrap));
}

/// Covers D-06, D-10.
#[test]
fn a_lease_of_udhcpc_brings_an_agent_without_an_acs_to_it() {
    bootstraps("udhcpc-dialtone.sh", "bound", |url| {
        vec![("opt43", option_43(url, "")), ("interface", "eth0".into())]
    });
}

/// Covers D-06, D-10.
#[test]
fn a_lease_of_dhclient_brings_an_agent_without_an_acs_to_it() {
    bootstraps("dhclient-dialtone.sh", "", |url| {
        vec![
            ("reason", "BOUND".into()),
            ("new_vendor_encapsulated_options", option_43(url, ":")),
        ]
    });
}

#[test]
fn a_lease_that_ends_leaves_what_is_known() {
    let folder = tempfile::tempdir().expect("a folder");
    let left = folder.path().join("discovery");
    hook("udhcpc-dialtone.sh", "bound", &left, &[("opt43", "00")]);
    let before = eventually("the hook has written", || {
        std::fs::read_to_string(left.join("v4")).ok()
    });
    let output = hook("udhcpc-dialtone.sh", "deconfig", &left, &[]);
    assert!(output.status.success());
    assert_eq!(std::fs::read_to_string(left.join("v4")).ok(), Some(before));
}

/// Covers D-03, D-04.
#[test]
fn the_settings_of_the_dhcp_clients_ask_as_the_standard_says() {
    for script in ["udhcpc-dialtone.sh", "dhclient-dialtone.sh"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../packaging/dhcp")
            .join(script);
        let text = std::fs::read_to_string(path).expect("a script");
        assert!(
            text.contains(cwmp::side::dhcp_discovery::VENDOR_CLASS),
            "{script}"
        );
    }
}
