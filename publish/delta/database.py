"""A DuckDB database for comparing editions: in memory, with a bound, and silent.

Owns its settings.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from transforms.tables.answers import MEMORY


@contextmanager
def database(scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that puts into `scratch` what memory does not hold."""
    with duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{MEMORY}'")
        connection.execute("SET temp_directory = $1", [str(scratch / "spill")])
        connection.execute("SET TimeZone = 'UTC'")  # moments come back as they were
        connection.execute("SET enable_progress_bar = false")  # standard output has results only
        yield connection
