//! Deployment units and their execution units as rows of the tree (TR-181 SoftwareModules).

use crate::device::Core;
use crate::device::facts::Facts;
use crate::tree::Tree;
use data_model::package::PackageHeader;
use data_model::schema::{Address, NodeKind};

const ENVIRONMENTS: &str = "ExecEnv";
const DEPLOYMENT_UNITS: &str = "DeploymentUnit";
const EXECUTION_UNITS: &str = "ExecutionUnit";

/// One installed deployment unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its instance number.
    pub number: u32,
    /// UUID
    pub uuid: String,
    /// Name
    pub name: String,
    /// Vendor
    pub vendor: String,
    /// Version
    pub version: String,
    /// URL
    pub url: String,
    /// Status
    pub status: String,
    /// ExecutionEnvRef
    pub environment: String,
    /// ExecutionUnitList
    pub execution_units: String,
}

/// What an installation writes.
#[derive(Debug)]
pub struct Installation<'i> {
    /// What the package says.
    pub header: &'i PackageHeader,
    /// The UUID that was given, or follows from the package.
    pub uuid: &'i str,
    /// Where the package was.
    pub url: &'i str,
    /// Path of the execution environment.
    pub environment: &'i str,
}

/// The kilobytes of so many bytes on a disk.
pub fn kilobytes(bytes: u64) -> u64 {
    bytes.div_ceil(1024)
}

/// A parameter of SoftwareModules; empty if there is none.
pub(super) fn value(tree: &Tree, facts: &Facts, path: &str) -> String {
    let found = tree.find(path);
    found.map_or_else(String::new, |at| tree.value(&at, facts).into_owned())
}

/// The paths of the rows of a table, without the dot at their ends.
pub(super) fn rows(tree: &Tree, facts: &Facts, table: &str) -> Vec<(u32, String)> {
    let path = format!("{}SoftwareModules.{table}.", facts.product.root);
    let Some(address) = tree.find(&path) else {
        return Vec::new();
    };
    let NodeKind::Table(table) = &tree.device_type().schema.node(address.node).kind else {
        return Vec::new();
    };
    let numbers = tree.instances_of(table, &address).into_owned();
    let rows = numbers.into_iter();
    rows.map(|number| (number, format!("{path}{number}")))
        .collect()
}

/// The paths of all execution units.
pub(super) fn execution_units(tree: &Tree, facts: &Facts) -> Vec<String> {
    let rows = rows(tree, facts, EXECUTION_UNITS).into_iter();
    rows.map(|(_, path)| path).collect()
}

/// Kilobytes that no module takes.
pub fn disk_free(tree: &Tree, facts: &Facts) -> i64 {
    let number = |path: String| value(tree, facts, &path).parse().unwrap_or(0);
    let all: i64 = rows(tree, facts, ENVIRONMENTS)
        .into_iter()
        .map(|(_, environment)| number(format!("{environment}.AllocatedDiskSpace")))
        .sum();
    let units = execution_units(tree, facts).into_iter();
    let used: i64 = units
        .map(|unit| number(format!("{unit}.DiskSpaceInUse")).max(0))
        .sum();
    all - used
}

impl Core {
    /// Whether this device has an execution environment: its model has one, and its hardware is simulated.
    pub fn has_modules(&self) -> bool {
        self.facts.hardware.is_none() && !rows(&self.tree, &self.facts, ENVIRONMENTS).is_empty()
    }

    /// Every deployment unit.
    pub fn units(&self) -> Vec<Unit> {
        let rows = rows(&self.tree, &self.facts, DEPLOYMENT_UNITS).into_iter();
        rows.map(|(number, path)| {
            let leaf = |name: &str| value(&self.tree, &self.facts, &format!("{path}.{name}"));
            Unit {
                number,
                uuid: leaf("UUID"),
                name: leaf("Name"),
                vendor: leaf("Vendor"),
                version: leaf("Version"),
                url: leaf("URL"),
                status: leaf("Status"),
                environment: leaf("ExecutionEnvRef"),
                execution_units: leaf("ExecutionUnitList"),
            }
        })
        .collect()
    }

    /// The deployment unit with this instance number.
    pub fn unit(&self, number: u32) -> Option<Unit> {
        self.units().into_iter().find(|unit| unit.number == number)
    }

    /// The path of a deployment unit.
    pub(crate) fn unit_path(&self, number: u32) -> String {
        let root = self.product().root;
        format!("{root}SoftwareModules.{DEPLOYMENT_UNITS}.{number}")
    }

