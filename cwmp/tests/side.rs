//! STUN and UDP connection requests against vectors made elsewhere, and against bytes nobody sends by accident.

use cwmp::side::stun::{Class, ErrorCode, Integrity, Malformed, Message, Proof};
use cwmp::side::udp_connection_request::{self as udp, Ignored, LastRequest, UdpConnectionRequest};
use data_model::Secret;
use hmac::{Hmac, KeyInit as _, Mac as _};
use proptest::prelude::*;
use sha1::Sha1;
use std::net::SocketAddr;

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let value = |digit: u8| char::from(digit).to_digit(16).unwrap_or(0) as u8;
    let pairs = digits.chunks(2);
    pairs
        .map(|pair| value(pair[0]) * 16 + value(pair[1]))
        .collect()
}

fn address(text: &str) -> SocketAddr {
    text.parse().expect("it is an address")
}

/// RFC 5769 2.1, without its FINGERPRINT's neighbours being understood.
const REQUEST_OF_5769: &str = "0001 0058 2112a442 b7e7a701bc34d686fa87dfae
    8022 0010 5354554e207465737420636c69656e74 0024 0004 6e0001ff 8029 0008 932ff9b151263b36
    0006 0009 6576746a3a68367659202020 0008 0014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2
    8028 0004 e57a3bcf";
/// RFC 5769 2.2.
const RESPONSE_OF_5769: &str = "0101 003c 2112a442 b7e7a701bc34d686fa87dfae
    8022 000b 7465737420766563746f7220 0020 0008 0001a147e112a643
    0008 0014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7 8028 0004 c07d4c96";
/// RFC 5769 2.3.
const RESPONSE_OF_5769_V6: &str = "0101 0048 2112a442 b7e7a701bc34d686fa87dfae
    8022 000b 7465737420766563746f7220 0020 0014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9
    0008 0014 a382954e4be67bf11784c97c8292c275bfe3ed41 8028 0004 c8fb0b4c";
const PASSWORD_OF_5769: &str = "VOkJxbRl1RmTxUk/WvJxBt";

#[test]
fn the_messages_of_rfc_5769_are_read_and_their_signatures_hold() {
    let password = Secret::new(PASSWORD_OF_5769);
    let request = Message::read(&bytes(REQUEST_OF_5769)).unwrap();
    assert_eq!(request.message.class, Class::Request);
    assert_eq!(request.message.username.as_deref(), Some("evtj:h6vY"));
    assert_eq!(request.not_understood, [0x0024]);
    assert_eq!(request.proof(&password), Proof::Good);
    assert_eq!(request.proof(&Secret::new("other")), Proof::Bad);
    for (hex, mapped) in [
        (RESPONSE_OF_5769, "192.0.2.1:32853"),
        (
            RESPONSE_OF_5769_V6,
            "[2001:db8:1234:5678:11:2233:4455:6677]:32853",
        ),
    ] {
        let response = Message::read(&bytes(hex)).unwrap();
        assert_eq!(response.message.mapped_address, Some(address(mapped)));
        assert_eq!(response.proof(&password), Proof::Good);
    }
}

fn binding_change() -> Message {
    Message {
        connection_request_binding: true,
        binding_change: true,
        username: Some("cpe-01".into()),
        ..Message::new(Class::Request, std::array::from_fn(|at| at as u8 + 1))
    }
}

