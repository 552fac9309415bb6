//! What the devices of a fleet come with, and how a loop that drives some of them is set up.

use super::plan::Plan;
use super::setup::{self, Files, Setup};
use super::shard::Shard;
use crate::device::Product;
use crate::shell::RunnerConfig;
use data_model::OperatorError;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

/// A fleet that plays a scenario.
#[derive(Debug, Clone)]
pub struct CrowdConfig {
    /// What its devices are and do.
    pub plan: Arc<Plan>,
    /// Loops, each on a thread of its own.
    pub loops: usize,
    /// What any fleet needs.
    pub setup: Setup,
}

/// Values by their full names.
type Values = Arc<[(String, String)]>;

/// What all devices of a fleet have in common.
pub(super) struct Common {
    pub(super) products: Arc<[Arc<Product>]>,
    /// By kind, and whether a device is behind a NAT.
    installed: HashMap<(usize, bool), Values>,
    files: Files,
}

impl CrowdConfig {
    pub(super) fn common(&self) -> Result<Common, OperatorError> {
        let scenario = self.plan.scenario();
        let mut loaded: HashMap<&str, Arc<Product>> = HashMap::new();
        let mut products = Vec::new();
        for kind in &scenario.devices {
            let name = kind.device_type.as_str();
            let product = match loaded.get(name) {
                Some(product) => Arc::clone(product),
                None => Product::load(name)?,
            };
            loaded.insert(name, Arc::clone(&product));
            products.push(product);
        }
        let mut installed = HashMap::new();
        for (kind, product) in products.iter().enumerate() {
            for behind_nat in [false, true] {
                let values = self.installed(product.root, behind_nat);
                installed.insert((kind, behind_nat), values.into());
            }
        }
        Ok(Common {
            products: products.into(),
            installed,
            files: self.setup.files()?,
        })
    }

    /// The values of the installer.
    fn installed(&self, root: &str, behind_nat: bool) -> Vec<(String, String)> {
        let interval = self.plan.scenario().informs.interval_secs.to_string();
        let mut values = vec![
            ("URL", self.setup.acs_url.clone()),
            ("Password", self.setup.password.reveal().to_owned()),
            ("PeriodicInformEnable", "1".to_owned()),
            ("PeriodicInformInterval", interval),
        ];
        if let Some(nat) = &self.plan.scenario().nat
            && behind_nat
        {
            let url = self.setup.acs_url.parse::<http::Uri>().ok();
            let acs = url.as_ref().and_then(http::Uri::host);
            let server = nat.stun_server.as_deref().or(acs).unwrap_or_default();
            values.push(("STUNEnable", "1".to_owned()));
            values.push(("STUNServerAddress", server.to_owned()));
            values.push(("STUNServerPort", nat.stun_port.to_string()));
        }
        let named =
            |(name, value): (&str, String)| (format!("{root}ManagementServer.{name}"), value);
        values.into_iter().map(named).collect()
    }

    /// Whether the ACS is on the loopback of this machine, and calls come from there too.
    pub(super) fn is_on_loopback(&self) -> bool {
        let url = self.setup.acs_url.parse::<http::Uri>().ok();
        let host = url.as_ref().and_then(http::Uri::host).unwrap_or_default();
        let there = host == "localhost"
            || host
                .parse::<std::net::Ipv4Addr>()
                .is_ok_and(|ip| ip.is_loopback());
        let v4_here = |listen: SocketAddr| listen.ip().is_loopback() && listen.is_ipv4();
        there && self.setup.listen.is_none_or(v4_here)
    }

    /// The loop with this number, and its devices.
    pub(super) fn runner(
        &self,
        common: &Common,
        number: usize,
        first: usize,
        devices: usize,
        shard: &Arc<Shard>,
    ) -> RunnerConfig {
        let setup = &self.setup;
        let device = |number: usize| {
            let kind = self.plan.kind(number);
            let installed = &common.installed[&(kind, self.plan.is_behind_nat(number))];
            let seed = self.plan.seed_of(number, 0);
            setup::device(
                &common.products[kind],
                setup.identity(number),
                installed,
                seed,
            )
        };
        let devices = (first..first + devices).map(device).collect();
        let listen = setup.listen.map(|mut listen| {
            if listen.port() > 0 {
                listen.set_port(listen.port().saturating_add(number as u16));
            }
            listen
        });
        let journal = match number {
            0 => setup.journal("fleet.journal"),
            _ => setup.journal(&format!("fleet-{number}.journal")),
        };
        RunnerConfig {
            listen,
            journal,
            sessions: (setup.sessions / self.loops.max(1)).max(1),
            surroundings: Some(Arc::clone(shard) as Arc<_>),
            switched_on: false,
            ..setup.runner(devices, &common.files)
        }
    }
}
