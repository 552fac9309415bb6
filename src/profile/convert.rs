//! `dialtone profile convert`: a profile edited, repaired, or brought to another device type.
//!
//! The reader of the devices comes first, so that its limits hold for the tree, and last, so that nothing is written that
//! says something else than what was read and asked for.

use super::files::{ProfileKey, device, write};
use super::{edit, mend, plain_text};
use clap::Args;
use data_model::provisioning::encryption::PROFILE_BYTES;
use data_model::provisioning::profile::decode::decode;
use data_model::provisioning::profile::{Document, Policy, Severity, Vocabulary, assess, read};
use data_model::{DeviceType, OperatorError};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use xmltree::{Element, EmitterConfig, ParserConfig, XMLNode};

/// Elements that are called otherwise on another device type: one name, the other one.
const RENAMED: [(&str, &str); 1] = [(
    "router-configuration/WAN_VLAN_Setting/WAN_VALN_ID",
    "router-configuration/WAN_VLAN_Setting/WAN_VLAN_ID",
)];

/// A profile, and what becomes of it.
#[derive(Debug, Args)]
pub struct Convert {
    /// The profile: XML, or the plain text of older devices (`Name[n] ? "value" ;`).
    file: PathBuf,
    /// Sets the element with this path below the profile, as NAME=VALUE.
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Removes the element with this path below the profile.
    #[arg(long, value_name = "NAME")]
    unset: Vec<String>,
    /// The device type the profile was made for.
    #[arg(long, value_name = "TYPE")]
    type_from: Option<String>,
    /// The device type it is for.
    #[arg(long, value_name = "TYPE", default_value = "ata192")]
    to: String,
    #[command(flatten)]
    key: ProfileKey,
    /// Where it goes; `-` for standard output.
    #[arg(long, default_value = "-")]
    output: PathBuf,
}

