//! Profiles: revisions as JSON, and which of them is in force for whom.
//!
//! Long because the trait has so many methods; each is one line of dispatch.

use super::engine::Tx;
use super::find::{Plan, of_devices};
use super::rows::{Ms, count, from_json, json, limit, readable};
use super::scan::Gather;
use super::{SqliteStore, audit, audit_words, people, profile_devices, watch};
use crate::limits::PROFILE_REVISIONS;
use crate::provisioning::evidence::{Asked, Evidence};
use crate::query::sql::Bound;
use crate::store::{
    Actor, Adding, BrokenOff, DeviceFilter, Id, InForce, NewRevision, Observed, Page, Profile,
    ProfileCounts, ProfileHead, ProfileStore, Publication, Publish, Refusal, Result, Revision,
    Selector, Stage, Staged, StagedHead, StoreError, Waits,
};
use async_trait::async_trait;
use data_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// The setting that counts changes of what is in force.
const STAMP: &str = "profile-stamp";

#[async_trait]
impl ProfileStore for SqliteStore {
    async fn profile_write(
        &self,
        actor: &Actor,
        revision: NewRevision,
        now: Timestamp,
    ) -> Result<Profile> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| write(tx, &actor, revision, now))
            .await
    }

    async fn profile_heads(&self) -> Result<Vec<ProfileHead>> {
        self.engine.read(heads).await
    }

    async fn profile_head(&self, name: &str) -> Result<Option<ProfileHead>> {
        let name = name.to_owned();
        self.engine.read(move |db| head(db, &name)).await
    }

    async fn profile_revisions(&self, name: &str, page: Page<u64>) -> Result<Vec<Revision>> {
        let name = name.to_owned();
        self.engine.read(move |db| revisions(db, &name, page)).await
    }

    async fn profile_revision(
        &self,
        name: &str,
        revision: u64,
    ) -> Result<Option<(Revision, Profile)>> {
        let name = name.to_owned();
        self.engine
            .read(move |db| find_revision(db, &name, revision))
            .await
    }

    async fn profile_publish(
        &self,
        actor: &Actor,
        name: &str,
        revision: u64,
        stages: Vec<Stage>,
        now: Timestamp,
    ) -> Result<Option<ProfileHead>> {
        let (actor, name) = (actor.clone(), name.to_owned());
        self.engine
            .write(move |tx| publish(tx, &actor, &name, revision, &stages, now))
            .await
    }

    async fn profile_next_stage(
        &self,
        actor: &Actor,
        name: &str,
        now: Timestamp,
    ) -> Result<Option<ProfileHead>> {
        let (actor, name) = (actor.clone(), name.to_owned());
        self.engine
            .write(move |tx| next_stage(tx, &actor, &name, now))
            .await
    }

    async fn profile_abort_stage(
        &self,
        actor: &Actor,
        name: &str,
        now: Timestamp,
    ) -> Result<Option<ProfileHead>> {
        let (actor, name) = (actor.clone(), name.to_owned());
        self.engine
            .write(move |tx| abort_stage(tx, &actor, &name, now))
            .await
    }

    async fn profiles_in_force(&self) -> Result<(u64, Vec<InForce>)> {
        self.engine.read(in_force).await
    }

    async fn profile_counts(&self, selector: &Selector, name: &str) -> Result<ProfileCounts> {
        let filter = DeviceFilter {
            selector: selector.clone(),
            ..DeviceFilter::default()
        };
        let (asked, of) = (filter.clone(), name.to_owned());
        let answered = self.engine.read(move |db| {
            let plan = Plan::new(db, &asked)?;
            Ok(match plan.is_whole() {
                true => Ok(profile_devices::counts(db, of_devices(db, &asked)?, &of)?),
                false => Err(plan),
            })
        });
        let plan = match answered.await? {
            Ok(counts) => return Ok(counts),
            Err(plan) => plan,
        };
        // It asks for parameters that are still to be indexed.
        let found = self.scan(plan, Gather::Keys, None, filter.now).await?;
        let keys: Vec<i64> = found.keys.iter().map(|key| key.to_i64()).collect();
        let listed = "d.id IN (SELECT value FROM json_each(?))".to_owned();
        let (listed, of) = ((listed, vec![Bound::Text(json(&keys))]), name.to_owned());
        self.engine
            .read(move |db| profile_devices::counts(db, listed, &of))
            .await
    }

    async fn selector_evidence(&self, device: Id, asked: Asked) -> Result<Evidence> {
        self.engine
            .read(move |db| watch::evidence(db, device, &asked))
            .await
    }

    async fn refusals(&self, device: Id) -> Result<Vec<Refusal>> {
        self.engine
            .read(move |db| profile_devices::refusals(db, device))
            .await
    }

    async fn refusals_put(&self, device: Id, refusals: Vec<Refusal>) -> Result<()> {
        self.engine
            .write(move |tx| profile_devices::put_refusals(tx, device, &refusals))
            .await
    }

    async fn refusals_retain(&self, device: Id, names: Vec<String>) -> Result<()> {
        self.engine
            .write(move |tx| profile_devices::retain_refusals(tx, device, &names))
            .await
    }

    async fn refusals_clear(
        &self,
        actor: &Actor,
        device: Id,
        now: Timestamp,
    ) -> Result<Option<u64>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| profile_devices::clear_refusals(tx, &actor, device, now))
            .await
    }

    async fn addings(&self, device: Id) -> Result<Vec<Adding>> {
        self.engine
            .read(move |db| profile_devices::addings(db, device))
            .await
    }

    async fn adding_put(&self, device: Id, adding: Adding) -> Result<()> {
        self.engine
            .write(move |tx| profile_devices::put_adding(tx, device, &adding))
            .await
    }

    async fn addings_clear(&self, device: Id) -> Result<()> {
        self.engine
            .write(move |tx| profile_devices::clear_addings(tx, device))
            .await
    }

    async fn provisioning_waits(
        &self,
        device: Id,
        waits: Waits,
        observed: Observed,
        now: Timestamp,
    ) -> Result<()> {
        self.engine
            .write(move |tx| {
                super::snapshots::merge(tx, device, &observed, now)?;
                profile_devices::compared(tx, device)?;
                profile_devices::waits(tx, device, &waits)
            })
            .await
    }

    async fn provisioning_later(
        &self,
        device: Id,
        broken_off: BrokenOff,
        observed: Observed,
        now: Timestamp,
    ) -> Result<()> {
        self.engine
            .write(move |tx| {
                super::snapshots::merge(tx, device, &observed, now)?;
                profile_devices::later(tx, device, broken_off, now)
            })
            .await
    }

    async fn windows_changed(&self) -> Result<()> {
        self.engine.write(profile_devices::windows_changed).await
    }

    async fn windows_opened(&self, now: Timestamp, limit: usize) -> Result<Vec<Id>> {
        self.engine
            .write(move |tx| profile_devices::opened(tx, now, limit))
            .await
    }
}

