//! How fast messages are read into typed values, against a bare pull parser over the same bytes.
//!
//! The bare parser (`quick_xml::Reader`) finds tags and text and does nothing with them: it is the least that any
//! reader of XML has to do. The ratio says what our limits, our tolerance and our types cost.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "shared/pair.rs"]
mod pair;
#[path = "shared/report.rs"]
mod report;

use agent::device::Product;
use cwmp::message::{CpeRequest, CpeResponse, FromCpe};
use cwmp::rpc::{GetParameterValues, GetParameterValuesResponse, Inform};
use cwmp::{CwmpVersion, DeviceId, Event, EventCode, Header, envelope};
use data_model::{DateTime, ParameterList, XsdType};
use quick_xml::events::Event as XmlEvent;
use report::{Figures, ROUNDS};
use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUND: Duration = Duration::from_millis(300);

fn main() {
    let inform = write(CpeRequest::from(inform()).into());
    let values = write(CpeResponse::from(values()).into());
    println!("reading messages, {ROUNDS} rounds in turn, median (range)\n");
    compare("Inform with 10 parameters", inform.as_bytes());
    compare(
        "GetParameterValuesResponse with 2,000 values",
        values.as_bytes(),
    );
}

/// Both readers in turn over the same bytes.
fn compare(what: &str, bytes: &[u8]) {
    let megabytes = bytes.len() as f64 / 1e6;
    let (mut ours, mut bare, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let typed = per_second(ROUND, || read_typed(black_box(bytes))) * megabytes;
        let pulled = per_second(ROUND, || read_bare(black_box(bytes))) * megabytes;
        ours.push(typed);
        bare.push(pulled);
        ratios.push(typed / pulled);
    }
    println!("{what} ({} bytes)", bytes.len());
    Figures::new(ours).print("  typed values", "MB/s", 0);
    Figures::new(bare).print("  bare pull parser", "MB/s", 0);
    Figures::new(ratios).print("  ratio (floor 0.3, aim 0.7)", "", 2);
    println!();
}

/// What a server does with a message: limits, decoding, types, and each value as what it says it is.
fn read_typed(bytes: &[u8]) {
    let envelope = envelope::read::<FromCpe>(bytes).expect("our own message");
    let list = match &envelope.body {
        FromCpe::Request(CpeRequest::Inform(inform)) => &inform.parameter_list,
        FromCpe::Response(CpeResponse::GetParameterValuesResponse(values)) => {
            &values.parameter_list
        }
        other => panic!("not measured here: {other:?}"),
    };
    for parameter in list.iter() {
        let value = parameter.typed();
        black_box(value.unwrap_or_else(|why| panic!("{}: {why}", parameter.name)));
    }
    black_box(&envelope);
}

/// Tags and text, and nothing more.
fn read_bare(bytes: &[u8]) {
    let mut reader = quick_xml::Reader::from_reader(bytes);
    let mut events = 0u32;
    loop {
        match reader.read_event().expect("our own message") {
            XmlEvent::Eof => break,
            event => {
                black_box(&event);
                events += 1;
            }
        }
    }
    black_box(events);
}

fn write(body: FromCpe) -> String {
    envelope::write(
        CwmpVersion::V1_2.namespace(),
        &Header::with_id("4711"),
        &body,
    )
}

fn inform() -> Inform {
    let mut parameter_list = ParameterList::new();
    let summary =
        "Device:1.14[](Baseline:1, LAN:1, Time:1), VoiceService:1.0[1](Endpoint:1, SIPEndpoint:1)";
    let url = "http://192.0.2.57:7547/7f3c9a51d20e4b68";
    for (name, value) in [
        ("Device.DeviceSummary", summary),
        ("Device.DeviceInfo.HardwareVersion", "4"),
        ("Device.DeviceInfo.SoftwareVersion", "11-3-2MPP0102-233"),
        ("Device.DeviceInfo.ProvisioningCode", "SIP.retail"),
        ("Device.ManagementServer.ParameterKey", "5d41402abc4b2a76"),
        ("Device.ManagementServer.ConnectionRequestURL", url),
        ("Device.LAN.IPAddress", "192.0.2.57"),
        ("Device.LAN.MACAddress", "00:56:2B:4C:11:9E"),
    ] {
        parameter_list.push_str(name, value);
    }
    let interval = "Device.ManagementServer.PeriodicInformInterval";
    parameter_list.push(interval, XsdType::UnsignedInt, "3600");
    parameter_list.push("Device.DeviceInfo.UpTime", XsdType::UnsignedInt, "86400");
    Inform {
        device_id: DeviceId {
            manufacturer: "Cisco".into(),
            oui: "00562B".into(),
            product_class: "ATA192".into(),
            serial_number: "FCH26480QXA".into(),
        },
        event: vec![Event::new(EventCode::Periodic)],
        max_envelopes: 1,
        current_time: DateTime::unknown(),
        retry_count: 0,
        parameter_list,
    }
}

/// What an ATA 192 answers to GetParameterValues of its whole tree, over and over until there are 2,000 values.
fn values() -> GetParameterValuesResponse {
    let product = Product::load("ata192").expect("a product of ours");
    let ask = GetParameterValues {
        parameter_names: vec!["Device.".into()],
    };
    let (_, answers) = pair::meet(pair::config(&product, 1), vec![ask.into()]);
    let Some(CpeResponse::GetParameterValuesResponse(all)) = answers.first() else {
        panic!("the device answered something else: {answers:?}")
    };
    let mut parameter_list = ParameterList::new();
    let twice = all.parameter_list.iter().chain(all.parameter_list.iter());
    for parameter in twice.take(2_000) {
        parameter_list.push(parameter.name, parameter.ty, parameter.value);
    }
    GetParameterValuesResponse { parameter_list }
}

/// Runs something until the time is over, and says how often a second it ran.
fn per_second(time: Duration, mut run: impl FnMut()) -> f64 {
    let begin = Instant::now();
    let mut count = 0u64;
    while begin.elapsed() < time {
        for _ in 0..8 {
            run();
        }
        count += 8;
    }
    count as f64 / begin.elapsed().as_secs_f64()
}
