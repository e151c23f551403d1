//! What a module is, found out without executing a byte of it.

mod bare;
mod features;
mod lanes;
mod language;
mod recent;
mod references;
mod scan;
mod section;
mod work;

pub use language::{SourceLanguage, source_language};
pub use scan::{ExportInfo, ImportInfo, NumberSignature};
pub use section::{manifest_sections, with_manifest};

use scan::Scan;
use sha2::{Digest, Sha256};
use std::{collections::HashMap, ops::Range};
use udf_abi::{
    exports::{
        CODEC_COLUMNAR, CODEC_JSON, EXPORT_ABI_VERSION, EXPORT_ALLOC, EXPORT_FREE, EXPORT_MEMORY,
        INITIALISERS, MANIFEST_SECTION, MAX_MANIFEST_BYTES, PAGE_BYTES,
    },
    manifest::{Function, Manifest},
};
use udf_columnar::{Error, ErrorKind, Limits, Signature, stack};

/// Stack for inspecting, compiling and loading a module.
pub(crate) const LOAD_ROOM: usize = (1 << 20) + stack::RESERVE;

/// The contract's exports besides the functions, and their signatures.
const REQUIRED_EXPORTS: [(&str, &str, &str); 4] = [
    (EXPORT_MEMORY, "memory", "export the module's linear memory under that name"),
    (EXPORT_ABI_VERSION, "() -> i32", "export a function that returns 1"),
    (EXPORT_ALLOC, "(i32) -> i32", "export an allocator of 16-byte aligned blocks"),
    (EXPORT_FREE, "(i32, i32)", "export the counterpart of fz_alloc"),
];

/// Everything that inspection finds in a module.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ModuleInfo {
    /// The manifest; made from the exports where the module is [`bare`](Self::bare).
    pub manifest: Manifest,
    /// Whether the module has no manifest of its own: its exports of numbers are bound by name.
    pub bare: bool,
    /// Oddities that are no errors.
    pub warnings: Vec<String>,
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
    /// Bytes of the module.
    pub size: usize,
    /// Bytes of its code section.
    pub code_bytes: usize,
    /// Bytes of its data section.
    pub data_bytes: usize,
    /// Number of functions that it defines.
    pub functions: u32,
    /// Pages of 64 KiB that its memory starts with.
    pub memory_pages: u64,
    /// Most pages that its memory declares, if it does.
    pub memory_max_pages: Option<u64>,
    /// Everything it exports, in order.
    pub exports: Vec<ExportInfo>,
    /// Everything it imports; empty for a module that the contract admits.
    pub imports: Vec<ImportInfo>,
    /// Where in `exports` a name stands.
    by_name: HashMap<String, usize>,
    /// What of the exports that JSON requests go through is not as it must be, if the module has any
    /// of them; `None` where it has none.
    json_exports: Option<Vec<String>>,
    /// Units of work that it makes for a compiler, as [`CompileLimits`](udf_columnar::CompileLimits)
    /// bounds them.
    pub compile_work: u64,
    /// Units of the function that makes the most.
    pub function_work: u64,
    /// Units that an optimising compiler would take: the least
    /// [`optimised_work`](udf_columnar::CompileLimits::optimised_work) that has the module optimised.
    pub optimised_work: u64,
    /// Whether an engine that compiles optimises it under the limits of the inspection. Otherwise it is
    /// compiled plainly, and its functions are slower.
    pub optimised: bool,
    /// Where the contents of the memory section stand in the bytes.
    #[cfg_attr(not(feature = "wasmi"), expect(dead_code, reason = "only wasmi asks"))]
    pub(crate) memory_section: Option<Range<usize>>,
    /// Most elements that its table declares, if it does.
    #[cfg_attr(
        not(any(feature = "wasmtime", feature = "wasmi", feature = "js")),
        expect(dead_code, reason = "no engine is compiled in")
    )]
    pub(crate) table_max: Option<u64>,
}

impl ModuleInfo {
    /// The hash as 64 hexadecimal digits.
    #[must_use]
    pub fn sha256_hex(&self) -> String {
        hex(&self.sha256)
    }

    /// How a function of the manifest is called.
    ///
    /// # Errors
    /// [`Unsupported`](ErrorKind::Unsupported) where this version cannot call it.
    pub fn signature(&self, function: &Function) -> Result<Signature, Error> {
        lanes::signature(self, function)
    }

    /// The export of this name.
    #[must_use]
    pub fn export(&self, name: &str) -> Option<&ExportInfo> {
        self.by_name.get(name).map(|at| &self.exports[*at])
    }
}

