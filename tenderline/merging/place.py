"""Lines of one merged file straight into their places, by the processes that have them.

Owns the places. Nobody copies the lines of another: each process tells how long its lines are, and
then where they go is known.
"""

import os
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path

from kernel.workers import Workers
from tenderline.merging.hold import Held
from tenderline.merging.join import Joined, Line, Wanted, lines

MANY = 500  # lines written at once: systems allow 1,024 pieces, and each line has an end
END = b"\n"
Sizes = list[tuple[bytes, int]]  # of lines, by ocid as in JSON


def placed(workers: Workers, path: Path, wanted: Wanted) -> list[Joined]:
    """Write the lines of all processes that are held to a file that is there, in order of ocid."""
    made: list[tuple[Joined, Sizes]] = workers.every(_made, wanted)
    write_held(workers, path, [sizes for _, sizes in made])
    return [joined for joined, _ in made]


def write_held(workers: Workers, path: Path, told: Sequence[Sizes], name: str = "") -> None:
    """Write the lines that each process holds by a name, whose sizes it told, in order of ocid."""
    order = sorted(
        (ocid, size, number) for number, sizes in enumerate(told) for ocid, size in sizes
    )
    places = [array("q") for _ in told]
    at = 0
    for _, size, number in order:
        places[number].append(at)
        at += size
    workers.every_with(_write, [(path, each, name) for each in places])


def size_of(line: Line) -> int:
    """How long a line is in the file, with its end."""
    return len(line) + len(END)


def _made(held: Held, wanted: Wanted) -> tuple[Joined, Sizes]:
    """Make the lines, to be written by `_write`; how long they are."""
    joined = Joined()
    made = list(lines(held, [], wanted, joined))
    held.lines[""] = [line for _, line in made]
    return joined, [(ocid, size_of(line)) for ocid, line in made]


def _write(held: Held, path: Path, places: "array[int]", name: str) -> None:
    with path.open("r+b", buffering=0) as file:
        for at, run in _runs(held.lines.pop(name, []), places):
            _put(file.fileno(), run, at)


def _runs(found: list[Line], places: "array[int]") -> Iterator[tuple[int, list[Line]]]:
    """Lines that stand one after the other, each with its end, and where they begin."""
    run: list[Line] = []
    start = end = 0
    for line, at in zip(found, places, strict=True):
        if run and (at != end or len(run) >= 2 * MANY):
            yield start, run
            run = []
        if not run:
            start = at
        run += [line, END]
        end = at + size_of(line)
    if run:
        yield start, run


def _put(file: int, run: list[Line], at: int) -> None:
    """Write all of `run`, also where the system takes a part at a time."""
    done = os.pwritev(file, run, at)
    if done < sum(map(len, run)):
        rest = memoryview(b"".join(run))
        while done < len(rest):
            done += os.pwrite(file, rest[done:], at + done)
