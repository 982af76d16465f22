"""A handful of made-up OCDS files, in every form in which such files are found in the world.

It owns the releases, the forms and the names of the files. No file shares a release or an ocid
with another one, so that counts over any choice of them add up.
"""

import datetime as dt
import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import zstandard

from tenderline.stand_in import people, wording
from tenderline.stand_in.dice import Dice

Json = dict[str, Any]

PREFIX = "ocds-213czf"  # the prefix of the standard's own examples
ORIGIN = "https://files.example.org"
DAY = dt.date(2026, 3, 2)
TAGS = ("planning", "tender", "award", "contract")
FRONT = {
    "uri": f"{ORIGIN}/package.json",
    "version": "1.1",
    "publishedDate": "2026-03-31T12:00:00Z",
    "publisher": {"name": "A Made-Up Publisher"},
    "license": "https://creativecommons.org/licenses/by/4.0/",
}
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest moment that a zip archive can tell


class File(NamedTuple):
    """One file: its bytes, and how many releases it holds; none if it is no whole JSON."""

    content: bytes
    releases: int


@lru_cache(maxsize=8)
def made_up_files(seed: int = 1, processes: int = 3) -> dict[str, File]:
    """Make all files, by name, each with so many processes of one to four releases."""
    return {
        name: write([_process(seed, f"{name}-{n}") for n in range(1, processes + 1)])
        for name, write in WRITERS.items()
    }


def _process(seed: int, name: str) -> list[Json]:
    """Make the releases of one process: each tells one stage, and they are in order."""
    dice = Dice(seed, "file", name)
    ocid = f"{PREFIX}-{seed}-{name.replace('.', '-')}"
    return [_release(seed, ocid, number) for number in range(dice.between(1, len(TAGS)))]


def _release(seed: int, ocid: str, number: int) -> Json:
    dice = Dice(seed, "about", ocid)
    subject, buyer = dice.pick(wording.SUBJECTS), dice.pick(people.buyers(seed))
    supplier = dice.pick(people.companies(seed)[0])
    value = {"amount": dice.between(20, 900) * 1_000, "currency": "GBP"}
    day = DAY + dt.timedelta(days=dice.between(0, 5) + 7 * number)
    body: Json = {
        "planning": {"rationale": f"{subject.phrase} will be needed."},
        "tender": {"id": "1", "title": subject.phrase, "status": "active", "value": value},
        "awards": [{"id": "1", "title": subject.phrase, "status": "active", "value": value}],
        "contracts": [{"id": "1", "awardID": "1", "status": "active", "value": value}],
    }
    section = tuple(body)[number]
    parties = [_party(buyer, "buyer")]
    if section == "awards":
        body["awards"][0]["suppliers"] = [supplier.reference(act=True)]
        parties.append(_party(supplier, "supplier"))
    return {
        "ocid": ocid,
        "id": f"{ocid}-{number + 1}",
        "date": f"{day}T{dice.between(8, 17):02d}:00:00Z",
        "tag": [TAGS[number]],
        "initiationType": "tender",
        "language": "en",
        "parties": parties,
        "buyer": buyer.reference(act=True),
        section: body[section],
    }


def _party(who: people.Organisation, role: str) -> Json:
    scheme, number = who.identity(act=True)
    identifier = {"identifier": {"scheme": scheme, "id": number}} if scheme else {}
    return {**who.reference(act=True), **identifier, "roles": [role]}


def _older(release: Json) -> Json:
    """Write a release as OCDS 1.0 did: organisations in full where they act, and no parties."""
    known = {party["id"]: _plain(party) for party in release["parties"]}
    body = {k: v for k, v in release.items() if k != "parties"}
    body["buyer"] = known[release["buyer"]["id"]]
    if "awards" in body:
        award = body["awards"][0]
        suppliers = [known[supplier["id"]] for supplier in award["suppliers"]]
        body["awards"] = [{**award, "suppliers": suppliers}]
    return body


def _plain(party: Json) -> Json:
    identifier = party.get("identifier", {})
    legal = {"legalName": party["name"], **identifier}
    return {"name": party["name"], "identifier": legal}


def _package(processes: list[list[Json]]) -> Json:
    return {**FRONT, "releases": _flat(processes)}


