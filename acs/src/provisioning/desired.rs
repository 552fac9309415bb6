//! What a device should be configured to: the values and rows of every profile that is for it, templates filled in.

use super::evidence::Evidence;
use super::in_force::winners;
use super::names::Names;
use super::problems::{DesiredError, Problem, Wrong};
use super::selector::DeviceView;
use super::template::{fill, secret_variable};
use crate::store::{
    Device, Haste, InForce, Profile, ProfileObject, Variable, VariableSource, row_label,
};
use crate::windows::{Opening, Windows};
use crate::zone::Zone;
use data_model::Timestamp;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Desired values by full name and rows by key, each with the profile it comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Desired {
    /// The values.
    pub values: BTreeMap<String, DesiredValue>,
    /// The rows.
    pub objects: Vec<DesiredObject>,
    /// Where profiles of one precedence contradict each other; the one whose name comes first has won.
    pub conflicts: Vec<Conflict>,
    /// Windows of the profiles that have their own, and `None` for those that are urgent.
    pub windows: BTreeMap<String, Option<Windows>>,
}

impl Desired {
    /// A hash of what is desired, whoever says so; never zero.
    pub fn digest(&self) -> u64 {
        let mut hasher = Sha256::new();
        let mut add = |text: &str| {
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text);
        };
        for (name, wanted) in &self.values {
            add(name);
            add(&wanted.value);
        }
        let mut rows: Vec<&DesiredObject> = self.objects.iter().collect();
        rows.sort_by(|one, other| (&one.table, &one.key).cmp(&(&other.table, &other.key)));
        for row in rows {
            add(&row.label());
            add(if row.exclusive { "alone" } else { "beside" });
            for (name, wanted) in &row.values {
                add(name);
                add(&wanted.value);
            }
        }
        let hash = hasher.finalize();
        let mut first = [0; 8];
        first.copy_from_slice(&hash[..8]);
        u64::from_be_bytes(first).max(1)
    }

    /// The profiles that want anything.
    pub fn profiles(&self) -> BTreeSet<&str> {
        let values = self.values.values().map(|wanted| &*wanted.profile);
        let rows = self.objects.iter().flat_map(|row| {
            let values = row.values.values().map(|wanted| &*wanted.profile);
            values.chain([&*row.profile])
        });
        values.chain(rows).collect()
    }

    /// Whether any change may have to wait.
    pub fn has_windows(&self, usual: Option<&Windows>) -> bool {
        usual.is_some() || self.windows.values().any(Option::is_some)
    }

    /// Profiles whose changes have to wait, each with when its next window opens.
    pub fn closed(
        &self,
        usual: Option<&Windows>,
        now: Timestamp,
        zone: &Zone,
    ) -> BTreeMap<String, Timestamp> {
        let mut closed = BTreeMap::new();
        for profile in self.profiles() {
            let windows = match self.windows.get(profile) {
                Some(own) => own.as_ref(),
                None => usual,
            };
            match windows.map(|windows| windows.open_at(now, zone)) {
                Some(Opening::Closed { opens }) => drop(closed.insert(profile.to_owned(), opens)),
                Some(Opening::Open { .. }) | None => {}
            }
        }
        closed
    }
}

/// One desired value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredValue {
    /// The value.
    pub value: String,
    /// The profile that says so.
    pub profile: String,
    /// Its revision.
    pub revision: u64,
    /// Whether a variable it was filled in with is secret: it is masked wherever it is shown, whatever it is called.
    pub secret: bool,
}

/// One desired row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredObject {
    /// The table, with a dot at its end.
    pub table: String,
    /// The values of the parameters that make it the row it is.
    pub key: BTreeMap<String, String>,
    /// Its further values, by names relative to it.
    pub values: BTreeMap<String, DesiredValue>,
    /// Whether other rows are removed.
    pub exclusive: bool,
    /// The profile that wants the row.
    pub profile: String,
    /// Its revision.
    pub revision: u64,
}

