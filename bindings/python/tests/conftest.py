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