// ---- writing ---------------------------------------------------------------------------------------------

/// Keeps a revision, and puts it in force if that is asked for.
pub(super) fn write(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: NewRevision,
    now: Timestamp,
) -> Result<Profile> {
    let NewRevision {
        mut profile,
        comment,
        publish,
    } = new;
    let name = profile.name.clone();
    // The numbers of a profile that was removed go on: two revisions are never confused.
    profile.revision = latest(tx.db, &name)?.unwrap_or(0) + 1;
    let sql = "INSERT INTO profile_revision (profile, revision, at, person, comment, content)
               VALUES (?1, ?2, ?3, ?4, ?5, seal_json('profile/' || ?1 || '/' || ?2, ?6))";
    tx.db.prepare_cached(sql)?.execute(params![
        name,
        profile.revision.cast_signed(),
        Ms(now),
        actor.to_string(),
        comment,
        json(&profile),
    ])?;
    let sql = "INSERT OR IGNORE INTO publication (profile) VALUES (?1)";
    tx.db.prepare_cached(sql)?.execute([&name])?;
    let before = head(tx.db, &name)?.and_then(|head| head.published);
    let action = match publish {
        Publish::AtOnce => {
            everybody(tx, actor, &name, profile.revision, now)?;
            "profile.put"
        }
        Publish::Later => "profile.draft",
    };
    forget_oldest(tx, &name)?;
    let subject = format!("{name} revision {}", profile.revision);
    let change = from_revision(before, profile.revision);
    audit::add_change(tx, actor, action, subject, change, now)?;
    Ok(profile)
}

