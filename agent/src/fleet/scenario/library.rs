//! The scenarios that come with the program.

use super::Scenario;
use data_model::OperatorError;

macro_rules! scenarios {
    ($($name:literal),* $(,)?) => {
        /// The scenarios of this build: name, and the text of the file.
        pub const ALL: &[(&str, &str)] = &[
            $(($name, include_str!(concat!("../../../scenarios/", $name, ".toml")))),*
        ];
    };
}

scenarios!(
    "idle",
    "steady",
    "ramp",
    "blackout",
    "rolling-restart",
    "working-day",
    "bad-lines",
    "failing-upgrades",
    "behind-nat",
    "hostile",
);

/// The text of a scenario.
///
/// # Errors
/// If there is none of this name.
pub fn text(name: &str) -> Result<&'static str, OperatorError> {
    let found = ALL.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| *text).ok_or_else(|| {
        let names: Vec<&str> = ALL.iter().map(|(name, _)| *name).collect();
        OperatorError::new(
            format!("there is no scenario `{name}`"),
            "the library has none of this name",
            format!("give one of {}, or the path of a file", names.join(", ")),
        )
    })
}

/// A scenario of the library.
///
/// # Errors
/// If there is none of this name.
pub fn find(name: &str) -> Result<Scenario, OperatorError> {
    Scenario::parse(text(name)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_of_the_library_can_be_played_and_says_what_it_is() {
        for (name, text) in ALL {
            let scenario = Scenario::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(scenario.about.len() > 40, "{name} says too little");
            for kind in &scenario.devices {
                crate::device::Product::load(&kind.device_type).expect(name);
            }
        }
    }

    #[test]
    fn a_name_nobody_knows_is_answered_with_those_there_are() {
        let error = find("apocalypse").expect_err("there is none");
        assert!(error.to_string().contains("blackout"), "{error}");
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_name() {
        let cases = [
            ("[end]\nsecs = 0", "end.secs"),
            ("[informs]\ninterval_secs = 0", "informs.interval_secs"),
            ("[arrival]\nover_secs = -1.0", "arrival.over_secs"),
            ("[[lines]]\nshare = 0.7\n[[lines]]\nshare = 0.7", "lines"),
            ("[upgrades]\nwrong_image = 0.9\nslow = 0.2", "upgrades"),
            ("[hostile]\npeers = 4000000000", "hostile"),
            ("[nat]\nshare = 1.5", "nat.share"),
            (
                "[[devices]]\ntype = \"ata192\"\nshare = 0.0",
                "devices.share",
            ),
            ("[day]\nfrom_hour = 24", "day.from_hour"),
            (
                "[outage]\nat_secs = 1\noff_secs = 1\nback_over_secs = 1\nregions = 0",
                "outage.regions",
            ),
        ];
        for (part, name) in cases {
            let text = format!("title = \"x\"\nabout = \"y\"\n{part}\n");
            let error = Scenario::parse(&text).expect_err(part);
            assert!(error.to_string().contains(name), "{part}: {error}");
        }
        let unknown = Scenario::parse("title = \"x\"\nabout = \"y\"\nspeed = 3\n");
        assert!(unknown.is_err(), "a word nobody knows is a mistake");
    }
}
