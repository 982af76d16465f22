"""Settings of libraries that are read from the environment when they are imported.

Owns them; whoever starts a process that runs stages makes them before it imports one.
"""

import os
from collections.abc import Mapping

SETTINGS: Mapping[str, str] = {
    "OPENBLAS_NUM_THREADS": "1",  # no algebra here: idle threads cost 4%
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # Arrow's own gives less memory back
}


def settle() -> None:
    """Make the settings that the user has not made."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
