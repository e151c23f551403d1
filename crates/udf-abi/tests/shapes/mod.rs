//! Manifests that are as large as they may be, in many shapes, and modules that hold them: for the tests of
//! what reading them costs, here and in `udf-backends`, and for the figure `manifest_1mib_ms`.

use std::fmt::Write as _;

/// Largest manifest section, in bytes.
const MOST_BYTES: usize = 1 << 20;
/// Values that a manifest may have, less what stands around the lists.
const MOST_VALUES: usize = 45_000;
/// Functions that a manifest may have.
const MOST_FUNCTIONS: usize = 256;

/// A manifest, and what it has much of.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) json: Vec<u8>,
}

/// Values that a text adds to a list.
pub(crate) fn values(text: &str) -> usize {
    1 + text.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count()
}

/// As many items as fit into so many bytes, and their share of the values, with commas between them.
fn fill(room: usize, item: impl Fn(usize) -> String) -> String {
    let mut out = String::with_capacity(room);
    let mut left = room * MOST_VALUES / MOST_BYTES;
    for index in 0.. {
        let next = item(index);
        if out.len() + next.len() + 1 > room || values(&next) > left {
            break;
        }
        left -= values(&next);
        if index > 0 {
            out.push(',');
        }
        out.push_str(&next);
    }
    out
}

/// A manifest of these functions, and of further fields at the top.
fn manifest(codec: u32, module: &str, functions: &str, more: &str) -> String {
    format!(
        r#"{{"schema":"formualizer.udf.module/v1","module":{{"id":"t","version":"1","abi":1,"codec":{codec}{module}}},"functions":[{functions}]{more}}}"#
    )
}

/// A function with further fields, after those that it must have.
fn function(index: usize, params: usize, more: &str) -> String {
    format!(
        r#"{{"id":{index},"name":"F{index}_","export":"f{index}","kind":"elementwise","min_args":{params},"max_args":{params},"returns":"f64"{more}}}"#
    )
}

