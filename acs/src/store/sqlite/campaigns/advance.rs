//! Moves a campaign on by one step: what [`crate::campaigns::stages`] decides is done.

use super::super::engine::Tx;
use super::super::rows::{Ms, count, json, word};
use super::super::{audit, tasks};
use super::members;
use super::rows::{Tally, one, set_state};
use super::steps::{Happening, note};
use super::turn::{Candidate, Turn};
use crate::campaigns::eligible::{Facts, Fate};
use crate::campaigns::path::stuck;
use crate::campaigns::stages::{Move, Situation, Standing, decide};
use crate::limits::CAMPAIGN_WAIT_MS;
use crate::store::{
    Actor, Campaign, CampaignState, CampaignStep, Id, NewTask, Result, TaskFault, TaskKind,
};
use data_model::Timestamp;
use rusqlite::{Connection, params};
use std::collections::HashMap;

/// What can be found out of a campaign beside the writer: its devices are counted here, a whole fleet perhaps.
#[derive(Debug)]
pub(super) struct Prospect {
    stages: Vec<Standing>,
    turn: Turn,
}

fn running(db: &Connection, id: Id) -> Result<Option<Campaign>> {
    Ok(one(db, id)?.filter(|campaign| campaign.state == CampaignState::Running))
}

/// Looks whether there is anything to do; `None` if not.
pub(super) fn prospect(db: &Connection, id: Id, now: Timestamp) -> Result<Option<Prospect>> {
    let Some(campaign) = running(db, id)? else {
        return Ok(None);
    };
    let tally = Tally::of(db, id)?;
    let stages = tally.standings(campaign.plan.stages.len().max(1));
    let past = past(db, &campaign)?;
    let turn = Turn::look(db, &campaign, &tally)?;
    let idle = match decide(&past.situation(&campaign, &stages)) {
        Move::Done | Move::Pause(_) | Move::Open(_) => false,
        Move::Start(0) => true,
        Move::Start(_) => turn.learned.is_empty() && turn.whose(db, &campaign, 1, now)?.is_empty(),
    };
    Ok((!idle).then_some(Prospect { stages, turn }))
}

/// How many are under way may be other than it was a moment ago, and must be right: no more than a few at one time. The
/// others only end, and whoever has ended in between counts as pending until the next look.
fn at_this_moment(db: &Connection, id: Id, stages: &mut [Standing]) -> Result<()> {
    let sql = "SELECT stage, count(*) FROM campaign_device
               WHERE campaign = ?1 AND step IN ('upgrading', 'verifying') GROUP BY stage";
    let mut under_way = HashMap::new();
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([id])?;
    while let Some(row) = rows.next()? {
        under_way.insert(count(row.get(0)?), count(row.get(1)?));
    }
    for (stage, standing) in (0u64..).zip(stages.iter_mut()) {
        let number = under_way.get(&stage).copied().unwrap_or(0);
        let all = standing.pending + standing.under_way;
        standing.under_way = number;
        standing.pending = all.saturating_sub(number);
    }
    Ok(())
}

/// Moves a campaign on; gives the devices that were started.
pub(super) fn advance(
    tx: &mut Tx<'_>,
    id: Id,
    task_ids: &[Id],
    prospect: Prospect,
    now: Timestamp,
) -> Result<Vec<Id>> {
    let Some(mut campaign) = running(tx.db, id)? else {
        return Ok(Vec::new());
    };
    let Prospect { mut stages, turn } = prospect;
    at_this_moment(tx.db, id, &mut stages)?;
    turn.keep(tx, &campaign)?;
    let mut past = past(tx.db, &campaign)?;
    loop {
        match decide(&past.situation(&campaign, &stages)) {
            Move::Done => {
                end(tx, &campaign, now)?;
                return Ok(Vec::new());
            }
            Move::Pause(reason) => {
                pause(tx, &campaign, &reason, now)?;
                return Ok(Vec::new());
            }
            Move::Open(stage) => {
                open(tx, &campaign, stage, now)?;
                campaign.stage = stage;
                past.forgiven_in_stage = 0;
            }
            Move::Start(room) => {
                let room = usize::try_from(room).unwrap_or(usize::MAX);
                let room = room.min(task_ids.len());
                return start(tx, &campaign, &turn, &task_ids[..room], now);
            }
        }
    }
}

