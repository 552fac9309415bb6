//! The description of the format says everything the format has.

use data_model::schema::syntax;

const README: &str = include_str!("../models/README.md");

#[test]
fn every_notation_is_described() {
    for syntax in syntax::ALL {
        assert!(
            README.contains(&format!("`{}`", syntax.name)),
            "{} is missing",
            syntax.name
        );
    }
}
