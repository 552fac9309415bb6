//! Questions about the whole fleet: pages, numbers, groups, chosen values, counts.
//!
//! Long because lists, counts and groups share how a query is answered by the database, by an index or by a scan.

use super::find::{self, Plan, Tables};
use super::parameter_index::{self, Index};
use super::picker::{self, Picker};
use super::rows::{count, limit};
use super::scan::{Gather, Gathered, Scan};
use super::{SqliteStore, audit, devices, fleet_counts, saved_queries, watch};
use crate::query::catalogue::{Attribute, Source};
use crate::query::pattern::Pattern;
use crate::query::sql::{Bound, Fragment, Indexed as _};
use crate::store::{
    Actor, ChosenValues, Device, DeviceFilter, FleetCounts, GroupBy, Id, Page, QueryStore, Result,
    SavedQuery, Scope, Selector, ValueCount,
};
use async_trait::async_trait;
use data_model::Timestamp;
use rusqlite::{Connection, params_from_iter};

/// A page that ends at no key.
fn everything(page: Option<Page<Id>>) -> Page<Id> {
    page.unwrap_or(Page {
        after: None,
        limit: usize::MAX,
    })
}

impl SqliteStore {
    /// The devices of a page.
    pub(super) async fn page(
        &self,
        filter: &DeviceFilter,
        mut page: Page<Id>,
    ) -> Result<Vec<Device>> {
        let mut found = Vec::new();
        loop {
            let keys = self.keys(filter, page).await?;
            let whole = keys.len() < page.limit;
            page.after = keys.last().copied().or(page.after);
            let mut more = self.engine.read(move |db| devices::of(db, &keys)).await?;
            // Those that were forgotten between the two questions make room for others.
            page.limit -= more.len().min(page.limit);
            found.append(&mut more);
            if whole || page.limit == 0 {
                return Ok(found);
            }
        }
    }

    /// The keys of a page.
    pub(super) async fn keys(&self, filter: &DeviceFilter, page: Page<Id>) -> Result<Vec<Id>> {
        let asked = filter.clone();
        let answered = self.engine.read(move |db| {
            let plan = Plan::new(db, &asked)?;
            Ok(if plan.is_whole() {
                Ok(find::page(db, &plan, page)?)
            } else {
                Err(plan)
            })
        });
        match answered.await? {
            Ok(keys) => Ok(keys),
            Err(plan) => Ok(self
                .scan(plan, Gather::Keys, Some(page), filter.now)
                .await?
                .keys),
        }
    }

    /// The last of so many devices behind a key; `None` if there are fewer.
    pub(super) async fn place(
        &self,
        filter: &DeviceFilter,
        after: Option<Id>,
        skip: usize,
    ) -> Result<Option<Id>> {
        if skip == 0 {
            return Ok(after);
        }
        let asked = filter.clone();
        let answered = self.engine.read(move |db| {
            let plan = Plan::new(db, &asked)?;
            Ok(if plan.is_whole() {
                Ok(find::place(db, &plan, after, skip)?)
            } else {
                Err(plan)
            })
        });
        match answered.await? {
            Ok(place) => Ok(place),
            Err(plan) => {
                let page = Page { after, limit: skip };
                let found = self.scan(plan, Gather::Keys, Some(page), filter.now);
                Ok(found.await?.keys.get(skip - 1).copied())
            }
        }
    }

    /// The keys of all devices a rule is for, within a scope. By readers: a look into every snapshot must not keep the
    /// writer.
    pub(super) async fn found(
        &self,
        selector: Selector,
        scope: Scope,
        now: Timestamp,
    ) -> Result<Vec<Id>> {
        let filter = DeviceFilter {
            selector,
            now,
            scope,
            ..DeviceFilter::default()
        };
        let all = Page {
            after: None,
            limit: usize::MAX,
        };
        self.keys(&filter, all).await
    }

