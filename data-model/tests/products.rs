//! What must hold for every product of this build, whatever its models say.

use data_model::DeviceType;
use data_model::catalogue::{device_type, names};
use data_model::schema::{
    Access, Address, Instances, Parameter, ParameterType, Schema, Secrecy, Source, View,
    XmlDocument, computed,
};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

fn products() -> Vec<Arc<DeviceType>> {
    names()
        .iter()
        .map(|name| device_type(name).expect("every name has a product"))
        .collect()
}

/// The paths, with `{i}` for instances, of the parameters that `wanted` picks.
fn paths(schema: &Schema, wanted: impl Fn(&Parameter) -> bool) -> BTreeSet<String> {
    schema
        .nodes()
        .filter(|(_, node)| node.parameter().is_some_and(&wanted))
        .map(|(id, node)| {
            let ones = Instances::from_slice(&[1; 6]).truncated(usize::from(node.instance_depth));
            schema
                .path(&Address {
                    node: id,
                    instances: ones,
                })
                .replace(".1.", ".{i}.")
        })
        .collect()
}

fn view(parameter: &Parameter) -> Option<&View> {
    match &parameter.source {
        Source::View(view) => Some(view),
        Source::Stored | Source::Computed(_) => parameter.writes.as_ref(),
    }
}

#[test]
fn every_factory_value_passes_its_own_type() {
    for ty in products() {
        for (address, parameter) in ty.schema.factory_parameters() {
            if matches!(parameter.source, Source::Computed(_)) {
                continue;
            }
            let value = ty.schema.factory_shown(&address);
            let checked = parameter.ty.check_held(&value);
            let path = ty.schema.path(&address);
            assert_eq!(checked.as_deref(), Ok(&*value), "{} {path}", ty.name);
        }
    }
}

/// Texts of every kind a parameter may hold; each type picks those it takes.
const SAMPLES: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "7",
    "8",
    "26",
    "46",
    "66",
    "97",
    "150",
    "500",
    "2000",
    "5060",
    "30000",
    "86400",
    "-30",
    "-35",
    "0.1",
    "0.5",
    "3600",
    "30+10,60",
    "inf",
    "0x68",
    "0230",
    "a.example",
    "192.0.2.1",
    "255.255.255.128",
    "2001:db8::1",
    "00:0e:08:aa:bb:cc",
    "*77",
    "404, 5*",
    "350@-19,440@-19;10(*/0/1+2)",
    "60(2/4)",
    "(xxx|9,xx.)",
    "+01 2 2",
    "+05:30",
    "-03:30",
    "/ata$PSN.cfg",
    "192.0.2.1,192.0.2.2",
    "text with blanks",
    "",
];

fn samples(ty: &ParameterType) -> Vec<String> {
    let words: Vec<&str> = match ty {
        ParameterType::Enum(words) => words.choices.iter().map(|choice| &*choice.value).collect(),
        _ => SAMPLES.to_vec(),
    };
    words
        .iter()
        .filter_map(|word| ty.check(word).ok())
        .map(|word| word.into_owned())
        .collect()
}

#[test]
fn what_is_written_to_a_view_reads_back() {
    for ty in products() {
        for (address, parameter) in ty.schema.factory_parameters() {
            let Some(view) = view(parameter).filter(|_| parameter.access == Access::ReadWrite)
            else {
                continue;
            };
            let path = ty.schema.path(&address);
            let target = view.target_address(&address.instances);
            let stored_type = &ty.schema.parameter(target.node).unwrap().ty;
            let before = ty.factory_value(&target);
            let mut kept = 0;
            for sample in samples(&parameter.ty) {
                let Ok(stored) = view.write(&address.instances, &sample, before) else {
                    continue;
                };
                let Ok(stored) = stored_type.check(&stored) else {
                    continue;
                };
                let shown = view.read(&address.instances, &stored);
                // An address that is taken away is stored as zeros.
                if sample.is_empty() && shown == "0.0.0.0" {
                    continue;
                }
                assert_eq!(shown, sample, "{} {path} stored {stored}", ty.name);
                kept += 1;
            }
            assert!(kept > 0, "{} {path} took no sample", ty.name);
        }
    }
}