impl DesiredObject {
    /// The row in words: the table with the key in braces.
    pub fn label(&self) -> String {
        row_label(&self.table, &self.key)
    }
}

/// Two profiles of one precedence that want different things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The parameter.
    pub name: String,
    /// What holds.
    pub winner: DesiredValue,
    /// What does not.
    pub loser: DesiredValue,
}

/// Puts together what the profiles want of a device. Of several names of one value, and of several profiles that name
/// it, the highest precedence wins, and then the profile whose name comes first.
///
/// # Errors
/// If a template cannot be filled in, or makes a script nobody can run.
pub fn desired(
    profiles: &[InForce],
    device: &Device,
    variables: &[Variable],
    evidence: &Evidence,
) -> Result<Desired, DesiredError> {
    let mut gathering = Gathering {
        device,
        variables,
        names: Names::of(&device.product_class),
        found: BTreeMap::new(),
        rows: Vec::new(),
        desired: Desired::default(),
        problems: Vec::new(),
    };
    let view = DeviceView::new(device, variables, evidence);
    for publication in winners(profiles, &view) {
        gathering.add(&publication.profile);
    }
    let Gathering {
        found,
        rows,
        desired,
        problems,
        ..
    } = gathering;
    if !problems.is_empty() {
        return Err(DesiredError { problems });
    }
    let values = found.into_values().map(|(_, name, value)| (name, value));
    let objects = rows.into_iter().map(|row| row.object);
    Ok(Desired {
        values: values.collect(),
        objects: objects.collect(),
        ..desired
    })
}

struct Gathering<'a> {
    device: &'a Device,
    variables: &'a [Variable],
    names: Names,
    /// By the name each value is stored under: the precedence, the name it was given, and the value.
    found: BTreeMap<String, (i32, String, DesiredValue)>,
    rows: Vec<Row>,
    desired: Desired,
    problems: Vec<Problem>,
}

struct Row {
    object: DesiredObject,
    /// The precedence of each of its values.
    precedences: BTreeMap<String, i32>,
}

