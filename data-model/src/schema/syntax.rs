//! The notations of the ATA's own values: addresses, star codes, tones, cadences, rules.
//!
//! They are as lenient as the documents are unsure: a factory value is never refused, and limits
//! that only one source prints are left to the device.

use super::tone::{is_cadence, is_frequencies, is_tone};
use core::net::{Ipv4Addr, Ipv6Addr};
use std::fmt;

/// A notation.
pub struct Syntax {
    /// Its name in models.
    pub name: &'static str,
    /// What a text in it is, as the end of "is not ...".
    pub what: &'static str,
    /// Whether a text that is not empty follows it.
    pub check: fn(&str) -> bool,
}

/// The notation with this name.
pub fn find(name: &str) -> Option<&'static Syntax> {
    ALL.iter().find(|syntax| syntax.name == name)
}

/// Every notation a model may use.
pub const ALL: &[Syntax] = &[
    syntax(
        "alias",
        "an alias: a letter, then letters, digits, _ and -",
        is_alias,
    ),
    syntax(
        "host",
        "a host name or address, with a port behind a colon if need be",
        is_host,
    ),
    syntax("ipv4", "an IPv4 address such as 192.0.2.1", is_ipv4),
    syntax("ipv6", "an IPv6 address such as 2001:db8::1", is_ipv6),
    syntax("ipv4-colons", "IPv4 addresses joined by colons", |text| {
        text.split(':').all(is_ipv4)
    }),
    syntax(
        "ipv4-mask",
        "an address and a mask such as 192.0.2.0/255.255.255.0",
        is_ipv4_mask,
    ),
    syntax("mac", "a MAC address such as 00:0e:08:aa:bb:cc", is_mac),
    syntax("url", "a URL: it holds no blanks", is_printable_word),
    syntax("phone", "a telephone number or a URL", is_printable),
    syntax(
        "phone-pattern",
        "a telephone number with ? and *",
        is_printable,
    ),
    syntax("starcode", "a star code of digits, * and #", is_star_code),
    syntax(
        "responses",
        "a list of response codes such as 404, 5*, 61?",
        is_responses,
    ),
    syntax("hexbyte", "a byte such as 0x68", |text| {
        hexbyte(text).is_some()
    }),
    syntax("digits", "digits only", |text| {
        !text.is_empty() && is_digits(text)
    }),
    syntax("hhmm", "a time of day such as 0230", is_hour_minute),
    syntax("delays", "seconds such as 3600 or 30+10,60", is_delays),
    syntax(
        "frequencies",
        "frequencies such as 350@-19,440@-19",
        is_frequencies,
    ),
    syntax("cadence", "a cadence such as 60(2/4)", is_cadence),
    syntax(
        "tone",
        "a tone such as 350@-19,440@-19;10(*/0/1+2)",
        is_tone,
    ),
    syntax(
        "dialplan",
        "a dial plan in brackets such as (xxx|9,xx.)",
        is_dial_plan,
    ),
    syntax("rule", "a rule on one line", |text| {
        !text.contains(['\n', '\r', '\0'])
    }),
    syntax(
        "forward",
        "a forwarding rule such as 1:SNMP:br1:161:161:udp:192.0.2.3",
        is_forward,
    ),
    syntax(
        "rule-index",
        "rule numbers 0 to 9 joined by colons",
        is_rule_index,
    ),
    syntax(
        "keep-alive",
        "type, idle minutes and seconds such as 0:5:30",
        is_keep_alive,
    ),
    syntax(
        "path",
        "the path of a parameter, or of an object with a dot at its end",
        |text| !text.is_empty() && crate::Path::parse(text).is_ok(),
    ),
    syntax("zone", "a time zone such as -08 1 1", |text| {
        zone_offset(text).is_some()
    }),
];

const fn syntax(name: &'static str, what: &'static str, check: fn(&str) -> bool) -> Syntax {
    Syntax { name, what, check }
}

