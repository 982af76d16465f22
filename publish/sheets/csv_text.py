"""Rows as CSV by RFC 4180: UTF-8, a comma, CRLF, a header; text in quotes, and no value is nothing.

Owns how each type is written. Text that a spreadsheet would run as a formula gets an apostrophe
before it, as the OWASP page on CSV injection asks; numbers and dates need none.
"""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

FORMULA = r"^[=+\-@\t\r]"  # how such text begins
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
        columns = [as_text(column) for column in rows.columns]
        self._file.write_table(pa.Table.from_arrays(columns, schema=self._shape))

    def close(self) -> None:
        """End the file."""
        self._file.close()


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column in the form of CSV: numbers as they are, all else as text."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        return moments(column)
    if pa.types.is_list(kind):
        column = lists(column)
    if pa.types.is_string(column.type):
        risky = pc.match_substring_regex(column, FORMULA)
        if pc.any(risky).as_py():
            safe = pc.binary_join_element_wise("'", column, "")
            return pc.if_else(risky, safe, column)
    return column


def moments(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Moments as ISO 8601 in UTC, without a fraction that is nothing."""
    plain = pc.strftime(column.cast(pa.timestamp("us")), format="%Y-%m-%dT%H:%M:%SZ")
    return pc.replace_substring_regex(plain, WHOLE, "Z")


def lists(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Lists of text as one text: `; ` between entries, in which `;` and a backslash get one."""
    return pa.chunked_array([_joined(chunk) for chunk in column.chunks], pa.string())


def _joined(column: pa.Array) -> pa.Array:
    entries = column.flatten().fill_null("")
    for plain, safe in ESCAPES:
        entries = pc.replace_substring(entries, plain, safe)
    lengths = pc.list_value_length(column).fill_null(0)
    ends = pc.cumulative_sum(lengths.cast(pa.int32()))
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), ends])
    text = pc.binary_join(pa.ListArray.from_arrays(offsets, entries), BETWEEN)
    return pc.if_else(pc.is_valid(column), text, None)


def _written(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_timestamp(kind) or pa.types.is_list(kind) else kind
