//! `fzudf test` finds what is wrong with a plugin, also where all ways of running it agree on that.

use crate::workshop::Folder;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// What every module has: an allocator that frees the last block, and a few words for frames.
const COMMON: &str = r#"
    (memory (export "memory") 4)
    (global $top (mut i32) (i32.const 131072))
    (global $count (mut i32) (i32.const 0))
    (global (export "fz_panic") i32 (i32.const 16))
    (func $result (param $call i32) (result i32) (i32.load offset=48 (local.get $call)))
    (func $out (param $call i32) (result i32) (i32.load offset=12 (call $result (local.get $call))))
    (func $rows (param $call i32) (result i32) (i32.load offset=12 (local.get $call)))
    (func $pack (param $ptr i32) (param $len i32) (result i64)
      (i64.or (i64.extend_i32_u (local.get $ptr)) (i64.shl (i64.extend_i32_u (local.get $len)) (i64.const 32))))
    (func $done (param $call i32) (result i64) (call $pack (call $result (local.get $call)) (i32.const 64)))
    ;; The FzArg at an index, without a look at its kind; 0 where it is not in the frame.
    (func $arg (param $call i32) (param $index i32) (result i32)
      (if (i32.ge_u (local.get $index) (i32.load offset=28 (local.get $call))) (then (return (i32.const 0))))
      (i32.add (i32.load offset=24 (local.get $call)) (i32.mul (local.get $index) (i32.load offset=32 (local.get $call)))))
    (func $column (param $call i32) (param $arg i32) (result i32)
      (i32.add (i32.load offset=36 (local.get $call)) (i32.mul (i32.load offset=4 (local.get $arg)) (i32.load offset=44 (local.get $call)))))
    ;; Writes x + y to every row.
    (func $fill (param $call i32) (param $y f64)
      (local $row i32) (local $values i32) (local $step i32) (local $arg i32)
      (local.set $arg (call $arg (local.get $call) (i32.const 0)))
      (local.set $step (i32.shl (i32.ne (i32.load (local.get $arg)) (i32.const 1)) (i32.const 3)))
      (local.set $values (i32.load offset=20 (call $column (local.get $call) (local.get $arg))))
      (block $end (loop $next
        (br_if $end (i32.ge_u (local.get $row) (call $rows (local.get $call))))
        (f64.store
          (i32.add (i32.load offset=20 (call $out (local.get $call))) (i32.shl (local.get $row) (i32.const 3)))
          (f64.add (local.get $y) (f64.load (i32.add (local.get $values) (i32.mul (local.get $row) (local.get $step))))))
        (local.set $row (i32.add (local.get $row) (i32.const 1)))
        (br $next))))
    ;; Whether y is in the frame, not omitted, and its row 0 not null.
    (func $has (param $arg i32) (param $call i32) (param $looks_at_nulls i32) (result i32)
      (if (i32.eqz (local.get $arg)) (then (return (i32.const 0))))
      (if (i32.eqz (i32.load (local.get $arg))) (then (return (i32.const 0))))
      (i32.eqz (i32.and (local.get $looks_at_nulls) (i32.load offset=8 (call $column (local.get $call) (local.get $arg))))))
    (func $deep (param $n i32) (result i32) (i32.add (i32.const 1) (call $deep (i32.add (local.get $n) (i32.const 1)))))
"#;

/// The contract's exports as they should be.
const EXPORTS: [(&str, &str); 3] = [
    ("fz_abi_version", "(result i32) (i32.const 1)"),
    (
        "fz_alloc",
        r#"(param $len i32) (result i32) (local $ptr i32)
           (local.set $ptr (global.get $top))
           (if (i32.gt_u (i32.add (local.get $ptr) (local.get $len)) (i32.shl (memory.size) (i32.const 16)))
             (then (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then (return (i32.const 0))))))
           (global.set $top (i32.and (i32.add (i32.add (local.get $ptr) (local.get $len)) (i32.const 15)) (i32.const -16)))
           (local.get $ptr)"#,
    ),
    (
        "fz_free",
        r#"(param $ptr i32) (param $len i32)
           (if (i32.eq (i32.and (i32.add (i32.add (local.get $ptr) (local.get $len)) (i32.const 15)) (i32.const -16)) (global.get $top))
             (then (global.set $top (local.get $ptr))))"#,
    ),
];

