"""The defects of Find a Tender by name, and the damage done to the text of its releases.

Each was seen at the real source. The defects of a page are done where pages are put together,
those of the transfer where bytes are sent.
"""

import json
import re
from typing import Any

from tenderline.stand_in.defects import TRANSFER, Faults

DEFECTS = {
    "missing_next_link": "a full page without links although more exist",
    "duplicate_across_pages": "the last release of a page comes again, first on the next one",
    "no_id": "some releases have no id",
    "infinite_number": "a bare 1e9999 for maximumLotsBidPerSupplier and maximumParticipants",
    "spaced_number": "a bare number with a blank in it, such as 1 000, as an amount",
    "string_infinite": 'the text "1e9999" as durationInDays',
    "repeated_cursor": "from the second page on, the next link leads to the same page",
    "foreign_next_link": "the next link leads to another host",
    "empty_page": "no releases and no links although more exist",
    **TRANSFER,
}
EVERY = 5  # one release in five is damaged, the first included
INFINITE = "1e9999"
AMOUNT = re.compile(r'"amount":[0-9.]+,')

Json = dict[str, Any]


def damaged(texts: list[str], faults: Faults) -> list[str]:
    """Damage the releases of a page, as far as such defects are switched on."""
    for name, change in CHANGES.items():
        if texts and faults.take(name):
            texts = [change(t) if n % EVERY == 0 else t for n, t in enumerate(texts)]
    if any(map(AMOUNT.search, texts)) and faults.take("spaced_number"):
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
