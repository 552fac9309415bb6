//! Plays what a plan says happens to devices by themselves: one player for each loop.

use super::plan::Act;
use super::shard::{LINES, Shard};
use crate::device::{Input, Product};
use crate::shell::RunnerHandle;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use tokio::time::{Duration, Instant};

/// How much may happen before the loop is waited for.
const AT_ONE_TIME: usize = 2_000;

/// Plays the part of one loop.
pub(super) struct Player {
    shard: Arc<Shard>,
    handle: RunnerHandle,
    /// The products of the scenario's kinds, in their order.
    products: Arc<[Arc<Product>]>,
    due: BinaryHeap<Reverse<(u64, u32, Act)>>,
    begun: Instant,
    /// Changes that people have made so far.
    changes: u64,
}

impl Player {
    pub(super) fn new(
        shard: Arc<Shard>,
        handle: RunnerHandle,
        products: Arc<[Arc<Product>]>,
        devices: usize,
        begun: Instant,
    ) -> Player {
        let mut due = Vec::with_capacity(devices);
        for device in 0..devices {
            for (at, act) in shard.plan().first_acts(shard.number(device)) {
                due.push(Reverse((at, device as u32, act)));
            }
        }
        Player {
            shard,
            handle,
            products,
            due: due.into(),
            begun,
            changes: 0,
        }
    }

    /// Plays until nothing is left to happen; ends with the loop.
    pub(super) async fn play(mut self) {
        let mut done = 0;
        while let Some(Reverse((at_ms, device, act))) = self.due.pop() {
            tokio::time::sleep_until(self.begun + Duration::from_millis(at_ms)).await;
            self.happens(at_ms, device as usize, act);
            done += 1;
            if done % AT_ONE_TIME == 0 && self.handle.look_at_all(|_| ()).await.is_none() {
                return;
            }
        }
    }

    fn happens(&mut self, at_ms: u64, device: usize, act: Act) {
        let number = self.shard.number(device);
        let mut follows = None;
        match act {
            Act::SwitchOn => self.handle.switch_on(device),
            Act::PowerOff => {
                self.handle.cut_power(device, None);
                self.shard.ledger().off(device);
            }
            Act::Register => self.handle.input(device, Input::Registered(LINES)),
            Act::LoseRegistration => {
                self.handle.input(device, Input::Registered(0));
                let back = at_ms + self.shard.plan().lasts_ms(act);
                self.push(back, device, Act::Register);
                follows = self.shard.plan().next(number, act, back);
            }
            Act::OffHook => {
                self.hook(device, "Off");
                follows = Some((at_ms + self.shard.plan().lasts_ms(act), Act::OnHook));
            }
            Act::OnHook => {
                self.hook(device, "On");
                follows = self.shard.plan().next(number, act, at_ms);
            }
            Act::Change => {
                self.change(device);
                follows = self.shard.plan().next(number, act, at_ms);
            }
        }
        if let Some((at_ms, act)) = follows {
            self.push(at_ms, device, act);
        }
    }

    fn push(&mut self, at_ms: u64, device: usize, act: Act) {
        self.due.push(Reverse((at_ms, device as u32, act)));
    }

    fn product(&self, device: usize) -> &Product {
        let plan = self.shard.plan();
        &self.products[plan.kind(self.shard.number(device))]
    }

    /// The telephone of the first line is lifted or hung up.
    fn hook(&self, device: usize, value: &str) {
        let root = &self.product(device).root;
        self.set(
            device,
            format!("{root}X_CISCO_ATA.Status.Line.1.Hook_State"),
            value.to_owned(),
        );
    }

    fn change(&mut self, device: usize) {
        let Some(changes) = &self.shard.plan().scenario().changes else {
            return;
        };
        let name = format!("{}{}", self.product(device).root, changes.parameter);
        self.changes += 1;
        let value = format!("changed {}", self.changes);
        self.set(device, name, value);
    }

    fn set(&self, device: usize, name: String, value: String) {
        self.handle
            .input(device, Input::LocalChange { name, value });
    }
}
