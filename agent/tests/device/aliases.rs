//! Instances by name: aliases the ACS gives, names the device gives, and stars for any of them.

use crate::support::requests::{
    add, children_of, delete, get, get_attributes, names_below, notify, set, set_attributes,
};
use crate::support::{Bench, Setup};
use cwmp::{CpeResponse, CwmpVersion, Fault};
use std::collections::BTreeSet;

const TABLE: &str = "Device.ManagementServer.InformParameter.";
const COUNT: &str = "Device.ManagementServer.InformParameterNumberOfEntries";
const MODE: &str = "Device.ManagementServer.InstanceMode";
const AUTO: &str = "Device.ManagementServer.AutoCreateInstances";
const PROFILES: &str = "Device.Services.VoiceService.1.VoiceProfile.";
const STATUS: &str = "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.Status";

fn code<T>(answer: Result<T, Fault>) -> u16 {
    answer.err().map_or(0, |fault| fault.code.number())
}

/// The code of the only bad parameter.
fn parameter_code<T>(answer: Result<T, Fault>) -> u16 {
    let fault = answer.err().expect("the call is refused");
    assert_eq!(fault.parameters.len(), 1, "{fault:?}");
    fault.parameters[0].fault_code.number()
}

fn below(text: &str) -> String {
    format!("{TABLE}{text}")
}

#[track_caller]
fn value_names(bench: &mut Bench, path: &str) -> Vec<String> {
    let values = bench.get_all(&[path]).expect("the path is there");
    values.iter().map(|value| value.name.to_owned()).collect()
}

#[track_caller]
fn listed(bench: &mut Bench, request: cwmp::AcsRequest) -> Vec<String> {
    match bench.ask(request) {
        Ok(CpeResponse::GetParameterNamesResponse(response)) => {
            let list = response.parameter_list.into_iter();
            list.map(|info| info.name).collect()
        }
        other => panic!("{other:?}"),
    }
}

/// Covers I-04.
#[test]
fn every_inform_announces_aliases_and_the_device_names_what_nobody_named() {
    let mut bench = Bench::new("ata192");
    let session = bench.session();
    let supported = session.value("Device.ManagementServer.AliasBasedAddressing");
    assert_eq!(supported, Some("1"));
    let number = bench.add(TABLE);
    let alias = bench.get(&below(&format!("{number}.Alias")));
    assert_eq!(alias, format!("cpe-{number}"));
    let profiles = bench.get_all(&[PROFILES]).unwrap();
    for number in 1..=2 {
        let alias = profiles.get(&format!("{PROFILES}{number}.Alias"));
        assert_eq!(alias, Some(&*format!("cpe-{number}")));
    }
    assert_eq!(bench.get(MODE), "InstanceNumber");
    assert_eq!(bench.get(AUTO), "0");
}

/// Covers I-04, I-11, R-41.
#[test]
fn an_instance_answers_to_the_alias_it_was_added_with_in_every_call() {
    let mut bench = Bench::bootstrapped("ata192");
    let number = bench.add(&below("[wan].")).to_string();
    let name = below("[wan].ParameterName");
    bench
        .set(&[(&name, "Device.DeviceInfo.UpTime")], "k")
        .unwrap();
    assert_eq!(bench.get(&name), "Device.DeviceInfo.UpTime");
    let by_number = below(&format!("{number}.ParameterName"));
    assert_eq!(bench.get(&by_number), "Device.DeviceInfo.UpTime");
    // Names in the answer are those of the question.
    let expected: BTreeSet<String> = ["Alias", "Enable", "ParameterName", "EventList"]
        .iter()
        .map(|leaf| below(&format!("[wan].{leaf}")))
        .collect();
    let told = value_names(&mut bench, &below("[wan]."));
    assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), expected);
    let told = listed(&mut bench, children_of(&below("[wan].")));
    assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), expected);
    let told = listed(&mut bench, names_below(&below("[wan].")));
    assert_eq!(told[0], below("[wan]."));
    bench.ask(set_attributes(vec![notify(&name, 2)])).unwrap();
    let Ok(CpeResponse::GetParameterAttributesResponse(attributes)) =
        bench.ask(get_attributes(&[&name]))
    else {
        panic!("no attributes")
    };
    let attribute = &attributes.parameter_list[0];
    assert_eq!(
        (attribute.name.as_str(), attribute.notification),
        (&*name, 2)
    );
    // Attributes follow the instance to another alias.
    bench.set(&[(&below("[wan].Alias"), "lan")], "k").unwrap();
    assert_eq!(code(bench.ask(get(&[&name]))), 9005);
    let Ok(CpeResponse::GetParameterAttributesResponse(attributes)) =
        bench.ask(get_attributes(&[&below("[lan].ParameterName")]))
    else {
        panic!("no attributes")
    };
    assert_eq!(attributes.parameter_list[0].notification, 2);
    bench.ask(delete(&below("[lan]."), "k")).unwrap();
    assert_eq!(bench.get(COUNT), "0");
    assert_eq!(code(bench.ask(delete(&below("[lan]."), "k"))), 9005);
}

