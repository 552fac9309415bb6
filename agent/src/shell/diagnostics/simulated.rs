//! Results for devices that exist only in this process: plausible, decided by a seed and the test, without a socket.

use super::now_us;
use crate::diagnostics::findings::{
    Answer, AnswerStatus, Authority, EchoAnswer, EchoPacket, Echoes, Hop, Micros, Nearest, Pings,
    ProbedBy, Transfer, Way,
};
use crate::diagnostics::test::{Echo, Selection, Test};
use crate::diagnostics::{Findings, Host, Outcome, Trouble};
use crate::random::Random;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// Bytes a second of the line of a simulated device.
const DOWN_BYTES_A_SEC: u64 = 6_000_000;
/// The same upwards.
const UP_BYTES_A_SEC: u64 = 1_200_000;
/// Bytes of the file a simulated download finds.
const FILE_BYTES: u64 = 10_000_000;
/// A test takes a moment, but not as long as a real one: fleets are for trying out what is done with the results.
const TAKES: Duration = Duration::from_millis(500);

pub(super) async fn carry_out(seed: u64, test: &Test) -> Outcome {
    tokio::time::sleep(TAKES).await;
    outcome(seed, test)
}

fn outcome(seed: u64, test: &Test) -> Outcome {
    let mut line = Line::of(seed);
    let findings = match test {
        Test::Ping(ping) => match line.address(&ping.host) {
            Some(_) => Findings::Ping(line.pings(ping.repetitions), ProbedBy::Simulation),
            None => return Outcome::failed(Trouble::CannotResolveHostName),
        },
        Test::Route(route) => match line.address(&route.host) {
            Some(target) => return line.way(target, route.tries, route.max_hops),
            None => return Outcome::failed(Trouble::CannotResolveHostName),
        },
        Test::Lookup(lookup) => {
            let server = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 53));
            let answer = line.answer(&lookup.name, server);
            let verdict = match answer.status {
                AnswerStatus::Success => Ok(()),
                _ => Err(Trouble::Other),
            };
            return Outcome {
                verdict,
                findings: Findings::Lookup(vec![answer; lookup.repetitions as usize]),
            };
        }
        Test::Download(_) => Findings::Download(line.transfer(FILE_BYTES, DOWN_BYTES_A_SEC)),
        Test::Upload(upload) => Findings::Upload(line.transfer(upload.bytes, UP_BYTES_A_SEC)),
        Test::Selection(selection) => Findings::Selection(line.nearest(selection)),
        Test::Echo(echo) => match line.address(&echo.host) {
            Some(address) => Findings::Echo(line.echoes(address, echo)),
            None => return Outcome::failed(Trouble::CannotResolveHostName),
        },
        Test::SelfTest => Findings::SelfTest(vec!["simulated device: nothing is measured".into()]),
        Test::PhonePort(_) => Findings::PhonePort(true),
    };
    Outcome::complete(findings)
}

/// The line a simulated device is connected by.
struct Line {
    random: Random,
    /// Microseconds there and back at the least.
    round_trip_us: u32,
}

impl Line {
    fn of(seed: u64) -> Line {
        let mut random = Random::new(seed);
        let round_trip_us = 4_000 + random.below(30_000) as u32;
        Line {
            random,
            round_trip_us,
        }
    }

