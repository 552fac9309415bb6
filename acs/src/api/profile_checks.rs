//! What is refused of a profile when it is written: what no device could be given.

use super::devices::masked;
use super::error::{Answer, ApiError};
use crate::limits::{
    COMMENT_CHARS, KEY_PARAMETERS, PROFILE_OBJECTS, TASK_VALUES, VALUE_CHARS, WATCHED_PARAMETERS,
};
use crate::provisioning::circles::circle;
use crate::provisioning::evidence::{Asked, profiles};
use crate::provisioning::names::Names;
use crate::provisioning::{flat_profile, template};
use crate::query::Query;
use crate::redact::{MASK, is_secret};
use crate::store::{InForce, Profile, ProfileObject, ProfileValue};
use data_model::{DeviceType, Path, catalogue};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Whether a profile can be kept.
pub(super) fn check(profile: &Profile, comment: &str) -> Answer<()> {
    let rows = profile.objects.iter();
    let count: usize = rows
        .map(|object| object.values.len() + object.key.len())
        .sum();
    if profile.values.len() + count > TASK_VALUES {
        return Err(ApiError::bad(
            format!("a profile has at most {TASK_VALUES} values"),
            "split it",
        ));
    }
    if profile.objects.len() > PROFILE_OBJECTS {
        let why = format!("a profile has at most {PROFILE_OBJECTS} rows");
        return Err(ApiError::bad(why, "split it"));
    }
    if comment.chars().count() > COMMENT_CHARS {
        let why = format!("a comment has at most {COMMENT_CHARS} characters");
        return Err(ApiError::bad(why, "shorten it"));
    }
    let query = profile.selector.query.as_ref();
    if let Some((why, fix)) = query.and_then(Query::unfit_for_a_profile) {
        let why = format!("the query of the selector cannot decide who gets a profile: {why}");
        return Err(ApiError::bad(why, fix));
    }
    let types = types_of(profile);
    let mut names = BTreeSet::new();
    for value in &profile.values {
        full_name(&value.name)?;
        once(&mut names, &value.name)?;
        text(&value.name, &value.value)?;
        script(&types, value)?;
    }
    let mut rows = BTreeSet::new();
    for object in &profile.objects {
        row(object)?;
        if !rows.insert((&object.path, &object.key)) {
            let why = format!("two rows of {} have one key", object.path);
            return Err(ApiError::bad(why, "put their values into one"));
        }
    }
    Ok(())
}

/// Whether a profile goes together with the others that are in force.
pub(super) fn check_beside(profile: &Profile, list: &[InForce]) -> Answer<()> {
    if let Some(circle) = circle(profile, profiles(list)) {
        let parameter = &circle.parameter;
        let why = match &circle.profiles[..] {
            [_, _] => format!("the profile sets {parameter}, which its own selector asks for"),
            all => format!(
                "profiles would decide about each other in a circle, {}: each sets what the next one's selector \
                 asks for, the last one {parameter}",
                all.join(" → ")
            ),
        };
        let fix = "ask for another parameter, or mark the devices with a tag";
        return Err(ApiError::bad(why, fix));
    }
    let mut asked = Asked::default();
    let others = profiles(list).filter(|other| other.name != profile.name);
    others.for_each(|other| asked.add(&other.selector));
    asked.add(&profile.selector);
    if asked.parameters.len() > WATCHED_PARAMETERS {
        let why = format!(
            "the selectors of all profiles would ask for {} parameters, and at most {WATCHED_PARAMETERS} are watched",
            asked.parameters.len()
        );
        let fix = "use `*` for instances, or mark the devices with a tag";
        return Err(ApiError::bad(why, fix));
    }
    Ok(())
}

fn full_name(name: &str) -> Answer<()> {
    let rooted = name.replacen("~.", "Device.", 1);
    let path = Path::parse(&rooted).ok().filter(|path| !path.is_partial());
    let wrong = || {
        ApiError::bad(
            format!("`{name}` is no parameter name"),
            "give a full name; `~.` stands for the device's root",
        )
    };
    path.map(drop).ok_or_else(wrong)
}

