//! The vendor configuration file: what a Download of one changes, what it leaves, and which files are refused whole.

use crate::support::requests::{configuration, set, upload};
use crate::support::{Bench, Reaction};
use agent::device::io::SectionKind;
use agent::device::orders::Order;
use cwmp::rpc::Download;
use data_model::ParameterList;
use data_model::schema::UserAccess;

const LINE: &str = "Device.X_CISCO_ATA.Line.1.";
const CODE: &str = "Device.DeviceInfo.ProvisioningCode";

fn profile(elements: &str) -> String {
    format!("<?xml version=\"1.0\"?>\n<flat-profile>\n{elements}\n</flat-profile>\n")
}

/// Downloads a document; gives the fault code and text of the report.
#[track_caller]
fn load(bench: &mut Bench, document: &str) -> (u16, String) {
    bench.files().gives_after(2, document);
    bench
        .ask(configuration("profile"))
        .expect("the request is taken");
    let session = bench.session();
    session.succeeds();
    let fault = &session.reports[0].fault_struct;
    (fault.fault_code, fault.fault_string.clone())
}

fn line(bench: &mut Bench, name: &str) -> String {
    bench.knows(&format!("{LINE}{name}"))
}

/// Covers T-01, T-02, T-14, M-01.
#[test]
fn a_configuration_file_is_applied_and_then_reported() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.set(&[(CODE, "kept")], "key 1").unwrap();
    let document = profile(
        "<Display_Name_1_ ua=\"na\">Front &amp; desk</Display_Name_1_>
         <Proxy_1_>sip.example.net</Proxy_1_>
         <Use_Outbound_Proxy_1_>Yes</Use_Outbound_Proxy_1_>
         <Password_1_>file-secret-9</Password_1_>
         <Nobody_Knows_This>1</Nobody_Knows_This>
         <router-configuration><Time_Setup><Nor_This>1</Nor_This></Time_Setup></router-configuration>",
    );
    bench.files().gives_after(2, &document);
    bench.ask(configuration("profile")).unwrap();
    let session = bench.session();
    session
        .succeeds()
        .informs(&["7 TRANSFER COMPLETE", "M Download: profile"]);
    assert_eq!(session.reported(), [("profile".to_owned(), 0)]);
    assert_eq!(line(&mut bench, "Display_Name"), "Front & desk");
    assert_eq!(line(&mut bench, "Proxy"), "sip.example.net");
    assert_eq!(line(&mut bench, "Use_Outbound_Proxy"), "1");
    assert_eq!(line(&mut bench, "Password"), "file-secret-9");
    assert_eq!(bench.get(CODE), "kept");
    assert_eq!(bench.get("Device.ManagementServer.ParameterKey"), "key 1");
    assert_eq!(
        bench.get("Device.DeviceInfo.VendorConfigFile.1.Name"),
        "ata192.cfg"
    );
    assert!(
        bench
            .get("Device.DeviceInfo.VendorConfigFile.1.Date")
            .starts_with("2026-03-02T")
    );
    bench.power_cut();
    assert_eq!(line(&mut bench, "Proxy"), "sip.example.net");
}

/// Covers T-02.
#[test]
fn the_last_element_of_a_name_wins_and_the_profile_may_stand_inside_another_element() {
    let mut bench = Bench::bootstrapped("ata192");
    let document =
        "<device xmlns:xsi=\"urn:x\" xsi:type=\"axl:Phone\"><other><Proxy_1_>no</Proxy_1_></other>
        <flat-profile a=\"b\"><Proxy_1_>first</Proxy_1_><!-- x -->
        <Proxy_1_ ua=\"ro\">
           second
           half </Proxy_1_></flat-profile></device>";
    assert_eq!(load(&mut bench, document), (0, String::new()));
    assert!(line(&mut bench, "Proxy").starts_with("second"));
    assert!(!line(&mut bench, "Proxy").contains('\n'));
}

