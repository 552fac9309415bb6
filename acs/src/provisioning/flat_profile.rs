//! Desired values as the vendor's `<flat-profile>`: the same profiles that drive TR-069, by the schema's element names.

use super::desired::Desired;
use cwmp::xml::XmlWriter;
use data_model::DeviceType;
use data_model::catalogue;
use data_model::schema::{Address, Secrecy, Source, XmlDocument};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// The value behind it, before it is written in the vendor's way.
    pub value: String,
    /// Its text in a document.
    text: String,
    /// Whether it must not be shown.
    pub secrecy: Secrecy,
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
    let (mut elements, left_out) = wanted(ty, desired);
    for (element, text) in installed {
        let own = Element {
            value: (*text).to_owned(),
            text: (*text).to_owned(),
            secrecy: Secrecy::Open,
        };
        elements.insert((*element).to_owned(), own);
    }
    if secrets == Secrets::Omitted {
        elements.retain(|_, element| element.secrecy == Secrecy::Open);
    }
    FlatProfile {
        document: write(&elements),
        elements: elements.len(),
        left_out,
    }
}

/// The elements of what is desired, and what has none.
pub fn wanted(ty: &DeviceType, desired: &Desired) -> (BTreeMap<String, Element>, Vec<LeftOut>) {
    let mut elements = BTreeMap::new();
    let mut left_out = Vec::new();
    for (name, wanted) in &desired.values {
        if let Err(why) = add(ty, name, &wanted.value, &mut elements) {
            let name = name.clone();
            left_out.push(LeftOut { name, why });
        }
    }
    (elements, left_out)
}

fn add(
    ty: &DeviceType,
    name: &str,
    wanted: &str,
    elements: &mut BTreeMap<String, Element>,
) -> Result<(), String> {
    let schema = &ty.schema;
    let address = schema
        .lookup(name)
        .ok_or("the device type has no such parameter")?;
    let parameter = schema
        .parameter(address.node)
        .ok_or("it is an object, not a parameter")?;
    // The vendor's elements are those of the factory; another instance would end up as one of them.
    let there = schema.factory_instances(address.node);
    if !there.contains(&address.instances) {
        return Err("the device type has no such instance".into());
    }
    let value = parameter
        .ty
        .check(wanted)
        .map_err(|broken| broken.to_string())?;
    let stored = schema.storage(&address);
    let target = schema
        .parameter(stored.node)
        .ok_or("it shows no parameter")?;
    let binding = target
        .xml
        .as_ref()
        .filter(|binding| binding.document == XmlDocument::Profile)
        .ok_or("the vendor's profile has no element for it")?;
    let element = binding.element_at(&stored.instances).into_owned();
    let value = match &parameter.source {
        Source::View(view) => {
            // A view may be one part of a value: what another one has put there already stays.
            let factory = schema.factory_value(&stored);
            let before = elements.get(&element).map_or(factory, |other| &other.value);
            let value = view.write(&address.instances, &value, before);
            value.map_err(|broken| broken.to_string())?
        }
        Source::Stored | Source::Computed(_) => value.into_owned(),
    };
    let text = binding.text_of(&value).to_owned();
    // The device trims texts and makes blanks of line breaks: such a value would arrive as another one.
    if text.trim() != text || text.chars().any(char::is_control) {
        return Err("white space at its ends and line breaks do not survive in a profile".into());
    }
    let secrecy = target.secret;
    elements.insert(
        element,
        Element {
            value,
            text,
            secrecy,
        },
    );
    Ok(())
}

/// Elements in the order of their paths: those of one section stand together.
fn write(elements: &BTreeMap<String, Element>) -> String {
    let mut writer = XmlWriter::with_capacity(256 + elements.len() * 64);
    writer.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<flat-profile>\n");
    let mut open: Vec<&str> = Vec::new();
    for (path, element) in elements {
        let mut sections: Vec<&str> = path.split('/').collect();
        let name = sections.pop().unwrap_or_default();
        let shared = open
            .iter()
            .zip(&sections)
            .take_while(|(one, other)| one == other)
            .count();
        while open.len() > shared {
            writer.close(open.pop().unwrap_or_default());
        }
        for section in &sections[shared..] {
            writer.open(section);
            open.push(section);
        }
        writer.leaf(name, &element.text);
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
