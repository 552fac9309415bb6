//! The products this build knows, parsed when they are first asked for.

use crate::device_type::DeviceType;
use flate2::read::DeflateDecoder;
use std::io::Read as _;
use std::sync::{Arc, OnceLock};

/// The files of `models` and `device-types`, packed by the build script.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalogue.deflate"));

static PRODUCTS: [Product; 3] = [
    Product::new("ata191", "ata191.toml"),
    Product::new("ata192", "ata192.toml"),
    Product::new("spa122", "spa122.toml"),
];

/// A device type by its name, the same one for every caller.
pub fn device_type(name: &str) -> Option<Arc<DeviceType>> {
    let product = PRODUCTS.iter().find(|product| product.name == name)?;
    let parsed = product.parsed.get_or_init(|| {
        let files = Files::unpack();
        let text = files.find(product.file).unwrap_or_default();
        let read = DeviceType::read(product.file, text, |model| files.find(model));
        Arc::new(read.expect("a test reads every product of this build"))
    });
    Some(parsed.clone())
}

/// The names of all device types.
pub fn names() -> &'static [&'static str] {
    &["ata191", "ata192", "spa122"]
}

/// The text of a model or of a device type of this build by its file name.
pub fn file(name: &str) -> Option<String> {
    Files::unpack().find(name).map(str::to_owned)
}

struct Product {
    name: &'static str,
    file: &'static str,
    parsed: OnceLock<Arc<DeviceType>>,
}

impl Product {
    const fn new(name: &'static str, file: &'static str) -> Product {
        Product {
            name,
            file,
            parsed: OnceLock::new(),
        }
    }
}

/// All files, for as long as something is read from them.
struct Files(String);

impl Files {
    fn unpack() -> Files {
        let mut text = String::new();
        let unpacked = DeflateDecoder::new(PACKED).read_to_string(&mut text);
        unpacked.expect("the build script has packed it");
        Files(text)
    }

    /// Each file begins with its name and its length, a line each.
    fn find(&self, wanted: &str) -> Option<&str> {
        let mut rest = self.0.as_str();
        loop {
            let (name, behind) = rest.split_once('\n')?;
            let (length, behind) = behind.split_once('\n')?;
            let (text, others) = behind.split_at_checked(length.parse().ok()?)?;
            if name == wanted {
                return Some(text);
            }
            rest = others;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_product_and_every_product_a_name() {
        assert_eq!(names().len(), PRODUCTS.len());
        for name in names() {
            assert_eq!(device_type(name).unwrap().name, *name);
        }
        assert!(device_type("ata193").is_none());
    }

    #[test]
    fn every_file_is_in_the_program_as_it_is_in_its_folder() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        for (folder, extension) in [("models", "dm"), ("device-types", "toml")] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|found| found == extension) {
                    let name = path.file_name().unwrap().to_str().unwrap();
                    assert_eq!(file(name), std::fs::read_to_string(&path).ok(), "{name}");
                }
            }
        }
        assert_eq!(file("no.dm"), None);
    }

    #[test]
    fn all_callers_share_one_schema() {
        let (first, second) = (
            device_type("ata192").unwrap(),
            device_type("ata192").unwrap(),
        );
        assert!(Arc::ptr_eq(&first, &second));
    }
}
