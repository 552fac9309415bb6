//! Bulk data: what a report holds, when it is sent, and what becomes of reports that failed (TR-069 Annex N).
//!
//! Long because each way to set up a profile is a case of its own.

use crate::support::requests::get;
use crate::support::{Bench, Reaction};
use agent::bulk_data::ReportJob;
use cwmp::{Fault, FaultCode};
use data_model::Timestamp;
use std::io::Read as _;

const TABLE: &str = "Device.BulkData.Profile.";
const INTERVAL_SECS: u64 = 300;

/// Sets up a profile that reports every five minutes on the full five minutes, and gives its path.
fn profile(bench: &mut Bench, parameters: &[(&str, &str)], settings: &[(&str, &str)]) -> String {
    let path = format!("{TABLE}{}.", bench.add(TABLE));
    let mut values = vec![
        ("Device.BulkData.Enable".to_owned(), "1".to_owned()),
        (format!("{path}Enable"), "1".into()),
        (format!("{path}ReportingInterval"), "300".into()),
        (
            format!("{path}TimeReference"),
            "2026-01-01T00:00:00Z".into(),
        ),
        (
            format!("{path}HTTP.URL"),
            "http://collector.example.net/bulk".into(),
        ),
    ];
    for (name, reference) in parameters {
        let table = format!("{path}Parameter.");
        let number = bench.add(&table);
        values.push((format!("{table}{number}.Name"), (*name).into()));
        values.push((format!("{table}{number}.Reference"), (*reference).into()));
    }
    for (name, value) in settings {
        let name = format!("{path}{name}");
        values.retain(|(other, _)| *other != name);
        values.push((name, (*value).into()));
    }
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    bench.set(&values, "bulk").expect("the profile is good");
    path
}

/// Lets one interval go by and gives what came in it.
fn interval(bench: &mut Bench) -> Vec<(Timestamp, ReportJob)> {
    bench.advance(INTERVAL_SECS);
    bench.collector().take_requests()
}

/// The one report of an interval.
#[track_caller]
fn report(bench: &mut Bench) -> ReportJob {
    let mut requests = interval(bench);
    assert_eq!(requests.len(), 1, "{}", bench.trace());
    requests.remove(0).1
}

fn text(job: &ReportJob) -> String {
    String::from_utf8(job.body.clone()).expect("reports are UTF-8")
}

fn header<'j>(job: &'j ReportJob, name: &str) -> Option<&'j str> {
    let found = job.headers.iter().find(|(key, _)| *key == name);
    found.map(|(_, value)| value.as_str())
}

/// The names in a report, in its order.
fn names(bench: &mut Bench, parameters: &[(&str, &str)]) -> Vec<String> {
    let csv = [
        ("EncodingType", "CSV"),
        ("CSVEncoding.RowTimestamp", "None"),
    ];
    profile(bench, parameters, &csv);
    let text = text(&report(bench));
    let header = text.lines().next().unwrap_or_default();
    header.split(',').map(str::to_owned).collect()
}

/// How many reports each request carried.
fn counts(requests: &[(Timestamp, ReportJob)]) -> Vec<usize> {
    let count = |(_, job): &(Timestamp, ReportJob)| text(job).matches("CollectionTime").count();
    requests.iter().map(count).collect()
}

#[track_caller]
fn refused(bench: &mut Bench, name: &str, value: &str) -> Fault {
    let answer = bench.set(&[(name, value)], "bad");
    answer.expect_err("the value is refused")
}

/// Covers B-01, B-02, B-04.
#[test]
fn a_json_report_leaves_on_the_beat_and_says_whose_it_is() {
    let mut bench = Bench::bootstrapped("ata192");
    let parameters = [
        ("", "Device.DeviceInfo.ProductClass"),
        ("", "Device.LAN.DHCPOption.1."),
        (
            "Stack.Interval",
            "Device.ManagementServer.PeriodicInformInterval",
        ),
    ];
    profile(&mut bench, &parameters, &[]);
    let requests = interval(&mut bench);
    let [(at, job)] = &requests[..] else {
        panic!("{requests:?}");
    };
    assert_eq!(at.to_xsd(), "2026-03-02T08:20:00Z");
    assert_eq!(
        job.url,
        "http://collector.example.net/bulk?oui=00562B&pc=ATA192&sn=FCH26480QXA"
    );
    assert_eq!(job.method, "POST");
    assert_eq!(
        header(job, "Content-Type"),
        Some("application/json; charset=UTF-8")
    );
    assert_eq!(header(job, "BBF-Report-Format"), Some("ObjectHierarchy"));
    assert_eq!(header(job, "Date"), Some("Mon, 02 Mar 2026 08:20:00 GMT"));
    assert_eq!(
        text(job),
        "{\"Report\":[{\"CollectionTime\":1772439600000,\"Device\":{\"DeviceInfo\":{\"ProductClass\":\"ATA192\"},\
         \"LAN\":{\"DHCPOption\":{\"1\":{\"Alias\":\"cpe-1\",\"Request\":true,\"Tag\":66,\"Value\":\"\"}}}},\
         \"Stack\":{\"Interval\":86400}}]}"
    );
    let next = interval(&mut bench);
    assert_eq!(next[0].0.to_xsd(), "2026-03-02T08:25:00Z");
}

