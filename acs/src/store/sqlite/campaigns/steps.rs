//! What happens to a device that is under way: it reports, it fails, its time runs out.

use super::super::engine::Tx;
use super::super::rows::{Ms, count, from_word, json, word};
use super::super::{events, transfers, watch};
use super::lines;
use super::rows::one;
use crate::campaigns::path::stuck;
use crate::limits::{CAMPAIGN_WAIT_MS, CAMPAIGN_WINDOWS};
use crate::store::{CampaignState, CampaignStep, Id, Result, Task, TaskFault, TaskKind};
use data_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

/// Something for the trail of a device.
pub(super) struct Happening<'a> {
    /// Where it is from here on.
    pub step: CampaignStep,
    /// The task it is about.
    pub task: Option<Id>,
    /// What happened.
    pub text: &'a str,
    /// Why it failed.
    pub fault: Option<&'a TaskFault>,
}

/// Adds to the trail of a device, and tells of it.
pub(super) fn note(
    tx: &Tx<'_>,
    campaign: Id,
    device: Id,
    what: &Happening<'_>,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO campaign_event (campaign, device, number, at, step, task, text, fault)
               SELECT ?1, ?2, coalesce(max(number), 0) + 1, ?3, ?4, ?5, ?6, ?7
               FROM campaign_event WHERE campaign = ?1 AND device = ?2";
    tx.db.prepare_cached(sql)?.execute(params![
        campaign,
        device,
        Ms(now),
        word(&what.step),
        what.task,
        what.text,
        what.fault.map(json),
    ])?;
    watch::moved(tx, device, campaign)?;
    let data = serde_json::json!({
        "campaign": campaign, "step": what.step, "text": what.text, "fault": what.fault,
    });
    events::add(tx, "campaign.device", Some(device), data, now)
}

/// Whether a campaign waits for this device.
pub(in super::super) fn under_way(db: &Connection, device: Id) -> Result<bool> {
    let sql =
        "SELECT 1 FROM campaign_device WHERE device = ?1 AND step IN ('upgrading', 'verifying')";
    Ok(db.prepare_cached(sql)?.exists([device])?)
}

