//! A guest in WAT: a well-behaved module in which single parts are replaced by hostile ones.
//!
//! Every guest exports an elementwise `GOOD(x: f64) -> f64` that doubles, and `EVIL`, whose body a
//! test writes. In a body stand the parameters `$call` and `$len`, the locals `$r` (result header),
//! `$c` (first result column), `$i`, and the functions of [`PRELUDE`].

use serde_json::{Value, json};
use std::fmt::Write;
use udf_abi::exports::MANIFEST_SECTION;

/// `fz_alloc` and `fz_free` misbehave for blocks larger than this, so that the same function stays
/// good with little input. Hosts ask for some room to spare.
pub(crate) const LARGE_BLOCK: usize = 1 << 16;
/// Rows of an f64 column whose request is a large block.
pub(crate) const MANY_ROWS: usize = 10_000;
/// Where a guest's memory ends, unless it grows.
pub(crate) const MEMORY_END: u32 = 4 << 16;

const PRELUDE: &str = r#"
  (global $top (mut i32) (i32.const 4096))

  ;; A block behind everything given out before; 0 where memory does not grow.
  (func $bump (param $len i32) (result i32) (local $ptr i32) (local $end i64) (local $have i64)
    (local.set $ptr (global.get $top))
    (local.set $end (i64.and (i64.const -16) (i64.add (i64.const 15)
      (i64.add (i64.extend_i32_u (local.get $ptr)) (i64.extend_i32_u (local.get $len))))))
    (local.set $have (i64.shl (i64.extend_i32_u (memory.size)) (i64.const 16)))
    (if (i64.gt_u (local.get $end) (local.get $have))
      (then (if (i32.eq (i32.const -1) (memory.grow (i32.wrap_i64 (i64.shr_u
          (i64.add (i64.const 65535) (i64.sub (local.get $end) (local.get $have)))
          (i64.const 16)))))
        (then (return (i32.const 0))))))
    (global.set $top (i32.wrap_i64 (local.get $end)))
    (local.get $ptr))

  (func $pack (param $ptr i32) (param $len i32) (result i64)
    (i64.or (i64.extend_i32_u (local.get $ptr))
      (i64.shl (i64.extend_i32_u (local.get $len)) (i64.const 32))))

  ;; The preallocated result header, its first column, the first input column, a value of that.
  (func $result (param $call i32) (result i32) (i32.load offset=48 (local.get $call)))
  (func $column (param $call i32) (result i32)
    (i32.load offset=12 (call $result (local.get $call))))
  (func $input (param $call i32) (result i32) (i32.load offset=36 (local.get $call)))
  (func $rows (param $call i32) (result i32) (i32.load offset=12 (local.get $call)))
  (func $x (param $call i32) (param $row i32) (result f64)
    (f64.load (i32.add (i32.load offset=20 (call $input (local.get $call)))
      (i32.shl (local.get $row) (i32.const 3)))))

  ;; Twice the first argument, in place.
  (func $double (param $call i32) (local $i i32)
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $i) (call $rows (local.get $call))))
      (f64.store
        (i32.add (i32.load offset=20 (call $column (local.get $call)))
          (i32.shl (local.get $i) (i32.const 3)))
        (f64.mul (f64.const 2) (call $x (local.get $call) (local.get $i))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next))))

  ;; A block of the guest's own: a result header, one f64 column of no rows, $room bytes of zeros.
  (func $own (param $room i32) (result i32) (local $r i32)
    (local.set $r (call $bump (i32.add (i32.const 128) (local.get $room))))
    (memory.fill (local.get $r) (i32.const 0) (i32.add (i32.const 128) (local.get $room)))
    (i32.store offset=12 (local.get $r) (i32.add (local.get $r) (i32.const 64)))
    (i32.store offset=16 (local.get $r) (i32.const 1))
    (i32.store offset=20 (local.get $r) (i32.const 1))
    (i32.store16 offset=64 (local.get $r) (i32.const 11))
    (i32.store offset=84 (local.get $r) (i32.add (local.get $r) (i32.const 128)))
    (local.get $r))
"#;

/// A module of which parts may be hostile.
#[derive(Clone, Debug)]
pub(crate) struct Guest {
    alloc: String,
    free: String,
    version: String,
    memory: String,
    imports: String,
    items: String,
    manifests: Option<Vec<String>>,
    evil: Function,
}

