//! What the values of a diagnostics object say.

use super::objects::{STATES, arguments};
use crate::limits::{DIAGNOSTIC_ROWS, DIAGNOSTIC_VALUES};
use crate::store::{Diagnostic, DiagnosticKind, DiagnosticResult};
use data_model::{DateTime, ParameterList};
use std::collections::BTreeMap;

/// Characters of one value that are kept.
const VALUE_CHARS: usize = 1024;

/// Reads a result out of the values below an object.
pub fn read(diagnostic: &Diagnostic, object: &str, values: &ParameterList) -> DiagnosticResult {
    let mut result = DiagnosticResult {
        state: state(object, values).unwrap_or_default().to_owned(),
        ..DiagnosticResult::default()
    };
    let asked: Vec<&str> = arguments(diagnostic)
        .iter()
        .map(|argument| argument.name)
        .collect();
    let mut rows: BTreeMap<(String, u32), BTreeMap<String, String>> = BTreeMap::new();
    for parameter in values.iter() {
        let Some(name) = parameter.name.strip_prefix(object) else {
            continue;
        };
        let value: String = parameter.value.chars().take(VALUE_CHARS).collect();
        match name.split('.').collect::<Vec<_>>()[..] {
            [leaf] if STATES.contains(&leaf) || asked.contains(&leaf) => {}
            [leaf] if result.values.len() < DIAGNOSTIC_VALUES => {
                result.values.insert(leaf.to_owned(), value);
            }
            [table, number, leaf] => {
                let Ok(number) = number.parse() else { continue };
                let row = (table.to_owned(), number);
                let known = rows.contains_key(&row) || rows.len() < DIAGNOSTIC_ROWS;
                if known {
                    rows.entry(row).or_default().insert(leaf.to_owned(), value);
                }
            }
            _ => {}
        }
    }
    result.rows = rows.into_values().collect();
    summarise(diagnostic, values, object, &mut result);
    result
}

/// The state of an object, in the device's words.
pub fn state<'a>(object: &str, values: &'a ParameterList) -> Option<&'a str> {
    STATES
        .iter()
        .find_map(|name| values.get(&format!("{object}{name}")))
}

/// The numbers people look for.
fn summarise(
    diagnostic: &Diagnostic,
    all: &ParameterList,
    object: &str,
    result: &mut DiagnosticResult,
) {
    let number = |name: &str| result.values.get(name)?.parse::<u64>().ok();
    let success = number("SuccessCount");
    match diagnostic.kind() {
        DiagnosticKind::IpPing | DiagnosticKind::UdpEcho => {
            result.loss_percent = loss(success, number("FailureCount"));
            result.average_ms = number("AverageResponseTime").filter(|_| success > Some(0));
        }
        DiagnosticKind::NsLookup => {
            let failed = (result.rows.len() as u64).checked_sub(success.unwrap_or(0));
            result.loss_percent = loss(success, failed);
            let times = result
                .rows
                .iter()
                .filter_map(|row| row.get("ResponseTime")?.parse::<u64>().ok());
            let times: Vec<u64> = times.collect();
            result.average_ms =
                (!times.is_empty()).then(|| times.iter().sum::<u64>() / times.len() as u64);
        }
        DiagnosticKind::TraceRoute => {
            result.average_ms = number("ResponseTime");
            result.hops = Some(result.rows.len() as u64);
        }
        DiagnosticKind::Download => {
            result.bits_per_second = speed(&result.values, number("TestBytesReceived"));
        }
        DiagnosticKind::Upload => {
            let asked = all.get(&format!("{object}TestFileLength"));
            let asked = asked.and_then(|text| text.parse().ok());
            let sent = number("TestBytesSent").or(asked);
            result.bits_per_second = speed(&result.values, sent);
        }
        DiagnosticKind::LineTest => {
            let connected = result.values.get("PhoneConnectivity");
            result.phone_connected = connected.map(|text| matches!(text.as_str(), "1" | "true"));
        }
    }
}

fn loss(success: Option<u64>, failed: Option<u64>) -> Option<f64> {
    let (success, failed) = (success?, failed?);
    let sent = success.checked_add(failed).filter(|sent| *sent > 0)?;
    // Two digits behind the point are more than a few packets can tell.
    let hundredths = failed.saturating_mul(10_000) / sent;
    Some(hundredths as f64 / 100.0)
}

