//! Which devices take part in a campaign, and why the others do not.

use super::path::{Backwards, Image, path};
use data_model::Timestamp;
use std::collections::HashMap;

/// What is known of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts<'a> {
    /// Its product class.
    pub product_class: &'a str,
    /// What it runs.
    pub version: &'a str,
    /// When it was last here; `None` if never.
    pub last_inform: Option<Timestamp>,
}

/// What becomes of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It takes part and gets the images at these places of the library, one after the other.
    Takes(Vec<usize>),
    /// It runs the target version.
    Runs,
    /// It cannot take part.
    Cannot(String),
}

/// What a campaign wants, for all devices alike.
#[derive(Debug)]
pub struct Rules<'a> {
    /// The library.
    pub library: &'a [Image],
    /// Devices that were not here since take no part.
    pub overdue_since: Option<Timestamp>,
    /// Whether newer versions go back.
    pub backwards: Backwards,
    known: HashMap<(usize, String, String), Fate>,
}

impl<'a> Rules<'a> {
    /// Rules with this library.
    pub fn new(
        library: &'a [Image],
        backwards: Backwards,
        overdue_since: Option<Timestamp>,
    ) -> Rules<'a> {
        Rules {
            library,
            overdue_since,
            backwards,
            known: HashMap::new(),
        }
    }

    /// What becomes of a device whose target stands at this place of the library.
    pub fn fate(&mut self, facts: &Facts<'_>, target: usize) -> Fate {
        let Some(image) = self.library.get(target) else {
            return Fate::Cannot("the image is not in the library".into());
        };
        if facts.version == image.version && image.fits(facts.product_class) {
            return Fate::Runs;
        }
        if let Some(since) = self.overdue_since {
            match facts.last_inform {
                None => return Fate::Cannot("it has never been here".into()),
                Some(last) if last < since => return Fate::Cannot("it is overdue".into()),
                Some(_) => {}
            }
        }
        // A fleet has few versions: each way is looked for once.
        let key = (
            target,
            facts.product_class.to_owned(),
            facts.version.to_owned(),
        );
        let fate = self.known.entry(key).or_insert_with(|| {
            match path(
                facts.version,
                facts.product_class,
                image,
                self.library,
                self.backwards,
            ) {
                Err(why) => Fate::Cannot(why),
                Ok(way) => {
                    let place =
                        |hop: &&Image| self.library.iter().position(|one| one.file == hop.file);
                    Fate::Takes(way.iter().filter_map(place).collect())
                }
            }
        });
        fate.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Id;

    #[test]
    fn every_device_takes_part_or_it_is_said_why_not() {
        let now = Timestamp::from_secs(1_800_000_000);
        let image = |number, version: &str, minimum: &str| Image {
            file: Id::new(now, number),
            product_class: "ATA192".into(),
            version: version.into(),
            minimum_version: minimum.into(),
            bytes: 1,
        };
        let library = [image(1, "3.0", "2.0"), image(2, "2.0", "")];
        let mut rules = Rules::new(&library, Backwards::Refused, Some(now));
        let mut fate = |product_class, version, last_inform| {
            rules.fate(
                &Facts {
                    product_class,
                    version,
                    last_inform,
                },
                0,
            )
        };
        let here = Some(now);
        assert_eq!(fate("ATA192", "1.0", here), Fate::Takes(vec![1, 0]));
        assert_eq!(fate("ATA192", "2.5", here), Fate::Takes(vec![0]));
        assert_eq!(fate("ATA192", "3.0", here), Fate::Runs);
        for (product, version, last, why) in [
            ("ATA191", "1.0", here, "the device is a ATA191"),
            ("ATA192", "9.0", here, "newer"),
            ("ATA192", "1.0", None, "never been here"),
            ("ATA192", "1.0", Some(Timestamp::from_secs(0)), "overdue"),
        ] {
            let Fate::Cannot(said) = fate(product, version, last) else {
                panic!("{why}")
            };
            assert!(said.contains(why), "{said}");
        }
        assert!(matches!(
            rules.fate(
                &Facts {
                    product_class: "",
                    version: "",
                    last_inform: None
                },
                9
            ),
            Fate::Cannot(_)
        ));
    }
}
