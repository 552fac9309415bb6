//! What selectors ask for beyond a device's record and its variables, and what the store answers.

use crate::query::ast::Field;
use crate::query::catalogue::{Attribute, Known};
use crate::query::pattern::Pattern;
use crate::store::{InForce, Profile, Selector};
use data_model::ParameterList;

/// What selectors ask for that has to be looked up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asked {
    /// Parameters, by their paths.
    pub parameters: Vec<Pattern>,
    /// Attributes only the store knows.
    pub looked_up: Vec<&'static Attribute>,
    /// Attributes of the device's record.
    pub of_record: Vec<&'static Attribute>,
    /// Campaigns, by their names.
    pub campaigns: Vec<String>,
}

impl Asked {
    /// What these profiles ask for, in whatever revision is in force for anybody.
    pub fn by(list: &[InForce]) -> Asked {
        let mut asked = Asked::default();
        for profile in profiles(list) {
            asked.add(&profile.selector);
        }
        asked
    }

    /// What a selector asks for, too.
    pub fn add(&mut self, selector: &Selector) {
        let Some(query) = &selector.query else { return };
        for test in query.expr().tests() {
            match &test.field {
                Field::Parameter(pattern) => once(&mut self.parameters, pattern.clone()),
                Field::Campaign(name) => once(&mut self.campaigns, name.clone()),
                Field::Attribute(attribute) => match attribute.known {
                    Known::ByRecord => once(&mut self.of_record, *attribute),
                    Known::ByStore => once(&mut self.looked_up, *attribute),
                },
                Field::Variable(_) => {}
            }
        }
    }

    /// Whether a device's record and its variables are enough.
    pub fn needs_no_look(&self) -> bool {
        self.parameters.is_empty() && self.looked_up.is_empty() && self.campaigns.is_empty()
    }
}

fn once<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// Every profile that is in force for anybody: published for all, or in stages.
pub fn profiles(list: &[InForce]) -> impl Iterator<Item = &Profile> {
    list.iter().flat_map(|it| {
        let staged = it.staged.as_ref().map(|it| &it.publication);
        let all = it.published.iter().chain(staged);
        all.map(|publication| &publication.profile)
    })
}

/// What a device has of what selectors ask for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// Its parameters as last seen; at least those that are asked for.
    pub values: ParameterList,
    /// Its values of attributes only the store knows, by their names.
    pub looked_up: Vec<(&'static str, Vec<String>)>,
    /// Where it is in campaigns, by their names.
    pub campaigns: Vec<(String, Vec<String>)>,
}

impl Evidence {
    /// Its values of an attribute.
    pub fn attribute(&self, name: &str) -> &[String] {
        let mut known = self.looked_up.iter();
        let found = known.find(|(known, _)| *known == name);
        found.map_or(&[], |(_, values)| values)
    }

    /// Where it is in the campaigns of a name.
    pub fn campaign(&self, name: &str) -> &[String] {
        let mut known = self.campaigns.iter();
        let found = known.find(|(known, _)| known == name);
        found.map_or(&[], |(_, steps)| steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_asked_once_and_variables_are_at_hand() {
        let mut asked = Asked::default();
        let selector = |query: &str| Selector {
            query: Some(query.parse().unwrap()),
            ..Selector::default()
        };
        asked.add(&selector(r#"tag = "a" and variable("site") = "x""#));
        assert!(asked.needs_no_look());
        asked.add(&selector(
            r#"Device.A.B = 1 or Device.A.B = 2 or health = "ok" or campaign("up") = "done""#,
        ));
        asked.add(&selector(r#"health = "warning" and Device.A.B exists"#));
        assert_eq!(asked.parameters.len(), 1);
        assert_eq!(asked.looked_up.len(), 1);
        assert_eq!(asked.campaigns, ["up"]);
        assert!(!asked.needs_no_look());
    }
}
