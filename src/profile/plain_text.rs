//! The plain-text form of older devices (`Name[n] [?|!] "value" ;`) as the elements of a profile.
//!
//! `#` begins a comment. `!` gives the user write access, `?` read access, neither none at all. A parameter without a
//! value keeps the one it has.

use data_model::OperatorError;
use data_model::provisioning::profile::vocabulary::element_name;
use xmltree::{Element, XMLNode};

/// Characters of a statement that are shown.
const SHOWN_CHARS: usize = 40;

/// Whether a text is of this form: it has no tags.
pub fn is_plain(text: &str) -> bool {
    !text.trim_start().starts_with('<')
}

/// The profile a text describes.
///
/// # Errors
/// Names the line of a statement that cannot be understood.
pub fn profile(text: &str) -> Result<Element, OperatorError> {
    let mut profile = Element::new("flat-profile");
    profile.children.push(line_break());
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let line = text[..text.len() - rest.len()].matches('\n').count() + 1;
        if rest.is_empty() {
            return Ok(profile);
        }
        if let Some(comment) = rest.strip_prefix('#') {
            let (comment, behind) = comment.split_once('\n').unwrap_or((comment, ""));
            let comment = comment.trim().replace("--", "- -").replace("--", "- -");
            profile
                .children
                .push(XMLNode::Comment(format!(" {comment} ")));
            profile.children.push(line_break());
            rest = behind;
            continue;
        }
        let statement = Statement::take(rest).map_err(|why| refused(line, rest, why))?;
        rest = statement.behind;
        profile.children.push(statement.node());
        profile.children.push(line_break());
    }
}

struct Statement<'a> {
    name: &'a str,
    user_access: &'static str,
    value: Option<&'a str>,
    behind: &'a str,
}

impl<'a> Statement<'a> {
    fn take(text: &'a str) -> Result<Statement<'a>, &'static str> {
        let end = text.find(['"', ';', '!', '?', '\n', '#']);
        let (name, rest) = text.split_at(end.unwrap_or(text.len()));
        let name = name.trim();
        if name.split_ascii_whitespace().next() == Some("import") {
            return Err("other files are not brought in");
        }
        let element = element_name(name);
        let first = element.bytes().next();
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        if !element.bytes().all(legal) || !first.is_some_and(|byte| byte.is_ascii_alphabetic()) {
            return Err("it does not begin with the name of a parameter");
        }
        let (user_access, rest) = match rest.as_bytes().first() {
            Some(b'!') => ("rw", &rest[1..]),
            Some(b'?') => ("ro", &rest[1..]),
            _ => ("na", rest),
        };
        let rest = rest.trim_start();
        let (value, rest) = match rest.strip_prefix('"') {
            None => (None, rest),
            Some(quoted) => {
                let (value, rest) = quoted.split_once('"').ok_or("the value has no end")?;
                (Some(value), rest)
            }
        };
        let behind = rest.trim_start().strip_prefix(';');
        Ok(Statement {
            name,
            user_access,
            value,
            behind: behind.ok_or("its `;` is missing")?,
        })
    }

    /// A parameter without a value is told as a comment: an empty element would clear it.
    fn node(&self) -> XMLNode {
        let name = element_name(self.name);
        let Some(value) = self.value else {
            return XMLNode::Comment(format!(" {} keeps its value ", name.replace("--", "- -")));
        };
        let mut element = Element::new(&name);
        element
            .attributes
            .insert("ua".into(), self.user_access.into());
        if !value.is_empty() {
            let legal = |c: &char| !c.is_control() || c.is_ascii_whitespace();
            element
                .children
                .push(XMLNode::Text(value.chars().filter(legal).collect()));
        }
        XMLNode::Element(element)
    }
}

fn line_break() -> XMLNode {
    XMLNode::Text("\n".into())
}

fn refused(line: usize, statement: &str, why: &str) -> OperatorError {
    // Up to the value, which may be a secret.
    let begin = statement.split(['"', '\n']).next().unwrap_or_default();
    let begin: String = begin.chars().take(SHOWN_CHARS).collect();
    OperatorError::new(
        format!("line {line}, `{}`, cannot be understood", begin.trim_end()),
        why,
        "write statements as `Name[n] ? \"value\" ;`, or a profile as XML",
    )
}
