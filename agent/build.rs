//! How `dialtone-agent` is linked, on top of the profile.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |name: &str| env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        // Relocations as a bitmap: 130 kB less of a program for devices with little flash. glibc reads them since 2.36;
        // linkers that do not know them leave them as they are.
        println!("cargo::rustc-link-arg-bin=dialtone-agent=-Wl,-z,pack-relative-relocs");
    }
}
