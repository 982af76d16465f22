"""Lists that others keep and that checks of fields look values up in, as CSV files.

Owns the lists; OCDS's own codelists belong to the model. Sources:

* `ocid_prefixes.csv`: the register of ocid prefixes of the Open Contracting Partnership, with the
  day of registration, as of September 2020; and prefixes that a public authority has published
  under since, with the day of a publication seen. `known_on` is that day.
* `identifier_schemes.csv`: the codes of the lists of organizations in org-id.guide's register, as
  of July 2026; `deprecated` where the register advises against a list.
* `media_types.csv`: the media types registered with IANA, as of 2025, and `offline/print`, which
  OCDS adds for documents on paper.
* `languages.csv`: ISO 639-1 codes.
* `document_types.csv`: the sections in which OCDS 1.1 expects each code of `documentType`.
"""

import csv
from functools import cache
from pathlib import Path


@cache
def listed(name: str) -> frozenset[str]:
    """The first column of the list `name`."""
    return frozenset(row[0] for row in _rows(name))


@cache
def sections() -> dict[str, frozenset[str]]:
    """The sections of each document type."""
    found: dict[str, set[str]] = {}
    for code, section in _rows("document_types"):
        found.setdefault(code, set()).add(section)
    return {code: frozenset(places) for code, places in found.items()}


def _rows(name: str) -> list[list[str]]:
    text = Path(__file__).with_name(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.reader(text.splitlines()))[1:]
