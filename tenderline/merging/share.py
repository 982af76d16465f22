"""Each contracting process to one of the processes that work, when all files are read.

Owns who merges what: nobody else has releases of it then. Where the releases of memory are too
many, all of them go to scratch files.
"""

import zlib
from collections import defaultdict

from kernel.workers import Workers
from tenderline.merging.hold import Held, Release


def shared(workers: Workers) -> bool:
    """Have all releases of an ocid held by one of the processes.

    Returns:
        Whether they are held; otherwise all are in scratch files now.
    """
    if any(workers.every(_has_spilled)):
        workers.every(Held.spill)
        return False
    told: list[list[bytes]] = workers.every(_ocids)
    holders: dict[bytes, list[int]] = defaultdict(list)
    for number, ocids in enumerate(told):
        for ocid in ocids:
            holders[ocid].append(number)
    leaving: list[list[bytes]] = [[] for _ in told]
    owners: dict[bytes, int] = {}
    for ocid, numbers in holders.items():
        if len(numbers) > 1:
            owners[ocid] = numbers[zlib.crc32(ocid) % len(numbers)]
            for number in numbers:
                if number != owners[ocid]:
                    leaving[number].append(ocid)
    if owners:
        _moved(workers, leaving, owners)
    return True


def _moved(workers: Workers, leaving: list[list[bytes]], owners: dict[bytes, int]) -> None:
    """Have releases taken out of the processes that they are leaving, and put in by the owners."""
    coming: list[list[dict[bytes, list[Release]]]] = [[] for _ in leaving]
    for taken in workers.every_with(Held.take_out, [(ocids,) for ocids in leaving]):
        parts: list[dict[bytes, list[Release]]] = [{} for _ in leaving]
        for ocid, releases in taken.items():
            parts[owners[ocid]][ocid] = releases
        for owner, part in enumerate(parts):
            coming[owner].append(part)
    workers.every_with(Held.put_in, [(parts,) for parts in coming])


def _has_spilled(held: Held) -> bool:
    return held.spilled


def _ocids(held: Held) -> list[bytes]:
    return list(held.processes)
