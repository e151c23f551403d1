//! Custom sections: names, debug information and whatever else a compiler leaves in a module.

use udf_abi::exports::MANIFEST_SECTION;
use wasmparser::{Parser, Payload};

/// Names and sizes in bytes of all custom sections but the manifest's; those of one name together.
pub(super) fn sections(module: &[u8]) -> Vec<(String, usize)> {
    let mut sections: Vec<(String, usize)> = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        // The module has been validated; what does not parse is not counted.
        let Ok(payload) = payload else { break };
        if let Payload::CustomSection(section) = payload
            && section.name() != MANIFEST_SECTION
        {
            let size = section.data().len();
            match sections.iter_mut().find(|(name, _)| name == section.name()) {
                Some((_, total)) => *total += size,
                None => sections.push((section.name().to_owned(), size)),
            }
        }
    }
    sections
}

/// Whether a section serves debuggers only.
pub(super) fn is_debug(name: &str) -> bool {
    name == "name" || name.starts_with(".debug_") || name == "sourceMappingURL"
}