/// Covers B-02, B-03.
#[test]
fn a_csv_report_has_one_row_for_each_parameter() {
    let mut bench = Bench::bootstrapped("ata192");
    let settings = [
        ("EncodingType", "CSV"),
        ("CSVEncoding.ReportFormat", "ParameterPerRow"),
        ("CSVEncoding.RowTimestamp", "ISO-8601"),
        ("HTTP.Method", "PUT"),
        ("HTTP.UseDateHeader", "0"),
    ];
    let parameters = [
        ("Product", "Device.DeviceInfo.ProductClass"),
        ("", "Device.ManagementServer.PeriodicInformEnable"),
        ("", "Device.ManagementServer.STUNMaximumKeepAlivePeriod"),
    ];
    profile(&mut bench, &parameters, &settings);
    let job = report(&mut bench);
    assert_eq!(job.method, "PUT");
    assert_eq!(
        header(&job, "Content-Type"),
        Some("text/csv; charset=UTF-8; header=present")
    );
    assert_eq!(header(&job, "BBF-Report-Format"), Some("ParameterPerRow"));
    assert_eq!(header(&job, "Date"), None);
    assert_eq!(
        text(&job),
        "ReportTimestamp,ParameterName,ParameterValue,ParameterType\r\n\
         2026-03-02T08:20:00Z,Product,ATA192,string\r\n\
         2026-03-02T08:20:00Z,Device.ManagementServer.PeriodicInformEnable,1,boolean\r\n\
         2026-03-02T08:20:00Z,Device.ManagementServer.STUNMaximumKeepAlivePeriod,-1,int\r\n"
    );
}

/// Covers B-01.
#[test]
fn the_url_carries_what_the_profile_adds() {
    let mut bench = Bench::bootstrapped("ata192");
    let path = profile(&mut bench, &[("", "Device.DeviceInfo.UpTime")], &[]);
    let table = format!("{path}HTTP.RequestURIParameter.");
    let rows = [
        ("version", "Device.DeviceInfo.SoftwareVersion"),
        ("", "Device.ManagementServer.PeriodicInformInterval"),
        ("nothing", ""),
        ("secret", "Device.ManagementServer.Password"),
        ("lost", "Device.DeviceInfo.NoSuchThing"),
    ];
    for (name, reference) in rows {
        let row = format!("{table}{}.", bench.add(&table));
        let (at_name, at_reference) = (format!("{row}Name"), format!("{row}Reference"));
        let values = [(at_name.as_str(), name), (at_reference.as_str(), reference)];
        bench.set(&values, "uri").unwrap();
    }
    let job = report(&mut bench);
    assert_eq!(
        job.url,
        "http://collector.example.net/bulk?oui=00562B&pc=ATA192&sn=FCH26480QXA&version=11-3-2MPP0102-233\
         &Device.ManagementServer.PeriodicInformInterval=86400"
    );
}

