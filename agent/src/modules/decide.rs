//! What the operations of ChangeDUState do on this device, and the fault of each reason why not (TR-069 A.4.1.10,
//! Table 87: 9022 to 9032).

use super::queue::{Change, Step};
use super::units::{Installation, Unit, disk_free, kilobytes};
use crate::device::Core;
use crate::limits::{MODULE_CHANGE_SECS, TRANSFER_SECS};
use crate::rpc::file_url;
use cwmp::rpc::{
    InstallOperation, Operation, OperationResult, UninstallOperation, UpdateOperation,
};
use cwmp::{Fault, FaultCode};
use data_model::firmware::is_older;
use data_model::package::{HEADER_BYTES, PackageHeader};
use data_model::uuid::is_uuid;
use data_model::{Secret, Timestamp};

pub(super) const INSTALL: &str = "Install";
pub(super) const UPDATE: &str = "Update";
pub(super) const UNINSTALL: &str = "Uninstall";

/// What becomes of the first step of a change.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It is done: these are its results.
    Done(Vec<OperationResult>),
    /// These take its place.
    Becomes(Vec<Step>),
    /// It needs a package.
    Fetch(Wanted),
}

/// A package that is to be fetched.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) url: String,
    pub(crate) username: String,
    pub(crate) password: Secret,
    /// Bytes it may have, header included.
    pub(crate) limit: u64,
    /// The unit it is an update for.
    pub(crate) unit: Option<u32>,
}

impl Core {
    /// What becomes of the first step of a change, before any package of it is there.
    pub(crate) fn module_verdict(&mut self, change: &Change, step: &Step) -> Verdict {
        let now = self.facts.now;
        let end = change.accepted.plus_secs(MODULE_CHANGE_SECS);
        // A fetch that would not be over by then is not begun.
        let late = match step {
            Step::Asked(Operation::Uninstall(_)) => now > end,
            Step::Asked(_) | Step::Update(..) => now.plus_secs(TRANSFER_SECS) > end,
        };
        let given_up = if change.was_cut_off_too_often() {
            let why = "the device restarted each time while it fetched the package";
            Some(Fault::new(FaultCode::COMPLETE_DOWNLOAD, why))
        } else if late {
            let why = "it could not be done within a day";
            Some(Fault::new(FaultCode::REQUEST_DENIED, why))
        } else {
            None
        };
        if let Some(fault) = given_up {
            return Verdict::Done(vec![self.failed_step(step, now, fault)]);
        }
        let begun = match step {
            Step::Asked(Operation::Install(install)) => self.begin_install(install),
            Step::Asked(Operation::Update(update)) => self.update_targets(update).map(|units| {
                let steps = units.into_iter();
                Verdict::Becomes(
                    steps
                        .map(|unit| Step::Update(unit, update.clone()))
                        .collect(),
                )
            }),
            Step::Update(unit, update) => self.begin_update(*unit, update),
            Step::Asked(Operation::Uninstall(uninstall)) => {
                return Verdict::Done(self.uninstall(uninstall));
            }
        };
        begun.unwrap_or_else(|fault| Verdict::Done(vec![self.failed_step(step, now, fault)]))
    }

    /// What comes of the first step of a change whose package is there, or cannot be had.
    pub(crate) fn package_arrived(
        &mut self,
        step: &Step,
        started: Timestamp,
        package: Result<PackageHeader, Fault>,
    ) -> OperationResult {
        let done = match (step, package) {
            (_, Err(fault)) => Err(fault),
            (Step::Asked(Operation::Install(install)), Ok(header)) => {
                let installed = self.install(install, &header);
                installed.map(|unit| (INSTALL, unit))
            }
            (Step::Update(unit, update), Ok(header)) => {
                let updated = self.update(*unit, update, &header);
                updated.map(|()| (UPDATE, *unit))
            }
            (Step::Asked(Operation::Update(_) | Operation::Uninstall(_)), Ok(_)) => {
                Err(FaultCode::INTERNAL_ERROR.into())
            }
        };
        match done {
            Err(fault) => self.failed_step(step, started, fault),
            Ok((operation, number)) => {
                let unit = self.unit(number);
                self.succeeded(operation, started, unit.as_ref())
            }
        }
    }

    /// Removes what an Uninstall names; there is a result for each unit.
    pub(crate) fn uninstall(&mut self, uninstall: &UninstallOperation) -> Vec<OperationResult> {
        let now = self.facts.now;
        let units = match self.uninstall_targets(uninstall) {
            Ok(units) => units,
            Err(fault) => {
                let step = Step::Asked(Operation::Uninstall(uninstall.clone()));
                return vec![self.failed_step(&step, now, fault)];
            }
        };
        let results = units.into_iter().map(|unit| {
            if let Err(fault) = self.check_unit(&unit) {
                return self.failed(UNINSTALL, now, &unit.uuid, Some(&unit), fault);
            }
            let result = OperationResult {
                current_state: "Uninstalled".into(),
                resolved: false,
                ..self.succeeded(UNINSTALL, now, Some(&unit))
            };
            self.observing(|core| core.remove_unit(&unit));
            self.note(&format!("module {} {} removed", unit.name, unit.version));
            result
        });
        results.collect()
    }

