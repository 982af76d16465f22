"""What a check of one release says: the shape that `convert` is given and stores.

Owns the vocabulary only. The checks themselves are in `validation`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["unusable", "error", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong in one release.

    `path` is a JSON Pointer (RFC 6901) within the release. `unusable` means that the release cannot
    be compiled or put into tables, and goes to quarantine; `error` that it breaks the standard but
    is published as it is; `note` that a reader should know.
    """

    rule: str
    path: str
    message: str
    severity: Severity


Check = Callable[[Any], list[Finding]]
