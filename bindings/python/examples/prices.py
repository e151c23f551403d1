"""Prices a column of options with a plugin; the types of everything are known (`mypy --strict`).

usage: python prices.py [FINANCE.WASM]
"""

from __future__ import annotations

import sys
from pathlib import Path

import formualizer_udf as fu

PLUGIN = Path(__file__).resolve().parents[3] / "plugins" / "finance.wasm"


def load(path: Path) -> fu.Module:
    """The plugin, with half a gibibyte and two seconds a batch at most."""
    limits = fu.Limits(memory_bytes=512 << 20, batch_deadline=2.0)
    return fu.Module.from_file(path, runtime=fu.Runtime(limits=limits))


def implied(module: fu.Module, prices: list[float]) -> list[float | None]:
    """Volatilities that give the prices of a call with spot and strike 100; None where none does."""
    volatilities: list[float | None] = module["IMPLIED_VOL"](prices, 100.0, 100.0, 0.02, 1.0, errors="null")
    return volatilities


def main() -> None:
    module = load(Path(sys.argv[1]) if len(sys.argv) > 1 else PLUGIN)
    price: fu.Function = module.BS_CALL
    spots = [90.0, 100.0, 110.0]
    prices: list[float] = price(spot=spots, strike=100.0, rate=0.02, vol=0.2, years=1.0)
    for spot, one in zip(spots, prices):
        print(f"spot {spot:6.2f}  call {one:7.4f}")
    try:
        module["IMPLIED_VOL"]([-1.0], 100.0, 100.0, 0.02, 1.0)
    except fu.RowsError as error:
        print(f"{error.count} row failed: {error.rows[0].code} {error.rows[0].message}")
    print("implied:", implied(module, [*prices, -1.0]))


if __name__ == "__main__":
    main()
