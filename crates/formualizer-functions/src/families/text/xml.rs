//! A document of XML as nodes in the order of the text.
//!
//! Read as strictly as MSXML does: one root, every element closed, no document type, and of entities only the
//! five of XML and characters by number.

use quick_xml::{
    XmlVersion,
    events::{BytesStart, Event},
    reader::Reader,
};

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The document.
    Root,
    /// An element: its name, and whether a namespace without prefix holds for it.
    Element(String, bool),
    /// An attribute: name and value.
    Attribute(String, String),
    /// A text.
    Text(String),
    /// A comment.
    Comment(String),
}

/// A node, and the nodes within it: those from its own number to `end`.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) parent: usize,
    pub(super) end: usize,
}

/// A document: node 0 is its root.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) nodes: Vec<Node>,
}

impl Document {
    /// Reads a text; `None` where it is no XML.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        let mut document = Self { nodes: Vec::new() };
        document.push(Kind::Root, 0);
        let mut open = vec![0];
        let mut pending = String::new();
        let mut roots = 0;
        loop {
            let event = reader.read_event().ok()?;
            match &event {
                Event::Text(text) => {
                    pending.push_str(&text.xml10_content());
                    continue;
                }
                Event::CData(text) => {
                    pending.push_str(&text.xml10_content());
                    continue;
                }
                Event::GeneralRef(name) => {
                    pending.push(match name.resolve_char_ref().ok()? {
                        Some(c) => c,
                        None => entity(&name.xml10_content())?,
                    });
                    continue;
                }
                Event::Decl(_) if document.nodes.len() == 1 && pending.is_empty() => continue,
                Event::PI(_) => continue,
                Event::Decl(_) | Event::DocType(_) => return None,
                _ => {}
            }
            let parent = *open.last()?;
            let blank = pending.trim_matches(['\u{9}', '\u{A}', '\u{D}', ' ']).is_empty();
            if parent == 0 && !blank {
                return None;
            }
            let text = std::mem::take(&mut pending);
            if !blank {
                document.push(Kind::Text(text), parent);
            }
            match event {
                Event::Start(start) => {
                    if parent == 0 && std::mem::replace(&mut roots, 1) == 1 {
                        return None;
                    }
                    let element = document.element(&start, parent)?;
                    open.push(element);
                }
                Event::End(_) => {
                    let element = open.pop().filter(|element| *element > 0)?;
                    let end = document.nodes.len();
                    document.nodes.get_mut(element)?.end = end;
                }
                Event::Comment(text) => {
                    document.push(Kind::Comment(text.xml10_content().into_owned()), parent);
                }
                Event::Eof => break,
                _ => return None,
            }
        }
        let end = document.nodes.len();
        document.nodes.first_mut()?.end = end;
        (roots == 1 && open.len() == 1).then_some(document)
    }

    fn push(&mut self, kind: Kind, parent: usize) -> usize {
        let id = self.nodes.len();
        self.nodes.push(Node { kind, parent, end: id + 1 });
        id
    }

    /// Adds an element and its attributes.
    fn element(&mut self, start: &BytesStart<'_>, parent: usize) -> Option<usize> {
        let mut attributes = Vec::new();
        let mut namespaced = match self.nodes.get(parent).map(|node| &node.kind) {
            Some(Kind::Element(_, namespaced)) => *namespaced,
            _ => false,
        };
        for attribute in start.attributes() {
            let attribute = attribute.ok()?;
            let name = attribute.key.0;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
            if name == "xmlns" {
                namespaced = !value.is_empty();
            } else if !name.starts_with("xmlns:") {
                attributes.push(Kind::Attribute(name.to_owned(), value.into_owned()));
            }
        }
        let name = start.name().0.to_owned();
        let element = self.push(Kind::Element(name, namespaced), parent);
        for attribute in attributes {
            self.push(attribute, element);
        }
        Some(element)
    }

    /// A node; the root where there is none of that number.
    pub(super) fn node(&self, id: usize) -> Option<&Node> {
        self.nodes.get(id)
    }

    /// The text of a node, its elements' texts included.
    pub(super) fn text(&self, id: usize) -> String {
        let Some(node) = self.nodes.get(id) else { return String::new() };
        match &node.kind {
            Kind::Attribute(_, text) | Kind::Text(text) | Kind::Comment(text) => text.clone(),
            Kind::Root | Kind::Element(..) => {
                let within = self.nodes.get(id..node.end).unwrap_or_default();
                within
                    .iter()
                    .filter_map(|node| match &node.kind {
                        Kind::Text(text) => Some(text.as_str()),
                        _ => None,
                    })
                    .collect()
            }
        }
    }
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}