#[test]
fn both_models_of_the_ata_have_their_whole_tree() {
    for name in ["ata191", "ata192"] {
        let ty = device_type(name).unwrap();
        let writable = ty
            .schema
            .factory_parameters()
            .filter(|(address, parameter)| {
                parameter.access == Access::ReadWrite
                    && !matches!(parameter.source, Source::View(_))
                    && ty.schema.path(address).starts_with("Device.X_CISCO_ATA.")
            })
            .count();
        assert!(writable >= 800, "{name} has {writable}");
    }
}

#[test]
fn the_two_models_of_the_ata_differ_where_the_hardware_does() {
    let value = |name: &str, path: &str| {
        let ty = device_type(name).unwrap();
        ty.factory_value(&ty.schema.lookup(path).unwrap())
            .to_owned()
    };
    let host = "Device.X_CISCO_ATA.Router.Internet_Option.Host_Name";
    assert_eq!(value("ata191", host), "ATA191-MPP");
    assert_eq!(value("ata192", host), "ATA192-MPP");
    let mode = "Device.X_CISCO_ATA.Router.Router_Mode";
    assert_eq!(value("ata191", mode), "0");
    assert_eq!(value("ata192", mode), "1");
    assert_eq!(
        value("ata192", "Device.X_CISCO_ATA.Line.1.SIP_Port"),
        "5060"
    );
    assert_eq!(
        value("ata192", "Device.X_CISCO_ATA.Line.2.SIP_Port"),
        "5061"
    );
}

#[test]
fn the_spa122_has_its_own_elements_and_lacks_those_of_the_ata() {
    let ty = device_type("spa122").unwrap();
    let has = |path: &str| {
        ty.schema
            .lookup(&format!("InternetGatewayDevice.{path}"))
            .is_some()
    };
    for path in [
        "X_CISCO_ATA.Router.WAN_VLAN_Setting.WAN_VALN_ID",
        "X_CISCO_ATA.Line.2.SIP_Debug_Option",
        "X_CISCO_ATA.Router.Log_Configuration.KERNEL.Priority",
        "Services.VoiceService.1.VoiceProfile.2.SIP.ProxyServer",
        "WANDevice.1.WANConnectionDevice.1.WANIPConnection.1.ExternalIPAddress",
    ] {
        assert!(has(path), "{path} is missing");
    }
    for path in [
        "X_CISCO_ATA.Router.WAN_VLAN_Setting.WAN_VLAN_ID",
        "X_CISCO_ATA.Router.HTTP_Proxy.",
        "X_CISCO_ATA.System.FIPS_Mode",
        "Services.VoiceService.1.X_CISCO_SIP.G722CodecName",
        "LAN.",
    ] {
        assert!(!has(path), "{path} is there");
    }
}

///
#[test]
fn secrets_are_marked_and_so_are_their_other_names() {
    let ty = device_type("ata192").unwrap();
    let profile = "Device.Services.VoiceService.{i}.VoiceProfile.{i}";
    let expected: BTreeSet<String> = [
        "BulkData.Profile.{i}.HTTP.Password",
        "ManagementServer.ConnectionRequestPassword",
        "ManagementServer.Password",
        "ManagementServer.STUNPassword",
        "XMPP.Connection.{i}.Password",
        "X_CISCO_ATA.Line.{i}.Password",
        "X_CISCO_ATA.Provisioning.GPP_SA",
        "X_CISCO_ATA.Provisioning.GPP_SB",
        "X_CISCO_ATA.Provisioning.GPP_SC",
        "X_CISCO_ATA.Provisioning.GPP_SD",
        "X_CISCO_ATA.Provisioning.Password",
        "X_CISCO_ATA.Router.HTTP_Proxy.Proxy_Password",
        "X_CISCO_ATA.Router.SNMP.Auth_Password",
        "X_CISCO_ATA.Router.SNMP.Get_Community",
        "X_CISCO_ATA.Router.SNMP.Privacy_Password",
        "X_CISCO_ATA.Router.SNMP.Set_Community",
        "X_CISCO_ATA.Router.SSH.SSH_Password",
        "X_CISCO_ATA.Router.TR_069.TR_069_ACS_Password",
        "X_CISCO_ATA.Router.TR_069.TR_069_Connection_Request_Password",
        "X_CISCO_ATA.Router.WAN_Interface.WAN_PPPoE_Password",
        "X_CISCO_ATA.Router.Web_Login_Admin_Password",
        "X_CISCO_ATA.Router.Web_Login_Guest_Password",
        "X_CISCO_ATA.Status.Router.Session_ID",
        "X_CISCO_ATA.System.DevTest_Password",
        "X_CISCO_ATA.System.IVR_Admin_Passwd",
    ]
    .iter()
    .map(|path| format!("Device.{path}"))
    .chain([format!("{profile}.Line.{{i}}.SIP.AuthPassword")])
    .collect();
    let secret = |parameter: &Parameter| parameter.secret == Secrecy::Secret;
    assert_eq!(paths(&ty.schema, secret), expected);
}

