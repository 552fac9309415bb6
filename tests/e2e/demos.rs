//! The demos, as `cargo run` starts them.

use crate::command_line::{dialtone, text};

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_ends_well_and_so_does_a_second_one_over_the_same_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    for _ in 0..2 {
        let output = dialtone(
            &["demo", "--devices", "5", "--exit", "--free-ports"],
            folder.path(),
        )
        .await;
        let text = text(&output);
        assert!(output.status.success(), "{text}");
        assert!(text.contains("5 of 5"), "{text}");
    }
    let password = folder.path().join("dialtone-data/admin-password");
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(password)
        .expect("the first password")
        .permissions()
        .mode();
    assert_eq!(mode & 0o077, 0, "nobody else may read it");
}

/// Section 5.1: from MFG-RESET to SEC-PRV-2, the next key, and an upgrade in two stages. Covers T-19.
#[tokio::test(flavor = "multi_thread")]
async fn the_demo_of_provisioning_tells_every_step_and_ends_well() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = dialtone(&["demo", "--provisioning", "--exit"], folder.path()).await;
    let text = text(&output);
    assert!(output.status.success(), "{text}");
    let steps = [
        "MFG-RESET:",
        "DHCP:",
        "SP-CUST:",
        "common profile sent",
        "SEC-PRV-1:",
        "first profile sent",
        "SEC-PRV-2:",
        "sent encrypted",
        "KEY ROTATION:",
        "with the next key",
        "UPGRADE:",
        "runs 11-3-3MPP0103-001",
        "runs 11-4-1MPP0002-001",
    ];
    let mut rest = text.as_str();
    for step in steps {
        let (_, behind) = rest
            .split_once(step)
            .unwrap_or_else(|| panic!("no {step}: {text}"));
        rest = behind;
    }
}
