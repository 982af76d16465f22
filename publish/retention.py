"""Which editions stay, and the removal of the others with all that only they needed.

Owns the rule. The facts are in `[keep]` of a publication. There is no clock in it: months are
counted back from the newest edition, so a publication that has ceased keeps what it has.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from kernel import ConfigError, Lake, Manifest, Publication
from kernel.publication import Keep
from kernel.removal import goes, going, remove, unmark
from publish import versions
from publish.chain import before, editions, names
from publish.pointer import online
from publish.sweep import prefixes, sweep
from publish.withdrawn import withdrawn

log = logging.getLogger(__name__)
Files = dict[str, int]  # sizes by path
BACK = 2  # good editions that always stay: the latest, as a rule, and one to go back to
DELTA = "delta/"  # files of an edition that say nothing without the edition before it


@dataclass(frozen=True, slots=True)
class Retained:
    """The editions that stay, with the reason; by folder how many files went, of how many bytes."""

    kept: dict[str, str]
    gone: dict[str, tuple[int, int]]


def retain(publication: Publication, lake: Lake, *, dry_run: bool = False) -> Retained:
    """Remove what need not be kept of `publication`, or with `dry_run` only say what that is.

    Editions go first, each with its manifest first, so that no reader sees half of one; then what
    only they were made of. Stopped in between, it is finished by the next.

    Raises:
        ConfigError: an edition is cited that is not there, and others were to go.
    """
    listed = editions(lake, publication.id)
    if not listed:
        return Retained({}, {})
    keep = publication.keep or Keep()
    kept = _kept(lake, publication.id, listed, keep)
    old = [edition for edition in listed if edition.version not in kept]
    if missing := sorted(set(keep.cited) - kept.keys()) if old else None:
        raise ConfigError(
            f"nothing was removed: [keep] cites {', '.join(missing)}, which is not there. Correct "
            f"the name or take it off the list; the editions are {names(listed)}",
            source=publication.id,
        )
    if dry_run:
        gone = dict(_removed(publication, lake, old, goes))
    else:
        versions.refresh(lake, publication.id, without={edition.version for edition in old})
        for prefix in prefixes(publication):
            unmark(lake, prefix)
        gone = dict(_removed(publication, lake, old, remove))
        versions.refresh(lake, publication.id)
    log.info("publication=%s kept=%d removed=%d dry_run=%s", publication.id, len(kept), len(gone),
             dry_run)  # fmt: skip
    return Retained(kept, gone)


def _kept(
    lake: Lake, publication_id: str, listed: Sequence[Manifest], keep: Keep
) -> dict[str, str]:
    """The editions that stay, each with the first reason."""
    away, latest = withdrawn(lake, publication_id), online(lake, publication_id)
    good = [edition for edition in listed if edition.version not in away]
    kept = {edition.version: "latest" for edition in listed if edition.version in latest}
    kept = {edition.version: "to go back to" for edition in good[:BACK]} | kept
    for reason, found in (
        ("cited", [e for e in listed if e.version in keep.cited]),
        (f"last {keep.last}", listed[: keep.last]),
        ("last of its month", _of_months(good, keep.months)),
    ):
        kept = {edition.version: reason for edition in found} | kept
    needed = [before(e) for e in listed if e.version in kept and _needs_previous(e)]
    bases = {told["edition"] for told in needed if told}
    return {e.version: "a delta needs it" for e in listed if e.version in bases} | kept


def _of_months(good: Sequence[Manifest], months: int) -> Iterator[Manifest]:
    """The newest edition of each of the last months, which begin with that of the newest of all."""
    newest: dict[int, Manifest] = {}
    for edition in good:
        year, month = map(int, edition.version.split("-")[:2])
        newest.setdefault(12 * year + month, edition)
    first = max(newest, default=0) - months
    yield from (edition for month, edition in newest.items() if month > first)


def _needs_previous(edition: Manifest) -> bool:
    return any(artifact.path.startswith(DELTA) for artifact in edition.artifacts)


def _removed(
    publication: Publication, lake: Lake, old: Sequence[Manifest], do: Callable[..., Files]
) -> Iterator[tuple[str, tuple[int, int]]]:
    """Each folder with the files that go, the editions first; `do` is `remove`, or only `goes`."""
    gone = [*(edition.folder for edition in old), *going(lake, f"published/{publication.id}")]
    swept = sweep(lake, publication, gone)
    for folder in gone:
        if files := do(lake, folder, swept.needed, partial(_is_online, lake, folder)):
            yield folder, (len(files), sum(files.values()))
    if do is remove:
        swept = sweep(lake, publication, ())  # one of them may have been put back
    for folder in swept.folders:
        if files := do(lake, folder, swept.needed):
            yield folder, (len(files), sum(files.values()))


def _is_online(lake: Lake, folder: str) -> bool:
    """Whether somebody has moved the pointer to the edition in `folder` since it was looked at."""
    _, publication_id, name = folder.split("/")
    return name in online(lake, publication_id)
