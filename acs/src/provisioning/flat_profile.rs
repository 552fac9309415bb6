//! Desired values as the vendor's `<flat-profile>`: the same profiles that drive TR-069, by the schema's element names.

use super::desired::{Desired, DesiredValue};
use cwmp::xml::XmlWriter;
use data_model::DeviceType;
use data_model::catalogue;
use data_model::schema::{Address, Secrecy, Source, XmlBinding, XmlDocument};
use schemars::JsonSchema;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// A profile ready to travel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlatProfile {
    /// The document.
    pub document: String,
    /// How many elements it has.
    pub elements: usize,
    /// Desired values that this road cannot bring.
    pub left_out: Vec<LeftOut>,
}

/// A desired value that is not in the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LeftOut {
    /// The parameter.
    pub name: String,
    /// Why not.
    pub why: String,
}

/// What happens to values that must not be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    /// They are in the document.
    Included,
    /// They are left out: the line is not private. The device keeps the ones it has.
    Omitted,
}

/// One element.
#[derive(Debug)]
struct Element<'a> {
    /// The value behind it, before it is written in the vendor's way.
    value: Cow<'a, str>,
    path: &'a str,
    style: Option<&'a XmlBinding>,
    secrecy: Secrecy,
}

/// Where a parameter goes in the vendor's document.
#[derive(Debug)]
struct Place {
    /// The parameter, as it is desired.
    address: Address,
    /// The parameter its value is kept in: another one if it is a view.
    stored: Address,
    element: Box<str>,
    /// Where the element stands among all of them, by their paths.
    order: u32,
}

/// The places of all parameters of a device type, by their names.
type Places = HashMap<String, Place>;

/// Made once for each device type; there are as many as the catalogue has.
static PLACES: LazyLock<Mutex<HashMap<String, Arc<Places>>>> = LazyLock::new(Mutex::default);

fn places(ty: &DeviceType) -> Arc<Places> {
    let mut known = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
    let made = known.entry(ty.name.clone());
    Arc::clone(made.or_insert_with(|| Arc::new(all_places(ty))))
}

fn all_places(ty: &DeviceType) -> Places {
    let schema = &ty.schema;
    let mut elements: Vec<String> = schema
        .xml_elements(XmlDocument::Profile)
        .map(|(element, _)| element)
        .collect();
    elements.sort_unstable();
    let mut places = Places::new();
    for (address, _) in schema.factory_parameters() {
        let stored = schema.storage(&address);
        let binding = schema.parameter(stored.node).and_then(|it| it.xml.as_ref());
        let binding = binding.filter(|binding| binding.document == XmlDocument::Profile);
        let Some(element) = binding.map(|it| it.element_at(&stored.instances)) else {
            continue;
        };
        let Ok(order) = elements.binary_search_by(|known| known.as_str().cmp(&element)) else {
            continue;
        };
        let place = Place {
            address,
            stored,
            element: element.into(),
            order: u32::try_from(order).unwrap_or(u32::MAX),
        };
        places.insert(schema.path(&address), place);
    }
    places
}

/// The device type with this product class, if this build knows it.
pub fn device_type(product_class: &str) -> Option<Arc<DeviceType>> {
    let types = catalogue::names().iter();
    types
        .filter_map(|name| catalogue::device_type(name))
        .find(|ty| ty.product_class.eq_ignore_ascii_case(product_class))
}

/// The name of the root object of a device type, with its dot.
pub fn root(ty: &DeviceType) -> String {
    format!("{}.", ty.schema.node(ty.schema.root()).name)
}

/// Renders what is desired. Views are written as the values they stand for; `installed` are elements of the server's own
/// that come last.
pub fn render(
    ty: &DeviceType,
    desired: &Desired,
    installed: &[(&str, &str)],
    secrets: Secrets,
) -> FlatProfile {
    let places = places(ty);
    let (mut elements, left_out) = collected(ty, &places, desired);
    elements.retain(|(_, element)| !installed.iter().any(|(path, _)| *path == element.path));
    if secrets == Secrets::Omitted {
        elements.retain(|(_, element)| element.secrecy == Secrecy::Open);
    }
    let mut sorted: Vec<Element<'_>> = {
        elements.sort_by_key(|(order, _)| *order);
        elements.into_iter().map(|(_, element)| element).collect()
    };
    for (path, text) in installed {
        let own = Element {
            value: Cow::Borrowed(text),
            path,
            style: None,
            secrecy: Secrecy::Open,
        };
        let at = sorted.partition_point(|other| other.path < *path);
        sorted.insert(at, own);
    }
    FlatProfile {
        document: write(&sorted),
        elements: sorted.len(),
        left_out,
    }
}

