//! AddObject and DeleteObject: numbers that are never given twice, counts, limits, and what goes with an instance.

use crate::support::Bench;
use crate::support::requests::{
    add, children_of, delete, get, get_attributes, notify, set, set_attributes,
};
use cwmp::CpeResponse;
use cwmp::rpc::Status;

const TABLE: &str = "Device.ManagementServer.InformParameter.";
const COUNT: &str = "Device.ManagementServer.InformParameterNumberOfEntries";
const KEY: &str = "Device.ManagementServer.ParameterKey";

fn instances(bench: &mut Bench) -> Vec<String> {
    match bench.ask(children_of(TABLE)) {
        Ok(CpeResponse::GetParameterNamesResponse(response)) => {
            let infos = response.parameter_list.into_iter();
            infos.map(|info| info.name.replace(TABLE, "")).collect()
        }
        other => panic!("{other:?}"),
    }
}

/// Covers I-01, I-02, I-03, R-40, R-47.
#[test]
fn instance_numbers_stay_and_are_never_given_twice() {
    let mut bench = Bench::bootstrapped("ata192");
    assert_eq!(
        [bench.add(TABLE), bench.add(TABLE), bench.add(TABLE)],
        [1, 2, 3]
    );
    bench.ask(delete(&format!("{TABLE}2."), "k")).unwrap();
    assert_eq!(instances(&mut bench), ["1.", "3."]);
    assert_eq!(bench.get(COUNT), "2");
    bench.ask(delete(&format!("{TABLE}3."), "k")).unwrap();
    bench.power_cut();
    assert_eq!(instances(&mut bench), ["1."]);
    assert_eq!(bench.add(TABLE), 4);
    assert_eq!(
        (instances(&mut bench), bench.get(COUNT)),
        (vec!["1.".into(), "4.".into()], "2".into())
    );
}

///
#[test]
fn an_instance_can_be_used_at_once_and_begins_with_the_models_defaults() {
    let mut bench = Bench::bootstrapped("ata192");
    let name = format!("{TABLE}1.ParameterName");
    let answers = bench.ask_all(vec![
        add(TABLE, "one"),
        get(&[&format!("{TABLE}1.")]),
        set(&[(&name, "Device.DeviceInfo.UpTime")], "two"),
        set_attributes(vec![notify(&name, 1)]),
        get_attributes(&[&name]),
        get(&[&name]),
        delete(&format!("{TABLE}1."), "three"),
        get(&[&name]),
    ]);
    let Ok(CpeResponse::AddObjectResponse(added)) = &answers[0] else {
        panic!("{answers:?}")
    };
    assert_eq!((added.instance_number, added.status), (1, Status::Applied));
    let Ok(CpeResponse::GetParameterValuesResponse(fresh)) = &answers[1] else {
        panic!("{answers:?}")
    };
    let values: Vec<&str> = fresh
        .parameter_list
        .iter()
        .map(|value| value.value)
        .collect();
    assert_eq!(values, ["cpe-1", "0", "", ""]);
    let Ok(CpeResponse::GetParameterAttributesResponse(attributes)) = &answers[4] else {
        panic!("{answers:?}")
    };
    assert_eq!(attributes.parameter_list[0].notification, 1);
    let Ok(CpeResponse::GetParameterValuesResponse(used)) = &answers[5] else {
        panic!("{answers:?}")
    };
    assert_eq!(
        used.parameter_list.get(&name),
        Some("Device.DeviceInfo.UpTime")
    );
    assert!(answers[6].is_ok());
    assert_eq!(answers[7].as_ref().unwrap_err().code.number(), 9005);
    assert_eq!(bench.get(KEY), "three");
}

