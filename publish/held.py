"""`held.json`: whether an edition is held back, which checks it failed, and what stays online.

Owns its shape. It is for programs as well as for people: every failed check stands there with its
id and version. It is written anew by the next verdict and is no state that anything depends on.
"""

import json
from typing import TYPE_CHECKING, Any

from kernel import Lake, LakeCorrupt, Manifest
from kernel.manifest import canonical
from publish.pointer import latest_edition

if TYPE_CHECKING:
    from validation.gate import Result


Told = dict[str, Any]


def held(lake: Lake, publication_id: str) -> Told | None:
    """What is held back, or None.

    Raises:
        LakeCorrupt: the file is unreadable.
    """
    path = _path(publication_id)
    told = _read(lake.peek(path), path)
    return told if told and told["held"] else None


def hold(lake: Lake, quality: Manifest) -> None:
    """Tell that the edition judged in `quality` is held back.

    Nothing is told of an edition of older records than the latest one's: readers miss nothing.
    """
    from validation.check import file_of  # half a second, which readers of the file do not pay

    latest, generation = latest_edition(lake, quality.subject), _generation(lake, quality)
    if latest and generation < int(latest.notes["generation"]):
        return
    checks = failed_checks(lake, quality)
    told = {
        "publication": quality.subject,
        "held": True,
        "edition": quality.version,
        "generation": generation,
        "stays": latest.version if latest else None,
        "report": f"{quality.folder}/{file_of(quality, 'quality.html').path}",
        "checks": checks,
        "reasons": [check["reason"] for check in checks],
    }
    data = canonical(told)
    lake.move(_path(quality.subject), lambda _found: data)


def release(lake: Lake, edition: Manifest) -> None:
    """Tell that nothing is held any more, if it was of records no newer than those of `edition`."""
    path = _path(edition.subject)

    def choose(found: bytes | None) -> bytes | None:
        told = _read(found, path)
        if not told or told.get("generation", 0) > int(edition.notes["generation"]):
            return None
        return canonical({"publication": edition.subject, "held": False})

    lake.move(path, choose)


def stays(lake: Lake, edition: Manifest) -> None:
    """Tell that it is now `edition` that stays while another is held, if one is."""
    path = _path(edition.subject)

    def choose(found: bytes | None) -> bytes | None:
        told = _read(found, path)
        return canonical({**told, "stays": edition.version}) if told and told["held"] else None

    lake.move(path, choose)


def failed_checks(lake: Lake, quality: Manifest) -> list[Told]:
    """Every failed check of a verdict, those that block first.

    `source` says whose demand it is; `subject` what was looked at; `observed` what was seen.
    """
    from validation.check import file_of
    from validation.gate import Result, failed

    report = json.loads(lake.load(quality, file_of(quality, "quality.json")))
    return [_told(result) for result in failed(Result(**told) for told in report["results"])]


def _told(result: "Result") -> Told:
    from validation.catalogue import UNLISTED, gate_rules
    from validation.gate import reason

    rule = gate_rules().get(result.check, UNLISTED)
    return {
        "id": result.check,
        "version": rule.version,
        "severity": rule.severity,
        "blocks": result.fatal,
        "source": rule.source,
        "demand": rule.demand,
        "subject": result.subject,
        "expected": result.message,
        "observed": result.observed,
        "reason": reason(result),
    }


def _generation(lake: Lake, quality: Manifest) -> int:
    """How much is known in the records that were judged, as editions count it."""
    tables = lake.manifest(next(iter(quality.inputs)))
    records = (folder for folder in tables.inputs if folder.startswith("records/"))
    return sum(int(lake.manifest(folder).notes["generation"]) for folder in records)


def _read(found: bytes | None, path: str) -> Told | None:
    if found is None:
        return None
    try:
        told: Told = json.loads(found)
        return {**told, "held": bool(told["held"])}
    except (ValueError, KeyError, TypeError) as error:
        raise LakeCorrupt(
            f"unreadable: {error!r}. Remove it: it is written anew", path=path
        ) from error


def _path(publication_id: str) -> str:
    return f"published/{publication_id}/held.json"
