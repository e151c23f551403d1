//! Small modules that keep a compiler busy for long, or fill its memory: a kind for each product of
//! a module's parts that some compiler works through. `n` says how large one is.
//!
//! The tests and the figures of `benches` share this file.

use std::fmt::Write;

/// A kind of module.
pub(crate) struct Bomb {
    pub(crate) name: &'static str,
    /// Functions and types, in text.
    make: fn(usize) -> String,
    /// The largest `n` that is worth a try.
    pub(crate) most: usize,
}

impl Bomb {
    /// The module of this size.
    pub(crate) fn module(&self, n: usize) -> Result<Vec<u8>, wat::Error> {
        wat::parse_str(wrap(&(self.make)(n)))
    }
}

/// Every kind.
pub(crate) const BOMBS: &[Bomb] = &[
    Bomb {
        name: "arithmetic",
        most: 1 << 17,
        make: |n| line("local.get 0 local.get 1 i32.add local.set 0", n),
    },
    Bomb {
        name: "divisions",
        most: 1 << 17,
        make: |n| line("local.get 0 local.get 1 i32.div_s local.set 0", n),
    },
    Bomb {
        name: "conversions",
        most: 1 << 17,
        make: |n| line("local.get 0 f64.convert_i32_s f64.sqrt i32.trunc_f64_s local.set 0", n),
    },
    Bomb {
        name: "lanes",
        most: 1 << 17,
        make: |n| {
            line(
                "local.get 0 i8x16.splat local.get 1 i8x16.shr_s i32x4.extract_lane 0 local.set 0",
                n,
            )
        },
    },
    Bomb {
        name: "bulk operations",
        most: 1 << 16,
        make: |n| line("local.get 0 local.get 0 local.get 1 memory.copy", n),
    },
    Bomb {
        name: "table operations",
        most: 1 << 16,
        make: |n| line("local.get 0 local.get 0 table.get 0 table.set 0", n),
    },
    Bomb {
        name: "indirect calls",
        most: 1 << 16,
        make: |n| line("local.get 0 local.get 1 local.get 0 call_indirect (type $f) drop", n),
    },
    Bomb { name: "calls", most: 1 << 17, make: |n| line("call $nothing", n) },
    Bomb {
        name: "calls of many values",
        most: 1 << 12,
        make: |n| line("call $give call $take", n) + &wide("$give", "$take"),
    },
    Bomb {
        name: "stores of a tree",
        most: 1 << 17,
        make: |n| {
            function(
                0,
                &("local.get 0 i32.load ".repeat(n) + &"i32.add ".repeat(n.max(1) - 1) + "drop"),
            )
        },
    },
    Bomb {
        name: "values held across blocks",
        most: 1 << 16,
        make: |n| {
            function(
                0,
                &("local.get 0 i32.load ".repeat(500)
                    + &"local.get 0 if end ".repeat(n)
                    + &"drop ".repeat(500)),
            )
        },
    },
    Bomb { name: "ifs across locals", most: 1 << 16, make: |n| ifs(n, 300) },
    Bomb { name: "ifs across a thousand locals", most: 1 << 14, make: |n| ifs(n, 1_000) },
    Bomb { name: "locals set late", most: 1 << 15, make: late },
    Bomb { name: "branches to one block", most: 1 << 15, make: |n| fan(n, 100) },
    Bomb { name: "branches to one block with few locals", most: 1 << 15, make: |n| fan(n, 20) },
    Bomb {
        name: "results of ifs",
        most: 1 << 15,
        make: |n| {
            function(
                0,
                &("local.get 0 ".to_owned()
                    + &"local.get 0 if (result i32) local.get 0 else local.get 1 end i32.add "
                        .repeat(n)
                    + "drop"),
            )
        },
    },
    Bomb {
        name: "blocks of many values",
        most: 1 << 15,
        make: |n| passed(n, "block (type $many) end", 200),
    },
    Bomb {
        name: "branches with many values",
        most: 1 << 17,
        make: |n| {
            passed(
                1,
                &("block (type $many) ".to_owned() + &"local.get 0 br_if 0 ".repeat(n) + "end"),
                200,
            )
        },
    },
    Bomb {
        name: "nested blocks",
        most: 1 << 17,
        make: |n| function(0, &("block ".repeat(n) + &"local.get 0 br_if 0 end ".repeat(n))),
    },
    Bomb {
        name: "nested ifs",
        most: 1 << 17,
        make: |n| function(0, &("local.get 0 if ".repeat(n) + &"else end ".repeat(n))),
    },
    Bomb { name: "nested loops", most: 1 << 15, make: |n| nested(n, 10) },
    Bomb { name: "nested loops across locals", most: 1 << 13, make: |n| nested(n, 300) },
    Bomb { name: "loops one after the other", most: 1 << 15, make: |n| line("loop end", n) },
    Bomb { name: "loops across locals", most: 1 << 13, make: loops },
    Bomb {
        name: "entries of one branch table",
        most: 1 << 18,
        make: |n| table(1, n.max(1), 1_000),
    },
    Bomb { name: "branch tables", most: 1 << 10, make: |n| table(n, 1_000, 100) },
    Bomb {
        name: "small functions",
        most: 19_000,
        make: |n| function(0, "") + &"(func (param i32) (result i32) local.get 0)".repeat(n),
    },
    Bomb { name: "small exported functions", most: 19_000, make: exported },
    Bomb {
        name: "functions of ifs",
        most: 1 << 12,
        make: |n| function(0, "") + &ifs(60, 30).repeat(n),
    },
    Bomb { name: "signatures", most: 1 << 12, make: signatures },
    Bomb {
        name: "declared locals",
        most: 1 << 12,
        make: |n| function(0, "") + &format!("(func (local {}))", "v128 ".repeat(4_000)).repeat(n),
    },
];