impl Gathering<'_> {
    fn add(&mut self, profile: &Profile) {
        match (profile.haste, &profile.windows) {
            (Haste::Urgent, _) => {
                self.desired.windows.insert(profile.name.clone(), None);
            }
            (Haste::Usual, Some(windows)) => {
                let windows = Some(windows.clone());
                self.desired.windows.insert(profile.name.clone(), windows);
            }
            (Haste::Usual, None) => {}
        }
        for wanted in &profile.values {
            self.value(profile, rooted(&wanted.name, self.device), &wanted.value);
        }
        for object in &profile.objects {
            self.object(profile, object);
        }
    }

    fn value(&mut self, profile: &Profile, name: String, template: &str) {
        let stored = self.names.stored(&name, "").0.into_owned();
        if let Some((precedence, known, winner)) = self.found.get(&stored) {
            if *precedence > profile.precedence {
                return;
            }
            let (known, winner) = (known.clone(), winner.clone());
            if let Some(loser) = self.lost(profile, template) {
                let (_, one) = self.names.stored(&known, &winner.value);
                let (_, other) = self.names.stored(&name, &loser.value);
                if one != other {
                    self.desired.conflicts.push(Conflict {
                        name: known,
                        winner,
                        loser,
                    });
                }
            }
            return;
        }
        if let Some(value) = self.filled(profile, &name, template) {
            let kept = (profile.precedence, name, value);
            self.found.insert(stored, kept);
        }
    }

    /// A value that does not hold, to be compared with the one that does. What cannot be filled in harms nobody here.
    fn lost(&self, profile: &Profile, template: &str) -> Option<DesiredValue> {
        let value = fill(template, |name| lookup(name, self.device, self.variables)).ok()?;
        Some(DesiredValue {
            value: value.into_owned(),
            profile: profile.name.clone(),
            revision: profile.revision,
            secret: secret_variable(template).is_some(),
        })
    }

    fn filled(&mut self, profile: &Profile, name: &str, template: &str) -> Option<DesiredValue> {
        let filled = fill(template, |name| lookup(name, self.device, self.variables));
        let secret = secret_variable(template).is_some();
        let why = match filled {
            Ok(value) => match self.names.broken_script(name, &value) {
                None => {
                    return Some(DesiredValue {
                        value: value.into_owned(),
                        profile: profile.name.clone(),
                        revision: profile.revision,
                        secret,
                    });
                }
                // What is wrong may quote it.
                Some(_) if secret => {
                    Wrong::Script("the script is wrong; it has a secret in it".into())
                }
                Some(why) => Wrong::Script(why),
            },
            Err(error) => Wrong::Template(error),
        };
        self.wrong(profile, name, why);
        None
    }

    fn wrong(&mut self, profile: &Profile, name: &str, why: Wrong) {
        self.problems.push(Problem {
            profile: profile.name.clone(),
            revision: profile.revision,
            name: name.to_owned(),
            why,
        });
    }

    fn object(&mut self, profile: &Profile, object: &ProfileObject) {
        let table = rooted(&object.path, self.device);
        let mut key = BTreeMap::new();
        for (name, template) in &object.key {
            let place = format!("{table}{{{name}}}");
            if let Some(secret) = secret_variable(template) {
                return self.wrong(profile, &place, Wrong::SecretKey(secret));
            }
            let Some(value) = self.filled(profile, &place, template) else {
                return;
            };
            key.insert(name.clone(), value.value);
        }
        let same = |row: &Row| row.object.table == table && row.object.key == key;
        let at = self.rows.iter().position(same).unwrap_or_else(|| {
            self.rows.push(Row {
                object: DesiredObject {
                    table,
                    key,
                    values: BTreeMap::new(),
                    exclusive: false,
                    profile: profile.name.clone(),
                    revision: profile.revision,
                },
                precedences: BTreeMap::new(),
            });
            self.rows.len() - 1
        });
        self.rows[at].object.exclusive |= object.exclusive;
        for wanted in &object.values {
            self.row_value(profile, at, &wanted.name, &wanted.value);
        }
    }

    fn row_value(&mut self, profile: &Profile, at: usize, name: &str, template: &str) {
        let place = format!("{}.{name}", self.rows[at].object.label());
        if let Some(precedence) = self.rows[at].precedences.get(name) {
            let equal = *precedence == profile.precedence;
            let winner = self.rows[at].object.values.get(name).cloned();
            let loser = self.lost(profile, template).filter(|_| equal);
            if let (Some(winner), Some(loser)) = (winner, loser)
                && winner.value != loser.value
            {
                let conflict = Conflict {
                    name: place,
                    winner,
                    loser,
                };
                self.desired.conflicts.push(conflict);
            }
            return;
        }
        if let Some(value) = self.filled(profile, &place, template) {
            let row = &mut self.rows[at];
            row.precedences.insert(name.to_owned(), profile.precedence);
            row.object.values.insert(name.to_owned(), value);
        }
    }
}

/// A name with the device's own root; `~.` stands for it.
pub fn rooted(name: &str, device: &Device) -> String {
    name.replacen("~.", &device.root, 1)
}

/// A device's variable: one that people gave it, or one that it has by itself.
fn lookup(name: &str, device: &Device, variables: &[Variable]) -> Option<String> {
    variable(name, device, variables).map(|(value, _)| value)
}

/// A device's variable with where it comes from.
pub fn variable(
    name: &str,
    device: &Device,
    variables: &[Variable],
) -> Option<(String, VariableSource)> {
    if let Some(known) = variables.iter().find(|known| known.name == name) {
        return Some((known.value.clone(), known.source.clone()));
    }
    let value = match name {
        "serial_number" => &device.serial_number,
        "product_class" => &device.product_class,
        "oui" => &device.oui,
        "identity" => &device.identity,
        "software_version" => &device.software_version,
        _ => return None,
    };
    Some((value.clone(), VariableSource::Identity))
}