/// Covers B-05.
#[test]
fn an_alternative_name_is_followed_by_instances_and_the_rest_of_the_path() {
    let mut bench = Bench::bootstrapped("ata192");
    let tag = [("Tag", "Device.LAN.DHCPOption.*.Tag")];
    assert_eq!(
        names(&mut bench, &tag),
        ["Tag.1", "Tag.2", "Tag.3", "Tag.4"]
    );

    let mut bench = Bench::bootstrapped("ata192");
    let option = [("Option2", "Device.LAN.DHCPOption.2.")];
    assert_eq!(
        names(&mut bench, &option),
        [
            "Option2.Alias",
            "Option2.Request",
            "Option2.Tag",
            "Option2.Value"
        ]
    );

    let mut bench = Bench::bootstrapped("ata192");
    let all = [("Option", "Device.LAN.DHCPOption.*.")];
    let found = names(&mut bench, &all);
    assert_eq!(found.len(), 16);
    assert_eq!(found[..2], ["Option.1.Alias", "Option.1.Request"]);
    assert_eq!(found[15], "Option.4.Value");

    let mut bench = Bench::bootstrapped("ata192");
    let lines = "Device.Services.VoiceService.*.VoiceProfile.*.Line.*.Status";
    let found = names(&mut bench, &[("Line", lines), ("", lines)]);
    let first = "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.Status";
    assert_eq!(found[0], "Line.1.1.1");
    assert_eq!(found[found.len() / 2], first);
}

/// Covers B-05.
#[test]
fn what_a_reference_names_and_the_device_lacks_is_left_out() {
    let mut bench = Bench::bootstrapped("ata192");
    let parameters = [
        ("A", "Device.LAN.DHCPOption.9.Tag"),
        ("B", "Device.DeviceInfo.*.Name"),
        ("C", "Device.NoSuchThing."),
        ("D", ""),
        ("E", "Device.DeviceInfo.ProductClass"),
    ];
    assert_eq!(names(&mut bench, &parameters), ["E"]);
}

///
#[test]
fn no_report_holds_a_secret() {
    let mut bench = Bench::bootstrapped("ata192");
    let settings = [("HTTP.Password", "collector-secret")];
    profile(&mut bench, &[("", "Device.")], &settings);
    let job = report(&mut bench);
    let text = text(&job);
    assert!(text.contains("\"ManagementServer\":{"));
    assert!(!text.contains("secret"), "no value of a password");
    assert!(!text.contains("Password\":"), "no name of one either");
    assert_eq!(job.password.reveal(), "collector-secret");
}

/// Covers B-06.
#[test]
fn a_failed_report_is_retried_by_the_table_until_the_next_interval() {
    let mut bench = Bench::bootstrapped("ata192");
    let settings = [("HTTP.RetryEnable", "1")];
    profile(&mut bench, &[("", "Device.DeviceInfo.UpTime")], &settings);
    bench.collector().goes_down();
    bench.advance(INTERVAL_SECS + 270);
    let requests = bench.collector().take_requests();
    let waits: Vec<u64> = requests
        .windows(2)
        .map(|w| w[1].0.since_ms(w[0].0))
        .collect();
    assert!(waits.len() >= 4, "{waits:?}");
    for (retry, wait) in waits.iter().enumerate() {
        let least = 5_000 << retry;
        assert!((least..=2 * least).contains(wait), "{waits:?}");
    }
    let body = &requests[0].1.body;
    assert!(
        requests.iter().all(|(_, job)| job.body == *body),
        "the same report"
    );
    // Without retention the next interval begins with nothing but its own report, and with the first wait.
    let next = interval(&mut bench);
    assert_eq!(next[0].0.as_secs() % 300, 0);
    assert_ne!(next[0].1.body, *body);
    assert_eq!(counts(&next[..1]), [1]);
    let wait = next[1].0.since_ms(next[0].0);
    assert!((5_000..=10_000).contains(&wait), "{wait}");
}

/// Covers B-06.
#[test]
fn without_retry_a_failed_report_is_tried_once() {
    let mut bench = Bench::bootstrapped("ata192");
    profile(&mut bench, &[("", "Device.DeviceInfo.UpTime")], &[]);
    bench.collector().goes_down();
    assert_eq!(counts(&interval(&mut bench)), [1]);
    assert_eq!(counts(&interval(&mut bench)), [1]);
}

/// Covers B-06.
#[test]
fn as_many_failed_reports_are_kept_as_the_profile_says_and_the_oldest_go_first() {
    for (retained, expected) in [
        ("0", [1, 1, 1, 1]),
        ("2", [1, 2, 3, 3]),
        ("-1", [1, 2, 3, 4]),
    ] {
        let mut bench = Bench::bootstrapped("ata192");
        let settings = [
            ("NumberOfRetainedFailedReports", retained),
            ("JSONEncoding.ReportTimestamp", "ISO-8601"),
        ];
        profile(&mut bench, &[("", "Device.DeviceInfo.UpTime")], &settings);
        bench.collector().goes_down();
        bench.advance(4 * INTERVAL_SECS);
        let requests = bench.collector().take_requests();
        assert_eq!(counts(&requests), expected, "{retained}");
        bench.collector().comes_up();
        let last = text(&report(&mut bench));
        if retained == "2" {
            let times: Vec<&str> = last.split("CollectionTime\":\"").skip(1).collect();
            let times: Vec<&str> = times.iter().map(|rest| &rest[11..16]).collect();
            assert_eq!(times, ["08:30", "08:35", "08:40"]);
        }
        // What is delivered is not sent again.
        assert_eq!(counts(&interval(&mut bench)), [1]);
    }
}

