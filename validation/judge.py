"""All checks of one release after the other, and what came of them.

Owns the running of checks and the counting of their three results.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, tzinfo
from typing import Any

from transforms.findings import Finding
from transforms.ocds.model import Model
from validation.checks.registry import Check
from validation.process import Moments, Process
from validation.spots import Where, pointer
from validation.walk import Walk


class Judge:
    """Runs checks over releases.

    Args:
        model: the model of OCDS with the extensions that apply.
        checks: which checks to run.
        zone: the clock on which date-times without offset are read.
        kind: the kind of object judged.
        place: where these objects stand, as a path without positions; coverage is told under it.

    Attributes:
        results: of each check, in the order of `checks`: releases it did not apply to, that
            passed, that failed.
        judged: how many releases were judged.
        walk: holds the coverage of every field; see `validation.spots.coverage`.
    """

    def __init__(
        self,
        model: Model,
        checks: Iterable[Check],
        zone: tzinfo = UTC,
        kind: str = "Release",
        place: str = "",
    ) -> None:
        self.checks = tuple(checks)
        self.kind, self.judged = kind, 0
        self.walk = Walk(model, kind, place)
        self.results = [[0, 0, 0] for _ in self.checks]
        self._moments = Moments(zone)

    def __call__(self, release: dict[str, Any]) -> list[Finding]:
        """Every failure in `release`, in the order of the checks.

        Raises:
            RecursionError: the release is nested too deep to be walked through.
        """
        self.judged += 1
        self.walk.read(release)
        process = Process(release, self.walk, self._moments)
        found: list[Finding] = []
        for one, result in zip(self.checks, self.results, strict=True):
            before = len(found)
            applied = one.run(process, _noting(one, found))
            result[0 if not applied else 1 if len(found) == before else 2] += 1
        return found


def _noting(one: Check, found: list[Finding]) -> Callable[..., None]:
    def fail(where: Where, field: str, value: Any, message: str, position: int = -1) -> None:
        path = pointer(where, field, position)
        found.append(Finding(one.id, path, message, one.severity, value))

    return fail
