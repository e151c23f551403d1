"""What all tests share: the committed plugins, loaded once."""

from __future__ import annotations

import pytest

import formualizer_udf as fu
from places import PLUGINS


@pytest.fixture(scope="session")
def finance() -> fu.Module:
    return fu.Module.from_file(PLUGINS / "finance.wasm")


@pytest.fixture(scope="session")
def text() -> fu.Module:
    return fu.Module.from_file(PLUGINS / "text.wasm")


@pytest.fixture(scope="session")
def kitchen_sink() -> fu.Module:
    return fu.Module.from_file(PLUGINS / "kitchen_sink.wasm")


@pytest.fixture(scope="session")
def checks() -> fu.Module:
    """The plugin of the conformance suite: echoes of every type, and functions that fail on purpose."""
    return fu.Module.from_file(PLUGINS / "conformance.wasm")


@pytest.fixture(scope="session")
def without_columns() -> fu.Module:
    """A plugin that answers JSON, a row at a time."""
    return fu.Module.from_file(PLUGINS / "upstream_json.wasm")