/// A value of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedValue {
    /// As the device keeps it, not as the document writes it.
    pub value: String,
    /// Whether it must not be shown.
    pub secrecy: Secrecy,
}

/// What is desired by the elements of the document, and what has none.
pub fn wanted(ty: &DeviceType, desired: &Desired) -> (BTreeMap<String, WantedValue>, Vec<LeftOut>) {
    let places = places(ty);
    let (elements, left_out) = collected(ty, &places, desired);
    let wanted = elements.into_iter().map(|(_, element)| {
        let wanted = WantedValue {
            value: element.value.into_owned(),
            secrecy: element.secrecy,
        };
        (element.path.to_owned(), wanted)
    });
    (wanted.collect(), left_out)
}

/// The elements of what is desired, each with its place among all, and what has none.
fn collected<'a>(
    ty: &'a DeviceType,
    places: &'a Places,
    desired: &'a Desired,
) -> (Vec<(u32, Element<'a>)>, Vec<LeftOut>) {
    let mut elements = Vec::with_capacity(desired.values.len());
    // Where the element of each place is: views may have parts of one value.
    let mut parts: HashMap<u32, usize> = HashMap::new();
    let mut left_out = Vec::new();
    for (name, wanted) in &desired.values {
        let added = match places.get(name.as_str()) {
            Some(place) => add(ty, place, wanted, &mut elements, &mut parts),
            None => Err(why_not(ty, name).into()),
        };
        if let Err(why) = added {
            let name = name.clone();
            left_out.push(LeftOut { name, why });
        }
    }
    (elements, left_out)
}

/// Why a name has no place.
fn why_not(ty: &DeviceType, name: &str) -> &'static str {
    let schema = &ty.schema;
    let Some(address) = schema.lookup(name) else {
        return "the device type has no such parameter";
    };
    if schema.parameter(address.node).is_none() {
        return "it is an object, not a parameter";
    }
    // The vendor's elements are those of the factory; another instance would end up as one of them.
    let there = schema.factory_instances(address.node);
    match there.contains(&address.instances) {
        true => "the vendor's profile has no element for it",
        false => "the device type has no such instance",
    }
}

fn add<'a>(
    ty: &'a DeviceType,
    place: &'a Place,
    wanted: &'a DesiredValue,
    elements: &mut Vec<(u32, Element<'a>)>,
    parts: &mut HashMap<u32, usize>,
) -> Result<(), String> {
    let schema = &ty.schema;
    let parameter = schema
        .parameter(place.address.node)
        .ok_or("it is an object, not a parameter")?;
    let target = schema
        .parameter(place.stored.node)
        .ok_or("it shows no parameter")?;
    let checked = parameter.ty.check(&wanted.value);
    let value = checked.map_err(|broken| broken.to_string())?;
    let before = parts.get(&place.order).copied();
    let value = match &parameter.source {
        Source::View(view) => {
            // A view may be one part of a value: what another one has put there already stays.
            let factory = schema.factory_value(&place.stored);
            let before = before.map_or(factory, |at| &elements[at].1.value);
            let value = view.write(&place.address.instances, &value, before);
            Cow::Owned(value.map_err(|broken| broken.to_string())?)
        }
        Source::Stored | Source::Computed(_) => value,
    };
    let style = target.xml.as_ref();
    let text = style.map_or(&*value, |style| style.text_of(&value));
    // The device trims texts and makes blanks of line breaks: such a value would arrive as another one.
    if text.trim() != text || text.chars().any(char::is_control) {
        return Err("white space at its ends and line breaks do not survive in a profile".into());
    }
    let other_part = before.map(|at| elements[at].1.secrecy);
    let secrecy = match wanted.secret || other_part == Some(Secrecy::Secret) {
        true => Secrecy::Secret,
        false => target.secret,
    };
    let element = Element {
        value,
        path: &place.element,
        style,
        secrecy,
    };
    match before {
        Some(at) => elements[at].1 = element,
        None => {
            parts.insert(place.order, elements.len());
            elements.push((place.order, element));
        }
    }
    Ok(())
}

