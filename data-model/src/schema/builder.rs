//! From the lines of models to a schema, first half: declares what the lines say one by one.
//!
//! `joining` is the second half: what lines say about each other.
//!
//! Long because building is one pass over one state.

use super::address::TABLE_DEPTH;
use super::computed;
use super::conversion::Conversion;
use super::node::{Applies, Node, NodeId, NodeKind, Parameter, Secrecy, Source, Table};
use super::parameter_type::ParameterType;
use super::text::{Line, ObjectLine, ParameterLine, XmlWords, parse_line};
use super::tree::OBJECT_DEPTH;
use super::xml_binding::{TextStyle, UserAccess, XmlBinding};
use crate::operator_error::OperatorError;
use std::collections::HashMap;
use std::rc::Rc;

/// Collects models and factory values and makes a schema of them.
#[derive(Debug)]
pub struct SchemaBuilder {
    pub(super) nodes: Vec<Node>,
    pub(super) children: Vec<Vec<NodeId>>,
    /// Paths from the root, with `{i}` for instances and no dot at the end.
    pub(super) by_path: HashMap<String, NodeId>,
    /// Paths that are left out, and whether a model declared them.
    pub(super) excluded: Vec<(String, bool)>,
    pub(super) views: Vec<PendingView>,
    pub(super) counts: Vec<(Place, NodeId, String)>,
    pub(super) defaults: Vec<(Place, NodeId)>,
    pub(super) factory: Vec<PendingValue>,
    /// Titles of sections, each with the node that follows.
    pub(super) sections: Vec<(NodeId, Box<str>)>,
}

/// A model, and the object it stands in.
#[derive(Debug, Clone, Copy)]
pub struct Model<'a> {
    /// The name of its file, for errors.
    pub file: &'a str,
    /// Its lines.
    pub text: &'a str,
    /// The path of the object, counted from the root, without a dot at its end; empty for the root.
    pub at: &'a str,
}

/// Where a line stands, for errors.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) file: Rc<str>,
    pub(super) line: Option<usize>,
}

#[derive(Debug)]
pub(super) struct PendingView {
    pub(super) place: Place,
    pub(super) node: NodeId,
    pub(super) target: String,
    pub(super) conversion: Conversion,
    pub(super) same_type: bool,
}

#[derive(Debug)]
pub(super) struct PendingValue {
    pub(super) place: Place,
    pub(super) path: String,
    pub(super) value: String,
}

/// What the lines of a model belong to.
enum Below<'a> {
    Nothing,
    Excluded,
    Object {
        path: String,
        node: NodeId,
        xml: XmlWords<'a>,
    },
    Factory {
        path: String,
    },
}

impl SchemaBuilder {
    /// A schema with a root object and nothing else.
    ///
    /// # Errors
    /// If the root's name is none.
    pub fn new(root: &str) -> Result<SchemaBuilder, String> {
        let mut builder = SchemaBuilder {
            nodes: Vec::new(),
            children: Vec::new(),
            by_path: HashMap::new(),
            excluded: Vec::new(),
            views: Vec::new(),
            counts: Vec::new(),
            defaults: Vec::new(),
            factory: Vec::new(),
            sections: Vec::new(),
        };
        builder.add(root, "", None, NodeKind::Object)?;
        Ok(builder)
    }

    /// Leaves out an object with all below it, or a parameter. `path` is counted from the root and
    /// has `{i}` for instances and no dot at its end.
    pub fn exclude(&mut self, path: &str) {
        self.excluded.push((path.to_owned(), false));
    }

    /// Reads a model.
    ///
    /// # Errors
    /// Names the file and the line that cannot be read.
    pub fn add_model(&mut self, model: Model<'_>) -> Result<(), OperatorError> {
        let file: Rc<str> = model.file.into();
        let mut below = Below::Nothing;
        for (index, line) in model.text.lines().enumerate() {
            let place = Place {
                file: file.clone(),
                line: Some(index + 1),
            };
            let in_factory = matches!(below, Below::Factory { .. });
            let parsed = parse_line(line, in_factory).map_err(|why| place.error(why))?;
            self.take(parsed, model.at, &mut below, &place)
                .map_err(|why| place.error(why))?;
        }
        Ok(())
    }

