//! Concludes from facts how a device stands, and when time alone may change that.

use super::notice::{in_short, is_enabled, is_registered};
use crate::store::{
    DiagnosticKind, HealthFacts, HealthReason, HealthReasonKind, HealthState, HealthVerdict,
    HealthWork,
};
use data_model::Timestamp;
use serde::Deserialize;

/// From where on something is worth a look: section `[health]` of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// Packets of a hundred that may be lost.
    pub loss_warning_percent: f64,
    /// Beyond these nobody can talk.
    pub loss_critical_percent: f64,
    /// Hours for which a measurement says something.
    pub loss_hours: u32,
    /// Restarts that make a loop.
    pub reboots: u32,
    /// Minutes in which they do.
    pub reboot_minutes: u32,
    /// Informs that may be missing.
    pub missed_informs: u32,
    /// Seconds between Informs of a device that has not said how many it takes.
    pub inform_secs: u32,
    /// Hours for which a failed task counts.
    pub failed_task_hours: u32,
}

impl Default for Thresholds {
    fn default() -> Thresholds {
        Thresholds {
            loss_warning_percent: 2.0,
            loss_critical_percent: 20.0,
            loss_hours: 24,
            reboots: 4,
            reboot_minutes: 60,
            missed_informs: 3,
            inform_secs: 24 * 60 * 60,
            failed_task_hours: 24,
        }
    }
}

/// Seconds an Inform may be late beyond its interval: a session and a slow line.
const GRACE_SECS: u64 = 60;

/// How a device stands. `since` is when this server began to listen: what devices would have told before could not be
/// heard.
pub fn conclude(
    work: &HealthWork,
    thresholds: &Thresholds,
    since: Timestamp,
    now: Timestamp,
) -> HealthVerdict {
    let mut judge = Judge {
        reasons: Vec::new(),
        check_at: None,
        now,
    };
    let facts = &work.facts;
    judge.lines(facts);
    judge.losses(facts, thresholds);
    judge.boots(facts, thresholds);
    let overdue_at = judge.overdue(work, thresholds, since);
    if let Some(why) = &facts.profile_fault {
        let detail = format!("its profiles cannot be applied: {why}");
        judge.add(
            HealthReasonKind::ProfileRefused,
            HealthState::Warning,
            detail,
        );
    }
    judge.failed_task(facts, thresholds);
    HealthVerdict {
        device: work.before.device,
        version: work.version,
        state: judge
            .reasons
            .iter()
            .map(|reason| reason.severity)
            .max()
            .unwrap_or_default(),
        reasons: judge.reasons,
        check_at: judge.check_at,
        overdue_at,
    }
}

struct Judge {
    reasons: Vec<HealthReason>,
    check_at: Option<Timestamp>,
    now: Timestamp,
}

impl Judge {
    fn add(&mut self, reason: HealthReasonKind, severity: HealthState, detail: String) {
        self.reasons.push(HealthReason {
            reason,
            severity,
            detail: in_short(&detail),
        });
    }

    /// Something holds until then.
    fn until(&mut self, moment: Timestamp) {
        self.check_at = Some(self.check_at.map_or(moment, |known| known.min(moment)));
    }

    fn lines(&mut self, facts: &HealthFacts) {
        let off = facts.lines.iter().filter_map(|(object, line)| {
            let enabled = line.enable.as_deref().is_none_or(is_enabled);
            let status = line.status.as_deref()?;
            let off = enabled && !is_registered(status) && status != "Disabled";
            off.then(|| (line.was_up, format!("{object} is {status}")))
        });
        let off: Vec<(bool, String)> = off.collect();
        let words = |lost: bool| {
            let of_kind = off.iter().filter(|(was_up, _)| *was_up == lost);
            let words: Vec<&str> = of_kind.map(|(_, words)| words.as_str()).collect();
            words.join(", ")
        };
        let (lost, never) = (words(true), words(false));
        if !lost.is_empty() {
            self.add(
                HealthReasonKind::RegistrationLost,
                HealthState::Critical,
                lost,
            );
        }
        // A line whose Enable is unknown may be meant to be off.
        let wanted = facts.lines.values().any(|line| {
            line.enable.as_deref().is_some_and(is_enabled)
                && line
                    .status
                    .as_deref()
                    .is_some_and(|status| !is_registered(status))
                && !line.was_up
        });
        if wanted && !never.is_empty() {
            self.add(HealthReasonKind::NotRegistered, HealthState::Warning, never);
        }
    }

