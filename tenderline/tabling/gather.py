"""The releases of some processes to the rows of all tables.

Owns what stands for a compiled release, and which rows are made while releases are read. Runs in
processes of its own for large files.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tenderline.merging.hold import Held, Text
from tenderline.merging.join import BLOCK, Line, note_conflicts, processes, releases_in
from tenderline.merging.output import put
from tenderline.merging.place import size_of
from tenderline.tabling import LINES, RECORDS, VERSIONED
from tenderline.tabling.arrange import BATCH, LARGE
from tenderline.tabling.rows import Gathered, Rows, is_compiled
from transforms.jsontext import dumps
from transforms.merge import compile_releases
from transforms.versioned import version_releases


class Compiled:
    """Makes rows of compiled releases when they are read, so that none is read twice.

    Most often each is the only release of its process. Where one is not, all is made anew: see
    `gathered`.

    Args:
        scratch: a folder for folders of rows.
    """

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self._ocids: set[bytes] = set()
        self._done: list[Gathered] = []
        self._rows: Rows | None = None
        self._wrong = False

    def add(self, ocid: bytes, release: dict[str, Any]) -> None:
        """Gather the rows of a release if it is compiled."""
        if self._wrong or not is_compiled(release):
            return
        if ocid in self._ocids:
            self.undo()
            return
        self._ocids.add(ocid)
        if self._rows is None:
            self._rows = Rows(self.scratch / f"early-{os.getpid()}-{len(self._done)}")
        self._rows.add([release], release, [dumps(release)])
        self._rows.found.joined.releases += 1
        if self._rows.full:
            self._close(self._rows)

    def undo(self) -> None:
        """Forget all rows, and make none any more."""
        self._wrong = True
        self._ocids, self._done, self._rows = set(), [], None

    def gathered(self, held: Held) -> list[Gathered]:
        """What became of the releases, which are held no longer; nothing if any was not alone."""
        alone = (len(held.processes.get(ocid, ())) == 1 for ocid in self._ocids)
        if not all(alone):
            self.undo()
        for ocid in self._ocids:
            del held.processes[ocid]
        if self._rows is not None:
            self._close(self._rows)
        return self._done

    def _close(self, rows: Rows) -> None:
        self._done.append(rows.close())
        self._rows = None


def gather(
    held: Held, folder: Path, parts: list[Path], *, lines: Sequence[str], keep: bool
) -> list[Gathered]:
    """Make the rows of processes that nobody else has releases of.

    Args:
        held: what this process holds.
        folder: where the rows go, as one Arrow file for each table.
        parts: scratch files of which the releases are, used up by this; none if they are held.
        lines: what is wanted as lines, too, by the name of the file: `LINES`, `VERSIONED`,
            `RECORDS`.
        keep: whether these lines are held; else they go to files beside the folder.
    """
    early = held.early.gathered(held) if isinstance(held.early, Compiled) and not parts else []
    rows = Rows(folder, BATCH if parts else LARGE)
    found = rows.found
    found.lines = {} if keep else {name: folder.with_suffix(f".{name}") for name in lines}
    with ExitStack() as stack:
        files = {n: stack.enter_context(p.open("wb", BLOCK)) for n, p in found.lines.items()}
        for ocid, texts in processes(held, parts, found.joined):
            releases = releases_in(texts, found.joined)
            compiled = _compiled(releases, found)
            written = _as_written(texts, releases)
            rows.add(releases, compiled, written)
            if rows.full:
                rows.write()
            for name, line in _lines(lines, ocid, releases, written, compiled):
                if keep:
                    held.lines.setdefault(name, []).append(line)
                    found.sizes.setdefault(name, []).append((ocid, size_of(line)))
                else:
                    put(files[name], ocid, line)
    return [*early, rows.close()]


def _lines(
    names: Sequence[str],
    ocid: bytes,
    releases: list[dict[str, Any]],
    written: Sequence[Line],
    compiled: dict[str, Any],
) -> Iterator[tuple[str, Line]]:
    """What is wanted of a process as lines, by the name of the file."""
    asked = set(names)
    line = dumps(compiled) if {LINES, RECORDS} & asked else b""
    versioned = dumps(version_releases(releases).release) if {VERSIONED, RECORDS} & asked else b""
    if LINES in asked:
        yield LINES, line
    if VERSIONED in asked:
        yield VERSIONED, versioned
    if RECORDS in asked:
        yield RECORDS, _record(ocid, written, line, versioned)


def _record(ocid: bytes, releases: Sequence[Line], compiled: bytes, versioned: bytes) -> bytes:
    """A record as `dumps` would write it, made of what it has written already."""
    parts: list[Line] = [b'{"compiledRelease":', compiled, b',"ocid":"', ocid, b'","releases":[']
    for number, release in enumerate(releases):
        parts += [b",", release] if number else [release]
    return b"".join([*parts, b'],"versionedRelease":', versioned, b"}"])


def _as_written(texts: list[Text], releases: list[dict[str, Any]]) -> Sequence[Line]:
    """The releases of a process as `dumps` writes them, of which one alone is held so."""
    if len(texts) == 1:
        return [texts[0].in_place()]
    return [dumps(release) for release in releases]


def _compiled(releases: list[dict[str, Any]], found: Gathered) -> dict[str, Any]:
    """What releases come to; one that is compiled already is taken as it is."""
    first = releases[0]
    if len(releases) == 1 and is_compiled(first):
        return first
    made = compile_releases(releases)
    note_conflicts(found.joined, str(first["ocid"]), made.conflicts)
    return made.release
