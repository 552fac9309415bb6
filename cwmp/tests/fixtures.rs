//! Every fixture through our reader and writer, and past the oracle: two implementations, one meaning.
//!
//! Covers, X01, X03, X04, X05, X09, X10, X11, X12, X13, X14,
//! W-01, W-02, W-03, W-04, W-05, W-06, W-07, W-08, W-09, W-10, W-11, W-12, W-13, W-14, W-15, W-20, W-21, W-22, W-24,
//! W-25, W-27, W-28, W-29.

use cwmp::envelope::{self, Envelope, MessageKind, Unreadable};
use cwmp::message::{Body, FromAcs, FromCpe};
use libtest_mimic::{Arguments, Failed, Trial};
use serde::Serialize;
use serde_json::{Value, json};
use soap_fixtures::{
    Answer, Fixture, Meaning, Needs, Side, Variant, message, messages, oracle, variants,
};

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for fixture in messages() {
        let name = fixture.label();
        let trial = match &fixture.expect {
            None => Trial::test(
                format!("means the same to both readers: {name}"),
                move || good_message(&fixture),
            ),
            Some(expect) if expect.needs == Needs::Message => {
                Trial::test(format!("is refused as it should be: {name}"), move || {
                    bad_message(&fixture)
                })
            }
            // Judged where there is a device or a session.
            Some(_) => continue,
        };
        trials.push(trial);
    }
    for variant in variants() {
        trials.push(Trial::test(
            format!("variant {}", variant.label()),
            move || check_variant(&variant),
        ));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// A message in the oracle's words.
fn meaning<M: Body + Serialize>(envelope: &Envelope<M>) -> Value {
    json!({ "Header": envelope.header, "Body": envelope.body })
}

fn read(side: Side, bytes: &[u8]) -> Result<Value, Unreadable> {
    Ok(match side {
        Side::Cpe => meaning(&envelope::read::<FromCpe>(bytes)?),
        Side::Acs => meaning(&envelope::read::<FromAcs>(bytes)?),
    })
}

/// Reads a message and writes it again.
fn rewrite(side: Side, bytes: &[u8]) -> Result<String, Unreadable> {
    Ok(match side {
        Side::Cpe => {
            let message = envelope::read::<FromCpe>(bytes)?;
            envelope::write(message.namespace, &message.header, &message.body)
        }
        Side::Acs => {
            let message = envelope::read::<FromAcs>(bytes)?;
            envelope::write(message.namespace, &message.header, &message.body)
        }
    })
}

/// What neither reader is asked to agree on: the words SOAP puts around a CWMP fault. A missing FaultString is an empty
/// one (spec W-22).
fn normalised(mut value: Value) -> Value {
    if let Some(fault) = value
        .pointer_mut("/Body/Fault")
        .and_then(Value::as_object_mut)
    {
        fault.remove("faultcode");
        fault.remove("faultstring");
        fault.entry("FaultString").or_insert_with(|| json!(""));
        let parameters = fault
            .get_mut("SetParameterValuesFault")
            .and_then(Value::as_array_mut);
        for parameter in parameters
            .into_iter()
            .flatten()
            .filter_map(Value::as_object_mut)
        {
            parameter.entry("FaultString").or_insert_with(|| json!(""));
        }
    }
    value
}

fn same(one: &Value, other: &Value, what: &str) -> Result<(), Failed> {
    if one == other {
        return Ok(());
    }
    let pretty = |value| serde_json::to_string_pretty(value).unwrap_or_default();
    Err(format!(
        "{what}\n--- ours\n{}\n--- other\n{}",
        pretty(one),
        pretty(other)
    )
    .into())
}

fn good_message(fixture: &Fixture) -> Result<(), Failed> {
    let side = fixture.from();
    let ours = normalised(read(side, &fixture.bytes)?);
    if fixture.oracle_skips.is_none() {
        let second = normalised(oracle::read(&fixture.bytes)?);
        same(&ours, &second, "the two readers disagree")?;
    }
    // What our writer puts out must be read by a strict stranger, and mean the same.
    let written = rewrite(side, &fixture.bytes)?;
    let by_stranger = normalised(oracle::read(written.as_bytes())?);
    same(
        &ours,
        &by_stranger,
        "the oracle reads our writer differently",
    )?;
    let by_us = normalised(read(side, written.as_bytes())?);
    same(&ours, &by_us, "we read our own writer differently")
}

fn bad_message(fixture: &Fixture) -> Result<(), Failed> {
    let expect = fixture.expect.as_ref().ok_or("no expectation")?;
    let answer = match read(expect.to.other(), &fixture.bytes) {
        Ok(value) => return Err(format!("it was accepted: {value}").into()),
        Err(unreadable) => (answer_to(expect.to, &unreadable), unreadable),
    };
    if answer.0 == expect.answer {
        return Ok(());
    }
    Err(format!(
        "{:?} is due ({}), got {:?}: {}",
        expect.answer, expect.why, answer.0, answer.1
    )
    .into())
}

/// What the session machines make of a message that cannot be read.
fn answer_to(to: Side, unreadable: &Unreadable) -> Answer {
    let code = |acs, cpe| Answer::Fault(if to == Side::Acs { acs } else { cpe });
    match unreadable {
        Unreadable::Document(_) => Answer::BadRequest,
        Unreadable::Method { .. } => code(8000, 9000),
        Unreadable::Arguments {
            kind: MessageKind::Request,
            ..
        } => code(8003, 9003),
        Unreadable::Arguments {
            kind: MessageKind::Response,
            ..
        } => Answer::Unusable,
        // A device cannot answer it and ends the session, which is what "400" stands for there.
        Unreadable::Version { .. } if to == Side::Cpe => Answer::BadRequest,
        Unreadable::Version { .. } => Answer::Fault(8006),
    }
}

fn check_variant(variant: &Variant) -> Result<(), Failed> {
    let read = read(Side::Cpe, &variant.bytes);
    match (&variant.meaning, read) {
        (Meaning::SameAs(label), Ok(value)) => {
            let original = message(label);
            let original = self::read(Side::Cpe, &original.bytes)?;
            same(&value["Body"], &original["Body"], &variant.why)
        }
        (Meaning::Json(expected), Ok(value)) => same(
            &normalised(value),
            &normalised(expected.clone()),
            &variant.why,
        ),
        (Meaning::UnknownMethod(name), Err(Unreadable::Method { method, .. }))
            if method == *name =>
        {
            Ok(())
        }
        (Meaning::Refused, Err(Unreadable::Document(_))) => Ok(()),
        (meaning, Ok(value)) => Err(format!("{meaning:?} is due, got {value}").into()),
        (meaning, Err(error)) => Err(format!("{meaning:?} is due, got: {error}").into()),
    }
}
