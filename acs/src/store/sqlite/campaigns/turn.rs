//! Whose turn it is in a campaign: which pending devices may be started at a moment.

use super::super::engine::Tx;
use super::super::rows::limit;
use super::super::{devices, snapshots};
use super::freezes;
use super::rows::Tally;
use crate::campaigns::calendar::{FrozenDays, Touch, touch};
use crate::limits::CAMPAIGN_ZONES;
use crate::store::{Campaign, CampaignStep, Id, Result};
use crate::zone::Zone;
use data_model::Timestamp;
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

/// A device whose turn it is.
#[derive(Debug)]
pub(super) struct Candidate {
    pub device: Id,
    pub version: String,
    pub product_class: String,
    pub hops: u32,
    /// The version it was last seen with on its way.
    pub reached: String,
    pub target_file: Option<Id>,
    /// Why it is kept apart, if it is.
    pub apart: Option<String>,
    /// When its time is over.
    pub until: Option<Timestamp>,
}

/// Devices another campaign has started wait until that is over: an image is sent by one of them only, and whoever got
/// there by the other one is found to run the version.
const CANDIDATES: &str =
    "SELECT c.device, d.software_version, d.product_class, c.hops, c.target_file,
        (SELECT reason FROM walled w WHERE w.device = c.device), c.reached
    FROM campaign_device c JOIN device d ON d.id = c.device
    WHERE c.campaign = ?1 AND c.step = 'pending' AND NOT EXISTS (
        SELECT 1 FROM campaign_device o WHERE o.device = c.device AND o.campaign != ?1
        AND o.step IN ('upgrading', 'verifying'))";