fn once<'a>(names: &mut BTreeSet<&'a str>, name: &'a str) -> Answer<()> {
    match names.insert(name) {
        true => Ok(()),
        false => Err(ApiError::bad(
            format!("`{name}` stands there twice"),
            "keep one",
        )),
    }
}

fn text(name: &str, value: &str) -> Answer<()> {
    if value.chars().count() > VALUE_CHARS {
        return Err(ApiError::bad(
            format!("the value of {name} is too long"),
            "shorten it",
        ));
    }
    let secret = is_secret(&name.replacen("~.", "Device.", 1));
    if value == MASK && secret {
        return Err(masked(name));
    }
    if !secret && let Some(variable) = template::secret_variable(value) {
        // Whatever the device reports of it would be shown, kept and traced in the clear (case U07).
        let why = format!("the secret variable `{variable}` would be shown: {name} is no secret");
        let fix = "put it into a parameter that is masked, or name this one in `secrets.names` and reload";
        return Err(ApiError::bad(why, fix));
    }
    template::check(value)
        .map_err(|error| ApiError::bad(format!("{name}: {error}"), "correct the template"))
}

fn row(object: &ProfileObject) -> Answer<()> {
    let path = &object.path;
    let rooted = path.replacen("~.", "Device.", 1);
    let table = Path::parse(&rooted).ok().filter(Path::is_partial);
    if table.is_none() || rooted.is_empty() {
        let why = format!("`{path}` is no table");
        let fix = "give its path with a dot at its end; `~.` stands for the device's root";
        return Err(ApiError::bad(why, fix));
    }
    if object.key.is_empty() && !(object.exclusive && object.values.is_empty()) {
        let why = format!("a row of {path} has no key");
        let fix = "name the parameters it is known by; only an empty, exclusive object has no key";
        return Err(ApiError::bad(why, fix));
    }
    if object.key.len() > KEY_PARAMETERS {
        let why = format!("a key has at most {KEY_PARAMETERS} parameters");
        return Err(ApiError::bad(why, "leave some out"));
    }
    let mut names = BTreeSet::new();
    let values = object.values.iter().map(|it| (&it.name, &it.value));
    for (name, value) in object.key.iter().chain(values) {
        let full = format!("{rooted}1.{name}");
        let good = Path::parse(&full).is_ok_and(|path| !path.is_partial());
        if !good || name.is_empty() {
            let why = format!("`{name}` is no name of a parameter in a row of {path}");
            return Err(ApiError::bad(why, "give it relative to the row"));
        }
        once(&mut names, name)?;
        text(&full, value)?;
    }
    if let Some(secret) = object
        .key
        .values()
        .find_map(|key| template::secret_variable(key))
    {
        let why = format!("the secret variable `{secret}` cannot be part of a key: keys are shown");
        return Err(ApiError::bad(why, "choose another variable"));
    }
    if let Some(secret) = object.key.keys().find(|name| is_secret(name)) {
        let why = format!("{secret} cannot be a key: secrets read back as empty");
        return Err(ApiError::bad(why, "choose another parameter"));
    }
    Ok(())
}

/// The device types a profile may be for, as far as this build knows them.
fn types_of(profile: &Profile) -> Vec<Arc<DeviceType>> {
    let wanted = &profile.selector.product_class;
    let types = catalogue::names().iter();
    let types = types.filter_map(|name| catalogue::device_type(name));
    let fits = |ty: &Arc<DeviceType>| {
        let mut wanted_classes = wanted.iter();
        wanted.is_empty() || wanted_classes.any(|one| one.eq_ignore_ascii_case(&ty.product_class))
    };
    types.filter(fits).collect()
}

/// Dial plans, tones and cadences are checked before anybody is given them; those with variables when these are filled
/// in.
fn script(types: &[Arc<DeviceType>], value: &ProfileValue) -> Answer<()> {
    if value.value.contains("{{") {
        return Ok(());
    }
    for ty in types {
        let name = value.name.replacen("~.", &flat_profile::root(ty), 1);
        let names = Names::of(&ty.product_class);
        if let Some(why) = names.broken_script(&name, &value.value) {
            let why = format!("{}: {why}", value.name);
            return Err(ApiError::bad(why, "correct the script"));
        }
    }
    Ok(())
}