/// Covers I-04, R-42.
#[test]
fn aliases_that_are_taken_ill_formed_or_the_devices_own_are_refused() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.add(&below("[one]."));
    let other = bench.add(TABLE);
    for (name, refused) in [
        (below("[one]."), 9005),
        ("Device.LAN.DHCPOption.[mine].".into(), 9005),
        ("Device.X_CISCO_ATA.User.[mine].".into(), 9005),
        (below("[9lives]."), 9003),
        (below("[]."), 9003),
        (below("[cpe-9]."), 9003),
        (below(&format!("[{}].", "x".repeat(65))), 9003),
    ] {
        assert_eq!(code(bench.ask(add(&name, "k"))), refused, "{name}");
    }
    let alias = below(&format!("{other}.Alias"));
    for value in ["one", "", "cpe-77", "a b", "1st"] {
        assert_eq!(
            parameter_code(bench.set(&[(&alias, value)], "k")),
            9007,
            "{value}"
        );
    }
    // What it has may be set again, and two may change their names in one call.
    bench
        .set(&[(&alias, &format!("cpe-{other}"))], "k")
        .unwrap();
    bench.set(&[(&alias, "two")], "k").unwrap();
    let swap = [(below("[one].Alias"), "two"), (below("[two].Alias"), "one")];
    let swap: Vec<(&str, &str)> = swap
        .iter()
        .map(|(name, value)| (name.as_str(), *value))
        .collect();
    bench.set(&swap, "k").unwrap();
    assert_eq!(bench.get(&alias), "one");
    let twice = [
        (below("[one].Enable"), "1"),
        (below(&format!("{other}.Enable")), "1"),
    ];
    let twice: Vec<(&str, &str)> = twice
        .iter()
        .map(|(name, value)| (name.as_str(), *value))
        .collect();
    assert_eq!(parameter_code(bench.set(&twice, "k")), 9003);
}

/// Covers I-04, R-06.
#[test]
fn unknown_aliases_are_unknown_names_unless_the_acs_wants_them_added() {
    let mut bench = Bench::bootstrapped("ata192");
    let (enable, name) = (below("[new].Enable"), below("[new].ParameterName"));
    assert_eq!(parameter_code(bench.set(&[(&enable, "1")], "k")), 9005);
    bench.set(&[(AUTO, "1")], "k").unwrap();
    // All or nothing: with a bad value no instance comes about.
    let fault = bench.set(&[(&enable, "1"), (&below("[new].Nonsense"), "x")], "k");
    assert_eq!(parameter_code(fault), 9005);
    assert_eq!(bench.get(COUNT), "0");
    bench
        .set(
            &[(&enable, "1"), (&name, "Device.DeviceInfo.UpTime")],
            "created",
        )
        .unwrap();
    assert_eq!(bench.get(COUNT), "1");
    assert_eq!(bench.get(&name), "Device.DeviceInfo.UpTime");
    bench.power_cut();
    assert_eq!(bench.get(&enable), "1");
    assert_eq!(bench.get("Device.ManagementServer.ParameterKey"), "created");
    // A table the ACS cannot add to, and names that are none.
    for path in [
        "Device.LAN.DHCPOption.[new].Request".to_owned(),
        below("[cpe-50].Enable"),
        below("[1].Enable"),
    ] {
        assert_eq!(
            parameter_code(bench.set(&[(&path, "1")], "k")),
            9005,
            "{path}"
        );
    }
    assert_eq!(bench.get(COUNT), "1");
}

/// Covers I-04.
#[test]
fn the_instance_mode_decides_what_names_of_the_device_look_like() {
    let mut bench = Bench::bootstrapped("ata192");
    let number = bench.add(&below("[wan]."));
    bench.set(&[(MODE, "InstanceAlias")], "k").unwrap();
    let told = value_names(&mut bench, TABLE);
    assert!(told.contains(&below("[wan].Enable")), "{told:?}");
    // The path that was asked for is echoed, what lies below it is written by alias.
    let told = value_names(&mut bench, PROFILES);
    assert!(told.contains(&format!("{PROFILES}[cpe-1].Line.[cpe-1].Status")));
    let told = value_names(&mut bench, &below(&format!("{number}.")));
    assert!(
        told.contains(&below(&format!("{number}.Enable"))),
        "{told:?}"
    );
    let told = listed(&mut bench, children_of(TABLE));
    assert_eq!(told, [below("[wan].")]);
    // Tables without aliases keep their numbers.
    let told = listed(&mut bench, children_of("Device.X_CISCO_ATA.User."));
    assert_eq!(told[0], "Device.X_CISCO_ATA.User.1.");
    bench.ask(set_attributes(vec![notify(STATUS, 2)])).unwrap();
    bench.sessions();
    bench.changes(STATUS, "Up");
    let session = bench.session();
    let by_alias = "Device.Services.VoiceService.[cpe-1].VoiceProfile.[cpe-1].Line.[cpe-1].Status";
    assert_eq!(session.value(by_alias), Some("Up"));
    // By number it goes on with the next ACS.
    bench.changes(
        "Device.ManagementServer.URL",
        "http://other.example.net:7547/cwmp",
    );
    bench.session().succeeds();
    assert_eq!(bench.get(MODE), "InstanceNumber");
    let told = listed(&mut bench, children_of(TABLE));
    assert_eq!(told, [below(&format!("{number}."))]);
}

