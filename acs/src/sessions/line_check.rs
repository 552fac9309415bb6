//! Right before a Download of a campaign: which lines are registered, and whether somebody is on the phone.

use super::{Current, LiveSession, tasks};
use crate::app::App;
use crate::campaigns::lines::{busy, says};
use crate::clock;
use crate::limits::BUSY_PAUSE_MS;
use crate::store::{
    AtDeadline, Certainty, ClaimedTask, IdleRule, LineCheck, Observed, Result, TaskFault, TaskKind,
    TaskOutcome,
};
use crate::tasks::faults::{Reaction, reaction, retry_at};
use cwmp::rpc::GetParameterValues;
use cwmp::session::acs::AnswerFault;
use cwmp::{AcsRequest, CpeResponse, FaultCode};
use data_model::ParameterList;

/// A task that waits for what its device says of its lines.
#[derive(Debug)]
pub struct Checking {
    claimed: ClaimedTask,
    rule: Option<IdleRule>,
    asked: Asked,
}

/// What a device was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// The parameters its lines were last seen with.
    Names,
    /// Everything it says of its voice services.
    Services,
}

/// What an answer says of the lines of a device. What is not said is not taken for silence on the line: a Download would
/// leave in the middle of a call, and nobody would miss a line afterwards.
#[derive(Debug, PartialEq)]
enum Heard {
    /// How they are; it may have none.
    Lines(ParameterList),
    /// One of the parameters is gone, and with it the answer for all others.
    AskServices,
    /// Nothing this time.
    Later(TaskFault),
    /// Nothing ever.
    Never(TaskFault),
}

/// What to ask before a task leaves; `None` for nothing.
pub(super) async fn before(
    app: &App,
    session: &mut LiveSession,
    claimed: &ClaimedTask,
) -> Result<Option<AcsRequest>> {
    if claimed.only_ask {
        // It does not leave again, so nobody is disturbed.
        return Ok(None);
    }
    let task = &claimed.task;
    let (TaskKind::Download { .. }, Some(_)) = (&task.kind, task.campaign) else {
        return Ok(None);
    };
    let Some(check) = app.store.campaign_line_check(task.id).await? else {
        return Ok(None);
    };
    let LineCheck {
        names,
        idle,
        looked,
    } = check;
    let Some(certainty) = behind_the_look(claimed.certainty, looked, task.attempts) else {
        return Ok(None);
    };
    let parameter_names = match names.is_empty() {
        true => vec![services(session.work.root)],
        false => names,
    };
    session.work.current = Current::Lines(Box::new(Checking {
        claimed: ClaimedTask {
            certainty,
            ..claimed.clone()
        },
        rule: idle,
        asked: match parameter_names.as_slice() {
            [branch] if branch.ends_with('.') => Asked::Services,
            _ => Asked::Names,
        },
    }));
    Ok(Some(GetParameterValues { parameter_names }.into()))
}

/// With which certainty a task goes on behind a look at the lines; `None` if it goes on without one. `looked` is the
/// attempt that has last looked at them, zero if none has.
fn behind_the_look(claimed: Certainty, looked: u32, attempts: u32) -> Option<Certainty> {
    match (claimed, looked) {
        // Nothing leaves before the first look.
        (Certainty::Fresh, _) | (_, 0) => Some(Certainty::Fresh),
        // The attempt before this one had looked at the lines: its Download may have left, and is asked for first.
        (Certainty::Uncertain, looked) if looked + 1 >= attempts => None,
        // So may that of an earlier one.
        (Certainty::Uncertain, _) => Some(Certainty::Uncertain),
    }
}

/// The device has said how its lines are: the Download leaves, or waits, or is given up.
pub(super) async fn answered(
    app: &App,
    session: &mut LiveSession,
    checking: Checking,
    answer: std::result::Result<CpeResponse, AnswerFault>,
) -> Result<Option<AcsRequest>> {
    let lines = match heard(checking.asked, answer) {
        Heard::Lines(lines) => lines,
        Heard::AskServices => {
            let asked = Asked::Services;
            session.work.current = Current::Lines(Box::new(Checking { asked, ..checking }));
            let parameter_names = vec![services(session.work.root)];
            return Ok(Some(GetParameterValues { parameter_names }.into()));
        }
        Heard::Later(fault) => {
            unheard(app, &checking.claimed, fault, Passes::Perhaps).await?;
            return Ok(None);
        }
        Heard::Never(fault) => {
            unheard(app, &checking.claimed, fault, Passes::Never).await?;
            return Ok(None);
        }
    };
    let Checking { claimed, rule, .. } = checking;
    let task = &claimed.task;
    let now = clock::now();
    if let (Some(rule), Some(why)) = (rule, busy(&lines)) {
        let over = rule.deadline.is_some_and(|deadline| deadline <= now);
        match (over, rule.then) {
            (false, _) => {
                let not_before = now.plus_ms(BUSY_PAUSE_MS);
                app.store
                    .campaign_busy(task.id, why, not_before, now)
                    .await?;
                return Ok(None);
            }
            (true, AtDeadline::Fail) => {
                let why = format!("somebody was on the phone until the deadline: {why}");
                let failed = TaskOutcome::Failed(TaskFault::ours(why));
                app.store
                    .task_finish(task.id, failed, Observed::default(), now)
                    .await?;
                return Ok(None);
            }
            (true, AtDeadline::Upgrade) => {}
        }
    }
    let observed = Observed {
        values: lines,
        ..Observed::default()
    };
    app.store
        .campaign_lines_seen(task.id, observed, now)
        .await?;
    tasks::begin(app, session, claimed).await
}

