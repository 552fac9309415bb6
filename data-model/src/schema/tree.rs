//! The schema itself: an arena of nodes with lookup by path, children and factory values.

use super::address::{Address, Instances};
use super::node::{Node, NodeId, NodeKind, Parameter, Source};
use super::xml_binding::XmlDocument;
use std::borrow::Cow;
use std::fmt::Write;

/// How many objects may stand inside each other.
pub(super) const OBJECT_DEPTH: usize = 16;

/// What exists in a device's tree. Immutable; shared behind an `Arc` by all devices of a type.
#[derive(Debug)]
pub struct Schema {
    nodes: Box<[Node]>,
    /// Where the children of each node stand in the three lists below.
    spans: Box<[Span]>,
    /// Children in the order of declaration.
    children: Box<[NodeId]>,
    /// The hashes of the children's names in rising order, and the children in the same order.
    keys: Box<[u32]>,
    by_key: Box<[NodeId]>,
    /// Factory values that differ from the default of their parameter, in the order of addresses.
    instance_defaults: Box<[(Address, Box<str>)]>,
    /// Titles of sections, each with the first node behind it.
    sections: Box<[(NodeId, Box<str>)]>,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    start: u16,
    len: u16,
}

impl Schema {
    /// A schema of nodes that stand behind their parents, with their children in order.
    pub(super) fn new(
        nodes: Vec<Node>,
        children: &[Vec<NodeId>],
        instance_defaults: Vec<(Address, Box<str>)>,
        sections: Vec<(NodeId, Box<str>)>,
    ) -> Schema {
        let mut schema = Schema {
            nodes: nodes.into(),
            spans: Box::default(),
            children: children.iter().flatten().copied().collect(),
            keys: Box::default(),
            by_key: Box::default(),
            instance_defaults: instance_defaults.into(),
            sections: sections.into(),
        };
        let (mut spans, mut keyed, mut start) = (Vec::new(), Vec::new(), 0);
        for list in children {
            let mut sorted: Vec<(u32, NodeId)> = list
                .iter()
                .map(|child| (name_key(&schema.node(*child).name), *child))
                .collect();
            sorted.sort_unstable();
            keyed.append(&mut sorted);
            // Every node but the root is a child once, so the lists are as short as the arena.
            spans.push(Span {
                start,
                len: list.len() as u16,
            });
            start += list.len() as u16;
        }
        schema.spans = spans.into();
        schema.keys = keyed.iter().map(|(key, _)| *key).collect();
        schema.by_key = keyed.iter().map(|(_, child)| *child).collect();
        schema
    }

    /// The root object, `Device.` or `InternetGatewayDevice.`.
    pub fn root(&self) -> NodeId {
        NodeId::from_index(0)
    }

    /// What is known about a node of this schema.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// The parameter of a node, if it is one.
    pub fn parameter(&self, id: NodeId) -> Option<&Parameter> {
        self.node(id).parameter()
    }

    /// The title of the section a parameter stands in on its page, if the model gives one.
    pub fn section(&self, id: NodeId) -> Option<&str> {
        let behind = self.sections.partition_point(|(first, _)| *first <= id);
        let (first, title) = self.sections.get(behind.checked_sub(1)?)?;
        // A section ends with its object at the latest.
        (self.nodes.get(first.index())?.parent == self.node(id).parent).then_some(title)
    }

