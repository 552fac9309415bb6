//! Carrying out diagnostic tests: on the network of this host, or made up for devices that exist only here.
//!
//! One file for each test; [`icmp`] and [`meter`] are what they share. Every test is bounded by the limits its job was
//! read with, and by [`crate::limits::TEST_MS`] as a whole. No process is ever started.

mod download;
mod echo;
mod echo_client;
mod icmp;
mod meter;
mod ns_lookup;
mod ping;
mod ports;
mod resolve;
mod self_test;
mod server_selection;
mod simulated;
mod trace_route;
mod upload;

pub use ports::{PhonePorts, ScriptedPorts};

use super::handle::{Command, Event};
use super::http::Network;
use crate::device::Input;
use crate::diagnostics::findings::Micros;
use crate::diagnostics::{EchoConfig, EchoCounters, Findings, Outcome, Test, TestJob, Trouble};
use crate::limits::TEST_MS;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

/// How the devices of a runner measure.
#[derive(Debug, Clone)]
pub struct DiagnosticsConfig {
    /// On the network or not.
    pub measuring: Measuring,
    /// The telephone ports; without any their test is not supported.
    pub ports: Option<Arc<dyn PhonePorts>>,
}

/// Where results come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measuring {
    /// From the network of this host.
    Real {
        /// The address the echo service is bound to.
        echo: IpAddr,
    },
    /// From a seed: plausible, the same for the same test, and without a socket.
    Simulated {
        /// What decides them.
        seed: u64,
    },
}

impl DiagnosticsConfig {
    /// On the network, the echo service at an address.
    pub fn real(echo: IpAddr) -> DiagnosticsConfig {
        DiagnosticsConfig {
            measuring: Measuring::Real { echo },
            ports: None,
        }
    }

    /// Made up, with a telephone at every port.
    pub fn simulated(seed: u64) -> DiagnosticsConfig {
        DiagnosticsConfig {
            measuring: Measuring::Simulated { seed },
            ports: Some(Arc::new(ScriptedPorts::all_connected())),
        }
    }
}

/// The tests and the echo service of one device that are under way.
#[derive(Debug, Default)]
pub(super) struct UnderWay {
    tests: Vec<(u32, AbortHandle)>,
    echo: Option<AbortHandle>,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        for (_, test) in &self.tests {
            test.abort();
        }
        if let Some(echo) = &self.echo {
            echo.abort();
        }
    }
}

/// Tells the loop what has happened to a device.
#[derive(Debug, Clone)]
pub(super) struct Reporter {
    pub(super) device: usize,
    pub(super) events: mpsc::UnboundedSender<Event>,
}

impl Reporter {
    fn tell(&self, input: Input) {
        // A loop that has ended has no devices anything could happen to.
        let _ = self
            .events
            .send(Event::Command(Command::Input(self.device, input)));
    }
}

impl UnderWay {
    /// Begins a test.
    pub(super) fn start(
        &mut self,
        config: &DiagnosticsConfig,
        network: &Network,
        reporter: Reporter,
        job: TestJob,
    ) {
        let TestJob { number, test } = job;
        self.tests.retain(|(_, task)| !task.is_finished());
        let (config, network) = (config.clone(), network.clone());
        let task = tokio::spawn(async move {
            let whole = Duration::from_millis(TEST_MS.into());
            let outcome =
                tokio::time::timeout(whole, carry_out(&config, &network, reporter.device, test))
                    .await;
            let outcome = outcome.unwrap_or_else(|_| Outcome::failed(Trouble::Timeout));
            reporter.tell(Input::TestEnded(number, Box::new(outcome)));
        });
        self.tests.push((number, task.abort_handle()));
    }

    /// Stops a test.
    pub(super) fn cancel(&mut self, number: u32) {
        for (_, test) in self.tests.extract_if(.., |(other, _)| *other == number) {
            test.abort();
        }
    }

    /// Begins the echo service anew, or ends it.
    pub(super) fn echo(
        &mut self,
        config: &DiagnosticsConfig,
        reporter: Reporter,
        asked: Option<(EchoConfig, EchoCounters)>,
    ) {
        if let Some(echo) = self.echo.take() {
            echo.abort();
        }
        let Measuring::Real { echo: address } = config.measuring else {
            // Ten thousand devices cannot share a port.
            return;
        };
        if let Some((settings, counters)) = asked {
            let tell = move |counters| reporter.tell(Input::EchoCounted(Box::new(counters)));
            let service = tokio::spawn(echo::serve(address, settings, counters, tell));
            self.echo = Some(service.abort_handle());
        }
    }
}

async fn carry_out(
    config: &DiagnosticsConfig,
    network: &Network,
    device: usize,
    test: Test,
) -> Outcome {
    if let Test::PhonePort(port) = test {
        let connected = config
            .ports
            .as_ref()
            .and_then(|ports| ports.phone_connected(device, port));
        return match connected {
            Some(connected) => Outcome::complete(Findings::PhonePort(connected)),
            None => Outcome::failed(Trouble::TestNotSupported),
        };
    }
    if let Measuring::Simulated { seed } = config.measuring {
        return simulated::carry_out(seed.wrapping_add(device as u64), &test).await;
    }
    match test {
        Test::Ping(ping) => ping::run(&ping).await,
        Test::Route(route) => trace_route::run(&route).await,
        Test::Lookup(lookup) => ns_lookup::run(&lookup).await,
        Test::Download(download) => download::run(network, &download).await,
        Test::Upload(upload) => upload::run(network, &upload).await,
        Test::Selection(selection) => server_selection::run(&selection).await,
        Test::Echo(echo) => echo_client::run(&echo).await,
        Test::SelfTest => self_test::run(),
        Test::PhonePort(_) => Outcome::failed(Trouble::TestNotSupported),
    }
}

/// The wall time; TR-143 wants its times so.
fn now_us() -> Micros {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
}

/// A span of time in microseconds, as far as the number goes.
fn us(span: Duration) -> u32 {
    u32::try_from(span.as_micros()).unwrap_or(u32::MAX)
}
