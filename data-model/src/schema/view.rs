//! Views: parameters that show a value stored under another name.

use super::address::{Address, Instances};
use super::conversion::Conversion;
use super::node::NodeId;
use super::parameter_type::Broken;
use std::borrow::Cow;

/// A second name of a value: where it is stored and how the two texts belong together.
///
/// A value written to a view is checked against the type of the view, converted, and then checked
/// against the type of the target, whose rules may be narrower.
#[derive(Debug)]
pub struct View {
    /// The parameter that stores or computes the value; never a view itself.
    pub target: NodeId,
    /// The instance numbers of the target, from the root down.
    pub instances: Box<[InstanceNumber]>,
    /// How the texts belong together.
    pub conversion: Conversion,
}

/// One instance number of a view's target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstanceNumber {
    /// The number at this place of the view's own address, counted from 0.
    Own(u8),
    /// Always this number.
    Fixed(u32),
}

impl View {
    /// The address of the value behind the view at the instances `own`.
    pub fn target_address(&self, own: &Instances) -> Address {
        let mut instances = Instances::NONE;
        for number in &self.instances {
            instances = instances
                .push(number.resolve(own))
                .expect("the builder checked the depth of the target");
        }
        Address {
            node: self.target,
            instances,
        }
    }

    /// What the view at the instances `own` shows of a stored text.
    pub fn read<'a>(&'a self, own: &Instances, stored: &'a str) -> Cow<'a, str> {
        self.conversion.read_at(own, stored)
    }

    /// What is to be stored when `value` is written to the view at the instances `own` and
    /// `stored_before` stands there.
    ///
    /// # Errors
    /// If the stored form cannot express the value.
    pub fn write(
        &self,
        own: &Instances,
        value: &str,
        stored_before: &str,
    ) -> Result<String, Broken> {
        self.conversion.write_at(own, value, stored_before)
    }
}

impl InstanceNumber {
    /// The number for a view at the instances `own`; the first instance if they are too few.
    pub fn resolve(self, own: &Instances) -> u32 {
        match self {
            InstanceNumber::Own(index) => {
                own.as_slice().get(usize::from(index)).copied().unwrap_or(1)
            }
            InstanceNumber::Fixed(number) => number,
        }
    }
}
