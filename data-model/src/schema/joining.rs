//! From the lines of models to a schema, second half: joins views with their targets and counters
//! with their tables, and settles the factory values.

use super::address::{Address, Instances};
use super::builder::{PendingValue, PendingView, Place, SchemaBuilder};
use super::computed;
use super::conversion_text::parse_instance;
use super::node::{Access, NodeId, NodeKind, Source};
use super::parameter_type::ParameterType;
use super::tree::{Schema, factory_instances};
use super::view::{InstanceNumber, View};
use super::xml_binding::{TextStyle, expand};
use crate::operator_error::OperatorError;
use std::collections::{BTreeMap, HashSet};

impl SchemaBuilder {
    /// Joins views with their targets and counters with their tables, and checks every factory value.
    ///
    /// # Errors
    /// Names the first line that does not fit the others.
    pub fn finish(mut self) -> Result<Schema, OperatorError> {
        if let Some((path, _)) = self.excluded.iter().find(|(_, used)| !used) {
            return Err(Place {
                file: "the device type".into(),
                line: None,
            }
            .error(format!("it excludes `{path}`, which no model declares")));
        }
        for (place, table, name) in std::mem::take(&mut self.counts) {
            self.join_count(table, &name)
                .map_err(|why| place.error(why))?;
        }
        let views = std::mem::take(&mut self.views);
        let shown: HashSet<NodeId> = views
            .iter()
            .map(|view| view.node)
            .filter(|node| self.is_stored(*node))
            .collect();
        for pending in views {
            let place = pending.place.clone();
            self.join_view(pending, &shown)
                .map_err(|why| place.error(why))?;
        }
        self.settle_text_styles();
        let mut values = BTreeMap::new();
        for (place, node) in std::mem::take(&mut self.defaults) {
            self.settle_default(node, &mut values)
                .map_err(|why| place.error(why))?;
        }
        for pending in std::mem::take(&mut self.factory) {
            let place = pending.place.clone();
            self.settle_value(pending, &mut values)
                .map_err(|why| place.error(why))?;
        }
        Ok(Schema::new(
            self.nodes,
            &self.children,
            values.into_iter().collect(),
            self.sections,
        ))
    }

    fn join_count(&mut self, table: NodeId, path: &str) -> Result<(), String> {
        let count = self.by_path.get(path).copied();
        let entries = |id: NodeId| {
            matches!(self.parameter(id).map(|parameter| &parameter.source),
                Some(Source::Computed(name)) if **name == *computed::ENTRIES)
        };
        let count = count
            .filter(|id| entries(*id))
            .ok_or_else(|| format!("`{path}` is no parameter with `= @entries`"))?;
        if let NodeKind::Table(table) = &mut self.nodes[table.index()].kind {
            table.count = Some(count);
        }
        Ok(())
    }

    fn join_view(&mut self, pending: PendingView, shown: &HashSet<NodeId>) -> Result<(), String> {
        let (path, instances) = instance_path(&pending.target)?;
        let depth = self.depth(pending.node);
        let reaches = |number: &InstanceNumber| match number {
            InstanceNumber::Own(index) => *index < depth,
            InstanceNumber::Fixed(_) => true,
        };
        let target = *self
            .by_path
            .get(&path)
            .ok_or(format!("there is no `{path}` to show"))?;
        let Some(stored) = self.parameter(target) else {
            return Err(format!("`{path}` is no parameter"));
        };
        if instances.len() != usize::from(self.depth(target)) || !instances.iter().all(reaches) {
            return Err(format!(
                "`{}` does not fit the instances of both",
                pending.target
            ));
        }
        if matches!(stored.source, Source::View(_)) || shown.contains(&target) {
            return Err(format!("`{path}` is a view itself"));
        }
        let writable = stored.access == Access::ReadWrite;
        let (ty, secret, applies) = (stored.ty.clone(), stored.secret, stored.applies);
        let view = View {
            target,
            instances: instances.into(),
            conversion: pending.conversion,
        };
        let parameter = self.parameter_mut(pending.node);
        if parameter.access == Access::ReadWrite && !writable {
            return Err(format!("`{path}` cannot be written"));
        }
        if pending.same_type {
            parameter.ty = ty;
        }
        parameter.default = Box::default();
        parameter.secret = secret;
        parameter.applies = applies;
        match parameter.source {
            Source::Stored => parameter.source = Source::View(view),
            Source::Computed(_) => parameter.writes = Some(view),
            Source::View(_) => unreachable!("a view is joined once"),
        }
        Ok(())
    }

    fn is_stored(&self, id: NodeId) -> bool {
        matches!(
            self.parameter(id).map(|parameter| &parameter.source),
            Some(Source::Stored)
        )
    }

