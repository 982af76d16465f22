"""What is derived from the records of a source: once for each part of them, then referred to.

Owns the sharing out of what is not there yet. What is made of a part is the matter of the one who
asks: rows of tables, or what checks found.
"""

import logging
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from kernel import Lake, Manifest
from kernel.workers import Workers, cores
from transforms.derivation import Derivation, Making, name_of
from transforms.deriving import Begin, derived_of
from transforms.parts import Part
from transforms.privacy.takedowns import takedowns
from transforms.renewal import month_parts

log = logging.getLogger(__name__)
WORTH = 1 << 17  # bytes of parts, some two of them: to start processes for less takes longer


def derive(source_id: str, lake: Lake, records: Manifest, derivation: Derivation) -> Manifest:
    """Make `derivation` of every part of `records` of which it was not made yet; see `derive_all`.

    Returns:
        The manifest of the results, each under the hash of its part; see `results`. Counts are
        those of the records: releases.
    """
    return derive_all(source_id, lake, records, [derivation])[0]


def derive_all(
    source_id: str, lake: Lake, records: Manifest, derivations: Sequence[Derivation]
) -> list[Manifest]:
    """Make several derivations of every part of `records`; a part is read once for all it lacks.

    Returns:
        The manifest of each; see `derive`.

    What the newest earlier folder with the same settings has is referred to, and parts that lack
    nothing are not opened. Two that do this at the same time write the same bytes, and the first
    commit counts.
    """
    all_of_them = [Making(source_id, lake, records, one) for one in derivations]
    parts = list(month_parts(records))
    asked = [(part, [one for one in all_of_them if one.lacks(part)]) for part in parts]
    new = [(part, lacking) for part, lacking in asked if lacking]
    for (part, lacking), found in zip(new, _made(lake, new), strict=True):
        for one, data in zip(lacking, found, strict=True):
            one.save(part, data)
    log.info("source=%s stages=%s parts=%d made=%d", source_id,
             [one.derivation.stage for one in all_of_them], len(parts), len(new))  # fmt: skip
    return [one.commit(parts) for one in all_of_them]


def results(lake: Lake, records: Manifest, derived: Manifest) -> Iterator[bytes]:
    """What was derived of each part, in order of month of first release, then ocid."""
    found = {artifact.path: artifact for artifact in derived.artifacts}
    for part in month_parts(records):
        yield lake.load(derived, found[name_of(part)])


def _made(lake: Lake, new: Sequence[tuple[Part, list[Making]]]) -> Iterator[list[bytes]]:
    """What is not there yet of each part, in order.

    The first is made by the process that asks: what it imports and reads others then have, too.
    """
    down = takedowns(lake)
    work = ((lake.load(part.manifest, part.artifact), down, [_begin(one) for one in lacking])
            for part, lacking in new)  # fmt: skip
    jobs = cores() if sum(part.artifact.bytes for part, _ in new) >= WORTH else 1
    with Workers(jobs) as workers:
        first = (derived_of(*one) for one in islice(work, 1))
        yield from chain(first, workers.each(derived_of, work))


def _begin(making: Making) -> Begin:
    return making.derivation.begin, making.derivation.arguments