/// Covers U-04, U-05, U-06.
#[test]
fn a_signed_binding_change_has_exactly_these_octets() {
    let expected = bytes(
        "0001 0040 0102030405060708090a0b0c0d0e0f10
        c001 0014 64736c666f72756d2e6f72672f54522d31313120 c002 0000 0006 0008 6370652d30312020
        0008 0014 f91e287067d18df1dd64547c811c45db935d5d03",
    );
    let password = Secret::new("stun-secret");
    let message = binding_change();
    let padded = message.write(Some((&password, Integrity::Padded)));
    assert_eq!(padded, expected);
    // The signatures worked out by hand, in both forms.
    let mac = |text: &[u8]| {
        let mut mac = <Hmac<Sha1>>::new_from_slice(b"stun-secret").unwrap();
        mac.update(text);
        mac.finalize().into_bytes().to_vec()
    };
    let mut text = padded[..60].to_vec();
    let plain = message.write(Some((&password, Integrity::Plain)));
    assert_eq!(plain[64..], mac(&text));
    text.resize(64, 0);
    assert_eq!(padded[64..], mac(&text));
    for datagram in [padded, plain] {
        let received = Message::read(&datagram).unwrap();
        assert_eq!(received.message, message);
        assert_eq!(received.proof(&password), Proof::Good);
    }
    let unsigned = Message::read(&message.write(None)).unwrap();
    assert_eq!(unsigned.proof(&password), Proof::Missing);
}

/// Covers U-04.
#[test]
fn another_value_is_no_mark() {
    let mut datagram = Message {
        connection_request_binding: true,
        ..Message::new(Class::Request, [7; 16])
    }
    .write(None);
    assert_eq!(&datagram[24..], b"dslforum.org/TR-111 ");
    let last = datagram.len() - 1;
    datagram[last] = 0;
    let received = Message::read(&datagram).unwrap();
    assert!(!received.message.connection_request_binding);
}

#[test]
fn refusals_and_addresses_of_both_families_come_back_as_they_were() {
    let refusal = Message {
        unknown_attributes: vec![0x0024, 0x7fff],
        ..Message::refusal([9; 16], ErrorCode::UNKNOWN_ATTRIBUTE, "what is this?")
    };
    assert_eq!(
        Message::read(&refusal.write(None)).unwrap().message,
        refusal
    );
    for ip in ["192.0.2.1:3478", "[2001:db8::1]:3478"] {
        let response = Message {
            mapped_address: Some(address(ip)),
            response_address: Some(address(ip)),
            source_address: Some(address(ip)),
            changed_address: Some(address(ip)),
            change_request: 6,
            ..Message::new(Class::Response, [9; 16])
        };
        let read = Message::read(&response.write(None)).unwrap();
        assert_eq!(read.message, response);
        assert!(read.not_understood.is_empty());
    }
}

#[test]
fn what_is_too_long_cut_off_or_of_another_kind_is_refused() {
    let good = binding_change().write(Some((&Secret::new("s"), Integrity::Padded)));
    for cut in 0..good.len() {
        assert!(Message::read(&good[..cut]).is_err(), "{cut}");
    }
    let read = |change: fn(&mut Vec<u8>)| {
        let mut datagram = good.clone();
        change(&mut datagram);
        Message::read(&datagram).map(|_| ())
    };
    assert_eq!(read(|d| d[1] = 2), Err(Malformed::Type));
    assert_eq!(read(|d| d.push(0)), Err(Malformed::Length));
    assert_eq!(read(|d| d.resize(2000, 0)), Err(Malformed::Length));
    assert_eq!(read(|d| d[23] = 0xff), Err(Malformed::Attribute));
    let mut many = good[..20].to_vec();
    many.extend([0xc0, 9, 0, 0].repeat(33));
    many[3] = 132;
    assert_eq!(Message::read(&many), Err(Malformed::Attribute));
}

// ---- UDP connection requests

const KEY: &str = "caller-secret";
/// The request of TR-069 G.2.2.3, signed with [`KEY`].
const REQUEST: &str = "GET http://10.1.1.1:8080?ts=1120673700&id=1234&un=CPE57689&cn=XTGRWIPC6D3IPXS3\
    &sig=A65B3F254277AB627C8BB93127F8BA09ECFA809E HTTP/1.1\r\nHost: 10.1.1.1:8080\r\n\r\n";

