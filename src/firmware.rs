//! `dialtone firmware`: keys and signed images.

use crate::arguments::FirmwareCommand;
use crate::output::line;
use agent::daemon::firmware_keys;
use data_model::OperatorError;
use data_model::device_type::UnsignedFirmware;
use data_model::firmware::{ImageError, ImageHeader, hex, unhex};
use data_model::signing::{KEY_BYTES, SigningKey};
use sha2::{Digest as _, Sha256};
use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::ExitCode;

/// Runs one of the firmware commands.
pub fn run(command: FirmwareCommand) -> Result<ExitCode, OperatorError> {
    match command {
        FirmwareCommand::Keygen { key } => {
            let made = make_key(&key)?;
            line(format!("private key: {}", key.display()));
            line(format!(
                "public key:  {}",
                hex(made.verifying_key().as_bytes())
            ));
            Ok(ExitCode::SUCCESS)
        }
        FirmwareCommand::Pack {
            key,
            product,
            image_version,
            image,
            output,
        } => {
            let image = std::fs::read(&image).map_err(|error| trouble(&image, &error))?;
            let key = key.map(|key| read_key(&key)).transpose()?;
            let container = container(key.as_ref(), &product, &image_version, &image)?;
            std::fs::write(&output, container).map_err(|error| trouble(&output, &error))?;
            line(format!(
                "{}: {product} {image_version}, {} bytes, {}",
                output.display(),
                image.len(),
                match key {
                    Some(_) => "signed",
                    None => "not signed yet",
                }
            ));
            Ok(ExitCode::SUCCESS)
        }
        FirmwareCommand::Sign {
            key,
            container,
            output,
        } => sign(&read_key(&key)?, &container, &output),
        FirmwareCommand::Inspect {
            container,
            firmware_key,
        } => inspect(&container, &firmware_key),
    }
}

/// Makes a key and keeps it in a file nobody else can read.
pub fn make_key(path: &Path) -> Result<SigningKey, OperatorError> {
    let key = SigningKey::from_bytes(&rand::random());
    let mut options = OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(path);
    let mut file = file.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => OperatorError::new(
            format!("the file {} is there already", path.display()),
            "a key that is written over is lost",
            "give the name of a file that does not exist",
        ),
        _ => trouble(path, &error),
    })?;
    writeln!(file, "{}", hex(key.as_bytes())).map_err(|error| trouble(path, &error))?;
    file.sync_all().map_err(|error| trouble(path, &error))?;
    Ok(key)
}

/// Reads a key back.
pub fn read_key(path: &Path) -> Result<SigningKey, OperatorError> {
    let text = std::fs::read_to_string(path).map_err(|error| trouble(path, &error))?;
    let bytes = unhex::<KEY_BYTES>(text.trim()).ok_or_else(|| {
        trouble(
            path,
            &"it does not hold 64 hexadecimal digits, as `firmware keygen` writes them",
        )
    })?;
    Ok(SigningKey::from_bytes(&bytes))
}

/// A container with an image, signed if there is a key.
pub fn container(
    key: Option<&SigningKey>,
    product: &str,
    version: &str,
    image: &[u8],
) -> Result<Vec<u8>, OperatorError> {
    let header = ImageHeader {
        product: product.to_owned(),
        version: version.to_owned(),
        bytes: image.len() as u64,
        sha256: Sha256::digest(image).into(),
    };
    let written = match key {
        Some(key) => header.sign(key),
        None => header.pack(),
    };
    let mut container = written.map_err(|error| {
        let fix = "use a product class and a version of printable characters";
        OperatorError::new("the image cannot be packed", error, fix)
    })?;
    container.extend_from_slice(image);
    Ok(container)
}

fn sign(key: &SigningKey, from: &Path, to: &Path) -> Result<ExitCode, OperatorError> {
    let bytes = std::fs::read(from).map_err(|error| trouble(from, &error))?;
    let read = ImageHeader::read_as(&bytes, &[], UnsignedFirmware::Activate);
    let unusable = |error: &dyn std::fmt::Display| {
        let fix = "make it with `dialtone firmware pack`";
        OperatorError::new(format!("{} cannot be signed", from.display()), error, fix)
    };
    let packed = read
        .map_err(|error| unusable(&error))?
        .ok_or_else(|| unusable(&"the file ends within its header"))?;
    let image = &bytes[packed.length..];
    if !is_whole(&packed.header, image) {
        return Err(unusable(&"its image is not the one its header tells of"));
    }
    let header = &packed.header;
    let container = container(Some(key), &header.product, &header.version, image)?;
    std::fs::write(to, container).map_err(|error| trouble(to, &error))?;
    line(format!(
        "{}: {} {}, signed by {}",
        to.display(),
        header.product,
        header.version,
        hex(key.verifying_key().as_bytes())
    ));
    Ok(ExitCode::SUCCESS)
}

fn is_whole(header: &ImageHeader, image: &[u8]) -> bool {
    image.len() as u64 == header.bytes && Sha256::digest(image).as_slice() == header.sha256
}

fn inspect(path: &Path, keys: &[String]) -> Result<ExitCode, OperatorError> {
    let mut bytes = Vec::new();
    let mut file = std::fs::File::open(path).map_err(|error| trouble(path, &error))?;
    file.read_to_end(&mut bytes)
        .map_err(|error| trouble(path, &error))?;
    let header: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').take(6).collect();
    for text in header {
        line(String::from_utf8_lossy(text));
    }
    match ImageHeader::read(&bytes, &firmware_keys(keys)?) {
        Ok(Some(signed)) => {
            let whole = is_whole(&signed.header, &bytes[signed.length..]);
            line(if whole {
                "the signature and the image are good"
            } else {
                "the image is NOT the signed one"
            });
            Ok(if whole {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        }
        Ok(None) => {
            line("the file ends within its header");
            Ok(ExitCode::FAILURE)
        }
        Err(ImageError::Untrusted) if keys.is_empty() => {
            line("no --firmware-key was given, so the signature was not checked");
            Ok(ExitCode::FAILURE)
        }
        Err(error) => {
            line(error);
            Ok(ExitCode::FAILURE)
        }
    }
}

fn trouble(path: &Path, error: &dyn std::fmt::Display) -> OperatorError {
    let what = format!("cannot use the file {}", path.display());
    OperatorError::new(what, error, "check the path and its permissions")
}