def _flat(processes: Iterable[list[Json]]) -> list[Json]:
    return [release for releases in processes for release in releases]


def _json(value: Any, indent: int | None = None) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=indent).encode()


def _plainly(pack: Callable[[bytes], bytes] = bytes) -> Callable[[list[list[Json]]], File]:
    """Write a release package, packed or not."""
    return lambda found: File(pack(_json(_package(found))), len(_flat(found)))


def _embedded(found: list[list[Json]]) -> File:
    records = [{"ocid": releases[0]["ocid"], "releases": releases} for releases in found]
    return File(_json({**FRONT, "records": records}, indent=2), len(_flat(found)))


def _linked(found: list[list[Json]]) -> File:
    """Write records that only point to their releases and hold what these come to."""
    records = [_linked_record(releases) for releases in found]
    packages = [f"{ORIGIN}/packages/{n}.json" for n in range(1, len(found) + 1)]
    return File(_json({**FRONT, "packages": packages, "records": records}), len(found))


def _linked_record(releases: list[Json]) -> Json:
    ocid, last = releases[0]["ocid"], releases[-1]
    links = [
        {"url": f"{ORIGIN}/{r['id']}.json#{r['id']}", "date": r["date"], "tag": r["tag"]}
        for r in releases
    ]
    own = {"ocid": ocid, "id": f"{ocid}-{last['date']}", "date": last["date"], "tag": ["compiled"]}
    merged: Json = {}
    parties: dict[str, Json] = {}
    for release in releases:
        merged |= release
        parties |= {party["id"]: party for party in release["parties"]}
    compiled = {**merged, **own, "parties": list(parties.values())}
    return {"ocid": ocid, "releases": links, "compiledRelease": compiled}


def _listed(found: list[list[Json]]) -> File:
    return File(_json(_flat(found)), len(_flat(found)))


def _lines(found: list[list[Json]]) -> File:
    return File(_joined(found), len(_flat(found)))


def _joined(found: list[list[Json]]) -> bytes:
    return b"".join(_json(release) + b"\n" for release in _flat(found))


def _concatenated(found: list[list[Json]]) -> File:
    """Write one pretty package after the other, with nothing between them but a line."""
    packages = [_json(_package([releases]), indent=2) for releases in found]
    return File(b"\n".join(packages), len(_flat(found)))


def _zipped(found: list[list[Json]]) -> File:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for n, releases in enumerate(found, start=1):
            archive.writestr(zipfile.ZipInfo(f"data/{n}.json", EPOCH), _json(_package([releases])))
    return File(kept.getvalue(), len(_flat(found)))


def _tarred(found: list[list[Json]]) -> File:
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w") as archive:
        for n, releases in enumerate(found, start=1):
            content = _json(_package([releases]))
            member = tarfile.TarInfo(f"data/{n}.json")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return File(_gzip(kept.getvalue()), len(_flat(found)))


def _zstd(found: list[list[Json]]) -> File:
    return File(zstandard.compress(_joined(found)), len(_flat(found)))


def _version_1_0(found: list[list[Json]]) -> File:
    front = {key: value for key, value in FRONT.items() if key != "version"}
    releases = [_older(release) for release in _flat(found)]
    return File(_json({**front, "releases": releases}), len(releases))


def _broken(found: list[list[Json]]) -> File:
    """Write a package that ends in the middle of a release, as after a lost connection."""
    whole = _json(_package(found))
    return File(whole[: whole.rindex(b'"initiationType"')], 0)


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _marked(content: bytes) -> bytes:
    return b"\xef\xbb\xbf" + content


WRITERS: dict[str, Callable[[list[list[Json]]], File]] = {
    "release-package.json": _plainly(),
    "byte-order-mark.json": _plainly(_marked),
    "record-package-embedded.json": _embedded,
    "record-package-linked.json": _linked,
    "list.json": _listed,
    "releases.jsonl": _lines,
    "concatenated.json": _concatenated,
    "release-package.json.gz": _plainly(_gzip),
    "packages.zip": _zipped,
    "packages.tar.gz": _tarred,
    "releases.jsonl.zst": _zstd,
    "ocds-1.0.json": _version_1_0,
    "broken.json": _broken,
}
