//! The way of a device from the version it runs to the one it is to run: over other images where the last one needs a
//! version the device has not reached.

use super::version::{compare, is_older};
use crate::store::Id;
use std::cmp::Ordering;
use std::collections::{HashSet, VecDeque};

/// Images one after the other on one way: more are a library nobody has thought about.
pub const HOPS: usize = 8;

/// An image of the library, by what counts for the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// The file.
    pub file: Id,
    /// The product class it is for; empty for any.
    pub product_class: String,
    /// What a device reports when it runs it.
    pub version: String,
    /// The version a device must run to be able to take it; empty for any.
    pub minimum_version: String,
    /// Its length.
    pub bytes: u64,
}

impl Image {
    /// Whether it is for devices of a product class.
    pub fn fits(&self, product_class: &str) -> bool {
        self.product_class.is_empty() || self.product_class == product_class
    }

    fn takes(&self, version: &str) -> bool {
        self.minimum_version.is_empty()
            || (!version.is_empty() && !is_older(version, &self.minimum_version))
    }
}

/// Whether a device may go back to an older version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backwards {
    /// It may.
    Allowed,
    /// It may not.
    Refused,
}

/// Why a device that has got so many images on its way cannot go on from what it runs at this moment; `None` if it can.
/// One that comes back with an older version than it had reached would get the same image over and over.
pub fn stuck(hops: u32, reached: &str, runs: &str) -> Option<String> {
    if !reached.is_empty() && is_older(runs, reached) {
        return Some(format!(
            "it had got as far as {reached}, and came back with the old version {runs}"
        ));
    }
    (hops as usize >= HOPS)
        .then(|| format!("it has got {hops} images one after the other and is not there yet"))
}

/// The images a device must run one after the other, the last of which is the target; the fewest there can be.
///
/// # Errors
/// Says why there is no way.
pub fn path<'a>(
    runs: &str,
    product_class: &str,
    target: &'a Image,
    library: &'a [Image],
    backwards: Backwards,
) -> Result<Vec<&'a Image>, String> {
    if !target.fits(product_class) {
        return Err(format!(
            "the image is for {}, the device is a {product_class}",
            target.product_class
        ));
    }
    let newer = compare(runs, &target.version) == Ordering::Greater;
    if newer && !runs.is_empty() {
        return match backwards {
            Backwards::Allowed => Ok(vec![target]),
            Backwards::Refused => Err(format!(
                "it runs {runs}, which is newer than {}",
                target.version
            )),
        };
    }
    if target.takes(runs) {
        return Ok(vec![target]);
    }
    if runs.is_empty() {
        return Err(format!(
            "it has not said what it runs, and {} needs {}",
            target.version, target.minimum_version
        ));
    }
    steps(runs, product_class, target, library).ok_or_else(|| {
        format!(
            "it runs {runs}, {} needs at least {}, and no image of the library leads there",
            target.version, target.minimum_version
        )
    })
}

