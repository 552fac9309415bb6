//! Picks chosen parameters out of packed snapshots without building the tree: what a scan does 200,000 times.
//!
//! Names are looked at once for each shape; of a device's values only those at the places found there are read.

use super::differences::Differences;
use super::packing::{read_text, unpack, unpack_small};
use super::rows::{corrupt, readable};
use crate::query::pattern::Pattern;
use crate::redact::is_secret;
use crate::store::{Id, Result};
use rusqlite::{Connection, OptionalExtension as _, Row};
use std::collections::HashMap;
use std::sync::Arc;

/// Shapes by heart; a fleet has some dozens.
const SHAPES: usize = 256;

/// The columns of a row that [`Picker::pick`] reads, in order.
pub(super) const COLUMNS: &str = "n.shape, n.vals, i.list";

/// Where they come from, behind a table whose key stands for `@id`.
pub(super) const JOINS: &str =
    "LEFT JOIN snapshot n ON n.device = @id LEFT JOIN informed i ON i.device = @id";

/// A parameter that was found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Picked {
    /// The number of the pattern.
    pub pattern: usize,
    /// Its name.
    pub name: Arc<str>,
    /// Its value.
    pub value: String,
}

/// Which values of a shape are meant.
struct Shape {
    /// Those of its values that are meant, by their places.
    wanted: Vec<Wanted>,
}

/// A value that is meant.
struct Wanted {
    /// Its place in the list of values.
    place: usize,
    name: Arc<str>,
    /// The patterns that mean it.
    patterns: Vec<usize>,
    /// What it is where a device has nothing else.
    usual: String,
}

/// Picks for one thread.
pub(super) struct Picker<'a> {
    patterns: &'a [Pattern],
    shapes: HashMap<i64, Shape>,
    buffer: Vec<u8>,
    found: Vec<Picked>,
}

impl<'a> Picker<'a> {
    /// Picks what these patterns mean.
    pub fn new(patterns: &'a [Pattern]) -> Picker<'a> {
        Picker {
            patterns,
            shapes: HashMap::new(),
            buffer: Vec::new(),
            found: Vec::new(),
        }
    }

    /// What was picked last.
    pub fn found(&self) -> &[Picked] {
        &self.found
    }

    /// There is no row to pick from.
    pub fn forget(&mut self) {
        self.found.clear();
    }

    /// Picks what a row holds of them, its [`COLUMNS`] from `first` on. A snapshot that cannot be read holds nothing.
    pub fn pick(&mut self, db: &Connection, device: Id, row: &Row<'_>, first: usize) -> Result<()> {
        self.found.clear();
        if self.patterns.is_empty() {
            return Ok(());
        }
        let picked = self.read(db, device, row, first);
        readable(picked).map(|_| ())
    }

    fn read(&mut self, db: &Connection, device: Id, row: &Row<'_>, first: usize) -> Result<()> {
        let list = row.get_ref(first + 2)?.as_blob_or_null();
        if let Some(list) = list.map_err(|error| corrupt("informed", device, error))? {
            self.informed(device, list)?;
        }
        if let Some(shape) = row.get::<_, Option<i64>>(first)? {
            let packed = row.get_ref(first + 1)?;
            let packed = packed
                .as_blob()
                .map_err(|error| corrupt("snapshot", device, error))?;
            self.snapshot(db, device, shape, packed)?;
        }
        Ok(())
    }

    /// What Informs have said since the snapshot was written.
    fn informed(&mut self, device: Id, packed: &[u8]) -> Result<()> {
        let broken = || corrupt("informed", device, "it cannot be read");
        let mut list = unpack_small(packed, &mut self.buffer).ok_or_else(broken)?;
        while let [_, rest @ ..] = list {
            list = rest;
            let read = read_text(&mut list).and_then(|name| Some((name, read_text(&mut list)?)));
            let (name, value) = read.ok_or_else(broken)?;
            for (number, pattern) in self.patterns.iter().enumerate() {
                if pattern.matches(name) && !is_secret(name) {
                    self.found.push(Picked {
                        pattern: number,
                        name: name.into(),
                        value: value.to_owned(),
                    });
                }
            }
        }
        Ok(())
    }

    fn snapshot(&mut self, db: &Connection, device: Id, key: i64, packed: &[u8]) -> Result<()> {
        if !self.shapes.contains_key(&key) {
            if self.shapes.len() >= SHAPES {
                self.shapes.clear();
            }
            self.shapes
                .insert(key, Shape::load(db, key, self.patterns)?);
        }
        let Some(shape) = self
            .shapes
            .get(&key)
            .filter(|shape| !shape.wanted.is_empty())
        else {
            return Ok(());
        };
        let broken = || corrupt("snapshot", device, "it cannot be unpacked");
        let own = Differences::unpack(packed, &mut self.buffer);
        let mut own = own.ok_or_else(broken)?;
        let mut following = own.next().map_err(|_| broken())?;
        let informed = self.found.len();
        for wanted in &shape.wanted {
            while following
                .as_ref()
                .is_some_and(|(place, _)| *place < wanted.place)
            {
                following = own.next().map_err(|_| broken())?;
            }
            let value = match &following {
                Some((place, own)) if *place == wanted.place => {
                    own.value(&wanted.usual).map_err(|_| broken())?
                }
                Some(_) | None => wanted.usual.clone(),
            };
            if self.found[..informed]
                .iter()
                .any(|picked| picked.name == wanted.name)
            {
                continue;
            }
            self.found
                .extend(wanted.patterns.iter().map(|pattern| Picked {
                    pattern: *pattern,
                    name: Arc::clone(&wanted.name),
                    value: value.to_owned(),
                }));
        }
        Ok(())
    }
}

impl Shape {
    fn load(db: &Connection, key: i64, patterns: &[Pattern]) -> Result<Shape> {
        let sql = "SELECT names, sample FROM shape WHERE id = ?1";
        let mut statement = db.prepare_cached(sql)?;
        let row = statement.query_row([key], |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?))
        });
        let (names, sample) = row
            .optional()?
            .ok_or_else(|| corrupt("shape", key, "it is gone"))?;
        let (names, sample) = (unpack(&names)?, unpack(&sample)?);
        let mut wanted = Vec::new();
        let (mut rest, mut values) = (names.as_slice(), sample.as_slice());
        let mut place = 0;
        while let [_, _, behind @ ..] = rest {
            rest = behind;
            let name = read_text(&mut rest)
                .ok_or_else(|| corrupt("shape", key, "its names cannot be read"))?;
            let usual = read_text(&mut values)
                .ok_or_else(|| corrupt("shape", key, "its sample cannot be read"))?;
            let mean = |number: &usize| patterns[*number].matches(name);
            let meant: Vec<usize> = (0..patterns.len()).filter(mean).collect();
            if !meant.is_empty() && !is_secret(name) {
                wanted.push(Wanted {
                    place,
                    name: Arc::from(name),
                    patterns: meant,
                    usual: usual.to_owned(),
                });
            }
            place += 1;
        }
        Ok(Shape { wanted })
    }
}
