//! Takes facts about a device's health out of what it shows and does.

use crate::limits::{HEALTH_BOOTS, HEALTH_LINES};
use crate::store::{DiagnosticKind, FailedTaskFact, HealthFacts, LossFact};
use data_model::{ParameterList, Timestamp};

/// Characters of a reason that are kept.
const SHORT: usize = 200;

/// Something a parameter says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noticed {
    /// Enable of the line at this object.
    LineEnable(String, String),
    /// Status of the line at this object.
    LineStatus(String, String),
    /// PeriodicInformEnable
    Periodic(bool),
    /// PeriodicInformInterval
    InformSecs(u32),
}

/// What parameters say about health. Most lists say nothing.
pub fn parameters(list: &ParameterList) -> Vec<Noticed> {
    let mut noticed = Vec::new();
    for parameter in list.iter() {
        let Some((object, leaf)) = parameter.name.rsplit_once('.') else {
            continue;
        };
        let value = || parameter.value.chars().take(32).collect::<String>();
        match leaf {
            "Status" if is_line(object) => {
                noticed.push(Noticed::LineStatus(object.to_owned(), value()));
            }
            "Enable" if is_line(object) => {
                noticed.push(Noticed::LineEnable(object.to_owned(), value()));
            }
            "PeriodicInformEnable" if object.ends_with(".ManagementServer") => {
                noticed.push(Noticed::Periodic(is_enabled(parameter.value)));
            }
            "PeriodicInformInterval" if object.ends_with(".ManagementServer") => {
                noticed.extend(parameter.value.parse().ok().map(Noticed::InformSecs));
            }
            _ => {}
        }
    }
    noticed
}

/// The objects that hold the state of a line: `VoiceProfile.{i}.Line.{i}` of TR-104, `SIP.Client.{i}` of its second
/// version.
fn is_line(object: &str) -> bool {
    if object.len() > 256 || !object.contains(".VoiceService.") {
        return false;
    }
    let mut segments = object.rsplit('.');
    let number = segments.next().unwrap_or_default();
    let numbered = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    match (segments.next(), segments.next(), segments.next()) {
        (Some("Line"), Some(_), Some("VoiceProfile")) => numbered,
        (Some("Client"), Some("SIP"), _) => numbered,
        _ => false,
    }
}

/// Takes over what was noticed.
pub fn apply(facts: &mut HealthFacts, noticed: &[Noticed]) {
    for one in noticed {
        match one {
            Noticed::Periodic(periodic) => facts.periodic = Some(*periodic),
            Noticed::InformSecs(secs) => facts.inform_secs = Some(*secs),
            Noticed::LineEnable(object, _) | Noticed::LineStatus(object, _)
                if !facts.lines.contains_key(object) && facts.lines.len() >= HEALTH_LINES => {}
            Noticed::LineEnable(object, enable) => {
                let line = facts.lines.entry(object.clone()).or_default();
                line.enable = Some(enable.clone());
                if !is_enabled(enable) {
                    // Who is switched off has lost nothing.
                    line.was_up = false;
                }
            }
            Noticed::LineStatus(object, status) => {
                let line = facts.lines.entry(object.clone()).or_default();
                line.was_up |= is_registered(status);
                line.status = Some(status.clone());
            }
        }
    }
}

/// Forgets lines that are gone from branches that were read whole.
pub fn forget_gone(facts: &mut HealthFacts, branches: &[String], seen: &[Noticed]) {
    let below = |object: &str| {
        branches
            .iter()
            .any(|branch| object.starts_with(branch.as_str()))
    };
    let is_there = |object: &str| {
        seen.iter().any(|noticed| match noticed {
            Noticed::LineEnable(line, _) | Noticed::LineStatus(line, _) => line == object,
            Noticed::Periodic(_) | Noticed::InformSecs(_) => false,
        })
    };
    facts
        .lines
        .retain(|object, _| !below(object) || is_there(object));
}

/// Whether a line is switched on (TR-104: an enumeration in the first version, a boolean in the second).
pub fn is_enabled(enable: &str) -> bool {
    matches!(enable, "Enabled" | "1" | "true")
}

/// Whether a line is registered. `Testing` is a state of one that is.
pub fn is_registered(status: &str) -> bool {
    matches!(status, "Up" | "Testing" | "Quiescent")
}

/// The device has restarted.
pub fn boot(facts: &mut HealthFacts, now: Timestamp) {
    facts.boots.push(now);
    let surplus = facts.boots.len().saturating_sub(HEALTH_BOOTS);
    facts.boots.drain(..surplus);
}