/// TR-143: from the first byte to the last.
fn speed(values: &BTreeMap<String, String>, bytes: Option<u64>) -> Option<u64> {
    let moment = |name: &str| DateTime::from_text(values.get(name)?.as_str()).instant();
    let took_ms = moment("EOMTime")?.since_ms(moment("BOMTime")?);
    let bits = bytes?.saturating_mul(8_000);
    bits.checked_div(took_ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{DownloadArguments, LookupArguments, PingArguments, RouteArguments};

    fn list(object: &str, pairs: &[(&str, &str)]) -> ParameterList {
        let mut list = ParameterList::new();
        for (name, value) in pairs {
            list.push_str(&format!("{object}{name}"), value);
        }
        list
    }

    const PING: &str = "Device.IP.Diagnostics.IPPing.";

    #[test]
    fn a_ping_tells_its_loss_and_its_time() {
        let ping = Diagnostic::IpPing(PingArguments::default());
        let values = [
            ("DiagnosticsState", "Complete"),
            ("Host", "acs.example.net"),
            ("SuccessCount", "3"),
            ("FailureCount", "1"),
            ("AverageResponseTime", "12"),
            ("X_VENDOR_Jitter", "2"),
        ];
        let result = read(&ping, PING, &list(PING, &values));
        assert_eq!(result.state, "Complete");
        assert_eq!(
            (result.loss_percent, result.average_ms),
            (Some(25.0), Some(12))
        );
        assert!(
            !result.values.contains_key("Host"),
            "an argument is no result"
        );
        assert_eq!(result.values["X_VENDOR_Jitter"], "2");
        let lost = [
            ("SuccessCount", "0"),
            ("FailureCount", "4"),
            ("AverageResponseTime", "0"),
        ];
        let result = read(&ping, PING, &list(PING, &lost));
        assert_eq!(
            (result.loss_percent, result.average_ms),
            (Some(100.0), None)
        );
    }

    #[test]
    fn rows_of_a_table_stand_in_the_order_of_their_numbers() {
        let object = "InternetGatewayDevice.TraceRouteDiagnostics.";
        let values: Vec<(String, String)> = (1..=11)
            .rev()
            .map(|hop| (format!("RouteHops.{hop}.HopHost"), format!("192.0.2.{hop}")))
            .collect();
        let values: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let route = Diagnostic::TraceRoute(RouteArguments::default());
        let result = read(&route, object, &list(object, &values));
        assert_eq!(result.hops, Some(11));
        assert_eq!(result.rows[1]["HopHost"], "192.0.2.2");
        assert_eq!(result.rows[10]["HopHost"], "192.0.2.11");
    }

    #[test]
    fn a_transfer_tells_its_speed_and_a_lookup_what_was_not_found() {
        let object = "Device.DownloadDiagnostics.";
        let values = [
            ("BOMTime", "2026-03-01T12:00:00.000000Z"),
            ("EOMTime", "2026-03-01T12:00:02.000000Z"),
            ("TestBytesReceived", "1000000"),
        ];
        let download = Diagnostic::Download(DownloadArguments::default());
        let result = read(&download, object, &list(object, &values));
        assert_eq!(result.bits_per_second, Some(4_000_000));
        // A device without a clock.
        let values = [
            ("BOMTime", ""),
            ("EOMTime", ""),
            ("TestBytesReceived", "1000000"),
        ];
        let result = read(&download, object, &list(object, &values));
        assert_eq!(result.bits_per_second, None);
        let object = "Device.NSLookupDiagnostics.";
        let values = [
            ("SuccessCount", "1"),
            ("Result.1.Status", "Success"),
            ("Result.1.ResponseTime", "10"),
            ("Result.2.Status", "Error_Timeout"),
        ];
        let lookup = Diagnostic::NsLookup(LookupArguments::default());
        let result = read(&lookup, object, &list(object, &values));
        assert_eq!(
            (result.loss_percent, result.average_ms),
            (Some(50.0), Some(10))
        );
    }

    #[test]
    fn a_device_that_shows_far_too_much_fills_nothing_up() {
        let values: Vec<(String, String)> = (0..20_000)
            .map(|number| (format!("Row.{number}.A"), "x".repeat(10)))
            .chain((0..5_000).map(|number| (format!("Value{number}"), "y".repeat(5_000))))
            .collect();
        let values: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let ping = Diagnostic::IpPing(PingArguments::default());
        let result = read(&ping, PING, &list(PING, &values));
        assert!(result.rows.len() <= DIAGNOSTIC_ROWS && result.values.len() <= DIAGNOSTIC_VALUES);
        assert!(
            result
                .values
                .values()
                .all(|value| value.len() <= VALUE_CHARS)
        );
    }
}
