"""The one gate: from the results of all checks to publish, publish-with-warnings or block.

Owns the decision and nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Decision = Literal["publish", "publish-with-warnings", "block"]


@dataclass(frozen=True, slots=True, order=True)
class Result:
    """One check of an edition: what was looked at, whether it holds, and what was seen.

    `fatal` says that a failure blocks publication; otherwise it warns.
    """

    check: str
    subject: str
    ok: bool
    fatal: bool
    observed: str
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision, and a sentence for each check that failed, fatal ones first."""

    decision: Decision
    reasons: tuple[str, ...]


def decide(results: Iterable[Result]) -> Verdict:
    """One fatal failure blocks; one other failure warns."""
    failed = sorted((r for r in results if not r.ok), key=lambda r: (not r.fatal, r))
    reasons = tuple(f"{r.check} of {r.subject}: {r.message} ({r.observed})" for r in failed)
    if any(result.fatal for result in failed):
        return Verdict("block", reasons)
    return Verdict("publish-with-warnings" if failed else "publish", reasons)
