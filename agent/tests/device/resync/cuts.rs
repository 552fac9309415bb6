//! Power cuts before every output of a resync: nothing told is lost, nothing is applied by half.

use super::sessions::managed;
use super::{PROXY, RULE, asked};
use crate::support::{Bench, Session};
use agent::device::Input;
use agent::device::io::SectionKind;
use agent::provisioning::engine::Ask;

/// Values that belong together, of two profiles; the second wants a restart.
const FIRST: &str = "<flat-profile><Proxy_1_>one.example.net</Proxy_1_><Proxy_2_>two.example.net</Proxy_2_>\
                     </flat-profile>";
const SECOND: &str = "<flat-profile><User_ID_1_>user-one</User_ID_1_><User_ID_2_>user-two</User_ID_2_>\
                      <router-configuration><Router_Mode>0</Router_Mode></router-configuration></flat-profile>";

fn device() -> Bench {
    let mut bench = managed(&[
        (RULE, "(b = \"$MA\";)! http://p/first.cfg"),
        (
            "X_CISCO_ATA.Provisioning.Profile_Rule_B",
            "http://p/second.cfg?b=$B",
        ),
        (
            "X_CISCO_ATA.Router.Log_Configuration.Syslog_Server_IP",
            "192.0.2.5",
        ),
    ]);
    bench.files().gives_by_url("first.cfg", FIRST);
    bench.files().gives_by_url("second.cfg", SECOND);
    bench
}

fn asks(bench: &mut Bench) {
    bench.input(Input::Provisioning(Box::new(Ask::Resync(None))));
}

/// Covers M-01, P3.
#[test]
fn a_resync_survives_a_power_cut_before_any_of_its_outputs() {
    let mut whole = device();
    let begin = whole.carried_out();
    asks(&mut whole);
    whole.advance(600);
    let told = |session: &Session| {
        session.tells("4 VALUE CHANGE") && session.value(PROXY) == Some("one.example.net")
    };
    let sessions = whole.sessions();
    assert!(
        sessions.iter().any(told),
        "over its own restart the change is told"
    );
    let end = whole.carried_out();
    assert!(end - begin > 10, "{}", whole.trace());
    for cut in begin..end {
        let mut bench = device();
        bench.sessions();
        bench.cuts_power_before_output(cut);
        asks(&mut bench);
        bench.advance(600);
        let (kept, _) = &bench.cut_states[0];
        let tree = kept.get(&SectionKind::Tree).cloned().unwrap_or_default();
        let tree = String::from_utf8_lossy(&tree);
        for [one, two] in [
            ["one.example.net", "two.example.net"],
            ["user-one", "user-two"],
        ] {
            assert_eq!(
                tree.contains(one),
                tree.contains(two),
                "by half, cut at {cut}"
            );
        }
        // Whoever reads the syslog has been told what is kept, and nothing else.
        for (told, value) in [("first.cfg", "one.example.net"), ("second.cfg", "user-one")] {
            let success = format!("Successful resync http://p:80/{told}");
            let mut lines = bench.notifications.iter();
            let is_told = lines.any(|line| String::from_utf8_lossy(&line.bytes).contains(&success));
            let now = bench.stored(SectionKind::Tree);
            assert!(!is_told || now.contains(value), "{told}, cut at {cut}");
        }
        asks(&mut bench);
        bench.advance(600);
        for (name, value) in [
            (PROXY, "one.example.net"),
            ("Device.X_CISCO_ATA.Line.2.User_ID", "user-two"),
            ("Device.X_CISCO_ATA.Router.Router_Mode", "0"),
            ("Device.X_CISCO_ATA.Provisioning.GPP_B", "00005e005301"),
        ] {
            assert_eq!(bench.knows(name), value, "cut at {cut}: {}", bench.trace());
        }
        let last = asked(&mut bench).pop();
        assert_eq!(last.as_deref(), Some("http://p/second.cfg?b=00005e005301"));
    }
}