/// From the revision that is in force to another one.
fn from_revision(before: Option<u64>, after: u64) -> audit::Change {
    let before = before.map(|before| format!("revision {before}"));
    audit_words::change(before, format!("revision {after}"))
}

fn everybody(
    tx: &mut Tx<'_>,
    actor: &Actor,
    name: &str,
    revision: u64,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE publication SET published = ?2, published_at = ?3, published_by = ?4, staged = NULL,
               staged_at = NULL, staged_by = NULL, stages = NULL, reached = NULL WHERE profile = ?1";
    let row = params![name, revision.cast_signed(), Ms(now), actor.to_string()];
    tx.db.prepare_cached(sql)?.execute(row)?;
    next_stamp(tx)
}

/// Revisions beyond the limit go, oldest first, unless they are in force.
fn forget_oldest(tx: &Tx<'_>, name: &str) -> Result<()> {
    let sql = "DELETE FROM profile_revision WHERE profile = ?1 AND revision <= ?2 AND NOT EXISTS
               (SELECT 1 FROM publication p WHERE p.profile = ?1 AND revision IN (p.published, p.staged))";
    let newest = latest(tx.db, name)?.unwrap_or(0);
    let gone = newest.saturating_sub(PROFILE_REVISIONS).cast_signed();
    if gone > 0 {
        tx.db.prepare_cached(sql)?.execute(params![name, gone])?;
    }
    Ok(())
}

fn publish(
    tx: &mut Tx<'_>,
    actor: &Actor,
    name: &str,
    revision: u64,
    stages: &[Stage],
    now: Timestamp,
) -> Result<Option<ProfileHead>> {
    let Some(known) = head(tx.db, name)? else {
        return Ok(None);
    };
    if find_revision(tx.db, name, revision)?.is_none() {
        return Ok(None);
    }
    if stages.is_empty() {
        everybody(tx, actor, name, revision, now)?;
    } else {
        let sql = "UPDATE publication SET staged = ?2, staged_at = ?3, staged_by = ?4, stages = ?5, reached = 1
                   WHERE profile = ?1";
        tx.db.prepare_cached(sql)?.execute(params![
            name,
            revision.cast_signed(),
            Ms(now),
            actor.to_string(),
            json(&stages),
        ])?;
        next_stamp(tx)?;
    }
    let whom = stages
        .first()
        .map_or_else(String::new, |_| format!(" stage 1 of {}", stages.len()));
    let subject = format!("{name} revision {revision}{whom}");
    let change = from_revision(known.published, revision);
    audit::add_change(tx, actor, "profile.publish", subject, change, now)?;
    head(tx.db, name)
}

/// The staged revision of a profile. `None` if there is no such profile.
fn staged(tx: &Tx<'_>, name: &str) -> Result<Option<StagedHead>> {
    let Some(head) = head(tx.db, name)? else {
        return Ok(None);
    };
    let none = || StoreError::Conflict(format!("no revision of `{name}` is published in stages"));
    head.staged.map(Some).ok_or_else(none)
}

