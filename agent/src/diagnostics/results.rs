//! Results in the tree of a device: written when a test ends, gone when the next one is asked for or with a boot.

use super::Outcome;
use super::description::{Description, child};
use super::report::{Report, TABLES};
use crate::device::Core;
use data_model::schema::{Access, Address, NodeKind};

impl Core {
    /// Puts what was found, and how it ended, into the parameters of an object.
    pub(super) fn write_results(
        &mut self,
        description: &Description,
        object: &Address,
        outcome: &Outcome,
    ) {
        let report = Report::of(&outcome.findings);
        self.write_values(object, &report.values);
        let tables = TABLES
            .iter()
            .find_map(|name| child(&self.product().ty.schema, object.node, name));
        if let Some(node) = tables {
            let table = Address {
                node,
                instances: object.instances,
            };
            let max = self
                .product()
                .ty
                .schema
                .node(node)
                .table()
                .map_or(0, |table| table.max);
            let rows = report.rows.len().min(max as usize);
            self.tree.set_rows_until_boot(&table, rows as u32);
            for (number, row) in (1..).zip(report.rows.iter().take(rows)) {
                if let Some(instances) = table.instances.push(number) {
                    self.write_values(&Address { node, instances }, row);
                }
            }
        }
        let state = Address {
            node: description.state,
            instances: object.instances,
        };
        let wanted: &[&str] = match outcome.verdict {
            // TR-143 of the older roots spells it so.
            Ok(()) => &["Complete", "Completed"],
            Err(trouble) => trouble.states(),
        };
        // What no error state fits ends in whichever the object has for anything else.
        let last_resorts = [
            "Error_Other",
            "Error_Internal",
            "Error_TransferFailed",
            "Error_NoTransferComplete",
            "Error_MaxHopCountExceeded",
            "Error_TestNotSupported",
        ];
        let ty = &self.tree.parameter(&state).ty;
        let mut candidates = wanted.iter().chain(&last_resorts);
        let shown = candidates.find(|text| ty.check_held(text).is_ok()).copied();
        self.tree.set_until_boot(&state, shown.unwrap_or("None"));
    }

    fn write_values(&mut self, object: &Address, values: &[(&'static str, String)]) {
        let product = std::sync::Arc::clone(self.product());
        for (name, value) in values {
            let node = child(&product.ty.schema, object.node, name);
            let Some((node, parameter)) =
                node.and_then(|node| Some((node, product.ty.schema.parameter(node)?)))
            else {
                continue;
            };
            match parameter.ty.check_held(value) {
                Ok(value) => {
                    let instances = object.instances;
                    self.tree
                        .set_until_boot(&Address { node, instances }, &value);
                }
                Err(broken) => {
                    tracing::warn!(parameter = name, %broken, "a result does not fit its parameter")
                }
            }
        }
    }

    /// Nothing of the last run is left.
    pub(super) fn clear_results(&mut self, object: &Address) {
        let product = std::sync::Arc::clone(self.product());
        let schema = &product.ty.schema;
        for node in schema.children(object.node) {
            let address = Address {
                node: *node,
                instances: object.instances,
            };
            match &schema.node(*node).kind {
                NodeKind::Parameter(parameter) if parameter.access == Access::ReadOnly => {
                    self.tree.forget(&address);
                }
                NodeKind::Table(_) => self.tree.set_rows_until_boot(&address, 0),
                NodeKind::Parameter(_) | NodeKind::Object => {}
            }
        }
    }
}
