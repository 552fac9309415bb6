//! Names of one value: a leaf of a standard and the vendor's own name for it are one parameter.

use super::flat_profile::device_type;
use data_model::DeviceType;
use data_model::schema::{Broken, Conversion, ParameterType, Source, View};
use std::borrow::Cow;
use std::sync::Arc;

/// What is known of the names of a product.
#[derive(Debug, Clone)]
pub struct Names(Option<Arc<DeviceType>>);

impl Names {
    /// The names of the product with this class; of a foreign one every name stands for itself.
    pub fn of(product_class: &str) -> Names {
        Names(device_type(product_class))
    }

    /// The name a parameter is stored under, if it shows the whole of it, and a value as it is stored there.
    pub fn stored<'a>(&self, name: &'a str, value: &'a str) -> (Cow<'a, str>, Cow<'a, str>) {
        let as_it_is = (Cow::Borrowed(name), Cow::Borrowed(value));
        let Some(ty) = &self.0 else {
            return as_it_is;
        };
        let Some(address) = ty.schema.lookup(name) else {
            return as_it_is;
        };
        let Some(parameter) = ty.schema.parameter(address.node) else {
            return as_it_is;
        };
        let value = parameter.ty.check(value).unwrap_or(Cow::Borrowed(value));
        let Source::View(view) = &parameter.source else {
            return (Cow::Borrowed(name), value);
        };
        if !is_whole(view) {
            return (Cow::Borrowed(name), value);
        }
        let target = view.target_address(&address.instances);
        let stored = view.write(&address.instances, &value, ty.schema.factory_value(&target));
        let stored = stored.map_or(value, Cow::Owned);
        let stored = match ty.schema.parameter(target.node) {
            Some(target) => match target.ty.check(&stored) {
                Ok(canonical) => Cow::Owned(canonical.into_owned()),
                Err(_) => stored,
            },
            None => stored,
        };
        (Cow::Owned(ty.schema.path(&target)), stored)
    }

    /// What is wrong with a script: a dial plan, a tone or a cadence. Other values are for the device to judge.
    pub fn broken_script(&self, name: &str, value: &str) -> Option<String> {
        let ty = self.0.as_ref()?;
        let address = ty.schema.lookup(name)?;
        let parameter = ty.schema.parameter(address.node)?;
        let target = match &parameter.source {
            Source::View(view) => ty.schema.parameter(view.target)?,
            Source::Stored | Source::Computed(_) => parameter,
        };
        let ParameterType::Syntax { syntax, .. } = &target.ty else {
            return None;
        };
        if let Some(flaw) = syntax.flaw(value).filter(|_| !value.is_empty()) {
            return Some(flaw.to_string());
        }
        match target.ty.check(value) {
            Err(Broken::Value(why)) if syntax.is_script() => Some(why.into_owned()),
            Ok(_) | Err(Broken::Value(_) | Broken::Type(_)) => None,
        }
    }
}

/// Whether a view shows all of what is stored, and not a part that stands beside others.
fn is_whole(view: &View) -> bool {
    match view.conversion {
        Conversion::Same | Conversion::Map(_) | Conversion::Times(_) | Conversion::Colons => true,
        Conversion::Host
        | Conversion::Port(_)
        | Conversion::Field(..)
        | Conversion::Item(..)
        | Conversion::HasItem(_)
        | Conversion::Nonzero(_)
        | Conversion::Dscp
        | Conversion::ZoneOffset => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standards_leaf_and_the_vendors_name_are_one_parameter() {
        let names = Names::of("ATA192");
        let standard = "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.DirectoryNumber";
        let (name, value) = names.stored(standard, "4711");
        assert_eq!(
            (&*name, &*value),
            ("Device.X_CISCO_ATA.Line.1.User_ID", "4711")
        );
        let (same, _) = names.stored(&name, "4711");
        assert_eq!(same, name);
        let (foreign, value) = Names::of("Foreign").stored(standard, " x ");
        assert_eq!((&*foreign, &*value), (standard, " x "));
    }

    #[test]
    fn parts_of_one_value_are_different_parameters() {
        let names = Names::of("ATA192");
        let (address, _) = names.stored("Device.LAN.IPAddress", "192.0.2.1");
        let (mask, _) = names.stored("Device.LAN.SubnetMask", "255.255.255.0");
        assert_ne!(address, mask);
    }
}
