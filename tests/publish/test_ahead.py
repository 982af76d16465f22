"""All that an edition needs is made with one reading of the records, and changes nothing in it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kernel import Lake, Manifest
from publish.ahead import derive_ahead
from publish.loader import load
from tests.made import SOURCE, award_release, compiled, package
from tests.publish.conftest import publisher

PUBLICATION = replace(load("find_a_tender"), records=True)
RELEASES = [award_release(n, odd={"x": f"ask Mr Ed Case of 01632 960{n:03}"}) for n in range(12)]


def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parts of records that are read from now on, of whichever lake."""
    found: list[str] = []
    load_ = Lake.load

    def noted(self: Lake, manifest: Manifest, artifact: Any) -> bytes:
        if manifest.stage == "compile":
            found.append(artifact.path)
        return load_(self, manifest, artifact)

    monkeypatch.setattr(Lake, "load", noted)
    return found


def test_an_edition_is_the_same_and_its_records_are_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lakes = Lake(tmp_path / "one"), Lake(tmp_path / "other")
    publish_now = publisher(lakes[0], monkeypatch)
    records = compiled(lakes[0], package(*RELEASES))
    found = opened(monkeypatch)
    derive_ahead(PUBLICATION, lakes[0], [(SOURCE, records)])
    assert len(found) == 1
    editions = [publish_now(*RELEASES, into=lake, publication=PUBLICATION) for lake in lakes]
    assert len(found) == 1 + 4  # the first edition opened none more, the other one for each stage
    assert editions[0].dumps() == editions[1].dumps()
    assert editions[0].notes["summary"]["redacted"]
