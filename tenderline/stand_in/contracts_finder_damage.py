"""The defects of Contracts Finder by name, and the damage done to its releases.

Each was seen at the real system. A release is damaged in the same way in every answer that has
it: what is damaged depends on its number. Damage to bytes is marked in the text by surrogates,
which become the stray bytes when the answer is encoded.
"""

import json
from typing import Any

from tenderline.stand_in.contracts_finder_notices import PREFIX, Published
from tenderline.stand_in.defects import TRANSFER, Faults

DEFECTS = {
    "missing_next_link": "a full page without links although more exist",
    "duplicate_across_pages": "the last release of a page comes again, first on the next one",
    "link_to_empty_page": "the last page has a next link, which leads to a page without releases",
    "long_window_truncates": "a range of more than a day returns its last day only, not 16 days",
    "forbidden_403": "status 403 with an HTML body as a rate limit, once unless told otherwise",
    "limit_429": "the rate limit answers with status 429 in plain text, not with 403",
    "mixed_encoding": "some texts are encoded twice, some titles hold a byte that is not UTF-8",
    "null_supplier_name": "some suppliers have the name null, and their parties have none",
    "shared_supplier_id": "all suppliers of an award have the id of the first",
    "empty_ocid": "some ocids end after their prefix",
    "broken_documents": 'some documents have the type "" or "Link" and a blank in their address',
    "broken_csv_row": "in some rows of the CSV the cell of the ocid holds other text",
    **TRANSFER,
}
TIMES = {"burst_503": 3, "forbidden_403": 1}
EVERY = 3  # one release in three is damaged
STRAY = "\udc92"  # becomes the byte 0x92, an apostrophe in Windows-1252 and nothing in UTF-8
UNDEFINED = {0x81, 0x8D, 0x8F, 0x90, 0x9D}

Json = dict[str, Any]


def damaged(found: list[Published], faults: Faults) -> list[str]:
    """Give the texts of releases, damaged as far as such defects are switched on."""
    changes = [change for name, change in CHANGES.items() if found and faults.take(name)]
    return [_changed(release, changes) if changes else release.text for release in found]


def encoded(text: str) -> bytes:
    """Encode an answer; marked places become stray bytes."""
    return text.encode("utf-8", "surrogateescape")


def _changed(published: Published, changes: list[Any]) -> str:
    release = json.loads(published.text)
    for change in changes:
        change(release, published.serial % EVERY)
    return json.dumps(release, ensure_ascii=False, separators=(",", ":"))


def _mix(release: Json, turn: int) -> None:
    tender = release["tender"]
    if turn == 0:
        tender["description"] = _twice(tender["description"] + " \u2013 \u201cas new\u201d")
    elif turn == 1:
        tender["title"] += f" (buyer{STRAY}s choice)"


def _twice(text: str) -> str:
    """Read the bytes of UTF-8 as Windows-1252, as browsers do; five bytes mean nothing there."""
    return "".join(
        chr(byte) if byte in UNDEFINED else bytes([byte]).decode("cp1252") for byte in text.encode()
    )


def _unname(release: Json, turn: int) -> None:
    for award in release.get("awards", ()) if turn == 0 else ():
        named = award["suppliers"][0]
        named["name"] = None
        for party in release["parties"]:
            if party["id"] == named["id"]:
                for key in ("name", "identifier", "address"):
                    party.pop(key, None)


def _share(release: Json, _turn: int) -> None:
    sellers = [party for party in release["parties"] if "supplier" in party["roles"]]
    named = [supplier for award in release.get("awards", ()) for supplier in award["suppliers"]]
    for entry in (*sellers[1:], *named[1:]):
        entry["id"] = sellers[0]["id"]


def _shorten(release: Json, turn: int) -> None:
    if turn == 0:
        release["ocid"] = PREFIX


def _spoil_documents(release: Json, turn: int) -> None:
    broken = {"id": "9", "documentType": "" if turn else "Link", "url": "http://Contract Finder"}
    release["tender"].setdefault("documents", []).append(broken)


CHANGES = {
    "mixed_encoding": _mix,
    "null_supplier_name": _unname,
    "shared_supplier_id": _share,
    "empty_ocid": _shorten,
    "broken_documents": _spoil_documents,
}