impl Convert {
    /// Converts it; the status is 1 if a device of the type would refuse the result, which is written all the same.
    pub fn run(self) -> Result<ExitCode, OperatorError> {
        let to = device(&self.to)?;
        let from = self.type_from.as_deref().map(device).transpose()?;
        let bytes = self.key.open(&self.file)?;
        let mut nodes = self.tree(&bytes)?;
        let known = Vocabulary::of(&to.schema);
        let (before, _) = self.emitted(&nodes)?;
        rename(&mut nodes, &before, &known, from.as_ref());
        self.edit(&mut nodes, &known)?;
        let (document, text) = self.emitted(&nodes)?;
        write(&self.output, text.as_bytes())?;
        let assessment = assess(&document, &known, &to.schema, Policy::default());
        for finding in &assessment.findings {
            note(&format!("{}: {finding}", finding.severity));
        }
        let refused = assessment
            .findings
            .iter()
            .any(|one| one.severity == Severity::Error);
        Ok(if refused {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }

    /// The file as a tree that says what the file says.
    fn tree(&self, bytes: &[u8]) -> Result<Vec<XMLNode>, OperatorError> {
        if bytes.len() > PROFILE_BYTES {
            return Err(self.refused(format!("it has more than {PROFILE_BYTES} bytes")));
        }
        let (text, odd) = decode(bytes).map_err(|why| self.refused(why))?;
        if let Some(odd) = odd {
            note(&format!("repaired: {odd}"));
        }
        if plain_text::is_plain(&text) {
            return Ok(vec![XMLNode::Element(plain_text::profile(&text)?)]);
        }
        let original =
            read(bytes, Policy::default()).map_err(|why| self.refused(why.to_string()))?;
        for warning in &original.warnings {
            note(&format!("repaired: {warning}"));
        }
        let mended = mend::mend(&text).map_err(|why| self.refused(why))?;
        let config = ParserConfig::new()
            .ignore_comments(false)
            .whitespace_to_characters(true);
        let nodes = Element::parse_all_with_config(mended.as_bytes(), config)
            .map_err(|why| self.refused(why.to_string()))?;
        let (copy, _) = self.emitted(&nodes)?;
        match says_the_same(&original, &copy) {
            true => Ok(nodes),
            false => {
                Err(self.refused("it cannot be repaired without a change of what it says".into()))
            }
        }
    }

    fn edit(&self, nodes: &mut [XMLNode], known: &Vocabulary) -> Result<(), OperatorError> {
        for path in &self.unset {
            let path = known.meant_by(path).unwrap_or(path);
            let mut removed = 0;
            profiles(nodes, &mut |profile| removed += edit::unset(profile, path));
            if removed == 0 {
                return Err(OperatorError::new(
                    format!("cannot remove <{path}>"),
                    "the profile has no such element",
                    "give the path below the profile, such as router-configuration/Router_Mode",
                ));
            }
        }
        for pair in &self.set {
            let (path, value) = pair.split_once('=').ok_or_else(|| not_a_pair(pair))?;
            let path = known.meant_by(path).unwrap_or(path);
            if !path.split('/').all(is_name) {
                return Err(not_a_pair(path));
            }
            let value = value.trim();
            let mut changed = false;
            // The last one counts.
            let mut last = 0;
            profiles(nodes, &mut |_| last += 1);
            let mut at = 0;
            profiles(nodes, &mut |profile| {
                changed |= edit::set(profile, path, value)
            });
            profiles(nodes, &mut |profile| {
                at += 1;
                if at == last && !changed {
                    edit::add(profile, path, value);
                }
            });
        }
        Ok(())
    }

    /// The text of a tree, and what it says to a device.
    fn emitted(&self, nodes: &[XMLNode]) -> Result<(Document, String), OperatorError> {
        let mut bytes = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_vec();
        for node in nodes {
            match node {
                XMLNode::Element(element) => {
                    let mut element = element.clone();
                    edit::each_element(&mut element, &mut give_names_back);
                    let config = EmitterConfig::new()
                        .write_document_declaration(false)
                        .perform_indent(false)
                        .pad_self_closing(false)
                        .autopad_comments(false);
                    let written = element.write_with_config(&mut bytes, config);
                    written.map_err(|why| self.refused(why.to_string()))?;
                }
                XMLNode::Comment(text) => bytes.extend(format!("<!--{text}-->").bytes()),
                XMLNode::ProcessingInstruction(name, data) => {
                    let data = data.as_deref().unwrap_or_default();
                    bytes.extend(format!("<?{name} {data}?>").bytes());
                }
                XMLNode::Text(_) | XMLNode::CData(_) => continue,
            }
            bytes.push(b'\n');
        }
        let document =
            read(&bytes, Policy::default()).map_err(|why| self.refused(why.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|why| self.refused(why.to_string()))?;
        Ok((document, text))
    }

    fn refused(&self, why: String) -> OperatorError {
        OperatorError::new(
            format!("cannot convert {}", self.file.display()),
            why,
            "correct it there; `dialtone profile check` says more",
        )
    }
}

/// Gives elements the names the device type knows them by; tells which it does not know.
fn rename(
    nodes: &mut [XMLNode],
    document: &Document,
    known: &Vocabulary,
    from: Option<&Arc<DeviceType>>,
) {
    let source = from.map(|ty| Vocabulary::of(&ty.schema));
    for entry in &document.entries {
        let path = &entry.element;
        if known.parameter(path).is_some() || known.is_section(path) {
            continue;
        }
        let of_source = source
            .as_ref()
            .is_some_and(|source| source.parameter(path).is_some());
        let other = RENAMED.iter().find_map(|(one, other)| match path {
            _ if path == one => Some(*other),
            _ if path == other => Some(*one),
            _ => None,
        });
        let other = other.filter(|other| of_source && known.parameter(other).is_some());
        let Some(name) = other.or_else(|| known.meant_by(path)) else {
            if of_source {
                note(&format!(
                    "kept: <{path}>, which the device type does not have"
                ));
            }
            continue;
        };
        let last = name.rsplit('/').next().unwrap_or(name);
        let mut renamed = 0;
        profiles(nodes, &mut |profile| {
            renamed += edit::rename(profile, path, last)
        });
        if renamed > 0 {
            note(&format!("renamed: <{path}> to <{name}>"));
        }
    }
}

fn profiles(nodes: &mut [XMLNode], act: &mut impl FnMut(&mut Element)) {
    for node in nodes {
        if let Some(element) = node.as_mut_element() {
            edit::each_profile(element, act);
        }
    }
}

/// The tree holds names with the colons [`mend`] has hidden.
fn give_names_back(element: &mut Element) {
    element.name = mend::shown(&element.name);
    let attributes = std::mem::take(&mut element.attributes);
    element.attributes = attributes
        .into_iter()
        .map(|(name, value)| (mend::shown(&name), value))
        .collect();
}

fn says_the_same(one: &Document, other: &Document) -> bool {
    let said = |document: &Document| -> Vec<_> {
        let entries = document.entries.iter();
        entries
            .map(|entry| (entry.element.clone(), entry.user_access, entry.text.clone()))
            .collect()
    };
    said(one) == said(other)
}

fn is_name(name: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    name.bytes().all(legal)
        && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
}

fn not_a_pair(text: &str) -> OperatorError {
    let name = text.split('=').next().unwrap_or_default();
    OperatorError::new(
        format!("cannot use --set {name}"),
        "it is no NAME=VALUE with the name of an element",
        "write the path below the profile: --set Proxy_1_=sip.example.net",
    )
}

/// A line on standard error; the profile may go to standard output.
fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
