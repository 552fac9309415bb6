//! The device has answered: what that means for what was under way, and what comes next.

use super::next_rpc::next_rpc;
use super::tasks::advance;
use super::{Current, LiveSession, compare, line_check};
use crate::app::App;
use crate::clock;
use crate::store::Result;
use crate::tasks::Running;
use cwmp::CpeResponse;
use cwmp::session::AcsSession;
use cwmp::session::acs::{AnswerFault, Answered, Reply};

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
        Current::Compare(step) => compare::answered(app, session, *step, answer).await?,
        Current::Lines(checking) => {
            if let Some(request) = line_check::answered(app, session, *checking, answer).await? {
                session.count_call(&app.metrics, request.name());
                let (machine, reply) = ready.call(request);
                return Ok((Some(machine), reply));
            }
        }
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
