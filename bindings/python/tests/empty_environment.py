"""Tries the installed wheel in an environment that has no other package: `cargo xtask wheel` runs it."""

from __future__ import annotations

import array
import sys
from pathlib import Path

import formualizer_udf as fu

PLUGINS = Path(__file__).resolve().parents[3] / "plugins"


def main() -> None:
    assert "numpy" not in sys.modules
    finance = fu.Module.from_file(PLUGINS / "finance.wasm")
    prices = finance.BS_CALL([90.0, None, 110.0], 100.0, 0.02, 0.2, 1.0)
    assert prices[1] is None and prices[0] < prices[2], prices
    assert finance.EMA(array.array("d", [1.0, 2.0]).tolist(), alpha=0.5) == [1.0, 1.5]

    book = fu.Workbook()
    book.add_sheet("S")
    book.register_wasm_module_file(PLUGINS / "geo.wasm")
    book.set_formula("S", "A1", "=HAVERSINE(52.5, 13.4, 48.9, 2.4) / 1000")
    book.recalculate()
    distance = book.value("S", "A1")
    assert isinstance(distance, float) and 870 < distance < 880, distance
    print(f"formualizer_udf {fu.__version__} works on Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