    fn begin_install(&self, install: &InstallOperation) -> Result<Verdict, Fault> {
        if let Some(uuid) = given(&install.uuid) {
            check_uuid(uuid)?;
        }
        let environment = self.environment(given(&install.execution_env_ref));
        let environment = environment.ok_or(FaultCode::UNKNOWN_EXECUTION_ENVIRONMENT)?;
        self.check_environment(&environment)?;
        file_url::check(&install.url)?;
        Ok(Verdict::Fetch(Wanted {
            url: install.url.clone(),
            username: install.username.clone().unwrap_or_default(),
            password: Secret::new(install.password.clone().unwrap_or_default()),
            limit: self.package_bytes(0),
            unit: None,
        }))
    }

    fn begin_update(&self, unit: u32, update: &UpdateOperation) -> Result<Verdict, Fault> {
        let unit = self.unit(unit).ok_or(FaultCode::UNKNOWN_DEPLOYMENT_UNIT)?;
        self.check_unit(&unit)?;
        let url = given(&update.url).unwrap_or(&unit.url);
        file_url::check(url)?;
        Ok(Verdict::Fetch(Wanted {
            url: url.to_owned(),
            username: update.username.clone().unwrap_or_default(),
            password: Secret::new(update.password.clone().unwrap_or_default()),
            limit: self.package_bytes(self.kilobytes_of(&unit.execution_units)),
            unit: Some(unit.number),
        }))
    }

    /// The units an Update means: by UUID, else by the URL they are from, else all of them (TR-069 A.4.1.10).
    fn update_targets(&self, update: &UpdateOperation) -> Result<Vec<u32>, Fault> {
        let (uuid, url) = (given(&update.uuid), given(&update.url));
        let version = given(&update.version);
        if let Some(uuid) = uuid {
            check_uuid(uuid)?;
        }
        let mut units = self.units();
        units.retain(|unit| match (uuid, url) {
            (Some(uuid), _) => same_uuid(&unit.uuid, uuid),
            (None, Some(url)) => unit.url == url,
            (None, None) => true,
        });
        units.retain(|unit| version.is_none_or(|version| unit.version == version));
        let of_one = |unit: &Unit| {
            let same = units.iter().filter(|it| same_uuid(&it.uuid, &unit.uuid));
            same.count() > 1
        };
        let names_one = uuid.is_some() || url.is_some();
        if names_one && version.is_none() && units.iter().any(of_one) {
            return Err(FaultCode::VERSION_NOT_SPECIFIED.into());
        }
        match units.is_empty() {
            true => Err(FaultCode::UNKNOWN_DEPLOYMENT_UNIT.into()),
            false => Ok(units.iter().map(|unit| unit.number).collect()),
        }
    }

    fn uninstall_targets(&self, uninstall: &UninstallOperation) -> Result<Vec<Unit>, Fault> {
        check_uuid(&uninstall.uuid)?;
        let version = given(&uninstall.version);
        let mut units = self.units();
        units.retain(|unit| same_uuid(&unit.uuid, &uninstall.uuid));
        units.retain(|unit| version.is_none_or(|version| unit.version == version));
        if let Some(reference) = given(&uninstall.execution_env_ref) {
            let environment = self.environment(Some(reference));
            units.retain(|unit| Some(&unit.environment) == environment.as_ref());
        }
        match units.is_empty() {
            true => Err(FaultCode::UNKNOWN_DEPLOYMENT_UNIT.into()),
            false => Ok(units),
        }
    }

    /// Whether a unit is one that may be changed at this moment.
    fn check_unit(&self, unit: &Unit) -> Result<(), Fault> {
        if unit.status != "Installed" {
            let why = format!("the deployment unit is {}", unit.status);
            return Err(Fault::new(FaultCode::INVALID_DEPLOYMENT_UNIT_STATE, why));
        }
        self.check_environment(&unit.environment)
    }

    fn check_environment(&self, environment: &str) -> Result<(), Fault> {
        match self.is_enabled(environment) {
            true => Ok(()),
            false => Err(FaultCode::DISABLED_EXECUTION_ENVIRONMENT.into()),
        }
    }