/// Inspects a module and holds it against the contract. Nothing is compiled or executed.
///
/// A module that has no manifest and nothing of the contract's exports, but exports functions of
/// numbers, is taken as [`bare`](ModuleInfo::bare).
///
/// # Errors
/// [`InvalidModule`](ErrorKind::InvalidModule), [`InvalidManifest`](ErrorKind::InvalidManifest)
/// or [`Unsupported`](ErrorKind::Unsupported), with the mend in the message.
pub fn inspect(bytes: &[u8], limits: &Limits) -> Result<ModuleInfo, Error> {
    check_size(bytes, limits)?;
    inspect_hashed(bytes, sha256(bytes), limits)
}

/// The same of bytes that are not too many, with their SHA-256.
pub(crate) fn inspect_hashed(
    bytes: &[u8],
    sha256: [u8; 32],
    limits: &Limits,
) -> Result<ModuleInfo, Error> {
    let inspect = || stack::with_room(LOAD_ROOM, || inspect_here(bytes, sha256, limits))?;
    // Elsewhere modules are loaded on threads of their own, which have inspected nothing.
    match cfg!(target_family = "wasm") {
        true => recent::or_else(sha256, limits, inspect),
        false => inspect(),
    }
}

/// Refuses a module by its size, before anything is done with its bytes.
pub(crate) fn check_size(bytes: &[u8], limits: &Limits) -> Result<(), Error> {
    if bytes.len() <= limits.module_bytes {
        return Ok(());
    }
    Err(invalid(format!(
        "the module has {} bytes, the limit is {}: strip debug sections, or raise the limit",
        bytes.len(),
        limits.module_bytes
    )))
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let hash = |bytes: &[u8]| Sha256::digest(bytes).into();
    // As with what was inspected.
    match cfg!(target_family = "wasm") {
        true => recent::hashed(bytes, hash),
        false => hash(bytes),
    }
}

#[inline(never)]
fn inspect_here(bytes: &[u8], sha256: [u8; 32], limits: &Limits) -> Result<ModuleInfo, Error> {
    let scan = scan::scan(bytes, limits)?;
    features::validate(bytes)?;
    check_initialiser(&scan)?;
    let names = scan.exports.iter().enumerate();
    let by_name: HashMap<String, usize> = names.map(|(at, e)| (e.name.clone(), at)).collect();
    let export = |name: &str| by_name.get(name).map(|at| &scan.exports[*at]);
    let bare = bare::is_bare(&scan);
    let (manifest, warnings) = match bare {
        true => bare::manifest(&scan.exports, &sha256),
        false => read_manifest(&scan, bytes, export)?,
    };
    let json_exports = lanes::json_exports(export);
    if manifest.module.codec == CODEC_COLUMNAR && scan.memory.is_none() {
        return Err(invalid("the module defines no memory"));
    }
    check_memory(&scan, limits)?;
    let mut info = ModuleInfo {
        manifest,
        bare,
        warnings,
        sha256,
        size: bytes.len(),
        code_bytes: scan.code_bytes,
        data_bytes: scan.data_bytes,
        functions: scan.functions,
        memory_pages: scan.memory.map_or(0, |m| m.initial),
        memory_max_pages: scan.memory.and_then(|m| m.maximum),
        exports: scan.exports,
        imports: scan.imports,
        by_name,
        json_exports,
        memory_section: scan.memory_section,
        table_max: scan.table_max,
        compile_work: scan.work.plain,
        function_work: scan.work.function,
        optimised_work: scan.work.to_optimise(),
        optimised: scan.work.to_optimise() <= limits.compile.optimised_work,
    };
    if info.manifest.module.codec == CODEC_JSON {
        let disabled = lanes::disabled(&info);
        info.warnings.extend(disabled);
    }
    Ok(info)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What of the contract's exports is absent or of another signature.
fn export_findings<'e>(
    names: &[&str],
    export: impl Fn(&str) -> Option<&'e ExportInfo>,
) -> Vec<String> {
    let mut findings = Vec::new();
    for (name, wanted, mend) in REQUIRED_EXPORTS.into_iter().filter(|r| names.contains(&r.0)) {
        match export(name) {
            None => findings.push(format!("export `{name}` ({wanted}) is missing: {mend}")),
            Some(found) if found.signature != wanted => findings.push(format!(
                "export `{name}` is {}, {wanted} is wanted: {mend}",
                found.signature
            )),
            Some(_) => {}
        }
    }
    findings
}

