//! The members of a saved file.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
};
use zip::ZipArchive;

/// Every member of a ZIP file, unpacked.
pub(crate) fn members(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut file = archive.by_index(at).unwrap();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            (file.name().unwrap().into_owned(), content)
        })
        .collect()
}

/// The names of the members that differ, that came and that went.
pub(crate) fn differing(before: &[u8], after: &[u8]) -> Vec<String> {
    let (before, after) = (members(before), members(after));
    let mut names: Vec<String> = before.keys().chain(after.keys()).cloned().collect();
    names.sort();
    names.dedup();
    names.into_iter().filter(|name| before.get(name) != after.get(name)).collect()
}

/// A member as text.
pub(crate) fn text(bytes: &[u8], name: &str) -> String {
    String::from_utf8(members(bytes).remove(name).unwrap()).unwrap()
}

/// Refuses what no program would read: every part with a content type, every relationship with its part, all XML well formed, no
/// two cells of one place, all in order.
#[track_caller]
pub(crate) fn is_sound(bytes: &[u8]) {
    let members = members(bytes);
    let types = String::from_utf8(members["[Content_Types].xml"].clone()).unwrap();
    let types = types.replace('\'', "\"");
    for (name, content) in &members {
        let extension = name.rsplit('.').next().unwrap();
        let declared = types.contains(&format!("PartName=\"/{name}\""))
            || types.contains(&format!("Extension=\"{extension}\""));
        assert!(declared || name == "[Content_Types].xml", "{name} has no content type: {types}");
        if extension == "xml" || extension == "rels" {
            let mut reader = quick_xml::Reader::from_reader(content.as_slice());
            let mut buffer = Vec::new();
            while reader.read_event_into(&mut buffer).unwrap() != quick_xml::events::Event::Eof {}
        }
    }
    for part in types.split("PartName=\"/").skip(1) {
        let part = part.split('"').next().unwrap();
        assert!(members.contains_key(part), "{part} has a content type and is not there");
    }
    for (name, content) in members.iter().filter(|(name, _)| name.ends_with(".rels")) {
        let text = String::from_utf8(content.clone()).unwrap().replace('\'', "\"");
        for relation in text.split("<Relationship ").skip(1) {
            let get = |name: &str| {
                relation.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next())
            };
            if get("TargetMode") == Some("External") {
                continue;
            }
            let target = get("Target").unwrap();
            let folder = name.split("_rels/").next().unwrap();
            let part = match target.strip_prefix('/') {
                Some(absolute) => absolute.to_owned(),
                None => normal(&format!("{folder}{target}")),
            };
            assert!(members.contains_key(&part), "{name} leads to {part}, which is not there");
        }
    }
}

fn normal(path: &str) -> String {
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
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