    fn check_made_for(&self, environment: &str, header: &PackageHeader) -> Result<(), Fault> {
        let ty = self.environment_type(environment);
        if header.environment == ty {
            return Ok(());
        }
        let why = format!("the package is for {}, this is {ty}", header.environment);
        Err(Fault::new(FaultCode::EXECUTION_ENVIRONMENT_MISMATCH, why))
    }

    fn check_space(&self, header: &PackageHeader, freed: i64) -> Result<(), Fault> {
        let free = disk_free(&self.tree, &self.facts) + freed;
        let needed = kilobytes(header.bytes);
        if i64::try_from(needed).is_ok_and(|needed| needed <= free) {
            return Ok(());
        }
        let why = format!("the module needs {needed} kilobytes, {free} are free");
        Err(Fault::new(FaultCode::SYSTEM_RESOURCES_EXCEEDED, why))
    }

    /// Bytes a package may have at this moment.
    fn package_bytes(&self, freed: i64) -> u64 {
        let free = disk_free(&self.tree, &self.facts) + freed;
        u64::try_from(free).unwrap_or(0) * 1024 + HEADER_BYTES as u64
    }

    fn install(
        &mut self,
        install: &InstallOperation,
        header: &PackageHeader,
    ) -> Result<u32, Fault> {
        let environment = self.environment(given(&install.execution_env_ref));
        let environment = environment.ok_or(FaultCode::UNKNOWN_EXECUTION_ENVIRONMENT)?;
        // It may have been switched off since.
        self.check_environment(&environment)?;
        self.check_made_for(&environment, header)?;
        let uuid = given(&install.uuid).map_or_else(|| header.uuid(), str::to_owned);
        // TR-181 DeploymentUnit: UUID, version and environment make a unit.
        let duplicate = self.units().into_iter().any(|unit| {
            same_uuid(&unit.uuid, &uuid)
                && unit.version == header.version
                && unit.environment == environment
        });
        if duplicate {
            return Err(FaultCode::DUPLICATE_DEPLOYMENT_UNIT.into());
        }
        self.check_space(header, 0)?;
        let installation = Installation {
            header,
            uuid: &uuid,
            url: &install.url,
            environment: &environment,
        };
        let added = self.observing(|core| {
            let unit = core.add_unit(&installation)?;
            let list = core.unit(unit).map(|unit| unit.execution_units);
            core.start_installed(&list.unwrap_or_default());
            Some(unit)
        });
        let unit = added.ok_or_else(|| {
            let why = "there are as many deployment units as this device takes";
            Fault::new(FaultCode::SYSTEM_RESOURCES_EXCEEDED, why)
        })?;
        self.note(&format!(
            "module {} {} installed",
            header.name, header.version
        ));
        Ok(unit)
    }

    fn update(
        &mut self,
        number: u32,
        update: &UpdateOperation,
        header: &PackageHeader,
    ) -> Result<(), Fault> {
        let unit = self.unit(number);
        let unit = unit.ok_or(FaultCode::UNKNOWN_DEPLOYMENT_UNIT)?;
        self.check_unit(&unit)?;
        self.check_made_for(&unit.environment, header)?;
        if (&header.vendor, &header.name) != (&unit.vendor, &unit.name) {
            let why = format!(
                "the package is {} of {}, the unit is {} of {}",
                header.name, header.vendor, unit.name, unit.vendor
            );
            return Err(Fault::new(FaultCode::FILE_CORRUPTED, why));
        }
        let same =
            |other: &Unit| same_uuid(&other.uuid, &unit.uuid) && other.version == header.version;
        if self.units().iter().any(same) {
            return Err(FaultCode::VERSION_EXISTS.into());
        }
        if is_older(&header.version, &unit.version) {
            let why = format!("{} is older than {}", header.version, unit.version);
            return Err(Fault::new(FaultCode::DOWNGRADE_NOT_PERMITTED, why));
        }
        self.check_space(header, self.kilobytes_of(&unit.execution_units))?;
        let url = given(&update.url).unwrap_or(&unit.url);
        // TR-181 ExecutionUnit: after the update its units are in the states they were in before; stopping and starting
        // takes no time here.
        self.observing(|core| {
            let path = core.unit_path(number);
            core.put(&path, "URL", url);
            core.write_version(number, header);
        });
        let line = format!("module {} updated to {}", unit.name, header.version);
        self.note(&line);
        Ok(())
    }
}

/// An argument that is there; an empty one counts as absent.
pub(super) fn given(argument: &Option<String>) -> Option<&str> {
    argument.as_deref().filter(|text| !text.is_empty())
}

/// RFC 4122 section 3: read without regard to case. It is shown as the ACS has written it.
fn same_uuid(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

fn check_uuid(uuid: &str) -> Result<(), Fault> {
    match is_uuid(uuid) {
        true => Ok(()),
        false => Err(FaultCode::INVALID_UUID.into()),
    }
}