fn request() -> UdpConnectionRequest {
    UdpConnectionRequest {
        timestamp: 1_120_673_700,
        id: 1234,
        username: "CPE57689".into(),
        cnonce: "XTGRWIPC6D3IPXS3".into(),
    }
}

fn check(datagram: &str, last: LastRequest) -> Result<UdpConnectionRequest, Ignored> {
    let received = UdpConnectionRequest::read(datagram.as_bytes()).expect("it is well formed");
    received.check(&last, "CPE57689", &Secret::new(KEY))
}

/// Covers U-11.
#[test]
fn a_request_has_exactly_these_octets_and_is_accepted() {
    let written = request().write("10.1.1.1:8080", &Secret::new(KEY));
    assert_eq!(String::from_utf8(written).unwrap(), REQUEST);
    assert_eq!(check(REQUEST, LastRequest::default()), Ok(request()));
    let signature = "A65B3F254277AB627C8BB93127F8BA09ECFA809E";
    let small = REQUEST.replace(signature, &signature.to_lowercase());
    let slash = small
        .replace("8080?", "8080/?")
        .replace("\r\nHost", "\r\nContent-Length: 0\r\nHost");
    assert_eq!(check(&slash, LastRequest::default()), Ok(request()));
}

/// Covers U-11, C11.
#[test]
fn each_field_that_is_wrong_makes_it_count_for_nothing() {
    for (is, was, why) in [
        ("ts=1120673701", "ts=1120673700", Ignored::Unproven),
        ("id=1235", "id=1234", Ignored::Unproven),
        ("id=01234", "id=1234", Ignored::Unproven),
        ("un=CPE57680", "un=CPE57689", Ignored::Unproven),
        ("un=cpe57689", "un=CPE57689", Ignored::Unproven),
        (
            "cn=XTGRWIPC6D3IPXS4",
            "cn=XTGRWIPC6D3IPXS3",
            Ignored::Unproven,
        ),
        ("sig=B65B", "sig=A65B", Ignored::Unproven),
        ("ts=0", "ts=1120673700", Ignored::Old),
    ] {
        let datagram = REQUEST.replace(was, is);
        assert_eq!(check(&datagram, LastRequest::default()), Err(why), "{is}");
    }
    let last = |timestamp, id| LastRequest {
        timestamp,
        id: Some(id),
    };
    assert_eq!(check(REQUEST, last(1_120_673_700, 1)), Err(Ignored::Old));
    assert_eq!(
        check(REQUEST, last(1_120_673_699, 1234)),
        Err(Ignored::Repeated)
    );
    assert_eq!(check(REQUEST, last(1_120_673_699, 1)), Ok(request()));
    let nobody = UdpConnectionRequest::read(REQUEST.as_bytes()).unwrap();
    let refused = nobody.check(&LastRequest::default(), "CPE57689", &Secret::default());
    assert_eq!(refused, Err(Ignored::Unproven));
}

/// Covers U-11.
#[test]
fn user_names_are_form_urlencoded_and_taken_as_they_are_as_well() {
    let password = Secret::new("p&ss word");
    let odd = UdpConnectionRequest {
        timestamp: 1_772_439_300,
        id: 7,
        username: "a b+c".into(),
        cnonce: "x/y".into(),
    };
    let written = String::from_utf8(odd.write("[2001:db8::1]:7547", &password)).unwrap();
    assert!(written.contains("un=a+b%2Bc&cn=x%2Fy&sig=0744615E54B7D6799B0CA80008088775C22FC8A5 "));
    let read = |text: &str, username: &str| {
        let received = UdpConnectionRequest::read(text.as_bytes()).unwrap();
        received.check(&LastRequest::default(), username, &password)
    };
    assert_eq!(read(&written, "a b+c"), Ok(odd.clone()));
    let plain = UdpConnectionRequest {
        username: "a+b".into(),
        cnonce: "xy".into(),
        ..odd
    };
    let written = String::from_utf8(plain.write("192.0.2.1", &password)).unwrap();
    assert_eq!(read(&written.replace("a%2Bb", "a+b"), "a+b"), Ok(plain));
}

