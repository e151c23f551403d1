"""Plugins written in the text format of WebAssembly: bare modules of numbers, and guests that may be hostile.

A guest keeps the contract of docs/abi.md but for the body of its function `EVIL`, which a test writes. In a body stand the
parameters `$call` and `$len`, the locals `$r` (result header), `$c` (first result column) and `$i`, and the functions of the
prelude. Beside it stands `GOOD(x: f64) -> f64`, which doubles.
"""

from __future__ import annotations

import json
from typing import Any

import wasmtime

_PRELUDE = """
  (global $top (mut i32) (i32.const 4096))
  (func $bump (param $len i32) (result i32) (local $ptr i32)
    (local.set $ptr (global.get $top))
    (global.set $top (i32.and (i32.const -16) (i32.add (i32.const 15) (i32.add (local.get $ptr) (local.get $len)))))
    (block $fits (br_if $fits (i32.le_u (global.get $top) (i32.shl (memory.size) (i32.const 16))))
      (drop (memory.grow (i32.add (i32.const 1) (i32.shr_u (local.get $len) (i32.const 16))))))
    (local.get $ptr))
  (func $pack (param $ptr i32) (param $len i32) (result i64)
    (i64.or (i64.extend_i32_u (local.get $ptr)) (i64.shl (i64.extend_i32_u (local.get $len)) (i64.const 32))))
  (func $result (param $call i32) (result i32) (i32.load offset=48 (local.get $call)))
  (func $column (param $call i32) (result i32) (i32.load offset=12 (call $result (local.get $call))))
  (func $input (param $call i32) (result i32) (i32.load offset=36 (local.get $call)))
  (func $rows (param $call i32) (result i32) (i32.load offset=12 (local.get $call)))
  (func $double (param $call i32) (local $i i32)
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $i) (call $rows (local.get $call))))
      (f64.store
        (i32.add (i32.load offset=20 (call $column (local.get $call))) (i32.shl (local.get $i) (i32.const 3)))
        (f64.mul (f64.const 2)
          (f64.load (i32.add (i32.load offset=20 (call $input (local.get $call))) (i32.shl (local.get $i) (i32.const 3))))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next))))
"""

DOUBLES = "(call $double (local.get $call))"
ANSWERS = "(call $pack (call $result (local.get $call)) (i32.const 64))"
FOREVER = "(loop $forever (br $forever)) (unreachable)"


def module(text: str) -> bytes:
    return bytes(wasmtime.wat2wasm(text))


def bare(*functions: str) -> bytes:
    """A module without a manifest."""
    return module(f"(module {' '.join(functions)})")


def _leb128(value: int) -> bytes:
    out = bytearray()
    while True:
        byte, value = value & 0x7F, value >> 7
        out.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(out)


def with_manifest(data: bytes, manifest: Any) -> bytes:
    """The module with a manifest section; one that is no text is written as JSON."""
    name = b"formualizer.udf.manifest.v1"
    content = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
    section = _leb128(len(name)) + name + content
    return data + b"\0" + _leb128(len(section)) + section


def manifest(kind: str = "elementwise", returns: Any = "f64", **changes: Any) -> dict[str, Any]:
    def function(number: int, name: str, kind: str, returns: Any) -> dict[str, Any]:
        shape = "scalar" if kind == "elementwise" else "column"
        return {
            "id": number, "name": name, "export": f"fn_{name.lower()}", "kind": kind, "min_args": 1, "max_args": 1,
            "params": [{"name": "x", "type": "f64", "shape": shape}], "returns": returns,
        }  # fmt: skip

    return {
        "schema": "formualizer.udf.module/v1",
        "module": {"id": "evil", "version": "1", "abi": 1, "codec": 2},
        "functions": [function(1, "GOOD", "elementwise", "f64"), function(2, "EVIL", kind, returns)],
        **changes,
    }


def guest(body: str = DOUBLES + ANSWERS, *, kind: str = "elementwise", returns: Any = "f64", **parts: str) -> bytes:
    """A plugin; `body` is what `EVIL` does, `parts` are those of `guest_code`."""
    return with_manifest(guest_code(body, **parts), manifest(kind, returns))


def guest_code(
    body: str = DOUBLES + ANSWERS,
    *,
    alloc: str = "(call $bump (local.get $len))",
    free: str = "",
    version: str = "(i32.const 1)",
    memory: str = '(memory (export "memory") 4)',
    items: str = "",
) -> bytes:
    """A plugin without its manifest."""
    text = f"""(module {memory} {_PRELUDE} {items}
      (func (export "fz_abi_version") (result i32) {version})
      (func (export "fz_alloc") (param $len i32) (result i32) {alloc})
      (func (export "fz_free") (param $ptr i32) (param $len i32) {free})
      (func (export "fn_good") (param $call i32) (param $len i32) (result i64) {DOUBLES} {ANSWERS})
      (func (export "fn_evil") (param $call i32) (param $len i32) (result i64)
        (local $r i32) (local $c i32) (local $i i32)
        (local.set $r (call $result (local.get $call)))
        (local.set $c (call $column (local.get $call)))
        {body}))"""
    return module(text)
