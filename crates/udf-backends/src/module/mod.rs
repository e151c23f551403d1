//! What a module is, found out without executing a byte of it.

mod bare;
mod features;
mod lanes;
mod scan;
mod work;

pub use scan::{ExportInfo, ImportInfo, NumberSignature};

use scan::Scan;
use sha2::{Digest, Sha256};
use udf_abi::{
    exports::{
        CODEC_COLUMNAR, CODEC_JSON, EXPORT_ABI_VERSION, EXPORT_ALLOC, EXPORT_FREE, EXPORT_MEMORY,
        MANIFEST_SECTION, MAX_MANIFEST_BYTES, PAGE_BYTES,
    },
    manifest::{Function, Manifest},
};
use udf_columnar::{Error, ErrorKind, Limits, Signature};

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
    /// Units of work that it makes for a compiler, as [`CompileLimits`](udf_columnar::CompileLimits)
    /// bounds them.
    pub compile_work: u64,
    /// Whether it is small enough for a compiler that optimises.
    #[cfg_attr(not(feature = "wasmtime"), expect(dead_code, reason = "only wasmtime asks"))]
    pub(crate) optimised: bool,
    /// Whether a function of it grows a table.
    #[cfg_attr(not(feature = "wasmi"), expect(dead_code, reason = "only wasmi asks"))]
    pub(crate) grows_tables: bool,
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
    if bytes.len() > limits.module_bytes {
        return Err(invalid(format!(
            "the module has {} bytes, the limit is {}: strip debug sections, or raise the limit",
            bytes.len(),
            limits.module_bytes
        )));
    }
    let scan = scan::scan(bytes, limits)?;
    features::validate(bytes)?;
    let sha256: [u8; 32] = Sha256::digest(bytes).into();
    let bare = bare::is_bare(&scan);
    let (manifest, warnings) = match bare {
        true => bare::manifest(&scan.exports, &sha256),
        false => read_manifest(&scan)?,
    };
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
        compile_work: scan.work.plain,
        optimised: scan.work.is_optimised(&limits.compile),
        grows_tables: scan.grows_tables,
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
fn export_findings(exports: &[ExportInfo]) -> Vec<String> {
    let mut findings = Vec::new();
    for (name, wanted, mend) in REQUIRED_EXPORTS {
        match exports.iter().find(|e| e.name == name) {
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

fn check_exports(scan: &Scan<'_>) -> Result<(), Error> {
    let findings = export_findings(&scan.exports);
    if findings.is_empty() {
        return Ok(());
    }
    Err(invalid("the module does not export what the contract asks for (docs/abi.md)")
        .with_details(findings))
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

fn read_manifest(scan: &Scan<'_>) -> Result<(Manifest, Vec<String>), Error> {
    let manifest_error = |message: String| Err(Error::new(ErrorKind::InvalidManifest, message));
    let json = match scan.manifests.as_slice() {
        [one] => one,
        [] => {
            check_exports(scan)?;
            return manifest_error(format!(
                "the module has no custom section `{MANIFEST_SECTION}`: build it with the SDK, or see docs/manifest.md"
            ));
        }
        more => {
            return manifest_error(format!(
                "the module has {} custom sections `{MANIFEST_SECTION}`, one is wanted: use fz_module! once",
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
    let parsed = Manifest::parse(json)?;
    // What codec 1 needs depends on each function's export.
    if parsed.manifest.module.codec == CODEC_COLUMNAR {
        check_exports(scan)?;
    }
    parsed.manifest.check_exports(|name| {
        scan.exports.iter().find(|e| e.name == name).map(|e| e.signature.clone())
    })?;
    Ok((parsed.manifest, parsed.warnings))
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidModule, message)
}