/// Covers U-11, X16.
#[test]
fn what_is_no_get_of_this_shape_is_refused() {
    use udp::Malformed::{Http, Length, Query};
    let long = format!("X: {}\r\n\r\n", "a".repeat(2048));
    let many = format!("{}\r\n", "X: y\r\n".repeat(33));
    for (was, is, why) in [
        ("GET ", "POST ", Http),
        ("GET ", "get ", Http),
        ("HTTP/1.1", "HTTP/1.0", Http),
        ("http:", "https:", Http),
        ("8080?", "8080/path?", Http),
        ("http://10.1.1.1:8080?", "/?", Http),
        ("Host: ", "Content-Length: 5\r\nHost: ", Http),
        ("Host: ", "Transfer-Encoding: chunked\r\nHost: ", Http),
        ("Host: ", "Host ", Http),
        ("\r\n\r\n", "\r\n", Http),
        ("\r\n\r\n", "\r\n\r\nbody", Http),
        ("un=CPE57689", "un=CPE 57689", Http),
        ("id=1234&", "", Query),
        ("id=1234", "id=", Query),
        ("id=1234", "id=+1234", Query),
        ("id=1234", "id=99999999999999999999", Query),
        ("ts=", "ts=-", Query),
        ("id=1234", "id=1234&id=1235", Query),
        ("sig=A6", "sig=", Query),
        ("sig=A6", "sig=ZZ", Query),
        ("\r\n\r\n", &format!("\r\n{long}"), Length),
        ("\r\n\r\n", &format!("\r\n{many}"), Http),
    ] {
        let datagram = REQUEST.replacen(was, is, 1);
        let read = UdpConnectionRequest::read(datagram.as_bytes());
        assert_eq!(read.map(|_| ()), Err(why), "{is}");
    }
    for cut in 0..REQUEST.len() {
        assert!(UdpConnectionRequest::read(&REQUEST.as_bytes()[..cut]).is_err());
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_readers_stumble(datagram in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Message::read(&datagram);
        let _ = UdpConnectionRequest::read(&datagram);
    }

    #[test]
    fn no_changed_octets_are_taken_for_a_good_message(
        changes in proptest::collection::vec((0usize..84, any::<u8>()), 1..6),
    ) {
        let password = Secret::new("stun-secret");
        let good = binding_change().write(Some((&password, Integrity::Padded)));
        let mut datagram = good.clone();
        for (at, value) in changes {
            datagram[at] = value;
        }
        if let Ok(received) = Message::read(&datagram) && received.proof(&password) == Proof::Good {
            prop_assert_eq!(datagram, good);
        }
    }

    #[test]
    fn what_is_written_is_read(
        username in "[ -~äß]{0,40}", cnonce in "[ -~]{0,20}", timestamp in 1u64.., id: u64,
    ) {
        let password = Secret::new(KEY);
        let request = UdpConnectionRequest { timestamp, id, username: format!("u{username}"), cnonce };
        let received = UdpConnectionRequest::read(&request.write("h:1", &password)).unwrap();
        let checked = received.check(&LastRequest::default(), &request.username, &password);
        prop_assert_eq!(checked, Ok(request));
    }

    #[test]
    fn a_signature_in_either_form_is_right_for_one_password(text in "[a-z]{1,80}", plain: bool) {
        let form = if plain { Integrity::Plain } else { Integrity::Padded };
        let message = Message { username: Some(text), ..binding_change() };
        let datagram = message.write(Some((&Secret::new("right"), form)));
        let received = Message::read(&datagram).unwrap();
        prop_assert_eq!(&received.message, &message);
        prop_assert_eq!(received.proof(&Secret::new("right")), Proof::Good);
        prop_assert_eq!(received.proof(&Secret::new("wrong")), Proof::Bad);
    }
}
