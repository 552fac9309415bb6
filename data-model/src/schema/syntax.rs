//! The notations of the ATA's own values: addresses, star codes, tones, cadences, rules.
//!
//! They are as lenient as the documents are unsure: a factory value is never refused, and limits
//! that only one source prints are left to the device.

use super::dialing::{dial_plan, is_dial_plan, is_phone_pattern, is_responses, is_star_code};
use super::flaw::Flaw;
use super::packed;
use super::tone::{cadence, frequencies, is_cadence, is_frequencies, is_tone, tone};
use crate::provisioning::rule::{Condition, Rule};
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

impl Syntax {
    /// The mistake in a script, a dial plan for one; `None` for a good one, and for what is no script.
    pub fn flaw(&self, text: &str) -> Option<Flaw> {
        match self.name {
            "dialplan" => dial_plan(text).err(),
            "tone" => tone(text).err(),
            "cadence" => cadence(text).err(),
            "frequencies" => frequencies(text, text).err(),
            _ => None,
        }
    }

    /// Whether texts in it are scripts, whose mistakes have a place.
    pub fn is_script(&self) -> bool {
        ["dialplan", "tone", "cadence", "frequencies"].contains(&self.name)
    }
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
    syntax(
        "ipv4-colons",
        "one or two IPv4 addresses joined by colons",
        packed::is_address_pair,
    ),
    syntax(
        "static-net",
        "address:mask:gateway[:dns[:dns[:dns]]] such as 192.0.2.7:255.255.255.0:192.0.2.1",
        packed::is_static_net,
    ),
    syntax(
        "ipv4-range",
        "an address and the last octet of a range such as 192.0.2.1 20",
        packed::is_address_range,
    ),
    syntax(
        "reservations",
        "reservations such as 00:0e:08:aa:bb:cc 192.0.2.7 on name, joined by semicolons",
        packed::is_reservations,
    ),
    syntax(
        "dst-rule",
        "start=m/d/weekday/hh[:mm[:ss]];end=...;save=hh[:mm[:ss]]",
        packed::is_daylight_rule,
    ),
    syntax(
        "ipv4-mask",
        "an address and a mask such as 192.0.2.0/255.255.255.0",
        packed::is_masked,
    ),
    syntax("mac", "a MAC address such as 00:0e:08:aa:bb:cc", is_mac),
    syntax("url", "a URL: it holds no blanks", is_printable_word),
    syntax("phone", "a telephone number or a URL", is_printable),
    syntax(
        "phone-pattern",
        "a telephone number with ?, * and %xx",
        is_phone_pattern,
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
    syntax(
        "rule",
        "a rule such as [--key $B] http://server.example/$MA.cfg",
        is_provisioning_rule,
    ),
    syntax(
        "report-rules",
        "one or two rules such as [--delta] http://server.example/$MA.xml",
        |text| Rule::reports(text).is_ok(),
    ),
    syntax("trigger", "a condition such as $PRVTMR ge 600", is_trigger),
    syntax(
        "forward",
        "a forwarding rule such as 1:SNMP:br1:161:161:udp:192.0.2.3",
        packed::is_forward,
    ),
    syntax(
        "forward-range",
        "a forwarding rule such as 1:SIP:br1:5060:5080:udp:192.0.2.3, its first port no more than its last",
        packed::is_forward_range,
    ),
    syntax(
        "rule-index",
        "rule numbers 0 to 9, each once, joined by colons",
        packed::is_rule_index,
    ),
    syntax(
        "keep-alive",
        "type, idle minutes and seconds such as 0:5:30",
        packed::is_keep_alive,
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

pub(super) fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn is_printable(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

fn is_printable_word(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|c| c.is_control() || c.is_whitespace())
}

fn is_host(text: &str) -> bool {
    let letter = |c: char| c.is_alphanumeric() || "._-:[]%$".contains(c);
    !text.is_empty() && text.chars().all(letter)
}

pub(super) fn is_ipv4(text: &str) -> bool {
    text.parse::<Ipv4Addr>().is_ok()
}

fn is_ipv6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok()
}

pub(super) fn is_mac(text: &str) -> bool {
    let octet = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split(':').count() == 6 && text.split(':').all(octet)
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

fn is_provisioning_rule(text: &str) -> bool {
    text.parse::<Rule>().is_ok()
}

fn is_trigger(text: &str) -> bool {
    // A comment switches a trigger off, as it does a rule.
    text.trim_start().starts_with('#') || text.parse::<Condition>().is_ok()
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
            "mac",
            &["00:0e:08:AA:bb:cc"],
            &["000e08aabbcc", "00:0e:08:aa:bb", "0g:0:0:0:0:0"],
        );
        holds(
            "host",
            &["sip.example.com:5060", "[2001:db8::1]:5060"],
            &["", "a b", "a b"],
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
    fn rules_and_triggers_are_checked() {
        holds(
            "rule",
            &[
                "[--key $B] http://x/$MA.cfg",
                "# off",
                "($PRVTMR ge 600)? /a | /b",
            ],
            &["a\nb", "[--kee x] http://x/", "(1 eq 1) /a", "a b"],
        );
        holds(
            "trigger",
            &["$UPGTMR gt 300 and $PRVTMR ge 600", "# off"],
            &["$UPGTMR gt", "(1 eq 1)?"],
        );
        holds(
            "report-rules",
            &["[--status] /a [--delta] /b"],
            &["/a /b /c"],
        );
    }

    #[test]
    fn every_name_is_used_once() {
        for (index, syntax) in ALL.iter().enumerate() {
            assert!(ALL[..index].iter().all(|other| other.name != syntax.name));
        }
    }
}