/// The branch with all voice services.
fn services(root: &str) -> String {
    format!("{root}Services.VoiceService.")
}

fn heard(asked: Asked, answer: std::result::Result<CpeResponse, AnswerFault>) -> Heard {
    let fault = match answer {
        Ok(CpeResponse::GetParameterValuesResponse(response)) => {
            let mut lines = ParameterList::new();
            let said = response.parameter_list.iter();
            for parameter in said.filter(|parameter| says(parameter.name).is_some()) {
                lines.push(parameter.name, parameter.ty, parameter.value);
            }
            return Heard::Lines(lines);
        }
        Ok(other) => {
            let why = format!("{} answers another question", other.name());
            return Heard::Later(TaskFault::ours(why));
        }
        Err(AnswerFault::Unusable(why)) => return Heard::Later(TaskFault::ours(why)),
        Err(AnswerFault::Fault(fault)) => fault,
    };
    match (reaction(fault.code), asked) {
        (Reaction::Rediscover, Asked::Names) => Heard::AskServices,
        // It has no lines.
        (Reaction::Rediscover, Asked::Services) => Heard::Lines(ParameterList::new()),
        (Reaction::Retry, _) => Heard::Later(fault.into()),
        (Reaction::Final | Reaction::Unsupported, _) => Heard::Never(fault.into()),
    }
}

/// Whether there is sense in asking again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Passes {
    Perhaps,
    Never,
}

/// Nothing is known of the lines: the Download does not leave.
async fn unheard(app: &App, claimed: &ClaimedTask, fault: TaskFault, passes: Passes) -> Result<()> {
    let (task, now) = (&claimed.task, clock::now());
    let again = retry_at(FaultCode::INTERNAL_ERROR, task.attempts, now);
    let fault = why_unheard(claimed.certainty, fault);
    let outcome = match again.filter(|_| passes == Passes::Perhaps) {
        Some(not_before) => TaskOutcome::Retry { fault, not_before },
        None => TaskOutcome::Failed(fault),
    };
    let nothing = Observed::default();
    app.store.task_finish(task.id, outcome, nothing, now).await
}

fn why_unheard(certainty: Certainty, fault: TaskFault) -> TaskFault {
    let text = format!(
        "the device does not say how its lines are, which its campaign wants to know before an upgrade: {}",
        fault.text
    );
    match certainty {
        Certainty::Fresh => TaskFault { text, ..fault },
        // An earlier attempt may have sent it, and this fault is not about that: the next one still has to ask.
        Certainty::Uncertain => TaskFault::ours(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cwmp::rpc::GetParameterValuesResponse;

    fn fault(code: u16) -> std::result::Result<CpeResponse, AnswerFault> {
        Err(AnswerFault::Fault(FaultCode::new(code).into()))
    }

    #[test]
    fn a_line_that_is_gone_has_all_voice_services_asked_for_once() {
        assert_eq!(heard(Asked::Names, fault(9005)), Heard::AskServices);
        let none = Heard::Lines(ParameterList::new());
        assert_eq!(heard(Asked::Services, fault(9005)), none, "it has no lines");
    }

    /// Covers P2.
    #[test]
    fn a_download_that_may_have_left_is_asked_for_however_many_sessions_break_behind_it() {
        use Certainty::{Fresh, Uncertain};
        // Sessions broke before any look: nothing can have left.
        for attempts in 1..5 {
            assert_eq!(behind_the_look(Uncertain, 0, attempts), Some(Fresh));
        }
        assert_eq!(behind_the_look(Uncertain, 1, 2), None, "asked at once");
        for attempts in 3..5 {
            assert_eq!(behind_the_look(Uncertain, 1, attempts), Some(Uncertain));
        }
        // The next attempt takes a fault of the device for its word that it has nothing.
        let busy = || TaskFault::from(cwmp::Fault::from(FaultCode::INTERNAL_ERROR));
        assert_eq!(why_unheard(Uncertain, busy()).code, 0);
        assert_eq!(why_unheard(Fresh, busy()).code, 9002);
    }

    #[test]
    fn a_device_that_cannot_say_how_its_lines_are_is_not_taken_for_idle() {
        for asked in [Asked::Names, Asked::Services] {
            for code in [9001, 9002, 9004, 9555] {
                let heard = heard(asked, fault(code));
                assert!(matches!(heard, Heard::Later(_)), "{code}: {heard:?}");
            }
            for code in [9000, 9003] {
                let heard = heard(asked, fault(code));
                assert!(matches!(heard, Heard::Never(_)), "{code}: {heard:?}");
            }
            let garbled = heard(asked, Err(AnswerFault::Unusable("no list".into())));
            assert!(matches!(garbled, Heard::Later(_)), "{garbled:?}");
        }
    }

    #[test]
    fn of_an_answer_only_what_it_says_of_lines_counts() {
        const CALL: &str = "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.CallState";
        let mut parameter_list = ParameterList::new();
        parameter_list.push_str(CALL, "InCall");
        parameter_list.push_str("Device.Services.VoiceService.1.VoiceProfile.1.Name", "x");
        let answer = GetParameterValuesResponse { parameter_list };
        let Heard::Lines(lines) = heard(Asked::Services, Ok(answer.into())) else {
            panic!("it has said it")
        };
        assert_eq!(lines.len(), 1);
        assert!(busy(&lines).is_some());
    }
}
