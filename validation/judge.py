"""All checks of one release after the other, and what came of them.

Owns the running of checks and the counting of their three results.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, tzinfo
from typing import Any

from transforms.findings import Finding
from transforms.ocds.model import Model
from validation.checks.registry import Check, Fail, Run
from validation.process import Moments, Process
from validation.spots import Where, pointer
from validation.walk import Walk

ALWAYS = (True,)


class Judge:
    """Runs checks over releases.

    Args:
        model: the model of OCDS with the extensions that apply.
        checks: which checks to run.
        zone: the clock on which date-times without offset are read.
        kind: the kind of object judged.
        place: where these objects stand, as a path without positions; coverage is told under it.

    Attributes:
        counts: to how many releases each check applied, in the order of `checks`, and how many
            failed it. Other counters may be put in their place, to count by groups of releases.
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

    def __call__(self, release: dict[str, Any]) -> list[Finding]:
        """Every failure in `release`.

        Raises:
            RecursionError: the release is nested too deep to be walked through.
        """
        self.judged += 1
        self.walk.read(release)
        process, applied = Process(release, self.walk, self._moments), self.counts[0]
        found: list[Finding] = []
        self._found = found
        for bucket, members in self._groups:
            if bucket:
                for number, run, fail in members:
                    if run(process, fail):
                        applied[number] += 1
        return found

    @property
    def results(self) -> list[tuple[int, int, int]]:
        """Of each check, how many releases it did not apply to, that passed, that failed."""
        counts = zip(*self.counts, strict=True)
        return [(self.judged - applied, applied - failed, failed) for applied, failed in counts]

    def _note(self, number: int, finding: Finding) -> None:
        """Note a failure, and, if it is the first one of this release, that the check failed."""
        found = self._found
        if not found or found[-1].rule != finding.rule:  # the checks run one after the other
            self.counts[1][number] += 1
        found.append(finding)

    def _grouped(self) -> list[tuple[Sequence[Any], list[tuple[int, Run, Fail]]]]:
        """The checks with what must not be empty for them to apply."""
        groups: dict[str, list[tuple[int, Run, Fail]]] = {}
        for number, one in enumerate(self.checks):
            groups.setdefault(one.of, []).append(
                (number, one.run, _noting(one, number, self._note))
            )
        needed = {"": ALWAYS, **self.walk.objects, **self.walk.parts}
        return [(needed[name], members) for name, members in groups.items()]


def _noting(one: Check, number: int, note: Callable[[int, Finding], None]) -> Fail:
    def fail(where: Where, field: str, value: Any, message: str, position: int = -1) -> None:
        path = pointer(where, field, position)
        note(number, Finding(one.id, path, message, one.severity, value))

    return fail
