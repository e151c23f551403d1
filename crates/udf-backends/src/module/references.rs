//! References: the contract admits those to functions, in every place where a module may name a type.

use udf_columnar::{Error, ErrorKind};
use wasmparser::{AbstractHeapType, BlockType, HeapType, RefType, ValType};

/// Refuses a type that refers to things of a host, which has none to give.
pub(super) fn check(ty: ValType) -> Result<(), Error> {
    match ty {
        ValType::Ref(reference) => check_reference(reference),
        _ => Ok(()),
    }
}

/// Like [`check`].
pub(super) fn check_reference(ty: RefType) -> Result<(), Error> {
    check_heap(ty.heap_type())
}

/// The same of what a block gives. Types that are given by their index are checked where they are defined.
pub(super) fn check_block(ty: BlockType) -> Result<(), Error> {
    match ty {
        BlockType::Type(ty) => check(ty),
        BlockType::Empty | BlockType::FuncType(_) => Ok(()),
    }
}

/// Like [`check`].
pub(super) fn check_heap(ty: HeapType) -> Result<(), Error> {
    let host = matches!(
        ty,
        HeapType::Abstract { ty: AbstractHeapType::Extern | AbstractHeapType::NoExtern, .. }
    );
    if !host {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Unsupported,
        "the module uses externref, references to things of its host; the contract admits references to functions only (funcref): build without them (wasm-bindgen's `--reference-types` makes them)",
    ))
}
