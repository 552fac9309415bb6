//! What campaigns must not disturb: calls, registered lines, the line all downloads share.

use super::support::*;
use crate::store::*;

super::cases! {
    store:
    lines_are_asked_for_only_by_campaigns_that_care,
    a_call_puts_a_download_off_without_an_attempt,
    a_call_on_a_device_that_was_given_up_does_not_have_it_wait,
    a_look_at_the_lines_is_told_from_a_download_that_left,
    aborting_does_not_undo_what_devices_run_by_then,
    a_device_is_done_when_its_lines_are_registered_again,
    lines_are_not_forgotten_by_a_second_look_after_a_restart,
    lines_that_come_back_late_are_waited_for,
    lines_that_do_not_come_back_fail_the_device,
    lines_nobody_has_seen_again_fail_the_device,
    a_device_that_goes_back_to_its_old_version_fails_whatever_its_lines_say,
    a_device_without_registered_lines_is_done_by_its_version,
    the_rate_of_a_campaign_is_known_for_its_own_downloads,
}

const STATUS: &str = "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.Status";
const CALL: &str = "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.CallState";

fn plan() -> CampaignPlan {
    CampaignPlan {
        idle: Some(IdleWait {
            minutes: 10,
            then: AtDeadline::Upgrade,
        }),
        voice: Some(VoiceGate { minutes: 5 }),
        ..CampaignPlan::default()
    }
}

async fn create(store: &dyn Store, plan: CampaignPlan) {
    let campaign = Campaign {
        plan,
        ..new_campaign(id(1), 10)
    };
    store
        .campaign_create(&ANN, campaign, Consent::ANY)
        .await
        .unwrap();
}

async fn lines_are_asked_for_only_by_campaigns_that_care(store: &dyn Store) {
    let device = device(store, "A").await;
    let merged = store.snapshot_merge(
        device,
        observed(&[(STATUS, "Up"), (CALL, "Idle"), (VERSION, "1.0")]),
        START,
    );
    merged.await.unwrap();
    create(store, plan()).await;
    advance(store, id(1), at(1)).await;
    let task = claim(store, device, at(2)).await.task.id;
    let check = store.campaign_line_check(task).await.unwrap().unwrap();
    assert_eq!(check.names, [CALL, STATUS]);
    let idle = check.idle.unwrap();
    assert_eq!((idle.deadline, idle.then), (None, AtDeadline::Upgrade));
    let other = queue(store, reboot(id(60), device)).await;
    assert_eq!(store.campaign_line_check(other.id).await.unwrap(), None);
    let careless = fleet(store, 1).await[0];
    campaign(store, id(2), 10).await;
    advance(store, id(2), at(3)).await;
    let task = claim(store, careless, at(4)).await.task.id;
    assert_eq!(store.campaign_line_check(task).await.unwrap(), None);
    assert_eq!(store.campaign_line_check(id(77)).await.unwrap(), None);
}

async fn a_call_puts_a_download_off_without_an_attempt(store: &dyn Store) {
    let device = device(store, "A").await;
    create(store, plan()).await;
    advance(store, id(1), at(1)).await;
    for round in 1..9 {
        let claimed = claim(store, device, at(round * 20)).await.task;
        assert_eq!(claimed.attempts, 1, "a call is nobody's fault");
        let busy = store.campaign_busy(
            claimed.id,
            "a call".into(),
            at(round * 20 + 15),
            at(round * 20),
        );
        busy.await.unwrap();
        assert_eq!(state(store, claimed.id).await, TaskState::Queued);
        let early = store.task_claim_next(device, at(round * 20 + 14)).await;
        assert_eq!(early.unwrap(), None);
    }
    let entry = in_campaign(store, id(1), device).await;
    assert_eq!(entry.step, CampaignStep::Upgrading);
    let check = store
        .campaign_line_check(entry.task.unwrap())
        .await
        .unwrap();
    let deadline = check.unwrap().idle.unwrap().deadline;
    assert_eq!(deadline, Some(at(20 + 600)), "from the first call on");
    let (_, events) = store.campaign_device(id(1), device).await.unwrap().unwrap();
    let waits = events
        .iter()
        .filter(|event| event.text.contains("end of a call"));
    assert_eq!(waits.count(), 1);
}