/// What a decision depends on besides how devices stand.
struct Past {
    forgiven: u64,
    forgiven_in_stage: u64,
    waived: Option<u32>,
    failed_of_last: u64,
}

impl Past {
    fn situation<'a>(&self, campaign: &'a Campaign, stages: &'a [Standing]) -> Situation<'a> {
        Situation {
            plan: &campaign.plan,
            concurrency: campaign.concurrency,
            failure_limit: campaign.failure_limit,
            stage: campaign.stage,
            stages,
            forgiven: self.forgiven,
            forgiven_in_stage: self.forgiven_in_stage,
            waived: self.waived,
            failed_of_last: self.failed_of_last,
        }
    }
}

fn past(db: &Connection, campaign: &Campaign) -> Result<Past> {
    let sql = "SELECT forgiven, forgiven_in_stage, waived, resumed FROM campaign WHERE id = ?1";
    let (mut past, resumed) = db.query_row(sql, [campaign.id], |row| {
        let past = Past {
            forgiven: count(row.get(0)?),
            forgiven_in_stage: count(row.get(1)?),
            waived: row.get(2)?,
            failed_of_last: 0,
        };
        Ok((past, row.get::<_, i64>(3)?))
    })?;
    if let Some(recent) = campaign.plan.recent_failures {
        let sql = "SELECT count(*) FROM (SELECT step FROM campaign_device WHERE campaign = ?1
                   AND step IN ('done', 'failed') AND updated > ?2 ORDER BY updated DESC LIMIT ?3)
                   WHERE step = 'failed'";
        let row = params![campaign.id, resumed, recent.of];
        past.failed_of_last = count(db.prepare_cached(sql)?.query_row(row, |row| row.get(0))?);
    }
    Ok(past)
}

const JOB: Actor = Actor::Job("campaigns");

fn end(tx: &Tx<'_>, campaign: &Campaign, now: Timestamp) -> Result<()> {
    set_state(tx.db, campaign.id, CampaignState::Done, None)?;
    let sql = "UPDATE campaign SET ended = ?2 WHERE id = ?1";
    tx.db
        .prepare_cached(sql)?
        .execute(params![campaign.id, Ms(now)])?;
    let subject = format!("{} {}", campaign.id, campaign.name);
    audit::add(tx, &JOB, "campaign.done", subject, now)
}

fn pause(tx: &Tx<'_>, campaign: &Campaign, reason: &str, now: Timestamp) -> Result<()> {
    set_state(tx.db, campaign.id, CampaignState::Paused, Some(reason))?;
    let subject = format!("{} {}: {reason}", campaign.id, campaign.name);
    audit::add(tx, &JOB, "campaign.pause", subject, now)
}

fn open(tx: &Tx<'_>, campaign: &Campaign, stage: u32, now: Timestamp) -> Result<()> {
    let sql = "UPDATE campaign SET stage = ?2, forgiven_in_stage = 0 WHERE id = ?1";
    tx.db
        .prepare_cached(sql)?
        .execute(params![campaign.id, stage])?;
    let subject = format!("{} {} stage {}", campaign.id, campaign.name, stage + 1);
    audit::add(tx, &JOB, "campaign.stage", subject, now)
}