/// The module around functions.
fn wrap(functions: &str) -> String {
    format!(
        "(module (type $f (func (param i32 i32) (result i32))) (memory 1) (table 10 funcref)
           (func $nothing) (func (export \"f\") (type $f) local.get 0) {functions})"
    )
}

fn function(locals: usize, body: &str) -> String {
    format!("(func (param i32 i32) (local {}) {body})", "i32 ".repeat(locals))
}

fn line(step: &str, n: usize) -> String {
    function(0, &format!("{step} ").repeat(n))
}

fn list(count: usize) -> String {
    "i32 ".repeat(count)
}

/// Functions that give and take a thousand values.
fn wide(give: &str, take: &str) -> String {
    let many = list(1_000);
    format!("(func {give} (result {many}) unreachable) (func {take} (param {many}))")
}

/// Sets each of the locals to something that no compiler knows.
fn loads(locals: usize) -> String {
    (0..locals).fold(String::new(), |mut text, i| {
        // Writing to a String does not fail.
        let _ = write!(text, "local.get 0 i32.load offset={} local.set {} ", 4 * (i % 1000), i + 2);
        text
    })
}

/// Uses each of the locals.
fn stores(locals: usize) -> String {
    (0..locals).fold(String::new(), |mut text, i| {
        let _ = write!(text, "local.get 0 local.get {} i32.store ", i + 2);
        text
    })
}

/// Sets a local to another plus one; which, varies with `i`.
fn step(i: usize, locals: usize) -> String {
    format!(
        "local.get {} i32.const 1 i32.add local.set {} ",
        2 + i % locals,
        2 + (i * 7 + 1) % locals
    )
}

fn ifs(n: usize, locals: usize) -> String {
    let middle: String =
        (0..n).map(|i| format!("local.get 0 if {} end ", step(i, locals))).collect();
    function(locals, &(loads(locals) + &middle + &stores(locals)))
}

fn late(n: usize) -> String {
    let sets: String = (0..n).map(|i| format!("i32.const 0 local.set {} ", i + 2)).collect();
    function(n, &("local.get 0 if end ".repeat(1_000) + &sets))
}

fn fan(n: usize, locals: usize) -> String {
    let middle: String = (0..n).map(|i| step(i, locals) + "local.get 0 br_if 0 ").collect();
    let body = format!("{} block {middle} end {}", loads(locals), stores(locals));
    function(locals, &body)
}

fn passed(n: usize, block: &str, values: usize) -> String {
    let many = list(values);
    let body = "local.get 0 i32.load ".repeat(values)
        + &format!("{block} ").repeat(n)
        + &"drop ".repeat(values);
    format!("(type $many (func (param {many}) (result {many}))) {}", function(0, &body))
}

fn nested(n: usize, locals: usize) -> String {
    let middle: String = (0..locals).map(|i| step(i, locals)).collect();
    let body = "loop ".repeat(n) + &middle + &"local.get 0 br_if 0 end ".repeat(n);
    function(locals, &body)
}

fn loops(n: usize) -> String {
    let middle: String =
        (0..n).map(|i| format!("loop {} local.get 0 br_if 0 end ", step(i, 300))).collect();
    function(300, &(loads(300) + &middle + &stores(300)))
}

fn table(tables: usize, entries: usize, blocks: usize) -> String {
    let targets: String = (0..entries).map(|i| format!("{} ", i % blocks)).collect();
    let one =
        format!("block {} local.get 0 br_if 0 local.get 0 br_table {targets} 0 end ", step(1, 10));
    function(10, &("block ".repeat(blocks) + &one.repeat(tables) + &"end ".repeat(blocks)))
}

fn exported(n: usize) -> String {
    (0..n).fold(function(0, ""), |mut text, i| {
        let _ = write!(text, "(func (export \"f{i}\") (param i32 i32 f64 f64))");
        text
    })
}

fn signatures(n: usize) -> String {
    (0..n).fold(function(0, ""), |mut text, i| {
        // Each is another: which parameters are i64 spells its number.
        let kinds: String =
            (0..12).map(|bit| if i >> bit & 1 == 1 { "i64 " } else { "i32 " }).collect();
        let _ = write!(text, "(type (func (param {kinds} {})))", list(300));
        text
    })
}