    /// Only booleans are written in two ways; without a word they are 1 and 0.
    fn settle_text_styles(&mut self) {
        for node in &mut self.nodes {
            let NodeKind::Parameter(parameter) = &mut node.kind else {
                continue;
            };
            let boolean = matches!(parameter.ty, ParameterType::Boolean);
            if let Some(xml) = &mut parameter.xml {
                xml.text = match (boolean, xml.text) {
                    (false, _) => TextStyle::Plain,
                    (true, TextStyle::Plain) => TextStyle::ZeroOne,
                    (true, text) => text,
                };
            }
        }
    }

    fn settle_default(
        &mut self,
        id: NodeId,
        values: &mut BTreeMap<Address, Box<str>>,
    ) -> Result<(), String> {
        let Some(parameter) = self.parameter(id) else {
            return Ok(());
        };
        if matches!(parameter.source, Source::Computed(_)) {
            self.parameter_mut(id).default = Box::default();
            return Ok(());
        }
        let default = parameter.default.clone();
        if !is_template(&default) {
            let checked = held(&parameter.ty, &default)?;
            self.parameter_mut(id).default = checked;
            return Ok(());
        }
        // Instances that come later would have no default.
        let mut outer = Some(id);
        while let Some(at) = outer {
            let node = &self.nodes[at.index()];
            if node
                .table()
                .is_some_and(|table| table.access == Access::ReadWrite)
            {
                return Err(
                    "a default with an instance number needs a table without AddObject".into(),
                );
            }
            outer = node.parent;
        }
        for instances in factory_instances(&self.nodes, id) {
            let value = held(&parameter.ty, &expand(&default, &instances))?;
            values.insert(
                Address {
                    node: id,
                    instances,
                },
                value,
            );
        }
        self.parameter_mut(id).default = Box::default();
        Ok(())
    }

    fn settle_value(
        &mut self,
        pending: PendingValue,
        values: &mut BTreeMap<Address, Box<str>>,
    ) -> Result<(), String> {
        let pattern: Vec<Option<u32>> = pending
            .path
            .split('.')
            .filter_map(|segment| match segment {
                "*" => Some(None),
                _ => segment.parse().ok().map(Some),
            })
            .collect();
        let path = schema_path(&pending.path);
        if self.is_excluded(&path) {
            return Ok(());
        }
        let node = self.by_path.get(&path).copied();
        let node = node.ok_or_else(|| format!("there is no `{path}`"))?;
        let stored = self
            .parameter(node)
            .filter(|parameter| matches!(parameter.source, Source::Stored))
            .ok_or_else(|| format!("`{path}` stores no value"))?;
        let value = held(&stored.ty, &pending.value)?;
        let fits = |instances: &Instances| {
            instances.len() == pattern.len()
                && pattern
                    .iter()
                    .zip(instances.as_slice())
                    .all(|(wanted, number)| wanted.is_none_or(|wanted| wanted == *number))
        };
        let matching: Vec<Instances> = factory_instances(&self.nodes, node)
            .into_iter()
            .filter(fits)
            .collect();
        if matching.is_empty() {
            return Err(format!(
                "`{}` is no instance the device begins with",
                pending.path
            ));
        }
        for instances in matching {
            values.insert(Address { node, instances }, value.clone());
        }
        Ok(())
    }
}

/// The canonical text of a factory value.
fn held(ty: &ParameterType, value: &str) -> Result<Box<str>, String> {
    match ty.check_held(value) {
        Ok(value) => Ok(value.into()),
        Err(broken) => Err(format!("the factory value `{value}` {broken}")),
    }
}

/// Whether a default holds `{n}`, the n-th instance number.
fn is_template(default: &str) -> bool {
    default
        .as_bytes()
        .windows(3)
        .any(|three| three[0] == b'{' && three[1].is_ascii_digit() && three[2] == b'}')
}

/// A path with instance numbers as the schema writes it, with `{i}`.
fn schema_path(path: &str) -> String {
    let segments: Vec<&str> = path
        .split('.')
        .map(|segment| match segment {
            "*" => "{i}",
            _ if segment.bytes().all(|byte| byte.is_ascii_digit()) => "{i}",
            _ => segment,
        })
        .collect();
    segments.join(".")
}

/// The path of a view's target as the schema writes it, and its instance numbers.
fn instance_path(target: &str) -> Result<(String, Vec<InstanceNumber>), String> {
    let mut segments = Vec::new();
    let mut instances = Vec::new();
    for segment in target.split('.') {
        if segment.starts_with(|c: char| c == '{' || c.is_ascii_digit()) {
            let number = parse_instance(segment);
            instances.push(number.ok_or_else(|| format!("`{segment}` is no instance number"))?);
            segments.push("{i}");
        } else {
            segments.push(segment);
        }
    }
    Ok((segments.join("."), instances))
}
