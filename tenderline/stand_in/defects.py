"""The ways in which a stand-in misbehaves on request, and how often each still happens.

It owns the switches and the defects that any system can have: those of the transfer and answers
that are wrong as a whole. What is damaged in the content of one system is that system's business.
"""

import threading
from collections.abc import Collection, Mapping

ELSEWHERE = "http://elsewhere.example.org"  # another host, which leads nowhere
TRANSFER = {
    "html_200": "an HTML page with status 200",
    "error_200": "an error object with status 200",
    "truncated_body": "the connection ends before Content-Length is reached",
    "truncated_json": "the JSON is cut, the length is right",
    "truncated_gzip": "the gzip stream is cut, the length is right",
    "burst_503": "status 503 for some requests, three unless told otherwise",
    "huge_body": "five gigabytes, in chunks",
    "gzip_bomb": "one megabyte that unpacks to a gigabyte",
    "slow_drip": "one byte at a time",
    "forbidden": "status 401",
    "redirect_elsewhere": "status 302 to another host",
}


class Faults:
    """The defects switched on, with the number of times each is still to happen."""

    def __init__(
        self,
        defects: Collection[str] | Mapping[str, int | None],
        known: Mapping[str, str],
        usual: Mapping[str, int] | None = None,
    ) -> None:
        """Switch defects on by name, or by name and number of times (``None``: always).

        ``known`` are the defects of the system; ``usual`` tells how often one happens if no
        number is given, where that is not always.
        """
        unknown = sorted(set(defects) - known.keys())
        if unknown:
            message = f"unknown defects {unknown}: choose from {sorted(known)}"
            raise ValueError(message)
        times: dict[str, int | None] = {name: (usual or {}).get(name) for name in defects}
        self._left = dict(defects) if isinstance(defects, Mapping) else times
        self._lock = threading.Lock()

    def take(self, name: str) -> bool:
        """Tell whether the defect happens now, and count it."""
        with self._lock:
            left = self._left.get(name, 0)
            if left is None:
                return True
            self._left[name] = max(0, left - 1)
            return left > 0