/// Covers T-02.
#[test]
fn an_empty_element_clears_a_value_but_no_secret_and_nothing_of_the_user() {
    let mut bench = Bench::bootstrapped("ata192");
    let names = ["Proxy", "Display_Name", "Password", "Use_Outbound_Proxy"];
    let names = names.map(|name| format!("{LINE}{name}"));
    let values: Vec<(&str, &str)> = names
        .iter()
        .map(String::as_str)
        .zip(["p", "d", "s", "1"])
        .collect();
    bench.ask(set(&values, "k")).unwrap();
    let document = profile(
        "<Proxy_1_/><Display_Name_1_ ua=\"rw\"></Display_Name_1_><Password_1_ ua=\"na\"/>
         <Use_Outbound_Proxy_1_></Use_Outbound_Proxy_1_>",
    );
    assert_eq!(load(&mut bench, &document).0, 0);
    let kept = ["Proxy", "Display_Name", "Password", "Use_Outbound_Proxy"];
    let kept = kept.map(|name| line(&mut bench, name));
    assert_eq!(kept, ["", "d", "s", "1"]);
}

/// Covers T-01, T-02.
#[test]
fn a_file_with_one_bad_value_changes_nothing_and_its_report_names_it() {
    let mut bench = Bench::bootstrapped("ata192");
    let document = profile(
        "<Proxy_1_>sip.example.net</Proxy_1_>
         <Use_Outbound_Proxy_1_>perhaps</Use_Outbound_Proxy_1_>",
    );
    let (code, text) = load(&mut bench, &document);
    assert_eq!(code, 9018);
    assert!(
        text.contains("Use_Outbound_Proxy") && text.contains("1 bad value"),
        "{text}"
    );
    assert_eq!(line(&mut bench, "Proxy"), "");
}

/// Covers T-01, W-29.
#[test]
fn the_text_of_a_fault_fits_its_type_however_much_is_wrong() {
    let long = "x".repeat(300);
    let elements = ["Use_Outbound_Proxy_1_", "Use_Outbound_Proxy_2_", "Router"];
    let elements = elements
        .map(|name| format!("<{name}>{long}</{name}>"))
        .concat();
    let mut bench = Bench::bootstrapped("ata192");
    let (code, text) = load(&mut bench, &profile(&elements));
    assert_eq!(code, 9018);
    assert!(
        text.chars().count() <= 256 && text.starts_with("2 bad values"),
        "{text}"
    );
}

/// Covers T-01, X01.
#[test]
fn what_is_no_configuration_file_is_refused_with_9018() {
    let deep = format!("{}{}", "<a>".repeat(40), "</a>".repeat(40));
    let documents = [
        "",
        "Proxy_1_=x",
        "<html><body>404</body></html>",
        "<flat-profile><Proxy_1_>cut of",
        "<flat-profile><Proxy_1_>x</Display_Name_1_></flat-profile>",
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><flat-profile><Proxy_1_>&e;</Proxy_1_></flat-profile>",
        "\u{0}\u{1}binary",
        &deep,
    ];
    for document in documents {
        let mut bench = Bench::bootstrapped("ata192");
        let (code, text) = load(&mut bench, document);
        assert_eq!(code, 9018, "{document}");
        assert!(!text.is_empty() && text.chars().count() <= 256, "{text}");
        assert_eq!(line(&mut bench, "Proxy"), "");
        bench.is_quiet_for(600);
    }
}

/// Covers T-01, T-02.
#[test]
fn what_needs_a_restart_is_reported_after_it() {
    let mut bench = Bench::bootstrapped("ata192");
    let mode = "Device.X_CISCO_ATA.Router.Router_Mode";
    let inner = "<router-configuration><Router_Mode>0</Router_Mode></router-configuration>";
    bench.files().gives(&profile(inner));
    bench.ask(configuration("profile")).unwrap();
    let session = bench.session();
    session.informs(&["1 BOOT", "7 TRANSFER COMPLETE", "M Download: profile"]);
    assert_eq!(session.reported(), [("profile".to_owned(), 0)]);
    assert_eq!(bench.get(mode), "0");
}

