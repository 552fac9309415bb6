//! Every option of the voice menu: what it tells, what it sets, and what it refuses.

use crate::support::Bench;
use agent::ivr::Spoken;
use agent::ivr::codes::CODES;

const NET: &str = "X_CISCO_ATA.Router.WAN_Interface.WAN_Static_IP_NET";
const ADDRESSING: &str = "X_CISCO_ATA.Router.WAN_Interface.WAN_Connection_Type";
const ADDRESSING_6: &str = "X_CISCO_ATA.Router.WAN_IP6_Setting.WAN_IP6_Connection_Type";

fn knows(bench: &mut Bench, name: &str) -> String {
    let root = bench.device().core().product().root;
    bench.knows(&format!("{root}{name}"))
}

fn changes(bench: &mut Bench, name: &str, value: &str) {
    let root = bench.device().core().product().root;
    bench.changes(&format!("{root}{name}"), value);
    bench.settle();
}

fn text(spoken: &[Spoken]) -> String {
    let texts: Vec<String> = spoken.iter().map(ToString::to_string).collect();
    texts.join(" ")
}

/// What a check tells, without the menu's greeting.
fn told(bench: &mut Bench, code: &str) -> String {
    let spoken = bench.phones_in(&format!("****{code}#"));
    text(&spoken[1..])
}

/// Sets a value by the menu, hangs up, and gives what was spoken of it.
fn set(bench: &mut Bench, code: &str, keys: &str) -> Vec<Spoken> {
    bench.phones_in(&format!("****{code}#{keys}#1"))
}

fn is_static(bench: &mut Bench) {
    changes(bench, ADDRESSING, "st");
    if bench.device().core().product().ty.product_class != "SPA122" {
        changes(bench, ADDRESSING_6, "1");
    }
}

/// A choice: the code that tells it, the one that sets it, where it lies; digits, stored words, spoken words.
type Choice = (
    &'static str,
    &'static str,
    &'static str,
    &'static [[&'static str; 3]],
);

const TRANSPORTS: &[[&str; 3]] = &[
    ["0", "UDP", "UDP"],
    ["1", "TCP", "TCP"],
    ["2", "TLS", "TLS"],
];

const CHOICES: [Choice; 6] = [
    (
        "100",
        "101",
        ADDRESSING,
        &[
            ["0", "dh", "DHCP"],
            ["1", "st", "static"],
            ["2", "pp", "P P P o E"],
        ],
    ),
    (
        "102",
        "103",
        "X_CISCO_ATA.Router.WAN_Basic_Setting.WAN_Stack_Mode",
        &[
            ["0", "0", "IPv4 only"],
            ["1", "1", "IPv6 only"],
            ["2", "2", "IPv4 and IPv6"],
        ],
    ),
    (
        "600",
        "601",
        ADDRESSING_6,
        &[
            ["0", "0", "DHCP"],
            ["1", "1", "static"],
            ["2", "2", "P P P o E"],
        ],
    ),
    (
        "607",
        "606",
        "X_CISCO_ATA.Router.WAN_IP6_Setting.WAN_IP6_Allow_AutoConfig",
        &[["0", "0", "off"], ["1", "1", "on"]],
    ),
    (
        "1910",
        "1911",
        "X_CISCO_ATA.Line.1.SIP_Transport",
        TRANSPORTS,
    ),
    (
        "1920",
        "1921",
        "X_CISCO_ATA.Line.2.SIP_Transport",
        TRANSPORTS,
    ),
];

#[test]
fn choices_are_set_told_and_in_the_tree() {
    for device_type in ["ata191", "ata192"] {
        for (check, set_code, name, choices) in CHOICES {
            let mut bench = Bench::bootstrapped(device_type);
            for [digit, stored, spoken] in choices.iter().rev() {
                let said = set(&mut bench, set_code, digit);
                let last = said.last();
                assert!(
                    matches!(last, Some(Spoken::Saved(_))),
                    "{set_code}: {said:?}"
                );
                assert_eq!(knows(&mut bench, name), *stored, "{set_code}");
                let heard = told(&mut bench, check);
                assert!(
                    heard.ends_with(&format!("is {spoken}.")),
                    "{check}: {heard}"
                );
            }
            for bad in ["7", "", "00", "*"] {
                let said = set(&mut bench, set_code, bad);
                assert!(said.iter().any(Spoken::is_wrong), "{set_code}: {said:?}");
                assert_eq!(knows(&mut bench, name), choices[0][1], "{set_code}");
            }
        }
    }
}

