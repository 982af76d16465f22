"""Rows as CSV by RFC 4180: UTF-8, a comma, CRLF, a header; text in quotes, and no value is nothing.

Owns how each type is written. Text that a spreadsheet would run as a formula gets an apostrophe
before it, as the OWASP page on CSV injection asks; numbers and dates need none.
"""

from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

FORMULA = b"=+-@\t\r"  # how such text begins
RISKY = np.isin(np.arange(256), np.frombuffer(FORMULA, np.uint8))  # by the first byte
OPTIONS = {"eol": "\r\n", "quoting_style": "needed"}
WHOLE = r"\.0+Z$"  # the fraction of a moment without one


class CsvFile:
    """A CSV file that takes rows of one table.

    Args:
        path: where it is written.
        schema: of the rows.
    """

    def __init__(self, path: str, schema: pa.Schema) -> None:
        self._shape = pa.schema([(field.name, _written(field.type)) for field in schema])
        options = pcsv.WriteOptions(include_header=True, **OPTIONS)
        self._file = pcsv.CSVWriter(path, self._shape, write_options=options)

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
        return lists(column)
    if pa.types.is_string(kind):
        return safe(column)
    return column


def safe(text: pa.Array) -> pa.Array:
    """Text, with an apostrophe before what a spreadsheet would run."""
    _, offsets, data = text.buffers()
    if not data or not data.size:
        return text
    starts = np.frombuffer(offsets, "<i4", count=text.offset + len(text) + 1)[text.offset :]
    some = starts[:-1] < starts[1:]
    risky = np.zeros(len(text), bool)
    risky[some] = RISKY[np.frombuffer(data, np.uint8)[starts[:-1][some]]]
    if not risky.any():
        return text
    return pc.if_else(pa.array(risky), pc.binary_join_element_wise("'", text, ""), text)


def moments(column: pa.Array) -> pa.Array:
    """Moments as ISO 8601 in UTC, without a fraction that is nothing."""
    known = column.dictionary_encode()
    plain = pc.strftime(known.dictionary.cast(pa.timestamp("us")), format="%Y-%m-%dT%H:%M:%SZ")
    return pc.replace_substring_regex(plain, WHOLE, "Z").take(known.indices)


def lists(column: pa.Array) -> pa.Array:
    """Lists of text as JSON, which tells entries apart whatever is in them."""
    made: list[Any] = [
        None if found is None else orjson.dumps(found).decode() for found in column.to_pylist()
    ]
    return pa.array(made, pa.string())


def _written(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_timestamp(kind) or pa.types.is_list(kind) else kind
