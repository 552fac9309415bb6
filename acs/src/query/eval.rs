//! Whether a query holds for one device, as far as somebody can see it.

use super::ast::{Expr, Field, Test};
use super::catalogue::Attribute;
use super::compare::{Scalar, holds};
use super::pattern::Pattern;
use data_model::Timestamp;

/// A device as far as somebody can see it. Each method hands every value to `check` until one fulfils it, and says
/// whether one did.
pub trait View {
    /// The values of an attribute.
    fn attribute(&self, attribute: &Attribute, check: &mut dyn FnMut(Scalar<'_>) -> bool) -> bool;

    /// The values of the parameters a path means, secrets left out.
    fn parameters(&self, pattern: &Pattern, check: &mut dyn FnMut(Scalar<'_>) -> bool) -> bool;

    /// A variable people gave the device.
    fn variable(&self, name: &str, check: &mut dyn FnMut(Scalar<'_>) -> bool) -> bool;

    /// Where the device is in a campaign.
    fn campaign(&self, name: &str, check: &mut dyn FnMut(Scalar<'_>) -> bool) -> bool;
}

/// Whether an expression holds for a device at this moment.
pub fn evaluate(expr: &Expr, view: &dyn View, now: Timestamp) -> bool {
    match expr {
        Expr::And(list) => list.iter().all(|expr| evaluate(expr, view, now)),
        Expr::Or(list) => list.iter().any(|expr| evaluate(expr, view, now)),
        Expr::Not(expr) => !evaluate(expr, view, now),
        Expr::Test(test) => one(test, view, now),
    }
}

fn one(test: &Test, view: &dyn View, now: Timestamp) -> bool {
    let mut check = |found: Scalar<'_>| holds(found, &test.check, now);
    match &test.field {
        Field::Attribute(attribute) => view.attribute(attribute, &mut check),
        Field::Parameter(pattern) => view.parameters(pattern, &mut check),
        Field::Variable(name) => view.variable(name, &mut check),
        Field::Campaign(name) => view.campaign(name, &mut check),
    }
}
