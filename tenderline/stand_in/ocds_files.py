"""A stand-in of any place that holds OCDS files: an index page and the files it names.

It owns the routes and the writing of the same files into a folder. What is in them is made
elsewhere.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from tenderline.stand_in.defects import TRANSFER
from tenderline.stand_in.ocds_files_content import File, made_up_files
from tenderline.stand_in.server import Server
from tenderline.stand_in.wire import Reply

__all__ = ["File", "StandIn", "made_up_files", "write_files"]

BROKEN = "broken.json"
TYPES = {
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".gz": "application/gzip",
    ".zip": "application/zip",
    ".zst": "application/zstd",
}
DEFECTS = {
    "file_not_found": "status 404 for every file, although the index names it",
    **TRANSFER,
}


class StandIn(Server):
    """A web folder of OCDS files in every form that can be read, and one that is broken."""

    TITLE = "OCDS files"
    DEFECTS: ClassVar[Mapping[str, str]] = DEFECTS
    PER_DAY = 3  # processes in each file: files have no days
    MOST_PER_DAY = 500

    def answer(self, target: str) -> Reply:
        """Answer the index at the root, and every file by its name."""
        name = target.partition("?")[0].removeprefix("/")
        files = made_up_files(self.seed, self.per_day)
        if not name:
            links = "".join(f'<li><a href="/{known}">{known}</a></li>' for known in files)
            page = f"<!DOCTYPE html><html><title>OCDS files</title><ul>{links}</ul></html>"
            return Reply(200, page.encode(), "text/html; charset=utf-8")
        if name not in files or self.faults.take("file_not_found"):
            return Reply(404, b"Not Found", "text/plain")
        return Reply(200, files[name].content, TYPES[Path(name).suffix])


def write_files(
    folder: Path, seed: int = 1, processes: int = StandIn.PER_DAY, *, broken: bool = False
) -> dict[str, int]:
    """Write the same files into a folder, the broken one only if asked for.

    Returns the number of releases in each, by its name.
    """
    files = made_up_files(seed, processes)
    kept = {name: file for name, file in files.items() if broken or name != BROKEN}
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in kept.items():
        (folder / name).write_bytes(file.content)
    return {name: file.releases for name, file in kept.items()}
