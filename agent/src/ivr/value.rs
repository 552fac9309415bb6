//! What may be typed for a setting, and what is stored of it.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A choice: the digit, the stored word, and what a person hears.
pub type Choice = (&'static str, &'static str, &'static str);

/// What a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One of these.
    Choice(&'static [Choice]),
    /// The address of a host.
    Ipv4,
    /// The mask of a network.
    Mask,
    /// The IPv6 address of a host.
    Ipv6,
    /// The length of an IPv6 prefix.
    PrefixLength,
    /// Text that cannot be typed.
    Text,
}

impl Kind {
    /// What is stored of an entry with dots for stars; `None` if it is no value.
    pub fn read(self, entry: &str) -> Option<String> {
        match self {
            Kind::Choice(choices) => {
                let chosen = choices.iter().find(|(digit, _, _)| *digit == entry);
                chosen.map(|(_, stored, _)| (*stored).to_owned())
            }
            Kind::Ipv4 => Some(ipv4(entry).filter(is_host)?.to_string()),
            Kind::Mask => Some(ipv4(entry).filter(is_mask)?.to_string()),
            Kind::Ipv6 => Some(ipv6(entry).filter(is_host_6)?.to_string()),
            Kind::PrefixLength => {
                let length: u8 = entry.parse().ok()?;
                (1..=128).contains(&length).then(|| length.to_string())
            }
            Kind::Text => None,
        }
    }

    /// A stored value as it is spoken.
    pub fn speak(self, stored: &str) -> String {
        let chosen = match self {
            Kind::Choice(choices) => choices.iter().find(|(_, word, _)| *word == stored),
            Kind::Ipv4 | Kind::Mask | Kind::Ipv6 | Kind::PrefixLength | Kind::Text => None,
        };
        chosen.map_or(stored, |(_, _, spoken)| spoken).to_owned()
    }

    /// How it is typed.
    pub fn how(self) -> String {
        let text = match self {
            Kind::Choice(choices) => {
                let all = choices
                    .iter()
                    .map(|(digit, _, spoken)| format!("{digit} for {spoken}"));
                return all.collect::<Vec<String>>().join(", ");
            }
            Kind::Ipv4 => "the address of a host, with star for each dot",
            Kind::Mask => "a mask such as 255.255.255.0, with star for each dot",
            Kind::Ipv6 => {
                "the address with star for each colon, or as sixteen decimal numbers with star between them"
            }
            Kind::PrefixLength => "a number from 1 to 128",
            Kind::Text => "nothing",
        };
        text.to_owned()
    }
}

/// Octets as a telephone types them: leading zeros are only zeros.
fn octets<const N: usize>(entry: &str) -> Option<[u8; N]> {
    let mut octets = [0; N];
    let mut parts = entry.split('.');
    for octet in &mut octets {
        let part = parts.next().filter(|part| part.len() <= 3)?;
        *octet = part.parse().ok()?;
    }
    parts.next().is_none().then_some(octets)
}

fn ipv4(entry: &str) -> Option<Ipv4Addr> {
    octets::<4>(entry).map(Ipv4Addr::from)
}

fn is_host(address: &Ipv4Addr) -> bool {
    let first = address.octets()[0];
    first != 0 && !address.is_loopback() && first < 224
}

fn is_mask(mask: &Ipv4Addr) -> bool {
    let bits = u32::from(*mask);
    bits != 0 && bits.leading_ones() + bits.trailing_zeros() == 32
}

/// The guides do not say how the letters of an address are typed; as decimal octets every address can be.
fn ipv6(entry: &str) -> Option<Ipv6Addr> {
    match octets::<16>(entry) {
        Some(octets) => Some(octets.into()),
        None => entry.replace('.', ":").parse().ok(),
    }
}

fn is_host_6(address: &Ipv6Addr) -> bool {
    !address.is_unspecified() && !address.is_loopback() && !address.is_multicast()
}
