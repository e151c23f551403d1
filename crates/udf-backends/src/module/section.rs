//! The custom section that a manifest stands in: found, put in place, replaced.

use super::{
    ModuleInfo, inspect, invalid,
    scan::{component, not_wasm},
};
use udf_abi::exports::MANIFEST_SECTION;
use udf_columnar::{Error, Limits};
use wasmparser::{Encoding, Parser, Payload};

/// Number of a custom section, and bytes of the header that every module begins with.
const CUSTOM: u8 = 0;
const HEADER: usize = 8;

/// The manifests that stand in a module, as they are: one in a plugin, none in a bare module. Nothing of
/// them is checked.
///
/// # Errors
/// [`InvalidModule`](udf_columnar::ErrorKind::InvalidModule) where the bytes are no module,
/// [`Unsupported`](udf_columnar::ErrorKind::Unsupported) where they are a component.
pub fn manifest_sections(module: &[u8]) -> Result<Vec<&[u8]>, Error> {
    let mut found = Vec::new();
    sections(module, |section| {
        if let Section::Manifest(json) = section {
            found.push(json);
        }
    })?;
    Ok(found)
}

/// A module with this manifest, in place of those that it has, and what inspection says of it. All else
/// stays as it is, byte for byte.
///
/// # Errors
/// As [`inspect`], for the module that would be the result.
pub fn with_manifest(
    module: &[u8],
    manifest: &[u8],
    limits: &Limits,
) -> Result<(Vec<u8>, ModuleInfo), Error> {
    let name = MANIFEST_SECTION.as_bytes();
    let mut out = module.get(..HEADER).unwrap_or_default().to_vec();
    sections(module, |section| {
        if let Section::Other(bytes) = section {
            out.extend_from_slice(bytes);
        }
    })?;
    let mut content = Vec::with_capacity(name.len() + manifest.len() + 5);
    push_length(&mut content, name.len());
    content.extend_from_slice(name);
    content.extend_from_slice(manifest);
    out.push(CUSTOM);
    push_length(&mut out, content.len());
    out.extend_from_slice(&content);
    let info = inspect(&out, limits)?;
    Ok((out, info))
}

enum Section<'m> {
    /// The manifest alone.
    Manifest(&'m [u8]),
    /// Number, length and content.
    Other(&'m [u8]),
}

fn sections<'m>(module: &'m [u8], mut take: impl FnMut(Section<'m>)) -> Result<(), Error> {
    if !module.starts_with(b"\0asm") {
        return Err(not_a_module());
    }
    // Sections follow one another without gaps.
    let mut start = HEADER;
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.map_err(not_wasm)?;
        if matches!(payload, Payload::Version { encoding: Encoding::Component, .. }) {
            return Err(component());
        }
        let Some((_, range)) = payload.as_section() else { continue };
        let whole = module.get(start..range.end).ok_or_else(not_a_module)?;
        start = range.end;
        take(match payload {
            Payload::CustomSection(section) if section.name() == MANIFEST_SECTION => {
                Section::Manifest(section.data())
            }
            _ => Section::Other(whole),
        });
    }
    Ok(())
}

/// The same words as those of a scan.
pub(super) fn not_a_module() -> Error {
    invalid("not a WebAssembly module: it does not start with \\0asm")
}