/// Covers B-06.
#[test]
fn another_encoding_deletes_what_has_failed() {
    let mut bench = Bench::bootstrapped("ata192");
    let settings = [("NumberOfRetainedFailedReports", "-1")];
    let path = profile(&mut bench, &[("", "Device.DeviceInfo.UpTime")], &settings);
    bench.collector().goes_down();
    bench.advance(2 * INTERVAL_SECS);
    bench.collector().take_requests();
    bench
        .set(&[(&format!("{path}EncodingType"), "CSV")], "csv")
        .unwrap();
    bench.collector().comes_up();
    let text = text(&report(&mut bench));
    assert_eq!(text.lines().count(), 2, "{text}");
}

/// Covers B-06.
#[test]
fn reports_kept_as_csv_stand_under_one_header() {
    let mut bench = Bench::bootstrapped("ata192");
    let settings = [
        ("NumberOfRetainedFailedReports", "5"),
        ("EncodingType", "CSV"),
        ("CSVEncoding.RowTimestamp", "ISO-8601"),
    ];
    profile(
        &mut bench,
        &[("P", "Device.DeviceInfo.ProductClass")],
        &settings,
    );
    bench.collector().goes_down();
    bench.advance(2 * INTERVAL_SECS);
    let requests = bench.collector().take_requests();
    assert_eq!(
        text(&requests[1].1),
        "ReportTimestamp,P\r\n2026-03-02T08:20:00Z,ATA192\r\n2026-03-02T08:25:00Z,ATA192\r\n"
    );
}

/// Covers B-06.
#[test]
fn the_reports_of_a_collector_that_never_answers_take_no_more_than_their_room() {
    let mut bench = Bench::bootstrapped("ata192");
    let settings = [("NumberOfRetainedFailedReports", "-1")];
    profile(&mut bench, &[("", "Device.")], &settings);
    bench.collector().goes_down();
    bench.advance(12 * INTERVAL_SECS);
    let bytes = bench.device().memory_bytes();
    assert!(bytes < 600 * 1024, "{bytes}");
    let requests = bench.collector().take_requests();
    let last = counts(&requests[requests.len() - 1..])[0];
    assert!((2..12).contains(&last), "{last}");
}

/// Covers B-06.
#[test]
fn a_report_that_is_still_under_way_at_the_next_interval_is_followed_by_the_next_one() {
    let mut bench = Bench::bootstrapped("ata192");
    let settings = [("NumberOfRetainedFailedReports", "3")];
    profile(&mut bench, &[("", "Device.DeviceInfo.UpTime")], &settings);
    bench.collector().takes_after(310).fails_after(310);
    bench.advance(INTERVAL_SECS + 20);
    assert_eq!(bench.collector().requests.len(), 1);
    // Taken ten seconds into the next interval: its report leaves at once, and alone.
    bench.advance(INTERVAL_SECS);
    assert_eq!(counts(&bench.collector().take_requests()), [1, 1]);
    // That one fails when the third is due already: both are sent.
    bench.advance(INTERVAL_SECS + 20);
    assert_eq!(counts(&bench.collector().take_requests()), [2]);
}

/// Covers B-02.
#[test]
fn a_report_is_packed_if_the_profile_says_so() {
    let mut bench = Bench::bootstrapped("ata192");
    let settings = [("HTTP.Compression", "GZIP")];
    profile(
        &mut bench,
        &[("", "Device.DeviceInfo.ProductClass")],
        &settings,
    );
    let job = report(&mut bench);
    assert_eq!(header(&job, "Content-Encoding"), Some("gzip"));
    let mut unpacked = String::new();
    let mut decoder = flate2::read::GzDecoder::new(&job.body[..]);
    decoder.read_to_string(&mut unpacked).unwrap();
    assert!(unpacked.contains("\"ProductClass\":\"ATA192\""));
}

