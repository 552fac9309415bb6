//! GetParameterValues, GetParameterNames and GetRPCMethods: what is there, under which names, and who may see it.

use crate::support::Bench;
use crate::support::requests::{children_of, get, names_below, set, set_typed};
use cwmp::rpc::{GetRPCMethods, ParameterInfo};
use cwmp::{AcsRequest, CpeResponse};
use data_model::XsdType;
use std::collections::{BTreeMap, BTreeSet};

const TABLE: &str = "Device.ManagementServer.InformParameter.";

fn listed(bench: &mut Bench, request: AcsRequest) -> Vec<ParameterInfo> {
    match bench.ask(request) {
        Ok(CpeResponse::GetParameterNamesResponse(response)) => response.parameter_list,
        other => panic!("{other:?}"),
    }
}

fn paths(list: &[ParameterInfo]) -> Vec<&str> {
    list.iter().map(|info| info.name.as_str()).collect()
}

/// The codes of the faults requests get; zero for an answer.
fn faults(bench: &mut Bench, requests: &[AcsRequest]) -> Vec<u16> {
    let answers = bench.ask_all(requests.to_vec());
    let codes = answers.into_iter();
    codes
        .map(|answer| answer.map_or_else(|fault| fault.code.number(), |_| 0))
        .collect()
}

#[test]
fn exactly_the_offered_methods_are_listed() {
    let mut bench = Bench::bootstrapped("ata192");
    let Ok(CpeResponse::GetRPCMethodsResponse(response)) = bench.ask(GetRPCMethods {}) else {
        panic!("no list")
    };
    let expected = [
        "GetRPCMethods",
        "SetParameterValues",
        "GetParameterValues",
        "GetParameterNames",
        "SetParameterAttributes",
        "GetParameterAttributes",
        "AddObject",
        "DeleteObject",
        "Reboot",
        "Download",
        "ScheduleDownload",
        "Upload",
        "GetQueuedTransfers",
        "GetAllQueuedTransfers",
        "CancelTransfer",
        "FactoryReset",
        "ScheduleInform",
        "ChangeDUState",
    ];
    assert_eq!(response.method_list, expected);
}

/// Covers, C02.
#[test]
fn every_method_that_is_not_listed_gets_fault_9000() {
    use cwmp::rpc::*;
    let mut bench = Bench::bootstrapped("ata192");
    let requests: Vec<AcsRequest> = vec![GetOptions::default().into()];
    let codes = faults(&mut bench, &requests);
    assert_eq!(codes, vec![9000; requests.len()]);
}

///
#[test]
fn a_name_a_partial_path_and_the_empty_path_are_three_ways_to_ask() {
    let mut bench = Bench::bootstrapped("ata192");
    let one = bench.get_all(&["Device.DeviceInfo.SerialNumber"]).unwrap();
    assert_eq!(one.len(), 1);
    assert_eq!(
        one.get("Device.DeviceInfo.SerialNumber"),
        Some("FCH26480QXA")
    );
    let some = bench.get_all(&["Device.DeviceInfo."]).unwrap();
    assert!(some.len() > 10);
    assert!(
        some.iter()
            .all(|parameter| parameter.name.starts_with("Device.DeviceInfo."))
    );
    let all = bench.get_all(&[""]).unwrap();
    let root = bench.get_all(&["Device."]).unwrap();
    assert_eq!(all.len(), root.len());
    assert!(all.len() > 800, "{}", all.len());
    let names: BTreeSet<&str> = all.iter().map(|parameter| parameter.name).collect();
    assert_eq!(names.len(), all.len(), "no name twice");
}

///
#[test]
fn overlapping_requests_are_answered() {
    let mut bench = Bench::bootstrapped("ata192");
    let names = [
        "Device.DeviceInfo.",
        "Device.DeviceInfo.SerialNumber",
        "Device.DeviceInfo.",
    ];
    let values = bench.get_all(&names).unwrap();
    assert!(values.get("Device.DeviceInfo.SerialNumber").is_some());
}

