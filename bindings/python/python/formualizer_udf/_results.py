"""Results that are more than one array."""

from __future__ import annotations

from typing import Any, NamedTuple


class WithErrors(NamedTuple):
    """What `errors="struct"` gives for NumPy arrays and lists.

    values: the values, null where a row failed.
    errors: a text for each row that failed, such as "#NUM!: no volatility gives this price", else None.
    """

    values: Any
    errors: Any