/// Covers B-04.
#[test]
fn a_changed_interval_begins_at_once_and_a_profile_switched_off_is_silent() {
    let mut bench = Bench::bootstrapped("ata192");
    let unknown = [("TimeReference", "0001-01-01T00:00:00Z")];
    let path = profile(&mut bench, &[("", "Device.DeviceInfo.UpTime")], &unknown);
    assert_eq!(interval(&mut bench).len(), 1);
    bench
        .set(&[(&format!("{path}ReportingInterval"), "60")], "")
        .unwrap();
    let times: Vec<Timestamp> = interval(&mut bench).iter().map(|(at, _)| *at).collect();
    assert_eq!(times.len(), 5);
    assert!(times.windows(2).all(|w| w[1].since_ms(w[0]) == 60_000));
    bench.set(&[("Device.BulkData.Enable", "0")], "").unwrap();
    assert_eq!(bench.get("Device.BulkData.Status"), "Disabled");
    bench.collector().take_requests();
    assert!(interval(&mut bench).is_empty());
}

/// Covers B-04.
#[test]
fn a_report_waits_for_the_session_that_is_open() {
    let mut bench = Bench::bootstrapped("ata192");
    profile(&mut bench, &[("", "Device.DeviceInfo.UpTime")], &[]);
    let due = Timestamp::from_secs((bench.now().as_secs() / 300 + 1) * 300);
    let ahead = due.since_ms(bench.now()) / 1000;
    bench.advance(ahead - 10);
    bench.acs().calls(get(&["Device.DeviceInfo.UpTime"]));
    bench.acs().lets_pass(1).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    bench.advance(15);
    assert!(bench.now() > due && bench.collector().requests.is_empty());
    bench.resumes();
    bench.session().succeeds();
    bench.settle();
    assert_eq!(bench.collector().requests.len(), 1);
}

/// Covers B-06.
#[test]
fn profiles_outlive_a_power_cut_and_failed_reports_do_not() {
    let mut bench = Bench::bootstrapped("ata192");
    let settings = [
        ("NumberOfRetainedFailedReports", "-1"),
        ("HTTP.RetryEnable", "1"),
    ];
    profile(&mut bench, &[("", "Device.DeviceInfo.UpTime")], &settings);
    bench.collector().hangs().hangs();
    bench.advance(INTERVAL_SECS);
    bench.power_cut();
    bench.collector().take_requests();
    assert_eq!(counts(&interval(&mut bench)), [1]);
}

///
#[test]
fn there_are_four_profiles_at_most_and_their_limits_hold() {
    let mut bench = Bench::bootstrapped("ata191");
    for number in 1..=4 {
        assert_eq!(bench.add(TABLE), number);
    }
    let fifth = bench.ask(crate::support::requests::add(TABLE, ""));
    assert_eq!(fifth.unwrap_err().code, FaultCode::RESOURCES_EXCEEDED);
    assert_eq!(bench.get("Device.BulkData.ProfileNumberOfEntries"), "4");
    assert_eq!(bench.get("Device.BulkData.Status"), "Disabled");
    let values = bench.get("Device.BulkData.MaxNumberOfParameterReferences");
    assert_eq!(values, agent::limits::REPORT_VALUES.to_string());
    assert_eq!(bench.get(&format!("{TABLE}2.Alias")), "cpe-2");
    assert_eq!(bench.get(&format!("{TABLE}2.ReportingInterval")), "86400");
    bench.add(&format!("{TABLE}2.Parameter."));
    refused(&mut bench, &format!("{TABLE}2.ReportingInterval"), "4");
    refused(&mut bench, &format!("{TABLE}2.EncodingType"), "XML");
    refused(
        &mut bench,
        &format!("{TABLE}2.Parameter.1.Reference"),
        "no path",
    );
    let reference = format!("{TABLE}2.Parameter.1.Reference");
    bench
        .set(&[(&reference, "Device.LAN.DHCPOption.*.Tag")], "")
        .unwrap();
    bench
        .set(&[("Device.BulkData.Enable", "true")], "")
        .unwrap();
    assert_eq!(bench.get("Device.BulkData.Status"), "Enabled");
}

#[test]
fn a_device_without_a_profile_that_reports_pays_nothing() {
    let mut bench = Bench::bootstrapped("ata192");
    let before = bench.device().memory_bytes();
    bench.set(&[("Device.BulkData.Enable", "1")], "").unwrap();
    let after = bench.device().memory_bytes();
    assert!(after - before < 64, "one value more: {before} {after}");
    bench.is_quiet_for(3600);
}