    /// Sets factory values, each by the path of its parameter, counted from the root, with instance
    /// numbers or `*` for each of them. Later values win over earlier ones. `file` is where they are
    /// written, for errors.
    pub fn set_factory_values<'a>(
        &mut self,
        file: &str,
        values: impl IntoIterator<Item = (String, &'a String)>,
    ) {
        let place = Place {
            file: file.into(),
            line: None,
        };
        self.factory
            .extend(values.into_iter().map(|(path, value)| PendingValue {
                place: place.clone(),
                path,
                value: value.clone(),
            }));
    }

    fn take<'a>(
        &mut self,
        line: Line<'a>,
        at: &str,
        below: &mut Below<'a>,
        place: &Place,
    ) -> Result<(), String> {
        match line {
            Line::Blank => {}
            Line::Object(object) => *below = self.declare_object(object, at, place)?,
            Line::Factory { path } => {
                *below = Below::Factory {
                    path: joined(at, path),
                }
            }
            Line::Section(title) => {
                let index =
                    u16::try_from(self.nodes.len()).map_err(|_| "there are too many nodes")?;
                self.sections
                    .push((NodeId::from_index(index), title.into()));
            }
            Line::Parameter(parameter) => match below {
                Below::Nothing => return Err("a parameter stands before the first header".into()),
                Below::Excluded | Below::Factory { .. } => {}
                Below::Object { path, node, xml } => {
                    let path = joined(path, parameter.name);
                    if !self.is_excluded(&path) {
                        let mut line = *parameter;
                        line.xml = line.xml.or(*xml);
                        self.declare_parameter(line, *node, path, place)?;
                    }
                }
            },
            Line::Value { name, value } => {
                if let Below::Factory { path } = below {
                    let (path, value) = (joined(path, name), value.to_owned());
                    self.factory.push(PendingValue {
                        place: place.clone(),
                        path,
                        value,
                    });
                }
            }
        }
        Ok(())
    }

    fn declare_object<'a>(
        &mut self,
        object: ObjectLine<'a>,
        at: &str,
        place: &Place,
    ) -> Result<Below<'a>, String> {
        let path = joined(at, object.path);
        if self.is_excluded(&path) {
            return Ok(Below::Excluded);
        }
        let describes = object.access.is_some()
            || object.initial > 0
            || object.max.is_some()
            || object.count.is_some();
        if let Some(node) = self.by_path.get(&path) {
            if describes {
                return Err(format!("`{path}` is described a second time"));
            }
            return Ok(Below::Object {
                path,
                node: *node,
                xml: object.xml,
            });
        }
        let table_path = path.strip_suffix(".{i}");
        let (parent_path, name) = table_path
            .unwrap_or(&path)
            .rsplit_once('.')
            .unwrap_or(("", table_path.unwrap_or(&path)));
        let parent = *self
            .by_path
            .get(parent_path)
            .ok_or_else(|| format!("`{parent_path}` is not declared before `{path}`"))?;
        let kind = match (table_path, object.access) {
            (Some(_), Some(access)) => {
                let max = object.max.unwrap_or(u32::MAX);
                if object.initial > max {
                    return Err(format!(
                        "`{path}` begins with more instances than it may have"
                    ));
                }
                NodeKind::Table(Table {
                    access,
                    max,
                    initial: object.initial,
                    count: None,
                })
            }
            (Some(_), None) => return Err("a table is ro or rw".into()),
            (None, _) if describes => return Err("only a table is described further".into()),
            (None, _) => NodeKind::Object,
        };
        let node = self.add(name, &path, Some(parent), kind)?;
        if let Some(count) = object.count {
            self.counts
                .push((place.clone(), node, joined(parent_path, count)));
        }
        Ok(Below::Object {
            path,
            node,
            xml: object.xml,
        })
    }

    fn declare_parameter(
        &mut self,
        line: ParameterLine<'_>,
        parent: NodeId,
        path: String,
        place: &Place,
    ) -> Result<(), String> {
        if self.by_path.contains_key(&path) {
            return Err(format!("`{path}` is declared a second time"));
        }
        if line.ty.is_none() && line.view.is_none() {
            return Err("`same` is the type of the target of a view".into());
        }
        if line.conversion.is_some() && line.view.is_none() {
            return Err("`as` belongs to a view".into());
        }
        let marked = line.secret == Secrecy::Secret || line.applies == Applies::AfterReboot;
        if line.view.is_some() && marked {
            return Err("a view is as secret and applies as its target does".into());
        }
        let (source, default) = source_of(line.default)?;
        if line.view.is_some() && default.is_some() {
            return Err("a view has the default of its target".into());
        }
        let ty = line.ty.clone().unwrap_or(ParameterType::Boolean);
        let xml = binding(&line);
        let parameter = Parameter {
            access: line.access,
            default: default.unwrap_or_else(|| ty.zero()).into(),
            ty,
            source,
            writes: None,
            secret: line.secret,
            applies: line.applies,
            notification: line.notification,
            forced_inform: line.forced_inform,
            xml,
        };
        let kind = NodeKind::Parameter(Box::new(parameter));
        let node = self.add(line.name, &path, Some(parent), kind)?;
        match line.view {
            Some(target) => self.views.push(PendingView {
                place: place.clone(),
                node,
                target: target.to_owned(),
                conversion: line.conversion.unwrap_or(Conversion::Same),
                same_type: line.ty.is_none(),
            }),
            None => self.defaults.push((place.clone(), node)),
        }
        Ok(())
    }

    fn add(
        &mut self,
        name: &str,
        path: &str,
        parent: Option<NodeId>,
        kind: NodeKind,
    ) -> Result<NodeId, String> {
        if !is_name(name) {
            return Err(format!(
                "`{name}` is no name: letters, digits, `_` and `-` after a letter"
            ));
        }
        let is_table = matches!(kind, NodeKind::Table(_));
        let instance_depth = parent.map_or(0, |parent| self.depth(parent)) + u8::from(is_table);
        if usize::from(instance_depth) > TABLE_DEPTH || path.split('.').count() >= OBJECT_DEPTH {
            return Err(format!("`{path}` is nested too deeply"));
        }
        let index = u16::try_from(self.nodes.len()).map_err(|_| "there are too many nodes")?;
        let id = NodeId::from_index(index);
        self.nodes.push(Node {
            name: name.into(),
            parent,
            instance_depth,
            kind,
        });
        self.children.push(Vec::new());
        self.by_path.insert(path.to_owned(), id);
        if let Some(parent) = parent {
            self.children[parent.index()].push(id);
        }
        Ok(id)
    }

    pub(super) fn depth(&self, id: NodeId) -> u8 {
        self.nodes[id.index()].instance_depth
    }

    pub(super) fn parameter(&self, id: NodeId) -> Option<&Parameter> {
        self.nodes[id.index()].parameter()
    }

    pub(super) fn parameter_mut(&mut self, id: NodeId) -> &mut Parameter {
        match &mut self.nodes[id.index()].kind {
            NodeKind::Parameter(parameter) => parameter,
            NodeKind::Object | NodeKind::Table(_) => {
                unreachable!("only parameters are kept for later")
            }
        }
    }

    pub(super) fn is_excluded(&mut self, path: &str) -> bool {
        for (excluded, used) in &mut self.excluded {
            let below = path.strip_prefix(excluded.as_str());
            if below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.')) {
                *used = true;
                return true;
            }
        }
        false
    }
}