fn next_stage(
    tx: &mut Tx<'_>,
    actor: &Actor,
    name: &str,
    now: Timestamp,
) -> Result<Option<ProfileHead>> {
    let Some(staged) = staged(tx, name)? else {
        return Ok(None);
    };
    let (revision, of) = (staged.revision, staged.stages.len());
    let subject = if staged.reached >= of {
        everybody(tx, actor, name, revision, now)?;
        format!("{name} revision {revision}")
    } else {
        let sql = "UPDATE publication SET reached = reached + 1, staged_at = ?2, staged_by = ?3 WHERE profile = ?1";
        let row = params![name, Ms(now), actor.to_string()];
        tx.db.prepare_cached(sql)?.execute(row)?;
        next_stamp(tx)?;
        format!(
            "{name} revision {revision} stage {} of {of}",
            staged.reached + 1
        )
    };
    audit::add(tx, actor, "profile.next-stage", subject, now)?;
    head(tx.db, name)
}

fn abort_stage(
    tx: &mut Tx<'_>,
    actor: &Actor,
    name: &str,
    now: Timestamp,
) -> Result<Option<ProfileHead>> {
    let Some(staged) = staged(tx, name)? else {
        return Ok(None);
    };
    let sql =
        "UPDATE publication SET staged = NULL, staged_at = NULL, staged_by = NULL, stages = NULL,
               reached = NULL WHERE profile = ?1";
    tx.db.prepare_cached(sql)?.execute([name])?;
    next_stamp(tx)?;
    let subject = format!("{name} revision {}", staged.revision);
    audit::add(tx, actor, "profile.abort-stage", subject, now)?;
    head(tx.db, name)
}

/// Removes a profile; its revisions stay. What devices have got from it stays with them.
pub(super) fn delete(
    tx: &mut Tx<'_>,
    actor: &Actor,
    name: &str,
    now: Timestamp,
) -> Result<Option<()>> {
    let sql = "DELETE FROM publication WHERE profile = ?1";
    if tx.db.prepare_cached(sql)?.execute([name])? == 0 {
        return Ok(None);
    }
    next_stamp(tx)?;
    audit::add(tx, actor, "profile.delete", name, now)?;
    Ok(Some(()))
}

fn next_stamp(tx: &mut Tx<'_>) -> Result<()> {
    let next = stamp(tx.db)? + 1;
    people::put_setting(tx, STAMP, &next.to_be_bytes())?;
    watch::renew(tx)
}

// ---- reading ---------------------------------------------------------------------------------------------

/// How often what is in force has changed, from 1.
pub(super) fn stamp(db: &Connection) -> Result<u64> {
    let kept = people::setting(db, STAMP)?;
    let bytes = kept.and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
    Ok(bytes.map_or(1, u64::from_be_bytes))
}

fn latest(db: &Connection, name: &str) -> Result<Option<u64>> {
    let sql = "SELECT max(revision) FROM profile_revision WHERE profile = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let latest: Option<i64> = statement.query_row([name], |row| row.get(0))?;
    Ok(latest.map(count))
}

const HEAD: &str = "SELECT p.profile, (SELECT max(r.revision) FROM profile_revision r WHERE r.profile = p.profile),
    p.published, p.published_at, p.published_by, p.staged, p.staged_at, p.staged_by, p.stages, p.reached
    FROM publication p";

fn head_of(row: &Row<'_>) -> Result<ProfileHead> {
    let name: String = row.get(0)?;
    let number = |column| row.get::<_, Option<i64>>(column).map(|it| it.map(count));
    let staged = match number(5)? {
        None => None,
        Some(revision) => Some(StagedHead {
            revision,
            stages: from_json(&row.get::<_, String>(8)?, "publication", &name)?,
            reached: usize::try_from(number(9)?.unwrap_or(1)).unwrap_or(usize::MAX),
            at: row.get::<_, Ms>(6)?.0,
            by: row.get(7)?,
        }),
    };
    Ok(ProfileHead {
        latest: number(1)?.unwrap_or(0),
        published: number(2)?,
        published_at: row.get::<_, Option<Ms>>(3)?.map(|Ms(at)| at),
        published_by: row.get(4)?,
        staged,
        name,
    })
}

