"""Times `tenderline merge` beside `ocdskit compile` on one corpus, in pairs, and prints the ratios.

Owns the pairing. Machines are noisy: only the ratio of runs that alternate means something. The
corpus is a folder of release packages; the peer reads them one behind the other, and its schema
from a file, so that nothing is downloaded.

    python benchmarks/merge.py PACKAGES --peer VENV/bin/ocdskit --schema release-schema.json
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

KINDS: dict[str, tuple[str, ...]] = {
    "compiled": (),
    "versioned": ("--versioned",),
    "records": ("--package", "--versioned"),
}


def timed(command: list[str], stdin: Path | None, stdout: Path) -> tuple[float, int]:
    """Seconds that a command took, and the most memory any of its processes held, in MiB."""
    start = time.monotonic()
    with stdout.open("wb") as out, (stdin or Path(os.devnull)).open("rb") as feed:
        process = subprocess.Popen(command, stdin=feed, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{command[0]} failed")
    return time.monotonic() - start, usage.ru_maxrss // 1024


def pair(
    kind: str, packages: list[Path], peer: str, schema: str, scratch: Path
) -> tuple[tuple[float, int], tuple[float, int]]:
    """One run of ours and one of the peer's."""
    start = [sys.executable, "-c", "from tenderline.cli import main; main()", "merge"]
    out = scratch / "out"
    names = [str(path) for path in packages]
    ours = timed([*start, *names, "-o", str(out), *KINDS[kind]], None, scratch / "none")
    joined = scratch / "joined"
    joined.write_bytes(b"".join(path.read_bytes() for path in packages))
    theirs = timed([peer, "compile", "--schema", schema, *KINDS[kind]], joined, out)
    return ours, theirs


def main() -> None:
    """Run the pairs and print a line for each kind."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("packages", type=Path)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--schema", required=True)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=list(KINDS))
    wanted = parser.parse_args()
    packages = sorted(wanted.packages.glob("*.json"))
    print(f"{len(packages)} packages, {os.cpu_count()} cores")
    for kind in wanted.kinds:
        with tempfile.TemporaryDirectory() as folder:
            runs = [
                pair(kind, packages, wanted.peer, wanted.schema, Path(folder))
                for _ in range(wanted.pairs)
            ]
        ours, theirs = (statistics.median(run[side][0] for run in runs) for side in (0, 1))
        memory = [max(run[side][1] for run in runs) for side in (0, 1)]
        ratios = sorted(run[1][0] / run[0][0] for run in runs)
        print(
            f"{kind:10} ours {ours:6.2f} s {memory[0]:4} MiB, ocdskit {theirs:6.2f} s "
            f"{memory[1]:4} MiB: {statistics.median(ratios):.1f} times "
            f"({ratios[0]:.1f}-{ratios[-1]:.1f})",
            flush=True,
        )


if __name__ == "__main__":
    main()