/// Starts devices whose turn it is, each with a download that gets one of the keys.
fn start(
    tx: &mut Tx<'_>,
    campaign: &Campaign,
    turn: &Turn,
    task_ids: &[Id],
    now: Timestamp,
) -> Result<Vec<Id>> {
    if task_ids.is_empty() {
        return Ok(Vec::new());
    }
    let turn = turn.whose(tx.db, campaign, task_ids.len(), now)?;
    if turn.is_empty() {
        return Ok(Vec::new());
    }
    let library = members::library(tx.db, campaign)?;
    let places: HashMap<Id, usize> = (0..)
        .zip(&library)
        .map(|(place, image)| (image.file, place))
        .collect();
    let mut rules = members::rules(campaign, &library, None);
    let mut started = Vec::new();
    for (candidate, task) in turn.iter().zip(task_ids) {
        tx.hot.forget(candidate.device);
        let facts = Facts {
            product_class: &candidate.product_class,
            version: &candidate.version,
            last_inform: None,
            apart: candidate.apart.as_deref(),
        };
        let target = candidate.target_file.unwrap_or(campaign.file);
        let target = places.get(&target).copied().unwrap_or(usize::MAX);
        let stuck = || stuck(candidate.hops, &candidate.reached, &candidate.version);
        let fate = match rules.fate(&facts, target) {
            Fate::Takes(way) => stuck().map_or(Fate::Takes(way), Fate::Cannot),
            settled @ (Fate::Runs | Fate::Cannot(_)) => settled,
        };
        match fate {
            Fate::Runs => settle(tx, campaign, candidate, None, now)?,
            Fate::Cannot(why) => settle(tx, campaign, candidate, Some(&why), now)?,
            Fate::Takes(way) => {
                let Some(image) = way.first().and_then(|hop| library.get(*hop)) else {
                    continue;
                };
                begin(
                    tx,
                    campaign,
                    candidate,
                    (*task, image.file, &image.version),
                    now,
                )?;
                started.push(candidate.device);
            }
        }
    }
    Ok(started)
}

/// A device that is not started: it runs the version by now, or it cannot get there.
fn settle(
    tx: &Tx<'_>,
    campaign: &Campaign,
    candidate: &Candidate,
    why: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let (step, text) = match (why, candidate.hops) {
        (None, 0) => (CampaignStep::Skipped, "ran the target version already"),
        (None, _) => (CampaignStep::Done, "runs the target version"),
        (Some(_), 0) => (CampaignStep::Excluded, "cannot take part"),
        (Some(_), _) => (CampaignStep::Failed, "cannot go on"),
    };
    let fault = why.map(TaskFault::ours);
    let sql = "UPDATE campaign_device SET step = ?3, fault = ?4, updated = ?5 WHERE campaign = ?1 AND device = ?2";
    let row = params![
        campaign.id,
        candidate.device,
        word(&step),
        fault.as_ref().map(json),
        Ms(now)
    ];
    tx.db.prepare_cached(sql)?.execute(row)?;
    let what = Happening {
        step,
        task: None,
        text,
        fault: fault.as_ref(),
    };
    note(tx, campaign.id, candidate.device, &what, now)
}

fn begin(
    tx: &mut Tx<'_>,
    campaign: &Campaign,
    candidate: &Candidate,
    (task, file, version): (Id, Id, &str),
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE campaign_device SET step = 'upgrading', task = ?3, wanted = ?4, fault = NULL, updated = ?5,
               started = coalesce(started, ?5), busy_since = NULL, gate_until = NULL, looked = 0,
               from_version = CASE hops WHEN 0 THEN ?6 ELSE from_version END
               WHERE campaign = ?1 AND device = ?2";
    let row = params![
        campaign.id,
        candidate.device,
        task,
        version,
        Ms(now),
        candidate.version
    ];
    tx.db.prepare_cached(sql)?.execute(row)?;
    let wait = now.plus_ms(CAMPAIGN_WAIT_MS);
    let new = NewTask {
        id: task,
        device: candidate.device,
        kind: TaskKind::Download {
            file,
            target_file_name: String::new(),
        },
        expires: Some(candidate.until.map_or(wait, |until| until.min(wait))),
        idempotency_key: None,
        campaign: Some(campaign.id),
    };
    tasks::create(tx, &JOB, &new, now)?;
    let text = format!("is to get {version}");
    let what = Happening {
        step: CampaignStep::Upgrading,
        task: Some(task),
        text: &text,
        fault: None,
    };
    note(tx, campaign.id, candidate.device, &what, now)
}
