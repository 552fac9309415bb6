//! Instances by name: aliases and wildcards in paths (TR-069 3.6.1, 3.6.2).

use super::Tree;
use data_model::schema::{Address, NodeKind};
use std::fmt::Write as _;

/// How the device writes instances in names of its own (TR-181 ManagementServer.InstanceMode).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstanceMode {
    /// By their numbers.
    Number,
    /// By their aliases, where they have one.
    Alias,
}

/// Whether `*` may stand for any instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wildcards {
    /// It may.
    Known,
    /// It is no part of a path.
    Unknown,
}

/// What one path stands for: an address, and the path to it as its asker writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub address: Address,
    /// The path that was asked for, without wildcards.
    pub asked: String,
}

impl Tree {
    /// The alias of an instance, if it has one.
    pub fn alias(&self, instance: &Address) -> Option<&str> {
        let node = self.ty.schema.alias_of(instance.node)?;
        let address = Address {
            node,
            instances: instance.instances,
        };
        Some(self.stored(&address)).filter(|alias| !alias.is_empty())
    }

    /// The number of the instance of a table that has this alias.
    pub fn number_of(&self, table: &Address, alias: &str) -> Option<u32> {
        let NodeKind::Table(definition) = &self.ty.schema.node(table.node).kind else {
            return None;
        };
        let numbers = self.instances_of(definition, table);
        numbers.iter().copied().find(|number| {
            let instance = table.instances.push(*number);
            let instance = instance.map(|instances| Address {
                node: table.node,
                instances,
            });
            instance.is_some_and(|instance| self.alias(&instance) == Some(alias))
        })
    }

    /// Finds what a path names as [`Tree::find`] does, with aliases in it or without.
    pub fn resolve(&self, path: &str) -> Option<Address> {
        if !path.contains('[') {
            return self.find(path);
        }
        let found = self.find_all(path, InstanceMode::Number, Wildcards::Unknown)?;
        found.first().map(|found| found.address)
    }

    /// Everything a path stands for; `None` if no device of this type has such a path, or there are no wildcards in
    /// it and this device has not got it.
    pub fn find_all(
        &self,
        path: &str,
        mode: InstanceMode,
        wildcards: Wildcards,
    ) -> Option<Vec<Found>> {
        let segments: Vec<&str> = path.split_inclusive('.').collect();
        let wild = segments.iter().any(|segment| body(segment) == "*");
        if wild && (wildcards == Wildcards::Unknown || body(segments.last()?) == "*") {
            return None;
        }
        // By number, and as the asker writes it.
        let mut heads = vec![(String::new(), String::new())];
        for segment in &segments {
            let text = body(segment);
            let dot = &segment[text.len()..];
            let mut next = Vec::with_capacity(heads.len());
            for (mut by_number, mut asked) in heads {
                let alias = text
                    .strip_prefix('[')
                    .and_then(|rest| rest.strip_suffix(']'));
                if text == "*" {
                    self.any_instance(&by_number, &asked, mode, &mut next);
                    continue;
                }
                match alias {
                    Some(alias) => {
                        let table = self.find(&by_number);
                        let number = table.and_then(|table| self.number_of(&table, alias));
                        let Some(number) = number else { continue };
                        let _ = write!(by_number, "{number}{dot}");
                    }
                    None => by_number.push_str(segment),
                }
                asked.push_str(segment);
                next.push((by_number, asked));
            }
            heads = next;
        }
        let found = heads.into_iter().filter_map(|(by_number, asked)| {
            let address = self.find(&by_number)?;
            Some(Found { address, asked })
        });
        let found: Vec<Found> = found.collect();
        let possible = !found.is_empty() || (wild && self.is_possible(&segments));
        possible.then_some(found)
    }

    /// Adds a head for each instance of the table a path by numbers names.
    fn any_instance(
        &self,
        by_number: &str,
        asked: &str,
        mode: InstanceMode,
        heads: &mut Vec<(String, String)>,
    ) {
        let Some(table) = self.find(by_number) else {
            return;
        };
        if !matches!(self.item(&table), super::Item::Table(_)) {
            return;
        }
        for instance in self.children(&table) {
            let number = instance.instances.last().unwrap_or_default();
            let shown = match (mode, self.alias(&instance)) {
                (InstanceMode::Alias, Some(alias)) => format!("{asked}[{alias}]."),
                (InstanceMode::Alias, None) | (InstanceMode::Number, _) => {
                    format!("{asked}{number}.")
                }
            };
            heads.push((format!("{by_number}{number}."), shown));
        }
    }

    /// Whether a device of this type may have such a path, whatever instances this one has.
    fn is_possible(&self, segments: &[&str]) -> bool {
        let mut path = String::new();
        for segment in segments {
            match body(segment) {
                text if text == "*" || text.starts_with('[') => path.push_str("1."),
                _ => path.push_str(segment),
            }
        }
        self.ty.schema.lookup(&path).is_some()
    }

    /// The name of an address as the device writes it.
    pub fn name(&self, address: &Address, mode: InstanceMode) -> String {
        let schema = &self.ty.schema;
        if mode == InstanceMode::Number || address.instances.is_empty() {
            return schema.path(address);
        }
        let mut chain = vec![address.node];
        while let Some(parent) = chain.last().and_then(|node| schema.node(*node).parent) {
            chain.push(parent);
        }
        let mut name = String::with_capacity(64);
        for id in chain.into_iter().rev() {
            let node = schema.node(id);
            name.push_str(&node.name);
            if matches!(node.kind, NodeKind::Parameter(_)) {
                continue;
            }
            name.push('.');
            let depth = usize::from(node.instance_depth);
            let instances = address.instances.truncated(depth);
            if node.table().is_none() || instances.len() < depth {
                continue;
            }
            let instance = Address {
                node: id,
                instances,
            };
            match self.alias(&instance) {
                Some(alias) => {
                    let _ = write!(name, "[{alias}].");
                }
                None => {
                    let _ = write!(name, "{}.", instances.last().unwrap_or_default());
                }
            }
        }
        name
    }
}

/// A segment of a path without the dot behind it.
fn body(segment: &str) -> &str {
    segment.strip_suffix('.').unwrap_or(segment)
}