impl Place {
    pub(super) fn error(&self, why: String) -> OperatorError {
        OperatorError::new(
            format!("cannot read {}", self.file),
            match self.line {
                Some(line) => format!("line {line}: {why}"),
                None => why,
            },
            "correct it; data-model/models/README.md describes the format",
        )
    }
}

/// `= @name` or a default.
fn source_of(default: Option<&str>) -> Result<(Source, Option<&str>), String> {
    match default.and_then(|text| text.strip_prefix('@')) {
        Some(name) if computed::ALL.contains(&name) => Ok((Source::Computed(name.into()), None)),
        Some(name) => Err(format!("no device computes `@{name}`")),
        None => Ok((Source::Stored, default)),
    }
}

fn binding(line: &ParameterLine<'_>) -> Option<XmlBinding> {
    let words = line.xml;
    let (document, pattern) = words.element?;
    Some(XmlBinding {
        document,
        element: pattern.replace('*', line.name).into(),
        text: words.text.unwrap_or(TextStyle::Plain),
        user_access: words.user_access.unwrap_or(UserAccess::None),
    })
}

/// A path below another; neither has a dot at its end afterwards.
fn joined(at: &str, path: &str) -> String {
    let path = path.strip_suffix('.').unwrap_or(path);
    match (at.is_empty(), path.is_empty()) {
        (true, _) => path.to_owned(),
        (false, true) => at.to_owned(),
        (false, false) => format!("{at}.{path}"),
    }
}

/// TR-106 3.1: a letter or underscore, then letters, digits, underscores and hyphens.
fn is_name(name: &str) -> bool {
    name.bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
