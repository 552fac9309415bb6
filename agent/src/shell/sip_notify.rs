//! The UDP socket for SIP NOTIFY, if an operator has opened one.

use super::clock::Clock;
use super::handle::RunnerHandle;
use crate::device::Input;
use crate::device::orders::Order;
use crate::limits::NOTIFY_BYTES;
use crate::provisioning::engine::Ask;
use crate::provisioning::notify::{Notified, Wanted, accounts};
use data_model::OperatorError;
use std::net::SocketAddr;
use tokio::net::UdpSocket;

/// Opens the socket.
///
/// # Errors
/// If the address cannot be had.
pub async fn bind(address: SocketAddr) -> Result<UdpSocket, OperatorError> {
    UdpSocket::bind(address).await.map_err(|error| {
        OperatorError::new(
            format!("cannot take SIP NOTIFY at {address}"),
            error,
            "set `sip_notify` in `[provisioning]` to a free address, or leave it out",
        )
    })
}

/// Passes on what is wanted of device 0, until the runner has ended.
pub async fn serve(socket: UdpSocket, runner: RunnerHandle) {
    let clock = Clock::system();
    let mut notified = Notified::new(rand::random());
    let mut buffer = vec![0; NOTIFY_BYTES];
    while !runner.has_ended() {
        let Ok((read, from)) = socket.recv_from(&mut buffer).await else {
            continue;
        };
        let lines = runner.look(0, |device| accounts(device.core())).await;
        let Some((lines, resyncs)) = lines else {
            continue;
        };
        let message = buffer.get(..read).unwrap_or_default();
        let now = clock.now();
        let (answer, wanted) = notified.receive(message, (&lines, resyncs), rand::random(), now);
        if let Some(answer) = answer {
            // Whoever asks repeats it (RFC 3261 17.1.2.2).
            let _ = socket.send_to(&answer, from).await;
        }
        match wanted {
            None => {}
            Some(Wanted::Resync) => ask(&runner, Ask::SipResync),
            Some(Wanted::Report) => ask(&runner, Ask::SipReport),
            Some(Wanted::Restart) => {
                runner.order(0, Order::Restart).await;
            }
        }
    }
}

fn ask(runner: &RunnerHandle, ask: Ask) {
    runner.input(0, Input::Provisioning(Box::new(ask)));
}
