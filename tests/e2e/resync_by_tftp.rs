//! The provisioning server over TFTP: profiles read and reports written, as curl does it.

use crate::reports::encrypted;
use crate::resync::{MAC, SECRET, decrypted, element, open_window, registered, world_with};
use std::process::Command;

/// The same answers by TFTP, as curl reads them. Covers T-11.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_fetches_by_tftp_gets_what_it_would_get_by_http() {
    let world = world_with(|provisioning| provisioning.reports = true).await;
    let hand = registered(&world, "RES5").await;
    let server = world.server.provisioning.tftp.expect("it speaks TFTP");
    let fetch = |path: &str| {
        let url = format!("tftp://{server}{path}");
        let curl = Command::new("curl")
            .args(["--silent", "--max-time", "20", &url])
            .output();
        let output = curl.expect("curl is installed");
        (output.status.code(), output.stdout)
    };
    let path = format!("/{MAC}.cfg");
    // curl's codes for "access violation" and "file not found" of TFTP.
    assert_eq!(fetch(&path).0, Some(69));
    assert_eq!(fetch("/dialtone.db").0, Some(68));
    open_window(&world, &hand.path()).await;
    let (status, document) = fetch(&path);
    assert_eq!(status, Some(0));
    let document = String::from_utf8(document).expect("a document");
    let (key, rule) = (
        element(&document, "GPP_SA"),
        element(&document, "Profile_Rule"),
    );
    // TFTP has no header that names the server: the rule leaves it to DHCP where no public URL is set.
    let token_path = rule
        .rsplit_once(' ')
        .expect("options and a path")
        .1
        .replace("$MA", MAC);
    let (status, bytes) = fetch(&token_path);
    assert_eq!(status, Some(0));
    let document = decrypted(key, &bytes).expect("openssl decrypts it");
    assert_eq!(element(&document, "Password_1_"), SECRET);

    // And puts its report there, which is kept when curl hears that it has come.
    let report = "<flat-profile><Proxy_1_>sip.example.net</Proxy_1_></flat-profile>";
    let rule = element(&document, "Report_Rule");
    let path = rule.rsplit_once(' ').expect("options and a path").1;
    let url = format!("tftp://{server}{}", path.replace("$MA", MAC));
    let file = world.folder.path().join("report.xml");
    std::fs::write(&file, encrypted(key, report)).expect("a file");
    let put = |url: &str| {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--max-time", "20", "--upload-file"]);
        curl.arg(&file)
            .arg(url)
            .status()
            .expect("curl is installed")
            .code()
    };
    assert_eq!(put(&url), Some(0));
    let shown = world.api.get(&format!("{}/report", hand.path())).await;
    let shown = shown.expect("a report").to_string();
    assert!(shown.contains("sip.example.net"), "{shown}");
    assert_ne!(put(&format!("tftp://{server}/report.xml")), Some(0));
}
