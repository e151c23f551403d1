"""The Python in the documents runs, from top to bottom, in the repository's folder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from places import ROOT

BLOCK = re.compile(r"^```python( no-run)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("document", ["bindings/python/README.md", "docs/hosting-python.md"])
def test_every_block_of_a_document_runs(document: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("OUT", str(tmp_path))
    text = (ROOT / document).read_text()
    names: dict[str, object] = {"__name__": "document"}
    ran = 0
    for block in BLOCK.finditer(text):
        if block.group(1):
            continue
        # The line in the document, for tracebacks.
        start = text.count("\n", 0, block.start(2))
        exec(compile("\n" * start + block.group(2), document, "exec"), names)
        ran += 1
    assert ran >= 5
