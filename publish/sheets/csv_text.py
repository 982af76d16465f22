"""Rows as CSV by RFC 4180: UTF-8, a comma, CRLF, a header; text in quotes, and no value is nothing.

Owns how each type is written. Text that a spreadsheet would run as a formula gets an apostrophe
before it, as the OWASP page on CSV injection asks; numbers and dates need none.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

FORMULA = b"=+-@\t\r"  # how such text begins
RISKY = np.isin(np.arange(256), np.frombuffer(FORMULA, np.uint8))  # by the first byte
OPTIONS = {"eol": "\r\n", "quoting_style": "needed", "batch_size": 16_384}  # rows at a time
WHOLE = r"\.0+Z$"  # the fraction of a moment without one
BETWEEN = "; "  # entries of a list
ESCAPES = (("\\", "\\\\"), (";", "\\;"))  # in an entry, so that none looks like two


class CsvFile:
    """A CSV file that takes rows of one table.

    Args:
        sink: its path, or what it is written to.
        schema: of the rows.
        headings: of its columns, where they are not those of the schema.
    """

    def __init__(self, sink: Any, schema: pa.Schema, headings: Sequence[str] = ()) -> None:
        names = headings or schema.names
        shape = [(name, _written(f.type)) for name, f in zip(names, schema, strict=True)]
        self._shape = pa.schema(shape)
        options = pcsv.WriteOptions(include_header=True, **OPTIONS)
        self._file = pcsv.CSVWriter(sink, self._shape, write_options=options)

    def add(self, rows: pa.Table) -> None:
        """Write rows."""
        columns = [as_text(column.combine_chunks()) for column in rows.columns]
        self._file.write_table(pa.Table.from_arrays(columns, schema=self._shape))

    def close(self) -> None:
        """End the file."""
        self._file.close()


def as_text(column: pa.Array) -> pa.Array:
    """A column in the form of CSV: numbers as they are, all else as text."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        return moments(column)
    if pa.types.is_list(kind):
        return safe(lists(column))
    if pa.types.is_string(kind):
        return safe(column)
    return column


def safe(text: pa.Array) -> pa.Array:
    """Text, with an apostrophe before what a spreadsheet would run."""
    found = risky(text)
    if not found.any():
        return text
    return pc.if_else(_mask(found), pc.binary_join_element_wise("'", text, ""), text)


def _mask(found: npt.NDArray[np.bool_]) -> pa.Array:
    """Truth values as an array; `pyarrow.array` would load `numpy.ma` first."""
    bits = pa.py_buffer(np.packbits(found, bitorder="little"))
    return pa.Array.from_buffers(pa.bool_(), len(found), [None, bits])


def risky(text: pa.Array) -> npt.NDArray[np.bool_]:
    """Which text a spreadsheet would run if it were typed in."""
    _, offsets, data = text.buffers()
    found = np.zeros(len(text), bool)
    if data and data.size:
        starts = np.frombuffer(offsets, "<i4", count=text.offset + len(text) + 1)[text.offset :]
        some = starts[:-1] < starts[1:]
        found[some] = RISKY[np.frombuffer(data, np.uint8)[starts[:-1][some]]]
    return found


def moments(column: pa.Array) -> pa.Array:
    """Moments as ISO 8601 in UTC, without a fraction that is nothing."""
    known = column.dictionary_encode()
    plain = pc.strftime(known.dictionary.cast(pa.timestamp("us")), format="%Y-%m-%dT%H:%M:%SZ")
    return pc.replace_substring_regex(plain, WHOLE, "Z").take(known.indices)


def lists(column: pa.Array) -> pa.Array:
    """Lists of text as one text: `; ` between entries, in which `;` and a backslash get one."""
    entries = column.flatten().fill_null("")
    for plain, masked in ESCAPES:
        entries = pc.replace_substring(entries, plain, masked)
    lengths = pc.list_value_length(column).fill_null(0)
    ends = pc.cumulative_sum(lengths.cast(pa.int32()))
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), ends])
    text = pc.binary_join(pa.ListArray.from_arrays(offsets, entries), BETWEEN)
    return pc.if_else(pc.is_valid(column), text, None)


def _written(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_timestamp(kind) or pa.types.is_list(kind) else kind
