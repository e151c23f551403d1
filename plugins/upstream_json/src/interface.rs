//! What the module exports: blocks of memory, one export per function, the manifest.
//!
//! Blocks are kept in a table by their address, so that nothing here handles a raw pointer.
#![expect(unsafe_code, reason = "names of exports and sections are unsafe attributes")]

use crate::{
    functions,
    value::{Failure, Value, respond},
};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

static BLOCKS: Mutex<Option<HashMap<u32, Vec<u8>>>> = Mutex::new(None);

fn blocks() -> MutexGuard<'static, Option<HashMap<u32, Vec<u8>>>> {
    BLOCKS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps a block until it is freed; its address.
fn keep(block: Vec<u8>) -> u32 {
    let ptr = block.as_ptr() as usize as u32;
    blocks().get_or_insert_default().insert(ptr, block);
    ptr
}

/// A block of `len` bytes for the host to write to.
// SAFETY: no other function of this module is called `fz_alloc`.
#[unsafe(no_mangle)]
pub extern "C" fn fz_alloc(len: u32) -> u32 {
    keep(vec![0; len as usize])
}

/// Takes a block back.
// SAFETY: no other function of this module is called `fz_free`.
#[unsafe(no_mangle)]
pub extern "C" fn fz_free(ptr: u32, _len: u32) {
    if let Some(blocks) = blocks().as_mut() {
        blocks.remove(&ptr);
    }
}

/// Answers the request at `ptr`: address and length of the response.
fn answer(ptr: u32, len: u32, function: fn(&[Value]) -> Result<Value, Failure>) -> u64 {
    let request = blocks().as_ref().and_then(|blocks| blocks.get(&ptr).cloned());
    let request = request.unwrap_or_default();
    let response = respond(request.get(..len as usize).unwrap_or_default(), function);
    let len = response.len() as u64;
    u64::from(keep(response)) | len << 32
}

macro_rules! exports {
    ($($export:ident => $function:path),* $(,)?) => {$(
        /// The export of the function of the same name.
        // SAFETY: export names in this list differ from each other and from all others.
        #[unsafe(no_mangle)]
        pub extern "C" fn $export(ptr: u32, len: u32) -> u64 {
            answer(ptr, len, $function)
        }
    )*};
}

exports! {
    fn_annuity => functions::annuity,
    fn_title => functions::title,
    fn_flows_value => functions::flows_value,
    fn_flip => functions::flip,
    fn_kind => functions::kind,
    fn_weekday_name => functions::weekday_name,
    fn_strict => functions::strict,
    fn_counter => functions::counter,
}

/// A function of plain numbers.
// SAFETY: no other function of this module is called `half`.
#[unsafe(no_mangle)]
pub extern "C" fn half(x: f64) -> f64 {
    x / 2.0
}

/// The manifest, as the module's custom section holds it.
#[used]
// SAFETY: a custom section holds bytes, which nothing loads or runs.
#[cfg_attr(target_arch = "wasm32", unsafe(link_section = "formualizer.udf.manifest.v1"))]
pub static MANIFEST: [u8; include_bytes!("../manifest.json").len()] =
    *include_bytes!("../manifest.json");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_answered_and_its_blocks_are_taken_back() {
        let request = br#"{"codec_version":1,"args":[{"Text":"a b"}]}"#;
        // Natively an address does not fit 32 bits: the block is known by what is left of it.
        let ptr = fz_alloc(request.len() as u32);
        blocks().as_mut().unwrap().get_mut(&ptr).unwrap().copy_from_slice(request);
        let packed = fn_title(ptr, request.len() as u32);
        let (at, len) = (packed as u32, (packed >> 32) as usize);
        let response = blocks().as_ref().unwrap()[&at].clone();
        assert_eq!(response.len(), len);
        assert_eq!(response, br#"{"ok":true,"value":{"Text":"A B"}}"#);
        fz_free(ptr, request.len() as u32);
        fz_free(at, len as u32);
        assert!(blocks().as_ref().unwrap().is_empty());
    }

    #[test]
    fn the_committed_module_has_the_manifest_of_this_source() {
        let module = include_bytes!("../../upstream_json.wasm");
        let found = module.windows(MANIFEST.len()).any(|bytes| bytes == MANIFEST);
        assert!(found, "rebuild it: cargo xtask plugins");
    }
}