    /// How many devices a filter finds.
    pub(super) async fn number(&self, filter: &DeviceFilter) -> Result<u64> {
        let asked = filter.clone();
        let answered = self.engine.read(move |db| {
            let plan = Plan::new(db, &asked)?;
            Ok(if plan.is_whole() {
                Ok(find::number(db, &plan)?)
            } else {
                Err(plan)
            })
        });
        match answered.await? {
            Ok(number) => Ok(number),
            Err(plan) => Ok(self
                .scan(plan, Gather::Number, None, filter.now)
                .await?
                .number),
        }
    }

    pub(super) async fn scan(
        &self,
        plan: Plan,
        gather: Gather,
        page: Option<Page<Id>>,
        now: Timestamp,
    ) -> Result<Gathered> {
        let scan = move |beside: &_| {
            let scan = Scan {
                plan: &plan,
                gather: &gather,
                page: everything(page),
                now,
            };
            scan.run(beside)
        };
        self.engine.beside().run(scan).await
    }
}

/// A device's values of an attribute, as texts.
fn of_one(db: &Connection, device: Id, attribute: &Attribute) -> Result<Vec<String>> {
    let sql = match attribute.source {
        Source::Device(expression) => {
            format!("SELECT CAST({expression} AS TEXT) FROM device d WHERE d.id = ?1")
        }
        Source::Seen(expression) => {
            format!("SELECT CAST({expression} AS TEXT) FROM seen s WHERE s.id = ?1")
        }
        Source::Indexed(column) | Source::IndexedFew(column) => {
            format!("SELECT {column} FROM device WHERE id = ?1")
        }
        Source::Rows {
            from,
            device,
            value,
        }
        | Source::Repeated {
            from,
            device,
            value,
        } => format!("SELECT DISTINCT g.{value} FROM {from} g WHERE g.{device} = ?1 ORDER BY 1"),
    };
    let mut statement = db.prepare_cached(&sql)?;
    let values = statement.query_map([device], |row| row.get::<_, Option<String>>(0))?;
    let values: Vec<Option<String>> = values.collect::<rusqlite::Result<_>>()?;
    Ok(values.into_iter().flatten().collect())
}

/// Groups the database counts by itself, or how they are counted by a scan.
enum Grouped {
    Counted(Vec<ValueCount>),
    ToScan(Box<Plan>, Gather),
}

fn groups(db: &Connection, filter: &DeviceFilter, by: &GroupBy, most: usize) -> Result<Grouped> {
    let mut plan = Plan::new(db, filter)?;
    match by {
        GroupBy::Attribute(attribute) => {
            if !plan.is_whole() {
                return Ok(Grouped::ToScan(Box::new(plan), column(attribute)));
            }
            by_attribute(db, &plan, attribute, most).map(Grouped::Counted)
        }
        GroupBy::Parameter(pattern) => match Index::read(db)?.names(pattern) {
            Some(names) if plan.is_whole() => {
                let names: Vec<String> = names.iter().map(i64::to_string).collect();
                let from = format!(
                    "(SELECT device, value FROM indexed_value WHERE name IN ({}))",
                    names.join(",")
                );
                by_rows(db, &plan, (&from, "device", "value"), most).map(Grouped::Counted)
            }
            _ => {
                plan.patterns.push(pattern.clone());
                Ok(Grouped::ToScan(Box::new(plan), Gather::Parameter))
            }
        },
    }
}

/// An attribute as a column of a scan.
fn column(attribute: &Attribute) -> Gather {
    match attribute.source {
        Source::Device(expression) | Source::Seen(expression) => {
            Gather::Column(Fragment::plain(format!("CAST({expression} AS TEXT)")))
        }
        Source::Indexed(column) | Source::IndexedFew(column) => {
            Gather::Column(Fragment::plain(format!("d.{column}")))
        }
        Source::Rows {
            from,
            device,
            value,
        }
        | Source::Repeated {
            from,
            device,
            value,
        } => Gather::Columns(Fragment::plain(format!(
            "(SELECT json_group_array(DISTINCT r.{value}) FROM {from} r WHERE r.{device} = @id)"
        ))),
    }
}

