//! Edits of a profile as a tree: elements found by their path below `<flat-profile>`, set, removed, renamed.

use super::mend::COLON;
use data_model::provisioning::profile::read::PROFILE;
use xmltree::{Element, XMLNode};

/// Does something to every `<flat-profile>`; there may be several, and each counts.
pub fn each_profile(element: &mut Element, act: &mut impl FnMut(&mut Element)) {
    if local(&element.name) == PROFILE {
        act(element);
        return;
    }
    for child in children(element) {
        each_profile(child, act);
    }
}

/// Sets the text of the last element with this path; false if there is none.
pub fn set(profile: &mut Element, path: &str, value: &str) -> bool {
    let (name, below) = match path.split_once('/') {
        Some((name, below)) => (name, Some(below)),
        None => (path, None),
    };
    let mut found: Vec<&mut Element> = named(profile, name).collect();
    match below {
        Some(below) => found
            .iter_mut()
            .rev()
            .any(|section| set(section, below, value)),
        None => {
            let Some(element) = found.pop() else {
                return false;
            };
            element.children = text(value);
            true
        }
    }
}

/// Adds an element with this path, and the sections it needs.
pub fn add(profile: &mut Element, path: &str, value: &str) {
    let Some((section, below)) = path.split_once('/') else {
        let mut element = Element::new(path);
        element.children = text(value);
        push(profile, element);
        return;
    };
    if named(profile, section).next().is_none() {
        push(profile, Element::new(section));
    }
    if let Some(section) = named(profile, section).last() {
        add(section, below, value);
    }
}

/// Removes every element with this path; says how many there were.
pub fn unset(profile: &mut Element, path: &str) -> usize {
    if let Some((section, below)) = path.split_once('/') {
        return named(profile, section)
            .map(|section| unset(section, below))
            .sum();
    }
    let before = profile.children.len();
    profile.children.retain(|node| match node {
        XMLNode::Element(element) => local(&element.name) != path,
        _ => true,
    });
    before - profile.children.len()
}

/// Gives every element with this path another name; says how many there were.
pub fn rename(profile: &mut Element, path: &str, name: &str) -> usize {
    if let Some((section, below)) = path.split_once('/') {
        return named(profile, section)
            .map(|section| rename(section, below, name))
            .sum();
    }
    let found = named(profile, path).map(|element| name.clone_into(&mut element.name));
    found.count()
}

/// Does something to every element.
pub fn each_element(element: &mut Element, act: &mut impl FnMut(&mut Element)) {
    act(element);
    for child in children(element) {
        each_element(child, act);
    }
}

fn children(element: &mut Element) -> impl Iterator<Item = &mut Element> {
    element
        .children
        .iter_mut()
        .filter_map(XMLNode::as_mut_element)
}

fn named<'e>(element: &'e mut Element, name: &str) -> impl Iterator<Item = &'e mut Element> {
    children(element).filter(move |child| local(&child.name) == name)
}

fn text(value: &str) -> Vec<XMLNode> {
    match value {
        "" => Vec::new(),
        _ => vec![XMLNode::Text(value.to_owned())],
    }
}

fn push(parent: &mut Element, element: Element) {
    parent.children.push(XMLNode::Element(element));
    parent.children.push(XMLNode::Text("\n".into()));
}

fn local(name: &str) -> &str {
    name.split_once(COLON).map_or(name, |(_, local)| local)
}
