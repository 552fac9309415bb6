//! Checks each file in a test of its own name: that it is what its place says.

mod decency;
mod rules;
mod story_order;
mod told;

use libtest_mimic::{Arguments, Failed, Trial};
use soap_fixtures::{Answer, Fixture, Meaning, Needs, Side, Variant, message, oracle};

type Outcome = Result<(), Failed>;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for fixture in soap_fixtures::messages() {
        let name = format!("messages/{}", fixture.label());
        trials.push(Trial::test(name, move || match fixture.expect {
            None => is_read_by_the_oracle(&fixture),
            Some(_) => has_a_sound_expectation(&fixture),
        }));
    }
    for variant in soap_fixtures::variants() {
        let name = format!("variants/{}", variant.label());
        trials.push(Trial::test(name, move || means_what_it_says(&variant)));
    }
    for story in soap_fixtures::stories() {
        let name = format!("sessions/{}", story.name);
        trials.push(Trial::test(name, move || story_order::check(&story)));
    }
    trials.extend(rules::trials());
    trials.extend(decency::trials());
    trials.extend(told::trials());
    libtest_mimic::run(&arguments, trials).exit();
}

/// A good message holds what its folder and name say; a note that the oracle cannot read it must be true.
fn is_read_by_the_oracle(fixture: &Fixture) -> Outcome {
    let read = oracle::read(&fixture.bytes);
    let meaning = match (&fixture.oracle_skips, read) {
        (None, Ok(meaning)) => meaning,
        (None, Err(why)) => return Err(why.into()),
        (Some(_), Ok(_)) => return Err("the oracle can read it; its note can go".into()),
        (Some(reason), Err(_)) if reason.is_empty() => return Err("no reason is given".into()),
        (Some(_), Err(_)) => return Ok(()),
    };
    let expected = match fixture.rpc.as_str() {
        "Fault" => "Fault".to_owned(),
        rpc if fixture.is_response() => format!("{rpc}Response"),
        rpc => rpc.to_owned(),
    };
    if meaning["Body"].get(&expected).is_none() {
        return Err(format!("there is no {expected} in it").into());
    }
    Ok(())
}

/// An expectation fits its message: codes of the right side, parameters only where a fault names them.
fn has_a_sound_expectation(fixture: &Fixture) -> Outcome {
    let expect = fixture
        .expect
        .as_ref()
        .ok_or("a bad message without its expectation")?;
    let codes = match expect.to {
        Side::Cpe => 9000..=9899,
        Side::Acs => 8000..=8899,
    };
    match expect.answer {
        Answer::Fault(code) if !codes.contains(&code) => {
            return Err(format!("{code} is no fault of its receiver").into());
        }
        Answer::Fault(_) if fixture.is_response() => {
            return Err("faults answer requests only".into());
        }
        Answer::Unusable if !fixture.is_response() => {
            return Err("only responses are unusable".into());
        }
        Answer::Fault(_) | Answer::BadRequest | Answer::Unusable => {}
    }
    if expect.needs == Needs::Device && expect.to == Side::Acs {
        return Err("an ACS has no tree".into());
    }
    if expect.why.is_empty() || expect.covers.is_empty() {
        return Err("it says neither why nor what it covers".into());
    }
    let text = String::from_utf8_lossy(&fixture.bytes);
    for parameter in &expect.parameters {
        if expect.answer != Answer::Fault(9003) || fixture.rpc != "SetParameterValues" {
            return Err("only a fault 9003 to SetParameterValues names parameters".into());
        }
        if !(9001..=9008).contains(&parameter.fault) {
            return Err(format!("{} is no fault of a parameter", parameter.fault).into());
        }
        if !text.contains(&format!("<Name>{}</Name>", parameter.name)) {
            return Err(format!("`{}` is not in the message", parameter.name).into());
        }
    }
    Ok(())
}

/// A variant that the oracle can read means what its file says.
fn means_what_it_says(variant: &Variant) -> Outcome {
    if variant.why.is_empty() || variant.covers.is_empty() {
        return Err("it says neither why nor what it covers".into());
    }
    let read = oracle::read(&variant.bytes);
    let expected = match &variant.meaning {
        Meaning::SameAs(label) if message(label).bytes == variant.bytes => {
            return Err("it is the same, byte for byte".into());
        }
        Meaning::SameAs(label) => oracle::read(&message(label).bytes)?,
        Meaning::Json(meaning) => meaning.clone(),
        Meaning::UnknownMethod(_) if read.is_ok() => {
            return Err("the oracle knows the method".into());
        }
        Meaning::UnknownMethod(method) => {
            let named = String::from_utf8_lossy(&variant.bytes).contains(&format!(":{method}>"));
            return if named {
                Ok(())
            } else {
                Err("the method is not in it".into())
            };
        }
        // What the xml crate lets pass (a DOCTYPE, any depth) says nothing about our rules.
        Meaning::Refused => return Ok(()),
    };
    match (&variant.oracle_skips, read) {
        (None, Ok(meaning)) if meaning == expected => Ok(()),
        (None, Ok(meaning)) => Err(format!("it means {meaning:#}").into()),
        (None, Err(why)) => Err(why.into()),
        (Some(reason), _) if reason.is_empty() => Err("no reason is given".into()),
        (Some(_), Ok(meaning)) if meaning == expected => Err("the oracle can read it".into()),
        (Some(_), Ok(_) | Err(_)) => Ok(()),
    }
}