/// A number as LEB128, seven bits a byte, the least first.
fn push_length(out: &mut Vec<u8>, mut length: usize) {
    while length >= 0x80 {
        out.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
}

#[cfg(test)]
mod tests {
    use super::{manifest_sections, push_length, with_manifest};
    use udf_columnar::{ErrorKind, Limits};

    const MANIFEST: &str = r#"{"schema": "formualizer.udf.module/v1",
        "module": {"id": "m", "version": "1", "abi": 1, "codec": 2},
        "functions": [{"id": 1, "name": "F", "export": "f", "kind": "elementwise", "min_args": 1,
            "max_args": 1, "returns": "f64", "params": [{"name": "x", "type": "f64"}]}]}"#;
    const EXPORTS: &str = r#"
        (memory (export "memory") 1)
        (func (export "fz_abi_version") (result i32) i32.const 1)
        (func (export "fz_alloc") (param i32) (result i32) i32.const 0)
        (func (export "fz_free") (param i32 i32))
        (func (export "f") (param i32 i32) (result i64) i64.const 0)"#;

    fn module(more: &str) -> Vec<u8> {
        wat::parse_str(format!("(module {EXPORTS} {more})")).unwrap()
    }

    #[test]
    fn a_manifest_is_attached_behind_what_is_there() {
        let plain = module("");
        assert!(manifest_sections(&plain).unwrap().is_empty());
        let (plugin, info) =
            with_manifest(&plain, MANIFEST.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(manifest_sections(&plugin).unwrap(), [MANIFEST.as_bytes()]);
        assert!(plugin.starts_with(&plain));
        assert_eq!(info.manifest.functions[0].name, "F");
        // Once more gives the same.
        let (again, _) = with_manifest(&plugin, MANIFEST.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(again, plugin);
    }

    #[test]
    fn every_manifest_that_is_there_is_replaced_and_all_else_kept() {
        let section = r#"(@custom "formualizer.udf.manifest.v1" "old")"#;
        let other = r#"(@custom "other" (before first) "kept")"#;
        let old = module(&format!("{other} {section} {section} (@custom \"last\" \"kept too\")"));
        assert_eq!(manifest_sections(&old).unwrap(), [b"old", b"old"]);
        let (new, _) = with_manifest(&old, MANIFEST.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(manifest_sections(&new).unwrap(), [MANIFEST.as_bytes()]);
        let kept = module(&format!("{other} (@custom \"last\" \"kept too\")"));
        assert!(new.starts_with(&kept));
    }

    #[test]
    fn what_inspection_refuses_is_refused_with_every_reason() {
        let refused = |bytes: &[u8], manifest: &str| {
            with_manifest(bytes, manifest.as_bytes(), &Limits::default()).unwrap_err()
        };
        let error = refused(&module(""), "no json");
        assert_eq!(error.kind(), ErrorKind::InvalidManifest);
        let wrong = MANIFEST.replace("\"F\"", "\"A B\"").replace("\"f64\"}", "7}");
        assert_eq!(refused(&module(""), &wrong).details().len(), 2);
        // What the exports lack is told in the same breath.
        let bare = wat::parse_str("(module (memory (export \"memory\") 1))").unwrap();
        let all = refused(&bare, &wrong);
        assert_eq!(all.details().len(), 5, "{all}");
        let exports = refused(&bare, MANIFEST);
        assert_eq!(exports.details().len(), 4, "{exports}");
        assert_eq!(refused(b"text", MANIFEST).kind(), ErrorKind::InvalidModule);
        assert_eq!(refused(b"\0asm\x01\0\0\0\x05", MANIFEST).kind(), ErrorKind::InvalidModule);
        assert!(manifest_sections(b"text").is_err());
        let nested = wat::parse_str("(component (core module) (core module))").unwrap();
        assert_eq!(refused(&nested, MANIFEST).kind(), ErrorKind::Unsupported);
        assert_eq!(manifest_sections(&nested).unwrap_err().kind(), ErrorKind::Unsupported);
    }

    #[test]
    fn lengths_are_written_as_modules_have_them() {
        for (length, bytes) in [
            (0, vec![0]),
            (127, vec![127]),
            (128, vec![0x80, 1]),
            (16_384, vec![0x80, 0x80, 1]),
            (1 << 20, vec![0x80, 0x80, 0x40]),
        ] {
            let mut out = Vec::new();
            push_length(&mut out, length);
            assert_eq!(out, bytes, "{length}");
        }
    }
}
