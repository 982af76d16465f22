"""What a check of one release says: the shape that `convert` is given and stores.

Owns the vocabulary only. The checks themselves are in `validation`.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

from transforms.jsontext import dumps

SHOWN = 200  # characters of a value or message; longer ones repeat whole objects
Severity = Literal["unusable", "error", "warning", "info"]


class Finding(NamedTuple):
    """One thing that is wrong in one release.

    `path` is a JSON Pointer (RFC 6901) within the release. `unusable` means that the release cannot
    be compiled or put into tables, and goes to quarantine; `error` that it breaks the standard but
    is published as it is; `warning` that it is likely wrong; `info` that a reader should know.
    `value` is what stands at `path`.
    """

    rule: str
    path: str
    message: str
    severity: Severity
    value: Any = None


# Judges a release, given the extensions that its package declares.
Check = Callable[[Any, Sequence[str]], list[Finding]]


def shown(value: Any) -> str | None:
    """A value as JSON, cut where it is long; None where there is none."""
    if value is None:
        return None
    if value.__class__ is str and len(value) <= SHOWN:
        return dumps(value).decode()
    try:
        text = dumps(value).decode()
    except (TypeError, RecursionError):  # nested too deep to be written
        text = repr(value)[: SHOWN + 1]
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
