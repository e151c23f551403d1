//! Functions that panic, do not end, or take memory and stack.

use std::hint::black_box;

use formualizer_udf_sdk::fz_udf;

/// a / b; panics where b is 0.
#[fz_udf]
pub fn divide_i64(a: i64, b: i64) -> i64 {
    a / b
}

/// The number; panics with it where it is more than `limit`.
#[fz_udf]
pub fn panic_if(x: f64, limit: f64) -> f64 {
    assert!(x <= limit, "x is {x}");
    x
}

/// Takes `kib` KiB, writes a 1 to every byte and answers their sum, 1024·`kib`.
#[fz_udf]
pub fn grow(kib: i64) -> i64 {
    let bytes = vec![1u8; kib.max(0) as usize * 1_024];
    black_box(&bytes).iter().map(|byte| i64::from(*byte)).sum()
}

/// The number; does not end where it is more than 0.
#[fz_udf]
pub fn spin(x: f64) -> f64 {
    while black_box(x) > 0.0 {}
    x
}

/// Calls itself `depth` times and answers that number.
#[fz_udf]
pub fn recurse(depth: i64) -> i64 {
    if black_box(depth) <= 0 { 0 } else { black_box(1 + recurse(depth - 1)) }
}
