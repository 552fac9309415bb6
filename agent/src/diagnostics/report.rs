//! Findings as parameters: names and texts of the models. What a model lacks is left out by who writes them.

use super::findings::{
    Answer, AnswerStatus, Authority, EchoPacket, Echoes, Findings, Micros, Nearest, Pings,
    ProbedBy, Transfer, Way,
};
use super::test::Each;
use data_model::Timestamp;

/// Parameters by name, and the rows of a table with theirs.
#[derive(Debug, Default)]
pub struct Report {
    /// Of the object.
    pub values: Vec<(&'static str, String)>,
    /// Of the rows of its table.
    pub rows: Vec<Vec<(&'static str, String)>>,
}

/// The names result tables have.
pub const TABLES: [&str; 3] = ["RouteHops", "Result", "IndividualPacketResult"];

impl Report {
    /// What the findings say.
    pub fn of(findings: &Findings) -> Report {
        match findings {
            Findings::Nothing => Report::default(),
            Findings::Ping(pings, means) => Report {
                values: ping(pings, *means),
                rows: Vec::new(),
            },
            Findings::Route(way) => route(way),
            Findings::Lookup(answers) => lookup(answers),
            Findings::Download(transfer) => {
                let mut values = times(transfer);
                values.push(("TestBytesReceived", count(transfer.test_bytes)));
                values.push(("TotalBytesReceived", count(transfer.interface_bytes)));
                Report {
                    values,
                    rows: Vec::new(),
                }
            }
            Findings::Upload(transfer) => {
                let mut values = times(transfer);
                values.push(("TestBytesSent", count(transfer.test_bytes)));
                values.push(("TotalBytesSent", count(transfer.interface_bytes)));
                Report {
                    values,
                    rows: Vec::new(),
                }
            }
            Findings::Selection(nearest) => selection(nearest),
            Findings::Echo(echoes) => echo(echoes),
            Findings::SelfTest(lines) => {
                one("Results", lines.join("; ").chars().take(1024).collect())
            }
            Findings::PhonePort(connected) => {
                one("PhoneConnectivity", u8::from(*connected).to_string())
            }
        }
    }
}

fn one(name: &'static str, value: String) -> Report {
    Report {
        values: vec![(name, value)],
        rows: Vec::new(),
    }
}

fn ping(pings: &Pings, means: ProbedBy) -> Vec<(&'static str, String)> {
    let (shortest, mean, longest) = pings.spread_us();
    let answered = pings.round_trips_us.len() as u32;
    vec![
        ("SuccessCount", answered.to_string()),
        (
            "FailureCount",
            pings.sent.saturating_sub(answered).to_string(),
        ),
        ("AverageResponseTime", ms(mean)),
        ("MinimumResponseTime", ms(shortest)),
        ("MaximumResponseTime", ms(longest)),
        ("AverageResponseTimeDetailed", mean.to_string()),
        ("MinimumResponseTimeDetailed", shortest.to_string()),
        ("MaximumResponseTimeDetailed", longest.to_string()),
        (
            "X_DIALTONE_ProbedBy",
            match means {
                ProbedBy::Icmp => "ICMP".into(),
                ProbedBy::Udp => "UDP".into(),
                ProbedBy::Simulation => "Simulation".into(),
            },
        ),
    ]
}

fn route(way: &Way) -> Report {
    let hop = |hop: &super::findings::Hop| {
        // TR-098: without a name of the host, HopHost is its address and HopHostAddress is empty.
        let host = hop.address.map(|address| address.to_string());
        let host = host.unwrap_or_default();
        vec![
            ("HopHost", host.clone()),
            ("Host", host),
            ("HopErrorCode", hop.code.to_string()),
            ("ErrorCode", hop.code.to_string()),
            ("HopRTTimes", round_trips(&hop.round_trips_us)),
            ("RTTimes", round_trips(&hop.round_trips_us)),
        ]
    };
    Report {
        values: vec![("ResponseTime", ms(way.response_us))],
        rows: way.hops.iter().map(hop).collect(),
    }
}

/// A list of at most 16 characters: three times of four digits fit, of longer ones two.
fn round_trips(all_us: &[u32]) -> String {
    let mut list = String::new();
    for round_trip in all_us {
        let text = ms(*round_trip);
        let comma = if list.is_empty() { "" } else { "," };
        if list.len() + comma.len() + text.len() > 16 {
            break;
        }
        list.push_str(comma);
        list.push_str(&text);
    }
    list
}

fn lookup(answers: &[Answer]) -> Report {
    let succeeded = answers
        .iter()
        .filter(|answer| answer.status == AnswerStatus::Success);
    let row = |answer: &Answer| {
        let status = match answer.status {
            AnswerStatus::Success => "Success",
            AnswerStatus::ServerNotAvailable => "Error_DNSServerNotAvailable",
            AnswerStatus::NameNotResolved => "Error_HostNameNotResolved",
            AnswerStatus::Timeout => "Error_Timeout",
            AnswerStatus::Other => "Error_Other",
        };
        let authority = match answer.authority {
            None => "None",
            Some(Authority::Authoritative) => "Authoritative",
            Some(Authority::NonAuthoritative) => "NonAuthoritative",
        };
        let addresses: Vec<String> = answer.addresses.iter().map(ToString::to_string).collect();
        let server = answer.server.map(|server| server.to_string());
        vec![
            ("Status", status.to_owned()),
            ("AnswerType", authority.to_owned()),
            ("HostNameReturned", answer.name.clone()),
            ("IPAddresses", addresses.join(",")),
            ("DNSServerIP", server.unwrap_or_default()),
            ("ResponseTime", ms(answer.response_us)),
        ]
    };
    Report {
        values: vec![("SuccessCount", succeeded.count().to_string())],
        rows: answers.iter().map(row).collect(),
    }
}

fn selection(nearest: &Nearest) -> Report {
    let (shortest, mean, longest) = nearest.pings.spread_us();
    let address = nearest.address.map(|address| address.to_string());
    // TR-181 gives these times in microseconds.
    Report {
        values: vec![
            ("FastestHost", nearest.host.clone()),
            ("MinimumResponseTime", shortest.to_string()),
            ("AverageResponseTime", mean.to_string()),
            ("MaximumResponseTime", longest.to_string()),
            ("IPAddressUsed", address.unwrap_or_default()),
        ],
        rows: Vec::new(),
    }
}

fn echo(echoes: &Echoes) -> Report {
    let pings = echoes.pings();
    let (shortest, mean, longest) = pings.spread_us();
    let answered = pings.round_trips_us.len() as u32;
    let row = |packet: &EchoPacket| {
        let echo = packet.echo.clone().unwrap_or_default();
        vec![
            ("PacketSuccess", u8::from(packet.echo.is_some()).to_string()),
            ("PacketSendTime", date_time(packet.sent)),
            ("PacketReceiveTime", date_time(echo.received)),
            ("TestGenSN", packet.number.to_string()),
            ("TestRespSN", echo.answer_number.to_string()),
            ("TestRespRcvTimeStamp", echo.server_received_us.to_string()),
            ("TestRespReplyTimeStamp", echo.server_replied_us.to_string()),
            (
                "TestRespReplyFailureCount",
                echo.server_failures.to_string(),
            ),
        ]
    };
    Report {
        // TR-143 gives these times in microseconds.
        values: vec![
            ("IPAddressUsed", echoes.address.to_string()),
            ("SuccessCount", answered.to_string()),
            ("FailureCount", (pings.sent - answered).to_string()),
            ("AverageResponseTime", mean.to_string()),
            ("MinimumResponseTime", shortest.to_string()),
            ("MaximumResponseTime", longest.to_string()),
        ],
        rows: match echoes.each {
            Each::Reported => echoes.packets.iter().map(row).collect(),
            Each::Counted => Vec::new(),
        },
    }
}

fn times(transfer: &Transfer) -> Vec<(&'static str, String)> {
    vec![
        ("ROMTime", date_time(transfer.request)),
        ("BOMTime", date_time(transfer.begin)),
        ("EOMTime", date_time(transfer.end)),
        ("TCPOpenRequestTime", date_time(transfer.tcp_open_request)),
        ("TCPOpenResponseTime", date_time(transfer.tcp_open_response)),
    ]
}

/// Milliseconds, to the nearest.
fn ms(us: u32) -> String {
    (us.saturating_add(500) / 1000).to_string()
}

/// What an unsignedInt can hold of a count.
fn count(bytes: u64) -> String {
    bytes.min(u32::MAX.into()).to_string()
}

/// `2008-04-09T15:01:05.123456Z`; the unknown time for a moment that never was.
pub(super) fn date_time(moment: Micros) -> String {
    if moment.0 <= 0 {
        return data_model::DateTime::UNKNOWN.to_owned();
    }
    let seconds = Timestamp::from_secs(moment.0 / 1_000_000).to_xsd();
    let micros = moment.0 % 1_000_000;
    format!("{}.{micros:06}Z", seconds.trim_end_matches('Z'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_microseconds() {
        assert_eq!(
            date_time(Micros(1_207_753_265_123_456)),
            "2008-04-09T15:01:05.123456Z"
        );
        assert_eq!(
            date_time(Micros(1_207_753_265_000_042)),
            "2008-04-09T15:01:05.000042Z"
        );
        assert_eq!(date_time(Micros::default()), "0001-01-01T00:00:00Z");
    }

    #[test]
    fn times_of_a_hop_fit_into_their_list() {
        assert_eq!(round_trips(&[1_400, 2_600, 999_900]), "1,3,1000");
        assert_eq!(
            round_trips(&[12_345_000, 12_345_000, 12_345_000]),
            "12345,12345"
        );
    }
}
