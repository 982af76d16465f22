"""What a check is, and the register of all of them.

Owns the vocabulary: id, version, severity, the three results. A check is a small function; its
docstring says in the first line what it demands, and names its source.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from validation.docstrings import demand_of, source_of
from validation.process import Process
from validation.spots import Where

Severity = Literal["error", "warning", "info"]


class Fail(Protocol):
    """Notes one failure of the check that is running."""

    def __call__(
        self, where: Where, field: str, value: Any, message: str, position: int = -1
    ) -> None:
        """`field` of the object at `where` (or, if empty, the object) is at fault.

        `position` is that of the entry at fault where the field holds a list. `message` is a
        sentence that a publisher can act on.
        """


Run = Callable[[Process, Fail], int]


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a release: `run` returns to how many things it applied, and notes failures.

    Of one release it is not applicable (0), passed, or failed (at least one failure noted). A
    check whose demand changes gets a higher `version`, so that results can be compared. `of` names
    a kind of object or a part of `validation.walk.Walk` without which it does not apply.
    """

    id: str
    version: int
    severity: Severity
    run: Run
    of: str = ""

    @property
    def demand(self) -> str:
        """What it demands, in one line."""
        return demand_of(self.run)

    @property
    def source(self) -> str:
        """Whose demand it is."""
        return source_of(self.run)


REGISTER: dict[str, Check] = {}


def check(
    name: str, *, version: int = 1, severity: Severity = "error", of: str = ""
) -> Callable[[Run], Run]:
    """Register a function as the check `name`."""

    def register(run: Run) -> Run:
        if name in REGISTER:
            raise ValueError(f"two checks are named {name}")
        REGISTER[name] = Check(name, version, severity, run, of)
        return run

    return register
