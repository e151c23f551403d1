"""Functions of a module as scalar functions of a DuckDB connection."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import Parameter, Signature
from typing import Any, Literal

import duckdb
import pyarrow as pa

from .._native import Function, Module
from ..errors import ArgumentError

# How DuckDB calls the types of the contract; those that are not here have none.
_TYPES = {
    "bool": "BOOLEAN",
    "i8": "TINYINT",
    "i16": "SMALLINT",
    "i32": "INTEGER",
    "i64": "BIGINT",
    "u8": "UTINYINT",
    "u16": "USMALLINT",
    "u32": "UINTEGER",
    "u64": "UBIGINT",
    "f32": "FLOAT",
    "f64": "DOUBLE",
    "utf8": "VARCHAR",
    "error": "VARCHAR",
    "binary": "BLOB",
    "date32": "DATE",
    "time64": "TIME",
    "timestamp": "TIMESTAMP",
    "duration": "INTERVAL",
}


def register(
    module: Module,
    connection: Any,
    names: Iterable[str] | None,
    prefix: str,
    errors: Literal["raise", "null"],
) -> list[str]:
    """See `Module.register`."""
    if not isinstance(connection, duckdb.DuckDBPyConnection):
        raise ArgumentError(f"register: a {type(connection).__name__} is no connection of DuckDB: pass duckdb.connect()")
    if errors not in ("raise", "null"):
        raise ArgumentError(f"register: errors={errors!r}: give 'raise' or 'null'")
    functions = module.functions
    given = list(functions.values()) if names is None else [module[name] for name in names]
    manifests = {manifest["name"]: manifest for manifest in module.inspect()["manifest"]["functions"]}
    made = []
    for function in given:
        manifest = manifests[function.__name__]
        why = _obstacle(function, manifest)
        if why is None:
            made.append((prefix + function.__name__, function.with_options(errors=errors), manifest))
        elif names is not None:
            raise ArgumentError(f"register: {function.__name__} {why}")
    taken = _taken(connection, [name for name, _, _ in made])
    if taken:
        raise ArgumentError(
            f"register: the connection already has {', '.join(taken)}: put a prefix= before the names, or choose among them "
            "with names="
        )
    for name, function, manifest in made:
        _create(connection, name, function, manifest)
    return [name for name, _, _ in made]


def _taken(connection: Any, names: list[str]) -> list[str]:
    """Which of the names are functions of the connection, in any case."""
    with connection.cursor() as cursor:
        found = cursor.execute("select distinct lower(function_name) from duckdb_functions()").fetchall()
    known = {name for (name,) in found}
    return [name for name in names if name.lower() in known]


def _obstacle(function: Function, manifest: dict[str, Any]) -> str | None:
    """Why DuckDB cannot call a function a row at a time."""
    if function.kind != "elementwise":
        return f"is of the kind {function.kind!r}, and DuckDB's Python functions are scalar: call it on a relation"
    if not manifest["params"]:
        return "has no parameters, so that DuckDB does not tell it how many rows are wanted"
    if not isinstance(manifest["returns"], str) or manifest["returns"] not in _TYPES:
        return f"returns {manifest['returns']!r}, and a column of DuckDB is of one type: use create_function"
    if manifest["returns"] == "duration":
        return "returns a duration, for which DuckDB has months, days and microseconds: use create_function"
    return None


def _create(connection: Any, name: str, function: Function, manifest: dict[str, Any]) -> None:
    params = manifest["params"]
    # DuckDB's functions have one number of arguments and one type for each, or any: casts are made in the first case alone.
    fixed = all(
        param["type"] in _TYPES
        and param["type"] != "duration"
        and not param.get("optional")
        and not param.get("variadic")
        for param in params
    )
    parameters = [_TYPES[param["type"]] for param in params] if fixed else None
    try:
        connection.create_function(
            name,
            _called(function, len(params) if fixed else None, manifest["returns"] == "timestamp"),
            parameters,
            _TYPES[manifest["returns"]],
            type="arrow",
            # The package decides on nulls: an optional argument that is null is left out.
            null_handling="special",
            side_effects=bool(manifest.get("volatile")),
        )
    except duckdb.Error as error:
        raise ArgumentError(f"register: {name}: {error}") from error


def _called(function: Function, count: int | None, gives_times: bool) -> Callable[..., Any]:
    """The function as DuckDB looks at it and calls it, with so many arguments; any number where `count` is None."""

    def call(*columns: Any) -> Any:
        result = function(*columns)
        if gives_times and result.type.tz is not None:
            # A TIMESTAMP of DuckDB has no zone; instants are their readings in UTC.
            return result.cast(pa.timestamp("us"))
        return result

    call.__name__ = function.__name__
    if count is not None:
        names = [Parameter(f"argument_{at}", Parameter.POSITIONAL_ONLY) for at in range(count)]
        setattr(call, "__signature__", Signature(names))
    return call
