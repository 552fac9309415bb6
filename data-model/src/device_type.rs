//! A product: which models its tree is made of, what it calls itself, and its factory values.

use crate::operator_error::OperatorError;
use crate::schema::{Address, Model, Schema, SchemaBuilder};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A product the agent can be and the ACS can know.
#[derive(Debug)]
pub struct DeviceType {
    /// Its name in configurations: `ata192`.
    pub name: String,
    /// Who makes it.
    pub manufacturer: String,
    /// The maker's OUI, six hexadecimal digits in capitals.
    pub oui: String,
    /// Product class, as in the DeviceId of an Inform.
    pub product_class: String,
    /// Model name.
    pub model_name: String,
    /// Hardware version.
    pub hardware_version: String,
    /// Version of the firmware it leaves the factory with.
    pub firmware_version: String,
    /// Root and services with versions and profiles, the value of DeviceSummary (TR-106).
    pub device_summary: String,
    /// Whether it starts firmware nobody signed.
    pub unsigned_firmware: UnsignedFirmware,
    /// Its tree.
    pub schema: Schema,
}

/// What a device does with firmware that carries no valid signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnsignedFirmware {
    /// It never starts it.
    Refuse,
    /// It starts it all the same.
    Activate,
}

/// A device type as it is written, `data-model/device-types/*.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceTypeFile {
    name: String,
    manufacturer: String,
    oui: String,
    product_class: String,
    model_name: String,
    hardware_version: String,
    firmware_version: String,
    device_summary: String,
    unsigned_firmware: UnsignedFirmware,
    root: String,
    models: Vec<ModelMount>,
    #[serde(default)]
    exclude: Vec<String>,
    #[serde(default)]
    factory: BTreeMap<String, String>,
}

/// A model and the object it stands in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelMount {
    file: String,
    at: String,
}

impl DeviceType {
    /// Reads a device type; `model` gives the text of a model by its file name.
    ///
    /// # Errors
    /// Names the file, and the line where it is a model's, that cannot be read.
    pub fn read<'a>(
        file: &str,
        text: &str,
        model: impl Fn(&str) -> Option<&'a str>,
    ) -> Result<DeviceType, OperatorError> {
        let error = |why: String| {
            OperatorError::new(
                format!("cannot read the device type {file}"),
                why,
                "compare it with data-model/device-types/ata192.toml",
            )
        };
        let written: DeviceTypeFile =
            toml::from_str(text).map_err(|why| error(why.to_string().replace('\n', " ")))?;
        let digit = |byte: u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte);
        if written.oui.len() != 6 || !written.oui.bytes().all(digit) {
            return Err(error(format!("`{}` is no OUI such as 00562B", written.oui)));
        }
        let mut builder = SchemaBuilder::new(&written.root).map_err(error)?;
        let below_root = |path: &str| match path.strip_prefix(written.root.as_str()) {
            Some("" | ".") => Ok(String::new()),
            Some(rest) if rest.starts_with('.') => {
                Ok(rest[1..].strip_suffix('.').unwrap_or(&rest[1..]).to_owned())
            }
            Some(_) | None => Err(error(format!("`{path}` is not below `{}.`", written.root))),
        };
        for path in &written.exclude {
            builder.exclude(&below_root(path)?);
        }
        for ModelMount { file, at } in &written.models {
            let text = model(file).ok_or_else(|| error(format!("there is no model `{file}`")))?;
            builder.add_model(Model {
                file,
                text,
                at: &below_root(at)?,
            })?;
        }
        let factory = written
            .factory
            .iter()
            .map(|(path, value)| Ok((below_root(path)?, value)));
        builder.set_factory_values(file, factory.collect::<Result<Vec<_>, OperatorError>>()?);
        Ok(DeviceType {
            name: written.name,
            manufacturer: written.manufacturer,
            oui: written.oui,
            product_class: written.product_class,
            model_name: written.model_name,
            hardware_version: written.hardware_version,
            firmware_version: written.firmware_version,
            device_summary: written.device_summary,
            unsigned_firmware: written.unsigned_firmware,
            schema: builder.finish()?,
        })
    }

    /// The value a stored parameter leaves the factory with: the product's, the instance's or the
    /// model's default. Empty for views, whose target has it, and for computed parameters.
    pub fn factory_value(&self, address: &Address) -> &str {
        self.schema.factory_value(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = r#"
        name = "test"
        manufacturer = "Example"
        oui = "00AABB"
        product_class = "T"
        model_name = "T1"
        hardware_version = "1"
        firmware_version = "1.0"
        device_summary = ""
        unsigned_firmware = "refuse"
        root = "Device"
        models = [{ file = "a.dm", at = "Device." }]
    "#;

    fn read(more: &str, model: &str) -> Result<DeviceType, OperatorError> {
        let text = format!("{TYPE}{more}");
        DeviceType::read("test.toml", &text, |name| (name == "a.dm").then_some(model))
    }

    #[test]
    fn factory_values_of_the_product_win() {
        let more = "[factory]\n'Device.Line.2.Port' = '5061'\n";
        let ty = read(
            more,
            "[Line.{i}.] ro init=2\n  Port rw unsignedInt = 5060\n",
        )
        .unwrap();
        let value = |path| ty.factory_value(&ty.schema.lookup(path).unwrap());
        assert_eq!(value("Device.Line.1.Port"), "5060");
        assert_eq!(value("Device.Line.2.Port"), "5061");
    }

    #[test]
    fn a_bad_line_is_named_with_its_file_and_number() {
        let error = read("", "[A.]\n  B rw string\n  C rw strng\n").unwrap_err();
        assert!(error.what.contains("a.dm"), "{error}");
        assert!(error.why.contains("line 3"), "{error}");
        assert!(error.why.contains("strng"), "{error}");
    }

    #[test]
    fn what_does_not_fit_the_models_is_refused() {
        let model = "[A.]\n  B rw string(3)\n";
        for more in [
            "[factory]\n'Device.A.X' = '1'\n",
            "[factory]\n'Device.A.B' = 'long'\n",
            "[factory]\n'Other.A.B' = '1'\n",
            "exclude = ['Device.X']\n",
            "exclude = ['X']\n",
            "unknown = 1\n",
        ] {
            assert!(read(more, model).is_err(), "{more}");
        }
        let oui = TYPE.replace("00AABB", "00aabb");
        assert!(DeviceType::read("test.toml", &oui, |_| Some(model)).is_err());
        assert!(read("exclude = ['Device.A.B']\n", model).is_ok());
    }
}
