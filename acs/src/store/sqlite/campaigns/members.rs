//! Which devices a campaign is for: chosen once, when it starts, each with what becomes of it.

use super::super::audit;
use super::super::engine::Tx;
use super::super::find;
use super::super::library::{FILE, file, find_file};
use super::super::rows::{Ms, json, word};
use super::rows::{insert, one};
use crate::campaigns::eligible::{Facts, Fate, Rules};
use crate::campaigns::path::{Backwards, Image};
use crate::campaigns::stages::{bounds, stage_of};
use crate::campaigns::version::compare;
use crate::store::{
    Actor, Campaign, CampaignEstimate, CampaignState, CampaignStep, Consent, DeviceFilter,
    EstimatedPath, FileRecord, Id, Reason, Result, StoreError, TaskFault, Verification,
};
use data_model::Timestamp;
use rusqlite::{Connection, params};
use std::collections::{BTreeMap, BTreeSet};

/// A device and what becomes of it.
struct Member {
    device: Id,
    version: String,
    /// The place of its image in the library; `None` if the library has it not.
    target: Option<usize>,
    fate: Fate,
}

fn image(file: FileRecord) -> Image {
    Image {
        file: file.id,
        product_class: file.product_class,
        version: file.version,
        minimum_version: file.minimum_version,
        bytes: file.bytes,
    }
}

/// The images a campaign may use, its own first. Nobody gets one in between that nobody vouches for.
pub(super) fn library(db: &Connection, campaign: &Campaign) -> Result<Vec<Image>> {
    let own = find_file(db, campaign.file)?.map(image);
    let mut images = vec![own.unwrap_or_else(|| Image {
        file: campaign.file,
        product_class: String::new(),
        version: String::new(),
        minimum_version: String::new(),
        bytes: 0,
    })];
    // What a device must report is what was said when the campaign was made.
    images[0].version.clone_from(&campaign.target_version);
    let sql = format!(
        "SELECT {FILE} FROM file WHERE version != '' AND file_type LIKE '1 %' AND id != ?1 ORDER BY id"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([campaign.file], file)?;
    for record in rows {
        let record = record?;
        if record.verification != Verification::Unverified || campaign.rollback_of.is_some() {
            images.push(image(record));
        }
    }
    Ok(images)
}

/// What a campaign wants.
pub(super) fn rules<'a>(
    campaign: &Campaign,
    library: &'a [Image],
    now: Option<Timestamp>,
) -> Rules<'a> {
    let backwards = match campaign.plan.downgrade || campaign.rollback_of.is_some() {
        true => Backwards::Allowed,
        false => Backwards::Refused,
    };
    let overdue_ms = i64::from(campaign.plan.overdue_hours) * 3_600_000;
    let overdue_since = now
        .filter(|_| overdue_ms > 0)
        .map(|now| Timestamp::from_millis(now.as_millis() - overdue_ms));
    Rules::new(library, backwards, overdue_since)
}

/// Every device of a campaign, in the order of their keys.
fn choose(
    db: &Connection,
    campaign: &Campaign,
    library: &[Image],
    now: Timestamp,
) -> Result<Vec<Member>> {
    match campaign.rollback_of {
        Some(of) => choose_back(db, campaign, of, library, now),
        None => choose_by_selector(db, campaign, library, now),
    }
}

