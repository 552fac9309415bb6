//! What a device says of itself in the `User-Agent` of a request for its profile.

use super::request_path::mac;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Characters of each part that are kept.
const PART_CHARS: usize = 64;

/// Product, version and serial number; a claim, never a proof.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserAgent {
    /// The product, such as `ATA192-MPP`.
    pub product: String,
    /// The version of its firmware.
    pub version: String,
    /// Its serial number; empty if it does not say.
    pub serial_number: String,
    /// Its MAC address, twelve digits in small letters; empty if it does not say.
    pub mac: String,
}

/// Reads `Cisco/ATA192-MPP-11-1-0MPP-16(FCH2118DGQP)` and its relatives: SPA adapters put the MAC address in front of the
/// serial number, phones begin with `Cisco-` and have a slash before the version.
pub fn read(text: &str) -> Option<UserAgent> {
    let text: String = text.chars().filter(|c| !c.is_control()).take(256).collect();
    let vendor = text
        .strip_prefix("Cisco")
        .or_else(|| text.strip_prefix("Linksys"))?;
    let mut rest = vendor.strip_prefix(['/', '-'])?.trim();
    let mut agent = UserAgent::default();
    while let Some((front, group)) = last_group(rest) {
        match (mac(group), agent.serial_number.is_empty()) {
            (Some(mac), _) => agent.mac = mac,
            // `1.4.1(SR5) (…)`: a group that belongs to the version.
            (None, true) if agent.mac.is_empty() => agent.serial_number = cut(group),
            (None, _) => break,
        }
        rest = front.trim_end();
    }
    let numbered = rest.match_indices(['-', '/']).find(|(at, sign)| {
        *sign == "/"
            || rest[at + 1..].starts_with(|c: char| c.is_ascii_digit())
                && !rest[at + 1..].contains('/')
    });
    let (product, version) = match numbered {
        Some((at, _)) => (&rest[..at], &rest[at + 1..]),
        None => (rest, ""),
    };
    agent.product = cut(product);
    agent.version = cut(version);
    Some(agent)
}

/// The text before the last bracket, and what is in it.
fn last_group(text: &str) -> Option<(&str, &str)> {
    let (front, group) = text.strip_suffix(')')?.rsplit_once('(')?;
    Some((front, group))
}

fn cut(text: &str) -> String {
    text.trim().chars().take(PART_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_seen_in_the_field_is_read() {
        for (text, product, version, serial, mac) in [
            (
                "Cisco/ATA192-MPP-11-1-0MPP-16(FCH2118DGQP)",
                "ATA192-MPP",
                "11-1-0MPP-16",
                "FCH2118DGQP",
                "",
            ),
            (
                "Cisco/ATA191-MPP-11-1-0-MSR4 (FCH2443D9R4)",
                "ATA191-MPP",
                "11-1-0-MSR4",
                "FCH2443D9R4",
                "",
            ),
            (
                "Cisco/SPA122-1.4.1(SR5) (88755A010203)",
                "SPA122",
                "1.4.1(SR5)",
                "",
                "88755a010203",
            ),
            (
                "Cisco/SPA501G-7.4.4 (8843E157DDCC)(CBT141100HR)",
                "SPA501G",
                "7.4.4",
                "CBT141100HR",
                "8843e157ddcc",
            ),
            (
                "Cisco-CP-8865-3PCC/12.0.2 (0c75bd110203)",
                "CP-8865-3PCC",
                "12.0.2",
                "",
                "0c75bd110203",
            ),
        ] {
            let agent = read(text).expect(text);
            assert_eq!(agent.product, product, "{text}");
            assert_eq!(agent.version, version, "{text}");
            assert_eq!(
                (agent.serial_number.as_str(), agent.mac.as_str()),
                (serial, mac),
                "{text}"
            );
        }
    }

    #[test]
    fn others_say_nothing_and_long_ones_are_cut() {
        for text in ["", "curl/8.5.0", "Mozilla/5.0 (X11)", "Cisco"] {
            assert_eq!(read(text), None, "{text}");
        }
        let long = format!("Cisco/{}({})", "A".repeat(5000), "9".repeat(5000));
        assert!(read(&long).expect("it is one").product.len() <= PART_CHARS);
        for odd in ["Cisco/((((", "Cisco/))))", "Cisco/()", "Cisco/-"] {
            let _ = read(odd);
        }
    }
}
