//! What campaigns must not disturb: calls, registered lines, nights, frozen days.

use super::support::*;
use crate::store::*;
use crate::windows::Windows;
use data_model::{DateTime, Timestamp};

super::cases! {
    store:
    lines_are_asked_for_only_by_campaigns_that_care,
    a_call_puts_a_download_off_without_an_attempt,
    a_look_at_the_lines_is_told_from_a_download_that_left,
    aborting_does_not_undo_what_devices_run_by_then,
    a_device_is_done_when_its_lines_are_registered_again,
    lines_are_not_forgotten_by_a_second_look_after_a_restart,
    lines_that_come_back_late_are_waited_for,
    lines_that_do_not_come_back_fail_the_device,
    lines_nobody_has_seen_again_fail_the_device,
    a_device_that_goes_back_to_its_old_version_fails_whatever_its_lines_say,
    a_device_without_registered_lines_is_done_by_its_version,
    devices_are_started_in_their_own_night,
    a_device_that_misses_its_window_waits_for_the_next_one,
    a_device_that_misses_a_week_of_windows_fails,
    nobody_is_started_on_a_frozen_day,
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

fn moment(text: &str) -> Timestamp {
    DateTime::from_text(text).instant().unwrap()
}

/// Devices in UTC, in Tokyo by a variable, and in New York by what the device says.
async fn three_zones(store: &dyn Store) -> [Id; 3] {
    let mut devices = [id(0); 3];
    for (place, serial) in devices.iter_mut().zip(["UTC", "TOKYO", "NEWYORK"]) {
        *place = device(store, serial).await;
    }
    let tokyo = vec![("time_zone".to_owned(), "JST-9".to_owned())];
    store
        .device_set_variables(&ANN, devices[1], tokyo, START)
        .await
        .unwrap();
    let says = observed(&[("Device.Time.LocalTimeZone", "EST5EDT,M3.2.0,M11.1.0")]);
    store.snapshot_merge(devices[2], says, START).await.unwrap();
    devices
}

async fn nightly(store: &dyn Store) -> [Id; 3] {
    let devices = three_zones(store).await;
    let plan = CampaignPlan {
        windows: Some(Windows::parse("01:00-05:00").unwrap()),
        ..CampaignPlan::default()
    };
    create(store, plan).await;
    devices
}

async fn devices_are_started_in_their_own_night(store: &dyn Store) {
    let [utc, tokyo, new_york] = nightly(store).await;
    for (now, expected) in [
        ("2027-02-01T12:00:00Z", vec![]),
        ("2027-02-01T16:30:00Z", vec![tokyo]),
        ("2027-02-02T00:30:00Z", vec![]),
        ("2027-02-02T01:00:00Z", vec![utc]),
        ("2027-02-02T06:00:00Z", vec![new_york]),
        ("2027-02-02T07:00:00Z", vec![]),
    ] {
        assert_eq!(advance(store, id(1), moment(now)).await, expected, "{now}");
    }
}

async fn a_device_that_misses_its_window_waits_for_the_next_one(store: &dyn Store) {
    let [utc, ..] = nightly(store).await;
    assert_eq!(
        advance(store, id(1), moment("2027-02-02T02:00:00Z")).await,
        [utc]
    );
    let task = in_campaign(store, id(1), utc).await.task.unwrap();
    let closes = moment("2027-02-02T05:00:00Z");
    assert_eq!(self::task(store, task).await.expires, Some(closes));
    assert_eq!(
        store.task_claim_next(utc, closes).await.unwrap(),
        None,
        "nothing leaves when it has closed"
    );
    store.task_expire(closes).await.unwrap();
    assert_eq!(step(store, id(1), utc).await, CampaignStep::Pending);
    assert!(
        !advance(store, id(1), moment("2027-02-02T05:30:00Z"))
            .await
            .contains(&utc)
    );
    assert_eq!(
        advance(store, id(1), moment("2027-02-03T01:00:00Z")).await,
        [utc]
    );
}

async fn a_device_that_misses_a_week_of_windows_fails(store: &dyn Store) {
    let [utc, ..] = nightly(store).await;
    for day in 1..=7 {
        assert_eq!(
            step(store, id(1), utc).await,
            CampaignStep::Pending,
            "day {day}"
        );
        let night = moment(&format!("2027-02-0{day}T02:00:00Z"));
        assert_eq!(advance(store, id(1), night).await, [utc]);
        store.task_expire(night.plus_secs(4 * 3600)).await.unwrap();
    }
    let entry = in_campaign(store, id(1), utc).await;
    assert_eq!(entry.step, CampaignStep::Failed);
    assert!(entry.fault.unwrap().text.contains("7 windows"));
}

async fn nobody_is_started_on_a_frozen_day(store: &dyn Store) {
    let [utc, tokyo, new_york] = three_zones(store).await;
    campaign(store, id(1), 10).await;
    let freeze = Freeze {
        from: "2027-02-02".into(),
        until: "2027-02-03".into(),
        reason: "a holiday".into(),
    };
    store
        .freezes_put(&ANN, vec![freeze.clone()], START)
        .await
        .unwrap();
    assert_eq!(store.freezes().await.unwrap(), [freeze]);
    let frozen = advance(store, id(1), moment("2027-02-02T12:00:00Z")).await;
    assert_eq!(frozen, []);
    assert_eq!(campaign_state(store, id(1)).await, CampaignState::Running);
    // In New York it is still the day before.
    assert_eq!(
        advance(store, id(1), moment("2027-02-02T04:00:00Z")).await,
        [new_york]
    );
    // In Tokyo it is over first.
    assert_eq!(
        advance(store, id(1), moment("2027-02-03T15:00:00Z")).await,
        [tokyo]
    );
    store.freezes_put(&ANN, vec![], at(1)).await.unwrap();
    assert_eq!(
        advance(store, id(1), moment("2027-02-03T15:00:01Z")).await,
        [utc]
    );
    let trail = trail(store).await;
    assert_eq!(
        trail
            .iter()
            .filter(|line| line.action == "freezes.put")
            .count(),
        2
    );
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
