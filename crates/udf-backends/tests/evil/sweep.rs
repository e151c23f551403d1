//! Every buffer of every type, in every wrong place: guests made of a table, each with a name.

use crate::{
    guest::{Guest, MEMORY_END, column, header, own_block, rows},
    harness::{assert_fails, call_evil, doubles, patient, promptly, runtimes, session},
    kept,
};
use udf_columnar::ErrorKind::InvalidResult;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Rows that are asked for.
const ROWS: u32 = 4;

/// Types with their ids and buffers (validity and errors aside), as `docs/abi.md` lists them.
const TYPES: [(&str, u32, &[&str]); 19] = [
    ("bool", 1, &["values"]),
    ("i8", 2, &["values"]),
    ("i16", 3, &["values"]),
    ("i32", 4, &["values"]),
    ("i64", 5, &["values"]),
    ("u8", 6, &["values"]),
    ("u16", 7, &["values"]),
    ("u32", 8, &["values"]),
    ("u64", 9, &["values"]),
    ("f32", 10, &["values"]),
    ("f64", 11, &["values"]),
    ("utf8", 12, &["offsets"]),
    ("binary", 13, &["offsets"]),
    ("date32", 14, &["values"]),
    ("time64", 15, &["values"]),
    ("timestamp", 16, &["values"]),
    ("duration", 17, &["values"]),
    ("error", 18, &["values"]),
    ("any", 19, &["values", "offsets", "tags"]),
];

/// A guest whose result column of this type is right but for `edit`; its buffers are zeros behind the column.
fn guest(name: &str, id: u32, edit: &str) -> Guest {
    let place = "(i32.add (local.get $c) (i32.const 64))";
    let buffers: String = ["values", "offsets", "tags", "validity", "errors"]
        .iter()
        .map(|field| column(field, place))
        .collect();
    let right = header("rows", ROWS) + &rows(ROWS) + &column("dtype", id) + &buffers;
    Guest::elementwise(own_block(256, &(right + edit))).returns(name)
}

/// The guest breaks a rule, is thrown away, and does no harm to the next call.
fn breaks_a_rule(name: String, guest: &Guest, phrase: &'static str) {
    let bytes = guest.bytes();
    kept::keep_as(&name, &bytes);
    // Shown where the test fails.
    eprintln!("{name}:");
    promptly(move || {
        for runtime in runtimes(&patient()) {
            let module = runtime.load(&bytes).unwrap();
            let mut here = session(module.as_ref());
            for _ in 0..2 {
                let outcome = call_evil(module.as_ref(), here.as_mut(), ROWS as usize);
                assert_fails(outcome, InvalidResult, phrase);
                doubles(module.as_ref(), here.as_mut(), "GOOD", 4);
            }
        }
    });
}

#[test]
fn every_type_is_right_where_nothing_is_wrong() {
    for (name, id, _) in TYPES {
        // 0 is no error, but a null row's may hold it.
        let nulls = if name == "error" { column("null_count", ROWS) } else { String::new() };
        let bytes = guest(name, id, &nulls).bytes();
        promptly(move || {
            for runtime in runtimes(&patient()) {
                let module = runtime.load(&bytes).unwrap();
                let output = call_evil(module.as_ref(), session(module.as_ref()).as_mut(), 4);
                assert_eq!(output.unwrap_or_else(|e| panic!("{name}: {e}")).rows(), 4);
            }
        });
    }
}

#[test]
fn a_buffer_past_the_end_of_memory_is_refused_in_every_type() {
    for (name, id, fields) in TYPES {
        for field in fields {
            let evil = guest(name, id, &column(field, MEMORY_END));
            breaks_a_rule(format!("sweep-{name}-{field}-past_the_end"), &evil, "memory's end");
        }
    }
}

#[test]
fn a_buffer_at_the_highest_address_is_refused_in_every_type() {
    for (name, id, fields) in TYPES {
        for field in fields {
            let evil = guest(name, id, &column(field, "(i32.const -1)"));
            breaks_a_rule(format!("sweep-{name}-{field}-at_the_top"), &evil, "memory's end");
        }
    }
}

#[test]
fn a_buffer_at_address_zero_is_absent_in_every_type() {
    for (name, id, fields) in TYPES {
        for field in fields {
            let evil = guest(name, id, &column(field, 0));
            breaks_a_rule(format!("sweep-{name}-{field}-at_zero"), &evil, "address 0");
        }
    }
}

#[test]
fn a_buffer_outside_of_the_blocks_of_the_call_is_refused_in_every_type() {
    for (name, id, fields) in TYPES {
        for field in fields {
            let evil = guest(name, id, &column(field, MEMORY_END - 1024));
            breaks_a_rule(format!("sweep-{name}-{field}-elsewhere"), &evil, "neither in");
        }
    }
}

#[test]
fn validity_past_the_end_of_memory_is_refused_in_every_type_that_has_it() {
    for (name, id, _) in TYPES.iter().filter(|(name, ..)| *name != "any") {
        let edit = column("null_count", 1) + &column("validity", MEMORY_END);
        breaks_a_rule(format!("sweep-{name}-validity"), &guest(name, *id, &edit), "validity");
    }
}

#[test]
fn errors_past_the_end_of_memory_are_refused_in_every_type() {
    for (name, id, _) in TYPES {
        let edit = column("error_count", 1) + &column("errors", "(i32.const -8)");
        breaks_a_rule(format!("sweep-{name}-errors"), &guest(name, id, &edit), "errors");
    }
}

#[test]
fn a_column_of_another_type_than_the_manifest_says_is_refused() {
    for (name, id, _) in TYPES {
        let other = if id == 11 { 5 } else { 11 };
        let evil = guest(name, id, &column("dtype", other));
        breaks_a_rule(format!("sweep-{name}-as_another"), &evil, "is wanted");
    }
}

#[test]
fn more_rows_than_were_asked_for_are_refused_in_every_type() {
    for (name, id, _) in TYPES {
        let evil = guest(name, id, &rows(ROWS + 1));
        breaks_a_rule(format!("sweep-{name}-more_rows"), &evil, "5 rows");
    }
}