#[test]
fn addresses_are_set_where_they_are_static_and_are_in_the_tree() {
    for device_type in ["ata191", "ata192", "spa122"] {
        for (code, keys, name, stored, bad) in [
            (
                "111",
                "192*0*2*77",
                NET,
                "192.0.2.77:0.0.0.0:0.0.0.0",
                ["192*0*2", "300*1*1*1", "127*0*0*1", "224*0*0*1", "0*0*0*0"],
            ),
            (
                "121",
                "255*255*255*0",
                NET,
                "0.0.0.0:255.255.255.0:0.0.0.0",
                ["255*0*255*0", "0*0*0*0", "255", "1*2*3*4*5", ""],
            ),
            (
                "131",
                "192*0*2*1",
                NET,
                "0.0.0.0:0.0.0.0:192.0.2.1",
                ["192", "1*2*3*", "*1*2*3", "1*2*3*999", "0001*2*3*4"],
            ),
            (
                "161",
                "198*51*100*53",
                "X_CISCO_ATA.Router.Internet_Option.DNS",
                "198.51.100.53",
                ["198", "", "1", "240*0*0*1", "9*9*9*"],
            ),
        ] {
            let mut bench = Bench::bootstrapped(device_type);
            let before = knows(&mut bench, name);
            let said = bench.phones_in(&format!("****{code}#{keys}#1"));
            assert!(
                said[1].is_wrong(),
                "{code} without static addresses: {said:?}"
            );
            assert_eq!(knows(&mut bench, name), before, "{code}");
            is_static(&mut bench);
            for bad in bad {
                let said = set(&mut bench, code, bad);
                assert!(said.iter().any(Spoken::is_wrong), "{code} {bad}: {said:?}");
                assert_eq!(knows(&mut bench, name), before, "{code} {bad}");
            }
            let said = set(&mut bench, code, keys);
            assert!(
                matches!(said.last(), Some(Spoken::Saved(_))),
                "{code}: {said:?}"
            );
            assert_eq!(knows(&mut bench, name), stored, "{code}");
        }
    }
}

#[test]
fn one_part_of_the_static_settings_leaves_the_others() {
    let mut bench = Bench::bootstrapped("ata192");
    is_static(&mut bench);
    changes(
        &mut bench,
        NET,
        "192.0.2.10:255.255.255.0:192.0.2.1:192.0.2.53",
    );
    set(&mut bench, "131", "192*0*2*254");
    assert_eq!(
        knows(&mut bench, NET),
        "192.0.2.10:255.255.255.0:192.0.2.254:192.0.2.53"
    );
    changes(
        &mut bench,
        "X_CISCO_ATA.Router.Internet_Option.DNS",
        "192.0.2.2:192.0.2.3",
    );
    set(&mut bench, "161", "192*0*2*4");
    assert_eq!(
        knows(&mut bench, "X_CISCO_ATA.Router.Internet_Option.DNS"),
        "192.0.2.4:192.0.2.3"
    );
}

#[test]
fn ipv6_settings_are_set_where_they_are_static_and_are_in_the_tree() {
    let six = "X_CISCO_ATA.Router.WAN_IP6_Setting.";
    let octets = "32*1*13*184*0*0*0*0*0*0*0*0*0*0*250*206";
    for (check, code, keys, name, stored, bad) in [
        (
            "610",
            "611",
            "2001*,*1",
            format!("{six}WAN_Static_IP6_Address"),
            "2001::1",
            ["2001*1", "0*0*0*0*0*0*0*1"],
        ),
        (
            "610",
            "611",
            octets,
            format!("{six}WAN_Static_IP6_Address"),
            "2001:db8::face",
            ["", "*,*"],
        ),
        (
            "620",
            "621",
            "48",
            format!("{six}WAN_Static_IP6_Prefix_Length"),
            "48",
            ["0", "129"],
        ),
        (
            "630",
            "631",
            "2001*DB8*,*1",
            format!("{six}WAN_Static_IP6_Gatway"),
            "2001:db8::1",
            ["1*2*3*4", "1"],
        ),
    ] {
        let mut bench = Bench::bootstrapped("ata192");
        let before = knows(&mut bench, &name);
        let keys = format!("****{code}#{keys}#1");
        assert!(
            bench.phones_in(&keys)[1].is_wrong(),
            "{code} without static addresses"
        );
        is_static(&mut bench);
        for bad in bad {
            let said = set(&mut bench, code, bad);
            assert!(said.iter().any(Spoken::is_wrong), "{code} {bad}: {said:?}");
            assert_eq!(knows(&mut bench, &name), before, "{code} {bad}");
        }
        bench.phones_in(&keys);
        assert_eq!(knows(&mut bench, &name), stored, "{code}");
        assert!(
            told(&mut bench, check).ends_with(&format!("is {stored}.")),
            "{check}"
        );
    }
}