/// The shortest way by images that are each newer than the one before.
fn steps<'a>(
    runs: &str,
    product_class: &str,
    target: &'a Image,
    library: &'a [Image],
) -> Option<Vec<&'a Image>> {
    let mut between: Vec<&Image> = library
        .iter()
        .filter(|image| image.fits(product_class) && image.file != target.file)
        .filter(|image| is_older(runs, &image.version) && is_older(&image.version, &target.version))
        .collect();
    // Of ways of one length the one over the newest images.
    between.sort_by(|a, b| compare(&b.version, &a.version).then(b.file.cmp(&a.file)));
    let mut seen = HashSet::new();
    let mut ways = VecDeque::from([Vec::<&Image>::new()]);
    while let Some(way) = ways.pop_front() {
        let at = way.last().map_or(runs, |image| image.version.as_str());
        if target.takes(at) {
            let mut way = way;
            way.push(target);
            return Some(way);
        }
        if way.len() + 1 >= HOPS {
            continue;
        }
        for image in &between {
            if is_older(at, &image.version) && image.takes(at) && seen.insert(image.file) {
                let mut longer = way.clone();
                longer.push(*image);
                ways.push_back(longer);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_model::Timestamp;

    fn image(number: u64, version: &str, minimum: &str) -> Image {
        Image {
            file: Id::new(Timestamp::from_secs(1_800_000_000), number),
            product_class: "ATA192".into(),
            version: version.into(),
            minimum_version: minimum.into(),
            bytes: 1,
        }
    }

    fn way(runs: &str, target: usize, library: &[Image]) -> Result<Vec<String>, String> {
        let found = path(
            runs,
            "ATA192",
            &library[target],
            library,
            Backwards::Refused,
        );
        found.map(|way| way.iter().map(|image| image.version.clone()).collect())
    }

    #[test]
    fn a_device_goes_over_the_images_the_last_one_needs_and_no_others() {
        let library = [
            image(1, "11-1-0MPP0401-002", ""),
            image(2, "11-3-1", "11-1-0MPP0401-002"),
            image(3, "11-3-2MPP0102-233", "11-3-1"),
            image(4, "11-2-0", ""),
        ];
        assert_eq!(
            way("10-0-0", 2, &library).unwrap(),
            ["11-2-0", "11-3-1", "11-3-2MPP0102-233"],
            "the newest of two that would do"
        );
        assert_eq!(
            way("11-2-5", 2, &library).unwrap(),
            ["11-3-1", "11-3-2MPP0102-233"]
        );
        assert_eq!(way("11-3-1", 2, &library).unwrap(), ["11-3-2MPP0102-233"]);
    }

    #[test]
    fn a_device_that_falls_back_or_never_arrives_does_not_go_on() {
        let back = stuck(1, "1.5", "1.0").unwrap();
        assert!(
            back.contains("came back with the old version 1.0"),
            "{back}"
        );
        for (hops, reached, runs) in [(0, "", "1.0"), (1, "1.5", "1.5"), (1, "1.5", "1.7")] {
            assert_eq!(stuck(hops, reached, runs), None, "{hops} {reached} {runs}");
        }
        let hops = u32::try_from(HOPS).unwrap();
        assert!(stuck(hops, "1.5", "1.5").unwrap().contains("8 images"));
    }

    #[test]
    fn without_a_way_it_is_said_why() {
        let library = [image(1, "3.0", "2.0"), image(2, "2.0", "1.5")];
        for (runs, why) in [
            ("1.0", "no image of the library leads there"),
            ("", "has not said what it runs"),
            ("4.0", "which is newer"),
        ] {
            let refused = way(runs, 0, &library).unwrap_err();
            assert!(refused.contains(why), "{runs}: {refused}");
        }
        let back = path("4.0", "ATA192", &library[0], &library, Backwards::Allowed);
        assert_eq!(back.unwrap(), [&library[0]]);
        let other = path("1.5", "ATA191", &library[0], &library, Backwards::Allowed);
        assert!(other.unwrap_err().contains("is for ATA192"));
    }

    #[test]
    fn images_of_other_products_are_no_way() {
        let mut library = [image(1, "3.0", "2.0"), image(2, "2.0", "")];
        assert_eq!(way("1.0", 0, &library).unwrap(), ["2.0", "3.0"]);
        library[1].product_class = "SPA122".into();
        assert!(way("1.0", 0, &library).is_err());
        library[1].product_class = String::new();
        assert_eq!(
            way("1.0", 0, &library).unwrap(),
            ["2.0", "3.0"],
            "for any product"
        );
    }

    #[test]
    fn images_that_need_each_other_lead_nowhere() {
        let library = [
            image(1, "3.0", "2.9"),
            image(2, "2.9", "2.8"),
            image(3, "2.8", "2.9"),
        ];
        assert!(way("1.0", 0, &library).is_err());
    }
}