fn candidates(
    db: &Connection,
    condition: &str,
    arguments: impl rusqlite::Params,
    until: Option<Timestamp>,
) -> Result<Vec<Candidate>> {
    let sql = format!("{CANDIDATES} {condition}");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(arguments, |row| {
        Ok(Candidate {
            device: row.get(0)?,
            version: row.get(1)?,
            product_class: row.get(2)?,
            hops: row.get(3)?,
            target_file: row.get(4)?,
            apart: row.get(5)?,
            reached: row.get(6)?,
            until,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whose turn it may be, as far as it takes a look at many devices.
#[derive(Debug)]
pub(super) struct Turn {
    /// The time zones with pending devices, by stage; empty while time zones do not matter.
    zones: Vec<(u32, String)>,
    /// Devices whose time zone was not known, with their stage and what it is.
    pub learned: Vec<(Id, u32, String)>,
}

impl Turn {
    /// Looks, beside the writer, in which time zones there are pending devices.
    pub fn look(db: &Connection, campaign: &Campaign, tally: &Tally) -> Result<Turn> {
        if campaign.plan.windows.is_none() && freezes::days(db)?.is_empty() {
            return Ok(Turn {
                zones: Vec::new(),
                learned: Vec::new(),
            });
        }
        let learned = look_up_zones(db, campaign)?;
        let pending = tally.groups.iter().filter_map(|(step, stage, zone, _)| {
            let zone = zone.as_ref().filter(|_| *step == CampaignStep::Pending)?;
            Some((*stage, zone.clone()))
        });
        let found = learned
            .iter()
            .map(|(_, stage, zone)| (*stage, zone.clone()));
        let mut zones: Vec<(u32, String)> = pending.chain(found).collect();
        zones.sort();
        zones.dedup();
        Ok(Turn { zones, learned })
    }

    /// Keeps the time zones that were looked up.
    pub fn keep(&self, tx: &Tx<'_>, campaign: &Campaign) -> Result<()> {
        for (device, _, zone) in &self.learned {
            let sql = "UPDATE campaign_device SET zone = ?3
                       WHERE campaign = ?1 AND device = ?2 AND zone IS NULL";
            tx.db
                .prepare_cached(sql)?
                .execute(params![campaign.id, device, zone])?;
        }
        Ok(())
    }

    /// Devices whose turn it is: those that are half-way first, then stage by stage.
    pub fn whose(
        &self,
        db: &Connection,
        campaign: &Campaign,
        room: usize,
        now: Timestamp,
    ) -> Result<Vec<Candidate>> {
        let frozen = freezes::days(db)?;
        if campaign.plan.windows.is_none() && frozen.is_empty() {
            return any_time(db, campaign, room);
        }
        let zones = self.zones.iter().filter_map(|(_, zone)| {
            let until = until(campaign, &frozen, zone, now)?;
            Some((zone.as_str(), until))
        });
        let open: BTreeMap<&str, Option<Timestamp>> = zones.collect();
        let mut found = Vec::new();
        for (zone, until) in &open {
            let condition = "AND c.hops > 0 AND c.zone = ?2 ORDER BY c.device LIMIT ?3";
            let arguments = params![campaign.id, zone, limit(room - found.len())];
            found.extend(candidates(db, condition, arguments, *until)?);
        }
        for (stage, zone) in &self.zones {
            let Some(until) = open.get(zone.as_str()).filter(|_| *stage <= campaign.stage) else {
                continue;
            };
            let condition =
                "AND c.hops = 0 AND c.stage = ?2 AND c.zone = ?3 ORDER BY c.device LIMIT ?4";
            let arguments = params![campaign.id, stage, zone, limit(room - found.len())];
            found.extend(candidates(db, condition, arguments, *until)?);
        }
        Ok(found)
    }
}

fn any_time(db: &Connection, campaign: &Campaign, room: usize) -> Result<Vec<Candidate>> {
    let half_way = "AND c.hops > 0 ORDER BY c.device LIMIT ?2";
    let mut found = candidates(db, half_way, params![campaign.id, limit(room)], None)?;
    for stage in 0..=campaign.stage {
        let condition = "AND c.hops = 0 AND c.stage = ?2 ORDER BY c.zone, c.device LIMIT ?3";
        let arguments = params![campaign.id, stage, limit(room - found.len())];
        found.extend(candidates(db, condition, arguments, None)?);
    }
    Ok(found)
}

/// Until when devices of a time zone may be touched; `None` if they may not at this moment.
fn until(
    campaign: &Campaign,
    frozen: &[FrozenDays],
    zone: &str,
    now: Timestamp,
) -> Option<Option<Timestamp>> {
    let zone = Zone::of_device(zone).unwrap_or(Zone::UTC);
    match touch(campaign.plan.windows.as_ref(), frozen, &zone, now) {
        Touch::Now(until) => Some(until),
        Touch::NotBefore(..) => None,
    }
}

/// Finds out in which time zones some of the pending devices are.
fn look_up_zones(db: &Connection, campaign: &Campaign) -> Result<Vec<(Id, u32, String)>> {
    let sql = "SELECT device, stage FROM campaign_device
               WHERE campaign = ?1 AND step = 'pending' AND stage <= ?2 AND zone IS NULL LIMIT ?3";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![campaign.id, campaign.stage, limit(CAMPAIGN_ZONES)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (device, stage) = (row.get(0)?, row.get(1)?);
        let zone = zone_of(db, device)?;
        let zone = zone.unwrap_or_else(|| campaign.plan.time_zone.clone());
        found.push((device, stage, zone));
    }
    Ok(found)
}

/// The time zone of a device: its variable `time_zone`, or what it says itself.
fn zone_of(db: &Connection, device: Id) -> Result<Option<String>> {
    let variables = devices::variables(db, device)?;
    let variable = variables.into_iter().find(|(name, _)| name == "time_zone");
    let readable = |zone: &String| Zone::of_device(zone).is_some();
    if let Some(zone) = variable.map(|(_, zone)| zone).filter(readable) {
        return Ok(Some(zone));
    }
    let seen = snapshots::read(db, device)?.values;
    let said = [".Time.LocalTimeZoneName", ".Time.LocalTimeZone"];
    let mut said = said.into_iter().filter_map(|name| seen.get_by_suffix(name));
    Ok(said
        .find(|zone| Zone::of_device(zone).is_some())
        .map(str::to_owned))
}
