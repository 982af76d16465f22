"""A DuckDB database for looking at many rows: in memory, with a bound, and silent.

Owns its settings.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

MEMORY = "256MB"  # beside what the process holds; what is more goes to files


@contextmanager
def database(
    scratch: Path | None = None, *, threads: int = 0
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection.

    Args:
        scratch: a folder for what memory does not hold; without one, a new one where the system has
            its temporary files.
        threads: how many it may use; 0 for one a core.
    """
    with ExitStack() as stack:
        if scratch is None:
            scratch = Path(stack.enter_context(TemporaryDirectory(prefix="tenderline-")))
        connection = stack.enter_context(duckdb.connect())
        connection.execute(f"SET memory_limit = '{MEMORY}'")
        connection.execute("SET temp_directory = $1", [str(scratch / "spill")])
        connection.execute("SET TimeZone = 'UTC'")  # moments come back as they were
        connection.execute("SET enable_progress_bar = false")  # standard output has results only
        if threads:
            connection.execute(f"SET threads = {threads}")
        yield connection