fn choose_by_selector(
    db: &Connection,
    campaign: &Campaign,
    library: &[Image],
    now: Timestamp,
) -> Result<Vec<Member>> {
    let filter = DeviceFilter {
        selector: campaign.selector.clone(),
        now,
        ..DeviceFilter::default()
    };
    let sql = "SELECT d.product_class, s.last_inform, s.informs,
               (SELECT reason FROM walled w WHERE w.device = d.id)
               FROM device d JOIN seen s ON s.id = d.id WHERE d.id = ?1";
    let mut rules = rules(campaign, library, Some(now));
    let mut statement = db.prepare_cached(sql)?;
    let mut members = Vec::new();
    for (device, version) in find::select(db, &filter)? {
        let (product_class, last, informs, apart) = statement.query_row([device], |row| {
            let (last, informs): (Ms, i64) = (row.get(1)?, row.get(2)?);
            let apart: Option<String> = row.get(3)?;
            Ok((row.get::<_, String>(0)?, last, informs, apart))
        })?;
        let facts = Facts {
            product_class: &product_class,
            version: &version,
            last_inform: (informs > 0).then_some(last.0),
            apart: apart.as_deref(),
        };
        let fate = rules.fate(&facts, 0);
        members.push(Member {
            device,
            version,
            target: Some(0),
            fate,
        });
    }
    Ok(members)
}

/// The devices another campaign has upgraded, each with the image it ran before: also those that run its version and
/// count as failed, because their lines did not register or their time ran out, and those it was aborted under.
fn choose_back(
    db: &Connection,
    campaign: &Campaign,
    of: Id,
    library: &[Image],
    now: Timestamp,
) -> Result<Vec<Member>> {
    let sql = "SELECT c.device, d.software_version, d.product_class, c.from_version, c.target, s.last_inform,
               (SELECT reason FROM walled w WHERE w.device = d.id)
               FROM campaign_device c JOIN device d ON d.id = c.device JOIN seen s ON s.id = d.id
               WHERE c.campaign = ?1 AND c.started IS NOT NULL
               AND (c.step = 'done' OR d.software_version = c.target) ORDER BY c.device";
    let mut rules = rules(campaign, library, Some(now));
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([of])?;
    let mut members = Vec::new();
    while let Some(row) = rows.next()? {
        let (runs, product_class): (String, String) = (row.get(1)?, row.get(2)?);
        let (before, brought): (String, String) = (row.get(3)?, row.get(4)?);
        let last: Ms = row.get(5)?;
        let apart: Option<String> = row.get(6)?;
        let fits =
            |image: &(usize, &Image)| image.1.version == before && image.1.fits(&product_class);
        let target = library
            .iter()
            .enumerate()
            .skip(1)
            .rfind(fits)
            .map(|(place, _)| place);
        let facts = Facts {
            product_class: &product_class,
            version: &runs,
            last_inform: Some(last.0),
            apart: apart.as_deref(),
        };
        let fate = match target {
            Some(target) if runs == brought || runs == before => rules.fate(&facts, target),
            Some(_) => Fate::Cannot(format!("it runs {runs} by now, not {brought}")),
            None => Fate::Cannot(format!(
                "the library has no image of {before}, which it ran before"
            )),
        };
        members.push(Member {
            device: row.get(0)?,
            version: runs,
            target,
            fate,
        });
    }
    Ok(members)
}

/// Creates a campaign; unless it is a draft, with its devices.
pub(super) fn create(
    tx: &mut Tx<'_>,
    actor: &Actor,
    campaign: &Campaign,
    consent: Consent,
) -> Result<()> {
    insert(tx.db, campaign)?;
    if campaign.state != CampaignState::Draft {
        populate(tx, campaign, consent, campaign.created)?;
    }
    let subject = format!("{} {}", campaign.id, campaign.name);
    audit::add(tx, actor, "campaign.create", subject, campaign.created)
}

/// Starts a draft.
pub(super) fn start(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: Id,
    consent: Consent,
    now: Timestamp,
) -> Result<Option<()>> {
    let Some(campaign) = one(tx.db, id)? else {
        return Ok(None);
    };
    if campaign.state != CampaignState::Draft {
        return Err(StoreError::Conflict(
            "the campaign was started before".into(),
        ));
    }
    populate(tx, &campaign, consent, now)?;
    let sql = "UPDATE campaign SET state = 'running', started = ?2 WHERE id = ?1";
    tx.db.prepare_cached(sql)?.execute(params![id, Ms(now)])?;
    audit::add(
        tx,
        actor,
        "campaign.start",
        format!("{id} {}", campaign.name),
        now,
    )?;
    Ok(Some(()))
}

