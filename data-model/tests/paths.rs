//! Paths and addresses of the products of this build are two forms of one thing.

use data_model::Path;
use data_model::catalogue::{device_type, names};
use data_model::path::PATH_CHARS;
use data_model::schema::{Address, Instances, NodeKind};
use proptest::prelude::*;

#[test]
fn every_path_is_legal_and_short_enough() {
    for ty in names().iter().filter_map(|name| device_type(name)) {
        for (node, definition) in ty.schema.nodes() {
            let depth = usize::from(definition.instance_depth);
            let instances = Instances::from_slice(&[u32::MAX; 6]).truncated(depth);
            let path = ty.schema.path(&Address { node, instances });
            assert!(path.len() <= PATH_CHARS, "{path}");
            assert!(Path::parse(&path).is_ok(), "{path}");
        }
    }
}

#[test]
fn texts_that_only_resemble_a_path_are_not_found() {
    let ty = device_type("ata192").unwrap();
    assert!(ty.schema.lookup("Device.").is_some());
    assert!(ty.schema.lookup("Device.LAN.DHCPOption.").is_some());
    for text in [
        "",
        ".",
        "Device",
        "device.",
        "Device..",
        "Device.LAN",
        "Device.LAN.IPAddress.",
        "Device.LAN.ipaddress",
        "Device.LAN.DHCPOption.1",
        "Device.LAN.DHCPOption.0.",
        "Device.LAN.DHCPOption.01.",
        "Device.LAN.DHCPOption.+1.",
        "Device.LAN.DHCPOption.4294967296.",
        "Device.LAN.DHCPOption.1.2.",
        "Device.LAN.DHCPOption.Tag",
        "Device.LAN.1.",
        "InternetGatewayDevice.",
    ] {
        assert_eq!(ty.schema.lookup(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn every_address_is_found_by_its_path(
        product in 0..3usize,
        node in any::<prop::sample::Index>(),
        numbers in prop::array::uniform6(1..=u32::MAX),
        whole_table in any::<bool>(),
    ) {
        let ty = device_type(names()[product]).unwrap();
        let (id, definition) = ty.schema.nodes().nth(node.index(ty.schema.len())).unwrap();
        let mut depth = usize::from(definition.instance_depth);
        if whole_table && matches!(definition.kind, NodeKind::Table(_)) {
            depth -= 1;
        }
        let instances = Instances::from_slice(&numbers).truncated(depth);
        let address = Address { node: id, instances };
        prop_assert_eq!(ty.schema.lookup(&ty.schema.path(&address)), Some(address));
    }
}