impl fmt::Debug for Syntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Syntax {
    fn eq(&self, other: &Syntax) -> bool {
        self.name == other.name
    }
}

/// TR-106 3.8.1; the length is for the type to say.
pub fn is_alias(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// The value of a byte in hexadecimal with `0x`, or in decimal.
pub(super) fn hexbyte(text: &str) -> Option<u8> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        // from_str_radix takes a sign, which is no digit.
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            u8::from_str_radix(digits, 16).ok()
        }
        Some(_) => None,
        None => is_digits(text).then(|| text.parse().ok())?,
    }
}

/// Sign, hours and minutes of a zone code `+hh[.mm] i j`.
pub(super) fn zone_offset(text: &str) -> Option<(char, &str, &str)> {
    let mut parts = text.split(' ');
    let offset = parts.next()?;
    let rest: Vec<&str> = parts.collect();
    if rest.len() != 2 || !rest.iter().all(|part| is_digits(part) && !part.is_empty()) {
        return None;
    }
    let sign = offset
        .chars()
        .next()
        .filter(|sign| matches!(sign, '+' | '-'))?;
    let (hours, minutes) = offset[1..].split_once('.').unwrap_or((&offset[1..], "00"));
    let pair = |text: &str| text.len() == 2 && is_digits(text);
    (pair(hours) && pair(minutes)).then_some((sign, hours, minutes))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_printable(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

fn is_printable_word(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|c| c.is_control() || c.is_whitespace())
}

fn is_host(text: &str) -> bool {
    let letter = |c: char| c.is_alphanumeric() || "._-:[]%$".contains(c);
    !text.is_empty() && text.chars().all(letter)
}

fn is_ipv4(text: &str) -> bool {
    text.parse::<Ipv4Addr>().is_ok()
}

fn is_ipv6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok()
}

fn is_ipv4_mask(text: &str) -> bool {
    text.split_once('/')
        .is_some_and(|(address, mask)| is_ipv4(address) && is_ipv4(mask))
}

fn is_mac(text: &str) -> bool {
    let octet = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split(':').count() == 6 && text.split(':').all(octet)
}

fn is_star_code(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"*#".contains(&byte))
}

fn is_responses(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_digit() || b"*?, ".contains(&byte))
}

fn is_hour_minute(text: &str) -> bool {
    text.len() == 4 && is_digits(text) && text[..2] < *"24" && text[2..] < *"60"
}

fn is_delays(text: &str) -> bool {
    let seconds = |part: &str| part.parse::<u32>().is_ok() && is_digits(part);
    text.split(',')
        .map(str::trim)
        .all(|delay| match delay.split_once('+') {
            Some((fixed, random)) => seconds(fixed) && seconds(random),
            None => seconds(delay),
        })
}

fn is_dial_plan(text: &str) -> bool {
    let Some(body) = text
        .trim()
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'))
    else {
        return false;
    };
    let count = |letter: char| body.chars().filter(|c| *c == letter).count();
    is_printable(body)
        && count('[') == count(']')
        && count('<') == count('>')
        && count('(') == count(')')
}

fn is_forward(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let port = |text: &str| text.parse::<u16>().is_ok() && is_digits(text);
    match parts[..] {
        [enabled, _name, interface, first, second, protocol, address] => {
            matches!(enabled, "0" | "1")
                && !interface.is_empty()
                && port(first)
                && port(second)
                && matches!(protocol, "tcp" | "udp" | "both")
                && is_ipv4(address)
        }
        _ => false,
    }
}

fn is_rule_index(text: &str) -> bool {
    text.split(':')
        .all(|number| number.len() == 1 && is_digits(number))
}