/// Covers R-21, I-07, R-34.
#[test]
fn what_is_not_exactly_a_name_refuses_the_call() {
    let mut bench = Bench::bootstrapped("ata192");
    for name in [
        "Device.DeviceInfo",
        "Device.DeviceInfo.SerialNumber.",
        "Device.DeviceInfo..SerialNumber",
        "device.DeviceInfo.SerialNumber",
        "Device.DeviceInfo.Serialnumber",
        "Device",
        ".",
        "InternetGatewayDevice.",
        "Device.Services.VoiceService.2.",
        "Device.Services.VoiceService.0.",
        "Device.Services.VoiceService.01.",
        "Device.Services.VoiceService.4294967297.",
        "Device.Services.VoiceService.1",
        "Device.*.VoiceProfileNumberOfEntries",
        "Device.Services.VoiceService.[a].VoiceProfileNumberOfEntries",
        "Device.Services.VoiceService.{i}.",
        "Device.ManagementServer.InformParameter.1.",
    ] {
        let requests = [
            get(&["Device.DeviceInfo.UpTime", name]),
            names_below(name),
            children_of(name),
        ];
        assert_eq!(faults(&mut bench, &requests), [9005; 3], "{name}");
    }
}

///
#[test]
fn an_empty_table_is_there_and_has_nothing() {
    let mut bench = Bench::bootstrapped("ata192");
    assert_eq!(bench.get_all(&[TABLE]).unwrap().len(), 0);
    assert_eq!(paths(&listed(&mut bench, names_below(TABLE))), [TABLE]);
    assert!(listed(&mut bench, children_of(TABLE)).is_empty());
    let above = listed(&mut bench, children_of("Device.ManagementServer."));
    assert!(paths(&above).contains(&TABLE));
}

///
#[test]
fn names_go_down_to_the_leaves_or_one_level() {
    let mut bench = Bench::bootstrapped("ata192");
    let path = "Device.LAN.DHCPOption.";
    let one_level = listed(&mut bench, children_of(path));
    let instances = ["Device.LAN.DHCPOption.1.", "Device.LAN.DHCPOption.2."];
    assert_eq!(paths(&one_level)[..2], instances);
    assert_eq!(one_level.len(), 4);
    let all = listed(&mut bench, names_below(path));
    assert_eq!(all.len(), 1 + 4 + 4 * 4);
    assert_eq!(all[0].name, path);
    let leaf = "Device.DeviceInfo.UpTime";
    assert_eq!(paths(&listed(&mut bench, names_below(leaf))), [leaf]);
}

///
#[test]
fn the_empty_path_is_the_root() {
    let mut bench = Bench::bootstrapped("ata192");
    assert_eq!(paths(&listed(&mut bench, children_of(""))), ["Device."]);
    let all = listed(&mut bench, names_below(""));
    assert_eq!(all[0].name, "Device.");
    assert_eq!(all, listed(&mut bench, names_below("Device.")));
}

///
#[test]
fn a_parameter_has_no_next_level() {
    let mut bench = Bench::bootstrapped("ata192");
    let request = children_of("Device.DeviceInfo.SerialNumber");
    assert_eq!(faults(&mut bench, &[request]), [9003]);
}

///
#[test]
fn crawling_level_by_level_finds_what_the_whole_list_holds_and_all_of_it_is_readable() {
    for ty in ["ata191", "ata192", "spa122"] {
        let mut bench = Bench::bootstrapped(ty);
        let all = listed(&mut bench, names_below(""));
        let mut crawled = Vec::new();
        let mut waiting = listed(&mut bench, children_of(""));
        while let Some(info) = waiting.pop() {
            if info.name.ends_with('.') {
                waiting.extend(listed(&mut bench, children_of(&info.name)));
            }
            crawled.push(info.name);
        }
        let whole: BTreeSet<&str> = paths(&all).into_iter().collect();
        assert_eq!(whole, crawled.iter().map(String::as_str).collect(), "{ty}");
        let leaves: Vec<&str> = whole
            .into_iter()
            .filter(|path| !path.ends_with('.'))
            .collect();
        let values = bench.get_all(&leaves).unwrap();
        assert_eq!(values.len(), leaves.len(), "{ty}");
        assert_eq!(bench.get_all(&[""]).unwrap().len(), leaves.len(), "{ty}");
    }
}

