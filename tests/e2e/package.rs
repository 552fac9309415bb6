//! The Debian package of the server: built, installed into a root of its own, and purged again.

use crate::world::process::DIALTONE;
use std::path::Path;
use std::process::Stdio;
use tokio::process::Command;

async fn run(command: &mut Command) -> String {
    let output = command
        .stdin(Stdio::null())
        .output()
        .await
        .expect("it starts");
    let all = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&all).into_owned();
    assert!(output.status.success(), "{command:?}: {text}");
    text
}

/// dpkg in a root of its own; nothing of the running system is touched.
fn dpkg(root: &Path) -> Command {
    let mut command = Command::new("dpkg");
    command
        .arg(format!("--root={}", root.display()))
        .args([
            "--force-not-root",
            "--force-depends",
            "--force-script-chrootless",
        ])
        .env(
            "PATH",
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        );
    command
}

/// Installs it with its scripts into a root over that of this machine, and runs it as its unit does. Only root can.
#[expect(
    clippy::print_stdout,
    reason = "what was left out, and the measure of the unit"
)]
async fn try_install(top: &Path, package: &Path) {
    let mut may = Command::new("unshare");
    let may = may.args(["--mount", "--net", "true"]).status().await;
    if !may.is_ok_and(|status| status.success()) {
        println!("not root: the package is installed without its scripts only");
        return;
    }
    let mut install = Command::new(top.join("packaging/acs/try-install"));
    let said = run(install.arg(package)).await;
    assert!(
        said.contains("installed, started, removed, purged"),
        "{said}"
    );
    // How much of the system the unit leaves open to the service, by systemd's own count: 10 is everything.
    let level = said
        .lines()
        .find_map(|line| line.split("exposure level for").nth(1));
    let level = level.and_then(|rest| rest.split_whitespace().nth(1)?.parse::<f32>().ok());
    println!("exposure level: {level:?}");
    assert!(level.is_some_and(|level| level < 3.0), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_package_brings_a_server_that_can_be_started_and_takes_everything_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let (package, root) = (folder.path().join("acs.deb"), folder.path().join("root"));
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut build = Command::new(top.join("packaging/acs/build-deb"));
    build
        .arg(DIALTONE)
        .arg(&package)
        .env("DEB_FLAGS", "-Zgzip -z1");
    run(&mut build).await;
    try_install(top, &package).await;
    for folder in ["var/lib/dpkg/info", "var/lib/dpkg/updates", "etc"] {
        std::fs::create_dir_all(root.join(folder)).expect("a folder");
    }
    for file in ["var/lib/dpkg/status", "var/lib/dpkg/available"] {
        std::fs::write(root.join(file), "").expect("a file");
    }
    run(dpkg(&root).arg("-i").arg(&package)).await;
    let status = run(dpkg(&root).args(["-s", "dialtone-acs"])).await;
    assert!(status.contains("install ok installed"), "{status}");
    let config = root.join("etc/dialtone/acs.toml");
    let mut check = Command::new(root.join("usr/bin/dialtone"));
    let said = run(check.arg("acs").arg("--config").arg(&config).arg("--check")).await;
    assert!(said.contains("the configuration is good"), "{said}");
    let unit = root.join("usr/lib/systemd/system/dialtone-acs.service");
    let text = std::fs::read_to_string(&unit).expect("a unit");
    for line in [
        "NoNewPrivileges=true",
        "ProtectSystem=strict",
        "ExecReload=",
        "User=dialtone",
    ] {
        assert!(text.contains(line), "{line}");
    }
    // The file of the settings is the administrator's: a purge takes it along, and with it the data.
    assert!(root.join("var/lib/dialtone").is_dir());
    run(dpkg(&root).args(["--purge", "dialtone-acs"])).await;
    for gone in ["usr/bin/dialtone", "etc/dialtone", "var/lib/dialtone"] {
        assert!(!root.join(gone).exists(), "{gone} is left behind");
    }
}