async fn a_call_on_a_device_that_was_given_up_does_not_have_it_wait(store: &dyn Store) {
    let device = device(store, "A").await;
    create(store, plan()).await;
    advance(store, id(1), at(1)).await;
    let task = claim(store, device, at(2)).await.task.id;
    decide(store, id(1), CampaignState::Aborted).await;
    let busy = store.campaign_busy(task, "a call".into(), at(75), at(60));
    busy.await.unwrap();
    assert_eq!(state(store, task).await, TaskState::Failed);
    let (entry, events) = store.campaign_device(id(1), device).await.unwrap().unwrap();
    assert_eq!(entry.step, CampaignStep::Failed);
    assert_eq!(
        events.last().unwrap().step,
        CampaignStep::Failed,
        "{events:?}"
    );
}

/// Covers P2.
async fn a_look_at_the_lines_is_told_from_a_download_that_left(store: &dyn Store) {
    let device = device(store, "A").await;
    create(store, plan()).await;
    advance(store, id(1), at(1)).await;
    let first = claim(store, device, at(2)).await;
    let looked = |task| async move {
        let check = store.campaign_line_check(task).await.unwrap();
        check.unwrap().looked
    };
    let task = first.task.id;
    assert_eq!((first.task.attempts, looked(task).await), (1, 0));
    // The session breaks before the device has said how its lines are.
    let second = claim(store, device, at(3)).await;
    assert_eq!(second.certainty, Certainty::Uncertain);
    assert_eq!((second.task.attempts, looked(task).await), (2, 0));
    let seen = store.campaign_lines_seen(task, observed(&[(STATUS, "Up")]), at(4));
    seen.await.unwrap();
    // The session breaks when the Download may have left.
    let third = claim(store, device, at(5)).await;
    assert_eq!((third.task.attempts, looked(task).await), (3, 2));
}

async fn aborting_does_not_undo_what_devices_run_by_then(store: &dyn Store) {
    let device = device(store, "A").await;
    create(store, plan()).await;
    advance(store, id(1), at(1)).await;
    let task = claim(store, device, at(2)).await.task.id;
    let seen = store.campaign_lines_seen(task, observed(&[(STATUS, "Up")]), at(2));
    seen.await.unwrap();
    finish(store, task, TaskOutcome::WaitingForTransfer, at(2)).await;
    transferred(store, task, at(3)).await;
    reports(store, device, NEW, at(10)).await;
    decide(store, id(1), CampaignState::Aborted).await;
    assert_eq!(step(store, id(1), device).await, CampaignStep::Verifying);
    let look = claim(store, device, at(60)).await.task.id;
    answers(store, look, "Up", 61).await;
    assert_eq!(step(store, id(1), device).await, CampaignStep::Done);
}

/// A device whose line was registered before it got its image, which it runs by now; gives the task that looks at it.
async fn behind_the_gate(store: &dyn Store) -> (Id, Id) {
    let device = device(store, "A").await;
    create(store, plan()).await;
    advance(store, id(1), at(1)).await;
    let task = claim(store, device, at(2)).await.task.id;
    let seen = store.campaign_lines_seen(task, observed(&[(STATUS, "Up"), (CALL, "Idle")]), at(2));
    seen.await.unwrap();
    finish(store, task, TaskOutcome::WaitingForTransfer, at(2)).await;
    transferred(store, task, at(3)).await;
    reports(store, device, NEW, at(10)).await;
    assert_eq!(step(store, id(1), device).await, CampaignStep::Verifying);
    let look = claim(store, device, at(11)).await.task;
    let kind = TaskKind::GetParameterValues {
        names: vec![STATUS.into()],
    };
    assert_eq!((look.kind, look.campaign), (kind, Some(id(1))));
    (device, look.id)
}

async fn answers(store: &dyn Store, task: Id, status: &str, now: u64) {
    let seen = observed(&[(STATUS, status)]);
    store
        .task_finish(task, done(), seen, at(now))
        .await
        .unwrap();
}

async fn a_device_is_done_when_its_lines_are_registered_again(store: &dyn Store) {
    let (device, look) = behind_the_gate(store).await;
    answers(store, look, "Up", 12).await;
    let entry = in_campaign(store, id(1), device).await;
    assert_eq!((entry.step, entry.updated), (CampaignStep::Done, at(12)));
    assert_eq!(state(store, look).await, TaskState::Done);
}

