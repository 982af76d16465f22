"""What checks and coverage say of a source, against what is expected of it.

Owns how a share is looked up and told. The expectations are facts in `validation/expect/`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from validation.expect import expect
from validation.gate import Result
from validation.spots import Coverage


def limits(source_id: str, counts: Iterable[Mapping[str, Any]]) -> Iterator[Result]:
    """A result for each check with a limit; a breach warns.

    Args:
        source_id: the source.
        counts: `check`, `applied` and `failed`, of each check over the whole source.
    """
    wanted = expect(source_id).max_failed
    for count in counts:
        limit = wanted.get(count["check"])
        if limit is None:
            continue
        share = count["failed"] / count["applied"]
        seen = f"{count['failed']:,} of {count['applied']:,} fail ({share:.1%})"
        yield Result(
            count["check"], source_id, share <= limit, False, seen, f"at most {limit:.1%} expected"
        )


def filled(source_id: str, fields: Iterable[Coverage]) -> Iterator[Result]:
    """A result for each field that must be filled; a breach is fatal."""
    found = {field.path: field for field in fields}
    for path, limit in expect(source_id).min_filled.items():
        field = found.get(path)
        told = f"{path} is filled in at least {limit:.1%}"
        if field is None or not field.parents:
            yield Result("filled", f"{source_id} {path}", True, True, "nothing to fill", told)
            continue
        share = field.filled / field.parents
        seen = f"{field.filled:,} of {field.parents:,} ({share:.1%})"
        yield Result("filled", f"{source_id} {path}", share >= limit, True, seen, told)
