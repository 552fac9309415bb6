//! One place in a device's tree: a node of the schema and the instance numbers on the way to it.

use super::node::NodeId;
use std::fmt;

/// How many tables may stand inside each other. TR-104 needs four.
pub const TABLE_DEPTH: usize = 6;

/// The instance numbers of a path from the root down, kept inline.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instances {
    // Unused places are zero, which is no instance number: the derived order is that of the slices.
    numbers: [u32; TABLE_DEPTH],
    len: u8,
}

impl Instances {
    /// No instance number, as in a path without tables.
    pub const NONE: Instances = Instances {
        numbers: [0; TABLE_DEPTH],
        len: 0,
    };

    /// The numbers of a slice, at most the first [`TABLE_DEPTH`]: no schema has more.
    pub fn from_slice(numbers: &[u32]) -> Instances {
        let mut instances = Instances::NONE;
        let len = numbers.len().min(TABLE_DEPTH);
        instances.numbers[..len].copy_from_slice(&numbers[..len]);
        instances.len = len as u8;
        instances
    }

    /// The numbers from the root down.
    pub fn as_slice(&self) -> &[u32] {
        &self.numbers[..usize::from(self.len)]
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        usize::from(self.len)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The number of the innermost instance.
    pub fn last(&self) -> Option<u32> {
        self.as_slice().last().copied()
    }

    /// These numbers and one more, or `None` if there is no room.
    #[must_use]
    pub fn push(mut self, number: u32) -> Option<Instances> {
        let place = self.len();
        *self.numbers.get_mut(place)? = number;
        self.len += 1;
        Some(self)
    }

    /// The first `len` of these numbers; all of them if there are fewer.
    #[must_use]
    pub fn truncated(mut self, len: usize) -> Instances {
        if len < self.len() {
            self.numbers[len..].fill(0);
            self.len = len as u8;
        }
        self
    }
}

impl fmt::Debug for Instances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_slice().fmt(f)
    }
}

/// A node together with the instance numbers on the way to it.
///
/// For a table there are two cases: one number fewer than the node's `instance_depth` is the table
/// itself (`Device.LAN.DHCPOption.`), all of them is one of its instances
/// (`Device.LAN.DHCPOption.3.`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The node of the schema.
    pub node: NodeId,
    /// The instance numbers, from the root down.
    pub instances: Instances,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_in_order_and_stop_at_the_limit() {
        let instances = Instances::from_slice(&[1, 7, 3]);
        assert_eq!(instances.as_slice(), [1, 7, 3]);
        assert_eq!(instances.last(), Some(3));
        assert_eq!(instances.truncated(1).as_slice(), [1]);
        assert_eq!(instances.truncated(9), instances);
        assert_eq!(
            Instances::from_slice(&[1; TABLE_DEPTH + 1]).len(),
            TABLE_DEPTH
        );
        assert_eq!(Instances::from_slice(&[1; TABLE_DEPTH]).push(1), None);
    }

    #[test]
    fn equal_numbers_are_equal_however_they_came_about() {
        let direct = Instances::from_slice(&[4]);
        let shortened = Instances::from_slice(&[4, 9]).truncated(1);
        assert_eq!(direct, shortened);
        assert!(direct < Instances::from_slice(&[4, 1]));
    }
}
