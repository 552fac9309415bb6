//! What a whole profile costs the server: rendered, packed and encrypted, against the same work by plain means.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "shared/report.rs"]
mod report;

use acs::provisioning::desired::{Desired, DesiredValue};
use acs::provisioning::flat_profile::{Secrets, render};
use data_model::provisioning::encryption::{Packing, seal};
use data_model::schema::{Access, XmlDocument};
use data_model::{DeviceType, Secret, catalogue};
use report::{Figures, ROUNDS};
use std::hint::black_box;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Profiles in one round.
const PROFILES: usize = 400;
/// Runs of `openssl enc` in one round: most of each is the start of a process.
const RUNS: usize = 20;

fn main() {
    let ata = catalogue::device_type("ata192").expect("a device type of this build");
    let wanted = everything(&ata);
    let key = Secret::new("SecretPhrase1234");
    let rendered = || render(&ata, &wanted, &[], Secrets::Included);
    let document = rendered().document;
    let packed = seal(document.as_bytes(), Packing::Gzip, None);
    let (mut whole, mut render_only, mut gzip, mut sealing, mut plain, mut openssl) = (
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
    );
    for _ in 0..ROUNDS {
        whole.push(per_second(PROFILES, || {
            let text = rendered().document;
            black_box(seal(text.as_bytes(), Packing::Gzip, Some((&key, [7; 8]))));
        }));
        render_only.push(per_second(PROFILES, || drop(black_box(rendered()))));
        gzip.push(per_second(PROFILES, || {
            drop(black_box(seal(document.as_bytes(), Packing::Gzip, None)));
        }));
        sealing.push(per_second(PROFILES, || {
            drop(black_box(seal(
                &packed,
                Packing::Plain,
                Some((&key, [7; 8])),
            )));
        }));
        plain.push(per_second(PROFILES, || drop(black_box(pasted(&wanted)))));
        openssl.push(per_second(RUNS, || encrypt_with_openssl(&packed)));
    }
    let ratio = |one: &[f64], other: &[f64]| {
        let ratios = one.iter().zip(other).map(|(one, other)| one / other);
        Figures::new(ratios.collect())
    };
    let (against_plain, against_openssl) = (ratio(&render_only, &plain), ratio(&sealing, &openssl));
    println!(
        "one ATA 192, {} values, {} bytes, {} packed, one core, {ROUNDS} rounds, median (range)\n",
        wanted.values.len(),
        document.len(),
        packed.len()
    );
    Figures::new(whole).print("  rendered, packed and encrypted (at least 2000)", "/s", 0);
    Figures::new(render_only).print("  rendered", "/s", 0);
    Figures::new(gzip).print("  packed", "/s", 0);
    Figures::new(sealing).print("  encrypted", "/s", 0);
    against_plain.print(
        "  rendering / pasting the same names and values together",
        "",
        2,
    );
    against_openssl.print(
        "  encrypting / `openssl enc` of the same bytes, its start included",
        "",
        1,
    );
}

/// Every value of the profile that can be written, as from the factory.
fn everything(ata: &DeviceType) -> Desired {
    let mut desired = Desired::default();
    for (_, address) in ata.schema.xml_elements(XmlDocument::Profile) {
        let parameter = ata.schema.parameter(address.node);
        if parameter.is_some_and(|parameter| parameter.access != Access::ReadOnly) {
            let value = DesiredValue {
                value: ata.schema.factory_shown(&address).into_owned(),
                profile: "bench".into(),
                revision: 1,
                secret: false,
            };
            desired.values.insert(ata.schema.path(&address), value);
        }
    }
    desired
}

/// The same names and values as text, without a schema, checks or escapes.
fn pasted(wanted: &Desired) -> String {
    let mut text = String::new();
    for (name, wanted) in &wanted.values {
        let name = name.rsplit('.').next().unwrap_or(name);
        text.extend(["<", name, ">", &wanted.value, "</", name, ">\n"]);
    }
    text
}

fn encrypt_with_openssl(bytes: &[u8]) {
    let mut openssl = Command::new("openssl")
        .args([
            "enc",
            "-aes-256-cbc",
            "-md",
            "md5",
            "-pass",
            "pass:SecretPhrase1234",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl is installed");
    let mut input = openssl.stdin.take().expect("it is piped");
    input.write_all(bytes).expect("it reads");
    drop(input);
    black_box(openssl.wait_with_output().expect("it ends"));
}

fn per_second(times: usize, mut run: impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..times {
        run();
    }
    times as f64 / start.elapsed().as_secs_f64()
}