/// Covers P-15, T-12.
#[test]
fn a_file_that_arrives_in_a_session_is_applied_after_it() {
    let mut bench = Bench::bootstrapped("ata192");
    bench
        .files()
        .gives_after(60, &profile("<Proxy_1_>new</Proxy_1_>"));
    bench.ask(configuration("profile")).unwrap();
    bench.settle();
    bench.acs().lets_pass(2).reacts(Reaction::Pause);
    let name = format!("{LINE}Proxy");
    bench.acs().calls(crate::support::requests::get(&[&name]));
    bench.call_device();
    bench.runs_to_pause();
    bench.files_arrive();
    bench.resumes();
    let session = bench.session();
    assert_eq!(session.values(0).parameter_list.get(&name), Some(""));
    assert_eq!(bench.session().reported(), [("profile".to_owned(), 0)]);
    assert_eq!(bench.knows(&name), "new");
}

/// Covers M06, T-02.
#[test]
fn the_files_a_device_sends_bring_back_what_it_was() {
    for device_type in ["ata192", "ata191", "spa122"] {
        let mut bench = Bench::bootstrapped(device_type);
        let root = if device_type == "spa122" {
            "InternetGatewayDevice."
        } else {
            "Device."
        };
        let name = |leaf: &str| format!("{root}X_CISCO_ATA.Line.1.{leaf}");
        let (proxy, display, secret) = (name("Proxy"), name("Display_Name"), name("Password"));
        let values = [
            (proxy.as_str(), "sip.example.net:5070"),
            (&display, "<Ärger> & \"co\""),
            (&secret, "s3cret"),
        ];
        bench.ask(set(&values, "k")).unwrap();
        bench.files().takes();
        bench
            .ask(upload("backup", "1 Vendor Configuration File"))
            .unwrap();
        bench.session().succeeds();
        let backup = bench.files().sent().pop().unwrap();
        let before = everything(&mut bench, root);
        bench
            .ask(set(&[(&proxy, "elsewhere"), (&display, "x")], "k"))
            .unwrap();
        assert_eq!(
            load(&mut bench, &backup),
            (0, String::new()),
            "{device_type}"
        );
        let after = everything(&mut bench, root);
        for (was, is) in before.iter().zip(after.iter()) {
            assert_eq!((was.name, was.value), (is.name, is.value), "{device_type}");
        }
        assert_eq!(bench.knows(&secret), "s3cret");
    }
}

fn everything(bench: &mut Bench, root: &str) -> ParameterList {
    bench
        .get_all(&[&format!("{root}X_CISCO_ATA.Line.1.")])
        .expect("the line is there")
}

/// Covers T-01, P3.
#[test]
fn a_power_cut_at_any_moment_leaves_the_old_configuration_or_the_new_one() {
    let document = profile("<Proxy_1_>new</Proxy_1_><Display_Name_1_>new</Display_Name_1_>");
    let play = |cut: Option<usize>| {
        let mut bench = Bench::bootstrapped("ata192");
        bench.settle();
        for _ in 0..5 {
            bench.files().gives(&document);
        }
        let first = bench.carried_out();
        if let Some(cut) = cut {
            bench.cuts_power_before_output(first + cut);
        }
        bench.acs().calls(configuration("cut"));
        bench.power_cut();
        bench.advance(600);
        bench.keeps_power();
        for (saved, _) in std::mem::take(&mut bench.cut_states) {
            let tree = saved.get(&SectionKind::Tree).cloned().unwrap_or_default();
            let tree = String::from_utf8(tree).unwrap();
            let applied = ["Line.1.Proxy", "Line.1.Display_Name"].map(|name| tree.contains(name));
            assert_eq!(applied[0], applied[1], "{cut:?}: {tree}");
        }
        assert_eq!(line(&mut bench, "Proxy"), "new", "{cut:?}");
        let sessions = bench.sessions();
        let told = sessions.iter().flat_map(|session| session.reported());
        let told: Vec<(String, u16)> = told.collect();
        assert!((1..=2).contains(&told.len()), "{cut:?}: {told:?}");
        assert!(told.iter().all(|(key, code)| key == "cut" && *code == 0));
        bench.carried_out() - first
    };
    for cut in 0..play(None) {
        play(Some(cut));
    }
}