    fn losses(&mut self, facts: &HealthFacts, thresholds: &Thresholds) {
        let mut worst: Option<(f64, DiagnosticKind)> = None;
        for (kind, loss) in &facts.losses {
            let percent = f64::from(loss.per_myriad) / 100.0;
            let end = loss.at.plus_secs(u64::from(thresholds.loss_hours) * 3600);
            if percent <= thresholds.loss_warning_percent || self.now >= end {
                continue;
            }
            self.until(end);
            if worst.is_none_or(|(known, _)| percent > known) {
                worst = Some((percent, *kind));
            }
        }
        let Some((percent, kind)) = worst else { return };
        let severity = if percent > thresholds.loss_critical_percent {
            HealthState::Critical
        } else {
            HealthState::Warning
        };
        let detail = format!("{} lost {percent} percent", kind.as_str());
        self.add(HealthReasonKind::HighLoss, severity, detail);
    }

    fn boots(&mut self, facts: &HealthFacts, thresholds: &Thresholds) {
        let window_secs = u64::from(thresholds.reboot_minutes) * 60;
        let ends = |boot: &Timestamp| boot.plus_secs(window_secs);
        let recent: Vec<Timestamp> = facts
            .boots
            .iter()
            .map(ends)
            .filter(|end| *end > self.now)
            .collect();
        let enough = thresholds.reboots.max(1) as usize;
        if recent.len() < enough {
            return;
        }
        // It is no loop any more when so many of them are old that too few are left.
        self.until(recent[recent.len() - enough]);
        let detail = format!(
            "{} restarts within {} minutes",
            recent.len(),
            thresholds.reboot_minutes
        );
        self.add(HealthReasonKind::RebootLoop, HealthState::Critical, detail);
    }

    /// The last Inform, if the next one is overdue.
    fn overdue(
        &mut self,
        work: &HealthWork,
        thresholds: &Thresholds,
        since: Timestamp,
    ) -> Option<Timestamp> {
        let last = work.last_inform?;
        if work.facts.periodic == Some(false) {
            return None;
        }
        let told = work.facts.inform_secs.filter(|secs| *secs > 0);
        let interval = u64::from(told.unwrap_or(thresholds.inform_secs).max(1));
        let missed = u64::from(thresholds.missed_informs.max(1));
        let deadline = last
            .max(since)
            .plus_secs(interval.saturating_mul(missed) + GRACE_SECS);
        if self.now < deadline {
            self.until(deadline);
            return None;
        }
        let detail = format!("its last Inform came at {last}, and it takes {interval} s");
        self.add(HealthReasonKind::Overdue, HealthState::Critical, detail);
        Some(last)
    }

