//! What the loop holds for one device: the device itself, and what belongs to it outside.

use crate::device::{Device, DeviceConfig, Input, Output, Saved};
use crate::provisioning::engine::Ask;
use crate::shell::diagnostics::UnderWay;
use crate::shell::dial::SourcePort;
use crate::shell::http::Connection;
use crate::shell::record::Recorder;
use crate::shell::stream::OpenStream;
use crate::shell::udp::Socket;
use data_model::Timestamp;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::task::AbortHandle;
use tokio_util::time::delay_queue::Key;

/// One device and what belongs to it outside.
pub(super) struct Place {
    pub(super) config: DeviceConfig,
    pub(super) device: Option<Device>,
    /// What a device that is switched off has kept, if it was ever on.
    pub(super) off: Option<Box<Saved>>,
    /// It has power, and waits for its boot until there is room for its session.
    pub(super) boots_next: bool,
    /// Outputs that wait for the journal.
    pub(super) waiting: VecDeque<Output>,
    pub(super) persisting: bool,
    pub(super) connection: Option<Connection>,
    pub(super) exchange: Option<AbortHandle>,
    /// How the port of a connection to the ACS is chosen: drawn until the first answer since the boot.
    pub(super) port: SourcePort,
    /// Requests with bulk reports that are under way, and some that have ended.
    pub(super) reports: Vec<AbortHandle>,
    /// The transfer under way, with its number.
    pub(super) transfer: Option<(u32, AbortHandle)>,
    /// Diagnostic tests; rare, so that a device without any takes no room for them.
    pub(super) tests: Option<Box<UnderWay>>,
    /// Its ports for datagrams.
    pub(super) sockets: Vec<Socket>,
    /// Its stream to an XMPP server.
    pub(super) stream: Option<Box<OpenStream>>,
    pub(super) epoch: u32,
    /// How often it has stopped.
    pub(super) stops: u32,
    /// When its timer goes off, and the timer.
    pub(super) armed: Option<(Timestamp, Key)>,
    pub(super) counted: bool,
    pub(super) recorder: Option<Box<Recorder>>,
}

impl Place {
    pub(super) fn new(config: DeviceConfig) -> Place {
        Place {
            config,
            device: None,
            off: None,
            boots_next: false,
            waiting: VecDeque::new(),
            persisting: false,
            connection: None,
            exchange: None,
            port: SourcePort::Drawn,
            transfer: None,
            reports: Vec::new(),
            tests: None,
            sockets: Vec::new(),
            stream: None,
            epoch: 0,
            stops: 0,
            armed: None,
            counted: false,
            recorder: None,
        }
    }

    /// What DHCP says of provisioning counts for the next boot too: nobody says it again.
    pub(super) fn remember(&mut self, input: &Input) {
        let Input::Provisioning(ask) = input else {
            return;
        };
        if let Ask::Servers(servers) = &**ask {
            let sources = self.config.files.provisioning.get_or_insert_default();
            Arc::make_mut(sources).dhcp.clone_from(servers);
        }
    }

    /// Nothing of the stopped device goes on.
    pub(super) fn end_everything(&mut self) {
        self.waiting.clear();
        if let Some(recorder) = &mut self.recorder {
            recorder.cut_off();
        }
        self.epoch = self.epoch.wrapping_add(1);
        self.connection = None;
        self.port = SourcePort::Drawn;
        self.tests = None;
        self.stream = None;
        for task in [
            self.exchange.take(),
            self.transfer.take().map(|(_, task)| task),
        ]
        .into_iter()
        .flatten()
        .chain(self.reports.drain(..))
        {
            task.abort();
        }
    }
}
