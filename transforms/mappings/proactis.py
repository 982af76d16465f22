"""Public Contracts Scotland and Sell2Wales: ids that stay the same, links that lead somewhere.

Owns these rules, of which every use is a finding:

- Party ids such as `org-3` count the bodies of one answer: the next answer numbers them anew. Here
  a body's id is `{scheme}-{id}` of its identifier if it has both, else `name-{its legal name, or
  its name, in lower case with hyphens}-{first eight hexadecimal digits of the SHA-256 of that}`.
  The same body so has the same id in every answer, and every reference to it follows. Where two
  parties of one release come to one id, the buyer or supplier keeps it, and the other gets a hash
  of what it holds behind it.
- Release ids are missing (2019) or count (`rls-184-MAR552053`). Here such a release's id is
  `{ocid}-{reference of the notice}-{the first twelve digits of the SHA-256 of its content}`: the
  content with the party ids above and without the id. Ids of another form, such as
  `{ocid}-release-{number of the notice}`, stay.
- Sell2Wales puts the language before the path of its canonical links: it is taken out.
- `language` is put into lower case, as ISO 639-1 has it.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from urllib.parse import parse_qs, urlsplit

from kernel.manifest import digest
from transforms.findings import Finding
from transforms.jsontext import dumps
from transforms.mappings.parts import everywhere, normal, objects

PARTY_COUNTER = re.compile(r"org-\d+")
RELEASE_COUNTER = re.compile(r"rls-\d+-(?P<notice>\w+)")
MALFORMED = re.compile(r"(?P<base>https?://[^/?#]+/v1)\?[^/#]*/Notice\?(?P<query>id=[^#]+)")
NOTICE = re.compile(r"[A-Z]{3}\d{4,}")  # three letters of the month and a number: APR349999
SPACE = re.compile(r"\s+")
NAME_SHOWN = 60  # characters of a name in an id; its hash tells longer ones apart
FIRST = frozenset({"buyer", "supplier"})  # roles of the parties that others refer to


def adjust(release: dict[str, Any], findings: list[Finding]) -> dict[str, Any]:
    """The release with stable ids and whole links; see above."""
    release = deepcopy(release)
    _language(release, findings)
    _links(release, findings)
    _parties(release, findings)
    _id(release, findings)
    return release


def _language(release: dict[str, Any], findings: list[Finding]) -> None:
    language = release.get("language")
    if isinstance(language, str) and language != language.lower():
        release["language"] = language.lower()
        told = f"the language {language!r:.20} is in lower case here, as ISO 639-1 has it"
        findings.append(Finding("language_case", "/language", told, "info"))


def _links(release: dict[str, Any], findings: list[Finding]) -> None:
    for number, link in enumerate(objects(release, "links")):
        href = link.get("href")
        found = MALFORMED.fullmatch(SPACE.sub("", href)) if isinstance(href, str) else None
        if found:
            link["href"] = f"{found['base']}/Notice?{found['query']}"
            told = "the address had the language before its path: it was taken out"
            findings.append(Finding("repaired_link", f"/links/{number}/href", told, "info", href))


def _parties(release: dict[str, Any], findings: list[Finding]) -> None:
    """Give every party that is but numbered an id of its own, wherever that is named."""
    numbered = [party for party in objects(release, "parties") if _is_numbered(party)]
    taken: set[str] = set()
    names: dict[str, str] = {}
    for party in sorted(numbered, key=_rank):
        known = party["id"]
        if known not in names:
            names[known] = _unique(_party_id(party), party, taken)
        party["id"] = names[known]
    for _, reference in everywhere(release):
        if _is_numbered(reference):
            reference["id"] = names.get(reference["id"]) or _party_id(reference)
    if numbered:
        told = (
            "the parties have ids by what identifies them; the source's count them in each answer"
        )
        findings.append(Finding("stable_party_ids", "/parties", told, "info"))


def _is_numbered(party: dict[str, Any]) -> bool:
    known = party.get("id")
    return isinstance(known, str) and bool(PARTY_COUNTER.fullmatch(known))


def _rank(party: dict[str, Any]) -> tuple[bool, bytes]:
    """Who goes first where two come to one id: not the order of the answer."""
    roles = party.get("roles")
    first = isinstance(roles, list) and any(role in roles for role in FIRST)
    return not first, _content(party)


def _content(party: dict[str, Any]) -> bytes:
    return dumps({key: value for key, value in party.items() if key != "id"})


def _unique(name: str, party: dict[str, Any], taken: set[str]) -> str:
    if name in taken:
        name = f"{name}-{digest(_content(party))[:8]}"
    taken.add(name)
    return name


def _party_id(party: dict[str, Any]) -> str:
    """The id of a body by what identifies it."""
    identifier = party.get("identifier")
    identifier = identifier if isinstance(identifier, dict) else {}
    scheme, number = identifier.get("scheme"), identifier.get("id")
    if scheme and number and isinstance(scheme, str) and isinstance(number, str | int):
        return SPACE.sub("", f"{scheme}-{number}")
    name = normal(identifier.get("legalName")) or normal(party.get("name"))
    if not name:
        return f"unnamed-{digest(_content(party))[:8]}"
    return f"name-{name[:NAME_SHOWN].rstrip('-')}-{digest(name.encode())[:8]}"


def _id(release: dict[str, Any], findings: list[Finding]) -> None:
    """Give the release an id that the next answer would give it, too."""
    known, ocid = release.pop("id", None), release.get("ocid")
    counted = RELEASE_COUNTER.fullmatch(known) if isinstance(known, str) else None
    if (known not in (None, "") and not counted) or not isinstance(ocid, str):
        release["id"] = known
        return
    notice = counted["notice"] if counted else next(_notices(release), "")
    parts = [ocid, notice, digest(dumps(release))[:12]]
    release["id"] = "-".join(part for part in parts if part)
    was = "the release had no id" if known in (None, "") else "the source's id counts releases"
    told = f"{was}: this one is of the process, the notice and the content"
    findings.append(Finding("stable_release_id", "/id", told, "info"))


def _notices(release: dict[str, Any]) -> Iterator[str]:
    """The references of notices among the documents, those of the latest stage first."""
    sections = [*objects(release, "contracts"), *objects(release, "awards")]
    for section in (*sections, release.get("tender"), release.get("planning")):
        for document in objects(section, "documents"):
            name, url = document.get("id"), document.get("url")
            if isinstance(name, str) and NOTICE.fullmatch(name) and name in _query_ids(url):
                yield name


def _query_ids(url: Any) -> list[str]:
    try:
        query = parse_qs(urlsplit(url).query) if isinstance(url, str) else {}
    except ValueError:
        return []
    return [value for key, found in query.items() if key.lower() == "id" for value in found]
