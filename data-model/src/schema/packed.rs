//! The packed values of the router half: several things in one text, between colons, semicolons or blanks.

use super::syntax::{is_digits, is_ipv4, is_mac};
use core::net::Ipv4Addr;

/// `address[:address]`.
pub(super) fn is_address_pair(text: &str) -> bool {
    text.split(':').count() <= 2 && text.split(':').all(is_ipv4)
}

/// `address:mask:gateway[:dns[:dns[:dns]]]`.
pub(super) fn is_static_net(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    (3..=6).contains(&parts.len()) && parts.iter().all(|part| is_ipv4(part)) && is_mask(parts[1])
}

/// `address/mask`.
pub(super) fn is_masked(text: &str) -> bool {
    text.split_once('/')
        .is_some_and(|(address, mask)| is_ipv4(address) && is_mask(mask))
}

/// Ones, then zeros.
fn is_mask(text: &str) -> bool {
    text.parse::<Ipv4Addr>().is_ok_and(|mask| {
        let bits = mask.to_bits();
        bits.leading_ones() + bits.trailing_zeros() >= u32::BITS
    })
}

/// An address, a blank, and the last octet of the range that begins there.
pub(super) fn is_address_range(text: &str) -> bool {
    text.split_once(' ').is_some_and(|(address, last)| {
        is_ipv4(address) && is_digits(last) && last.parse::<u8>().is_ok()
    })
}

/// `enabled:name:interface:external port:internal port:protocol:address`.
pub(super) fn is_forward(text: &str) -> bool {
    forward(text).is_some()
}

/// The same with the first and the last port of a range.
pub(super) fn is_forward_range(text: &str) -> bool {
    forward(text).is_some_and(|(first, last)| first <= last)
}

/// The two ports of a rule.
fn forward(text: &str) -> Option<(u16, u16)> {
    let parts: Vec<&str> = text.split(':').collect();
    let [enabled, _name, interface, first, second, protocol, address] = parts[..] else {
        return None;
    };
    let port = |text: &str| text.parse::<u16>().ok().filter(|_| is_digits(text));
    let ports = (port(first)?, port(second)?);
    // A rule that is off may be empty of ports.
    let named = enabled == "0" || ports.0 > 0 && ports.1 > 0;
    let is_rule = matches!(enabled, "0" | "1")
        && !interface.is_empty()
        && named
        && matches!(protocol, "tcp" | "udp" | "both")
        && is_ipv4(address);
    is_rule.then_some(ports)
}

/// Numbers of rules, each once.
pub(super) fn is_rule_index(text: &str) -> bool {
    let mut seen = [false; 10];
    text.split(':').all(|number| {
        let number = number.parse::<usize>().ok().filter(|_| number.len() == 1);
        let place = number.and_then(|number| seen.get_mut(number));
        place.is_some_and(|seen| !std::mem::replace(seen, true))
    })
}

/// `type:idle minutes:seconds`.
pub(super) fn is_keep_alive(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| is_digits(text));
    match parts[..] {
        [kind, idle, seconds] => {
            matches!(kind, "0" | "1")
                && number(idle).is_some_and(|minutes| minutes <= 9999)
                && number(seconds).is_some()
        }
        _ => false,
    }
}

/// `mac address on name`, joined by semicolons.
pub(super) fn is_reservations(text: &str) -> bool {
    let entries = text.trim_end().strip_suffix(';').unwrap_or(text);
    entries.split(';').all(|entry| {
        let words: Vec<&str> = entry.split_whitespace().collect();
        match words[..] {
            [mac, address, "on", _name] => is_mac(mac) && is_ipv4(address),
            _ => false,
        }
    })
}

/// `start=month/day/weekday/time;end=...;save=time`.
pub(super) fn is_daylight_rule(text: &str) -> bool {
    let text = text.trim_end().strip_suffix(';').unwrap_or(text);
    let parts: Vec<&str> = text.split(';').map(str::trim).collect();
    let moment = |text: &str| {
        let parts: Vec<&str> = text.split('/').collect();
        match parts[..] {
            [month, day, weekday, time] => {
                is_between(month, 1, 12)
                    && is_between(day, -1, 31)
                    && is_between(weekday, 0, 7)
                    && is_time(time)
            }
            _ => false,
        }
    };
    match parts[..] {
        [start, end, save] => {
            start.strip_prefix("start=").is_some_and(moment)
                && end.strip_prefix("end=").is_some_and(moment)
                && save
                    .strip_prefix("save=")
                    .is_some_and(|save| is_time(save.strip_prefix('-').unwrap_or(save)))
        }
        _ => false,
    }
}

