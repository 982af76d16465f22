"""Packages for the comparison with lib-cove-ocds: recorded ones, and copies broken at random."""

import copy
import json
from collections.abc import Iterator
from functools import cache
from math import isfinite
from pathlib import Path
from random import Random
from typing import Any

from transforms.ocds.fields import Field
from transforms.ocds.model import EVERY, model

ROOT = Path(__file__).parents[2].parent / "shared"
FOLDERS = ("recordings", "bad-inputs", "reference/merge-suite", "reference/fictional_example")
ODD = [
    "", " ", "\n", "x", 0, 5, -1.5, 1.0, 1e30, True, False, None, [], {}, ["x"], [""], [None], [5],
    [[]], [["x"]], [{}], [{"id": "1"}], [{"id": "1"}, {"id": "1"}], [{"id": 1, "x": 2}, {"id": "1"}],
    ["x", "x"], [{}, {}], [{"id": "1"}, "x"], ["x", {"id": "1"}], {"id": "1"}, {"id": None}, {"x": {"y": [""]}},
    [[{"id": "1", "x": 1}]], [{"id": True}, {"id": True}], [{"id": 1.5}, {"id": 1.5}], [{"id": ""}, {"id": ""}],
    [{"id": []}, {"id": []}], [None, None], "1", "active", "ocds-213czf-1", "2020-01-01T00:00:00Z",
]  # fmt: skip
NAMES = [
    "x", "y", "X_x", "title_fr", "description_es-MX", "title_", "title_1", "name_x-private", "title_toolonglanguage",
    "description_fr_ca", "a/b", "a~b", "1", "", "é", "id", "url", "date", "tag", "status", "releases", "value", "url_fr",
    "roles_fr", "title_fr-latn-fr-x-a", "legalName_deu", "name_a",
]  # fmt: skip
DATES = [
    "2020-01-01", "2020-13-01T00:00:00Z", "2020-02-30T00:00:00Z", "2020-01-01T24:00:00Z", "2020-01-01T00:00:00",
    "2020-01-01t00:00:00z", "2016-12-31T23:59:60Z", "0000-01-01T00:00:00Z", "2020-01-01T00:00:00.123456789Z",
    "2020-01-01T00:00:00+24:00", "2020-01-01 00:00:00Z", "2020-01-01T00:00:00+0100", "2020-01-01T00:00:00-23:59",
    "٢٠٢٠-01-01T00:00:00Z", "2020-1-1T0:0:0Z", "2020-01-01T00:00:00.Z", "2020-01-01T00:00:00Z ", "20200101T000000Z",
    "2020-01-01T00:00:00,5Z", "2021-02-29T00:00:00Z", "2020-02-29T00:00:00Z", "9999-12-31T23:59:59Z",
]  # fmt: skip
ADDRESSES = [
    "example.org", "http://", "http:", "http://a b", "http://é.org", "mailto:a@b", "http://a/%zz", "http://[::1]/",
    "urn:x", "HTTP://EXAMPLE.ORG/x", "http://a/b|c", "1http://x", "http://a:port/", "//a", "/a", "#a", "http://a/{b}",
    "http://a/?q=<x>", "x:", "http://a/%41", "http://a?b#c#d", "http://u:p@a:80/b;c=1", "http://a/\\b", "a.b:c",
    "http://[1]/", "http://[::g]/", "http://a/b^c", "http://a/`", 'http://a/"', "http://256.1.1.1/", "file:///a", "http://a\n",
    "http://a/b\u00a0", "http://a_b.org/", "https://a..b/", "ht-tp+x.y://a", "http://a/b[c]", "http://a/?x[]=1", " http://a",
]  # fmt: skip
OCIDS = [
    "x",
    "ocds-213cz-1",
    "ocds-213CZF-1",
    "ocds-213czf",
    "OCDS-213czf-1",
    "ocds_213czf-1",
    "",
    " ocds-213czf-1",
    5,
]
PERSON = {"name": "A", "identifier": {"id": "1"}, "address": {"region": "R"}, "contactPoint": {"name": "P"},
          "additionalIdentifiers": [{"id": "2"}]}  # fmt: skip
CHANGE = {
    "date": "2020-01-01T00:00:00Z",
    "changes": [{"property": "a", "former_value": {"b": [""]}}],
}
TRANSACTION = {"id": "1", "amount": {"amount": 1, "currency": "XXX?"}, "providerOrganization": {"id": "1"},
               "receiverOrganization": {"scheme": "?"}}  # fmt: skip