async fn lines_are_not_forgotten_by_a_second_look_after_a_restart(store: &dyn Store) {
    let device = device(store, "A").await;
    create(store, plan()).await;
    advance(store, id(1), at(1)).await;
    let task = claim(store, device, at(2)).await.task.id;
    let seen = store.campaign_lines_seen(task, observed(&[(STATUS, "Up")]), at(2));
    seen.await.unwrap();
    finish(store, task, retry(at(60)), at(3)).await;
    claim(store, device, at(61)).await;
    let seen = store.campaign_lines_seen(task, observed(&[(STATUS, "Registering")]), at(61));
    seen.await.unwrap();
    finish(store, task, TaskOutcome::WaitingForTransfer, at(61)).await;
    transferred(store, task, at(62)).await;
    reports(store, device, NEW, at(70)).await;
    let entry = in_campaign(store, id(1), device).await;
    assert_eq!(
        entry.step,
        CampaignStep::Verifying,
        "its line is to register"
    );
}

async fn lines_that_come_back_late_are_waited_for(store: &dyn Store) {
    let (device, look) = behind_the_gate(store).await;
    for round in 0..10 {
        let now = 12 + round * 20;
        answers(store, look, "Registering", now).await;
        assert_eq!(state(store, look).await, TaskState::Queued);
        assert_eq!(step(store, id(1), device).await, CampaignStep::Verifying);
        assert_eq!(claim(store, device, at(now + 20)).await.task.id, look);
    }
    answers(store, look, "Up", 250).await;
    assert_eq!(step(store, id(1), device).await, CampaignStep::Done);
}

async fn lines_that_do_not_come_back_fail_the_device(store: &dyn Store) {
    let (device, look) = behind_the_gate(store).await;
    answers(store, look, "Error", 305).await;
    let entry = in_campaign(store, id(1), device).await;
    assert_eq!(entry.step, CampaignStep::Failed);
    let why = entry.fault.unwrap().text;
    assert!(why.contains("Line.1.Status is Error"), "{why}");
}

async fn lines_nobody_has_seen_again_fail_the_device(store: &dyn Store) {
    let (device, look) = behind_the_gate(store).await;
    answers(store, look, "Registering", 12).await;
    let early = store.campaign_expire_verifying(at(300), at(309)).await;
    assert_eq!(early.unwrap(), 0, "it has its own deadline");
    let late = store.campaign_expire_verifying(START, at(310)).await;
    assert_eq!(late.unwrap(), 1);
    let entry = in_campaign(store, id(1), device).await;
    assert_eq!(entry.step, CampaignStep::Failed);
    let why = entry.fault.unwrap().text;
    assert!(why.contains("is Registering"), "{why}");
    assert_eq!(state(store, look).await, TaskState::Failed);
}

async fn a_device_that_goes_back_to_its_old_version_fails_whatever_its_lines_say(
    store: &dyn Store,
) {
    let (device, look) = behind_the_gate(store).await;
    reports(store, device, "1.0", at(200)).await;
    answers(store, look, "Up", 301).await;
    let entry = in_campaign(store, id(1), device).await;
    assert_eq!(entry.step, CampaignStep::Failed);
    assert!(entry.fault.unwrap().text.contains("runs 1.0 again"));
}

async fn a_device_without_registered_lines_is_done_by_its_version(store: &dyn Store) {
    let device = device(store, "A").await;
    create(store, plan()).await;
    advance(store, id(1), at(1)).await;
    let task = claim(store, device, at(2)).await.task.id;
    let seen = store.campaign_lines_seen(task, observed(&[(STATUS, "Disabled")]), at(2));
    seen.await.unwrap();
    finish(store, task, TaskOutcome::WaitingForTransfer, at(2)).await;
    reports(store, device, NEW, at(10)).await;
    assert_eq!(step(store, id(1), device).await, CampaignStep::Done);
}

async fn the_rate_of_a_campaign_is_known_for_its_own_downloads(store: &dyn Store) {
    let device = device(store, "A").await;
    let plan = CampaignPlan {
        bytes_per_sec: 5_000,
        ..CampaignPlan::default()
    };
    create(store, plan).await;
    assert_eq!(
        store.campaign_rate(device, campaign_file()).await.unwrap(),
        None
    );
    advance(store, id(1), at(1)).await;
    let rate = store.campaign_rate(device, campaign_file()).await.unwrap();
    assert_eq!(rate, Some((id(1), 5_000)));
    assert_eq!(
        store.campaign_rate(device, id(77)).await.unwrap(),
        None,
        "another file"
    );
}