/// Elements in the order of their paths: those of one section stand together.
fn write(elements: &[Element<'_>]) -> String {
    let mut writer = XmlWriter::with_capacity(256 + elements.len() * 64);
    writer.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<flat-profile>\n");
    let mut open: Vec<&str> = Vec::new();
    for element in elements {
        let (above, name) = match element.path.rsplit_once('/') {
            Some((above, name)) => (above, name),
            None => ("", element.path),
        };
        let mut sections = above.split('/').filter(|section| !section.is_empty());
        let mut shared = 0;
        let mut next = sections.next();
        while shared < open.len() && next == Some(open[shared]) {
            (shared, next) = (shared + 1, sections.next());
        }
        while open.len() > shared {
            writer.close(open.pop().unwrap_or_default());
        }
        while let Some(section) = next {
            writer.open(section);
            open.push(section);
            next = sections.next();
        }
        let value = &*element.value;
        writer.leaf(
            name,
            element.style.map_or(value, |style| style.text_of(value)),
        );
        writer.raw("\n");
    }
    while let Some(section) = open.pop() {
        writer.close(section);
    }
    writer.raw("</flat-profile>\n");
    writer.into_string()
}

/// The parameter each element of a profile belongs to, as far as it exists from the factory.
pub fn elements(ty: &DeviceType) -> BTreeMap<String, Address> {
    ty.schema.xml_elements(XmlDocument::Profile).collect()
}

#[cfg(test)]
mod tests {
    use super::super::desired::wanting as desired;
    use super::*;

    fn ata() -> Arc<DeviceType> {
        device_type("ATA192").expect("a product of this build")
    }

    /// Covers U07.
    #[test]
    fn a_value_filled_in_with_a_secret_is_omitted_like_one() {
        let name = "Device.X_CISCO_ATA.Provisioning.Profile_Rule";
        let mut wanted = desired(&[(name, "/opensesame.cfg")]);
        let open = render(&ata(), &wanted, &[], Secrets::Omitted).document;
        assert!(open.contains("opensesame"), "{open}");
        wanted.values.get_mut(name).expect("a value").secret = true;
        let omitted = render(&ata(), &wanted, &[], Secrets::Omitted).document;
        assert!(!omitted.contains("opensesame"), "{omitted}");
    }

    #[test]
    fn values_become_the_elements_of_the_vendor() {
        let wanted = desired(&[
            ("Device.X_CISCO_ATA.Provisioning.Profile_Rule", "/a&b.cfg"),
            ("Device.X_CISCO_ATA.Line.1.Password", "opensesame"),
            (
                "Device.Services.VoiceService.1.VoiceProfile.2.Line.1.DirectoryNumber",
                "15550100",
            ),
            ("Device.DeviceInfo.NoSuchThing", "x"),
            ("Device.X_CISCO_ATA.Line.9.Password", "x"),
        ]);
        let profile = render(&ata(), &wanted, &[("GPP_A", "own")], Secrets::Included);
        for part in [
            "<Profile_Rule>/a&amp;b.cfg</Profile_Rule>",
            "<Password_1_>opensesame</Password_1_>",
            "<User_ID_2_>15550100</User_ID_2_>",
            "<GPP_A>own</GPP_A>",
        ] {
            assert!(
                profile.document.contains(part),
                "{part}: {}",
                profile.document
            );
        }
        let left_out: Vec<&str> = profile
            .left_out
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        let missing = [
            "Device.DeviceInfo.NoSuchThing",
            "Device.X_CISCO_ATA.Line.9.Password",
        ];
        assert_eq!(left_out, missing);
        let open = render(&ata(), &wanted, &[], Secrets::Omitted);
        assert!(!open.document.contains("opensesame"), "{}", open.document);
        assert!(open.document.contains("User_ID_2_"));
    }

    #[test]
    fn the_router_half_is_nested_and_sections_are_closed() {
        let ty = ata();
        let path = |element: &str| ty.schema.path(&elements(&ty)[element]);
        let inside: Vec<String> = elements(&ty)
            .keys()
            .filter(|element| element.matches('/').count() == 2)
            .take(40)
            .cloned()
            .collect();
        assert!(inside.len() > 10, "the router half has sections");
        let values: Vec<(String, String)> = inside
            .iter()
            .map(|element| {
                let address = elements(&ty)[element.as_str()];
                let value = ty.schema.factory_value(&address).to_owned();
                (path(element), value)
            })
            .collect();
        let pairs: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let profile = render(&ty, &desired(&pairs), &[], Secrets::Included);
        let once = profile.document.matches("<router-configuration>").count();
        assert_eq!(once, 1, "{}", profile.document);
        let mut reader = cwmp::xml::XmlReader::new(&profile.document);
        assert!(reader.child().unwrap().is_some());
        let router = reader.child().unwrap().expect("the router's section");
        assert_eq!(router.local(), "router-configuration");
        assert_eq!(profile.left_out, []);
    }

    #[test]
    fn values_that_would_arrive_as_others_are_left_out() {
        for value in [" x", "x ", "a\nb"] {
            let wanted = desired(&[("Device.X_CISCO_ATA.Line.1.Password", value)]);
            let profile = render(&ata(), &wanted, &[], Secrets::Included);
            assert_eq!((profile.elements, profile.left_out.len()), (0, 1));
        }
    }
}
