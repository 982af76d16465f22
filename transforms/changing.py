"""Parts of sorted lines brought up to date, without writing again what did not change.

Owns which parts are opened, and which of their lines are looked at. Where parts are cut is in
`transforms.parts`; what becomes of a line, the caller says.
"""

import itertools
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from kernel import Artifact
from transforms.parts import Part, Writer, lines_in, ocid_of

Line = bytes | None
Change = tuple[str, list[bytes]]
Asked = tuple[str, Line, list[bytes]]  # an ocid, its line so far, what arrived
Combine = Callable[[Iterable[Asked]], Iterator[Line]]


def update(writer: Writer, changes: Iterable[Change], combine: Combine) -> list[Artifact]:
    """Write a group anew where it changes, and refer to the rest of it.

    Args:
        writer: of the group, which knows its parts so far.
        changes: by ocid, in order, each once: what arrived for it; nothing takes its line away.
        combine: of each ocid that changes, its line so far and what arrived, makes the new line:
            none where nothing is left there. In order, but at any time.

    Returns:
        The artifacts of all parts.

    A part is opened only where an ocid of it changes, or the first of the part behind it, which may
    begin none any more; or where the part before it no longer ends where it did.
    """
    waiting = _Waiting(changes)
    for here, after in itertools.pairwise([*writer.parts, None]):
        if here:
            _update(writer, here, after.first if after else None, waiting, combine)
    for line in _changed(writer, [], waiting.up_to(None), combine) or ():  # there was no part yet
        writer.add(line)
    writer.close()
    return writer.artifacts


def _update(
    writer: Writer, part: Part, until: str | None, waiting: "_Waiting", combine: Combine
) -> None:
    """Write a part anew, or refer to it where it stays as it is; `until` begins the part behind."""
    lines: Sequence[bytes] = []
    rest: Iterable[bytes] | None = None
    if waiting.before(until):
        lines = [*lines_in(writer.lake, [part])]
        rest = _changed(writer, lines, waiting.up_to(until), combine)
    if rest is None and writer.takes(part) and not waiting.reaches(until):
        writer.refer(part)
        return
    for line in rest if rest is not None else lines or lines_in(writer.lake, [part]):
        writer.add(line)


class _Waiting:
    """The changes that are still to be made, of which the next can be seen."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self._rest = iter(changes)
        self._next = next(self._rest, None)

    def before(self, until: str | None) -> bool:
        """Whether one waits for an ocid before `until` (None: any)."""
        return self._next is not None and (until is None or self._next[0] < until)

    def reaches(self, ocid: str | None) -> bool:
        """Whether the next one is for `ocid`."""
        return self._next is not None and self._next[0] == ocid

    def up_to(self, until: str | None) -> Iterator[Change]:
        """Take those for ocids before `until`."""
        while (change := self._next) and self.before(until):
            yield change
            self._next = next(self._rest, None)


def _changed(
    writer: Writer, lines: Sequence[bytes], changes: Iterable[Change], combine: Combine
) -> Sequence[bytes] | None:
    """Write the lines of a part as far as the last one that changes; the rest of them.

    None where none changes, and so none was written.
    """
    among = _Among(lines)
    written: int | None = None
    for line in combine(among.asked(changes)):
        place, old = among.places.popleft()
        if line != old:
            for copied in lines[written or 0 : place]:
                writer.add(copied)
            if line:
                writer.add(line)
            written = place + (old is not None)
    return None if written is None else lines[written:]


class _Among:
    """Finds the places of changes among lines; `places` are those asked about, with the lines."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self.lines = lines
        self.places: deque[tuple[int, Line]] = deque()

    def asked(self, changes: Iterable[Change]) -> Iterator[Asked]:
        """Each change with the line so far. Looked up by halves, so that few lines are parsed."""
        at = 0
        for ocid, arrived in changes:
            at = bisect_left(self.lines, ocid, at, key=ocid_of)
            there = at < len(self.lines) and ocid_of(self.lines[at]) == ocid
            old = self.lines[at] if there else None
            self.places.append((at, old))
            yield ocid, old, arrived
