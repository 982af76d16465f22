"""The least that any pipeline in Python must do: read JSON, write JSON, pack it.

    python -m benchmarks.floor OUT PAGE.json…

Owns nothing but that: one pass of orjson and zstd over the same bytes, in one process.
"""

import gc
import sys
from pathlib import Path

import orjson
import zstandard

from transforms.lines import LEVEL


def main() -> None:
    """Read pages, write their releases as packed lines."""
    gc.disable()  # many live objects make the collector ten times as slow as the parser
    out, *pages = map(Path, sys.argv[1:])
    with out.open("wb") as file, zstandard.ZstdCompressor(level=LEVEL).stream_writer(file) as to:
        for page in pages:
            for release in orjson.loads(page.read_bytes())["releases"]:
                to.write(orjson.dumps(release) + b"\n")


if __name__ == "__main__":
    main()
