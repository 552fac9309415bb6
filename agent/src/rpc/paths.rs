//! What the paths of a request stand for, and how names in the answer are written (TR-069 3.6.1).

use super::unknown;
use crate::device::Core;
use crate::tree::{InstanceMode, Wildcards};
use cwmp::{CwmpVersion, Fault};
use data_model::ParameterList;
use data_model::schema::{Address, Secrecy};

/// One place a path stands for.
#[derive(Debug)]
pub struct Target {
    /// What it is.
    pub address: Address,
    mode: InstanceMode,
    /// The path that was asked for, if names below it do not follow from the address alone.
    asked: Option<Asked>,
}

#[derive(Debug)]
struct Asked {
    path: String,
    /// Bytes of its name as the device would write it.
    own: usize,
}

impl Target {
    /// The name of what lies at or below this place: identifiers of the path as they were asked for, those below it as
    /// InstanceMode says.
    pub fn name(&self, core: &Core, address: &Address) -> String {
        let name = core.tree.name(address, self.mode);
        match &self.asked {
            None => name,
            Some(asked) => format!("{}{}", asked.path, &name[asked.own..]),
        }
    }
}

/// Every place a path for reading stands for.
///
/// # Errors
/// With fault 9005 if there is nothing of this name (TR-069 A.3.2.2); wildcards that match nothing are no fault.
pub fn targets(core: &Core, path: &str) -> Result<Vec<Target>, Fault> {
    let mode = core.instance_mode();
    let known = core.product().known.wildcards.is_some() && core.version >= CwmpVersion::V1_4;
    let wildcards = match known {
        true => Wildcards::Known,
        false => Wildcards::Unknown,
    };
    let plain = mode == InstanceMode::Number && !path.contains(['[', '*']);
    if plain || path.is_empty() {
        let address = core.tree.find(path).ok_or_else(|| unknown(path))?;
        return Ok(vec![Target {
            address,
            mode,
            asked: None,
        }]);
    }
    let found = core.tree.find_all(path, mode, wildcards);
    let found = found.ok_or_else(|| unknown(path))?;
    let targets = found.into_iter().map(|found| Target {
        asked: Some(Asked {
            path: found.asked,
            own: core.tree.name(&found.address, mode).len(),
        }),
        mode,
        address: found.address,
    });
    Ok(targets.collect())
}

/// Appends a parameter under a name, with its type and its value; a secret one reads back as empty (spec R-24).
pub fn push_named(core: &Core, address: &Address, name: &str, list: &mut ParameterList) {
    let schema = &core.product().ty.schema;
    let Some(parameter) = schema.parameter(address.node) else {
        return;
    };
    match parameter.secret {
        Secrecy::Secret => list.push(name, parameter.ty.xsd(), ""),
        Secrecy::Open => {
            let value = core.tree.value(address, &core.facts);
            list.push(name, parameter.ty.xsd(), &value);
        }
    }
}
