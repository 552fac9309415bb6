//! Orders of a person at a device: passed on to it, answered when the device answers.

use super::runner::Runner;
use crate::device::Input;
use crate::device::orders::{LocalAnswer, LocalOrder, Order};
use std::collections::HashMap;
use tokio::sync::oneshot;

/// Who waits for the answer to which order of which device.
pub(super) type Orders = HashMap<u64, (usize, oneshot::Sender<LocalAnswer>)>;

impl Runner {
    /// A person orders something.
    pub(super) fn ordered(
        &mut self,
        device: usize,
        order: Order,
        answer: oneshot::Sender<LocalAnswer>,
    ) {
        let running = self.places.get(device);
        if running.is_none_or(|place| place.device.is_none()) {
            // Between a stop and the next boot; the channel is dropped, which says so.
            return;
        }
        self.next_call += 1;
        let number = self.next_call;
        self.orders.insert(number, (device, answer));
        let order = LocalOrder { number, order };
        self.handle(device, Input::LocalOrder(Box::new(order)));
    }

    pub(super) fn answer_order(&mut self, answer: LocalAnswer) {
        if let Some((_, person)) = self.orders.remove(&answer.number) {
            // Somebody who has gone away misses nothing.
            let _ = person.send(answer);
        }
    }

    /// A device that stops answers nothing any more.
    pub(super) fn drop_orders(&mut self, device: usize) {
        self.orders.retain(|_, (asked, _)| *asked != device);
    }
}
