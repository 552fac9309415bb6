//! Which execution units run: RequestedState, AutoStart, and the execution environment they run in (TR-181
//! SoftwareModules). In the simulated environment a unit starts and stops at once, and never by itself.

use super::units::{execution_units, value};
use crate::device::Core;
use crate::device::facts::Facts;
use crate::tree::{Checked, Tree};
use cwmp::{FaultCode, ParameterFault};
use data_model::schema::Address;

/// The execution units that run, as list of paths.
pub fn active_units(tree: &Tree, facts: &Facts) -> String {
    let mut units = execution_units(tree, facts);
    units.retain(|unit| value(tree, facts, &format!("{unit}.Status")) == "Active");
    units.join(",")
}

/// What has been written of modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// ExecutionUnit.{i}.RequestedState
    RequestedState,
    /// ExecEnv.{i}.Enable
    Enable,
}

impl Core {
    /// Wishes for execution units whose environment is switched off, or is to be (TR-181 RequestedState: a fault).
    pub(crate) fn unusable_module_states(&self, checked: &Checked) -> Vec<ParameterFault> {
        let wishes = checked.changes().filter(|(address, value)| {
            !value.is_empty() && self.written(address) == Some(Written::RequestedState)
        });
        let off = wishes.filter(|(address, _)| {
            let environment = self.environment_of(&self.row(address));
            match self.leaf(&environment, "Enable") {
                Some(enable) => match checked.get(&enable) {
                    Some(enable) => enable == "0",
                    None => !self.is_enabled(&environment),
                },
                None => true,
            }
        });
        off.map(|(address, _)| {
            ParameterFault::new(
                self.product().ty.schema.path(address),
                FaultCode::INVALID_PARAMETER_VALUE,
                "the execution environment of this unit is disabled",
            )
        })
        .collect()
    }

    /// Does what has been written of modules: units start and stop, and that is a change the ACS may want to hear of.
    pub(crate) fn module_states_written(&mut self, changed: &[Address]) {
        for address in changed {
            match self.written(address) {
                None => {}
                Some(Written::RequestedState) => {
                    let wish = self.value(address);
                    // TR-181: it is a command, which reads as the empty text.
                    self.tree.back_to_factory(address);
                    let unit = self.row(address);
                    if !wish.is_empty() {
                        self.observing(|core| core.put(&unit, "Status", &wish));
                    }
                }
                Some(Written::Enable) => self.observing(Core::start_units),
            }
        }
    }

    /// An execution environment has started, or stopped: so do its units, those with AutoStart.
    pub(crate) fn start_units(&mut self) {
        for unit in execution_units(&self.tree, &self.facts) {
            let environment = self.environment_of(&unit);
            let starts = value(&self.tree, &self.facts, &format!("{unit}.AutoStart")) == "1"
                && self.is_enabled(&environment);
            self.put(&unit, "Status", if starts { "Active" } else { "Idle" });
        }
    }

    /// A unit that has just been installed starts if it is one of those that start by themselves.
    pub(super) fn start_installed(&mut self, execution_units: &str) {
        for unit in execution_units.split(',') {
            let starts = value(&self.tree, &self.facts, &format!("{unit}.AutoStart")) == "1";
            self.put(unit, "Status", if starts { "Active" } else { "Idle" });
        }
    }

    fn written(&self, address: &Address) -> Option<Written> {
        let schema = &self.product().ty.schema;
        let node = schema.node(address.node);
        let written = match &*node.name {
            "RequestedState" => Written::RequestedState,
            "Enable" => Written::Enable,
            _ => return None,
        };
        let object = &*schema.node(node.parent?).name;
        let fits = match written {
            Written::RequestedState => object == "ExecutionUnit",
            Written::Enable => object == "ExecEnv",
        };
        fits.then_some(written)
    }

    /// The path of the row a parameter stands in.
    fn row(&self, address: &Address) -> String {
        let path = self.product().ty.schema.path(address);
        let row = path.rsplit_once('.').map(|(row, _)| row.to_owned());
        row.unwrap_or_default()
    }

    fn environment_of(&self, unit: &str) -> String {
        value(&self.tree, &self.facts, &format!("{unit}.ExecutionEnvRef"))
    }
}
