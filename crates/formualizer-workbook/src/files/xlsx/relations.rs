//! Which part refers to which: `.rels` parts.

use super::{
    package::Package,
    xml::{Piece, Xml},
};
use crate::Error;

/// A relationship of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Relation {
    pub(crate) id: String,
    /// The last step of its type, such as `worksheet`: the same in both variants of the standard.
    pub(crate) kind: String,
    /// The part, or the address outside of the file.
    pub(crate) target: String,
    pub(crate) external: bool,
}

/// The part with the relationships of a part; of the package itself where the name is empty.
pub(crate) fn rels_of(part: &str) -> String {
    match part.rsplit_once('/') {
        Some((folder, name)) => format!("{folder}/_rels/{name}.rels"),
        None => format!("_rels/{part}.rels"),
    }
}

/// The relationships of a part; none where it has no such part.
///
/// # Errors
/// Where that part is broken.
pub(crate) fn relations(package: &Package, part: &str) -> Result<Vec<Relation>, Error> {
    let name = rels_of(part);
    let Some(text) = package.text(&name)? else { return Ok(Vec::new()) };
    read(part, Xml { part: &name, text: &text, depth: package.limits().depth })
}

/// The relationships of a part in the part that lists them.
///
/// # Errors
/// Where that is broken.
pub(crate) fn read(part: &str, xml: Xml<'_>) -> Result<Vec<Relation>, Error> {
    let mut pieces = xml.pieces();
    let mut found = Vec::new();
    loop {
        match pieces.next()? {
            Piece::Eof => return Ok(found),
            Piece::Start(tag) if (tag.level, tag.name) == (2, "Relationship") => {
                let get = |name| tag.get(name).unwrap_or_default().into_owned();
                let external = tag.get("TargetMode").is_some_and(|mode| mode == "External");
                let target = get("Target");
                found.push(Relation {
                    id: get("Id"),
                    kind: get("Type").rsplit('/').next().unwrap_or_default().to_owned(),
                    target: if external { target } else { resolved(part, &target) },
                    external,
                });
            }
            _ => {}
        }
    }
}

/// A target, which is relative to the part's folder, as the name of a part.
pub(crate) fn resolved(part: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut steps: Vec<&str> = part.split('/').collect();
    steps.pop();
    for step in target.split('/') {
        match step {
            "." | "" => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}