/// Devices of a whole plan by an attribute.
pub(super) fn by_attribute(
    db: &Connection,
    plan: &Plan,
    attribute: &Attribute,
    most: usize,
) -> Result<Vec<ValueCount>> {
    let expression = match attribute.source {
        Source::Device(expression) | Source::Seen(expression) => {
            format!("CAST({expression} AS TEXT)")
        }
        Source::Indexed(column) | Source::IndexedFew(column) => format!("d.{column}"),
        Source::Rows {
            from,
            device,
            value,
        }
        | Source::Repeated {
            from,
            device,
            value,
        } => return by_rows(db, plan, (from, device, value), most),
    };
    let grouped = Fragment::plain(expression);
    let condition = &plan.compiled.condition;
    let tables = Tables::of([&grouped, condition].into_iter());
    let sql = format!(
        "SELECT {} AS value, count(*) AS number FROM {} WHERE {} GROUP BY 1 ORDER BY number DESC, value LIMIT ?",
        grouped.sql,
        tables.joined(),
        condition.sql,
    );
    listed(db, &tables.sql(&sql), &condition.bound, most)
}

fn by_rows(
    db: &Connection,
    plan: &Plan,
    (from, device, value): (&str, &str, &str),
    most: usize,
) -> Result<Vec<ValueCount>> {
    let condition = &plan.compiled.condition;
    let joins = match plan.tables {
        Tables::Device => format!("JOIN device d ON d.id = g.{device}"),
        // Every row belongs to a device that is there.
        Tables::Seen if condition.sql == "1" => String::new(),
        Tables::Seen => format!("JOIN seen s ON s.id = g.{device}"),
        Tables::Both => format!("JOIN device d ON d.id = g.{device} JOIN seen s ON s.id = d.id"),
    };
    let sql = format!(
        "SELECT g.{value} AS value, count(DISTINCT g.{device}) AS number FROM {from} g {joins}
         WHERE {} GROUP BY 1 ORDER BY number DESC, value LIMIT ?",
        condition.sql
    );
    listed(db, &plan.tables.sql(&sql), &condition.bound, most)
}

fn listed(db: &Connection, sql: &str, bound: &[Bound], most: usize) -> Result<Vec<ValueCount>> {
    let mut bound = bound.to_vec();
    bound.push(Bound::Integer(limit(most)));
    let mut statement = db.prepare_cached(sql)?;
    let groups = statement.query_map(params_from_iter(&bound), |row| {
        Ok(ValueCount {
            value: row.get::<_, Option<String>>(0)?.unwrap_or_default(),
            devices: count(row.get(1)?),
        })
    })?;
    Ok(groups.collect::<rusqlite::Result<_>>()?)
}

/// The largest groups first.
fn largest(gathered: Gathered, most: usize) -> Vec<ValueCount> {
    let groups = gathered.groups.into_iter();
    let mut groups: Vec<ValueCount> = groups
        .map(|(value, devices)| ValueCount { value, devices })
        .collect();
    groups.sort_unstable_by(|one, other| {
        let larger = other.devices.cmp(&one.devices);
        larger.then_with(|| one.value.cmp(&other.value))
    });
    groups.truncate(most);
    groups
}

