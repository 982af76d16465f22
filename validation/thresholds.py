"""A source's numbers against what is expected of it: one result for each threshold.

Owns how each number is counted. The thresholds are facts in `validation/expect/`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from extractors.loader import load
from kernel import Manifest
from transforms.compile import doubted
from validation.expect import expect
from validation.gate import Result


def thresholds(
    source_id: str,
    conversions: Sequence[Manifest],
    records: Manifest,
    previous: Mapping[str, Any] | None,
) -> Iterator[Result]:
    """The results of one source: a breached minimum is fatal, a breached maximum warns.

    Args:
        source_id: the source.
        conversions: what its records were compiled from.
        records: its records.
        previous: the latest edition's summary, if there is one.
    """
    limits = expect(source_id)
    read = sum(manifest.counts.read for manifest in conversions)
    usable = sum(manifest.counts.written for manifest in conversions)
    kinds: Counter[str] = Counter()
    for manifest in conversions:
        kinds.update(manifest.notes["kinds"])
    before = (previous or {}).get("sources", {}).get(source_id, {}).get("releases", 0)
    origins = {manifest.notes["made_up"] for manifest in conversions}
    mixed = origins == {True, False}
    advice = "real notices or made-up ones, not both: use another lake"
    yield Result("one_origin", source_id, not mixed, False, "both" if mixed else "one", advice)
    repairs = sum(kinds[f"repaired_{name}"] for name in load(source_id).repairs)  # of no JSON
    lowest = {
        "min_releases": (records.counts.written, limits.min_releases),
        "min_share_of_previous": (
            _share(records.counts.written, before), limits.min_share_of_previous
        ),
        "min_usable_share": (_share(usable, read - _excluded(source_id, kinds)),
                             limits.min_usable_share),
    }  # fmt: skip
    highest = {
        "max_doubted_windows": (len(doubted(conversions)), limits.max_doubted_windows),
        "max_repairs": (repairs, limits.max_repairs),
    }  # fmt: skip
    for name, (seen, limit) in lowest.items():
        yield _threshold(name, source_id, seen, limit, ok=seen >= limit, fatal=True)
    for name, (seen, limit) in highest.items():
        yield _threshold(name, source_id, seen, limit, ok=seen <= limit, fatal=False)


def _excluded(source_id: str, kinds: Mapping[str, int]) -> int:
    """How many releases the source's own rules left out: they are not unusable, but unwanted."""
    reasons = {rule.reason for rule in load(source_id).exclude}
    return sum(kinds.get(f"rejected_{reason}", 0) for reason in reasons)


def _threshold(
    name: str, source_id: str, seen: float, limit: float, *, ok: bool, fatal: bool
) -> Result:
    side = "at least" if name.startswith("min") else "at most"
    return Result(name, source_id, ok, fatal, f"{seen:.6g}", f"{side} {limit:g} expected")


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