/// `EVIL`, as the manifest and the module have it.
#[derive(Clone, Debug)]
struct Function {
    kind: &'static str,
    returns: Value,
    volatile: bool,
    hints: Value,
    body: String,
}

impl Guest {
    fn new(kind: &'static str, body: impl Into<String>) -> Self {
        Self {
            alloc: "(call $bump (local.get $len))".into(),
            free: "(if (i32.eq (global.get $top) (i32.and (i32.const -16)
                (i32.add (i32.const 15) (i32.add (local.get $ptr) (local.get $len)))))
              (then (global.set $top (local.get $ptr))))"
                .into(),
            version: "(i32.const 1)".into(),
            memory: r#"(memory (export "memory") 4)"#.into(),
            imports: String::new(),
            items: String::new(),
            manifests: None,
            evil: Function {
                kind,
                returns: json!("f64"),
                volatile: false,
                hints: json!({}),
                body: body.into(),
            },
        }
    }

    /// A guest without malice: `EVIL` doubles like `GOOD`.
    pub(crate) fn harmless() -> Self {
        Self::elementwise(in_place(""))
    }

    /// `EVIL(x: f64) -> f64`, row by row.
    pub(crate) fn elementwise(body: impl Into<String>) -> Self {
        Self::new("elementwise", body)
    }

    /// `EVIL(x: f64 column) -> f64`, one row for all.
    pub(crate) fn reduce(body: impl Into<String>) -> Self {
        Self::new("reduce", body)
    }

    /// `EVIL(x: f64 column) -> f64…`, any rows and columns.
    pub(crate) fn array(body: impl Into<String>) -> Self {
        Self::new("array", body)
    }

    /// The type that `EVIL` answers; a JSON array for named columns.
    pub(crate) fn returns(mut self, returns: impl Into<Value>) -> Self {
        self.evil.returns = returns.into();
        self
    }

    /// `EVIL` may answer otherwise when it is asked again, so it is not.
    pub(crate) fn volatile(mut self) -> Self {
        self.evil.volatile = true;
        self
    }

    /// What a call of `EVIL` may use, as its manifest has it.
    pub(crate) fn hints(mut self, hints: Value) -> Self {
        self.evil.hints = hints;
        self
    }

    /// What `EVIL` does before everything else.
    pub(crate) fn also_first(mut self, edit: &str) -> Self {
        self.evil.body = format!("{edit} {}", self.evil.body);
        self
    }

    /// What `fz_alloc` answers to large requests.
    pub(crate) fn alloc(mut self, evil: &str) -> Self {
        self.alloc = format!(
            "(if (result i32) (i32.gt_u (local.get $len) (i32.const {LARGE_BLOCK}))
               (then {evil}) (else (call $bump (local.get $len))))"
        );
        self
    }

    /// What `fz_free` does with large blocks.
    pub(crate) fn free(mut self, evil: &str) -> Self {
        self.free =
            format!("(if (i32.gt_u (local.get $len) (i32.const {LARGE_BLOCK})) (then {evil}))");
        self
    }

    /// Body of `fz_abi_version`.
    pub(crate) fn version(mut self, body: &str) -> Self {
        self.version = body.into();
        self
    }

    /// The memory, or what stands in its place.
    pub(crate) fn memory(mut self, item: &str) -> Self {
        self.memory = item.into();
        self
    }

    /// One more import.
    pub(crate) fn import(mut self, item: &str) -> Self {
        self.imports += item;
        self
    }

    /// One more item of any other sort.
    pub(crate) fn item(mut self, item: &str) -> Self {
        self.items += item;
        self
    }

    /// Leaves a message for the host, as a panic hook does, at an address of the test's choice.
    pub(crate) fn panic_at(self, address: u32, data: &str) -> Self {
        self.item(&format!(r#"(global (export "fz_panic") i32 (i32.const {address}))"#)).item(data)
    }

    /// The manifest sections, whatever is in them.
    pub(crate) fn manifests(mut self, sections: &[&str]) -> Self {
        self.manifests = Some(sections.iter().map(ToString::to_string).collect());
        self
    }

    /// The manifest that fits the module.
    pub(crate) fn manifest(&self) -> Value {
        let evil = &self.evil;
        let shape = if evil.kind == "elementwise" { "scalar" } else { "column" };
        let function = |id: u32, name: &str, kind: &str, shape: &str, returns: &Value| {
            json!({
                "id": id, "name": name, "export": format!("fn_{}", name.to_lowercase()),
                "kind": kind, "min_args": 1, "max_args": 1,
                "volatile": id == 2 && evil.volatile,
                "hints": if id == 2 { evil.hints.clone() } else { json!({}) },
                "params": [{ "name": "x", "type": "f64", "shape": shape }],
                "returns": returns
            })
        };
        json!({
            "schema": "formualizer.udf.module/v1",
            "module": { "id": "evil", "version": "1", "abi": 1, "codec": 2 },
            "functions": [
                function(1, "GOOD", "elementwise", "scalar", &json!("f64")),
                function(2, "EVIL", evil.kind, shape, &evil.returns),
            ]
        })
    }

    /// The module.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let text = self.text();
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    fn text(&self) -> String {
        let Self { alloc, free, version, memory, imports, items, evil, .. } = self;
        let mut text = format!(
            r#"(module {imports} {memory} {PRELUDE} {items}
  (func (export "fz_abi_version") (result i32) {version})
  (func (export "fz_alloc") (param $len i32) (result i32) {alloc})
  (func (export "fz_free") (param $ptr i32) (param $len i32) {free})
  (func (export "fn_good") (param $call i32) (param $len i32) (result i64)
    (call $double (local.get $call))
    (call $pack (call $result (local.get $call)) (i32.const 64)))
  (func (export "fn_evil") (param $call i32) (param $len i32) (result i64)
    (local $r i32) (local $c i32) (local $i i32)
    {})
"#,
            evil.body
        );
        let own = [self.manifest().to_string()];
        for json in self.manifests.as_deref().unwrap_or(&own) {
            writeln!(text, "  {}", manifest_section(json)).unwrap();
        }
        text + ")"
    }
}

/// The custom section of a manifest, in WAT.
pub(crate) fn manifest_section(json: &str) -> String {
    let json: String = json.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    format!(r#"(@custom "{MANIFEST_SECTION}" "{json}")"#)
}

/// A body that doubles in place, then does `edit`, then answers the preallocated result.
pub(crate) fn in_place(edit: &str) -> String {
    format!("(call $double (local.get $call)) {}", prepared(edit))
}

/// A body that does `edit`, then answers the preallocated result.
pub(crate) fn prepared(edit: &str) -> String {
    format!(
        "(local.set $r (call $result (local.get $call)))
         (local.set $c (call $column (local.get $call)))
         {edit}
         (call $pack (local.get $r) (i32.const 64))"
    )
}

/// A body that answers a block of its own with `room` bytes of zeros behind header and column.
pub(crate) fn own_block(room: usize, edit: &str) -> String {
    format!(
        "(local.set $r (call $own (i32.const {room})))
         (local.set $c (i32.add (local.get $r) (i32.const 64)))
         {edit}
         (call $pack (local.get $r) (i32.const {}))",
        room + 128
    )
}

/// Sets a field of the result header to an i32 expression or number.
pub(crate) fn header(field: &str, value: impl ToString) -> String {
    let at = match field {
        "status" => 0,
        "error_kind" => 4,
        "rows" => 8,
        "columns" => 12,
        "column_count" => 16,
        "value_columns" => 20,
        "message" => 24,
        "message_len" => 28,
        other => panic!("no field `{other}` in a result header"),
    };
    format!("(i32.store offset={at} (local.get $r) {})", expression(&value.to_string()))
}

/// Sets a field of the first result column to an i32 expression or number.
pub(crate) fn column(field: &str, value: impl ToString) -> String {
    let store = if field == "dtype" { "i32.store16" } else { "i32.store" };
    let at = column_field(field);
    format!("({store} offset={at} (local.get $c) {})", expression(&value.to_string()))
}

/// The address that a field of the first result column holds.
pub(crate) fn address(field: &str) -> String {
    format!("(i32.load offset={} (local.get $c))", column_field(field))
}

/// Rows of the result header and of its first column.
pub(crate) fn rows(rows: u32) -> String {
    header("rows", rows) + &column("len", rows)
}

fn column_field(field: &str) -> usize {
    match field {
        "dtype" => 0,
        "len" => 4,
        "null_count" => 8,
        "error_count" => 12,
        "validity" => 16,
        "values" => 20,
        "offsets" => 24,
        "data" => 28,
        "data_len" => 32,
        "errors" => 36,
        "tags" => 40,
        "error_text" => 52,
        other => panic!("no field `{other}` in a column"),
    }
}

fn expression(value: &str) -> String {
    if value.starts_with('(') { value.into() } else { format!("(i32.const {value})") }
}