/// A function of x, as a test writes it: what differs from an elementwise f64, and its body.
struct Function {
    name: &'static str,
    differs: Value,
    body: String,
}

fn function(name: &'static str, differs: Value, body: &str) -> Function {
    Function { name, differs, body: body.to_owned() }
}

/// A module of these functions; exports of the contract may be others.
fn module(functions: &[Function], others: &[(&str, &str)]) -> String {
    let mut wat = format!("(module {COMMON}");
    for (name, usual) in EXPORTS {
        let text = others.iter().find(|(other, _)| *other == name).map_or(usual, |(_, text)| text);
        write!(wat, "(func (export \"{name}\") {text})").unwrap();
    }
    let mut entries = Vec::new();
    for (index, Function { name, differs, body }) in functions.iter().enumerate() {
        write!(
            wat,
            r#"(func (export "f{index}") (param $call i32) (param $len i32) (result i64)
                 (local $i i32) (local $j i32) {body})"#
        )
        .unwrap();
        let mut entry = json!({
            "id": index, "name": name, "export": format!("f{index}"), "kind": "elementwise",
            "min_args": 1, "max_args": 1, "returns": "f64", "params": [{"name": "x", "type": "f64"}],
        });
        for (field, value) in differs.as_object().unwrap() {
            entry[field] = value.clone();
        }
        if entry["kind"] == "aggregate" {
            for suffix in ["_init", "_update", "_merge", "_finish"] {
                write!(
                    wat,
                    r#"(func (export "f{index}{suffix}") (param i32 i32) (result i64) (unreachable))"#
                )
                .unwrap();
            }
        }
        entries.push(entry);
    }
    let manifest = json!({
        "schema": "formualizer.udf.module/v1",
        "module": {"id": "faults", "version": "1", "abi": 1, "codec": 2},
        "functions": entries,
    });
    let manifest = manifest.to_string().replace('\\', "\\\\").replace('"', "\\\"");
    write!(wat, "(@custom \"formualizer.udf.manifest.v1\" \"{manifest}\"))").unwrap();
    wat
}

/// What the test says of each function: name, code of its problem (or none), and the whole entry.
fn tested(
    functions: &[Function],
    others: &[(&str, &str)],
    code: i32,
) -> Vec<(String, Option<String>, Value)> {
    let folder = Folder::new();
    folder.wat("m.wasm", &module(functions, others));
    let run = folder.fzudf(&["test", "m.wasm", "--rows", "120", "--json"]).fails(code, &[]);
    let json = run.json();
    assert_eq!(json["holds"], code == 0, "{json}");
    let found = json["functions"].as_array().unwrap().iter().map(|function| {
        let code = match (&function["problems"][0]["code"], &function["disagreement"]) {
            (Value::String(code), _) => Some(code.clone()),
            (_, Value::Null) => None,
            _ => Some("disagreement".to_owned()),
        };
        (function["name"].as_str().unwrap().to_owned(), code, function.clone())
    });
    found.collect()
}