MILESTONE = {"id": "1", "type": "?", "status": "?", "documents": [{"id": "1", "documentType": "?"}]}
ITEM = {"id": "1", "classification": {"scheme": "?"}, "additionalClassifications": [{"scheme": "?"}, {"scheme": "CPV"}],
        "unit": {"scheme": "?", "value": {"currency": "?"}}}  # fmt: skip
SECTIONS = [  # much of what releases seldom have: deprecated fields, entries without ids, codes
    ("buyer", PERSON),
    ("tender", {"id": 1, "amendment": CHANGE, "amendments": [CHANGE, {"id": "1"}], "tenderers": [PERSON, PERSON],
                "procuringEntity": PERSON, "milestones": [MILESTONE], "items": [ITEM], "status": "?"}),
    ("tender", {"id": "", "submissionMethod": ["?", "written", ""], "awardCriteria": "", "additionalProcurementCategories": ["?", None]}),
    ("awards", [{"id": "1", "amendment": CHANGE, "suppliers": [PERSON], "items": [ITEM]}]),
    ("awards", [{"id": "1", "items": []}, {"id": "1"}]),
    ("contracts", [{"id": "1", "awardID": 1, "amendment": CHANGE, "implementation": {"transactions": [TRANSACTION], "milestones": [MILESTONE]},
                    "relatedProcesses": [{"relationship": ["?"]}, {"scheme": "?"}]}]),
    ("planning", {"budget": {"source": "x", "amount": {"amount": "1"}}, "milestones": [MILESTONE]}),
    ("relatedProcesses", [{"identifier": "1"}, {"id": "1", "relationship": "parent"}]),
    ("parties", [{"name": "A", "roles": ["?", "buyer"]}, {"id": "1"}, {"id": "1", "details": {"scale": "?"}}]),
    ("tag", ["?", "tender", ""]), ("tag", []), ("language", ""), ("url", "http://a/"),
]  # fmt: skip


NOT_VERSIONED = ("ocid", "id", "date", "tag")


@cache
def packages() -> dict[str, dict[str, Any]]:
    """Every recorded package, and lone releases and records in packages made here, by name."""
    return dict(_packages())


def _packages() -> Iterator[tuple[str, dict[str, Any]]]:
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.json*")):
            if (package := _package(file.read_bytes())) is not None:
                yield str(file.relative_to(ROOT)), package


def _package(text: bytes) -> dict[str, Any] | None:
    """The package, releases or record in a file; without extensions. None if there are none."""
    values = _values(text)
    if not values or not all(isinstance(value, dict) for value in values):
        return None
    (value, *others) = values
    if "compiledRelease" in value:
        value = packed("records", values)
    elif others or ("ocid" in value and "records" not in value and "releases" not in value):
        value = packed("releases", values)
    return {**value, "extensions": []} if "releases" in value or "records" in value else None


def _values(text: bytes) -> list[Any]:
    """The documents or lines of a file, with null for numbers that their reader would refuse."""
    for parts in ([text], text.splitlines()):
        try:
            found = [json.loads(part, parse_float=_finite) for part in parts if part.strip()]
        except ValueError:
            continue
        return found[0] if found and isinstance(found[0], list) else found
    return []


def _finite(number: str) -> float | None:
    return float(number) if isfinite(float(number)) else None


def packed(kind: str, entries: list[Any]) -> dict[str, Any]:
    return {
        "uri": "https://example.org/1",
        "version": "1.1",
        "publisher": {"name": "A"},
        "publishedDate": "2020-01-01T00:00:00Z",
        "extensions": [],
        kind: entries,
    }


def small(size: int, times: int, under: str = "") -> list[dict[str, Any]]:
    """Packages of one or two recorded releases of at most `size` bytes, and records of them.

    At most `times` releases of each file whose path begins with `under`.
    """
    found: list[dict[str, Any]] = []
    for name, package in packages().items():
        entries = package.get("releases") if name.startswith(under) else None
        if isinstance(entries, list):
            fitting = [e for e in entries if isinstance(e, dict) and len(json.dumps(e)) <= size][
                :times
            ]
            found += [packed("releases", fitting[at : at + 2]) for at in range(0, len(fitting), 2)]
            found += [packed("records", [_record(entry)]) for entry in fitting[:1]]
            found += [packed("records", [_record(entry), _links(entry)]) for entry in fitting[1:2]]
    return found


def _record(release: dict[str, Any]) -> dict[str, Any]:
    """A record that holds a release whole, twice, and what was made of them."""
    compiled = {**release, "id": "c", "tag": ["compiled"]}
    versions = {key: _versions(value) for key, value in release.items() if key not in NOT_VERSIONED}
    return {
        "ocid": release.get("ocid"),
        "releases": [release, {**release, "id": "2"}],
        "compiledRelease": compiled,
        "versionedRelease": {"ocid": release.get("ocid"), **versions},
    }


