//! Leaves of the standard's tree and the vendor's elements: two names of one value.

use data_model::catalogue::device_type;
use data_model::schema::{Address, Schema, Source, XmlDocument};
use std::collections::HashMap;

const LEAVES: &str = include_str!("mapped-leaves.txt");

/// The leaves of the list with their elements, `{n}` replaced by both lines.
fn leaves() -> Vec<(String, String)> {
    let mut leaves = Vec::new();
    for line in LEAVES.lines().filter(|line| !line.starts_with('#')) {
        let Some((leaf, element)) = line.split_once(' ') else {
            continue;
        };
        let lines = if leaf.contains("{n}") {
            &["1", "2"][..]
        } else {
            &["1"][..]
        };
        for line in lines {
            leaves.push((
                format!("Device.{}", leaf.replace("{n}", line)),
                element.trim().replace("{n}", line),
            ));
        }
    }
    leaves
}

/// Where a value written to a parameter is stored.
fn place(schema: &Schema, address: &Address) -> Address {
    match schema
        .parameter(address.node)
        .and_then(|parameter| parameter.writes.as_ref())
    {
        Some(view) => view.target_address(&address.instances),
        None => schema.storage(address),
    }
}

#[test]
fn every_mapped_leaf_and_its_element_are_one_value() {
    for name in ["ata191", "ata192"] {
        let ty = device_type(name).unwrap();
        let elements: HashMap<String, Address> =
            ty.schema.xml_elements(XmlDocument::Profile).collect();
        for (leaf, element) in leaves() {
            let address = ty
                .schema
                .lookup(&leaf)
                .unwrap_or_else(|| panic!("{name} lacks {leaf}"));
            if let Some(computed) = element.strip_prefix('@') {
                let source = &ty.schema.parameter(address.node).unwrap().source;
                assert!(
                    matches!(source, Source::Computed(name) if **name == *computed),
                    "{leaf}"
                );
                continue;
            }
            let other = elements.get(&element);
            let other = other.unwrap_or_else(|| panic!("{name} has no element {element}"));
            let (one, two) = (place(&ty.schema, &address), place(&ty.schema, other));
            assert_eq!(
                ty.schema.path(&one),
                ty.schema.path(&two),
                "{leaf} and {element}"
            );
        }
    }
}

#[test]
fn the_comparison_table_is_listed_in_full() {
    let (table, _) = LEAVES.split_once("# -- further").unwrap();
    let rows = table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    assert_eq!(rows.count(), 130);
}

#[test]
fn leaves_of_a_profile_reach_the_line_of_its_number() {
    let ty = device_type("ata192").unwrap();
    for line in ["1", "2"] {
        let proxy = format!("Device.Services.VoiceService.1.VoiceProfile.{line}.SIP.ProxyServer");
        let stored = ty.schema.storage(&ty.schema.lookup(&proxy).unwrap());
        assert_eq!(
            ty.schema.path(&stored),
            format!("Device.X_CISCO_ATA.Line.{line}.Proxy")
        );
    }
}

#[test]
fn other_names_show_the_value_in_the_words_of_the_standard() {
    let ty = device_type("ata192").unwrap();
    let profile = "Services.VoiceService.1.VoiceProfile.2";
    for (leaf, shown) in [
        (format!("{profile}.DTMFMethod"), "X_CISCO_Auto"),
        (format!("{profile}.SIP.ProxyServerPort"), "5060"),
        (format!("{profile}.SIP.UserAgentPort"), "5061"),
        (format!("{profile}.SIP.TimerT1"), "500"),
        (format!("{profile}.SIP.TimerT2"), "4000"),
        (format!("{profile}.SIP.DSCPMark"), "26"),
        (format!("{profile}.RTP.DSCPMark"), "46"),
        (format!("{profile}.RTP.RTCP.Enable"), "0"),
        (format!("{profile}.Line.1.Enable"), "Enabled"),
        (format!("{profile}.Line.1.CallState"), "Idle"),
        (format!("{profile}.Line.1.PhyReferenceList"), "2"),
        (
            format!("{profile}.Line.1.CallingFeatures.CallerIDEnable"),
            "1",
        ),
        (
            format!("{profile}.Line.1.CallingFeatures.AnonymousCalEnable"),
            "0",
        ),
        (
            format!("{profile}.Line.1.VoiceProcessing.TransmitGain"),
            "-30",
        ),
        (format!("{profile}.Line.1.Codec.List.4.Codec"), "G.726"),
        ("LAN.AddressingType".to_owned(), "DHCP"),
        ("LAN.DHCPOption.2.Tag".to_owned(), "160"),
        ("LAN.DHCPOption.4.Request".to_owned(), "1"),
        ("ManagementServer.EnableCWMP".to_owned(), "1"),
    ] {
        let address = ty.schema.lookup(&format!("Device.{leaf}")).unwrap();
        assert_eq!(ty.schema.factory_shown(&address), shown, "{leaf}");
    }
}

#[test]
fn addresses_of_the_interface_are_written_to_the_static_settings() {
    let ty = device_type("ata192").unwrap();
    let mut stored = "0.0.0.0:0.0.0.0:0.0.0.0".to_owned();
    for (leaf, value) in [
        ("IPAddress", "192.0.2.10"),
        ("DefaultGateway", "192.0.2.1"),
        ("SubnetMask", "255.255.255.0"),
    ] {
        let address = ty.schema.lookup(&format!("Device.LAN.{leaf}")).unwrap();
        let view = ty
            .schema
            .parameter(address.node)
            .unwrap()
            .writes
            .as_ref()
            .unwrap();
        stored = view.write(&address.instances, value, &stored).unwrap();
    }
    assert_eq!(stored, "192.0.2.10:255.255.255.0:192.0.2.1");
}