/// A measurement has ended; `None` if it is of a kind that loses nothing.
pub fn loss(facts: &mut HealthFacts, kind: DiagnosticKind, percent: Option<f64>, now: Timestamp) {
    if let Some(percent) = percent {
        let per_myriad = (percent.clamp(0.0, 100.0) * 100.0).round() as u32;
        facts.losses.insert(
            kind,
            LossFact {
                at: now,
                per_myriad,
            },
        );
    }
}

/// A task of this kind has succeeded, or failed for good.
pub fn task(facts: &mut HealthFacts, kind: &str, failed: Option<FailedTaskFact>) {
    match failed {
        Some(failed) => facts.failed_task = Some(failed),
        None if facts
            .failed_task
            .as_ref()
            .is_some_and(|fact| fact.kind == kind) =>
        {
            facts.failed_task = None;
        }
        None => {}
    }
}

/// A reason as far as a list shows it.
pub fn in_short(why: &str) -> String {
    why.chars().take(SHORT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::LineFact;

    fn seen(facts: &mut HealthFacts, pairs: &[(&str, &str)]) {
        let mut list = ParameterList::new();
        for (name, value) in pairs {
            list.push_str(name, value);
        }
        let noticed = parameters(&list);
        apply(facts, &noticed);
    }

    const LINE: &str = "Device.Services.VoiceService.1.VoiceProfile.1.Line.1";

    #[test]
    fn lines_of_both_versions_of_the_voice_model_are_noticed_and_nothing_else() {
        let mut facts = HealthFacts::default();
        let client = "Device.Services.VoiceService.1.SIP.Client.2";
        seen(
            &mut facts,
            &[
                (&format!("{LINE}.Status"), "Up"),
                (&format!("{LINE}.Enable"), "Enabled"),
                (&format!("{client}.Status"), "Registering"),
                ("Device.Ethernet.Interface.1.Status", "Up"),
                ("Device.LAN.Line.1.Status", "Up"),
                (&format!("{LINE}.Codec.Status"), "Up"),
                ("Device.ManagementServer.PeriodicInformInterval", "300"),
            ],
        );
        let names: Vec<&str> = facts.lines.keys().map(String::as_str).collect();
        assert_eq!(names, [client, LINE]);
        assert!(facts.lines[LINE].was_up && !facts.lines[client].was_up);
        assert_eq!(facts.inform_secs, Some(300));
    }

    #[test]
    fn a_line_that_was_registered_is_remembered_until_it_is_switched_off() {
        let mut facts = HealthFacts::default();
        for status in ["Up", "Registering"] {
            seen(&mut facts, &[(&format!("{LINE}.Status"), status)]);
            assert!(facts.lines[LINE].was_up, "{status}");
        }
        seen(&mut facts, &[(&format!("{LINE}.Enable"), "Disabled")]);
        let off = LineFact {
            enable: Some("Disabled".into()),
            status: Some("Registering".into()),
            was_up: false,
        };
        assert_eq!(facts.lines[LINE], off);
    }

    #[test]
    fn a_line_that_is_gone_is_forgotten_and_one_that_was_not_read_stays() {
        let mut facts = HealthFacts::default();
        let other = "Device.Services.VoiceService.1.VoiceProfile.2.Line.1";
        for line in [LINE, other] {
            seen(&mut facts, &[(&format!("{line}.Status"), "Up")]);
        }
        forget_gone(&mut facts, &["Device.ManagementServer.".into()], &[]);
        assert_eq!(facts.lines.len(), 2);
        let there = [Noticed::LineStatus(LINE.into(), "Up".into())];
        forget_gone(&mut facts, &["Device.".into()], &there);
        assert_eq!(facts.lines.keys().collect::<Vec<_>>(), [LINE]);
    }

    #[test]
    fn a_device_that_shows_too_much_or_restarts_for_ever_fills_nothing_up() {
        let mut facts = HealthFacts::default();
        for number in 0..10_000 {
            let line =
                format!("Device.Services.VoiceService.1.VoiceProfile.1.Line.{number}.Status");
            seen(&mut facts, &[(&line, "Up")]);
            boot(&mut facts, Timestamp::from_secs(number));
        }
        assert_eq!(
            (facts.lines.len(), facts.boots.len()),
            (HEALTH_LINES, HEALTH_BOOTS)
        );
        assert_eq!(facts.boots.last(), Some(&Timestamp::from_secs(9_999)));
    }
}
