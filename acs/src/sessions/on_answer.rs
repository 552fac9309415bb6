//! The device has answered: what that means for what was under way, and what comes next.

use super::next_rpc::{advance, next_rpc};
use super::{Current, LiveSession, ProfilesWork, Wrote};
use crate::app::App;
use crate::clock;
use crate::provisioning::plan::AllRead;
use crate::store::{Result, TaskFault};
use crate::tasks::Running;
use cwmp::CpeResponse;
use cwmp::session::AcsSession;
use cwmp::session::acs::{AnswerFault, Answered, Reply};
use data_model::ParameterList;

/// Takes an answer and gives the next request, or the end of the session.
pub async fn on_answer(
    app: &App,
    session: &mut LiveSession,
    answered: Answered,
) -> Result<(Option<AcsSession>, Reply)> {
    let Answered { answer, ready, .. } = answered;
    match std::mem::replace(&mut session.work.current, Current::Idle) {
        Current::Idle => {}
        Current::Credentials => credentials(app, session, answer).await?,
        Current::Compare(written) => compared(app, session, written, answer).await?,
        Current::Task(running) => {
            if let Some(request) = task(app, session, *running, answer).await? {
                session.count_call(&app.metrics, request.name());
                let (machine, reply) = ready.call(request);
                return Ok((Some(machine), reply));
            }
        }
    }
    next_rpc(app, session, ready).await
}

async fn credentials(
    app: &App,
    session: &LiveSession,
    answer: std::result::Result<CpeResponse, AnswerFault>,
) -> Result<()> {
    match answer {
        Ok(_) => {
            app.store
                .credentials_confirm(session.device, clock::now())
                .await
        }
        Err(why) => {
            // It keeps coming with what it has; the next session tries again.
            tracing::warn!(device.identity = %session.identity, %why, "the device refuses credentials");
            Ok(())
        }
    }
}

async fn task(
    app: &App,
    session: &mut LiveSession,
    mut running: Running,
    answer: std::result::Result<CpeResponse, AnswerFault>,
) -> Result<Option<cwmp::AcsRequest>> {
    let next = running.answered(answer, clock::now());
    advance(app, session, running, next).await
}

async fn compared(
    app: &App,
    session: &mut LiveSession,
    written: Option<ParameterList>,
    answer: std::result::Result<CpeResponse, AnswerFault>,
) -> Result<()> {
    let ProfilesWork::Comparing(comparison) = &mut session.work.profiles else {
        return Ok(());
    };
    match (answer, written) {
        (Ok(CpeResponse::GetParameterValuesResponse(response)), None) => {
            comparison.known.read(&response.parameter_list);
            let reads = if comparison.steps.is_empty() {
                AllRead::Yes
            } else {
                AllRead::No
            };
            comparison.known.give_up_unread(&comparison.desired, reads);
        }
        (Ok(_), Some(values)) => {
            comparison.known.written(&values);
            comparison.wrote = Wrote::Something;
            session.work.parameter_key = comparison.key.clone();
        }
        (Ok(other), None) => {
            tracing::warn!(answer = other.name(), "an answer that fits no question");
        }
        (Err(why), _) => {
            let stamp = comparison.stamp;
            let fault = match why {
                AnswerFault::Fault(fault) => TaskFault::from(fault),
                AnswerFault::Unusable(why) => TaskFault::ours(why),
            };
            let (identity, code, why) = (&session.identity, fault.code, &fault.text);
            tracing::warn!(device.identity = %identity, code, why, "the device refuses its profiles");
            session.work.profiles = ProfilesWork::Agreed;
            app.store
                .provisioning_failed(session.device, stamp, fault, clock::now())
                .await?;
        }
    }
    Ok(())
}