#[test]
fn every_inform_carries_what_its_root_demands() {
    let forced = |name: &str| paths(&device_type(name).unwrap().schema, |p| p.forced_inform);
    let below = |root: &str, paths: &[&str]| -> BTreeSet<String> {
        paths.iter().map(|path| format!("{root}.{path}")).collect()
    };
    let both = [
        "DeviceSummary",
        "DeviceInfo.HardwareVersion",
        "DeviceInfo.SoftwareVersion",
        "ManagementServer.ParameterKey",
        "ManagementServer.ConnectionRequestURL",
        "ManagementServer.AliasBasedAddressing",
    ];
    let device = [&both[..], &["LAN.IPAddress"]].concat();
    let gateway = [
        &both[..],
        &[
            "DeviceInfo.SpecVersion",
            "DeviceInfo.ProvisioningCode",
            "WANDevice.{i}.WANConnectionDevice.{i}.WANIPConnection.{i}.ExternalIPAddress",
        ],
    ]
    .concat();
    assert_eq!(forced("ata191"), below("Device", &device));
    assert_eq!(forced("ata192"), below("Device", &device));
    assert_eq!(forced("spa122"), below("InternetGatewayDevice", &gateway));
}

#[test]
fn an_element_of_the_profile_belongs_to_one_parameter() {
    for ty in products() {
        let mut seen: HashMap<String, Address> = HashMap::new();
        for (element, address) in ty.schema.xml_elements(XmlDocument::Profile) {
            let path = ty.schema.path(&address);
            if let Some(other) = seen.insert(element.clone(), address) {
                panic!(
                    "{} {element}: {path} and {}",
                    ty.name,
                    ty.schema.path(&other)
                );
            }
        }
    }
}

#[test]
fn five_elements_of_the_status_page_stand_once_for_each_line() {
    for ty in products() {
        let mut count: HashMap<String, u32> = HashMap::new();
        for (element, _) in ty.schema.xml_elements(XmlDocument::Status) {
            *count.entry(element).or_default() += 1;
        }
        let repeated: BTreeSet<&str> = count
            .iter()
            .filter(|(_, count)| **count > 1)
            .map(|(element, _)| &**element)
            .collect();
        let expected = [
            "Last_Registration_At",
            "Mapped_SIP_Port",
            "Message_Waiting",
            "Next_Registration_In",
            "Registration_State",
        ];
        assert_eq!(repeated, BTreeSet::from(expected), "{}", ty.name);
    }
}

#[test]
fn every_computed_name_is_used_and_counters_have_their_tables() {
    let mut used = BTreeSet::new();
    for ty in products() {
        for (id, node) in ty.schema.nodes() {
            let Some(Parameter {
                source: Source::Computed(name),
                ..
            }) = node.parameter()
            else {
                continue;
            };
            used.insert(name.to_string());
            if **name == *computed::ENTRIES {
                assert!(
                    ty.schema.counted_table(id).is_some(),
                    "{} {}",
                    ty.name,
                    node.name
                );
            }
        }
    }
    let known: BTreeSet<String> = computed::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(used, known);
}
