//! The state machine of every diagnostics object (TR-181 DiagnosticsState): asked for, under way, ended.
//!
//! States and results stand in the tree until the next boot and are never kept: after a boot every state is None.

use super::description::{Description, child};
use super::test::{Settings, Test, TestJob, Unusable};
use super::{EchoConfig, EchoCounters, Outcome};
use crate::device::Core;
use crate::tree::Checked;
use cwmp::{FaultCode, ParameterFault};
use data_model::schema::Address;

/// The tests of a device that are asked for or under way; nothing at all on a device that measures nothing.
#[derive(Debug, Default)]
pub struct Diagnostics(Option<Box<Runs>>);

#[derive(Debug, Default)]
struct Runs {
    /// The last number given.
    number: u32,
    runs: Vec<Run>,
    /// Tests to be stopped.
    cancelled: Vec<u32>,
    /// The settings of the echo service have been written.
    echo_touched: bool,
    /// What was last asked of the echo service.
    echo: Option<EchoConfig>,
    /// What it has counted.
    echoed: EchoCounters,
}

/// One test: there is at most one for each object.
#[derive(Debug)]
struct Run {
    description: Description,
    object: Address,
    stage: Stage,
    asker: Asker,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Until the session is over in which it was asked for.
    Waiting,
    /// Under way, by its number.
    Running(u32),
}

/// Who has asked for a test: only the ACS is told of its end (TR-069 Table 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// The ACS.
    Acs,
    /// A person at the device.
    Person,
}

/// What is to become of the echo service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EchoChange {
    /// It begins, with counters at zero, or goes on with other settings and the counters it has.
    Serve(EchoConfig, EchoCounters),
    /// It ends.
    End,
}

impl Diagnostics {
    /// Bytes this takes beside the struct itself.
    pub fn heap_bytes(&self) -> usize {
        let runs = self.0.as_ref();
        runs.map_or(0, |runs| {
            size_of::<Runs>()
                + runs.runs.capacity() * size_of::<Run>()
                + runs.cancelled.capacity() * 4
        })
    }

    fn find(&self, object: &Address) -> Option<usize> {
        let runs = self.0.as_ref()?;
        runs.runs.iter().position(|run| run.object == *object)
    }

    /// Takes the test of an object back, whether it runs or waits.
    fn stop(&mut self, object: &Address) {
        let place = self.find(object);
        if let (Some(place), Some(runs)) = (place, &mut self.0)
            && let Stage::Running(number) = runs.runs.swap_remove(place).stage
        {
            runs.cancelled.push(number);
        }
    }

    /// Tests the shell is to stop.
    pub(crate) fn take_cancelled(&mut self) -> Vec<u32> {
        self.0
            .as_mut()
            .map_or_else(Vec::new, |runs| std::mem::take(&mut runs.cancelled))
    }

    fn take_ended(&mut self, number: u32) -> Option<Run> {
        let runs = self.0.as_mut()?;
        let place = runs
            .runs
            .iter()
            .position(|run| run.stage == Stage::Running(number))?;
        Some(runs.runs.swap_remove(place))
    }
}

impl Core {
    /// What contradicts itself in changes that ask for tests (TR-181: no later than the call that asks).
    pub(crate) fn unusable_tests(&self, checked: &Checked) -> Vec<ParameterFault> {
        let mut faults = Vec::new();
        for (address, value) in checked.changes() {
            let schema = &self.product().ty.schema;
            let Some((description, object)) = self.diagnostics_object(address) else {
                continue;
            };
            if address.node == description.state {
                let unusable = match value {
                    "Requested" => self.test(&description, &object, Some(checked)).err(),
                    _ => None,
                };
                if let Some(Unusable { parameter, why }) = unusable {
                    let why = format!("{parameter} cannot be used: {why}");
                    faults.push(ParameterFault::new(
                        schema.path(address),
                        FaultCode::INVALID_PARAMETER_VALUE,
                        why,
                    ));
                }
            } else if &*schema.node(address.node).name == "Interface" && !self.is_interface(value) {
                let why = "there is no such IP interface";
                faults.push(ParameterFault::new(
                    schema.path(address),
                    FaultCode::INVALID_PARAMETER_VALUE,
                    why,
                ));
            }
        }
        faults
    }

    /// Values were written: tests are asked for, taken back, or void because their settings are others.
    pub(crate) fn diagnostics_written(&mut self, written: &[Address], asker: Asker) {
        let mut touched: Vec<(Description, Address)> = Vec::new();
        for address in written {
            if self.product().echo.is_some() && self.parent(address) == self.product().echo {
                self.diagnostics.0.get_or_insert_default().echo_touched = true;
            }
            let Some((description, object)) = self.diagnostics_object(address) else {
                continue;
            };
            if !touched.iter().any(|(_, other)| *other == object) {
                touched.push((description, object));
            }
        }
        for (description, object) in touched {
            let state = Address {
                node: description.state,
                instances: object.instances,
            };
            let asked = written.contains(&state) && self.tree.stored_text(&state) == "Requested";
            // What was written is a wish, not a value to be kept over a reboot.
            self.tree.set_by_device(&state, "None");
            self.diagnostics.stop(&object);
            if asked {
                self.clear_results(&object);
                self.tree.set_until_boot(&state, "Requested");
                self.diagnostics.0.get_or_insert_default().runs.push(Run {
                    description,
                    object,
                    stage: Stage::Waiting,
                    asker,
                });
            } else {
                self.tree.set_until_boot(&state, "None");
            }
        }
    }

