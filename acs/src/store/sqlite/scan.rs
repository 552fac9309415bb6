//! A look into every snapshot, for what no index answers: the keys in ranges, a range to a thread, until a page is full.
//!
//! Nothing is kept of a device that is no hit, so memory does not grow with the fleet.

use super::beside::Beside;
use super::find::{Plan, Tables};
use super::picker::{self, Picked, Picker};
use super::rows::from_json;
use crate::query::compare::{Scalar, holds};
use crate::query::pattern::Pattern;
use crate::query::sql::{Bound, Fragment, Residue};
use crate::store::{Id, Page, Result, StoreError};
use data_model::Timestamp;
use rusqlite::{Connection, Row, params_from_iter};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

/// Threads of one question.
const THREADS: usize = 4;
/// Rows after which a thread looks whether anybody still wants the answer.
const BREATH: u32 = 1_024;
/// Groups that are counted one by one; what comes later, of values all different, goes together into one.
const GROUPS: usize = 10_000;
/// The name of the group of everything else.
pub(super) const OTHERS: &str = "(others)";

/// What is gathered of the hits.
#[derive(Debug, Clone)]
pub(super) enum Gather {
    /// Their keys.
    Keys,
    /// How many there are.
    Number,
    /// How many have which value of the plan's last parameter.
    Parameter,
    /// How many have which value of a column.
    Column(Fragment),
    /// How many have which value of a column that holds a list of them.
    Columns(Fragment),
}

/// What was gathered.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub keys: Vec<Id>,
    pub number: u64,
    pub groups: HashMap<String, u64>,
}

impl Gathered {
    fn group(&mut self, value: &str, devices: u64) {
        let name = if self.groups.len() < GROUPS || self.groups.contains_key(value) {
            value
        } else {
            OTHERS
        };
        *self.groups.entry(name.to_owned()).or_default() += devices;
    }

    fn join(&mut self, other: Gathered) {
        self.keys.extend(other.keys);
        self.number += other.number;
        for (value, devices) in other.groups {
            self.group(&value, devices);
        }
    }
}

/// A question to every device.
pub(super) struct Scan<'a> {
    pub plan: &'a Plan,
    pub gather: &'a Gather,
    pub page: Page<Id>,
    pub now: Timestamp,
}

/// The ranges of keys still to be done, and what those that are done have given.
struct Progress {
    /// The key behind which the next range begins; nothing behind the last.
    next: Option<i64>,
    /// The width of the next range: small at first, so that a page of a common value comes at once.
    width: u64,
    begun: usize,
    done: BTreeMap<usize, Gathered>,
    /// Ranges done without a gap from the first on, and the hits in them.
    whole: usize,
    hits: usize,
    failed: Option<StoreError>,
}

/// The first range's width; keys are even, so it has one device of 4,096.
const FIRST: u64 = 1 << 52;
/// The widest range.
const WIDEST: u64 = 1 << 58;

impl Progress {
    fn take(&mut self, most: usize) -> Option<(usize, i64, i64)> {
        if self.hits >= most || self.failed.is_some() {
            return None;
        }
        let begin = self.next?;
        let end = begin.checked_add_unsigned(self.width);
        self.next = end;
        self.width = (self.width * 2).min(WIDEST);
        self.begun += 1;
        Some((self.begun - 1, begin, end.unwrap_or(i64::MAX)))
    }

    fn finish(&mut self, number: usize, gathered: Gathered) {
        self.done.insert(number, gathered);
        while let Some(gathered) = self.done.get(&self.whole) {
            self.hits += gathered.keys.len();
            self.whole += 1;
        }
    }
}

impl Scan<'_> {
    /// Asks them all.
    pub fn run(&self, beside: &Beside) -> Result<Gathered> {
        let few = {
            let db = beside.open()?;
            self.plan.few(&db)?
        };
        if let Some(keys) = few {
            return self.listed(beside, &keys);
        }
        let progress = Mutex::new(Progress {
            next: Some(self.page.after.map_or(i64::MIN, Id::to_i64)),
            width: FIRST,
            begun: 0,
            done: BTreeMap::new(),
            whole: 0,
            hits: 0,
            failed: None,
        });
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            for _ in 0..cores.min(THREADS) {
                scope.spawn(|| {
                    if let Err(error) = self.ranges(beside, &progress) {
                        lock(&progress).failed.get_or_insert(error);
                    }
                });
            }
        });
        let progress = progress
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = progress.failed {
            return Err(error);
        }
        let mut all = Gathered::default();
        for gathered in progress.done.into_values() {
            all.join(gathered);
        }
        all.keys.truncate(self.page.limit);
        Ok(all)
    }

    /// One thread's share.
    fn ranges(&self, beside: &Beside, progress: &Mutex<Progress>) -> Result<()> {
        let db = beside.open()?;
        let mut looker = Looker::new(self);
        loop {
            let Some((number, begin, end)) = lock(progress).take(self.page.limit) else {
                return Ok(());
            };
            let gathered = looker.range(&db, beside, begin, end)?;
            lock(progress).finish(number, gathered);
        }
    }

    /// Only these, in order.
    fn listed(&self, beside: &Beside, keys: &[Id]) -> Result<Gathered> {
        let db = beside.open()?;
        let mut looker = Looker::new(self);
        let mut all = Gathered::default();
        for key in keys {
            if self.page.after.is_some_and(|after| *key <= after) {
                continue;
            }
            let number = key.to_i64();
            all.join(looker.range(&db, beside, number.saturating_sub(1), number)?);
            if all.keys.len() >= self.page.limit {
                break;
            }
        }
        Ok(all)
    }
}

