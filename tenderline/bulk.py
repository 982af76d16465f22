"""The command `bulk`: all that the other commands make of anyone's OCDS files, made at once.

Owns which of them run side by side, in processes of their own, and how what they say is told. What
each of them does is theirs.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from kernel import ConfigError
from tenderline import console
from tenderline.tabling import LINES, RECORDS, VERSIONED
from tenderline.whole_file import whole_folder

TABLES = "tables"
YIELDING = "validate"  # it has less to do: it takes what the other leaves of the cores
BEHIND = 10  # its niceness: processes that take turns on a core take a tenth longer than in a row
FAILURES, TOLD = "quality.json", "quality.txt"
LAST_WITH_RESULTS = 2  # the highest exit code of a command that has written what it could
INTERRUPTED = 128  # and the number of a signal: what a shell says of a process that it ended


@dataclass(frozen=True, slots=True)
class Asked:
    """A command under way, and the file for what it says."""

    name: str
    said: Path
    process: BaseProcess


def bulk(names: Sequence[str], out: Path, forms: Sequence[str], *, jobs: int) -> int:
    """Validate files, merge their releases and make tables of them, into the folder `out`.

    Args:
        names: the paths of files of OCDS data in any form.
        out: a folder that is new or empty.
        forms: what is wanted beside Parquet files and the compiled releases: `csv` and `xlsx`, the
            tables; `versioned` and `records`, see `tenderline tables`.
        jobs: how many processes share the work of each command; 0 for one a core.

    Returns:
        The higher exit code of the two commands; see their documentation.

    Raises:
        ConfigError: a file is standard input, or `out` is not empty.
        SystemExit: one of the commands failed; then there is no folder.
    """
    if "-" in names:
        raise ConfigError("bulk reads its input more than once: name a file instead of -")
    with whole_folder(out) as folder:
        asked = _asked(names, folder, forms, jobs)
        code = max(_told(one, str(folder), str(out)) for one in asked)
        if code > LAST_WITH_RESULTS or not (folder / TABLES).exists():
            sys.exit(code)
        for name in (LINES, VERSIONED, RECORDS):
            with suppress(FileNotFoundError):  # it was not asked for
                (folder / TABLES / name).rename(folder / name)
        for one in asked:
            if one.name != "validate":
                one.said.unlink()
    return code


def _asked(names: Sequence[str], folder: Path, forms: Sequence[str], jobs: int) -> list[Asked]:
    """The commands, begun."""
    asked_for = ["--jsonl", *(f"--{form}" for form in forms)]
    lines = {
        "tables": [*asked_for, *names, str(folder / TABLES)],
        "validate": ["--json", str(folder / FAILURES), *names],
    }
    context, found = get_context("fork"), []
    for name, arguments in lines.items():
        said = folder / (TOLD if name == "validate" else f"{name}.txt")
        line = [name, "--jobs", str(jobs), *arguments]
        process = context.Process(target=_command, args=(line, said))
        process.start()
        found.append(Asked(name, said, process))
    return found


def _command(line: list[str], said: Path) -> None:
    """Run a command of this program; what it says goes to a file."""
    os.nice(BEHIND if line[0] == YIELDING else 0)
    file = os.open(said, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(file, stream.fileno())
    console.out, console.err = console.Plain("stdout"), console.Plain("stderr")
    sys.argv = ["tenderline", *line]
    from tenderline.cli import main

    try:
        main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _told(asked: Asked, folder: str, out: str) -> int:
    """Wait for a command, and show what it said, of `folder` as `out`; its exit code."""
    asked.process.join()
    for said in asked.said.read_text(encoding="utf-8", errors="replace").splitlines():
        line = said.replace(folder, out)
        console.out.print(line, markup=False, emoji=False, highlight=False)
    code = asked.process.exitcode or 0
    return INTERRUPTED - code if code < 0 else code