def _versions(value: Any) -> Any:
    """A value of a release as a versioned release has it, but for lists that merge as a whole."""
    if isinstance(value, dict):
        return {key: inner if key == "id" else _versions(inner) for key, inner in value.items()}
    if isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
        return [_versions(entry) for entry in value]
    told = {"releaseDate": "2020-01-01T00:00:00Z", "releaseID": "1", "releaseTag": ["tender"]}
    return [{**told, "value": value}]


def _links(release: dict[str, Any]) -> dict[str, Any]:
    link = {"url": "https://example.org/1", "date": "2020-01-01T00:00:00Z", "tag": ["tender"]}
    return {"ocid": f"{release.get('ocid')}2", "releases": [link, {**link, "tag": ["award"]}]}


def mutated(package: dict[str, Any], random: Random) -> dict[str, Any]:
    """A copy broken at one to four places."""
    made = copy.deepcopy(package)
    for _ in range(random.choice((1, 1, 1, 2, 3, 4))):
        random.choice(WAYS)(made, random)
    return made


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every object or list in `value` with each of its names or positions."""
    steps = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for step in steps:
        yield value, step
        yield from _places(value[step])


def _place(package: dict[str, Any], random: Random, *fitting: str) -> tuple[Any, Any]:
    found = [(held, step) for held, step in _places(package) if not fitting or step in fitting]
    return random.choice(found) if found else ({}, "x")


def _object(package: dict[str, Any], random: Random) -> dict[str, Any]:
    found = [held[step] for held, step in _places(package) if isinstance(held[step], dict)]
    return random.choice([package, *found, *found])


def _drop(package: dict[str, Any], random: Random) -> None:
    held, step = _place(package, random)
    if held:
        del held[step]


def _odd(package: dict[str, Any], random: Random) -> None:
    held, step = _place(package, random)
    held[step] = copy.deepcopy(random.choice(ODD))


def _name(package: dict[str, Any], random: Random) -> None:
    _object(package, random)[random.choice(NAMES)] = copy.deepcopy(random.choice(ODD))


def _repeat(package: dict[str, Any], random: Random) -> None:
    lists = [
        held[step] for held, step in _places(package) if isinstance(held[step], list) and held[step]
    ]
    if lists:
        entries = random.choice(lists)
        entries.append(copy.deepcopy(random.choice(entries)))
        if isinstance(entries[-1], dict) and random.random() < 0.7:
            entries[-1][random.choice([*entries[-1], *NAMES])] = copy.deepcopy(random.choice(ODD))


def _unlisted(package: dict[str, Any], random: Random) -> None:
    """An entry of a list in place of the list."""
    lists = [(o, s) for o, s in _places(package) if isinstance(o[s], list) and o[s]]
    if lists:
        held, step = random.choice(lists)
        held[step] = held[step][0]


def _whole(package: dict[str, Any], random: Random) -> None:
    """An odd value in place of a release, or of all of them."""
    held, step = _place(package, random, "releases", "compiledRelease", "versionedRelease")
    held[step] = copy.deepcopy(random.choice(ODD))


def _section(package: dict[str, Any], random: Random) -> None:
    held = _object(package, random)
    if random.random() < 0.8:
        releases = [o[s] for o, s in _places(package) if isinstance(o[s], dict) and "ocid" in o[s]]
        held = random.choice(releases or [held])
    name, value = random.choice(SECTIONS)
    held[name] = copy.deepcopy(value)


def _field(package: dict[str, Any], random: Random) -> None:
    """A field of the standard, with an odd value, where it may not belong."""
    fields: list[Field] = [f for fields in model(EVERY).objects.values() for f in fields.values()]
    _object(package, random)[random.choice(fields).name] = copy.deepcopy(random.choice(ODD))


def _date(package: dict[str, Any], random: Random) -> None:
    held, step = _place(
        package,
        random,
        "date",
        "publishedDate",
        "startDate",
        "endDate",
        "datePublished",
        "dateSigned",
    )
    held[step] = random.choice(DATES)


def _address(package: dict[str, Any], random: Random) -> None:
    held, step = _place(package, random, "uri", "url", "license", "publicationPolicy")
    held[step] = random.choice(ADDRESSES)


def _ocid(package: dict[str, Any], random: Random) -> None:
    held, step = _place(package, random, "ocid")
    held[step] = random.choice(OCIDS)


WAYS = (
    _drop,
    _drop,
    _odd,
    _odd,
    _odd,
    _name,
    _repeat,
    _repeat,
    _unlisted,
    _whole,
    _section,
    _section,
    _field,
    _date,
    _address,
    _ocid,
)