/// Each function has this problem, and the report of it has this text.
fn check(cases: &[(Function, &str, &str)], others: &[(&str, &str)]) {
    let functions: Vec<Function> =
        cases.iter().map(|(f, _, _)| function(f.name, f.differs.clone(), &f.body)).collect();
    let wrong: Vec<String> = tested(&functions, others, 4)
        .into_iter()
        .zip(cases)
        .filter(|((_, code, entry), (_, expected, said))| {
            code.as_deref() != Some(*expected) || !entry.to_string().contains(said)
        })
        .map(|((name, code, entry), (_, expected, said))| {
            format!("{name}: {expected} with `{said}` is expected, {code:?} found: {entry}")
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Fills in the result as it should be, then does something to it, and answers it.
fn then(change: &str) -> String {
    format!("(call $fill (local.get $call) (f64.const 0)) {change} (call $done (local.get $call))")
}

/// Stores a number in a field of the prepared column.
fn field(offset: u32, value: &str) -> String {
    then(&format!("(i32.store offset={offset} (call $out (local.get $call)) {value})"))
}

/// Stores a number in a field of the result header.
fn header(offset: u32, value: &str) -> String {
    then(&format!("(i32.store offset={offset} (call $result (local.get $call)) {value})"))
}

#[test]
fn sound_functions_hold() {
    let two = json!({
        "min_args": 1, "max_args": 2,
        "params": [{"name": "x", "type": "f64"}, {"name": "y", "type": "f64", "optional": true, "default": 2}],
        "kind": "reduce",
    });
    // Reduce, so that the one row of y is looked at.
    let applies = r#"
        (local.set $i (call $arg (local.get $call) (i32.const 1)))
        (if (call $has (local.get $i) (local.get $call) (i32.const 1))
          (then (call $fill (local.get $call) (f64.load (i32.load offset=20 (call $column (local.get $call) (local.get $i))))))
          (else (call $fill (local.get $call) (f64.const 2))))
        (call $done (local.get $call))"#;
    let functions = [
        function("IDENTITY", json!({}), &then("")),
        function("PLUS", two, applies),
        function("UNSURE", json!({"deterministic": false}), &then("")),
    ];
    for (name, problem, entry) in tested(&functions, &[], 0) {
        assert_eq!(problem, None, "{name}: {entry}");
        let count = |field: &str| entry[field].as_u64().unwrap();
        assert!(count("values") > 0 && count("nulls") > 0, "{entry}");
        assert_eq!(count("trapped"), 0, "{entry}");
    }
}

#[test]
fn answers_that_break_the_contract_are_found_though_they_do_so_everywhere() {
    let text = || json!({"returns": "utf8"});
    let any = || json!({"returns": "any"});
    let array = || json!({"kind": "array", "returns": "f64"});
    // Texts of one byte each, at an address of the module's own.
    let bytes = |byte: u32| {
        format!(
            r#"(memory.fill (i32.const 4096) (i32.const {byte}) (i32.const 60000))
               (block $end (loop $next
                 (i32.store (i32.add (i32.load offset=24 (call $out (local.get $call))) (i32.shl (local.get $i) (i32.const 2))) (local.get $i))
                 (br_if $end (i32.ge_u (local.get $i) (call $rows (local.get $call))))
                 (local.set $i (i32.add (local.get $i) (i32.const 1)))
                 (br $next)))
               (i32.store offset=28 (call $out (local.get $call)) (i32.const 4096))
               (i32.store offset=32 (call $out (local.get $call)) (call $rows (local.get $call)))"#
        )
    };
    let tags = |tag: u32| {
        format!(
            r#"{} (memory.fill (i32.load offset=40 (call $out (local.get $call))) (i32.const {tag}) (call $rows (local.get $call)))"#,
            bytes(65)
        )
    };
    let errors = |number: u32| {
        then(&format!(
            r#"(memory.fill (i32.load offset=36 (call $out (local.get $call))) (i32.const {number}) (call $rows (local.get $call)))
               (i32.store offset=12 (call $out (local.get $call)) (i32.const 1))"#
        ))
    };
    let done = "(call $done (local.get $call))";
    // Two columns in a block of the module's own, the second one shorter.
    let uneven = r#"
        (i64.store (i32.const 8192) (i64.const 0))
        (i32.store (i32.const 8200) (i32.const 2)) (i32.store (i32.const 8204) (i32.const 8256))
        (i32.store (i32.const 8208) (i32.const 2)) (i32.store (i32.const 8212) (i32.const 2))
        (i32.store (i32.const 8256) (i32.const 11)) (i32.store (i32.const 8260) (i32.const 2)) (i32.store (i32.const 8276) (i32.const 8384))
        (i32.store (i32.const 8320) (i32.const 11)) (i32.store (i32.const 8324) (i32.const 1)) (i32.store (i32.const 8340) (i32.const 8384))
        (call $pack (i32.const 8192) (i32.const 256))"#;
    let cases = [
        (function("TAG", any(), &format!("{} {done}", tags(9))), "invalid-result", "tag"),
        (function("ERROR_TAG", any(), &format!("{} {done}", tags(4))), "invalid-result", "error"),
        (function("UTF8", text(), &format!("{} {done}", bytes(0xff))), "invalid-result", "UTF-8"),
        (
            function(
                "DESCENDS",
                text(),
                &format!(
                    "{} (i32.store (i32.load offset=24 (call $out (local.get $call))) (i32.const 1000)) {done}",
                    bytes(65)
                ),
            ),
            "invalid-result",
            "offset",
        ),
        (
            function(
                "DATA_LEN",
                text(),
                &format!(
                    "{} (i32.store offset=32 (call $out (local.get $call)) (i32.const 0x3000000)) {done}",
                    bytes(65)
                ),
            ),
            "invalid-result",
            "data",
        ),
        (function("UNEVEN", array(), uneven), "invalid-result", "rows"),
        (
            function(
                "FAR",
                json!({}),
                "(call $pack (call $result (local.get $call)) (i32.const 0xfffffff0))",
            ),
            "invalid-result",
            "memory's end",
        ),
        (
            function(
                "SHORT",
                json!({}),
                "(call $pack (call $result (local.get $call)) (i32.const 8))",
            ),
            "invalid-result",
            "no result header",
        ),
        (function("NOWHERE", json!({}), "(i64.const 0)"), "invalid-result", "no result header"),
        (
            function(
                "UNALIGNED",
                json!({}),
                "(call $pack (i32.add (call $result (local.get $call)) (i32.const 4)) (i32.const 64))",
            ),
            "invalid-result",
            "not 16-byte aligned",
        ),
        (
            function("REQUEST", json!({}), "(call $pack (local.get $call) (i32.const 128))"),
            "invalid-result",
            "overlap the request",
        ),
        (function("STATUS", json!({}), &header(0, "(i32.const 2)")), "invalid-result", "status 2"),
        (
            function(
                "ROWS",
                json!({}),
                &header(8, "(i32.add (call $rows (local.get $call)) (i32.const 1))"),
            ),
            "invalid-result",
            "rows",
        ),
        (
            function("TWO_ROWS", json!({"kind": "reduce"}), &header(8, "(i32.const 2)")),
            "invalid-result",
            "1 are wanted",
        ),
        (
            function("NO_COLUMN", json!({}), &header(20, "(i32.const 0)")),
            "invalid-result",
            "value columns",
        ),
        (
            function("MANY_COLUMNS", json!({}), &header(16, "(i32.const 1000000)")),
            "invalid-result",
            "columns",
        ),
        (
            function("COLUMNS_AT", json!({}), &header(12, "(i32.const 0)")),
            "invalid-result",
            "address 0",
        ),
        (function("LEN", json!({}), &field(4, "(i32.const 77777)")), "invalid-result", "rows"),
        (function("DTYPE", json!({}), &field(0, "(i32.const 10)")), "invalid-result", "f32"),
        (
            function("NO_DTYPE", json!({}), &field(0, "(i32.const 99)")),
            "invalid-result",
            "dtype 99",
        ),
        (
            function("VALUES_AT", json!({}), &field(20, "(i32.const -8)")),
            "invalid-result",
            "memory's end",
        ),
        (
            function(
                "NULL_COUNT",
                json!({}),
                &then(
                    "(i32.store offset=8 (call $out (local.get $call)) (i32.const 1)) (i32.store offset=16 (call $out (local.get $call)) (i32.const 0))",
                ),
            ),
            "invalid-result",
            "validity",
        ),
        (
            function(
                "ERROR_COUNT",
                json!({}),
                &then(
                    "(i32.store offset=12 (call $out (local.get $call)) (i32.const 1)) (i32.store offset=36 (call $out (local.get $call)) (i32.const 0))",
                ),
            ),
            "invalid-result",
            "errors",
        ),
        (function("ERROR_NUMBER", json!({}), &errors(99)), "invalid-result", "99"),
        (
            function(
                "MESSAGES",
                json!({}),
                &errors(6).replace(
                    done,
                    &format!(
                        "(i32.store offset=52 (call $out (local.get $call)) (i32.const 9)) {done}"
                    ),
                ),
            ),
            "invalid-result",
            "error_text 9",
        ),
        (
            function("UNSURE", json!({"deterministic": false}), &header(0, "(i32.const 2)")),
            "invalid-result",
            "status 2",
        ),
        // One row in a thousand, and never where all are run at once.
        (
            function(
                "ALONE",
                json!({}),
                &then(
                    "(if (i32.eq (call $rows (local.get $call)) (i32.const 7)) (then (i32.store (call $result (local.get $call)) (i32.const 2))))",
                ),
            ),
            "invalid-result",
            "batches of 7",
        ),
    ];
    check(&cases, &[]);
}

#[test]
fn functions_that_fail_on_all_ordinary_rows_are_found() {
    let grow = r#"
        (loop $next (br_if $next (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
        (unreachable)"#;
    let sorry = header(0, "(i32.const 1)");
    let cases = [
        (function("PANIC", json!({}), "(unreachable)"), "always-traps", "every ordinary row traps"),
        (
            function("PANIC_ONCE", json!({"kind": "reduce"}), "(unreachable)"),
            "always-traps",
            "every ordinary call traps",
        ),
        (
            function("PANIC_ARRAY", json!({"kind": "array"}), "(unreachable)"),
            "always-traps",
            "every ordinary call traps",
        ),
        (
            function("UNSURE_PANIC", json!({"deterministic": false}), "(unreachable)"),
            "always-traps",
            "traps",
        ),
        (function("SORRY", json!({}), &sorry), "no-value", "no example"),
        (
            function(
                "SORRY_EXAMPLE",
                json!({"kind": "reduce", "examples": [{"args": [1], "result": {"error": "#ERROR!"}}]}),
                &sorry,
            ),
            "no-value",
            "no example",
        ),
        (
            function("LOOP", json!({}), "(loop $next (br $next)) (unreachable)"),
            "limit",
            "DeadlineExceeded",
        ),
        (
            function("DEEP", json!({}), "(drop (call $deep (i32.const 0))) (unreachable)"),
            "limit",
            "StackExhausted",
        ),
        (function("HUNGRY", json!({}), grow), "limit", "MemoryLimitExceeded"),
        // Only where x is more than 10, which ordinary numbers are now and then.
        (
            function(
                "SOMETIMES",
                json!({"kind": "reduce"}),
                &then(
                    r#"(if (f64.gt (f64.load (i32.load offset=20 (call $column (local.get $call) (call $arg (local.get $call) (i32.const 0))))) (f64.const 10))
                         (then (loop $next (br $next))))"#,
                ),
            ),
            "limit",
            "DeadlineExceeded",
        ),
        (
            function("NEVER", json!({"params": [{"name": "x", "type": "null"}]}), "(unreachable)"),
            "never-called",
            "no random row",
        ),
    ];
    check(&cases, &[]);
}

#[test]
fn functions_that_depend_on_how_they_are_run_are_found() {
    let of = |number: &str| {
        format!(
            "(call $fill (local.get $call) (f64.convert_i64_u {number})) (call $done (local.get $call))"
        )
    };
    let count = r#"(global.set $count (i32.add (global.get $count) (i32.const 1)))"#;
    let cases = [
        (
            function("OFFSET", json!({}), &of("(i64.load offset=16 (local.get $call))")),
            "disagreement",
            "batches",
        ),
        (
            function("CALL_ID", json!({}), &of("(i64.load offset=56 (local.get $call))")),
            "disagreement",
            "after another call",
        ),
        (
            function("BATCH", json!({}), &of("(i64.extend_i32_u (call $rows (local.get $call)))")),
            "disagreement",
            "batches",
        ),
        (
            function(
                "STATE",
                json!({}),
                &format!("{count} {}", of("(i64.extend_i32_u (global.get $count))")),
            ),
            "disagreement",
            "after another call",
        ),
        (
            function(
                "STATE_OF_CALLS",
                json!({"kind": "reduce"}),
                &format!("{count} {}", of("(i64.extend_i32_u (global.get $count))")),
            ),
            "disagreement",
            "after another call",
        ),
        // It reads what its neighbour writes.
        (
            function("READS", json!({"kind": "reduce"}), &of("(i64.load (i32.const 512))")),
            "disagreement",
            "after calls of other functions",
        ),
    ];
    let writes = then("(i64.store (i32.const 512) (i64.const 5))");
    let mut functions: Vec<Function> =
        cases.iter().map(|(f, _, _)| function(f.name, f.differs.clone(), &f.body)).collect();
    functions.push(function("WRITES", json!({}), &writes));
    let found = tested(&functions, &[], 4);
    for ((name, code, entry), (_, expected, said)) in found.iter().zip(&cases) {
        assert_eq!(code.as_deref(), Some(*expected), "{name}: {entry}");
        assert!(entry.to_string().contains(said), "{name}: no `{said}` in {entry}");
    }
    // Who writes does nothing that shows.
    assert_eq!(found.last().unwrap().1, None);
}

#[test]
fn a_default_that_the_guest_does_not_apply_is_found() {
    let differs = |kind: &str, default: Value| {
        json!({
            "kind": kind, "min_args": 1, "max_args": 3,
            "params": [
                {"name": "x", "type": "f64"},
                {"name": "y", "type": "f64", "optional": true, "default": default},
                {"name": "z", "type": "f64", "optional": true},
            ],
        })
    };
    // What is added where y is there, and where it is not; nulls are looked at or not.
    let body = |there: &str, otherwise: &str, looks_at_nulls: u32| {
        format!(
            r#"(local.set $i (call $arg (local.get $call) (i32.const 1)))
               (if (call $has (local.get $i) (local.get $call) (i32.const {looks_at_nulls}))
                 (then (call $fill (local.get $call) {there}))
                 (else (call $fill (local.get $call) (f64.const {otherwise}))))
               (call $done (local.get $call))"#
        )
    };
    let y = "(f64.load (i32.load offset=20 (call $column (local.get $call) (local.get $i))))";
    let sound = body(y, "2", 1);
    let by_count = format!(
        r#"(if (i32.lt_u (i32.load offset=28 (local.get $call)) (i32.const 2))
             (then (call $fill (local.get $call) (f64.const 2)))
             (else
               (local.set $i (call $arg (local.get $call) (i32.const 1)))
               (if (i32.load (local.get $i))
                 (then {})
                 (else (call $fill (local.get $call) (f64.const 7))))))
           (call $done (local.get $call))"#,
        format_args!(
            r#"(if (call $has (local.get $i) (local.get $call) (i32.const 1))
                 (then (call $fill (local.get $call) {y})) (else (call $fill (local.get $call) (f64.const 2))))"#
        )
    );
    let traps = sound
        .replace("(else (call $fill (local.get $call) (f64.const 2)))", "(else (unreachable))");
    assert_ne!(traps, sound);
    let cases = [
        (function("OTHER", differs("reduce", json!(3)), &sound), "default", "3.0"),
        (
            function("OTHER_ARRAY", differs("reduce", json!(2.5)), &body(y, "2", 1)),
            "default",
            "2.5",
        ),
        (
            function("FORGETS_NULL", differs("reduce", json!(2)), &body(y, "2", 0)),
            "omitted",
            "null",
        ),
        (function("COUNTS", differs("reduce", json!(2)), &by_count), "default", "(left out)"),
        (function("TRAPS", differs("reduce", json!(2)), &traps), "default", "Trap"),
        // Whether y is there makes a difference, and which it is does not.
        (
            function("ROWWISE", differs("elementwise", json!(9)), &body("(f64.const 1)", "2", 0)),
            "default",
            "9.0",
        ),
    ];
    check(&cases, &[]);
    // Both say the same of the default, and what is not a default is no problem.
    let functions = [
        function("SOUND", differs("reduce", json!(2)), &sound),
        function("UNNAMED", differs("reduce", Value::Null), &sound),
    ];
    let functions: Vec<Function> = functions
        .into_iter()
        .map(|mut f| {
            if f.differs["params"][1]["default"].is_null() {
                f.differs["params"][1].as_object_mut().unwrap().remove("default");
            }
            f
        })
        .collect();
    for (name, problem, entry) in tested(&functions, &[], 0) {
        assert_eq!(problem, None, "{name}: {entry}");
    }
}

#[test]
fn what_the_module_itself_does_wrong_is_found() {
    let identity = || function("IDENTITY", json!({}), &then(""));
    for (export, text, code, said) in [
        ("fz_alloc", "(param i32) (result i32) (i32.const 0)", "limit", "fz_alloc refused"),
        ("fz_alloc", "(param i32) (result i32) (i32.const 65544)", "invalid-result", "aligned"),
        (
            "fz_alloc",
            "(param i32) (result i32) (i32.const -65536)",
            "invalid-result",
            "memory's end",
        ),
        ("fz_alloc", "(param i32) (result i32) (unreachable)", "always-traps", "unreachable"),
        (
            "fz_alloc",
            "(param i32) (result i32) (loop $l (br $l)) (unreachable)",
            "limit",
            "Deadline",
        ),
        ("fz_abi_version", "(result i32) (i32.const 2)", "not-callable", "2"),
    ] {
        check(&[(identity(), code, said)], &[(export, text)]);
    }
}

#[test]
fn testing_nothing_is_no_success() {
    let folder = Folder::new();
    folder.wat("m.wasm", &module(&[function("IDENTITY", json!({}), &then(""))], &[]));
    let run = folder.fzudf(&["test", "m.wasm", "--rows", "0"]);
    run.fails(4, &["nothing was tested", "give its functions examples"]);
    let aggregate = function("TOTAL", json!({"kind": "aggregate"}), "(unreachable)");
    folder.wat("a.wasm", &module(&[aggregate], &[]));
    let run = folder.fzudf(&["test", "a.wasm"]).fails(4, &["nothing was tested"]);
    assert!(run.out.contains("not tested:"), "{}", run.out);
}

#[test]
fn the_report_says_what_rows_gave_and_what_to_do() {
    let folder = Folder::new();
    let only_five = r#"
        (if (f64.eq (f64.load (i32.load offset=20 (call $column (local.get $call) (call $arg (local.get $call) (i32.const 0))))) (f64.const 123456))
          (then (call $fill (local.get $call) (f64.const 0)))
          (else (i32.store (call $result (local.get $call)) (i32.const 1))))
        (call $done (local.get $call))"#;
    let functions = [
        function("BAD", json!({}), &header(0, "(i32.const 2)")),
        function("GOOD", json!({}), &then("")),
        function("RARE", json!({"examples": [{"args": [123456], "result": 123456}]}), only_five),
        function("PANICS", json!({}), "(unreachable)"),
    ];
    folder.wat("m.wasm", &module(&functions, &[]));
    let run =
        folder.fzudf(&["test", "m.wasm", "--rows", "60"]).fails(4, &["2 functions are to mend"]);
    run.prints(&[
        "BAD                  elementwise no examples, FAILS",
        "problem[invalid-result]: BAD(",
        "mend: docs/abi.md",
        "GOOD                 elementwise no examples, 63 random rows agree",
        "63 rows gave ",
        "note: no ordinary row gives a value: the examples alone show that it works",
        "problem[always-traps]: every ordinary row traps, such as PANICS(",
        " gave 0 values, ",
    ]);
}