    /// The path of the execution environment a reference means, however it is written; without one the only one.
    pub(super) fn environment(&self, reference: Option<&str>) -> Option<String> {
        let known = rows(&self.tree, &self.facts, ENVIRONMENTS);
        let mut known = known.into_iter().map(|(_, path)| path);
        let Some(reference) = reference else {
            return known.next();
        };
        let root = self.product().root;
        // The schema's own examples begin and end with a dot.
        let path = match reference.strip_prefix('.') {
            Some(relative) => format!("{root}{relative}"),
            None => reference.to_owned(),
        };
        let path = format!("{}.", path.strip_suffix('.').unwrap_or(&path));
        let meant = self.tree.resolve(&path)?;
        known.find(|known| self.tree.find(&format!("{known}.")) == Some(meant))
    }

    /// Whether an execution environment is switched on.
    pub(super) fn is_enabled(&self, environment: &str) -> bool {
        value(&self.tree, &self.facts, &format!("{environment}.Enable")) == "1"
    }

    /// The type of an execution environment.
    pub(super) fn environment_type(&self, environment: &str) -> String {
        value(&self.tree, &self.facts, &format!("{environment}.Type"))
    }

    /// Kilobytes of the execution units in a list.
    pub(super) fn kilobytes_of(&self, execution_units: &str) -> i64 {
        let units = execution_units.split(',');
        let used = units.map(|unit| {
            let used = value(&self.tree, &self.facts, &format!("{unit}.DiskSpaceInUse"));
            used.parse().unwrap_or(0)
        });
        used.sum()
    }

    /// Adds the rows of a deployment unit and its execution unit; `None` if a table is full.
    pub(super) fn add_unit(&mut self, installation: &Installation<'_>) -> Option<u32> {
        let (execution_unit, number) = self.add_row(EXECUTION_UNITS)?;
        let Some((deployment_unit, unit)) = self.add_row(DEPLOYMENT_UNITS) else {
            self.remove_row(&execution_unit);
            return None;
        };
        let Installation {
            header,
            uuid,
            url,
            environment,
        } = *installation;
        let duid = format!("{unit}");
        let leaves = [
            ("UUID", uuid),
            ("DUID", &duid),
            ("Name", &header.name),
            ("URL", url),
            ("Vendor", &header.vendor),
            ("ExecutionUnitList", &execution_unit),
            ("ExecutionEnvRef", environment),
        ];
        for (name, text) in leaves {
            self.put(&deployment_unit, name, text);
        }
        let name = value(&self.tree, &self.facts, &format!("{environment}.Name"));
        let euid = format!("{name}-{number}");
        // ExecutionUnit.Name has 32 characters, DeploymentUnit.Name 64; both are ASCII.
        let short = &header.name[..header.name.len().min(32)];
        let leaves = [
            ("EUID", euid.as_str()),
            ("Name", short),
            ("ExecEnvLabel", &euid),
            ("Vendor", &header.vendor),
            ("ExecutionEnvRef", environment),
        ];
        for (name, text) in leaves {
            self.put(&execution_unit, name, text);
        }
        self.write_version(unit, header);
        Some(unit)
    }

    /// Writes what a version of a unit brings with it.
    pub(super) fn write_version(&mut self, unit: u32, header: &PackageHeader) {
        let deployment_unit = self.unit_path(unit);
        self.put(&deployment_unit, "Version", &header.version);
        let list = self.unit(unit).map(|unit| unit.execution_units);
        let execution_unit = list.unwrap_or_default();
        self.put(&execution_unit, "Version", &header.version);
        let kilobytes = kilobytes(header.bytes).to_string();
        self.put(&execution_unit, "DiskSpaceInUse", &kilobytes);
    }

    /// Removes the rows of a deployment unit and its execution units.
    pub(super) fn remove_unit(&mut self, unit: &Unit) {
        for execution_unit in unit.execution_units.split(',') {
            self.remove_row(execution_unit);
        }
        self.remove_row(&self.unit_path(unit.number));
    }

    /// Writes a parameter of a row.
    pub(super) fn put(&mut self, row: &str, leaf: &str, text: &str) {
        if let Some(address) = self.tree.find(&format!("{row}.{leaf}")) {
            self.tree.set_by_device(&address, text);
        }
    }

    /// The address of a parameter of a row.
    pub(crate) fn leaf(&self, row: &str, leaf: &str) -> Option<Address> {
        self.tree.find(&format!("{row}.{leaf}"))
    }

    fn add_row(&mut self, table: &str) -> Option<(String, u32)> {
        let path = format!("{}SoftwareModules.{table}.", self.product().root);
        let address = self.tree.find(&path)?;
        let number = self.tree.add_instance(&address).ok()?;
        Some((format!("{path}{number}"), number))
    }

    fn remove_row(&mut self, row: &str) {
        if let Some(address) = self.tree.find(&format!("{row}.")) {
            self.tree.delete_instance(&address);
        }
    }
}
