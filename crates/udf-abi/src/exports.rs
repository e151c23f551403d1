//! Names and signatures of a module's exports, and the limits of the format.

/// Version of the contract, answered by [`EXPORT_ABI_VERSION`].
pub const ABI_VERSION: u32 = 1;
/// Codec id of the columnar frame.
pub const CODEC_COLUMNAR: u32 = 2;
/// Codec id of the JSON payloads of Formualizer 0.13.
pub const CODEC_JSON: u32 = 1;
/// Alignment in bytes of every structure and every buffer of a frame.
pub const FRAME_ALIGN: u32 = 16;
/// Bytes in a page of linear memory.
pub const PAGE_BYTES: u64 = 65_536;

/// The exported linear memory: 32-bit, not shared, the only one.
pub const EXPORT_MEMORY: &str = "memory";
/// `fz_abi_version() -> i32`
pub const EXPORT_ABI_VERSION: &str = "fz_abi_version";
/// `fz_alloc(len: i32) -> i32`: a 16-byte aligned address, or 0 for "refused".
pub const EXPORT_ALLOC: &str = "fz_alloc";
/// `fz_free(ptr: i32, len: i32)`: takes back what `fz_alloc` or a function returned.
pub const EXPORT_FREE: &str = "fz_free";
/// `fz_reset()`, optional: discards whatever the guest holds between calls.
pub const EXPORT_RESET: &str = "fz_reset";
/// Immutable i32 global, optional: address of `{ len: u32, utf8: [u8; len] }`.
pub const EXPORT_PANIC: &str = "fz_panic";
/// Immutable i32 global, optional: address of `{ len: u32, more: u32, utf8: [u8; len] }`, the lines
/// that the guest logged during its last call and the number of those that found no room.
/// It is not reserved: where a function has this name, there is no log.
pub const EXPORT_LOG: &str = "fz_log";
/// `_initialize()`, optional: called once per instance, before anything else; the name that toolchains give it.
pub const EXPORT_INITIALIZE: &str = "_initialize";
/// `fz_init()`, optional: the same under a name of the contract. A module exports one of the two at most.
pub const EXPORT_INIT: &str = "fz_init";
/// Names that no function of a manifest may be exported as.
pub const RESERVED_EXPORTS: [&str; 8] = [
    EXPORT_MEMORY,
    EXPORT_ABI_VERSION,
    EXPORT_ALLOC,
    EXPORT_FREE,
    EXPORT_RESET,
    EXPORT_PANIC,
    EXPORT_INITIALIZE,
    EXPORT_INIT,
];
/// The names of an initialiser.
pub const INITIALISERS: [&str; 2] = [EXPORT_INITIALIZE, EXPORT_INIT];

/// Signature of a function's export as texts name it.
pub const FUNCTION_SIGNATURE: &str = "(i32, i32) -> i64";

/// Suffixes that an aggregate's four exports append to the manifest's `export`.
pub const AGGREGATE_SUFFIXES: [&str; 4] = ["_init", "_update", "_merge", "_finish"];

/// Name of the custom section that holds the manifest.
pub const MANIFEST_SECTION: &str = "formualizer.udf.manifest.v1";
/// Value of the manifest's `schema`.
pub const MANIFEST_SCHEMA: &str = "formualizer.udf.module/v1";
/// Largest manifest section, in bytes.
pub const MAX_MANIFEST_BYTES: usize = 1 << 20;
/// Most values of a manifest: one, and one more at every comma and opening bracket outside texts.
pub const MAX_MANIFEST_VALUES: usize = 50_000;
/// Most functions in one manifest.
pub const MAX_FUNCTIONS: usize = 256;
/// Most aliases of one function.
pub const MAX_ALIASES: usize = 64;
/// Most aliases of all functions of a manifest.
pub const MAX_MODULE_ALIASES: usize = 2_048;
/// Most entries of the manifest's `requires`.
pub const MAX_REQUIRES: usize = 64;
/// Longest id, name, alias, export or parameter name, in bytes.
pub const MAX_NAME_BYTES: usize = 128;
/// Most parameters of one function: what a spreadsheet formula can pass.
pub const MAX_PARAMS: usize = 255;
/// Most bytes of a message that a host reads from a guest.
pub const MAX_MESSAGE_BYTES: usize = 10_000;
/// Most bytes of lines that a host reads from a guest's log after one call.
pub const MAX_LOG_BYTES: usize = 8_192;

/// Prefixes that spreadsheet files put before function names; hosts strip them.
pub const NAME_PREFIXES: [&str; 3] = ["_xlfn.", "_xludf.", "_xll."];

/// The answer of a function's export: address in the low, length in the high 32 bits.
#[must_use]
pub const fn pack(ptr: u32, len: u32) -> u64 {
    (ptr as u64) | ((len as u64) << 32)
}

/// The address and the length in a function's answer.
#[must_use]
pub const fn unpack(answer: u64) -> (u32, u32) {
    (answer as u32, (answer >> 32) as u32)
}
