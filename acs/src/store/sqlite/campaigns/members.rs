//! Which devices a campaign is for: chosen once, when it starts, each with what becomes of it.

use super::super::library::{FILE, file, find_file};
use super::super::rows::Ms;
use crate::campaigns::eligible::{Facts, Fate, Rules};
use crate::campaigns::path::{Backwards, Image};
use crate::campaigns::stages::{bounds, stage_of};
use crate::campaigns::version::compare;
use crate::store::{
    Campaign, CampaignEstimate, CampaignStage, CampaignStep, Consent, EstimatedPath, FileRecord,
    Id, Reason, Result, StoreError, TaskFault, Verification,
};
use data_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};
use std::collections::{BTreeMap, BTreeSet};

/// A device of a campaign to be, as it is written.
pub(super) struct Member {
    pub device: Id,
    /// What it runs.
    pub version: String,
    pub step: CampaignStep,
    /// Why it cannot take part.
    pub fault: Option<TaskFault>,
    pub stage: u32,
    /// The image it is to get in the end, if that is not the one of the campaign.
    pub target_file: Option<Id>,
    /// The version of that image.
    pub target: String,
}

/// What a campaign would do: each device in the order of their keys, and what is known of all.
pub(super) struct Chosen {
    pub members: Vec<Member>,
    /// Images it needs.
    pub files: BTreeSet<Id>,
    estimate: CampaignEstimate,
}

/// A device and what becomes of it.
struct Candidate {
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

fn choose_by_selector(
    db: &Connection,
    campaign: &Campaign,
    keys: &[Id],
    library: &[Image],
    now: Timestamp,
) -> Result<Vec<Candidate>> {
    let sql = "SELECT d.product_class, s.last_inform, s.informs,
               (SELECT reason FROM walled w WHERE w.device = d.id), d.software_version
               FROM device d JOIN seen s ON s.id = d.id WHERE d.id = ?1";
    let mut rules = rules(campaign, library, Some(now));
    let mut statement = db.prepare_cached(sql)?;
    let mut members = Vec::new();
    for device in keys {
        let row = statement.query_row([device], |row| {
            let (last, informs): (Ms, i64) = (row.get(1)?, row.get(2)?);
            let (product_class, version): (String, String) = (row.get(0)?, row.get(4)?);
            let apart: Option<String> = row.get(3)?;
            Ok((product_class, version, last, informs, apart))
        });
        // One that was forgotten since it was found takes no part.
        let Some((product_class, version, last, informs, apart)) = row.optional()? else {
            continue;
        };
        let facts = Facts {
            product_class: &product_class,
            version: &version,
            last_inform: (informs > 0).then_some(last.0),
            apart: apart.as_deref(),
        };
        let fate = rules.fate(&facts, 0);
        members.push(Candidate {
            device: *device,
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
) -> Result<Vec<Candidate>> {
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
        members.push(Candidate {
            device: row.get(0)?,
            version: runs,
            target,
            fate,
        });
    }
    Ok(members)
}

/// Decides about every device of a campaign. `keys` are those its selector finds.
pub(super) fn choose(
    db: &Connection,
    campaign: &Campaign,
    keys: &[Id],
    now: Timestamp,
) -> Result<Chosen> {
    let library = library(db, campaign)?;
    let candidates = match campaign.rollback_of {
        Some(of) => choose_back(db, campaign, of, &library, now)?,
        None => choose_by_selector(db, campaign, keys, &library, now)?,
    };
    let takes = |candidate: &&Candidate| matches!(candidate.fate, Fate::Takes(_));
    let number = candidates.iter().filter(takes).count() as u64;
    let bounds = bounds(&campaign.plan.stages, number);
    let estimate = estimate(&candidates, &library);
    let (mut place, mut files) = (0, BTreeSet::new());
    let mut members = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let stage = stage_of(place, &bounds);
        let target = candidate.target.and_then(|target| library.get(target));
        let (step, fault) = match candidate.fate {
            Fate::Takes(way) => {
                place += 1;
                let images = way.iter().filter_map(|hop| library.get(*hop));
                files.extend(images.map(|image| image.file));
                (CampaignStep::Pending, None)
            }
            Fate::Runs => (CampaignStep::Skipped, None),
            Fate::Cannot(why) => (CampaignStep::Excluded, Some(TaskFault::ours(why))),
        };
        members.push(Member {
            device: candidate.device,
            version: candidate.version,
            step,
            fault,
            stage,
            target_file: target
                .map(|image| image.file)
                .filter(|file| *file != campaign.file),
            target: target.map_or_else(String::new, |image| image.version.clone()),
        });
    }
    Ok(Chosen {
        members,
        files,
        estimate,
    })
}

impl Chosen {
    /// An error if more devices would be upgraded than was agreed to (case U06).
    pub fn agreed(&self, consent: Consent) -> Result<()> {
        consent
            .check(self.estimate.devices, "upgrade")
            .map_err(StoreError::Conflict)
    }

    /// What it would do, with these stages.
    pub fn estimate(self, stages: &[CampaignStage]) -> CampaignEstimate {
        let mut estimate = self.estimate;
        let mut before = 0;
        for bound in bounds(stages, estimate.devices) {
            estimate.stages.push(bound - before);
            before = bound;
        }
        estimate
    }
}

/// What becomes of all of them.
fn estimate(candidates: &[Candidate], library: &[Image]) -> CampaignEstimate {
    let mut estimate = CampaignEstimate {
        matched: candidates.len() as u64,
        ..CampaignEstimate::default()
    };
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    let mut paths: BTreeMap<(&str, &[usize]), u64> = BTreeMap::new();
    for candidate in candidates {
        match &candidate.fate {
            Fate::Runs => estimate.already += 1,
            Fate::Cannot(why) => *reasons.entry(why).or_default() += 1,
            Fate::Takes(way) => {
                estimate.devices += 1;
                estimate.downloads += way.len() as u64;
                let images = way.iter().filter_map(|hop| library.get(*hop));
                estimate.bytes += images.map(|image| image.bytes).sum::<u64>();
                *paths.entry((&candidate.version, way)).or_default() += 1;
            }
        }
    }
    let reasons = reasons.into_iter();
    estimate.excluded = reasons
        .map(|(reason, devices)| Reason {
            reason: reason.to_owned(),
            devices,
        })
        .collect();
    let name = |hop: &usize| library.get(*hop).map(|image| image.version.clone());
    estimate.paths = paths
        .into_iter()
        .map(|((from, way), devices)| EstimatedPath {
            from: from.to_owned(),
            versions: way.iter().filter_map(name).collect(),
            devices,
        })
        .collect();
    estimate.paths.sort_by(|a, b| compare(&a.from, &b.from));
    estimate
}
