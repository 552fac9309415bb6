//! Which revision of a profile a device gets while it is published step by step.

use super::selector::{DeviceView, selects};
use crate::store::{Device, Id, InForce, Profile, Publication, Stage};

/// The revision of a profile that is in force for a device, if it is for the device at all.
pub fn publication<'a>(profile: &'a InForce, view: &DeviceView<'_>) -> Option<&'a Publication> {
    let staged = profile.staged.as_ref().filter(|staged| {
        let mut reached = staged.stages.iter().take(staged.reached);
        reached.any(|stage| holds(stage, view.device))
    });
    let found = match staged {
        Some(staged) => Some(&staged.publication),
        None => profile.published.as_ref(),
    };
    found.filter(|publication| selects(&publication.profile.selector, view))
}

fn holds(stage: &Stage, device: &Device) -> bool {
    match stage {
        Stage::Tag(tag) => device.tags.contains(tag),
        Stage::Percent(percent) => hundredth(device.id) < u64::from(*percent),
    }
}

/// Which hundredth of all devices one is in: keys of devices are hashes, so each has about as many.
fn hundredth(device: Id) -> u64 {
    device.to_i64().cast_unsigned() % 100
}

/// The revisions in force for a device, the one that wins first: by precedence, then by name.
pub fn winners<'a>(profiles: &'a [InForce], view: &DeviceView<'_>) -> Vec<&'a Publication> {
    let mut found: Vec<&Publication> = profiles
        .iter()
        .filter_map(|profile| publication(profile, view))
        .collect();
    found.sort_by(|one, other| {
        let (one, other) = (&one.profile, &other.profile);
        let by_precedence = other.precedence.cmp(&one.precedence);
        by_precedence.then_with(|| one.name.cmp(&other.name))
    });
    found
}

impl InForce {
    /// A profile in force for everybody.
    pub fn everywhere(profile: Profile) -> InForce {
        let published = Publication {
            profile,
            at: data_model::Timestamp::default(),
            by: String::new(),
        };
        InForce {
            published: Some(published),
            staged: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::evidence::Evidence;
    use super::super::selector::tests::device;
    use super::*;
    use crate::store::Staged;

    fn revision(revision: u64) -> Publication {
        let profile = Profile {
            name: "p".into(),
            revision,
            ..Profile::default()
        };
        InForce::everywhere(profile).published.unwrap()
    }

    fn staged(stages: &[Stage], reached: usize) -> InForce {
        InForce {
            published: Some(revision(1)),
            staged: Some(Staged {
                publication: revision(2),
                stages: stages.to_vec(),
                reached,
            }),
        }
    }

    fn gets(profile: &InForce, device: &Device) -> u64 {
        let nothing = Evidence::default();
        let view = DeviceView::new(device, &[], &nothing);
        publication(profile, &view).unwrap().profile.revision
    }

    #[test]
    fn a_stage_reaches_its_devices_and_those_of_the_stages_before() {
        let stages = [Stage::Tag("beta".into()), Stage::Tag("office".into())];
        let pilot = device();
        let mut other = device();
        other.tags = vec!["office".into()];
        assert_eq!(gets(&staged(&stages, 1), &pilot), 2);
        assert_eq!(gets(&staged(&stages, 1), &other), 1);
        assert_eq!(gets(&staged(&stages, 2), &pilot), 2);
        assert_eq!(gets(&staged(&stages, 2), &other), 2);
    }

    #[test]
    fn a_percentage_is_about_that_and_grows_by_adding_devices() {
        let devices: Vec<Device> = (0..5_000)
            .map(|number| Device {
                id: Id::of_identity(&format!("00562B-ATA192-{number}")),
                ..device()
            })
            .collect();
        let chosen = |percent| -> Vec<bool> {
            let profile = staged(&[Stage::Percent(percent)], 1);
            let of = |device| gets(&profile, device) == 2;
            devices.iter().map(of).collect()
        };
        let (five, twenty) = (chosen(5), chosen(20));
        let count = |list: &[bool]| list.iter().filter(|chosen| **chosen).count();
        assert!((175..325).contains(&count(&five)), "{}", count(&five));
        assert!((850..1150).contains(&count(&twenty)), "{}", count(&twenty));
        assert!(five.iter().zip(&twenty).all(|(few, more)| !few || *more));
        assert_eq!(count(&chosen(100)), devices.len());
        assert_eq!(count(&chosen(0)), 0);
    }
}