    fn failed_task(&mut self, facts: &HealthFacts, thresholds: &Thresholds) {
        let Some(failed) = &facts.failed_task else {
            return;
        };
        let end = failed
            .at
            .plus_secs(u64::from(thresholds.failed_task_hours) * 3600);
        if self.now >= end {
            return;
        }
        self.until(end);
        let detail = format!("{} {} failed: {}", failed.kind, failed.task, failed.why);
        self.add(HealthReasonKind::TaskFailed, HealthState::Warning, detail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::notice;
    use crate::store::{FailedTaskFact, Health, Id, LineFact};

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn work(facts: HealthFacts) -> HealthWork {
        HealthWork {
            facts,
            version: 7,
            last_inform: Some(NOW),
            before: Health {
                device: Id::of_identity("x"),
                state: HealthState::Ok,
                reasons: Vec::new(),
                since: None,
            },
        }
    }

    fn at(facts: &HealthFacts, now: Timestamp) -> HealthVerdict {
        conclude(&work(facts.clone()), &Thresholds::default(), NOW, now)
    }

    fn reasons(verdict: &HealthVerdict) -> Vec<HealthReasonKind> {
        verdict.reasons.iter().map(|reason| reason.reason).collect()
    }

    fn line(enable: &str, status: &str, was_up: bool) -> HealthFacts {
        let line = LineFact {
            enable: (!enable.is_empty()).then(|| enable.into()),
            status: Some(status.into()),
            was_up,
        };
        HealthFacts {
            lines: [("Line.1".to_owned(), line)].into(),
            ..HealthFacts::default()
        }
    }

    #[test]
    fn nothing_against_a_device_is_ok_until_its_next_inform_is_overdue() {
        let verdict = at(&HealthFacts::default(), NOW);
        assert_eq!((verdict.state, verdict.reasons.len()), (HealthState::Ok, 0));
        assert_eq!(verdict.check_at, Some(NOW.plus_secs(3 * 86_400 + 60)));
        assert_eq!(verdict.version, 7);
        let facts = HealthFacts {
            inform_secs: Some(300),
            ..HealthFacts::default()
        };
        assert_eq!(reasons(&at(&facts, NOW.plus_secs(959))), []);
        let late = at(&facts, NOW.plus_secs(960));
        assert_eq!(reasons(&late), [HealthReasonKind::Overdue]);
        assert_eq!(
            (late.overdue_at, late.state),
            (Some(NOW), HealthState::Critical)
        );
        // Who has never come is not missed.
        let mut never = work(facts);
        never.last_inform = None;
        let verdict = conclude(
            &never,
            &Thresholds::default(),
            NOW,
            NOW.plus_secs(1_000_000),
        );
        assert_eq!((reasons(&verdict), verdict.check_at), (vec![], None));
        // Nor who informs only when there is something to tell.
        let rarely = HealthFacts {
            periodic: Some(false),
            ..never.facts
        };
        assert_eq!(reasons(&at(&rarely, NOW.plus_secs(1_000_000))), []);
    }

    #[test]
    fn what_came_while_no_server_listened_is_not_missed() {
        let facts = HealthFacts {
            inform_secs: Some(300),
            ..HealthFacts::default()
        };
        let (begin, work) = (NOW.plus_secs(86_400), work(facts));
        let at = |now| reasons(&conclude(&work, &Thresholds::default(), begin, now));
        assert_eq!(at(begin.plus_secs(959)), []);
        assert_eq!(at(begin.plus_secs(960)), [HealthReasonKind::Overdue]);
    }

    #[test]
    fn a_lost_registration_is_worse_than_one_that_never_was() {
        for (facts, expected, state) in [
            (line("Enabled", "Up", true), None, HealthState::Ok),
            (
                line("Enabled", "Error", true),
                Some(HealthReasonKind::RegistrationLost),
                HealthState::Critical,
            ),
            (
                line("", "Registering", true),
                Some(HealthReasonKind::RegistrationLost),
                HealthState::Critical,
            ),
            (
                line("Enabled", "Registering", false),
                Some(HealthReasonKind::NotRegistered),
                HealthState::Warning,
            ),
            (
                line("1", "Error", false),
                Some(HealthReasonKind::NotRegistered),
                HealthState::Warning,
            ),
            (line("", "Registering", false), None, HealthState::Ok),
            (line("Disabled", "Disabled", true), None, HealthState::Ok),
            (line("Disabled", "Error", false), None, HealthState::Ok),
        ] {
            let verdict = at(&facts, NOW);
            let words = format!("{facts:?}");
            assert_eq!(reasons(&verdict), Vec::from_iter(expected), "{words}");
            assert_eq!(verdict.state, state, "{words}");
        }
    }

    #[test]
    fn loss_counts_from_its_threshold_on_and_for_its_hours() {
        let mut facts = HealthFacts::default();
        for (percent, state) in [
            (2.0, HealthState::Ok),
            (2.5, HealthState::Warning),
            (20.0, HealthState::Warning),
            (25.0, HealthState::Critical),
        ] {
            notice::loss(&mut facts, DiagnosticKind::IpPing, Some(percent), NOW);
            assert_eq!(at(&facts, NOW).state, state, "{percent}");
        }
        // A better measurement of another kind does not make up for it.
        notice::loss(&mut facts, DiagnosticKind::UdpEcho, Some(0.0), NOW);
        assert_eq!(reasons(&at(&facts, NOW)), [HealthReasonKind::HighLoss]);
        let end = NOW.plus_secs(86_400);
        assert_eq!(at(&facts, NOW).check_at, Some(end));
        assert_eq!(reasons(&at(&facts, end)), []);
    }

    #[test]
    fn restarts_make_a_loop_only_close_together() {
        let mut facts = HealthFacts::default();
        for minute in [0, 10, 20, 30, 40] {
            notice::boot(&mut facts, NOW.plus_secs(60 * minute));
        }
        let verdict = at(&facts, NOW.plus_secs(60 * 40));
        assert_eq!(reasons(&verdict), [HealthReasonKind::RebootLoop]);
        // Four of the five are left until the second is an hour old.
        let end = NOW.plus_secs(60 * 70);
        assert_eq!(verdict.check_at, Some(end));
        assert_eq!(
            reasons(&at(&facts, NOW.plus_secs(60 * 70 - 1))),
            [HealthReasonKind::RebootLoop]
        );
        assert_eq!(reasons(&at(&facts, end)), []);
    }

    #[test]
    fn refused_profiles_and_failed_tasks_are_warnings_with_their_reasons() {
        let mut facts = HealthFacts {
            profile_fault: Some("9007 Line.1.Enable".into()),
            ..HealthFacts::default()
        };
        let failed = FailedTaskFact {
            task: Id::new(NOW, 1),
            kind: "download".into(),
            at: NOW,
            why: "9010 Download failure".into(),
        };
        notice::task(&mut facts, "download", Some(failed));
        let verdict = at(&facts, NOW);
        let both = [
            HealthReasonKind::ProfileRefused,
            HealthReasonKind::TaskFailed,
        ];
        assert_eq!(reasons(&verdict), both);
        assert_eq!(verdict.state, HealthState::Warning);
        assert!(verdict.reasons[1].detail.contains("9010"));
        notice::task(&mut facts, "reboot", None);
        assert_eq!(
            reasons(&at(&facts, NOW)).len(),
            2,
            "another kind has succeeded"
        );
        notice::task(&mut facts, "download", None);
        assert_eq!(
            reasons(&at(&facts, NOW)),
            [HealthReasonKind::ProfileRefused]
        );
    }
}
