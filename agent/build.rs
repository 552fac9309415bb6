//! How `dialtone-agent` is linked, on top of the profile.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |name: &str| env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        // Relocations as a bitmap: 130 kB less of a program for devices with little flash. glibc reads them since 2.36;
        // linkers that do not know them leave them as they are.
        println!("cargo::rustc-link-arg-bin=dialtone-agent=-Wl,-z,pack-relative-relocs");
        // The tables of an unwinder are half a megabyte more, and a program that aborts on a panic has no unwinder. Cargo
        // does not tell a build script how a profile panics; the one that optimises for size is the one that aborts.
        if env::var("OPT_LEVEL").as_deref() == Ok("z") {
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/no-unwinding.ld");
            println!("cargo::rerun-if-changed={script}");
            println!("cargo::rustc-link-arg-bin=dialtone-agent=-Wl,-T,{script}");
        }
    }
}
