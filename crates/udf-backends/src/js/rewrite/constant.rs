//! Constant expressions in one instruction: not every engine that pages run on can compute in them.

use super::Encoded;
use wasm_encoder::{ConstExpr, reencode};
use wasmparser::Operator;

#[derive(Clone, Copy)]
enum Value {
    I32(i32),
    I64(i64),
}

/// The constant that the expression computes; none where it computes nothing.
pub(super) fn computed(expression: &wasmparser::ConstExpr<'_>) -> Encoded<Option<ConstExpr>> {
    let mut stack = Vec::new();
    let mut computes = false;
    let mut reader = expression.get_operators_reader();
    while !reader.eof() {
        let value = match reader.read()? {
            Operator::End => continue,
            Operator::I32Const { value } => Value::I32(value),
            Operator::I64Const { value } => Value::I64(value),
            operator => {
                let (Some(b), Some(a)) = (stack.pop(), stack.pop()) else { return Ok(None) };
                computes = true;
                match (operator, a, b) {
                    (Operator::I32Add, Value::I32(a), Value::I32(b)) => {
                        Value::I32(a.wrapping_add(b))
                    }
                    (Operator::I32Sub, Value::I32(a), Value::I32(b)) => {
                        Value::I32(a.wrapping_sub(b))
                    }
                    (Operator::I32Mul, Value::I32(a), Value::I32(b)) => {
                        Value::I32(a.wrapping_mul(b))
                    }
                    (Operator::I64Add, Value::I64(a), Value::I64(b)) => {
                        Value::I64(a.wrapping_add(b))
                    }
                    (Operator::I64Sub, Value::I64(a), Value::I64(b)) => {
                        Value::I64(a.wrapping_sub(b))
                    }
                    (Operator::I64Mul, Value::I64(a), Value::I64(b)) => {
                        Value::I64(a.wrapping_mul(b))
                    }
                    _ => return Err(reencode::Error::InvalidConstExpr),
                }
            }
        };
        stack.push(value);
    }
    Ok(match stack.as_slice() {
        [value] if computes => Some(match *value {
            Value::I32(value) => ConstExpr::i32_const(value),
            Value::I64(value) => ConstExpr::i64_const(value),
        }),
        _ => None,
    })
}