fn is_keep_alive(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let number = |text: &str| is_digits(text) && text.parse::<u32>().is_ok();
    match parts[..] {
        [kind, idle_minutes, seconds] => {
            matches!(kind, "0" | "1") && number(idle_minutes) && number(seconds)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn holds(name: &str, good: &[&str], bad: &[&str]) {
        let syntax = find(name).unwrap();
        for text in good {
            assert!((syntax.check)(text), "{name} refused {text}");
        }
        for text in bad {
            assert!(!(syntax.check)(text), "{name} took {text}");
        }
    }

    #[test]
    fn addresses_are_checked() {
        holds(
            "ipv4",
            &["0.0.0.0", "192.0.2.1"],
            &["", "192.0.2", "192.0.2.256", "a"],
        );
        holds(
            "ipv6",
            &["::", "2001::", "2001:db8::1"],
            &["", "192.0.2.1", "2001"],
        );
        holds(
            "ipv4-colons",
            &["0.0.0.0:0.0.0.0", "192.0.2.1"],
            &["192.0.2.1:", "x"],
        );
        holds(
            "ipv4-mask",
            &["0.0.0.0/0.0.0.0"],
            &["192.0.2.0/24", "192.0.2.0"],
        );
        holds(
            "mac",
            &["00:0e:08:AA:bb:cc"],
            &["000e08aabbcc", "00:0e:08:aa:bb", "0g:0:0:0:0:0"],
        );
        holds(
            "host",
            &["sip.example.com:5060", "[2001:db8::1]:5060"],
            &["", "a b", "http://x"],
        );
        holds(
            "url",
            &["https://acs.example/x?y=$PSN"],
            &["", "a b", "a\nb"],
        );
    }

    #[test]
    fn codes_and_times_are_checked() {
        holds(
            "alias",
            &["a", "cpe-1", "Line_2"],
            &["", "1a", "-a", "a.b", "é", "a b"],
        );
        holds("starcode", &["*69", "#99", "*0172632"], &["", "*6a", "* 9"]);
        holds("responses", &["404, 5*, 61?"], &["4xx"]);
        holds(
            "hexbyte",
            &["0x68", "0XB8", "184"],
            &["", "0x", "0x100", "256", "0x+1", "b8"],
        );
        holds("hhmm", &["0000", "2359"], &["2400", "0060", "230", "+230"]);
        holds(
            "delays",
            &["3600", "0", "30+10,60+20"],
            &["", "1h", "30+", "+5", ",1"],
        );
        holds(
            "phone",
            &["5551234", "sip:user@example.com"],
            &["555\n1234"],
        );
        holds("rule", &["[--key $B] http://x/$MA.cfg"], &["a\nb"]);
        holds(
            "path",
            &["Device.LAN.", "Device.A.*.B", "Device.A.1.B"],
            &["", "*", "Device.A.*", "Device..B", "a b"],
        );
        holds(
            "zone",
            &["-08 1 1", "+05.30 1 1"],
            &["", "-8 1 1", "UTC", "+05:30 1 1", "+01 2"],
        );
    }

    #[test]
    fn rules_of_the_router_are_checked() {
        holds(
            "dialplan",
            &["(*xx|[3469]11|0|00|1xxx[2-9]xxxxxxS0|xxx.)"],
            &["", "xx", "([2-9)"],
        );
        holds(
            "forward",
            &[
                "1:SNMP:br1:161:161:udp:192.168.15.30",
                "0::br1:1:2:both:0.0.0.0",
            ],
            &[
                "",
                "1:a:br1:1:2:icmp:192.0.2.1",
                "1:a:br1:1:70000:udp:192.0.2.1",
            ],
        );
        holds("rule-index", &["0", "0:1:9"], &["", "10", "0:", "a"]);
        holds(
            "keep-alive",
            &["0:5:30", "1:9999:30"],
            &["", "2:5:30", "0:5"],
        );
    }

    #[test]
    fn every_name_is_used_once() {
        for (index, syntax) in ALL.iter().enumerate() {
            assert!(ALL[..index].iter().all(|other| other.name != syntax.name));
        }
    }
}