pub(super) fn values(
    db: &Connection,
    devices: &[Id],
    patterns: &[Pattern],
    attributes: &[&'static Attribute],
) -> Result<Vec<ChosenValues>> {
    let sql = format!(
        "SELECT s.id, {} FROM seen s {} WHERE s.id = ?1",
        picker::COLUMNS,
        picker::JOINS.replace("@id", "s.id")
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut picker = Picker::new(patterns);
    let mut chosen = Vec::with_capacity(devices.len());
    for device in devices {
        let mut rows = statement.query([device])?;
        if let Some(row) = rows.next()? {
            picker.pick(db, *device, row, 1)?;
        } else {
            picker.forget();
        }
        let found = picker.found().iter();
        let mut values: Vec<(String, String)> = found
            .map(|picked| (picked.name.to_string(), picked.value.clone()))
            .collect();
        values.sort_unstable();
        values.dedup();
        let attributes = attributes
            .iter()
            .map(|attribute| of_one(db, *device, attribute));
        chosen.push(ChosenValues {
            device: *device,
            values,
            attributes: attributes.collect::<Result<_>>()?,
        });
    }
    Ok(chosen)
}

#[async_trait]
impl QueryStore for SqliteStore {
    async fn device_groups(
        &self,
        filter: &DeviceFilter,
        by: &GroupBy,
        limit: usize,
    ) -> Result<Vec<ValueCount>> {
        let (asked, by) = (filter.clone(), by.clone());
        let grouped = self.engine.read(move |db| groups(db, &asked, &by, limit));
        match grouped.await? {
            Grouped::Counted(groups) => Ok(groups),
            Grouped::ToScan(plan, gather) => {
                let gathered = self.scan(*plan, gather, None, filter.now).await?;
                Ok(largest(gathered, limit))
            }
        }
    }

    async fn device_values(
        &self,
        devices: Vec<Id>,
        parameters: Vec<Pattern>,
        attributes: Vec<&'static Attribute>,
    ) -> Result<Vec<ChosenValues>> {
        self.engine
            .read(move |db| values(db, &devices, &parameters, &attributes))
            .await
    }

    async fn fleet_counts(
        &self,
        filter: &DeviceFilter,
        online_since: Timestamp,
    ) -> Result<FleetCounts> {
        let everything = DeviceFilter {
            now: filter.now,
            ..DeviceFilter::default()
        };
        let whole = *filter == everything;
        let within = filter
            .now
            .as_millis()
            .saturating_sub(online_since.as_millis());
        let filter = filter.clone();
        let count = self
            .engine
            .read(move |db| fleet_counts::read(db, &filter, online_since));
        match whole {
            true => {
                self.fleet
                    .or_count(within, count, |counts| counts.devices)
                    .await
            }
            false => count.await,
        }
    }

    async fn is_indexed(&self, filter: &DeviceFilter) -> Result<bool> {
        let filter = filter.clone();
        self.engine
            .read(move |db| Ok(Plan::new(db, &filter)?.is_whole()))
            .await
    }

    async fn device_export(&self, actor: &Actor, subject: String, now: Timestamp) -> Result<()> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| audit::add(tx, &actor, "device.export", subject, now))
            .await
    }

    async fn index_choose(&self, parameters: Vec<Pattern>) -> Result<()> {
        self.engine
            .write(move |tx| watch::choose(tx, &parameters))
            .await
    }

    async fn index_some(&self, after: Option<Id>) -> Result<Option<Id>> {
        self.engine
            .write(move |tx| parameter_index::some(tx, after))
            .await
    }

    async fn saved_query_put(&self, actor: &Actor, query: SavedQuery) -> Result<()> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| saved_queries::put(tx, &actor, &query))
            .await
    }

    async fn saved_query(&self, owner: &str, name: &str) -> Result<Option<SavedQuery>> {
        let (owner, name) = (owner.to_owned(), name.to_owned());
        self.engine
            .read(move |db| saved_queries::find(db, &owner, &name))
            .await
    }

    async fn saved_query_delete(
        &self,
        actor: &Actor,
        owner: &str,
        name: &str,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let (actor, owner, name) = (actor.clone(), owner.to_owned(), name.to_owned());
        self.engine
            .write(move |tx| saved_queries::delete(tx, &actor, &owner, &name, now))
            .await
    }

    async fn saved_queries(&self, owner: &str, page: Page<String>) -> Result<Vec<SavedQuery>> {
        let owner = owner.to_owned();
        self.engine
            .read(move |db| saved_queries::list(db, &owner, &page))
            .await
    }
}