/// Covers R-44, I-11.
#[test]
fn a_deleted_instance_leaves_nothing_behind() {
    let mut bench = Bench::bootstrapped("ata192");
    let name = format!("{TABLE}1.ParameterName");
    bench.ask_all(vec![
        add(TABLE, "k"),
        set(&[(&name, "Device.LAN.")], "k"),
        set_attributes(vec![notify(&name, 2)]),
        delete(&format!("{TABLE}1."), "k"),
    ]);
    let stored = bench.stored(agent::device::io::SectionKind::Tree);
    assert!(!stored.contains("InformParameter.1"), "{stored}");
    for request in [
        get(&[&name]),
        get_attributes(&[&name]),
        delete(&format!("{TABLE}1."), "k"),
    ] {
        assert_eq!(bench.ask(request).unwrap_err().code.number(), 9005);
    }
    let fault = bench.set(&[(&name, "x")], "k").unwrap_err();
    assert_eq!(fault.parameters[0].fault_code.number(), 9005);
}

/// Covers, M09.
#[test]
fn a_full_table_says_so_and_stays_as_it_is() {
    let mut bench = Bench::bootstrapped("ata192");
    let requests = vec![add(TABLE, "in"); 2_000];
    let answers = bench.ask_all(requests);
    let added = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(added, 32);
    let refused = answers[32..].iter();
    for answer in refused {
        assert_eq!(answer.as_ref().unwrap_err().code.number(), 9004);
    }
    assert!(bench.device().memory_bytes() < 16 * 1024);
    bench.ask(delete(&format!("{TABLE}7."), "out")).unwrap();
    assert_eq!(bench.add(TABLE), 33);
    bench.ask(add(TABLE, "never")).unwrap_err();
    assert_eq!(bench.get(KEY), "added");
}

/// Covers M09, I-02.
#[test]
fn adding_and_deleting_for_ever_costs_nothing_but_numbers() {
    let mut bench = Bench::bootstrapped("ata192");
    for round in 0..20_u32 {
        let mut requests = Vec::new();
        for number in 1..=100 {
            requests.push(add(TABLE, "k"));
            requests.push(delete(&format!("{TABLE}{}.", round * 100 + number), "k"));
        }
        assert!(bench.ask_all(requests).iter().all(Result::is_ok));
    }
    assert_eq!(bench.add(TABLE), 2_001);
    assert!(bench.device().memory_bytes() < 4 * 1024);
}

/// Covers, I-07.
#[test]
fn what_is_no_table_or_no_instance_of_one_is_refused() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.add(TABLE);
    let refused_tables = [
        "Device.ManagementServer.InformParameter",
        "Device.ManagementServer.InformParameter.1.",
        "Device.X_CISCO_ATA.User.[new].",
        "Device.ManagementServer.InformParameter.*.",
        "Device.ManagementServer.",
        "Device.ManagementServer.URL",
        "Device.Services.VoiceService.",
        "Device.Services.VoiceService.1.VoiceProfile.",
        "Device.Services.VoiceService.7.VoiceProfile.",
        "Device.Nonsense.",
        "Device.",
        "",
    ];
    for name in refused_tables {
        let fault = bench.ask(add(name, "never")).unwrap_err();
        assert_eq!(fault.code.number(), 9005, "add {name}");
    }
    for name in refused_tables
        .iter()
        .filter(|name| !name.ends_with("InformParameter.1."))
    {
        let fault = bench.ask(delete(name, "never")).unwrap_err();
        assert_eq!(fault.code.number(), 9005, "delete {name}");
    }
    for name in [
        TABLE,
        "Device.ManagementServer.InformParameter.1",
        "Device.ManagementServer.InformParameter.2.",
        "Device.ManagementServer.InformParameter.0.",
        "Device.ManagementServer.InformParameter.01.",
        "Device.ManagementServer.InformParameter.1.Enable",
        "Device.Services.VoiceService.1.VoiceProfile.2.",
        "Device.LAN.DHCPOption.1.",
    ] {
        let fault = bench.ask(delete(name, "never")).unwrap_err();
        assert_eq!(fault.code.number(), 9005, "delete {name}");
    }
    assert_eq!(bench.get(KEY), "added");
    assert_eq!(bench.get(COUNT), "1");
}
