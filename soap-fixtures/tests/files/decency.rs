//! Checks that nothing in the files is anybody's: documentation addresses, example hosts, example secrets.

use crate::Outcome;
use libtest_mimic::Trial;
use soap_fixtures::{messages, stories, variants};

/// The tests of this file.
pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("decency/addresses are from documentation ranges", addresses),
        Trial::test("decency/hosts are example hosts", hosts),
        Trial::test(
            "decency/passwords are empty or say that they are examples",
            passwords,
        ),
    ]
}

/// Beginnings of addresses that belong to nobody: RFC 5737, RFC 6676, loopback, link-local (as an attack).
const NOBODYS_ADDRESSES: [&str; 6] = [
    "192.0.2.",
    "198.51.100.",
    "203.0.113.",
    "233.252.0.",
    "127.0.0.1",
    "169.254.169.254",
];

/// Hosts that may stand after `://` (RFC 2606), and those of the XML namespaces.
const KNOWN_HOSTS: [&str; 4] = ["", "schemas.xmlsoap.org", "www.w3.org", "[2001:db8::7]"];

/// Label and text of every file; the zero bytes of UTF-16 are left out.
fn texts() -> Vec<(String, String)> {
    let messages = messages().into_iter().map(|one| (one.label(), one.bytes));
    let variants = variants().into_iter().map(|one| (one.label(), one.bytes));
    let entries = stories().into_iter().flat_map(|story| {
        let label = story.name;
        story
            .entries
            .into_iter()
            .map(move |entry| (format!("{label}/{}", entry.number), entry.bytes))
    });
    let all = messages.chain(variants).chain(entries);
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).replace('\0', "");
    all.map(|(label, bytes)| (label, text(bytes))).collect()
}

fn addresses() -> Outcome {
    for (label, text) in texts() {
        for word in text.split(|c: char| !c.is_ascii_digit() && c != '.') {
            let is_address =
                word.split('.').count() == 4 && word.parse::<std::net::Ipv4Addr>().is_ok();
            if is_address
                && !NOBODYS_ADDRESSES
                    .iter()
                    .any(|nobodys| word.starts_with(nobodys))
            {
                return Err(format!("{label}: {word}").into());
            }
        }
    }
    Ok(())
}

fn hosts() -> Outcome {
    for (label, text) in texts() {
        for after in text.split("://").skip(1) {
            let authority: &str = after
                .split(['/', '"', '\'', '<', '&', '?', '|', ' ', '>'])
                .next()
                .unwrap_or("");
            let host = authority.rsplit('@').next().unwrap_or("");
            let name = if host.starts_with('[') {
                host.split_inclusive(']').next()
            } else {
                host.split(':').next()
            };
            let name = name.unwrap_or("");
            let known = KNOWN_HOSTS.contains(&name)
                || name == "example.net"
                || name.ends_with(".example.net")
                || NOBODYS_ADDRESSES
                    .iter()
                    .any(|nobodys| name.starts_with(nobodys));
            if !known {
                return Err(format!("{label}: {name}").into());
            }
        }
    }
    Ok(())
}

fn passwords() -> Outcome {
    for (label, text) in texts() {
        let arguments = text.split("<Password>").skip(1);
        let values = text.split("Password</Name>").skip(1).filter_map(|after| {
            let (before, after) = after.split_once("<Value")?;
            // A struct without a Value is followed by that of the next one.
            (!before.contains("</ParameterValueStruct>"))
                .then(|| after.split_once('>').map(|(_, value)| value))?
        });
        for secret in arguments.chain(values) {
            let secret = secret.split('<').next().unwrap_or("");
            if !secret.trim().is_empty() && !secret.contains("example") {
                return Err(format!("{label}: a password that is none of ours").into());
            }
        }
    }
    Ok(())
}
