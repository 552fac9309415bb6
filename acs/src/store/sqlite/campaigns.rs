//! Campaigns and where each of their devices is.

use super::engine::Tx;
use super::rows::{Ms, count, from_json, from_word, json, limit, readable, word};
use super::{audit, devices, events, tasks};
use crate::limits::CAMPAIGN_WAIT_MS;
use crate::store::{
    Actor, Campaign, CampaignCounts, CampaignDevice, CampaignState, CampaignStep, DeviceFilter, Id,
    NewTask, Page, Result, StoreError, Task, TaskFault, TaskKind,
};
use data_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

const COLUMNS: &str =
    "id, name, file, target_version, selector, concurrency, failure_limit, state, created";

fn campaign(row: &Row<'_>) -> Result<Campaign> {
    let id: Id = row.get(0)?;
    let selector: String = row.get(4)?;
    Ok(Campaign {
        id,
        name: row.get(1)?,
        file: row.get(2)?,
        target_version: row.get(3)?,
        selector: from_json(&selector, "campaign", id)?,
        concurrency: row.get(5)?,
        failure_limit: row.get(6)?,
        state: from_word(row.get(7)?, "campaign", id)?,
        created: row.get::<_, Ms>(8)?.0,
    })
}

fn one(db: &Connection, id: Id) -> Result<Option<Campaign>> {
    let sql = format!("SELECT {COLUMNS} FROM campaign WHERE id = ?1");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([id])?;
    rows.next()?.map(campaign).transpose()
}

fn counts(db: &Connection, id: Id) -> Result<CampaignCounts> {
    let sql = "SELECT step, count(*) FROM campaign_device WHERE campaign = ?1 GROUP BY step";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([id])?;
    let mut counts = CampaignCounts::default();
    while let Some(row) = rows.next()? {
        let number = count(row.get(1)?);
        match from_word(row.get(0)?, "campaign_device", id)? {
            CampaignStep::Pending => counts.pending = number,
            CampaignStep::Upgrading => counts.upgrading = number,
            CampaignStep::Verifying => counts.verifying = number,
            CampaignStep::Done => counts.done = number,
            CampaignStep::Failed => counts.failed = number,
            CampaignStep::Skipped => counts.skipped = number,
        }
    }
    Ok(counts)
}

/// A campaign with its counts.
pub(super) fn find(db: &Connection, id: Id) -> Result<Option<(Campaign, CampaignCounts)>> {
    let found = one(db, id)?;
    found
        .map(|campaign| Ok((campaign, counts(db, id)?)))
        .transpose()
}

/// All campaigns with their counts, newest first.
pub(super) fn list(db: &Connection) -> Result<Vec<(Campaign, CampaignCounts)>> {
    let sql = format!("SELECT {COLUMNS} FROM campaign ORDER BY id DESC");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    let mut campaigns = Vec::new();
    while let Some(row) = rows.next()? {
        let record = campaign(row).and_then(|campaign| {
            let counts = counts(db, campaign.id)?;
            Ok((campaign, counts))
        });
        campaigns.extend(readable(record)?);
    }
    Ok(campaigns)
}

/// Creates a campaign with the devices its selector finds now.
pub(super) fn create(tx: &mut Tx<'_>, actor: &Actor, campaign: &Campaign) -> Result<()> {
    let sql = "INSERT INTO campaign (id, name, file, target_version, selector, concurrency, failure_limit, state,
               created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    tx.db.prepare_cached(sql)?.execute(params![
        campaign.id,
        campaign.name,
        campaign.file,
        campaign.target_version,
        json(&campaign.selector),
        campaign.concurrency,
        campaign.failure_limit,
        word(&campaign.state),
        Ms(campaign.created),
    ])?;
    let filter = DeviceFilter {
        selector: campaign.selector.clone(),
        ..DeviceFilter::default()
    };
    for (device, version) in devices::select(tx.db, &filter)? {
        let step = if version == campaign.target_version {
            CampaignStep::Skipped
        } else {
            CampaignStep::Pending
        };
        let sql =
            "INSERT INTO campaign_device (campaign, device, step, updated) VALUES (?1, ?2, ?3, ?4)";
        let row = params![campaign.id, device, word(&step), Ms(campaign.created)];
        tx.db.prepare_cached(sql)?.execute(row)?;
    }
    let subject = format!("{} {}", campaign.id, campaign.name);
    audit::add(tx, actor, "campaign.create", subject, campaign.created)
}