#[test]
fn the_ipv6_name_server_needs_no_static_address() {
    let mut bench = Bench::bootstrapped("ata191");
    let name = "X_CISCO_ATA.Router.Internet_Option.DNS6";
    assert_eq!(told(&mut bench, "660"), "There is no IPv6 DNS server.");
    set(&mut bench, "661", "2001*,*53");
    assert_eq!(knows(&mut bench, name), "2001::53");
    assert_eq!(told(&mut bench, "660"), "The IPv6 DNS server is 2001::53.");
    assert!(set(&mut bench, "661", "53").iter().any(Spoken::is_wrong));
}

#[test]
fn the_addresses_in_use_are_told_however_the_device_got_them() {
    let mut bench = Bench::bootstrapped("ata192");
    assert_eq!(told(&mut bench, "130"), "There is no gateway.");
    assert_eq!(told(&mut bench, "110"), "The WAN address is 192.0.2.10.");
    assert_eq!(told(&mut bench, "120"), "There is no network mask.");
    is_static(&mut bench);
    changes(&mut bench, NET, "192.0.2.10:255.255.255.128:192.0.2.126");
    changes(
        &mut bench,
        "X_CISCO_ATA.Router.Internet_Option.DNS",
        "198.51.100.1:198.51.100.2",
    );
    assert_eq!(
        told(&mut bench, "120"),
        "The network mask is 255.255.255.128."
    );
    assert_eq!(told(&mut bench, "130"), "The gateway is 192.0.2.126.");
    assert_eq!(
        told(&mut bench, "160"),
        "The primary DNS server is 198.51.100.1."
    );
}

#[test]
fn what_the_device_is_is_told() {
    for (device_type, version, port) in [
        ("ata191", "11-3-2MPP0102-233", "443"),
        ("spa122", "1.4.1(SR5)", "80"),
    ] {
        let mut bench = Bench::bootstrapped(device_type);
        assert_eq!(told(&mut bench, "140"), "The MAC address is 00005E005301.");
        assert_eq!(
            told(&mut bench, "150"),
            format!("The firmware version is {version}.")
        );
        assert_eq!(
            told(&mut bench, "170"),
            format!("The WAN port of the web page is {port}.")
        );
    }
}

#[test]
fn what_a_product_lacks_is_not_available_and_nothing_else_is() {
    for (device_type, lacks) in [
        ("ata191", ["210"].as_slice()),
        ("ata192", &[]),
        (
            "spa122",
            &[
                "102", "103", "210", "600", "601", "606", "607", "610", "611", "620", "621", "630",
                "631", "660", "661",
            ],
        ),
    ] {
        let mut bench = Bench::bootstrapped(device_type);
        is_static(&mut bench);
        for (code, _) in CODES {
            if ["3948", "732668", "73738", "877778"].contains(&code) {
                continue;
            }
            let heard = told(&mut bench, code);
            let missing = heard.starts_with("This device has no");
            assert_eq!(
                missing,
                lacks.contains(&code),
                "{device_type} {code}: {heard}"
            );
        }
    }
    let mut bench = Bench::bootstrapped("ata192");
    assert_eq!(told(&mut bench, "210"), "The LAN address is 192.168.15.1.");
}

#[test]
fn the_menu_is_left_by_its_code_and_opened_again() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.hook(1, "Off");
    assert_eq!(bench.presses("****3948#"), [Spoken::Menu, Spoken::Goodbye]);
    assert_eq!(bench.presses("150#"), []);
    bench.hook(1, "On");
    bench.hook(1, "Off");
    assert_eq!(bench.presses("****"), [Spoken::Menu]);
}

/// Covers E-04.
#[test]
fn the_reboot_of_the_menu_is_a_boot() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.hook(1, "Off");
    assert_eq!(
        bench.presses("****732668#"),
        [Spoken::Menu, Spoken::Restarting]
    );
    bench.session().succeeds().informs(&["1 BOOT"]);
}
