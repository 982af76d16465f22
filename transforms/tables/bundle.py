"""A bundle: small tables and JSON values in one file, for what is derived of a part of records.

Owns its form: Arrow streams one behind another, packed by zstd as a whole, for small tables have
much in common. Each is a table, whose name its schema tells; the last has JSON values and files, a
row for each. Equal content gives equal bytes.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pyarrow as pa
import zstandard

MEDIA_TYPE = "application/zstd"
LEVEL = 3  # as for lines of JSON
ALONE = pa.ipc.IpcWriteOptions(use_threads=False)  # a forked process has no threads of its own
NAME = b"name"  # of a table, in the metadata of its schema; the last one has none
OTHERS = pa.schema([("name", pa.string()), ("data", pa.binary())])


def bundled(
    tables: Mapping[str, pa.Table],
    values: Mapping[str, Any],
    files: Mapping[str, bytes] | None = None,
) -> bytes:
    """Tables, of which those without rows are left out, JSON values, and files, as one file."""
    written = {n: orjson.dumps(v, option=orjson.OPT_SORT_KEYS) for n, v in values.items()}
    written |= files or {}
    others = pa.table([[*written], [*written.values()]], schema=OTHERS)
    sink = pa.BufferOutputStream()
    for name, table in tables.items():
        if table.num_rows:
            _put(sink, _filled(table, name))
    _put(sink, others)
    return zstandard.ZstdCompressor(level=LEVEL).compress(sink.getvalue())


class Bundle:
    """What `bundled` put into `data`."""

    def __init__(self, data: bytes) -> None:
        self._tables = dict(_streams(zstandard.ZstdDecompressor().decompress(data)))
        self._others = dict(zip(*self._tables.pop("").to_pydict().values(), strict=True))

    def table(self, name: str) -> pa.Table | None:
        """The table, of the columns that it fills; None without rows."""
        return self._tables.get(name)

    def value(self, name: str) -> Any:
        """The JSON value."""
        return orjson.loads(self._others[name])

    def file(self, name: str) -> bytes:
        """The file, as it was given."""
        found: bytes = self._others[name]
        return found


def _filled(table: pa.Table, name: str) -> pa.Table:
    """The columns of a table that have a value, which its reader knows by their names."""
    named = zip(table.column_names, table.columns, strict=True)
    filled = {name: column for name, column in named if column.null_count < table.num_rows}
    return pa.table(filled, metadata={NAME: name.encode()})


def _put(sink: pa.BufferOutputStream, table: pa.Table) -> None:
    with pa.ipc.new_stream(sink, table.schema, options=ALONE) as stream:
        stream.write_table(table)


def _streams(data: bytes) -> Iterator[tuple[str, pa.Table]]:
    """Each table by its name, and the last one by none."""
    source = pa.BufferReader(data)
    while source.tell() < source.size():
        table = pa.ipc.open_stream(source).read_all()
        name = (table.schema.metadata or {}).get(NAME, b"").decode()
        yield name, table.replace_schema_metadata(None)