/// What a profile `p` with these values wants, for tests.
#[cfg(test)]
pub(super) fn wanting(values: &[(&str, &str)]) -> Desired {
    let value = |(name, value): &(&str, &str)| ((*name).to_owned(), wanted_value(value));
    Desired {
        values: values.iter().map(value).collect(),
        ..Desired::default()
    }
}

/// A value of the first revision of a profile `p`, for tests.
#[cfg(test)]
pub(super) fn wanted_value(value: &str) -> DesiredValue {
    DesiredValue {
        value: value.into(),
        profile: "p".into(),
        revision: 1,
        secret: false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::selector::tests::device;
    use super::*;
    use crate::store::ProfileValue;

    fn desired(
        profiles: &[InForce],
        device: &Device,
        variables: &[Variable],
    ) -> Result<Desired, DesiredError> {
        super::desired(profiles, device, variables, &Evidence::default())
    }

    fn values(values: &[(&str, &str)]) -> Vec<ProfileValue> {
        let value = |(name, value): &(&str, &str)| ProfileValue {
            name: (*name).into(),
            value: (*value).into(),
        };
        values.iter().map(value).collect()
    }

    fn profile(name: &str, precedence: i32, pairs: &[(&str, &str)]) -> InForce {
        InForce::everywhere(Profile {
            name: name.into(),
            revision: 1,
            precedence,
            values: values(pairs),
            ..Profile::default()
        })
    }

    #[test]
    fn the_higher_precedence_wins_whatever_the_order() {
        let low = profile("low", 0, &[("Device.A", "{{nobody}}"), ("Device.B", "b")]);
        let high = profile("high", 10, &[("Device.A", "high")]);
        for profiles in [[low.clone(), high.clone()], [high, low]] {
            let desired = desired(&profiles, &device(), &[]).unwrap();
            assert_eq!(desired.values["Device.A"].value, "high");
            assert_eq!(desired.values["Device.A"].profile, "high");
            assert_eq!(desired.values["Device.B"].value, "b");
            assert_eq!(desired.conflicts, []);
        }
    }

    #[test]
    fn profiles_of_one_precedence_that_contradict_each_other_are_told_and_one_wins() {
        let one = profile("one", 0, &[("Device.A", "x")]);
        let same = profile("same", 0, &[("Device.A", "x")]);
        let other = profile("other", 0, &[("Device.A", "y")]);
        let agree = desired(&[one.clone(), same], &device(), &[]).unwrap();
        assert_eq!(agree.conflicts, []);
        for profiles in [[one.clone(), other.clone()], [other, one]] {
            let desired = desired(&profiles, &device(), &[]).unwrap();
            assert_eq!(desired.values["Device.A"].value, "x", "`one` comes first");
            let [conflict] = &desired.conflicts[..] else {
                panic!("{:?}", desired.conflicts)
            };
            let named = (
                &*conflict.name,
                &*conflict.winner.profile,
                &*conflict.loser.profile,
            );
            assert_eq!(named, ("Device.A", "one", "other"));
        }
    }

    #[test]
    fn two_names_of_one_value_are_one_parameter() {
        let standard = "~.Services.VoiceService.1.VoiceProfile.1.Line.1.DirectoryNumber";
        let vendor = "~.X_CISCO_ATA.Line.1.User_ID";
        let low = profile("low", 0, &[(standard, "100")]);
        let high = profile("high", 1, &[(vendor, "200")]);
        let got = desired(&[low.clone(), high], &device(), &[]).unwrap();
        assert_eq!(got.values.len(), 1, "{:?}", got.values);
        assert_eq!(got.values["Device.X_CISCO_ATA.Line.1.User_ID"].value, "200");
        let equal = profile("equal", 0, &[(vendor, "200")]);
        let got = desired(&[low.clone(), equal], &device(), &[]).unwrap();
        assert_eq!(got.conflicts.len(), 1);
        let agrees = profile("agrees", 0, &[(vendor, "100")]);
        let got = desired(&[low, agrees], &device(), &[]).unwrap();
        assert_eq!(got.conflicts, []);
    }

    #[test]
    fn variables_come_from_people_first_and_the_root_from_the_device() {
        let profiles = [profile(
            "p",
            0,
            &[
                ("~.X", "{{serial_number}}/{{line1.number}}"),
                ("~.Y", "{{other}}"),
            ],
        )];
        let variables = ["line1.number", "other"].map(|name| Variable::of_device(name, "4711"));
        let filled = desired(&profiles, &device(), &variables).unwrap();
        assert_eq!(filled.values["Device.X"].value, "X1/4711");
        let missing = desired(&profiles, &device(), &[]).unwrap_err().to_string();
        assert!(
            missing.contains("line1.number") && missing.contains("other"),
            "{missing}"
        );
    }

    /// Covers U07.
    #[test]
    fn a_value_filled_in_with_a_secret_is_secret_and_is_no_key() {
        let variables = ["x.password", "open"].map(|name| Variable::of_device(name, "4711"));
        let pairs = [
            ("~.A", "{{x.password}}"),
            ("~.B", "{{open}}"),
            ("~.C", "password"),
        ];
        let got = desired(&[profile("p", 0, &pairs)], &device(), &variables).unwrap();
        let secret = got.values.values().map(|value| value.secret);
        assert_eq!(secret.collect::<Vec<bool>>(), [true, false, false]);
        let lost = profile("q", 0, &[("~.A", "{{open}}x")]);
        let got = desired(&[profile("p", 0, &pairs), lost], &device(), &variables).unwrap();
        assert!(got.conflicts[0].winner.secret && !got.conflicts[0].loser.secret);
        let rows = InForce::everywhere(Profile {
            objects: vec![ProfileObject {
                path: "~.Table.".into(),
                key: BTreeMap::from([("Name".to_owned(), "{{x.password}}".to_owned())]),
                values: Vec::new(),
                exclusive: false,
            }],
            ..Profile::default()
        });
        let error = desired(&[rows], &device(), &variables)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("x.password") && !error.contains("4711"),
            "{error}"
        );
    }

    #[test]
    fn a_script_a_template_makes_wrong_is_not_sent() {
        let plan = "~.X_CISCO_ATA.Line.1.Dial_Plan";
        let profiles = [profile("p", 0, &[(plan, "({{area}}xx|9,xx.)")])];
        let with = |area: &str| {
            let variables = [Variable::of_device("area", area)];
            desired(&profiles, &device(), &variables).map_err(|error| error.to_string())
        };
        assert!(with("04").is_ok());
        let error = with("[04").unwrap_err();
        assert!(
            error.contains("Dial_Plan") && error.contains("at character"),
            "{error}"
        );
    }

    #[test]
    fn rows_of_one_key_are_one_row_and_keys_are_templates() {
        let object = |value: &str| ProfileObject {
            path: "~.Table.".into(),
            key: BTreeMap::from([("Name".to_owned(), "{{serial_number}}".to_owned())]),
            values: values(&[("Value", value)]),
            exclusive: false,
        };
        let with = |name: &str, precedence, object| {
            InForce::everywhere(Profile {
                name: name.into(),
                precedence,
                objects: vec![object],
                ..Profile::default()
            })
        };
        let more = ProfileObject {
            values: values(&[("Value", "low"), ("Other", "o")]),
            exclusive: true,
            ..object("")
        };
        let profiles = [with("low", 0, more), with("high", 1, object("high"))];
        let got = desired(&profiles, &device(), &[]).unwrap();
        let [row] = &got.objects[..] else {
            panic!("{:?}", got.objects)
        };
        assert_eq!(row.label(), "Device.Table.{Name=X1}");
        assert_eq!(row.values["Value"].value, "high");
        assert_eq!(row.values["Other"].value, "o");
        assert!(row.exclusive);
    }
}
