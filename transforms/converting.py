"""The convert stage over many windows: some of them at a time, by processes of their own.

Owns the sharing out. These processes see local files only: the lake is read and written by the one
that asks, for connections to a remote one are not to be shared. What is done to one window is
`transforms.convert`'s.
"""

import gc
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from kernel import Lake, Manifest, Source
from kernel.workers import Workers, cores
from transforms.convert import at_hand, commit, converted, lines_made
from transforms.findings import Check


class _Begun(NamedTuple):
    """A window that is being converted, with what is open for it; or `done` before."""

    raw: Manifest
    done: Manifest | None
    opened: ExitStack
    scratch: Path


def convert_each(
    source: Source, lake: Lake, raws: Iterable[Manifest], *, check: Check
) -> Iterator[Manifest]:
    """Turn the artifacts of each of `raws` into releases; see `transforms.convert.convert`.

    Args:
        source: whose they are.
        lake: where from and to.
        raws: taken as processes get free. Where this raises, what came before is converted first.
        check: judges one release.

    Yields:
        The manifest of each, in order.
    """
    begun: deque[_Begun] = deque()
    errors: list[Exception] = []
    try:
        with Workers(cores(), source, check) as workers:
            for made in workers.each(lines_made, _work(source, lake, raws, begun, errors)):
                yield from _done(begun)
                each = begun.popleft()
                with each.opened:
                    yield commit(source, lake, each.raw, made, each.scratch)
            yield from _done(begun)
    finally:
        for each in begun:
            each.opened.close()
    if errors:
        raise errors[0]


def _work(
    source: Source, lake: Lake, raws: Iterable[Manifest], begun: deque[_Begun],
    errors: list[Exception],
) -> Iterator[tuple[str, list[tuple[str, Path]], Path]]:  # fmt: skip
    """What is left of `lines_made`'s arguments, of each window that was not converted before."""
    try:
        for raw in raws:
            opened = ExitStack()
            gc.collect(1)  # nobody looks for cycles while work is shared out, and a source is slow
            if done := converted(source, lake, raw):
                begun.append(_Begun(raw, done, opened, Path()))
                continue
            paths, scratch = opened.enter_context(at_hand(lake, raw))
            begun.append(_Begun(raw, None, opened, scratch))
            yield str(raw.notes["window"]), paths, scratch
    except Exception as error:  # noqa: BLE001 - raised again once what came before is converted
        errors.append(error)


def _done(begun: deque[_Begun]) -> Iterator[Manifest]:
    """Those that come next and were converted before."""
    while begun and (done := begun[0].done):
        begun.popleft()
        yield done
