//! Values that differ from the factory's, packed into one piece of memory.
//!
//! A device of a large fleet has a dozen of them; a map with its nodes and one allocation for each text would take
//! ten times the space of the texts. Entries stand in the order of their addresses:
//! node, count of instances, instances, length of the text, text; numbers in 7-bit groups.

use data_model::schema::{Address, Instances, NodeId};
use std::cmp::Ordering;

/// Address → text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    packed: Vec<u8>,
}

/// Where an entry lies, and what it is.
struct Entry<'a> {
    address: Address,
    text: &'a str,
    end: usize,
}

impl Overlay {
    /// The text at an address.
    pub fn get(&self, address: &Address) -> Option<&str> {
        match self.position(address) {
            Ok((_, entry)) => Some(entry.text),
            Err(_) => None,
        }
    }

    /// Sets the text at an address.
    pub fn set(&mut self, address: &Address, text: &str) {
        let mut entry = Vec::with_capacity(8 + text.len());
        push_number(&mut entry, address.node.index() as u64);
        push_number(&mut entry, address.instances.len() as u64);
        for number in address.instances.as_slice() {
            push_number(&mut entry, u64::from(*number));
        }
        push_number(&mut entry, text.len() as u64);
        entry.extend_from_slice(text.as_bytes());
        let (start, end) = match self.position(address) {
            Ok((start, old)) => (start, old.end),
            Err(start) => (start, start),
        };
        self.packed.reserve_exact(entry.len());
        self.packed.splice(start..end, entry);
    }

    /// Removes the text at an address.
    pub fn remove(&mut self, address: &Address) {
        if let Ok((start, entry)) = self.position(address) {
            let end = entry.end;
            self.packed.drain(start..end);
        }
    }

    /// Keeps only the texts at addresses that pass.
    pub fn retain(&mut self, mut keep: impl FnMut(&Address) -> bool) {
        let mut kept = Vec::with_capacity(self.packed.len());
        let mut start = 0;
        while let Some(entry) = self.entry_at(start) {
            if keep(&entry.address) {
                kept.extend_from_slice(&self.packed[start..entry.end]);
            }
            start = entry.end;
        }
        self.packed = kept;
    }

    /// All texts in the order of their addresses.
    pub fn iter(&self) -> impl Iterator<Item = (Address, &str)> {
        let mut start = 0;
        std::iter::from_fn(move || {
            let entry = self.entry_at(start)?;
            start = entry.end;
            Some((entry.address, entry.text))
        })
    }

    /// Bytes this takes beside the struct itself.
    pub fn bytes(&self) -> usize {
        self.packed.capacity()
    }

    /// Where an address stands, or where it would have to.
    fn position(&self, address: &Address) -> Result<(usize, Entry<'_>), usize> {
        let mut start = 0;
        while let Some(entry) = self.entry_at(start) {
            match entry.address.cmp(address) {
                Ordering::Less => start = entry.end,
                Ordering::Equal => return Ok((start, entry)),
                Ordering::Greater => return Err(start),
            }
        }
        Err(start)
    }

    fn entry_at(&self, start: usize) -> Option<Entry<'_>> {
        if start == self.packed.len() {
            return None;
        }
        let mut at = start;
        let node = NodeId::from_index(self.number(&mut at) as u16);
        let count = self.number(&mut at) as usize;
        let mut instances = Instances::default();
        for _ in 0..count {
            let number = self.number(&mut at) as u32;
            instances = instances
                .push(number)
                .expect("only whole addresses are packed");
        }
        let length = self.number(&mut at) as usize;
        let end = at + length;
        let text = std::str::from_utf8(&self.packed[at..end]).expect("only texts are packed");
        Some(Entry {
            address: Address { node, instances },
            text,
            end,
        })
    }

    fn number(&self, at: &mut usize) -> u64 {
        let mut number = 0;
        let mut shift = 0;
        loop {
            let byte = self.packed[*at];
            *at += 1;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return number;
            }
            shift += 7;
        }
    }
}

fn push_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn address(node: u16, instances: &[u32]) -> Address {
        Address {
            node: NodeId::from_index(node),
            instances: Instances::from_slice(instances),
        }
    }

    /// A sequence of random changes must leave the same as a map would hold.
    #[test]
    fn behaves_as_a_sorted_map() {
        let mut overlay = Overlay::default();
        let mut model: BTreeMap<Address, String> = BTreeMap::new();
        let mut random = 7u64;
        for step in 0..5_000 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let instances = [
                (random >> 40) as u32 % 3 + 1,
                (random >> 50) as u32 % 300 + 1,
            ];
            let count = (random >> 60) as usize % 3;
            let address = address((random >> 33) as u16 % 400, &instances[..count]);
            if random.is_multiple_of(3) {
                overlay.remove(&address);
                model.remove(&address);
            } else {
                let text = "é".repeat((random >> 20) as usize % 200) + &step.to_string();
                overlay.set(&address, &text);
                model.insert(address, text);
            }
            assert_eq!(
                overlay.get(&address),
                model.get(&address).map(String::as_str)
            );
        }
        let packed: Vec<(Address, String)> = overlay
            .iter()
            .map(|(address, text)| (address, text.to_owned()))
            .collect();
        assert_eq!(packed, model.clone().into_iter().collect::<Vec<_>>());
        overlay.retain(|address| address.instances.len() == 1);
        model.retain(|address, _| address.instances.len() == 1);
        assert_eq!(overlay.iter().count(), model.len());
    }
}