/// The devices of a campaign.
pub(super) fn devices_of(db: &Connection, id: Id, page: Page<Id>) -> Result<Vec<CampaignDevice>> {
    let sql = "SELECT device, step, task, fault, updated FROM campaign_device
               WHERE campaign = ?1 AND device > ?2 ORDER BY device LIMIT ?3";
    let after = page.after.map_or(i64::MIN, Id::to_i64);
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![id, after, limit(page.limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let device: Id = row.get(0)?;
        let fault: Option<String> = row.get(3)?;
        found.push(CampaignDevice {
            device,
            step: from_word(row.get(1)?, "campaign_device", device)?,
            task: row.get(2)?,
            fault: fault
                .map(|text| from_json(&text, "campaign_device", device))
                .transpose()?,
            updated: row.get::<_, Ms>(4)?.0,
        });
    }
    Ok(found)
}

/// Whether a campaign waits for this device.
pub(super) fn under_way(db: &Connection, device: Id) -> Result<bool> {
    let sql =
        "SELECT 1 FROM campaign_device WHERE device = ?1 AND step IN ('upgrading', 'verifying')";
    Ok(db.prepare_cached(sql)?.exists([device])?)
}

/// The campaigns that wait for this device to report this version.
pub(super) fn waiting_for(db: &Connection, device: Id, version: &str) -> Result<Vec<Id>> {
    let sql = "SELECT c.campaign FROM campaign_device c JOIN campaign p ON p.id = c.campaign
               WHERE c.device = ?1 AND c.step IN ('upgrading', 'verifying') AND p.target_version = ?2";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![device, version], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whether a task is still wanted by the campaign it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It is, or it belongs to none.
    Open,
    /// The device has shown by itself that it has got there.
    Reached,
    /// The campaign was aborted, or has given the device up.
    GivenUp,
}

/// Whether a task is still wanted.
pub(super) fn purpose(db: &Connection, task: &Task) -> Result<Purpose> {
    let Some(campaign) = task.campaign else {
        return Ok(Purpose::Open);
    };
    let sql = "SELECT d.step, c.state FROM campaign_device d JOIN campaign c ON c.id = d.campaign
               WHERE d.campaign = ?1 AND d.device = ?2";
    let mut statement = db.prepare_cached(sql)?;
    let found: Option<(String, String)> = statement
        .query_row(params![campaign, task.device], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((step, state)) = found else {
        return Ok(Purpose::GivenUp);
    };
    let aborted =
        from_word::<CampaignState>(state, "campaign", campaign)? == CampaignState::Aborted;
    Ok(match from_word(step, "campaign_device", task.device)? {
        CampaignStep::Done => Purpose::Reached,
        CampaignStep::Upgrading | CampaignStep::Verifying if !aborted => Purpose::Open,
        CampaignStep::Upgrading
        | CampaignStep::Verifying
        | CampaignStep::Pending
        | CampaignStep::Failed
        | CampaignStep::Skipped => Purpose::GivenUp,
    })
}

/// Moves a device that is under way. One that has ended stays where it is: it has shown the version itself.
pub(super) fn step(
    tx: &mut Tx<'_>,
    campaign: Id,
    device: Id,
    step: CampaignStep,
    fault: Option<&TaskFault>,
    now: Timestamp,
) -> Result<()> {
    tx.hot.forget(device);
    let sql = "UPDATE campaign_device SET step = ?3, fault = ?4, updated = ?5
               WHERE campaign = ?1 AND device = ?2 AND step IN ('upgrading', 'verifying')";
    let row = params![campaign, device, word(&step), fault.map(json), Ms(now)];
    if tx.db.prepare_cached(sql)?.execute(row)? == 0 {
        return Ok(());
    }
    let data = serde_json::json!({ "campaign": campaign, "step": step, "fault": fault });
    events::add(tx, "campaign.device", Some(device), data, now)
}

fn set_state(tx: &Tx<'_>, id: Id, state: CampaignState) -> Result<()> {
    let sql = "UPDATE campaign SET state = ?2 WHERE id = ?1";
    tx.db
        .prepare_cached(sql)?
        .execute(params![id, word(&state)])?;
    Ok(())
}

/// Moves a campaign on by one step; gives the devices that were started.
pub(super) fn advance(tx: &mut Tx<'_>, id: Id, task_ids: &[Id], now: Timestamp) -> Result<Vec<Id>> {
    let job = Actor::Job("campaigns");
    let Some(campaign) =
        one(tx.db, id)?.filter(|campaign| campaign.state == CampaignState::Running)
    else {
        return Ok(Vec::new());
    };
    let counts = counts(tx.db, id)?;
    let under_way = counts.upgrading + counts.verifying;
    if counts.pending + under_way == 0 {
        set_state(tx, id, CampaignState::Done)?;
        audit::add(
            tx,
            &job,
            "campaign.done",
            format!("{id} {}", campaign.name),
            now,
        )?;
        return Ok(Vec::new());
    }
    let sql = "SELECT forgiven FROM campaign WHERE id = ?1";
    let forgiven = count(tx.db.query_row(sql, [id], |row| row.get(0))?);
    let failures = counts.failed.saturating_sub(forgiven);
    if campaign.failure_limit > 0 && failures >= u64::from(campaign.failure_limit) {
        set_state(tx, id, CampaignState::Paused)?;
        audit::add(
            tx,
            &job,
            "campaign.pause",
            format!("{id} {} after {failures} failures", campaign.name),
            now,
        )?;
        return Ok(Vec::new());
    }
    let room = u64::from(campaign.concurrency).saturating_sub(under_way);
    let room = usize::try_from(room)
        .unwrap_or(usize::MAX)
        .min(task_ids.len());
    start(tx, &campaign, &task_ids[..room], now)
}

/// Starts as many pending devices as there are keys; those that run the version by now are skipped.
fn start(tx: &mut Tx<'_>, campaign: &Campaign, task_ids: &[Id], now: Timestamp) -> Result<Vec<Id>> {
    let sql = "SELECT c.device, d.software_version FROM campaign_device c JOIN device d ON d.id = c.device
               WHERE c.campaign = ?1 AND c.step = 'pending' ORDER BY c.device LIMIT ?2";
    let pending: Vec<(Id, String)> = {
        let mut statement = tx.db.prepare_cached(sql)?;
        let arguments = params![campaign.id, limit(task_ids.len())];
        let rows = statement.query_map(arguments, |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    let mut started = Vec::new();
    for ((device, version), task) in pending.into_iter().zip(task_ids) {
        tx.hot.forget(device);
        let skipped = version == campaign.target_version;
        let step = if skipped {
            CampaignStep::Skipped
        } else {
            CampaignStep::Upgrading
        };
        let sql = "UPDATE campaign_device SET step = ?3, task = ?4, updated = ?5 WHERE campaign = ?1 AND device = ?2";
        let key = (!skipped).then_some(*task);
        let row = params![campaign.id, device, word(&step), key, Ms(now)];
        tx.db.prepare_cached(sql)?.execute(row)?;
        if skipped {
            continue;
        }
        let new = NewTask {
            id: *task,
            device,
            kind: TaskKind::Download {
                file: campaign.file,
                target_file_name: String::new(),
            },
            expires: Some(now.plus_ms(CAMPAIGN_WAIT_MS)),
            idempotency_key: None,
            campaign: Some(campaign.id),
        };
        tasks::create(tx, &Actor::Job("campaigns"), &new, now)?;
        started.push(device);
    }
    Ok(started)
}

/// Pauses, resumes or aborts a campaign.
pub(super) fn decide(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: Id,
    state: CampaignState,
    now: Timestamp,
) -> Result<Option<()>> {
    let Some((campaign, counts)) = find(tx.db, id)? else {
        return Ok(None);
    };
    if matches!(campaign.state, CampaignState::Done | CampaignState::Aborted) {
        return Err(StoreError::Conflict("the campaign has ended".into()));
    }
    let action = match state {
        CampaignState::Running => {
            // Whoever lets it go on has seen these failures.
            let sql = "UPDATE campaign SET forgiven = ?2 WHERE id = ?1";
            tx.db
                .prepare_cached(sql)?
                .execute(params![id, counts.failed.cast_signed()])?;
            "campaign.resume"
        }
        CampaignState::Paused => "campaign.pause",
        CampaignState::Done => {
            let why = "a campaign is done when its devices are; it can be aborted";
            return Err(StoreError::Conflict(why.into()));
        }
        CampaignState::Aborted => {
            tasks::cancel_of_campaign(tx, id, now)?;
            "campaign.abort"
        }
    };
    set_state(tx, id, state)?;
    audit::add(tx, actor, action, format!("{id} {}", campaign.name), now)?;
    Ok(Some(()))
}

/// Fails devices that have not reported the target version in time.
pub(super) fn expire_verifying(
    tx: &mut Tx<'_>,
    deadline: Timestamp,
    now: Timestamp,
) -> Result<u64> {
    let sql =
        "SELECT c.campaign, c.device, p.target_version, d.software_version FROM campaign_device c
               JOIN campaign p ON p.id = c.campaign JOIN device d ON d.id = c.device
               WHERE c.step IN ('upgrading', 'verifying') AND c.step = 'verifying' AND c.updated <= ?1
               LIMIT 1000";
    let late: Vec<(Id, Id, String, String)> = {
        let mut statement = tx.db.prepare_cached(sql)?;
        let rows = statement.query_map([Ms(deadline)], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    for (campaign, device, wanted, reported) in &late {
        let why = format!("after the transfer it still reports {reported}, not {wanted}");
        step(
            tx,
            *campaign,
            *device,
            CampaignStep::Failed,
            Some(&TaskFault::ours(why)),
            now,
        )?;
    }
    Ok(late.len() as u64)
}

/// Whether a campaign that has not ended needs a file.
pub(super) fn needs_file(db: &Connection, file: Id) -> Result<bool> {
    let sql = "SELECT 1 FROM campaign WHERE file = ?1 AND state IN ('running', 'paused')";
    let found: Option<i64> = db.query_row(sql, [file], |row| row.get(0)).optional()?;
    Ok(found.is_some())
}
