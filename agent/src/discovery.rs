//! What the hook of a DHCP client leaves behind for the agent: lines of `name=value` (see `packaging/dhcp`).

use crate::limits::DISCOVERY_FILE_BYTES;
use cwmp::side::dhcp_discovery::{Answers, Offer, Requested};
use serde::Deserialize;
use std::net::Ipv4Addr;
use std::path::PathBuf;

/// The discovery part of a configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DiscoverySettings {
    /// The folder the hooks write to; without one DHCP is not listened to.
    pub folder: Option<PathBuf>,
    /// Which vendor option the DHCP client asks for; the other one counts only if that is missing.
    pub option: VendorOption,
    /// Whether an ACS that DHCP names may be an http URL, where no certificate shows that it is the right one.
    pub allow_http: bool,
}

/// A vendor option of DHCPv4.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u8")]
pub enum VendorOption {
    /// Vendor-specific information.
    #[default]
    Option43,
    /// Vendor-identifying vendor-specific information.
    Option125,
}

impl TryFrom<u8> for VendorOption {
    type Error = &'static str;

    fn try_from(code: u8) -> Result<VendorOption, &'static str> {
        match code {
            43 => Ok(VendorOption::Option43),
            125 => Ok(VendorOption::Option125),
            _ => Err("the ACS is named in option 43 or 125"),
        }
    }
}

impl DiscoverySettings {
    /// What the files of the hooks offer, if it may be taken.
    pub fn offer(&self, files: &[String]) -> Option<Offer> {
        let mut answers = Answers {
            requested: match self.option {
                VendorOption::Option43 => Requested::Option43,
                VendorOption::Option125 => Requested::Option125,
            },
            ..Answers::default()
        };
        for file in files
            .iter()
            .filter(|file| file.len() <= DISCOVERY_FILE_BYTES)
        {
            for (name, value) in file.lines().filter_map(|line| line.split_once('=')) {
                let option = match name.trim() {
                    "option43" => &mut answers.option_43,
                    "option125" => &mut answers.option_125,
                    "v6option17" => &mut answers.v6_option_17,
                    _ => continue,
                };
                *option = bytes(value.trim());
            }
        }
        let offer = answers.offer()?;
        let https = offer
            .url
            .get(..8)
            .is_some_and(|start| start.eq_ignore_ascii_case("https://"));
        if !https && !self.allow_http {
            tracing::warn!(url = %offer.url, "DHCP names an ACS without TLS; `discovery.allow_http` would take it");
            return None;
        }
        Some(offer)
    }
}

/// What the files of the hooks say of the server of the device's own provisioning: options 66, 150, 159 and 160.
pub fn servers(files: &[String]) -> Vec<(u8, String)> {
    let mut found = Vec::new();
    let files = files
        .iter()
        .filter(|file| file.len() <= DISCOVERY_FILE_BYTES);
    for (name, value) in files
        .flat_map(|file| file.lines())
        .filter_map(|line| line.split_once('='))
    {
        let Some(option) = name.trim().strip_prefix("option") else {
            continue;
        };
        let server = match (option, value.trim()) {
            ("150", value) => addresses(value),
            ("66" | "159" | "160", value) => text(value),
            _ => continue,
        };
        if let (Ok(option), Some(server)) = (option.parse(), server) {
            found.push((option, server));
        }
    }
    found
}

/// The addresses of option 150, as a list: four octets each (RFC 5859), or written out by the client.
fn addresses(value: &str) -> Option<String> {
    if value.contains('.') {
        return text(value);
    }
    let octets = bytes(value)?;
    let addresses: Vec<String> = octets
        .chunks_exact(4)
        .map(|it| Ipv4Addr::new(it[0], it[1], it[2], it[3]).to_string())
        .collect();
    (!addresses.is_empty()).then(|| addresses.join(","))
}

/// A text, as it stands or, if all of it are pairs of digits, as its octets.
fn text(value: &str) -> Option<String> {
    let value = value.trim_matches('"');
    let octets = match value.contains('.') {
        true => None,
        false => bytes(value),
    };
    let text = match octets {
        Some(octets) => String::from_utf8(octets).ok()?,
        None => value.to_owned(),
    };
    let text = text.trim_end_matches('\0');
    (!text.is_empty() && text.chars().all(|c| c.is_ascii_graphic())).then(|| text.to_owned())
}