/// Writes the devices of a campaign.
fn populate(tx: &mut Tx<'_>, campaign: &Campaign, consent: Consent, now: Timestamp) -> Result<()> {
    let library = library(tx.db, campaign)?;
    let members = choose(tx.db, campaign, &library, now)?;
    let takes = |member: &&Member| matches!(member.fate, Fate::Takes(_));
    let number = members.iter().filter(takes).count() as u64;
    if number > consent.above && consent.devices != Some(number) {
        return Err(StoreError::Conflict(format!(
            "it would upgrade {number} devices, more than {}; if that is \
             meant, say so with `confirm_devices`: {number}",
            consent.above
        )));
    }
    let bounds = bounds(&campaign.plan.stages, number);
    let mut place = 0;
    let mut files = BTreeSet::new();
    for member in &members {
        let (step, fault) = match &member.fate {
            Fate::Takes(_) => (CampaignStep::Pending, None),
            Fate::Runs => (CampaignStep::Skipped, None),
            Fate::Cannot(why) => (
                CampaignStep::Excluded,
                Some(json(&TaskFault::ours(why.as_str()))),
            ),
        };
        let target = member.target.and_then(|target| library.get(target));
        if let Fate::Takes(way) = &member.fate {
            files.extend(
                way.iter()
                    .filter_map(|hop| library.get(*hop))
                    .map(|image| image.file),
            );
        }
        let other = target
            .map(|image| image.file)
            .filter(|file| *file != campaign.file);
        let sql = "INSERT INTO campaign_device (campaign, device, step, fault, updated, stage, from_version,
                   target_file, target) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        tx.db.prepare_cached(sql)?.execute(params![
            campaign.id,
            member.device,
            word(&step),
            fault,
            Ms(now),
            stage_of(place, &bounds),
            member.version,
            other,
            target.map_or("", |image| image.version.as_str()),
        ])?;
        place += u64::from(takes(&member));
    }
    for file in files {
        let sql = "INSERT OR IGNORE INTO campaign_file (campaign, file) VALUES (?1, ?2)";
        tx.db
            .prepare_cached(sql)?
            .execute(params![campaign.id, file])?;
    }
    Ok(())
}

/// What a campaign would do at this moment.
pub(super) fn estimate(
    db: &Connection,
    campaign: &Campaign,
    now: Timestamp,
) -> Result<CampaignEstimate> {
    let library = library(db, campaign)?;
    let members = choose(db, campaign, &library, now)?;
    let mut estimate = CampaignEstimate {
        matched: members.len() as u64,
        ..CampaignEstimate::default()
    };
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    let mut paths: BTreeMap<(String, Vec<usize>), u64> = BTreeMap::new();
    for member in members {
        match member.fate {
            Fate::Runs => estimate.already += 1,
            Fate::Cannot(why) => *reasons.entry(why).or_default() += 1,
            Fate::Takes(way) => {
                estimate.devices += 1;
                estimate.downloads += way.len() as u64;
                let bytes = way
                    .iter()
                    .filter_map(|hop| library.get(*hop))
                    .map(|image| image.bytes);
                estimate.bytes += bytes.sum::<u64>();
                *paths.entry((member.version, way)).or_default() += 1;
            }
        }
    }
    let mut before = 0;
    for bound in bounds(&campaign.plan.stages, estimate.devices) {
        estimate.stages.push(bound - before);
        before = bound;
    }
    let reasons = reasons.into_iter();
    estimate.excluded = reasons
        .map(|(reason, devices)| Reason { reason, devices })
        .collect();
    let name = |hop: &usize| library.get(*hop).map(|image| image.version.clone());
    estimate.paths = paths
        .into_iter()
        .map(|((from, way), devices)| EstimatedPath {
            from,
            versions: way.iter().filter_map(name).collect(),
            devices,
        })
        .collect();
    estimate.paths.sort_by(|a, b| compare(&a.from, &b.from));
    Ok(estimate)
}
