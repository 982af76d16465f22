"""Cells as Arrow arrays.

Owns how cents and microseconds become the types that are published.
"""

import sys
from importlib.abc import MetaPathFinder
from multiprocessing import parent_process
from typing import Any

import numpy as np
import pyarrow as pa

from transforms.tables.cells import MOMENT, MONEY

COUNTED = (MOMENT, MONEY)  # kinds of cells that are whole numbers of something


def array(values: list[Any], rows: int, kind: int, wanted: pa.DataType) -> pa.Array:
    """An array of `rows` cells.

    Args:
        values: the first cells; those behind them are empty.
        rows: how many cells there are.
        kind: see `transforms.tables.cells.KINDS`.
        wanted: the type of the array.
    """
    if not values:
        return pa.nulls(rows, wanted)
    if len(values) < rows:
        values.extend([None] * (rows - len(values)))
    if kind not in COUNTED:
        return pa.array(values, wanted)
    whole = pa.array(values, pa.int64())
    return whole.view(wanted) if pa.types.is_timestamp(wanted) else _decimals(whole, wanted)


def _decimals(cents: pa.Array, wanted: pa.DataType) -> pa.Array:
    """Cents as decimals of two places: 128 bits, of which the upper half repeats the sign."""
    low = np.frombuffer(cents.buffers()[1], dtype="<i8", count=len(cents))
    wide = np.empty((len(cents), 2), dtype="<i8")
    wide[:, 0] = low
    wide[:, 1] = low >> 63
    return pa.Array.from_buffers(wanted, len(cents), [cents.buffers()[0], pa.py_buffer(wide)])


def without_pandas() -> None:
    """Keep pyarrow from loading pandas in a process that another one started for its work.

    It does when it is first given a list, to know what pandas calls one: that takes a fifth of a
    second. Where there is no pandas it does without.
    """
    if parent_process() is not None and _NoPandas not in sys.meta_path:
        sys.meta_path.insert(0, _NoPandas)


class _NoPandas(MetaPathFinder):
    """Finds no pandas."""

    @classmethod
    def find_spec(cls, fullname: str, *_: object) -> None:
        """Say that there is no module of that name; see `importlib.abc.MetaPathFinder`."""
        if fullname == "pandas":
            raise ImportError(fullname)
