//! Columnar answers: a frame as a host writes it, with numbers in it replaced, and a packed answer.

use crate::valid;
use arbitrary::Unstructured;
use arrow_array::Float64Array;
use serde_json::json;
use std::sync::Arc;
use udf_abi::{DType, ErrorCode, exports::pack, manifest::Manifest};
use udf_backends::internal::{Expected, GuestMemory};
use udf_columnar::{
    Argument, BoundCall, Signature,
    internal::{
        collect,
        frame::{CallContext, FrameAddress, FrameArgs, OutputSpec},
    },
};

/// Where the frame stands, and how much memory lies behind it.
const BASE: u32 = 256;
const BEHIND: usize = 1024;
/// Most bytes that a result may take.
const BUDGET: u64 = 1 << 20;

pub(crate) fn hold(data: &[u8]) {
    let _ = answer(&mut Unstructured::new(data));
}

fn answer(u: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let rows = u.int_in_range(0..=40usize)?;
    let dtype = *u.choose(&DType::ALL)?;
    let (mut memory, address) = frame(rows, dtype, u.int_in_range(0..=64usize)?);
    let packed = match u.ratio(3, 4)? {
        true => pack(address.result, 64),
        false => pack(u.int_in_range(0..=memory.len() as u32 + 32)?, u.arbitrary()?),
    };
    // A guest writes numbers of four bytes, mostly into the result's structures and buffers.
    while !u.is_empty() {
        let near = address.result as usize;
        let at = match u.ratio(7, 8)? {
            true => near + u.int_in_range(0..=255usize)?,
            false => u.choose_index(memory.len())?,
        };
        let number = match u.int_in_range(0..=3u8)? {
            0 => u.int_in_range(0..=64u32)?,
            1 => u.int_in_range(0..=memory.len() as u32 + 64)?,
            2 => *u.choose(&[0, 1, u32::MAX, 1 << 31, address.result, address.base])?,
            _ => u.arbitrary()?,
        };
        let width = u.int_in_range(1..=4usize)?;
        if let Some(place) = memory.get_mut(at..at + width) {
            place.copy_from_slice(&number.to_le_bytes()[..width]);
        }
    }
    let dtypes = [dtype];
    let fixed = u.ratio(1, 2)?;
    let expected = Expected {
        dtypes: &dtypes,
        columns: fixed.then_some(1),
        rows: fixed.then_some(rows),
        budget: BUDGET,
        message_bytes: 100,
    };
    read(&memory, packed, &address, &expected);
    Ok(())
}

fn read(memory: &[u8], packed: u64, address: &FrameAddress, expected: &Expected<'_>) {
    let memory = GuestMemory::new(memory);
    let block = memory.owned_block(packed, address);
    let result = match memory.result(packed, address, expected) {
        Ok(result) => result,
        Err(error) => {
            assert!(!error.message().is_empty());
            assert!(error.message().len() < 4096, "an error is of a length that people read");
            return;
        }
    };
    assert!(block.is_ok(), "what has a result has a block");
    for (view, messages) in result.columns.iter().zip(&result.messages) {
        if let Ok(collected) = collect::column(view) {
            valid::column(&collected.column, expected.rows);
        }
        if let Ok(Some(codes)) = collect::row_errors(view.errors) {
            assert!(codes.iter().all(|c| *c == 0 || ErrorCode::from_code(*c).is_some()));
        }
        if let Some(Ok(texts)) = messages.as_ref().map(collect::column) {
            valid::column(&texts.column, expected.rows);
        }
    }
}

/// Memory with the frame of a call of one column of numbers, with room for `text` bytes.
fn frame(rows: usize, dtype: DType, text: usize) -> (Vec<u8>, FrameAddress) {
    let manifest = json!({
        "schema": "formualizer.udf.module/v1",
        "module": { "id": "answers", "version": "1", "abi": 1, "codec": 2 },
        "functions": [{
            "id": 1, "name": "F", "export": "f", "kind": "elementwise", "min_args": 1, "max_args": 1,
            "params": [{ "name": "x", "type": "f64" }], "returns": "f64",
        }],
    });
    let manifest = Manifest::parse(manifest.to_string().as_bytes()).expect("a valid manifest");
    let signature = Signature::try_new(manifest.manifest.functions[0].clone()).expect("it is run");
    let values = Float64Array::from_iter_values((0..rows).map(|row| row as f64));
    let x = Argument::column(Arc::new(values)).expect("a column");
    let bound = BoundCall::try_new(&signature, vec![x], None).expect("it fits");
    let args = FrameArgs::of(&bound, true);
    let outputs = [OutputSpec { dtype, rows, data_bytes: text }];
    let frame = args.plan(0..rows, &outputs).expect("it is small");
    let mut memory = vec![0; BASE as usize + frame.len() as usize + BEHIND];
    let mut place = &mut memory[BASE as usize..];
    let address = frame.write(&mut place, BASE, &CallContext::default()).expect("there is room");
    (memory, address)
}
