"""The one home of the code version, part of the identity of everything a stage writes.

CalVer. Raise it whenever a change alters published rows: what another version wrote is not reused.
"""

import re

__version__ = "2026.11.3"


def order(code: str) -> list[int]:
    """The numbers of a code version, to compare: 2026.10 comes after 2026.9."""
    return [int(number) for number in re.findall(r"[0-9]+", code)]
