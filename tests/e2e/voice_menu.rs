//! The voice menu as a person with a terminal uses it.

use crate::command_line::{dialtone, text};

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_of_a_telephone_set_up_a_device_that_remembers() {
    let folder = tempfile::tempdir().expect("a folder");
    let phones_in = async |keys: &str| {
        let arguments = ["agent", "ivr", "--state", "ata", "--digits", keys];
        let output = dialtone(&arguments, folder.path()).await;
        (output.status.code(), text(&output))
    };
    let (code, said) = phones_in("****101#1#1111#192*0*2*7#1").await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("The WAN address is saved."), "{said}");
    let (code, said) = phones_in("****100#110#").await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("addressing is static."), "{said}");
    assert!(said.contains("address is 192.0.2.7."), "{said}");
    let (code, said) = phones_in("****111#192*0*2#").await;
    assert_eq!(code, Some(1), "{said}");
    let (code, said) = phones_in("****73738#1#").await;
    assert_eq!(code, Some(0), "{said}");
    let journal = std::fs::read(folder.path().join("ata/device.journal")).expect("its state");
    let left = String::from_utf8_lossy(&journal).contains("192.0.2.7");
    assert!(!left, "a reset leaves nothing behind");
    let (code, said) = phones_in("****100#").await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("addressing is DHCP."), "{said}");
    let (code, said) = phones_in("****e").await;
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("no key `e`") && said.contains("fix:"),
        "{said}"
    );
}
