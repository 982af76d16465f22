"""The one gate: from the results of all checks to publish, publish-with-warnings or block.

Owns the decision, and what a waiver does to it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from validation.expect import Waiver

Decision = Literal["publish", "publish-with-warnings", "block"]


@dataclass(frozen=True, slots=True, order=True)
class Result:
    """One check of an edition: what was looked at, whether it holds, and what was seen.

    `fatal` says that a failure blocks publication; otherwise it warns. `waived` is why and until
    when a failure does not count, if it does not.
    """

    check: str
    subject: str
    ok: bool
    fatal: bool
    observed: str
    message: str
    waived: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision, and a sentence for each check that failed, fatal ones first."""

    decision: Decision
    reasons: tuple[str, ...]


def decide(results: Iterable[Result]) -> Verdict:
    """One fatal failure blocks; one other failure warns; a waived one does neither."""
    counts = failed(results)
    reasons = tuple(map(reason, counts))
    if any(result.fatal for result in counts):
        return Verdict("block", reasons)
    return Verdict("publish-with-warnings" if counts else "publish", reasons)


def failed(results: Iterable[Result]) -> list[Result]:
    """The failures that count, fatal ones first."""
    counts = (r for r in results if not r.ok and not r.waived)
    return sorted(counts, key=lambda r: (not r.fatal, r))


def reason(result: Result) -> str:
    """A sentence for a failure."""
    return f"{result.check} of {result.subject}: {result.message} ({result.observed})"


def waive(results: Iterable[Result], waivers: Iterable[Waiver], today: date) -> Iterator[Result]:
    """The results, with the waivers that hold on the day `today` applied.

    A waiver that has expired is itself a result, which warns: it is to be renewed or removed.
    """
    waivers = tuple(waivers)
    standing = [waiver for waiver in waivers if today < waiver.expires]
    for result in results:
        fitting = (w for w in standing if w.check == result.check and w.subject in result.subject)
        waiver = next(fitting, None) if not result.ok else None
        told = f"{waiver.reason} (until {waiver.expires})" if waiver else ""
        yield replace(result, waived=told)
    for waiver in waivers:
        if waiver not in standing:
            advice = "renew it with a reason, or remove it"
            seen = f"expired on {waiver.expires}"
            yield Result("waiver_expired", waiver.check, False, False, seen, advice)