/// The octets of an option. `udhcpc` writes `0110ab`, `dhclient` `1:10:ab`, or the text itself if all of it can be printed.
fn bytes(value: &str) -> Option<Vec<u8>> {
    if value.is_empty() {
        return None;
    }
    if value.contains("://") {
        return Some(value.as_bytes().to_vec());
    }
    let octet = |digits: &str| u8::from_str_radix(digits, 16).ok();
    if value.contains(':') {
        return value.split(':').map(octet).collect();
    }
    let digits = value.as_bytes().chunks(2);
    digits
        .map(|pair| {
            std::str::from_utf8(pair)
                .ok()
                .filter(|pair| pair.len() == 2)
        })
        .map(|pair| octet(pair?))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(settings: &DiscoverySettings, files: &[&str]) -> Option<String> {
        let files: Vec<String> = files.iter().map(|file| (*file).to_owned()).collect();
        settings.offer(&files).map(|offer| offer.url)
    }

    fn hex(bytes: &[u8], separator: &str) -> String {
        let octets: Vec<String> = bytes.iter().map(|octet| format!("{octet:02x}")).collect();
        octets.join(separator)
    }

    const TLV: &[u8] = b"\x01\x10https://a.b/cwmp";

    /// Covers D-06.
    #[test]
    fn each_client_writes_octets_in_its_own_way() {
        let settings = DiscoverySettings::default();
        let forms = [
            format!("option43={}\n", hex(TLV, "")),
            format!("option43={}\n", hex(TLV, ":")),
            format!("option43={}\n", hex(TLV, ":").replace("01:", "1:")),
            "option43=https://a.b/cwmp\n".to_owned(),
        ];
        for form in forms {
            assert_eq!(
                url(&settings, &[&form]).as_deref(),
                Some("https://a.b/cwmp"),
                "{form}"
            );
        }
    }

    /// Covers M14.
    #[test]
    fn an_acs_without_a_certificate_is_taken_from_dhcp_only_if_the_operator_says_so() {
        let mut settings = DiscoverySettings::default();
        let file = "option43=http://a.b/cwmp\n";
        assert_eq!(url(&settings, &[file]), None);
        settings.allow_http = true;
        assert_eq!(url(&settings, &[file]).as_deref(), Some("http://a.b/cwmp"));
    }

    /// Covers D-05.
    #[test]
    fn the_answer_of_ipv6_goes_before_that_of_ipv4() {
        let settings = DiscoverySettings::default();
        let v6 = b"\x00\x00\x0d\xe9\x00\x01\x00\x0ehttps://v6.b/c";
        let v6 = format!("interface=eth0\nv6option17={}\n", hex(v6, ":"));
        let v4 = "option43=https://a.b/cwmp\n";
        assert_eq!(
            url(&settings, &[v4, &v6]).as_deref(),
            Some("https://v6.b/c")
        );
    }

    /// Section 5.3: what an option says of the server of provisioning, as each client writes it.
    #[test]
    fn servers_of_provisioning_are_read_as_each_client_writes_them() {
        let file = format!(
            "interface=eth0\noption66={}\noption150=c0:0:2:1:c0:0:2:2\noption159=https://192.0.2.3/p\n\
             option160=\"prov.example.net\"\noption43=\noption67=file\n",
            hex(b"tftp.example.net\0", "")
        );
        let found = servers(&[file, "option66=\noption150=192.0.2.9\noption160=a b".into()]);
        let expected = [
            (66, "tftp.example.net"),
            (150, "192.0.2.1,192.0.2.2"),
            (159, "https://192.0.2.3/p"),
            (160, "prov.example.net"),
            (150, "192.0.2.9"),
        ];
        assert_eq!(found, expected.map(|(option, it)| (option, it.to_owned())));
    }

    #[test]
    fn a_file_that_makes_no_sense_is_no_offer() {
        let settings = DiscoverySettings::default();
        let large = format!("option43=https://a.b/{}\n", "c".repeat(20_000));
        for file in [
            "",
            "=",
            "option43",
            "option43=",
            "option43=zz",
            "option43=0",
            "option43=1:zz",
            &large,
        ] {
            assert_eq!(url(&settings, &[file]), None, "{file:.40}");
        }
    }
}