fn heads(db: &Connection) -> Result<Vec<ProfileHead>> {
    let mut statement = db.prepare_cached(&format!("{HEAD} ORDER BY p.profile"))?;
    let mut rows = statement.query([])?;
    let mut heads = Vec::new();
    while let Some(row) = rows.next()? {
        heads.extend(readable(head_of(row))?);
    }
    Ok(heads)
}

fn head(db: &Connection, name: &str) -> Result<Option<ProfileHead>> {
    let mut statement = db.prepare_cached(&format!("{HEAD} WHERE p.profile = ?1"))?;
    let mut rows = statement.query([name])?;
    rows.next()?.map(head_of).transpose()
}

fn revision_of(row: &Row<'_>) -> rusqlite::Result<Revision> {
    Ok(Revision {
        revision: count(row.get(0)?),
        at: row.get::<_, Ms>(1)?.0,
        by: row.get(2)?,
        comment: row.get(3)?,
    })
}

fn revisions(db: &Connection, name: &str, page: Page<u64>) -> Result<Vec<Revision>> {
    let sql = "SELECT revision, at, person, comment FROM profile_revision WHERE profile = ?1 AND revision < ?2
               ORDER BY revision DESC LIMIT ?3";
    let before = page.after.map_or(i64::MAX, u64::cast_signed);
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![name, before, limit(page.limit)], revision_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn find_revision(
    db: &Connection,
    name: &str,
    revision: u64,
) -> Result<Option<(Revision, Profile)>> {
    let sql = "SELECT revision, at, person, comment,
               read_json('profile/' || profile || '/' || revision, content) FROM profile_revision
               WHERE profile = ?1 AND revision = ?2";
    let mut statement = db.prepare_cached(sql)?;
    let row = statement.query_row(params![name, revision.cast_signed()], |row| {
        Ok((revision_of(row)?, row.get::<_, String>(4)?))
    });
    let Some((revision, content)) = row.optional()? else {
        return Ok(None);
    };
    Ok(Some((
        revision,
        from_json(&content, "profile_revision", name)?,
    )))
}

/// What is in force of every profile, and how often that has changed.
pub(super) fn in_force(db: &Connection) -> Result<(u64, Vec<InForce>)> {
    let stamp = stamp(db)?;
    let mut found = Vec::new();
    for head in heads(db)? {
        let one = in_force_of(db, &head);
        found.extend(readable(one)?.filter(|it| it.published.is_some() || it.staged.is_some()));
    }
    Ok((stamp, found))
}

fn in_force_of(db: &Connection, head: &ProfileHead) -> Result<InForce> {
    let publication = |revision: u64, at: Timestamp, by: &str| -> Result<Option<Publication>> {
        let found = find_revision(db, &head.name, revision)?;
        Ok(found.map(|(_, profile)| Publication {
            profile,
            at,
            by: by.to_owned(),
        }))
    };
    let by = head.published_by.as_deref().unwrap_or_default();
    let at = head.published_at.unwrap_or_default();
    let published = match head.published {
        Some(revision) => publication(revision, at, by)?,
        None => None,
    };
    let staged = match &head.staged {
        Some(staged) => {
            publication(staged.revision, staged.at, &staged.by)?.map(|publication| Staged {
                publication,
                stages: staged.stages.clone(),
                reached: staged.reached,
            })
        }
        None => None,
    };
    Ok(InForce { published, staged })
}

/// What is in force for everybody, and how often that has changed.
pub(super) fn published(db: &Connection) -> Result<(u64, Vec<Profile>)> {
    let (stamp, found) = in_force(db)?;
    let published = found.into_iter().filter_map(|it| it.published);
    Ok((stamp, published.map(|it| it.profile).collect()))
}
