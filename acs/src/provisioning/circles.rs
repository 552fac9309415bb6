//! Profiles that would decide about each other: one sets a parameter another one selects its devices by.
//!
//! A chain comes to an end; a circle need not, and devices in it would be configured to and fro for ever.

use super::evidence::Asked;
use crate::store::Profile;

/// A circle a profile would be part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circle {
    /// The profiles in it, each of which sets what the next one asks for; the last one is the first.
    pub profiles: Vec<String>,
    /// What the last step sets.
    pub parameter: String,
}

/// The circle a profile would close with these others. Others of its name are revisions of it, and count for nothing.
pub fn circle<'a>(
    profile: &'a Profile,
    others: impl Iterator<Item = &'a Profile>,
) -> Option<Circle> {
    let own = asked(profile);
    if own.parameters.is_empty() {
        return None;
    }
    let others = others.filter(|other| other.name != profile.name);
    let others: Vec<(&Profile, Asked)> = others.map(|other| (other, asked(other))).collect();
    let mut visited = vec![false; others.len()];
    // Each with the way to it; the profile itself is where the search begins and where it must not end.
    let mut open = vec![(profile, vec![profile.name.clone()])];
    while let Some((setter, way)) = open.pop() {
        if let Some(parameter) = sets(setter, &own) {
            let mut profiles = way;
            profiles.push(profile.name.clone());
            return Some(Circle {
                profiles,
                parameter,
            });
        }
        for (place, (other, asks)) in others.iter().enumerate() {
            if !visited[place] && sets(setter, asks).is_some() {
                visited[place] = true;
                let mut way = way.clone();
                way.push(other.name.clone());
                open.push((other, way));
            }
        }
    }
    None
}

fn asked(profile: &Profile) -> Asked {
    let mut asked = Asked::default();
    asked.add(&profile.selector);
    asked
}

/// The first parameter a profile sets that is asked for.
fn sets(profile: &Profile, asked: &Asked) -> Option<String> {
    let values = profile.values.iter().map(|value| value.name.clone());
    let rows = profile.objects.iter().flat_map(|object| {
        let keys = object.key.keys();
        let names = keys.chain(object.values.iter().map(|value| &value.name));
        names.map(|name| format!("{}*.{name}", object.path))
    });
    let mut all = values.chain(rows);
    all.find(|name| {
        let mut patterns = asked.parameters.iter();
        patterns.any(|pattern| overlap(pattern.as_str(), name))
    })
}

/// Whether two paths may mean one parameter: `*` is any part, `~` either root.
fn overlap(one: &str, other: &str) -> bool {
    let (mut ones, mut others) = (one.split('.'), other.split('.'));
    let is_root = |part: &str| matches!(part, "~" | "Device" | "InternetGatewayDevice");
    loop {
        match (ones.next(), others.next()) {
            (None, None) => return true,
            (Some("*"), Some(_)) | (Some(_), Some("*")) => {}
            (Some("~"), Some(root)) | (Some(root), Some("~")) if is_root(root) => {}
            (Some(one), Some(other)) if one == other => {}
            (_, _) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{ProfileObject, ProfileValue, Selector};

    fn profile(name: &str, query: &str, sets: &[&str]) -> Profile {
        let value = |name: &&str| ProfileValue {
            name: (*name).to_owned(),
            value: "1".into(),
        };
        Profile {
            name: name.into(),
            selector: Selector {
                query: Some(query.parse().unwrap()),
                ..Selector::default()
            },
            values: sets.iter().map(value).collect(),
            ..Profile::default()
        }
    }

    fn names(circle: Option<Circle>) -> Vec<String> {
        circle.map(|circle| circle.profiles).unwrap_or_default()
    }

    #[test]
    fn a_profile_that_sets_what_it_asks_for_is_a_circle() {
        for (query, sets) in [
            ("Device.A.B = 1", "Device.A.B"),
            ("Device.A.B = 1", "~.A.B"),
            (r#"param("~.A.*.B") = 1"#, "InternetGatewayDevice.A.3.B"),
        ] {
            let own = profile("p", query, &[sets]);
            assert_eq!(
                names(circle(&own, std::iter::empty())),
                ["p", "p"],
                "{query}"
            );
        }
        let mut rows = profile("p", "Device.T.2.Name = 1", &[]);
        assert_eq!(circle(&rows, std::iter::empty()), None);
        rows.objects.push(ProfileObject {
            path: "~.T.".into(),
            key: [("Name".to_owned(), "x".to_owned())].into(),
            values: Vec::new(),
            exclusive: false,
        });
        assert_eq!(names(circle(&rows, std::iter::empty())), ["p", "p"]);
    }

    #[test]
    fn a_chain_is_none_and_a_circle_is_told_with_everybody_in_it() {
        let a = profile("a", "Device.C = 1", &["Device.A"]);
        let b = profile("b", "Device.A = 1", &["Device.B"]);
        let c = profile("c", "Device.B = 1", &["Device.C"]);
        let chain = [b.clone(), profile("c", "tag = \"x\"", &["Device.C"])];
        assert_eq!(circle(&a, chain.iter()), None);
        let others = [b, c];
        assert_eq!(names(circle(&a, others.iter())), ["a", "b", "c", "a"]);
        // A circle of others is theirs.
        let apart = profile("d", "Device.D = 1", &["Device.A"]);
        assert_eq!(circle(&apart, others.iter()), None);
        // An older revision of the same profile goes when this one comes.
        let older = [profile("a", "Device.A = 1", &["Device.A"])];
        assert_eq!(circle(&a, older.iter()), None);
    }
}
