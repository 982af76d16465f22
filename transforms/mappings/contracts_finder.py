"""Contracts Finder: suppliers under one id, suppliers without name, and text encoded twice.

Owns these rules, of which every use is a finding:

- Where parties of one release share an id but not their name, the first keeps it; each other gets
  the first eight hexadecimal digits of the SHA-256 of its name in lower case behind it, and so does
  every reference with its name. Which of them a reference without any of the names means is not
  known: it stays.
- Text that was UTF-8, read as Windows-1252 and written as UTF-8 again (`Â£`, `â€™`) is put back
  where that gives a Latin-1 character or a sign: no English text holds such pairs for another
  reason. What does not go back to whole characters stays.
- A supplier without name stays, and so does an ocid that has nothing behind its prefix: both are
  only told.
"""

import re
from collections import defaultdict
from copy import deepcopy
from typing import Any

from kernel.manifest import digest
from transforms.findings import Finding
from transforms.mappings.parts import everywhere, normal, objects, texts_changed

BARE_OCID = re.compile(r"ocds-[a-z0-9]{6}-?\s*")
# Bytes 80 to FF as Windows-1252 shows them; the five that it lacks as browsers show them (WHATWG
# Encoding Standard, index windows-1252).
SHOWN = {code: bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0x100)}
BYTES = {character: code for code, character in SHOWN.items()}
CONTINUED = "[" + re.escape("".join(SHOWN[code] for code in range(0x80, 0xC0))) + "]"
# Lead bytes (RFC 3629, section 3) of U+0080 to U+00FF, of the letters and accents of Windows-1252
# beyond (U+0152 to U+02DC), and of U+2000 to U+2FFF, as they are shown.
PAIRS = "".join(SHOWN[code] for code in (0xC2, 0xC3, 0xC5, 0xC6, 0xCB))
TWICE = re.compile(f"[{PAIRS}]{CONTINUED}|{SHOWN[0xE2]}{CONTINUED}{{2}}")
TIMES = 3  # text may have gone wrong more than once


def adjust(release: dict[str, Any], findings: list[Finding]) -> dict[str, Any]:
    """The release with suppliers told apart and text put back; see above."""
    release = deepcopy(release)
    for path in texts_changed(release, _put_back):
        told = "text that was encoded twice was put back"
        findings.append(Finding("double_encoded", path, told, "info"))
    _shared_ids(release, findings)
    _nameless(release, findings)
    if isinstance(ocid := release.get("ocid"), str) and BARE_OCID.fullmatch(ocid):
        told = "nothing stands behind the prefix: notices of any process may share this ocid"
        findings.append(Finding("bare_ocid", "/ocid", told, "warning", ocid))
    return release


def _put_back(text: str) -> str:
    for _ in range(TIMES):
        if text.isascii() or (better := TWICE.sub(_decoded, text)) == text:
            break
        text = better
    return text


def _decoded(found: re.Match[str]) -> str:
    try:
        character = bytes(BYTES[one] for one in found[0]).decode()
    except UnicodeDecodeError:
        return found[0]
    return character if _is_plain(character) else found[0]


def _is_plain(character: str) -> bool:
    """Whether Windows-1252 has it, or it is punctuation, a currency or a letter-like sign."""
    return character in BYTES or "\u2000" <= character <= "\u214f"


def _shared_ids(release: dict[str, Any], findings: list[Finding]) -> None:
    """Tell parties of one id and several names apart, in references too."""
    owners: defaultdict[str, list[str]] = defaultdict(list)
    parties = [one for one in objects(release, "parties") if isinstance(one.get("id"), str)]
    for party in parties:
        if (name := _name(party)) not in owners[party["id"]]:
            owners[party["id"]].append(name)
    shared = {known: names[1:] for known, names in owners.items() if len(names) > 1}
    if not shared:
        return
    for path, one in everywhere(release):
        known = one.get("id")
        names = shared.get(known, []) if isinstance(known, str) else []
        if _name(one) in names and (path.startswith("/parties/") or "name" in one):
            one["id"] = f"{known}-{digest(_name(one).encode())[:8]}"
    for known, names in shared.items():
        told = f"{len(names) + 1} parties share this id: all but the first have their own here"
        findings.append(Finding("shared_party_id", "/parties", told, "warning", known))


def _name(party: dict[str, Any]) -> str:
    identifier = party.get("identifier")
    legal = identifier.get("legalName") if isinstance(identifier, dict) else None
    return normal(party.get("name")) or normal(legal)


def _nameless(release: dict[str, Any], findings: list[Finding]) -> None:
    for number, award in enumerate(objects(release, "awards")):
        for place, supplier in enumerate(objects(award, "suppliers")):
            if supplier.get("name") in (None, ""):
                path = f"/awards/{number}/suppliers/{place}/name"
                told = "the supplier has no name and is kept without one"
                findings.append(Finding("nameless_supplier", path, told, "warning"))
