"""Examples of what a check accepts and refuses; `test_checks.py` holds each check against its own.

Each module `examples_<module of checks>.py` has a tuple EXAMPLES. Values are made up.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Example:
    """What check `name` says of two releases: `good` passes, `bad` fails at the JSON Pointers `at`."""

    name: str
    good: dict[str, Any]
    bad: dict[str, Any]
    at: tuple[str, ...]
