//! `dialtone profile`: what its page says is what it does.

use crate::world::process::DIALTONE;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/profiles.md")
}

fn shell(command: &str, folder: &Path) -> Output {
    let programs = Path::new(DIALTONE).parent().expect("it lies in a folder");
    let others = std::env::var("PATH").unwrap_or_default();
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("exec 2>&1; {command}")])
        .env("PATH", format!("{}:{others}", programs.display()))
        .env_remove("DIALTONE_PROFILE_KEY")
        .current_dir(folder);
    shell.output().expect("there is a shell")
}

fn says(command: &str, folder: &Path) -> String {
    let output = shell(command, folder);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Files are blocks with `file=NAME`; in blocks of `console` what follows a command is what it prints.
#[test]
fn the_examples_of_the_page_are_what_the_program_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = std::fs::read_to_string(page()).expect("the page");
    let mut shown = String::new();
    let mut examples = 0;
    for (number, part) in text.split("```").enumerate() {
        let (info, body) = part.split_once('\n').unwrap_or((part, ""));
        if number % 2 == 1 && info == "console" {
            shown.push_str("```console\n");
            for command in body.lines().filter_map(|line| line.strip_prefix("$ ")) {
                examples += 1;
                let said = says(command, folder.path());
                shown.push_str(&format!("$ {command}\n{said}"));
            }
            shown.push_str("```");
            continue;
        }
        if number % 2 == 1 {
            if let Some((_, file)) = info.split_once("file=") {
                std::fs::write(folder.path().join(file), body).expect("a file");
            }
            shown.push_str(&format!("```{part}```"));
        } else {
            shown.push_str(part);
        }
    }
    assert!(examples >= 9, "{examples} examples");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(page(), &shown).expect("the page can be written");
        return;
    }
    assert_eq!(
        shown, text,
        "UPDATE=1 writes what the program says into docs/profiles.md"
    );
}

/// A program that is fed a profile from somewhere must survive it. Covers X03, X06.
#[test]
fn what_is_no_profile_is_refused_by_every_verb_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let bomb = "<!DOCTYPE a [<!ENTITY b \"&c;&c;\"><!ENTITY c \"xxxx\">]><flat-profile><a>&b;</a></flat-profile>";
    std::fs::write(at("bomb.xml"), bomb).expect("a file");
    let deep = format!("<flat-profile>{}", "<a><b>".repeat(9_000));
    std::fs::write(at("deep.xml"), deep).expect("a file");
    std::fs::write(at("good.xml"), "<flat-profile/>").expect("a file");
    for (file, why) in [
        ("bomb.xml", "DOCTYPE"),
        ("deep.xml", "more than 32"),
        ("none.xml", "No such file"),
    ] {
        for (verb, status) in [("check", 1), ("convert", 1), ("diff good.xml", 2)] {
            let output = shell(&format!("dialtone profile {verb} {file}"), folder.path());
            let said = String::from_utf8_lossy(&output.stdout);
            assert_eq!(output.status.code(), Some(status), "{verb} {file}: {said}");
            assert!(said.contains(why), "{verb} {file}: {said}");
        }
    }
}

/// Covers M06.
#[test]
fn converting_keeps_what_it_does_not_understand_and_writes_what_reads_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let odd = "<?xml version=\"1.0\"?>\n<!-- top -->\n<device xsi:type=\"axl:XIPPhone\" xmlns:xsi=\"urn:x\">\n<flat-profile>\n\
        <!-- a -- b -->\n<MediaSec_Request_1_ ua=\"na\" group=\"Ext_1\">No</MediaSec_Request>\n\
        <Survivability_Proxy_1_ ua=\"na\"><Survivability_Proxy_1_>\n<Dial_Plan_1_><![CDATA[(xx|9,]]>xx.)</Dial_Plan_1_>\n\
        <Display_Name_1_>AT&T &#x20AC;</Display_Name_1_>\n<unknown><deep>1</deep></unknown>\n</flat-profile>\n</device>\n";
    std::fs::write(folder.path().join("odd.xml"), odd).expect("a file");
    let command = "dialtone profile convert odd.xml --output done.xml && dialtone profile check --strict done.xml \
        && dialtone profile diff odd.xml done.xml";
    let output = shell(command, folder.path());
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("repaired: line 6"), "{said}");
    let done = std::fs::read_to_string(folder.path().join("done.xml")).expect("it is written");
    for part in [
        "<!-- top -->",
        "xsi:type=\"axl:XIPPhone\"",
        "xmlns:xsi=\"urn:x\"",
        "group=\"Ext_1\"",
        "<unknown><deep>1</deep></unknown>",
        "AT&amp;T",
        "<![CDATA[(xx|9,]]>xx.)",
    ] {
        assert!(done.contains(part), "{part} is missing in {done}");
    }
}

/// Covers U07.
#[test]
fn rendered_profiles_travel_encrypted_and_secrets_are_shown_by_no_verb() {
    let folder = tempfile::tempdir().expect("a folder");
    let values =
        "{\"values\":[{\"name\":\"~.X_CISCO_ATA.Line.1.Password\",\"value\":\"opensesame\"}]}";
    std::fs::write(folder.path().join("p.json"), values).expect("a file");
    std::fs::write(folder.path().join("key"), "SecretPhrase1234\n").expect("a file");
    let command = "dialtone profile render --profile p.json --device X1 --gzip --key-file key --output sealed \
        && openssl enc -d -aes-256-cbc -md md5 -k SecretPhrase1234 -in sealed 2>&- | gzip -d";
    let said = says(command, folder.path());
    assert!(
        said.contains("<Password_1_>opensesame</Password_1_>"),
        "{said}"
    );
    let other = "<flat-profile><Password_1_>other</Password_1_><Password_2_>opensesame</Password_2_></flat-profile>";
    std::fs::write(folder.path().join("other.xml"), other).expect("a file");
    for verb in [
        "check --json sealed",
        "diff sealed other.xml",
        "diff --json sealed other.xml",
    ] {
        let said = says(
            &format!("dialtone profile {verb} --key-file key"),
            folder.path(),
        );
        assert!(
            !said.contains("opensesame") && !said.contains("error:"),
            "{verb}: {said}"
        );
    }
    let said = says(
        "dialtone profile check sealed --key wrong; dialtone profile check sealed",
        folder.path(),
    );
    // Of 256 wrong keys one fits the padding: then it is the document that cannot be read.
    assert!(!said.contains("0 errors"), "{said}");
    assert!(said.contains("fix: "), "{said}");
}