/// A manifest of as many bytes as may be, all of them in one list of one function.
fn one(codec: u32, params: usize, field: &str, item: impl Fn(usize) -> String) -> String {
    let params_field = if field == "params" { "" } else { r#","params":[]"# };
    let around =
        manifest(codec, "", &function(0, params, &format!(r#"{params_field},"{field}":[]"#)), "");
    let list = fill(MOST_BYTES - around.len(), item);
    around.replace(&format!(r#""{field}":[]"#), &format!(r#""{field}":[{list}]"#))
}

/// A manifest of as many functions as may be, each with an equal share of the room.
fn many(codec: u32, params: usize, field: &str, item: impl Fn(usize, usize) -> String) -> String {
    let room = MOST_BYTES / MOST_FUNCTIONS - 200;
    let functions = (0..MOST_FUNCTIONS).map(|index| {
        let list = fill(room, |n| item(index, n));
        let rest = if field == "params" { "" } else { r#","params":[]"# };
        function(index, params, &format!(r#"{rest},"{field}":[{list}]"#))
    });
    manifest(codec, "", &functions.collect::<Vec<_>>().join(","), "")
}

/// As many further fields at the top as fit.
fn further(item: impl Fn(usize) -> String) -> String {
    let around = manifest(2, "", &function(0, 0, r#","params":[]"#), ",");
    let fields = fill(MOST_BYTES - around.len(), item);
    manifest(2, "", &function(0, 0, r#","params":[]"#), &format!(",{fields}"))
}

/// A short name, another one for every number.
fn name(mut n: usize) -> String {
    let mut name = String::new();
    loop {
        name.push(char::from(b'A' + (n % 26) as u8));
        n /= 26;
        if n == 0 {
            return name + "_";
        }
    }
}

/// Every shape, none larger than a manifest may be.
pub(crate) fn shapes() -> Vec<Shape> {
    let long = "X".repeat(120);
    let text = |n: usize| format!("{:?}", name(n));
    let mut shapes = vec![
        ("aliases of one function", one(2, 0, "aliases", text)),
        ("aliases of one function, codec 1", one(1, 0, "aliases", text)),
        ("equal aliases of one function, codec 1", one(1, 0, "aliases", |_| r#""A""#.into())),
        ("aliases of the wrong type", one(2, 0, "aliases", |_| "0".into())),
        (
            "aliases of all functions, as many and as long as may be",
            many(1, 0, "aliases", |f, n| match n < 8 {
                true => format!("\"{}_{long}\"", name(f * 8 + n)),
                false => " ".repeat(1 << 20),
            }),
        ),
        (
            "prefixed aliases of all functions, codec 1",
            many(1, 0, "aliases", |f, n| match n < 8 {
                true => format!("\"{}F{f}_\"", "_xll.".repeat(n + 1)),
                false => " ".repeat(1 << 20),
            }),
        ),
        (
            "parameters of all functions",
            many(1, 0, "params", |_, n| format!(r#"{{"name":{}}}"#, text(n))),
        ),
        (
            "equal parameters of all functions",
            many(1, 0, "params", |_, _| r#"{"name":"x"}"#.into()),
        ),
        (
            "parameters of unknown types",
            many(2, 0, "params", |_, n| format!(r#"{{"name":{},"type":"x"}}"#, text(n))),
        ),
        ("parameters of the wrong type", many(2, 0, "params", |_, _| "0".into())),
        (
            "parameters with unknown fields",
            many(1, 0, "params", |_, n| format!(r#"{{"name":{},"":0}}"#, text(n))),
        ),
        ("too many parameters", one(2, 0, "params", |_| r#"{"name":"x"}"#.into())),
        ("examples", one(2, 0, "examples", |_| r#"{"args":[],"result":0}"#.into())),
        (
            "examples of the wrong arity",
            one(2, 0, "examples", |_| r#"{"args":[0],"result":0}"#.into()),
        ),
        ("examples that lack everything", one(2, 0, "examples", |_| "{}".into())),
        (
            "columns of a result",
            one(2, 0, "columns", |n| format!(r#"{{"name":{},"type":"f64"}}"#, text(n)))
                .replace(r#""returns":"f64","params":[],"columns""#, r#""params":[],"returns""#)
                .replace("elementwise", "array"),
        ),
        (
            "equal columns of a result, of unknown types",
            one(2, 0, "columns", |_| r#"{"name":"A","type":"x"}"#.into())
                .replace(r#""returns":"f64","params":[],"columns""#, r#""params":[],"returns""#)
                .replace("elementwise", "array"),
        ),
        ("unknown fields", further(|n| format!(r#""{n}":0"#))),
        ("long unknown fields", further(|n| format!(r#""{n}{long}":0"#))),
        ("one unknown field again and again", further(|_| r#""u":0"#.into())),
        (
            "functions of the wrong type",
            manifest(2, "", &fill(MOST_BYTES - 200, |_| "0".into()), ""),
        ),
        (
            "functions without a field",
            manifest(2, "", &fill(MOST_BYTES - 200, |_| "{}".into()), ""),
        ),
        (
            "equal functions",
            manifest(2, "", &fill(MOST_BYTES - 200, |_| function(0, 0, r#","params":[]"#)), ""),
        ),
        (
            "requirements",
            manifest(
                2,
                &format!(r#","requires":[{}]"#, fill(MOST_BYTES - 300, |_| r#""any""#.into())),
                &function(0, 0, r#","params":[]"#),
                "",
            ),
        ),
        (
            "a text of nothing but escapes",
            further(|n| {
                if n == 0 {
                    format!(r#""u":"{}""#, r"\u0041".repeat(170_000))
                } else {
                    " ".repeat(1 << 20)
                }
            }),
        ),
    ];
    let list = |item: &str| {
        let items = fill(MOST_BYTES - 400, |_| item.to_owned());
        manifest(2, "", &function(0, 0, r#","params":[]"#), &format!(r#","u":[{items}]"#))
    };
    let deep = format!("{}{}", "[".repeat(120), "]".repeat(120));
    let deep_objects = format!("{}0{}", r#"{"":"#.repeat(120), "}".repeat(120));
    shapes.extend([
        ("an unknown list of empty lists", list("[]")),
        ("an unknown list of empty objects", list("{}")),
        ("an unknown list of objects with one field", list(r#"{"":0}"#)),
        ("an unknown list of numbers", list("1e9")),
        ("an unknown list of deep lists", list(&deep)),
        ("an unknown list of deep objects", list(&deep_objects)),
        ("the values of one example", {
            let values = fill(MOST_BYTES - 400, |_| "1".into());
            let example = format!(r#","params":[],"examples":[{{"args":[],"result":[{values}]}}]"#);
            manifest(2, "", &function(0, 0, &example), "")
        }),
        ("a name of half a mebibyte that every example repeats", {
            let around = function(0, 1, r#","params":[],"examples":[]"#);
            let around = around.replace("F0_", &"N".repeat(1 << 19));
            let room = MOST_BYTES - around.len() - 300;
            let examples = fill(room, |_| r#"{"args":[],"result":0}"#.into());
            manifest(
                2,
                "",
                &around.replace(r#""examples":[]"#, &format!(r#""examples":[{examples}]"#)),
                "",
            )
        }),
        (
            "names that are one slip of the finger apart",
            many(2, 0, "aliases", |f, n| match n < 8 {
                true => format!("\"{long}{:04}\"", f * 8 + n)
                    .replace(['0', '3'], "A")
                    .replace(['1', '4'], "B")
                    .replace(['2', '5'], "C"),
                false => " ".repeat(1 << 20),
            }),
        ),
    ]);
    let shapes = shapes.into_iter().map(|(name, json)| Shape { name, json: json.into_bytes() });
    shapes.collect()
}

/// A module that exports what the contract asks for, functions `f0`, `f1`, …, and holds the manifest.
pub(crate) fn module(manifest: &[u8], functions: usize) -> Vec<u8> {
    let mut bytes = b"\0asm\x01\0\0\0".to_vec();
    // () -> i32, (i32) -> i32, (i32, i32), (i32, i32) -> i64
    let types = b"\x04\x60\0\x01\x7f\x60\x01\x7f\x01\x7f\x60\x02\x7f\x7f\0\x60\x02\x7f\x7f\x01\x7e";
    section(&mut bytes, 1, types);
    section(&mut bytes, 3, b"\x04\0\x01\x02\x03");
    section(&mut bytes, 5, b"\x01\0\x01");
    let mut exports = Vec::new();
    number(&mut exports, functions + 4);
    let mut export = |name: &str, kind: u8, index: u8| {
        number(&mut exports, name.len());
        exports.extend(name.bytes().chain([kind, index]));
    };
    export("memory", 2, 0);
    export("fz_abi_version", 0, 0);
    export("fz_alloc", 0, 1);
    export("fz_free", 0, 2);
    let mut name = String::new();
    for index in 0..functions {
        name.clear();
        // A String takes everything.
        let _infallible = write!(name, "f{index}");
        export(&name, 0, 3);
    }
    section(&mut bytes, 7, &exports);
    section(&mut bytes, 10, b"\x04\x04\0\x41\x01\x0b\x04\0\x41\0\x0b\x02\0\x0b\x04\0\x42\0\x0b");
    let mut custom = b"\x1bformualizer.udf.manifest.v1".to_vec();
    custom.extend_from_slice(manifest);
    section(&mut bytes, 0, &custom);
    bytes
}

fn section(module: &mut Vec<u8>, id: u8, content: &[u8]) {
    module.push(id);
    number(module, content.len());
    module.extend_from_slice(content);
}

/// An unsigned LEB128 number.
fn number(out: &mut Vec<u8>, mut n: usize) {
    while n >= 0x80 {
        out.push((n & 0x7f) as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}
