"""Excel's functions on a column of cash flows, without a workbook (`mypy --strict`).

usage: python cash_flows.py
"""

from __future__ import annotations

import datetime

from formualizer_udf import functions

AMOUNTS = [-1000.0, 400.0, 350.0, 300.0, 150.0]
DAYS = [
    datetime.date(2024, 1, 1),
    datetime.date(2024, 7, 1),
    datetime.date(2025, 1, 1),
    datetime.date(2025, 7, 1),
    datetime.date(2026, 1, 1),
]


def main() -> None:
    rate: float = functions.XIRR(AMOUNTS, DAYS)
    print(f"internal rate of return  {rate:8.4%}")
    print(f"present value at 5 %     {functions.XNPV(0.05, AMOUNTS, DAYS):8.2f}")
    years: list[float] = functions.YEARFRAC(DAYS[0], DAYS, 1)
    kinds: list[str] = functions.IF([amount < 0 for amount in AMOUNTS], "paid", "received")
    quarters: list[str] = functions.TEXT(functions.EOMONTH(DAYS, 0), "mmm yyyy")
    for amount, year, kind, quarter in zip(AMOUNTS, years, kinds, quarters):
        print(f"{quarter}  after {year:4.2f} years  {kind:>8}  {abs(amount):8.2f}")


if __name__ == "__main__":
    main()
