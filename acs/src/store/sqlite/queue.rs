//! Writing calls on their way to the writer, in two lanes: a crowd of devices does not keep people waiting, nor people
//! the devices (promise P6).

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Whose call it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// That of a person or a program, and of all that has no threads of its own: it has its turn first.
    People,
    /// That of a device in its CWMP session, or of a walk through the fleet. As many can wait as sessions are let in.
    Others,
}

/// The writer has ended, or is about to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Closed;

/// The end of the queue that takes calls in.
pub(super) struct Sender<T>(Arc<Queue<T>>);

/// The writer's end of it. Calls that are left when it is dropped are dropped too.
pub(super) struct Receiver<T>(Arc<Queue<T>>);

struct Queue<T> {
    waiting: Mutex<Waiting<T>>,
    filled: Condvar,
}

struct Waiting<T> {
    people: VecDeque<T>,
    others: VecDeque<T>,
    /// No more come in.
    closed: bool,
    /// The writer is asleep until there is something.
    writer_waits: bool,
}

/// A queue with nothing in it.
pub(super) fn queue<T>() -> (Sender<T>, Receiver<T>) {
    let queue = Arc::new(Queue {
        waiting: Mutex::new(Waiting {
            people: VecDeque::new(),
            others: VecDeque::new(),
            closed: false,
            writer_waits: false,
        }),
        filled: Condvar::new(),
    });
    (Sender(Arc::clone(&queue)), Receiver(queue))
}

impl<T> Queue<T> {
    fn waiting(&self) -> MutexGuard<'_, Waiting<T>> {
        // Nothing that holds the lock can panic half-way through a change.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Sender<T> {
    /// Sends a call to the writer.
    ///
    /// # Errors
    /// If the writer has ended.
    pub(super) fn send(&self, lane: Lane, call: T) -> Result<(), Closed> {
        let mut waiting = self.0.waiting();
        if waiting.closed {
            return Err(Closed);
        }
        match lane {
            Lane::People => waiting.people.push_back(call),
            Lane::Others => waiting.others.push_back(call),
        }
        if std::mem::take(&mut waiting.writer_waits) {
            drop(waiting);
            self.0.filled.notify_one();
        }
        Ok(())
    }

    /// Lets no more calls in; the writer works off those that are.
    pub(super) fn close(&self) {
        self.0.waiting().closed = true;
        self.0.filled.notify_one();
    }
}

impl<T> Receiver<T> {
    /// Waits for calls and takes at most so many; none when the queue is closed and worked off.
    pub(super) fn take(&self, most: usize) -> Vec<T> {
        let mut waiting = self.0.waiting();
        while waiting.people.is_empty() && waiting.others.is_empty() && !waiting.closed {
            waiting.writer_waits = true;
            let woken = self.0.filled.wait(waiting);
            waiting = woken.unwrap_or_else(PoisonError::into_inner);
        }
        let mut batch = Vec::new();
        waiting.take_into(&mut batch, most);
        batch
    }

    /// Takes what has come in since, at most so many.
    pub(super) fn take_more(&self, batch: &mut Vec<T>, most: usize) {
        self.0.waiting().take_into(batch, most);
    }
}

impl<T> Waiting<T> {
    /// People first, but never so many that the others have less than half.
    fn take_into(&mut self, batch: &mut Vec<T>, most: usize) {
        let people = self
            .people
            .len()
            .min(most - self.others.len().min(most / 2));
        let others = self.others.len().min(most - people);
        batch.reserve(people + others);
        batch.extend(self.people.drain(..people));
        batch.extend(self.others.drain(..others));
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut waiting = self.0.waiting();
        waiting.closed = true;
        let left = (
            std::mem::take(&mut waiting.people),
            std::mem::take(&mut waiting.others),
        );
        drop(waiting);
        // Outside the lock: whoever waits for one of them is told, and may come with another.
        drop(left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(people: u32, devices: u32) -> (Sender<u32>, Receiver<u32>) {
        let (sender, receiver) = queue();
        for device in 0..devices {
            sender.send(Lane::Others, 1_000 + device).expect("open");
        }
        for person in 0..people {
            sender.send(Lane::People, person).expect("open");
        }
        (sender, receiver)
    }

    /// Covers P6.
    #[test]
    fn a_person_does_not_wait_behind_a_crowd_of_devices() {
        let (_sender, receiver) = filled(1, 1_000);
        let batch = receiver.take(512);
        assert_eq!(batch.len(), 512);
        assert_eq!(batch[..2], [0, 1_000]);
    }

    #[test]
    fn people_leave_devices_their_half() {
        let (_sender, receiver) = filled(1_000, 300);
        let batch = receiver.take(512);
        let devices = batch.iter().filter(|call| **call >= 1_000).count();
        assert_eq!((batch.len(), devices), (512, 256));
    }

    #[test]
    fn a_place_nobody_else_wants_is_anybodys() {
        let (_sender, receiver) = filled(600, 3);
        assert_eq!(receiver.take(512).len(), 512);
        let mut batch = Vec::new();
        receiver.take_more(&mut batch, 512);
        assert_eq!(batch.len(), 91);
    }

    #[test]
    fn what_was_sent_before_the_end_is_worked_off_and_nothing_after_it() {
        let (sender, receiver) = filled(1, 1);
        sender.close();
        assert_eq!(sender.send(Lane::People, 9), Err(Closed));
        assert_eq!(receiver.take(512), [0, 1_000]);
        assert!(receiver.take(512).is_empty());
    }

    #[test]
    fn a_writer_that_has_ended_takes_no_calls() {
        let (sender, receiver) = filled(0, 0);
        drop(receiver);
        assert_eq!(sender.send(Lane::Others, 1), Err(Closed));
    }
}