/// A device has reported a version. Where a campaign waits for it the device is done, or its lines are looked at, or it
/// is to get its next image; downloads that have not left are not needed any more. One that has fallen back behind the
/// version it had reached has failed: the image that is on its way is not for the version it runs.
pub(in super::super) fn reported(
    tx: &mut Tx<'_>,
    device: Id,
    version: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "SELECT campaign, target, wanted, reached FROM campaign_device WHERE device = ?1
               AND step IN ('upgrading', 'verifying') AND gate_until IS NULL
               AND (wanted = ?2 OR target = ?2 OR reached != '')";
    let waiting: Vec<(Id, String, String, String)> = {
        let mut statement = tx.db.prepare_cached(sql)?;
        let rows = statement.query_map(params![device, version], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    for (campaign, target, wanted, reached) in waiting {
        if version != target && version != wanted {
            if let Some(why) = stuck(0, &reached, version) {
                let why = TaskFault::ours(why);
                step(tx, campaign, device, CampaignStep::Failed, Some(&why), now)?;
                lines::give_up(tx, campaign, device, &why, now)?;
            }
            continue;
        }
        transfers::needless(tx, campaign, device, now)?;
        if version != target {
            stopover(tx, campaign, device, version, now)?;
        } else if !lines::gate(tx, campaign, device, now)? {
            step(tx, campaign, device, CampaignStep::Done, None, now)?;
        }
    }
    Ok(())
}

/// A device has got as far as an image between the first and the last: it is its turn again, before all others.
fn stopover(
    tx: &mut Tx<'_>,
    campaign: Id,
    device: Id,
    version: &str,
    now: Timestamp,
) -> Result<()> {
    // Its TransferComplete may be still to come, and must not count for the next image.
    transfers::arrived(tx, campaign, device, now)?;
    tx.hot.forget(device);
    let sql =
        "UPDATE campaign_device SET step = 'pending', hops = hops + 1, wanted = '', reached = ?4, updated = ?3
               WHERE campaign = ?1 AND device = ?2";
    tx.db
        .prepare_cached(sql)?
        .execute(params![campaign, device, Ms(now), version])?;
    let text = format!("runs {version}, a version on its way");
    let what = Happening {
        step: CampaignStep::Pending,
        task: None,
        text: &text,
        fault: None,
    };
    note(tx, campaign, device, &what, now)
}

/// Whether a task is still wanted by the campaign it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Purpose {
    /// It is, or it belongs to none.
    Open,
    /// The device has shown by itself that it has got there.
    Reached,
    /// The campaign was aborted, or has given the device up.
    GivenUp,
}

/// Whether a task is still wanted.
pub(in super::super) fn purpose(db: &Connection, task: &Task) -> Result<Purpose> {
    let Some(campaign) = task.campaign else {
        return Ok(Purpose::Open);
    };
    let sql = "SELECT d.step, c.state, d.gate_until IS NOT NULL FROM campaign_device d
               JOIN campaign c ON c.id = d.campaign WHERE d.campaign = ?1 AND d.device = ?2";
    let mut statement = db.prepare_cached(sql)?;
    let found: Option<(String, String, bool)> = statement
        .query_row(params![campaign, task.device], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((step, state, gate)) = found else {
        return Ok(Purpose::GivenUp);
    };
    let aborted =
        from_word::<CampaignState>(state, "campaign", campaign)? == CampaignState::Aborted;
    let download = matches!(task.kind, TaskKind::Download { .. });
    Ok(match from_word(step, "campaign_device", task.device)? {
        CampaignStep::Done => Purpose::Reached,
        // It runs the version; only its lines are still looked at.
        CampaignStep::Verifying if gate && download => Purpose::Reached,
        CampaignStep::Upgrading | CampaignStep::Verifying if !aborted => Purpose::Open,
        CampaignStep::Upgrading
        | CampaignStep::Verifying
        | CampaignStep::Pending
        | CampaignStep::Failed
        | CampaignStep::Skipped
        | CampaignStep::Excluded => Purpose::GivenUp,
    })
}

/// Moves a device that is under way. One that has ended stays where it is: it has shown the version itself.
pub(in super::super) fn step(
    tx: &mut Tx<'_>,
    campaign: Id,
    device: Id,
    step: CampaignStep,
    fault: Option<&TaskFault>,
    now: Timestamp,
) -> Result<()> {
    let text = match step {
        CampaignStep::Pending => "withdrawn",
        CampaignStep::Upgrading => "started",
        CampaignStep::Verifying => "has the image, and is to report its version",
        CampaignStep::Done => "runs the target version",
        CampaignStep::Failed => "has failed",
        CampaignStep::Skipped => "ran the target version already",
        CampaignStep::Excluded => "cannot take part",
    };
    step_and_say(tx, campaign, device, step, text, fault, now)
}

/// [`step`] with words of its own.
pub(super) fn step_and_say(
    tx: &mut Tx<'_>,
    campaign: Id,
    device: Id,
    step: CampaignStep,
    text: &str,
    fault: Option<&TaskFault>,
    now: Timestamp,
) -> Result<()> {
    tx.hot.forget(device);
    let sql = "UPDATE campaign_device SET step = ?3, fault = ?4, updated = ?5
               WHERE campaign = ?1 AND device = ?2 AND step IN ('upgrading', 'verifying')
               AND NOT (step = 'verifying' AND ?3 = 'verifying')
               RETURNING task";
    let row = params![campaign, device, word(&step), fault.map(json), Ms(now)];
    let moved: Option<Option<Id>> = tx
        .db
        .prepare_cached(sql)?
        .query_row(row, |row| row.get(0))
        .optional()?;
    let Some(task) = moved else {
        return Ok(());
    };
    let what = Happening {
        step,
        task,
        text,
        fault,
    };
    note(tx, campaign, device, &what, now)
}

/// The time of a queued task has run out. A download whose window has closed waits for the next one; a device that has
/// let several pass has failed, and so has one that did not come for any other task.
pub(in super::super) fn expired(
    tx: &mut Tx<'_>,
    task: &Task,
    fault: &TaskFault,
    now: Timestamp,
) -> Result<()> {
    let Some(campaign) = task.campaign else {
        return Ok(());
    };
    let window = matches!(task.kind, TaskKind::Download { .. })
        && task
            .expires
            .is_some_and(|expires| expires < task.created.plus_ms(CAMPAIGN_WAIT_MS));
    if !window {
        return step(
            tx,
            campaign,
            task.device,
            CampaignStep::Failed,
            Some(fault),
            now,
        );
    }
    let sql = "UPDATE campaign_device SET missed = missed + 1 WHERE campaign = ?1 AND device = ?2
               RETURNING missed";
    let missed: Option<i64> = tx
        .db
        .prepare_cached(sql)?
        .query_row(params![campaign, task.device], |row| row.get(0))
        .optional()?;
    let missed = count(missed.unwrap_or(0));
    if missed >= CAMPAIGN_WINDOWS {
        let why = TaskFault::ours(format!("the device did not come in {missed} windows"));
        return step(
            tx,
            campaign,
            task.device,
            CampaignStep::Failed,
            Some(&why),
            now,
        );
    }
    let text = format!("its window has closed: {}", fault.text);
    step_and_say(
        tx,
        campaign,
        task.device,
        CampaignStep::Pending,
        &text,
        None,
        now,
    )
}

/// Fails devices that have not reported the version, or whose lines have not registered, in time.
pub(super) fn expire_verifying(
    tx: &mut Tx<'_>,
    deadline: Timestamp,
    now: Timestamp,
) -> Result<u64> {
    let sql = "SELECT c.campaign, c.device, c.wanted, d.software_version, c.gate_until IS NOT NULL
               FROM campaign_device c JOIN device d ON d.id = c.device
               WHERE c.step IN ('upgrading', 'verifying') AND c.step = 'verifying'
               AND CASE WHEN c.gate_until IS NULL THEN c.updated <= ?1 ELSE c.gate_until <= ?2 END
               LIMIT 1000";
    let late: Vec<(Id, Id, String, String, bool)> = {
        let mut statement = tx.db.prepare_cached(sql)?;
        let rows = statement.query_map(params![Ms(deadline), Ms(now)], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
            ))
        })?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    for (campaign, device, wanted, reported, gate) in &late {
        let why = match gate {
            true => lines::late(tx.db, *campaign, *device)?,
            false => format!("after the transfer it still reports {reported}, not {wanted}"),
        };
        let why = TaskFault::ours(why);
        step(
            tx,
            *campaign,
            *device,
            CampaignStep::Failed,
            Some(&why),
            now,
        )?;
        lines::give_up(tx, *campaign, *device, &why, now)?;
    }
    Ok(late.len() as u64)
}

/// The campaign a download of a device belongs to, with the bytes a second all its downloads have together.
pub(super) fn rate(db: &Connection, device: Id, file: Id) -> Result<Option<(Id, u64)>> {
    let sql = "SELECT c.campaign FROM campaign_device c JOIN task t ON t.id = c.task
               WHERE c.device = ?1 AND c.step IN ('upgrading', 'verifying') AND t.file = ?2";
    let campaigns: Vec<Id> = {
        let mut statement = db.prepare_cached(sql)?;
        let rows = statement.query_map(params![device, file], |row| row.get(0))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    for campaign in campaigns {
        let rate = one(db, campaign)?.map_or(0, |campaign| campaign.plan.bytes_per_sec);
        if rate > 0 {
            return Ok(Some((campaign, rate)));
        }
    }
    Ok(None)
}
