//! What the loop holds for one device: the device itself, and what belongs to it outside.

use crate::device::{Device, DeviceConfig, Output};
use crate::shell::http::Connection;
use crate::shell::stream::OpenStream;
use crate::shell::udp::Socket;
use data_model::Timestamp;
use std::collections::VecDeque;
use tokio::task::AbortHandle;

/// One device and what belongs to it outside.
pub(super) struct Place {
    pub(super) config: DeviceConfig,
    pub(super) device: Option<Device>,
    /// Outputs that wait for the journal.
    pub(super) waiting: VecDeque<Output>,
    pub(super) persisting: bool,
    pub(super) connection: Option<Connection>,
    pub(super) exchange: Option<AbortHandle>,
    pub(super) transfer: Option<AbortHandle>,
    /// Its ports for datagrams.
    pub(super) sockets: Vec<Socket>,
    /// Its stream to an XMPP server.
    pub(super) stream: Option<Box<OpenStream>>,
    pub(super) epoch: u32,
    pub(super) armed: Option<Timestamp>,
    pub(super) counted: bool,
}

impl Place {
    pub(super) fn new(config: DeviceConfig) -> Place {
        Place {
            config,
            device: None,
            waiting: VecDeque::new(),
            persisting: false,
            connection: None,
            exchange: None,
            transfer: None,
            sockets: Vec::new(),
            stream: None,
            epoch: 0,
            armed: None,
            counted: false,
        }
    }

    /// Nothing of the stopped device goes on.
    pub(super) fn end_everything(&mut self) {
        self.waiting.clear();
        self.epoch = self.epoch.wrapping_add(1);
        self.connection = None;
        self.stream = None;
        for task in [self.exchange.take(), self.transfer.take()]
            .into_iter()
            .flatten()
        {
            task.abort();
        }
    }
}