fn check_exports<'e>(export: impl Fn(&str) -> Option<&'e ExportInfo>) -> Result<(), Error> {
    let findings = export_findings(&REQUIRED_EXPORTS.map(|(name, ..)| name), export);
    if findings.is_empty() {
        return Ok(());
    }
    Err(invalid("the module does not export what the contract asks for (docs/abi.md)")
        .with_details(findings))
}

/// Signature of an initialiser.
const INITIALISER: &str = "()";

fn check_initialiser(scan: &Scan<'_>) -> Result<(), Error> {
    let found: Vec<&ExportInfo> =
        scan.exports.iter().filter(|e| INITIALISERS.contains(&e.name.as_str())).collect();
    if let Some(wrong) = found.iter().find(|e| e.signature != INITIALISER) {
        return Err(invalid(format!(
            "export `{}` is {}, an initialiser is {INITIALISER}: take no parameters and answer nothing, or export it under another name",
            wrong.name, wrong.signature
        )));
    }
    if found.len() > 1 {
        return Err(invalid(format!(
            "the module exports both `{}` and `{}`, and one initialiser is called: export one, and let it call the other where that is needed",
            INITIALISERS[0], INITIALISERS[1]
        )));
    }
    Ok(())
}

fn check_memory(scan: &Scan<'_>, limits: &Limits) -> Result<(), Error> {
    let Some(memory) = scan.memory else { return Ok(()) };
    if memory.initial.saturating_mul(PAGE_BYTES) > limits.memory_bytes {
        return Err(invalid(format!(
            "the module's memory starts with {} bytes, the limit is {}: shrink its data or stack, or raise the limit",
            memory.initial.saturating_mul(PAGE_BYTES),
            limits.memory_bytes
        )));
    }
    Ok(())
}

fn read_manifest<'e>(
    scan: &Scan<'_>,
    bytes: &[u8],
    export: impl Fn(&str) -> Option<&'e ExportInfo>,
) -> Result<(Manifest, Vec<String>), Error> {
    let manifest_error = |message: String| Err(Error::new(ErrorKind::InvalidManifest, message));
    let json = match scan.manifests.as_slice() {
        [one] => one,
        [] => {
            check_exports(&export)?;
            let mend = match source_language(bytes) {
                Some(SourceLanguage::Rust) => {
                    "list its functions in the SDK's fz_module!, or attach a manifest with `fzudf manifest add`"
                }
                Some(_) => "attach the manifest with `fzudf manifest add`",
                None => {
                    "attach the manifest with `fzudf manifest add`; in Rust the SDK's fz_module! does it"
                }
            };
            return manifest_error(format!(
                "the module has no custom section `{MANIFEST_SECTION}`: {mend} (docs/manifest.md)"
            ));
        }
        more => {
            let mend = match source_language(bytes) {
                Some(SourceLanguage::Rust) => "use fz_module! once",
                _ => "`fzudf manifest add` replaces all of them",
            };
            return manifest_error(format!(
                "the module has {} custom sections `{MANIFEST_SECTION}`, one is wanted: {mend}",
                more.len()
            ));
        }
    };
    if json.len() > MAX_MANIFEST_BYTES {
        return manifest_error(format!(
            "the manifest section has {} bytes, at most {MAX_MANIFEST_BYTES} are read",
            json.len()
        ));
    }
    let parsed = match Manifest::parse(json) {
        Ok(parsed) => parsed,
        Err(error) => {
            // What the module lacks besides is told in the same breath.
            let mut details: Vec<String> =
                error.problems().iter().map(ToString::to_string).collect();
            if is_columnar(json) {
                details.extend(export_findings(&REQUIRED_EXPORTS.map(|(name, ..)| name), &export));
            }
            return Err(Error::from(error).with_details(details));
        }
    };
    let exports = parsed.manifest.check_exports(|name| export(name).map(|e| e.signature.as_str()));
    // What codec 1 needs depends on each function's export.
    if parsed.manifest.module.codec == CODEC_COLUMNAR
        && let Err(error) = check_exports(&export)
    {
        let mut details = error.details().to_vec();
        if let Err(functions) = &exports {
            details.extend(functions.problems().iter().map(ToString::to_string));
        }
        return Err(error.with_details(details));
    }
    exports?;
    Ok((parsed.manifest, parsed.warnings))
}

/// Whether a manifest that breaks rules asks for codec 2 all the same.
fn is_columnar(json: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Outline {
        module: Module,
    }
    #[derive(serde::Deserialize)]
    struct Module {
        codec: u32,
    }
    let outline: Option<Outline> = serde_json::from_slice(json).ok();
    outline.is_some_and(|outline| outline.module.codec == CODEC_COLUMNAR)
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidModule, message)
}