/// Every name of the tree leads back to its parameter, whichever way instances are written.
///
/// Covers I-04, R-37.
#[test]
fn every_name_by_alias_can_be_read() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.add(&below("[wan]."));
    bench.set(&[(MODE, "InstanceAlias")], "k").unwrap();
    let told = listed(&mut bench, names_below(""));
    let leaves: Vec<&str> = told
        .iter()
        .map(String::as_str)
        .filter(|name| !name.ends_with('.'))
        .collect();
    assert!(leaves.len() > 800);
    let values = bench.get_all(&leaves).unwrap();
    let read: Vec<&str> = values.iter().map(|value| value.name).collect();
    assert_eq!(read, leaves);
}

/// Covers I-06.
#[test]
fn a_star_stands_for_any_instance_when_reading() {
    let mut bench = Bench::bootstrapped("ata192");
    let status = "Device.Services.VoiceService.*.VoiceProfile.*.Line.*.Status";
    let told = value_names(&mut bench, status);
    assert_eq!(
        told,
        [1, 2].map(|profile| format!("{PROFILES}{profile}.Line.1.Status"))
    );
    let told = listed(
        &mut bench,
        children_of("Device.Services.VoiceService.1.VoiceProfile.*.Line."),
    );
    assert_eq!(
        told,
        [1, 2].map(|profile| format!("{PROFILES}{profile}.Line.1."))
    );
    let answer = bench.ask(get_attributes(&[status]));
    let Ok(CpeResponse::GetParameterAttributesResponse(attributes)) = answer else {
        panic!("no attributes")
    };
    assert_eq!(attributes.parameter_list.len(), 2);
    // Nothing matches: an empty list.
    for path in [below("*.Enable"), format!("{PROFILES}*.Line.7.Status")] {
        assert_eq!(
            value_names(&mut bench, &path),
            Vec::<String>::new(),
            "{path}"
        );
        assert_eq!(listed(&mut bench, names_below(&path)), Vec::<String>::new());
    }
    bench.add(&below("[wan]."));
    assert_eq!(
        value_names(&mut bench, &below("*.Enable")),
        [below("1.Enable")]
    );
    bench.set(&[(MODE, "InstanceAlias")], "k").unwrap();
    assert_eq!(
        value_names(&mut bench, &below("*.Enable")),
        [below("[wan].Enable")]
    );
}

/// Covers I-06, I-07.
#[test]
fn a_star_is_refused_where_it_is_no_instance_and_where_it_is_not_known() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.add(TABLE);
    for path in [
        below("*"),
        below("*."),
        "Device.*.SerialNumber".into(),
        "*".into(),
        "Device.*.".into(),
        below("*.Nonsense"),
        format!("{PROFILES}*.Line.*.Nonsense"),
        "Device.DeviceInfo.*.Name".into(),
    ] {
        assert_eq!(code(bench.ask(get(&[&path]))), 9005, "{path}");
        assert_eq!(code(bench.ask(names_below(&path))), 9005, "{path}");
    }
    // Only for reading.
    assert_eq!(
        parameter_code(bench.set(&[(&below("*.Enable"), "1")], "k")),
        9005
    );
    assert_eq!(code(bench.ask(delete(&below("*."), "k"))), 9005);
    let levels = set_attributes(vec![notify(&below("*.Enable"), 1)]);
    assert_eq!(code(bench.ask(levels)), 9005);
    let old = Setup {
        newest_version: CwmpVersion::V1_2,
        ..Setup::of("ata192")
    };
    let mut old = old.bench();
    old.session().succeeds();
    assert_eq!(code(old.ask(get(&[&format!("{PROFILES}*.Name")]))), 9005);
    let mut spa = Bench::bootstrapped("spa122");
    let path = "InternetGatewayDevice.LANDevice.*.LANEthernetInterfaceNumberOfEntries";
    assert_eq!(code(spa.ask(get(&[path]))), 9005);
}

/// Covers I-04, R-04.
#[test]
fn refused_calls_by_alias_leave_the_parameter_key_alone() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.ask(set(&[], "before")).unwrap();
    bench.ask(add(&below("[cpe-1]."), "after")).unwrap_err();
    bench
        .set(&[(&below("[x].Enable"), "1")], "after")
        .unwrap_err();
    assert_eq!(bench.get("Device.ManagementServer.ParameterKey"), "before");
}
