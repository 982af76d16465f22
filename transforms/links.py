"""Links of a process to where it was published first: the canonical link and the ocid in it.

Owns the reading of `links` (OCDS Links extension: objects of `rel` and `href`). A system that
publishes another system's notices again gives them an ocid of its own and names the other's here;
both processes stay, as the standard's guidance on connecting publications asks.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

CANONICAL = "canonical"
SPACE = re.compile(r"\s+")
# A parameter `id`, wherever it stands: Sell2Wales has `…/v1?lang=cy/Notice?id=…`.
PARAMETER = re.compile(r"[?&/;]id=([^&#?]+)", re.IGNORECASE)
# Of a registered prefix: OCDS 1.1, Open Contracting Identifier.
OCID = re.compile(r"ocds-[a-z0-9]{6}-[^\s/?&#]+", re.IGNORECASE)


def canonical_url(record: Mapping[str, Any]) -> str | None:
    """The canonical link of a process, of the newest release that has one."""
    for envelope in reversed(record["releases"]):
        for href in _canonical(envelope["release"]):
            return href
    return None


def _canonical(release: Mapping[str, Any]) -> Iterator[str]:
    links = release.get("links")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") == CANONICAL:
            href = link.get("href")
            if isinstance(href, str) and href.strip():
                yield href.strip()


def ocid_in(url: str | None) -> str | None:
    """The ocid that `url` names in a parameter `id` or as a part of its path; None for no ocid."""
    plain = SPACE.sub("", url or "")
    for part in (*PARAMETER.findall(plain), *plain.partition("?")[0].split("/")):
        if found := OCID.fullmatch(unquote(part)):
            return found[0]
    return None
