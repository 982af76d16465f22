"""All checks of one release after the other, and what came of them.

Owns the running of checks and the counting of their three results.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo
from typing import Any

from transforms.findings import Finding
from transforms.ocds.model import Model
from validation.checks.registry import Check, Run
from validation.process import Moments, Process
from validation.spots import Where, pointer
from validation.walk import Walk

ALWAYS = (True,)
NONE = Check("", 1, "info", lambda _process, _fail: 0)


class Judge:
    """Runs checks over releases.

    Args:
        model: the model of OCDS with the extensions that apply.
        checks: which checks to run.
        zone: the clock on which date-times without offset are read.
        kind: the kind of object judged.
        place: where these objects stand, as a path without positions; coverage is told under it.

    Attributes:
        counts: how many releases passed each check, in the order of `checks`, and how many failed.
            Other counters may be put in their place, to count by groups of releases.
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
        self.counts = [0] * len(self.checks), [0] * len(self.checks)
        self._moments = Moments(zone)
        self._groups = self._grouped()
        self._found: list[Finding] = []
        self._one = NONE

    def __call__(self, release: dict[str, Any]) -> list[Finding]:
        """Every failure in `release`.

        Raises:
            RecursionError: the release is nested too deep to be walked through.
        """
        self.judged += 1
        self.walk.read(release)
        process = Process(release, self.walk, self._moments)
        found: list[Finding] = []
        self._found, fail, before = found, self._fail, 0
        passed, failed = self.counts
        for bucket, members in self._groups:
            if not bucket:
                continue
            for number, one, run in members:
                self._one = one
                if not run(process, fail):
                    continue
                if len(found) == before:
                    passed[number] += 1
                else:
                    failed[number] += 1
                    before = len(found)
        return found

    @property
    def results(self) -> list[tuple[int, int, int]]:
        """Of each check, how many releases it did not apply to, that passed, that failed."""
        counts = zip(*self.counts, strict=True)
        return [(self.judged - passed - failed, passed, failed) for passed, failed in counts]

    def _fail(
        self, where: Where, field: str, value: Any, message: str, position: int = -1
    ) -> None:
        one = self._one
        path = pointer(where, field, position)
        self._found.append(Finding(one.id, path, message, one.severity, value))

    def _grouped(self) -> list[tuple[Sequence[Any], list[tuple[int, Check, Run]]]]:
        """The checks with what must not be empty for them to apply."""
        groups: dict[str, list[tuple[int, Check, Run]]] = {}
        for number, one in enumerate(self.checks):
            groups.setdefault(one.of, []).append((number, one, one.run))
        walk = self.walk
        return [
            ({"": ALWAYS, **walk.objects, **walk.parts}[name], members)
            for name, members in groups.items()
        ]
