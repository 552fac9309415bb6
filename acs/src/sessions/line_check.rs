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
use cwmp::rpc::GetParameterValues;
use cwmp::session::acs::AnswerFault;
use cwmp::{AcsRequest, CpeResponse};
use data_model::ParameterList;

/// A task that waits for what its device says of its lines.
#[derive(Debug)]
pub struct Checking {
    claimed: ClaimedTask,
    rule: Option<IdleRule>,
}

/// What to ask before a task leaves; `None` for nothing.
pub(super) async fn before(
    app: &App,
    session: &mut LiveSession,
    claimed: &ClaimedTask,
) -> Result<Option<AcsRequest>> {
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
    if claimed.certainty == Certainty::Uncertain && looked + 1 >= task.attempts {
        // The attempt before this one had looked at the lines: its Download may have left, and is asked for first.
        return Ok(None);
    }
    let parameter_names = match names.is_empty() {
        true => vec![format!("{}Services.VoiceService.", session.work.root)],
        false => names,
    };
    session.work.current = Current::Lines(Box::new(Checking {
        claimed: ClaimedTask {
            certainty: Certainty::Fresh,
            ..claimed.clone()
        },
        rule: idle,
    }));
    Ok(Some(GetParameterValues { parameter_names }.into()))
}

/// The device has said how its lines are: the Download leaves, or waits, or is given up.
pub(super) async fn answered(
    app: &App,
    session: &mut LiveSession,
    checking: Checking,
    answer: std::result::Result<CpeResponse, AnswerFault>,
) -> Result<Option<AcsRequest>> {
    let Checking { claimed, rule } = checking;
    let task = &claimed.task;
    let mut lines = ParameterList::new();
    match answer {
        Ok(CpeResponse::GetParameterValuesResponse(response)) => {
            let said = response.parameter_list.iter();
            for parameter in said.filter(|parameter| says(parameter.name).is_some()) {
                lines.push(parameter.name, parameter.ty, parameter.value);
            }
        }
        Ok(other) => tracing::warn!(answer = other.name(), "an answer that fits no question"),
        // It has no lines, or does not speak of them: nothing is known that speaks against the Download.
        Err(why) => {
            tracing::debug!(device.identity = %session.identity, %why, "the device says nothing of its lines");
        }
    }
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