fn is_between(text: &str, least: i32, most: i32) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let number = text.parse::<i32>().ok().filter(|_| is_digits(digits));
    number.is_some_and(|number| (least..=most).contains(&number))
}

/// `hh[:mm[:ss]]`.
fn is_time(text: &str) -> bool {
    let mut parts = text.split(':');
    let hours = parts.next().is_some_and(|hours| is_between(hours, 0, 24));
    hours && text.split(':').count() <= 3 && parts.all(|part| is_between(part, 0, 59))
}

#[cfg(test)]
mod tests {
    use super::super::checked::holds;
    use super::*;

    /// Covers M06.
    #[test]
    fn addresses_in_one_text_are_checked() {
        holds(
            is_address_pair,
            &["0.0.0.0:0.0.0.0", "192.0.2.1"],
            &["192.0.2.1:", "x", "1.1.1.1:1.1.1.1:1.1.1.1"],
        );
        holds(
            is_masked,
            &["0.0.0.0/0.0.0.0", "192.0.2.0/255.255.255.0"],
            &["192.0.2.0/24", "192.0.2.0", "192.0.2.0/255.0.255.0"],
        );
        holds(
            is_static_net,
            &[
                "0.0.0.0:0.0.0.0:0.0.0.0",
                "192.0.2.7:255.255.255.0:192.0.2.1:192.0.2.2:192.0.2.3:192.0.2.4",
            ],
            &[
                "192.0.2.7:255.255.255.0",
                "192.0.2.7:192.0.2.1:255.255.255.0",
                "1.1.1.1:255.0.0.0:1.1.1.1:1.1.1.1:1.1.1.1:1.1.1.1:1.1.1.1",
            ],
        );
        holds(
            is_address_range,
            &["0.0.0.0 0", "192.0.2.1 255"],
            &["192.0.2.1", "192.0.2.1 256", "192.0.2.1  2", "x 1"],
        );
        holds(
            is_reservations,
            &[
                "00:0e:08:aa:bb:cc 192.0.2.7 on desk",
                "00:0e:08:aa:bb:cc 192.0.2.7 on desk;00:0e:08:aa:bb:cd 192.0.2.8 on hall;",
            ],
            &[
                "",
                "00:0e:08:aa:bb 192.0.2.7 on desk",
                "00:0e:08:aa:bb:cc 192.0.2.7 desk",
            ],
        );
    }

    /// Covers M06.
    #[test]
    fn rules_in_one_text_are_checked() {
        let forwards = [
            "1:SNMP:br1:161:161:udp:192.168.15.30",
            "0::br1:0:0:both:0.0.0.0",
        ];
        let none = [
            "",
            "1:a:br1:1:2:icmp:192.0.2.1",
            "1:a:br1:1:70000:udp:192.0.2.1",
            "1:a:br1:0:1:udp:192.0.2.1",
            "1:a::1:1:udp:192.0.2.1",
        ];
        holds(is_forward, &forwards, &none);
        assert!(
            is_forward("1:a:br1:9:5:tcp:192.0.2.1")
                && !is_forward_range("1:a:br1:9:5:tcp:192.0.2.1")
        );
        holds(
            is_rule_index,
            &["0", "0:1:9"],
            &["", "10", "0:", "a", "1:1"],
        );
        holds(
            is_keep_alive,
            &["0:5:30", "1:9999:30"],
            &["", "2:5:30", "0:5", "1:10000:30"],
        );
        holds(
            is_daylight_rule,
            &[
                "start=3/-1/7/2;end=10/-1/7/2;save=1",
                "start=4/1/0/2:0:0;end=10/31/7/02:30;save=01:00;",
            ],
            &[
                "",
                "start=13/1/0/2;end=10/1/0/2;save=1",
                "start=3/1/0/2;save=1",
                "start=3/1/0/25;end=10/1/0/2;save=1",
                "start=3/1/0/2;end=10/1/0/2;save=",
            ],
        );
    }
}
