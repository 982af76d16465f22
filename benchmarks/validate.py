"""Times `tenderline validate` beside lib-cove-ocds on one corpus, in pairs, and prints the ratio.

Owns the pairing. Machines are noisy: only the ratio of runs that alternate means something. The
corpus is a release package; the peer is `libcoveocds` in an environment of its own, and the
official standard as a ZIP file, so that nothing is downloaded.

    python benchmarks/validate.py PACKAGE.json --peer VENV/bin/libcoveocds --standard STANDARD.zip
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def timed(command: list[str]) -> tuple[float, int]:
    """Seconds that a command took, and the most memory any of its processes held, in MiB."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):  # 1: the corpus does not conform
        raise SystemExit(f"{command[0]} failed")
    return time.monotonic() - start, usage.ru_maxrss // 1024


def main() -> None:
    """Run the pairs and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("package", type=Path)
    parser.add_argument("--peer")
    parser.add_argument("--standard")
    parser.add_argument("--pairs", type=int, default=3)
    wanted = parser.parse_args()
    tool = str(Path(sys.executable).with_name("tenderline"))
    runs: dict[str, list[tuple[float, int]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        ours = [tool, "validate", str(wanted.package), "--json", f"{folder}/ours.json"]
        theirs = [wanted.peer, "--standard-zip", wanted.standard, str(wanted.package)]
        for _ in range(wanted.pairs):
            runs.setdefault("tenderline validate", []).append(timed(ours))
            if wanted.peer:
                runs.setdefault("lib-cove-ocds", []).append(timed(theirs))
    megabytes = wanted.package.stat().st_size / 1e6
    print(f"{wanted.package.name}, {megabytes:.1f} MB, {os.cpu_count()} cores")
    medians = {name: statistics.median(run[0] for run in found) for name, found in runs.items()}
    for name, found in runs.items():
        memory = max(run[1] for run in found)
        spread = f"{min(run[0] for run in found):.2f}-{max(run[0] for run in found):.2f}"
        print(f"{name:20} {medians[name]:8.2f} s ({spread})  {memory:6} MiB")
    if wanted.peer:
        print(f"ratio {medians['lib-cove-ocds'] / medians['tenderline validate']:.1f}")


if __name__ == "__main__":
    main()