fn lock(progress: &Mutex<Progress>) -> std::sync::MutexGuard<'_, Progress> {
    // Nothing that holds the lock can panic half-way through a change.
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One thread's tools.
struct Looker<'a> {
    scan: &'a Scan<'a>,
    sql: String,
    bound: Vec<Bound>,
    picker: Picker<'a>,
    rows: u32,
}

/// Where the columns of the residue begin.
const FIRST_COLUMN: usize = 4;

impl<'a> Looker<'a> {
    fn new(scan: &'a Scan<'a>) -> Looker<'a> {
        let compiled = &scan.plan.compiled;
        let group = match scan.gather {
            Gather::Column(column) | Gather::Columns(column) => Some(column),
            Gather::Keys | Gather::Number | Gather::Parameter => None,
        };
        let columns: Vec<&Fragment> = compiled.columns.iter().chain(group).collect();
        let pieces = columns.iter().copied().chain([&compiled.condition]);
        let tables = Tables::of(pieces.clone());
        let listed: String = columns
            .iter()
            .map(|column| format!(", {}", column.sql))
            .collect();
        let sql = format!(
            "SELECT @id, {picked}{listed} FROM {from} {joins}
             WHERE {condition} AND @id > ? AND @id <= ? ORDER BY @id",
            picked = picker::COLUMNS,
            from = tables.from(),
            joins = picker::JOINS,
            condition = compiled.condition.sql,
        );
        let bound = pieces.flat_map(|piece| piece.bound.iter().cloned());
        Looker {
            scan,
            sql: tables.sql(&sql),
            bound: bound.collect(),
            picker: Picker::new(scan.patterns()),
            rows: 0,
        }
    }

    /// The hits behind one key and up to another.
    fn range(
        &mut self,
        db: &Connection,
        beside: &Beside,
        begin: i64,
        end: i64,
    ) -> Result<Gathered> {
        let mut bound = self.bound.clone();
        bound.extend([begin, end].map(Bound::Integer));
        let mut statement = db.prepare_cached(&self.sql)?;
        let mut rows = statement.query(params_from_iter(&bound))?;
        let mut gathered = Gathered::default();
        while let Some(row) = rows.next()? {
            self.rows = self.rows.wrapping_add(1);
            if self.rows.is_multiple_of(BREATH) {
                beside.go_on()?;
            }
            let device: Id = row.get(0)?;
            self.picker.pick(db, device, row, 1)?;
            let found = self.picker.found();
            let residue = self.scan.plan.compiled.residue.as_ref();
            if let Some(residue) = residue
                && !self.scan.decide(residue, row, found)?
            {
                continue;
            }
            self.scan.keep(&mut gathered, device, row, found)?;
            if gathered.keys.len() >= self.scan.page.limit {
                break;
            }
        }
        Ok(gathered)
    }
}

impl Scan<'_> {
    /// What the picker looks for: the comparisons' parameters, then what is grouped by.
    fn patterns(&self) -> &[Pattern] {
        &self.plan.patterns
    }

    /// The column that is grouped by.
    fn last_column(&self) -> usize {
        FIRST_COLUMN + self.plan.compiled.columns.len()
    }

    fn decide(&self, residue: &Residue, row: &Row<'_>, found: &[Picked]) -> Result<bool> {
        Ok(match residue {
            Residue::And(list) => {
                for part in list {
                    if !self.decide(part, row, found)? {
                        return Ok(false);
                    }
                }
                true
            }
            Residue::Or(list) => {
                for part in list {
                    if self.decide(part, row, found)? {
                        return Ok(true);
                    }
                }
                false
            }
            Residue::Not(part) => !self.decide(part, row, found)?,
            Residue::Column(number) => {
                row.get::<_, Option<bool>>(FIRST_COLUMN + number)? == Some(true)
            }
            Residue::Parameter(number) => {
                let check = &self.plan.compiled.parameters[*number].1;
                let mut meant = found.iter().filter(|picked| picked.pattern == *number);
                meant.any(|picked| holds(Scalar::Text(&picked.value), check, self.now))
            }
        })
    }

    fn keep(
        &self,
        gathered: &mut Gathered,
        device: Id,
        row: &Row<'_>,
        found: &[Picked],
    ) -> Result<()> {
        match self.gather {
            Gather::Keys => gathered.keys.push(device),
            Gather::Number => gathered.number += 1,
            Gather::Parameter => {
                let number = self.plan.compiled.parameters.len();
                let meant = found.iter().filter(|picked| picked.pattern == number);
                let mut values: Vec<&str> = meant.map(|picked| picked.value.as_str()).collect();
                values.sort_unstable();
                values.dedup();
                for value in values {
                    gathered.group(value, 1);
                }
            }
            Gather::Column(_) => {
                let value: Option<String> = row.get(self.last_column())?;
                gathered.group(value.as_deref().unwrap_or_default(), 1);
            }
            Gather::Columns(_) => {
                let list: String = row.get(self.last_column())?;
                for value in from_json::<Vec<String>>(&list, "tag", device)? {
                    gathered.group(&value, 1);
                }
            }
        }
        Ok(())
    }
}
