//! Requests: what is agreed to, and what is refused with which words.

use super::{agreed, asked};
use cwmp::side::tftp::packet::{self, Wish};
use cwmp::side::tftp::request::Request;

/// Covers T-11.
#[test]
fn options_are_agreed_to_as_far_as_there_is_room() {
    let cases: [(&[&str], Option<&str>); 10] = [
        (&[], None),
        (&["blksize", "1024"], Some("blksize\x001024\0")),
        (&["BLKSIZE", "65464"], Some("blksize\x001428\0")),
        (&["blksize", "8"], Some("blksize\x008\0")),
        (&["tsize", "0"], Some("tsize\x0060000\0")),
        (&["timeout", "3"], Some("timeout\x003\0")),
        (&["timeout", "255"], None),
        (&["windowsize", "65535"], Some("windowsize\x0016\0")),
        (&["multicast", "", "x", "y"], None),
        (
            &["windowsize", "4", "tsize", "0", "blksize", "512"],
            Some("blksize\x00512\0tsize\x0060000\0windowsize\x004\0"),
        ),
    ];
    for (options, answer) in cases {
        let answer = answer.map(|text| [b"\0\x06", text.as_bytes()].concat());
        assert_eq!(agreed(options).packet(60_000), answer, "{options:?}");
    }
    // curl takes a size of 0 for an error.
    let answer = agreed(&["tsize", "0", "blksize", "512"]).packet(0);
    assert_eq!(answer, Some(b"\0\x06blksize\x00512\0".to_vec()));
}

/// Covers F02.
#[test]
fn options_outside_of_their_rfcs_are_refused() {
    for options in [
        &["blksize", "0"][..],
        &["blksize", "7"],
        &["blksize", "65465"],
        &["blksize", "70000"],
        &["blksize", "-8"],
        &["blksize", "+512"],
        &["blksize", " 512"],
        &["blksize", "99999999999999999999999999"],
        &["blksize", ""],
        &["blksize"],
        &["windowsize", "0"],
        &["windowsize", "65536"],
        &["timeout", "0"],
        &["timeout", "256"],
        &["tsize", "many"],
        &["tsize", "1", "TSIZE", "1"],
        &["blksize", "512", "blksize", "1024"],
        &["blksize", "512", "", "", "tsize", "x"],
    ] {
        let refused = asked(Wish::Read, &[&["x", "octet"], options].concat());
        assert_eq!(refused.unwrap_err().code, packet::OPTIONS, "{options:?}");
    }
}

/// Covers F02.
#[test]
fn names_never_lead_out_of_what_is_served() {
    for name in [
        "",
        "/",
        "..",
        "../etc/passwd",
        "a/../../b",
        "/a/..",
        "./a",
        "a//b",
        "a/",
        "..\\..\\boot.ini",
        "C:\\x",
        "a\nb",
        "a\u{7f}b",
        "a\u{85}b",
        &"a".repeat(401),
    ] {
        let refused = asked(Wish::Read, &[name, "octet"]).unwrap_err();
        assert_eq!(refused.code, packet::ACCESS, "{name:?}");
    }
    let binary = Request::read(Wish::Read, b"\xff\xfe\0octet\0").unwrap_err();
    assert_eq!(binary.code, packet::ACCESS);
    for (name, path) in [
        ("/00000CAABBCC.cfg", "00000CAABBCC.cfg"),
        ("//ata/x.cfg", "ata/x.cfg"),
        ("%2e%2e/x", "%2e%2e/x"),
        ("a..b/...", "a..b/..."),
        ("äö", "äö"),
        (&"a".repeat(400), &"a".repeat(400)),
    ] {
        assert_eq!(asked(Wish::Write, &[name, "octet"]).unwrap().name, path);
    }
}

/// Covers F02.
#[test]
fn what_is_no_whole_request_is_refused_with_its_reason() {
    let long = [b"x\0octet\0blksize\0", &[b'1'; 500][..], b"\0"].concat();
    for (rest, reason) in [
        (&b""[..], "cut off"),
        (b"x", "cut off"),
        (b"x\0octet", "cut off"),
        (b"x\0", "no mode"),
        (b"x\0\0", "only octet mode"),
        (b"x\0netascii\0", "only octet mode"),
        (b"x\0mail\0", "only octet mode"),
        (b"x\0octet\0blksize\x00512", "cut off"),
        (&long, "at most 512 bytes"),
    ] {
        let refused = Request::read(Wish::Read, rest).unwrap_err();
        assert_eq!(refused.code, packet::ILLEGAL, "{rest:?}");
        assert!(refused.text.contains(reason), "{rest:?}: {refused}");
        assert!(refused.packet().len() < 100);
    }
    // A zero byte ends the name; what is behind it is no longer part of it.
    let cut = Request::read(Wish::Read, b"a.cfg\0../x\0octet\0").unwrap_err();
    assert!(cut.text.contains("only octet mode"));
    assert!(asked(Wish::Read, &["x", "OcTeT"]).is_ok());
    assert!(Request::read(Wish::Read, b"x\0octet\0\0\0\0\0").is_ok());
}
