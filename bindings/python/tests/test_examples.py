"""The examples run: the scripts as programs, the notebook cell by cell."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def test_the_script_prints_prices_and_the_row_that_failed() -> None:
    command = [sys.executable, str(EXAMPLES / "prices.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "spot  90.00  call  4.1476" in done.stdout
    assert "1 row failed: #NUM! price -1 is below" in done.stdout


def test_the_script_of_cash_flows_prints_a_line_for_each() -> None:
    command = [sys.executable, str(EXAMPLES / "cash_flows.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == 7 and lines[0].startswith("internal rate of return")
    assert lines[2].split() == ["Jan", "2024", "after", "0.00", "years", "paid", "1000.00"]


def test_the_notebook_runs_and_was_saved_with_its_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    monkeypatch.chdir(EXAMPLES)
    from matplotlib import pyplot

    shown = []
    monkeypatch.setattr(pyplot, "show", lambda: shown.append(pyplot.gcf()))
    notebook = json.loads((EXAMPLES / "volatility_surface.ipynb").read_text())
    names: dict[str, object] = {"__name__": "notebook"}
    for number, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] != "code":
            continue
        assert cell["execution_count"], f"cell {number} was saved without being run"
        assert not any(output["output_type"] == "error" for output in cell["outputs"])
        exec(compile("".join(cell["source"]), f"cell {number}", "exec"), names)
    assert len(shown) == 1
    pyplot.close("all")