/// Covers T-14.
#[test]
fn the_name_of_the_request_counts_when_the_url_shows_none() {
    let mut bench = Bench::bootstrapped("ata192");
    for (url, name) in [
        ("http://files.example.net/get?file=7", "get"),
        ("http://files.example.net/", "named.cfg"),
        ("http://files.example.net", "named.cfg"),
        (
            "tftp://files.example.net/dir/tftp.cfg;mode=octet",
            "tftp.cfg",
        ),
    ] {
        bench.files().gives("<flat-profile/>");
        let request = Download {
            url: url.into(),
            target_file_name: "named.cfg".into(),
            ..configuration("x")
        };
        bench.ask(request).unwrap();
        bench.session().succeeds();
        assert_eq!(
            bench.get("Device.DeviceInfo.VendorConfigFile.1.Name"),
            name,
            "{url}"
        );
    }
}

const DIAL: &str = "Device.X_CISCO_ATA.Line.1.Dial_Plan";
const FORWARD: &str = "Device.X_CISCO_ATA.User.1.Cfwd_All_Dest";

/// What the user account may do with a parameter.
fn ua(bench: &mut Bench, name: &str) -> UserAccess {
    let tree = &bench.device().core().tree;
    let address = tree.find(name).expect("there is such a parameter");
    tree.user_access(&address)
}

/// Covers T-02, R-01.
#[test]
fn what_a_profile_allows_the_user_is_kept_with_it_and_forgotten_by_a_factory_reset() {
    let mut bench = Bench::bootstrapped("ata192");
    assert_eq!(ua(&mut bench, DIAL), UserAccess::None);
    assert_eq!(ua(&mut bench, FORWARD), UserAccess::ReadWrite);
    let document =
        profile("<Dial_Plan_1_ ua=\"rw\"/><Cfwd_All_Dest_1_ ua=\"ro\">5551234</Cfwd_All_Dest_1_>");
    let plan = bench.knows(DIAL);
    assert_eq!(load(&mut bench, &document), (0, String::new()));
    bench.power_cut();
    assert_eq!(ua(&mut bench, DIAL), UserAccess::ReadWrite);
    assert_eq!(bench.knows(DIAL), plan, "the value is the user's");
    assert_eq!(ua(&mut bench, FORWARD), UserAccess::ReadOnly);
    // A profile that says nothing of it changes nothing of it.
    let other = profile("<Cfwd_All_Dest_1_>5554321</Cfwd_All_Dest_1_>");
    assert_eq!(load(&mut bench, &other), (0, String::new()));
    assert_eq!(ua(&mut bench, FORWARD), UserAccess::ReadOnly);
    assert_eq!(bench.orders(Order::FactoryReset), Some(Ok(())));
    bench.power_on();
    bench.settle();
    assert_eq!(ua(&mut bench, DIAL), UserAccess::None);
    assert_eq!(ua(&mut bench, FORWARD), UserAccess::ReadWrite);
}

/// Covers T-02.
#[test]
fn a_refused_profile_does_not_change_what_the_user_may_do() {
    let mut bench = Bench::bootstrapped("ata192");
    let document = profile("<Dial_Plan_1_ ua=\"rw\"/><Register_1_>perhaps</Register_1_>");
    assert_ne!(load(&mut bench, &document).0, 0);
    assert_eq!(ua(&mut bench, DIAL), UserAccess::None);
}