    /// How many nodes there are.
    #[expect(
        clippy::len_without_is_empty,
        reason = "a schema has a root, so it is never empty"
    )]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Every node, parents before their children.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        (0..).map(NodeId::from_index).zip(&self.nodes)
    }

    /// What stands in an object or an instance of a table, in the order of declaration.
    pub fn children(&self, id: NodeId) -> &[NodeId] {
        &self.children[self.span(id)]
    }

    /// The table whose number of instances a computed `entries` parameter tells.
    pub fn counted_table(&self, id: NodeId) -> Option<NodeId> {
        let siblings = self.children(self.node(id).parent?);
        siblings.iter().copied().find(|sibling| {
            self.node(*sibling)
                .table()
                .is_some_and(|table| table.count == Some(id))
        })
    }

    /// The parameter that holds the aliases of a table's instances, if it has one (TR-106 3.8.1).
    pub fn alias_of(&self, table: NodeId) -> Option<NodeId> {
        self.node(table).table()?;
        let alias = self.child(table, "Alias")?;
        self.parameter(alias).map(|_| alias)
    }

    /// The address of a full parameter name, or of an object, table or instance with its dot at the
    /// end. Whether the instances on the way exist is for the device to say.
    pub fn lookup(&self, path: &str) -> Option<Address> {
        let (body, is_object) = match path.strip_suffix('.') {
            Some(body) => (body, true),
            None => (path, false),
        };
        let mut segments = body.split('.');
        let mut node = self.root();
        if segments.next()? != &*self.node(node).name {
            return None;
        }
        let mut instances = Instances::NONE;
        let mut at_table = false;
        for segment in segments {
            if at_table {
                instances = instances.push(instance_number(segment)?)?;
                at_table = false;
                continue;
            }
            node = self.child(node, segment)?;
            at_table = matches!(self.node(node).kind, NodeKind::Table(_));
        }
        let is_parameter = matches!(self.node(node).kind, NodeKind::Parameter(_));
        (is_object != is_parameter).then_some(Address { node, instances })
    }

    /// The path of an address; objects, tables and instances with a dot at the end.
    pub fn path(&self, address: &Address) -> String {
        let mut path = String::with_capacity(64);
        self.write_path(address, &mut path);
        path
    }

    /// Appends the path of an address.
    pub fn write_path(&self, address: &Address, path: &mut String) {
        let mut chain = [address.node; OBJECT_DEPTH];
        let mut depth = 0;
        while let Some(parent) = self.node(chain[depth]).parent {
            depth += 1;
            chain[depth] = parent;
        }
        let mut numbers = address.instances.as_slice().iter();
        for id in chain[..=depth].iter().rev() {
            let node = self.node(*id);
            path.push_str(&node.name);
            match node.kind {
                NodeKind::Parameter(_) => {}
                NodeKind::Object => path.push('.'),
                NodeKind::Table(_) => {
                    path.push('.');
                    if let Some(number) = numbers.next() {
                        write!(path, "{number}.").expect("writing to a string does not fail");
                    }
                }
            }
        }
    }

    /// Where the value of a parameter is: itself, or the target of a view.
    pub fn storage(&self, address: &Address) -> Address {
        match self
            .parameter(address.node)
            .map(|parameter| &parameter.source)
        {
            Some(Source::View(view)) => view.target_address(&address.instances),
            Some(Source::Stored | Source::Computed(_)) | None => *address,
        }
    }

    /// The value of a stored parameter from the factory; empty for views and computed parameters.
    pub fn factory_value(&self, address: &Address) -> &str {
        let own = self
            .instance_defaults
            .binary_search_by(|(other, _)| other.cmp(address));
        match own {
            Ok(index) => &self.instance_defaults[index].1,
            Err(_) => self
                .parameter(address.node)
                .map_or("", |parameter| &parameter.default),
        }
    }

    /// What a parameter shows from the factory: as [`Schema::factory_value`], through its view if it
    /// has one.
    pub fn factory_shown(&self, address: &Address) -> Cow<'_, str> {
        match self
            .parameter(address.node)
            .map(|parameter| &parameter.source)
        {
            Some(Source::View(view)) => {
                let target = view.target_address(&address.instances);
                view.read(&address.instances, self.factory_value(&target))
            }
            Some(Source::Stored | Source::Computed(_)) | None => {
                Cow::Borrowed(self.factory_value(address))
            }
        }
    }

    /// The instance numbers at which a node exists from the factory. For a table these are its
    /// instances.
    pub fn factory_instances(&self, id: NodeId) -> Vec<Instances> {
        factory_instances(&self.nodes, id)
    }

    /// Every parameter that exists from the factory, in the order of the tree for one node and its
    /// instances.
    pub fn factory_parameters(&self) -> impl Iterator<Item = (Address, &Parameter)> {
        self.nodes()
            .filter_map(|(id, node)| Some((id, node.parameter()?)))
            .flat_map(|(node, parameter)| {
                self.factory_instances(node)
                    .into_iter()
                    .map(move |instances| (Address { node, instances }, parameter))
            })
    }

    /// The elements of a document of the vendor and the parameters they belong to, as far as these
    /// exist from the factory.
    pub fn xml_elements(&self, document: XmlDocument) -> impl Iterator<Item = (String, Address)> {
        self.factory_parameters()
            .filter_map(move |(address, parameter)| {
                let binding = parameter
                    .xml
                    .as_ref()
                    .filter(|xml| xml.document == document)?;
                Some((binding.element_at(&address.instances).into_owned(), address))
            })
    }

    fn child(&self, parent: NodeId, name: &str) -> Option<NodeId> {
        let span = self.span(parent);
        let (keys, key) = (&self.keys[span.clone()], name_key(name));
        let first = keys.partition_point(|other| *other < key);
        let candidates = self.by_key[span][first..].iter().zip(&keys[first..]);
        candidates
            .take_while(|(_, other)| **other == key)
            .map(|(child, _)| *child)
            .find(|child| *self.node(*child).name == *name)
    }

    fn span(&self, id: NodeId) -> std::ops::Range<usize> {
        let Span { start, len } = self.spans[id.index()];
        usize::from(start)..usize::from(start) + usize::from(len)
    }
}

/// The instance numbers at which a node of an arena exists from the factory.
pub(super) fn factory_instances(nodes: &[Node], id: NodeId) -> Vec<Instances> {
    let node = &nodes[id.index()];
    let Some(parent) = node.parent else {
        return vec![Instances::NONE];
    };
    let outer = factory_instances(nodes, parent);
    let Some(table) = node.table() else {
        return outer;
    };
    outer
        .iter()
        .flat_map(|instances| (1..=table.initial).filter_map(|number| instances.push(number)))
        .collect()
}

/// FNV-1a: names are short, and the search only has to tell brothers and sisters apart.
fn name_key(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// TR-069 A.2.2.1: a whole number from 1, written without zeros in front.
fn instance_number(segment: &str) -> Option<u32> {
    match segment.as_bytes().first()? {
        b'1'..=b'9' => segment.parse().ok(),
        _ => None,
    }
}
