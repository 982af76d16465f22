"""When a host may be asked next, agreed on by all processes of this user on this machine.

Owns one small file for each host, which holds that moment and is locked while it is read or moved.
Asks nothing itself. The files lie in the folder `pace` of `TENDERLINE_STATE`, or else of the user's
cache folder; processes on several machines share them only if they share that folder.
"""

import fcntl
import logging
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

log = logging.getLogger(__name__)
LONGEST = 3600.0  # seconds: no moment further away is believed, so no clock or answer blocks a host
UNSAFE = re.compile(r"[^A-Za-z0-9.-]")


def state_folder() -> Path:
    """Where this user's processes keep what they share beside the lake."""
    if told := os.environ.get("TENDERLINE_STATE"):
        return Path(told).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"  # XDG Base Directory Specification
    return Path(cache).expanduser() / "tenderline"


class Pace:
    """The pace at which `netloc`, a host with its port if it has one, is asked.

    Args:
        netloc: whom to ask.
        interval: the least number of seconds between the end of one request and the next.
    """

    def __init__(self, netloc: str, interval: float) -> None:
        self.interval = interval
        folder = state_folder() / "pace"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            writable = os.access(folder, os.W_OK)
        except OSError:
            writable = False
        if not writable:
            log.warning("%s cannot be written: other processes do not know our pace", folder)
            folder = Path(tempfile.mkdtemp(prefix="tenderline-pace-"))
        self.path = folder / UNSAFE.sub("_", netloc)

    def claim(self) -> float:
        """Take the next request for this process if its moment has come.

        Returns:
            0 if it has; else the seconds until it comes, and nothing was taken.
        """
        if not self.interval and not self.path.exists():
            return 0.0
        with self._held() as file:
            now = time.time()
            rest = _moment(file) - now
            if 0 < rest <= LONGEST:
                return rest
            _move(file, now + self.interval)
            return 0.0

    def push(self, seconds: float) -> None:
        """Let nobody ask for so many seconds, or for an hour if they are more."""
        if seconds <= 0:
            return
        with self._held() as file:
            now = time.time()
            known = _moment(file)
            moment = now + min(seconds, LONGEST)
            _move(file, max(moment, known) if known <= now + LONGEST else moment)

    @contextmanager
    def _held(self) -> Iterator[IO[str]]:
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        with os.fdopen(handle, "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # released by the system if this process dies
            yield file


def _moment(file: IO[str]) -> float:
    """The moment that `file` holds, in seconds since 1970; 0 if it holds none."""
    try:
        return float(file.read(64))
    except ValueError:
        return 0.0


def _move(file: IO[str], moment: float) -> None:
    file.seek(0)
    file.truncate()
    file.write(f"{moment:.6f}")
