"""What a run was made on and with, as the page tells it.

Owns the list of these facts. The day is told by whoever runs it, if at all.
"""

import os
import platform
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.base import read_base
from benchmarks.places import Places
from kernel import __version__
from kernel.native import folder


def about(places: Places, date: str, note: str) -> dict[str, Any]:
    """The facts of a run: machine, versions, what the corpus is made of."""
    return {
        "date": date,
        "note": note,
        "machine": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "tenderline": __version__,
        "compiled": folder().is_dir(),
        "peers": places.peers.versions(),
        "base": asdict(read_base(places.base)),
    }


def _processor() -> str:
    """What the processor calls itself."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.is_file() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or "unknown")
