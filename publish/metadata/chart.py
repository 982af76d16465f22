"""The share of small firms as a picture: for each source and year the range between the bounds.

Owns the drawing. The figures are summed up from the table `sme_share`; what they mean is told
there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

LEFT, WIDTH, ROW, RIGHT = 270, 420, 30, 130  # pixels: labels, the axis, a line, the figures
GRID = (0, 25, 50, 75, 100)  # per cent
SUMS = ("value_gbp", "value_all_smes_gbp", "value_maybe_smes_gbp", "value_size_known_gbp",
        "value_single_known_gbp", "value_single_sme_gbp")  # fmt: skip
COUNTS = ("awards_found", "awards_used")


@dataclass(frozen=True, slots=True)
class Share:
    """The bounds of one source and year, as shares of the value; `known` is the share whose
    suppliers are all of known size, `single` that of SMEs in awards to one such supplier, None if
    there are none.
    """

    source: str
    year: int
    awards: int
    used: int
    value: Decimal
    lower: float
    upper: float
    known: float
    single: float | None


def shares(paths: Sequence[Path]) -> list[Share]:
    """The shares of each source and year that have value, in that order, over all buyers."""
    columns = ["source", "year", *SUMS, *COUNTS]
    table = pa.concat_tables(pq.read_table(path, columns=columns) for path in paths)
    wide = [table[name].cast(pa.decimal128(38, 2)) for name in SUMS]  # sums may need more digits
    for name, cells in zip(SUMS, wide, strict=True):
        table = table.set_column(table.schema.get_field_index(name), name, cells)
    summed = table.group_by(["source", "year"]).aggregate(
        [(name, "sum") for name in (*SUMS, *COUNTS)]
    )
    rows = sorted(summed.to_pylist(), key=lambda row: (row["source"], row["year"] or 0))
    return [_share(row) for row in rows if row["value_gbp_sum"] and row["year"] is not None]


def _share(row: dict[str, Any]) -> Share:
    value, lower, upper, known, alone, small = (row[f"{name}_sum"] for name in SUMS)
    return Share(
        row["source"], row["year"], row["awards_found_sum"], row["awards_used_sum"], value,
        float(lower / value), float(upper / value), float(known / value),
        float(small / alone) if alone else None,
    )  # fmt: skip


def chart(found: Sequence[Share]) -> str:
    """The picture as SVG; readable by its text alone."""
    height = ROW * (len(found) + 1) + ROW // 4
    grid = "".join(_line(percent, height) for percent in GRID)
    rows = "".join(_row(number, share) for number, share in enumerate(found))
    return (
        f'<svg viewBox="0 0 {LEFT + WIDTH + RIGHT} {height}" role="img" '
        'aria-label="Share of award value that went to small and medium-sized enterprises, '
        f'lower to upper bound" style="max-width:100%;font:14px system-ui,sans-serif">{grid}{rows}'
        "</svg>"
    )


def _line(percent: int, height: int) -> str:
    x = LEFT + WIDTH * percent // 100
    return (
        f'<line x1="{x}" x2="{x}" y1="{ROW}" y2="{height}" stroke="#b1b4b6"/>'
        f'<text x="{x}" y="{ROW - 8}" text-anchor="middle">{percent}%</text>'
    )


def _row(number: int, share: Share) -> str:
    y = ROW * (number + 1) + ROW // 2
    start, end = LEFT + WIDTH * share.lower, LEFT + WIDTH * share.upper
    label = escape(f"{share.source} {share.year}")
    figures = f"{share.lower:.1%} to {share.upper:.1%}"
    return (
        f'<text x="{LEFT - 12}" y="{y + 5}" text-anchor="end">{label}</text>'
        f'<rect x="{start:.1f}" y="{y - 7}" width="{max(end - start, 3):.1f}" height="14" '
        'fill="#1d70b8"/>'
        f'<text x="{LEFT + WIDTH + 12}" y="{y + 5}">{figures}</text>'
    )
