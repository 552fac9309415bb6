//! Packs the models and device types into one compressed file: as text they would be a thirtieth of the whole small
//! agent, and a device reads them once.

use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::io::Write as _;
use std::path::Path;
use std::{env, fs, io};

/// The folders whose files go in.
const FOLDERS: [(&str, &str); 2] = [("models", "dm"), ("device-types", "toml")];

fn main() -> io::Result<()> {
    let mut names = Vec::new();
    for (folder, extension) in FOLDERS {
        println!("cargo::rerun-if-changed={folder}");
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|found| found == extension) {
                names.push(path);
            }
        }
    }
    // The same files give the same bytes, whatever order a disk has them in.
    names.sort();
    let target = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    let file = fs::File::create(Path::new(&target).join("catalogue.deflate"))?;
    let mut packed = DeflateEncoder::new(file, Compression::best());
    for path in names {
        let text = fs::read_to_string(&path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // One file: its name, its length in bytes, a line each; then itself.
        write!(packed, "{name}\n{}\n{text}", text.len())?;
    }
    packed.finish()?.sync_all()
}
