//! The devices of a scope, as a condition of statements about what belongs to devices.

use super::rows::json;
use crate::store::Scope;

/// A condition that holds for the devices of a scope, and the texts for its question marks. `device` is the column that
/// holds the device; nothing in it is a device of no scope but the whole fleet.
pub(super) fn within(scope: &Scope, device: &str) -> (String, Vec<String>) {
    let mut sql = String::from("1");
    let mut lists = Vec::new();
    for tags in scope.lists() {
        sql.push_str(&format!(
            " AND EXISTS (SELECT 1 FROM tag t WHERE t.device = {device}
             AND t.tag IN (SELECT value FROM json_each(?)))"
        ));
        lists.push(json(tags));
    }
    (sql, lists)
}
