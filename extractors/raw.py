"""How raw bytes lie in the lake: pages packed, files as they came, each under its own hash.

Owns the names and forms of the artifacts of an extraction. Knows nothing of where they come from.
"""

import re
from pathlib import Path

import zstandard

from kernel import Artifact, Lake, Source, Window
from kernel.lake import file_digest
from kernel.manifest import digest

LEVEL = 3  # zstd: a fifth of the bytes at hundreds of MB/s
SUFFIXES = re.compile(
    r"(?:\.(?:json|jsonl|ndjson|jsonlines|txt|csv|xml|tar|tgz|zip|gz|zst|xz|bz2))+\Z", re.IGNORECASE
)
SHORT = 12  # characters of a hash in a name: enough to keep overlapping attempts apart


def folder_of(source: Source, window: Window, version: str) -> str:
    """The lake folder of one extraction."""
    return f"raw/{source.id}/{window.name}/{version}"


def keep_body(lake: Lake, folder: str, name: str, body: bytes, rows: int) -> Artifact:
    """Save a body under a name that holds its hash: overlapping attempts never clash."""
    data = zstandard.ZstdCompressor(level=LEVEL).compress(body)
    path = f"{name}-{digest(body)[:SHORT]}.json.zst"
    return lake.save(folder, path, data, media_type="application/zstd", rows=rows)


def keep_file(
    lake: Lake, folder: str, number: int, path: Path, *, called: str, rows: int
) -> Artifact:
    """Save the file `path`, which is consumed, as it is; `called` is what its publisher calls it.

    Of that name only the suffixes are kept, as far as they are known ones.
    """
    found = SUFFIXES.search(called)
    name = f"file-{number:05}-{file_digest(path)[:SHORT]}{found[0].lower() if found else ''}"
    media_type = "application/octet-stream"  # what it is, its content tells
    return lake.save_file(folder, name, path, media_type=media_type, rows=rows)
