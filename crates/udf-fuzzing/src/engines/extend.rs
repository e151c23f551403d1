//! Exported functions and globals appended to a module in its binary form; everything else stays as
//! it is.

use wasm_encoder::{Encode, Function, ValType};

/// A function to append.
pub(crate) struct Extra<'a> {
    pub(crate) name: &'a str,
    pub(crate) params: &'a [ValType],
    pub(crate) results: &'a [ValType],
    pub(crate) body: Function,
}

/// Sections that functions stand in, by id, in their order in a module.
const TYPE: u8 = 1;
const FUNCTION: u8 = 3;
const GLOBAL: u8 = 6;
const EXPORT: u8 = 7;
const CODE: u8 = 10;

/// The order of the sections' ids in a module.
const ORDER: [u8; 13] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

/// A mutable i64 that starts with zero.
const ZERO: [u8; 5] = [0x7e, 1, 0x42, 0, 0x0b];

/// The module with these functions, and so many mutable i64 globals, behind its own. It must be
/// valid, without imports and without recursive types.
pub(crate) fn extend(module: &[u8], globals: u32, extras: &[Extra<'_>]) -> Vec<u8> {
    let mut sections = sections(module);
    let first_type = count(&mut sections, TYPE);
    let first_function = count(&mut sections, FUNCTION);
    let (mut types, mut functions, mut exports, mut code) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (index, extra) in (0u32..).zip(extras) {
        types.push(0x60);
        extra.params.encode(&mut types);
        extra.results.encode(&mut types);
        (first_type + index).encode(&mut functions);
        extra.name.encode(&mut exports);
        exports.push(0);
        (first_function + index).encode(&mut exports);
        extra.body.encode(&mut code);
    }
    append(section(&mut sections, GLOBAL), globals, &ZERO.repeat(globals as usize));
    let count = extras.len() as u32;
    for (id, entries) in [(TYPE, types), (FUNCTION, functions), (EXPORT, exports), (CODE, code)] {
        append(section(&mut sections, id), count, &entries);
    }
    let mut out = module[..8].to_vec();
    for (id, contents) in sections {
        out.push(id);
        contents.encode(&mut out);
    }
    out
}

/// The contents of each section.
fn sections(module: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut sections = Vec::new();
    let mut rest = &module[8..];
    while let Some((id, after)) = rest.split_first() {
        let (length, after) = leb(after);
        let (contents, after) = after.split_at(length as usize);
        sections.push((*id, contents.to_vec()));
        rest = after;
    }
    sections
}

/// The section of this id, where it must stand; an empty one if there was none.
fn section(sections: &mut Vec<(u8, Vec<u8>)>, id: u8) -> &mut Vec<u8> {
    let rank = |id: u8| ORDER.iter().position(|known| *known == id);
    let at = sections.iter().position(|(found, _)| *found == id).unwrap_or_else(|| {
        let later = sections.iter().position(|(found, _)| rank(*found) > rank(id));
        let at = later.unwrap_or(sections.len());
        sections.insert(at, (id, vec![0]));
        at
    });
    &mut sections[at].1
}

fn count(sections: &mut Vec<(u8, Vec<u8>)>, id: u8) -> u32 {
    leb(section(sections, id)).0
}

fn append(contents: &mut Vec<u8>, added: u32, entries: &[u8]) {
    let (count, rest) = leb(contents);
    let mut longer = Vec::new();
    (count + added).encode(&mut longer);
    longer.extend(rest);
    longer.extend(entries);
    *contents = longer;
}

/// An unsigned number in LEB128, and what follows it.
fn leb(bytes: &[u8]) -> (u32, &[u8]) {
    let end = bytes.iter().position(|byte| *byte < 128).map_or(bytes.len(), |at| at + 1);
    let (number, rest) = bytes.split_at(end);
    let value = number.iter().rev().fold(0, |value, byte| (value << 7) | u32::from(byte & 127));
    (value, rest)
}
