"""A bundle: small tables and JSON values in one file, for what is derived of a part of records.

Owns its form: a ZIP archive without clocks whose entries are Arrow streams, JSON, and files as they
are, packed by zstd as a whole: small tables have much in common. Equal content gives equal bytes.
"""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import orjson
import pyarrow as pa
import zstandard

MEDIA_TYPE = "application/zstd"
TABLE, VALUE = ".arrow", ".json"
LEVEL = 3  # as for lines of JSON
ALONE = pa.ipc.IpcWriteOptions(use_threads=False)  # a forked process has no threads of its own


def bundled(
    tables: Mapping[str, pa.Table],
    values: Mapping[str, Any],
    files: Mapping[str, bytes] | None = None,
) -> bytes:
    """Tables, of which those without rows are left out, JSON values, and files, as one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, table in tables.items():
            if table.num_rows:
                _put(archive, name + TABLE, _stream(table))
        for name, value in values.items():
            _put(archive, name + VALUE, orjson.dumps(value, option=orjson.OPT_SORT_KEYS))
        for name, data in (files or {}).items():
            _put(archive, name, data)
    return zstandard.ZstdCompressor(level=LEVEL).compress(out.getbuffer())


class Bundle:
    """What `bundled` put into `data`."""

    def __init__(self, data: bytes) -> None:
        unpacked = zstandard.ZstdDecompressor().decompress(data)
        self._archive = zipfile.ZipFile(io.BytesIO(unpacked))
        self._names = frozenset(self._archive.namelist())

    def table(self, name: str) -> pa.Table | None:
        """The table, with the plain schema of the columns that it fills; None without rows."""
        if name + TABLE not in self._names:
            return None
        return pa.ipc.open_stream(pa.py_buffer(self.file(name + TABLE))).read_all()

    def value(self, name: str) -> Any:
        """The JSON value."""
        return orjson.loads(self.file(name + VALUE))

    def file(self, name: str) -> bytes:
        """The file, as it was given."""
        return self._archive.read(name)


def _stream(table: pa.Table) -> pa.Buffer:
    """As an Arrow stream of the columns that have a value: its reader knows the others."""
    named = zip(table.column_names, table.columns, strict=True)
    filled = {name: column for name, column in named if column.null_count < table.num_rows}
    plain = pa.table(filled)  # without metadata
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, plain.schema, options=ALONE) as stream:
        stream.write_table(plain)
    return sink.getvalue()


def _put(archive: zipfile.ZipFile, name: str, data: bytes | pa.Buffer) -> None:
    archive.writestr(zipfile.ZipInfo(name), data)  # dated 1980, stored as it is