///
#[test]
fn what_is_listed_as_writable_can_be_written_and_nothing_else() {
    for ty in ["ata191", "ata192", "spa122"] {
        let mut bench = Bench::bootstrapped(ty);
        let infos = listed(&mut bench, names_below(""));
        let values = bench.get_all(&[""]).unwrap();
        let values: BTreeMap<&str, (XsdType, &str)> = values
            .iter()
            .map(|parameter| (parameter.name, (parameter.ty, parameter.value)))
            .collect();
        // The value it has, one at a time: writable means that nothing but the value can be refused.
        let leaves: Vec<&ParameterInfo> = infos
            .iter()
            .filter(|info| values.contains_key(info.name.as_str()))
            .collect();
        let request = |info: &&ParameterInfo| {
            let (xsd, value) = values[info.name.as_str()];
            set_typed(&[(&info.name, xsd, value)], "k")
        };
        let answers = bench.ask_all(leaves.iter().map(request).collect());
        for (info, answer) in leaves.iter().zip(answers) {
            let code = answer
                .err()
                .map(|fault| fault.parameters[0].fault_code.number());
            match info.writable {
                true => assert!(matches!(code, None | Some(9007)), "{}: {code:?}", info.name),
                false => assert_eq!(code, Some(9008), "{}", info.name),
            }
        }
    }
}

///
#[test]
fn tables_and_instances_are_listed_as_what_can_be_done_with_them() {
    use crate::support::requests::{add, delete};
    let mut bench = Bench::bootstrapped("ata192");
    bench.add(TABLE);
    for info in listed(&mut bench, names_below("")) {
        if !info.name.ends_with('.') {
            continue;
        }
        let last = info
            .name
            .trim_end_matches('.')
            .rsplit('.')
            .next()
            .unwrap_or_default();
        let is_instance = last.bytes().all(|byte| byte.is_ascii_digit());
        let request = match is_instance {
            true => delete(&info.name, "k"),
            false => add(&info.name, "k"),
        };
        let answer = bench.ask(request);
        match (info.writable, answer) {
            (true, Ok(_)) => {}
            (false, Err(fault)) => assert_eq!(fault.code.number(), 9005, "{}", info.name),
            (writable, answer) => panic!("{} writable={writable}: {answer:?}", info.name),
        }
    }
}

/// Covers R-24, M06.
#[test]
fn secrets_can_be_written_and_read_as_empty_by_every_name() {
    const CANARY: &str = "Canary7Secret";
    for ty in ["ata191", "ata192", "spa122"] {
        let mut bench = Bench::bootstrapped(ty);
        let product = std::sync::Arc::clone(bench.device().core().product());
        let schema = &product.ty.schema;
        let secret = |name: &str| {
            let name = name.to_lowercase();
            ["password", "passwd", "secret", "_key", "passphrase"]
                .iter()
                .any(|word| name.ends_with(word))
        };
        let infos = listed(&mut bench, names_below(""));
        let names: Vec<&str> = infos
            .iter()
            .filter(|info| info.writable && !info.name.ends_with('.'))
            .map(|info| info.name.as_str())
            .filter(|name| {
                let address = schema.lookup(name).unwrap();
                let parameter = schema.parameter(address.node).unwrap();
                let hidden = parameter.secret == data_model::schema::Secrecy::Secret;
                (hidden || secret(name)) && parameter.ty.check(CANARY).is_ok()
            })
            .collect();
        assert!(names.len() > 10, "{ty}: {names:?}");
        let mut requests: Vec<AcsRequest> = names
            .iter()
            .map(|name| set(&[(name, CANARY)], "k"))
            .collect();
        requests.push(get(&[""]));
        let answers = bench.ask_all(requests);
        assert!(answers.iter().all(Result::is_ok), "{ty}");
        let Some(Ok(CpeResponse::GetParameterValuesResponse(values))) = answers.last() else {
            panic!("no values")
        };
        for parameter in values.parameter_list.iter() {
            assert!(
                !parameter.value.contains(CANARY),
                "{ty}: {}",
                parameter.name
            );
        }
        assert_eq!(bench.knows(names[0]), CANARY);
    }
}
