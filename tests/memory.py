"""The most memory that this process held, told to tests that bound it.

Owns how the system is asked. `ru_maxrss` will not do: it begins with what the process held that
started this one, which is hundreds of megabytes where tests are started from tests.
"""

from pathlib import Path


def peak() -> int:
    """MiB that this process held at the most since its program began; 0 where nobody tells."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    kibibytes = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return max(kibibytes, default=0) // 1024
