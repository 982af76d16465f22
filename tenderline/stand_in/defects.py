"""The ways in which the stand-in misbehaves on request, each seen at a real source.

It owns their names, how often each still happens, and the damage done to the text of releases.
Damage to the transfer itself is done where bytes are sent.
"""

import json
import re
import threading
from collections.abc import Collection, Mapping
from typing import Any

DEFECTS = {
    "missing_next_link": "a full page without links although more exist",
    "duplicate_across_pages": "the last release of a page comes again, first on the next one",
    "no_id": "some releases have no id",
    "infinite_number": "a bare 1e9999 for maximumLotsBidPerSupplier and maximumParticipants",
    "spaced_number": "a bare number with a blank in it, such as 1 000, as an amount",
    "string_infinite": 'the text "1e9999" as durationInDays',
    "html_200": "an HTML page with status 200",
    "error_200": "an error object with status 200",
    "truncated_body": "the connection ends before Content-Length is reached",
    "truncated_json": "the JSON is cut, the length is right",
    "truncated_gzip": "the gzip stream is cut, the length is right",
    "repeated_cursor": "from the second page on, the next link leads to the same page",
    "foreign_next_link": "the next link leads to another host",
    "burst_503": "status 503 for some requests, three unless told otherwise",
    "huge_body": "five gigabytes, in chunks",
    "gzip_bomb": "one megabyte that unpacks to a gigabyte",
    "slow_drip": "one byte at a time",
    "empty_page": "no releases and no links although more exist",
    "forbidden": "status 401",
    "redirect_elsewhere": "status 302 to another host",
}
USUAL_TIMES = {"burst_503": 3}
EVERY = 5  # one release in five is damaged, the first included
INFINITE = "1e9999"
AMOUNT = re.compile(r'"amount":[0-9.]+,')

Json = dict[str, Any]


class Faults:
    """The defects switched on, with the number of times each is still to happen."""

    def __init__(self, defects: Collection[str] | Mapping[str, int | None]) -> None:
        """Switch defects on by name, or by name and number of times (``None``: always)."""
        unknown = sorted(set(defects) - DEFECTS.keys())
        if unknown:
            message = f"unknown defects {unknown}: choose from {sorted(DEFECTS)}"
            raise ValueError(message)
        usual: dict[str, int | None] = {name: USUAL_TIMES.get(name) for name in defects}
        self._left = dict(defects) if isinstance(defects, Mapping) else usual
        self._lock = threading.Lock()

    def take(self, name: str) -> bool:
        """Tell whether the defect happens now, and count it."""
        with self._lock:
            left = self._left.get(name, 0)
            if left is None:
                return True
            self._left[name] = max(0, left - 1)
            return left > 0

    def damage(self, texts: list[str]) -> list[str]:
        """Damage the releases of a page, as far as such defects are switched on."""
        for name, change in CHANGES.items():
            if texts and self.take(name):
                texts = [change(t) if n % EVERY == 0 else t for n, t in enumerate(texts)]
        if any(map(AMOUNT.search, texts)) and self.take("spaced_number"):
            texts = [AMOUNT.sub('"amount":1 000,', text, count=1) for text in texts]
        return texts


def _without_id(text: str) -> str:
    release = json.loads(text)
    release.pop("id", None)
    return _dump(release)


def _infinite_number(text: str) -> str:
    release = json.loads(text)
    _agreement(release)["maximumParticipants"] = INFINITE
    release["tender"]["lotDetails"] = {"maximumLotsBidPerSupplier": INFINITE}
    return re.sub(rf'(maximum\w+":)"{INFINITE}"', rf"\g<1>{INFINITE}", _dump(release))


def _string_infinite(text: str) -> str:
    release = json.loads(text)
    release["tender"]["tenderPeriod"] = {"durationInDays": INFINITE}
    _agreement(release)["period"] = {"durationInDays": INFINITE}
    return _dump(release)


def _agreement(release: Json) -> Json:
    techniques = release["tender"].setdefault("techniques", {})
    agreement: Json = techniques.setdefault("frameworkAgreement", {})
    return agreement


def _dump(release: Json) -> str:
    return json.dumps(release, ensure_ascii=False, separators=(",", ":"))


CHANGES = {
    "no_id": _without_id,
    "infinite_number": _infinite_number,
    "string_infinite": _string_infinite,
}