    /// The next test that waits, to be begun; one that can no longer be read has ended with an error.
    pub(crate) fn begin_test(&mut self) -> Option<Begun> {
        // Numbers of different boots are different, so that nothing late of the last one is taken for this one's.
        let boot = (self.boots() as u32) << 16;
        let runs = self.diagnostics.0.as_mut()?;
        let run = runs
            .runs
            .iter_mut()
            .find(|run| run.stage == Stage::Waiting)?;
        runs.number = (runs.number + 1) & 0xffff;
        let number = boot | runs.number;
        run.stage = Stage::Running(number);
        let (description, object) = (run.description, run.object);
        match self.test(&description, &object, None) {
            Ok(test) => Some(Begun::Job(TestJob { number, test })),
            Err(unusable) => {
                tracing::debug!(?unusable, "a test cannot begin");
                Some(Begun::Failed(number))
            }
        }
    }

    /// A test has ended. Who had asked for it, unless it was taken back meanwhile.
    pub(crate) fn test_ended(&mut self, number: u32, outcome: &Outcome) -> Option<Asker> {
        let run = self.diagnostics.take_ended(number)?;
        self.observing(|core| core.write_results(&run.description, &run.object, outcome));
        Some(run.asker)
    }

    /// A boot: the echo service begins if it is switched on.
    pub(crate) fn diagnostics_booted(&mut self) {
        if self.echo_config().is_some() {
            self.diagnostics.0.get_or_insert_default().echo_touched = true;
        }
    }

    /// What is to become of the echo service, if its settings were written or the device has just booted.
    pub(crate) fn echo_change(&mut self) -> Option<EchoChange> {
        if !self.diagnostics.0.as_ref()?.echo_touched {
            return None;
        }
        let wanted = self.echo_config();
        let runs = self.diagnostics.0.as_mut()?;
        runs.echo_touched = false;
        if runs.echo == wanted {
            return None;
        }
        let was_off = runs.echo.is_none();
        runs.echo.clone_from(&wanted);
        if was_off {
            // TR-143: enabled from a disabled state, times and counters are cleared.
            self.echo_counted(EchoCounters::default());
        }
        let counters = self.diagnostics.0.as_ref()?.echoed;
        Some(wanted.map_or(EchoChange::End, |config| {
            EchoChange::Serve(config, counters)
        }))
    }

    /// The echo service tells its counters.
    pub(crate) fn echo_counted(&mut self, counters: EchoCounters) {
        self.diagnostics.0.get_or_insert_default().echoed = counters;
        self.set_echo_counters(&counters);
    }

    /// The diagnostics object a parameter stands in.
    fn diagnostics_object(&self, address: &Address) -> Option<(Description, Address)> {
        let parent = self.parent(address)?;
        let all = self.product().diagnostics.iter();
        let description = all
            .copied()
            .find(|description| description.object == parent)?;
        let object = Address {
            node: parent,
            instances: address.instances,
        };
        Some((description, object))
    }

    fn parent(&self, address: &Address) -> Option<data_model::schema::NodeId> {
        self.product().ty.schema.node(address.node).parent
    }

    /// The test an object asks for, by its values or by those it is about to have.
    fn test(
        &self,
        description: &Description,
        object: &Address,
        coming: Option<&Checked>,
    ) -> Result<Test, Unusable> {
        let schema = &self.product().ty.schema;
        let value = |name: &str| {
            let address = Address {
                node: child(schema, description.object, name)?,
                instances: object.instances,
            };
            let coming = coming.and_then(|checked| checked.get(&address));
            Some(coming.map_or_else(|| self.value(&address), str::to_owned))
        };
        let settings = Settings {
            value: &value,
            instance: object.instances.last(),
        };
        Test::read(description.kind, &settings)
    }

    /// Whether a text names an IP interface of this device, or none.
    fn is_interface(&self, name: &str) -> bool {
        let path = format!("{}.", name.trim_end_matches('.'));
        let found = || {
            let address = self.tree.find(&path)?;
            let node = &self.product().ty.schema.node(address.node).name;
            let last = address.instances.len()
                == usize::from(self.product().ty.schema.node(address.node).instance_depth);
            Some(
                last && matches!(
                    &**node,
                    "LAN" | "WANIPConnection" | "WANPPPConnection" | "IPInterface"
                ),
            )
        };
        name.is_empty() || found() == Some(true)
    }
}

/// A test that begins.
#[derive(Debug)]
pub(crate) enum Begun {
    /// For the shell.
    Job(TestJob),
    /// It has failed already.
    Failed(u32),
}
