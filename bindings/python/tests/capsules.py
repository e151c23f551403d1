"""Arrow's C structures written by hand, so that they may be wrong."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any


class Schema(ctypes.Structure):
    pass


class Array(ctypes.Structure):
    pass


_RELEASE_SCHEMA = ctypes.CFUNCTYPE(None, ctypes.POINTER(Schema))
_RELEASE_ARRAY = ctypes.CFUNCTYPE(None, ctypes.POINTER(Array))

Schema._fields_ = [
    ("format", ctypes.c_void_p),
    ("name", ctypes.c_void_p),
    ("metadata", ctypes.c_void_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.c_void_p),
    ("dictionary", ctypes.c_void_p),
    ("release", _RELEASE_SCHEMA),
    ("private_data", ctypes.c_void_p),
]
Array._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.c_void_p),
    ("children", ctypes.c_void_p),
    ("dictionary", ctypes.c_void_p),
    ("release", _RELEASE_ARRAY),
    ("private_data", ctypes.c_void_p),
]


@_RELEASE_SCHEMA
def _release_schema(schema: Any) -> None:
    schema.contents.release = _RELEASE_SCHEMA()


@_RELEASE_ARRAY
def _release_array(array: Any) -> None:
    array.contents.release = _RELEASE_ARRAY()


# The structures point to these, and nobody knows when the last reader is gone.
_alive: list[Any] = []


def _address(data: bytes | None, shift: int = 0) -> int | None:
    """A copy at an address that is a multiple of 64, and `shift`."""
    if data is None:
        return None
    memory = ctypes.create_string_buffer(len(data) + 129)
    _alive.append(memory)
    start = -(-ctypes.addressof(memory) // 64) * 64 + shift
    ctypes.memmove(start, data, len(data))
    return start


def _table(addresses: Sequence[int | None]) -> int | None:
    if not addresses:
        return None
    table = (ctypes.c_void_p * len(addresses))(*addresses)
    _alive.append(table)
    return ctypes.addressof(table)


def schema(
    format: bytes | None,
    *children: Schema | None,
    dictionary: Schema | None = None,
    name: bytes | None = b"",
    metadata: bytes | None = None,
    flags: int = 2,
    n_children: int | None = None,
    released: bool = False,
) -> Schema:
    made = Schema(
        _address(format and format + b"\0"),
        _address(name and name + b"\0"),
        _address(metadata),
        flags,
        len(children) if n_children is None else n_children,
        _table([None if child is None else ctypes.addressof(child) for child in children]),
        None if dictionary is None else ctypes.addressof(dictionary),
        _RELEASE_SCHEMA() if released else _release_schema,
        None,
    )
    _alive.append(made)
    return made


def array(
    length: int,
    buffers: Sequence[bytes | None] = (),
    *children: Array | None,
    dictionary: Array | None = None,
    null_count: int = 0,
    offset: int = 0,
    n_buffers: int | None = None,
    n_children: int | None = None,
    shift: int = 0,
    released: bool = False,
) -> Array:
    """An array; `shift` moves its buffers away from where they are aligned."""
    made = Array(
        length,
        null_count,
        offset,
        len(buffers) if n_buffers is None else n_buffers,
        len(children) if n_children is None else n_children,
        _table([_address(buffer, shift) for buffer in buffers]),
        _table([None if child is None else ctypes.addressof(child) for child in children]),
        None if dictionary is None else ctypes.addressof(dictionary),
        _RELEASE_ARRAY() if released else _release_array,
        None,
    )
    _alive.append(made)
    return made


def _capsule(structure: Any, name: bytes) -> Any:
    new = ctypes.pythonapi.PyCapsule_New
    new.restype = ctypes.py_object
    new.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    return new(ctypes.addressof(structure), name, None)


class Foreign:
    """An object of another library that holds one array."""

    def __init__(self, schema: Schema, array: Array) -> None:
        self._structures = schema, array

    def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
        schema, array = self._structures
        return _capsule(schema, b"arrow_schema"), _capsule(array, b"arrow_array")


class ForeignTable(Foreign):
    """Likewise, but it says that it is a table."""

    columns = ()