    /// Names end somewhere in 198.51.100.0/24, but for those nobody may have (RFC 2606).
    fn address(&self, host: &Host) -> Option<IpAddr> {
        match host {
            Host::Address(address) => Some(*address),
            Host::Name(name) if name.ends_with(".invalid") => None,
            Host::Name(name) => {
                let last = name
                    .bytes()
                    .fold(7u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
                Some(IpAddr::V4(Ipv4Addr::new(198, 51, 100, last)))
            }
        }
    }

    fn round_trip_us(&mut self) -> u32 {
        self.round_trip_us + self.random.below(u64::from(self.round_trip_us / 8)) as u32
    }

    /// One packet of a hundred is lost.
    fn pings(&mut self, repetitions: u32) -> Pings {
        let mut pings = Pings::default();
        for _ in 0..repetitions {
            pings.sent += 1;
            let round_trip = self.round_trip_us();
            if self.random.below(100) > 0 {
                pings.round_trips_us.push(round_trip);
            }
        }
        pings
    }

    /// Echoes of a plain service that have just come.
    fn echoes(&mut self, address: IpAddr, test: &Echo) -> Echoes {
        let pause_us = i64::from(test.pause_ms) * 1000;
        let begin = now_us().0 - pause_us * i64::from(test.repetitions);
        let packets = (1..=test.repetitions).map(|number| {
            let sent = begin + pause_us * i64::from(number - 1);
            let round_trip_us = self.round_trip_us();
            let lost = self.random.below(100) == 0;
            EchoPacket {
                number,
                sent: Micros(sent),
                echo: (!lost).then(|| EchoAnswer {
                    received: Micros(sent + i64::from(round_trip_us)),
                    round_trip_us,
                    ..EchoAnswer::default()
                }),
            }
        });
        Echoes {
            address,
            each: test.each,
            packets: packets.collect(),
        }
    }

    fn way(&mut self, target: IpAddr, tries: u32, max_hops: u32) -> Outcome {
        let length = 4 + self.random.below(8) as u32;
        let mut way = Way::default();
        for distance in 1..=length.min(max_hops) {
            let router = IpAddr::V4(Ipv4Addr::new(192, 0, 2, distance as u8));
            let arrived = distance == length;
            let times = (0..tries).map(|_| self.round_trip_us() / length * distance);
            way.hops.push(Hop {
                address: Some(if arrived { target } else { router }),
                code: 0,
                round_trips_us: times.collect(),
            });
        }
        let verdict = if length > max_hops {
            Err(Trouble::MaxHopCountExceeded)
        } else {
            way.response_us = self.round_trip_us;
            Ok(())
        };
        Outcome {
            verdict,
            findings: Findings::Route(way),
        }
    }

    fn answer(&mut self, name: &Host, server: IpAddr) -> Answer {
        let address = self.address(name);
        Answer {
            status: match address {
                Some(_) => AnswerStatus::Success,
                None => AnswerStatus::NameNotResolved,
            },
            authority: Some(Authority::NonAuthoritative),
            name: address.map_or_else(String::new, |_| name.to_string()),
            addresses: address.into_iter().collect(),
            server: Some(server),
            response_us: self.round_trip_us(),
        }
    }

    fn nearest(&mut self, selection: &Selection) -> Nearest {
        let mut best = Nearest::default();
        for host in &selection.hosts {
            let pings = self.pings(selection.repetitions);
            let nearer = best.pings.round_trips_us.is_empty()
                || pings.spread_us().1 < best.pings.spread_us().1;
            if let Some(address) = self.address(host).filter(|_| nearer) {
                best = Nearest {
                    host: host.to_string(),
                    address: Some(address),
                    pings,
                };
            }
        }
        best
    }

    /// A transfer that has just ended.
    fn transfer(&mut self, bytes: u64, bytes_a_sec: u64) -> Transfer {
        let round_trip = i64::from(self.round_trip_us());
        let speed = bytes_a_sec - self.random.below(bytes_a_sec / 4);
        let took = (bytes.saturating_mul(1_000_000) / speed) as i64;
        let end = now_us().0;
        let begin = end - took;
        let request = begin - round_trip;
        Transfer {
            tcp_open_request: Micros(request - round_trip - 40),
            tcp_open_response: Micros(request - 40),
            request: Micros(request),
            begin: Micros(begin),
            end: Micros(end),
            test_bytes: bytes + 300,
            interface_bytes: bytes + bytes / 25,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::test::{Ping, Probe, Version};

    fn ping(host: &str) -> Test {
        Test::Ping(Ping {
            host: Host::parse(host).unwrap(),
            repetitions: 20,
            probe: Probe {
                version: Version::Any,
                timeout_ms: 1000,
                block_bytes: 56,
                dscp: 0,
            },
        })
    }

    #[test]
    fn a_seed_decides_the_results_and_devices_differ() {
        let test = ping("acs.example.net");
        assert_eq!(outcome(7, &test), outcome(7, &test));
        assert_ne!(outcome(7, &test), outcome(8, &test));
        assert_eq!(
            outcome(7, &ping("acs.invalid")),
            Outcome::failed(Trouble::CannotResolveHostName)
        );
    }
}
