"""All that an edition needs is made with one reading of the records, and changes nothing in it."""

from dataclasses import replace
from pathlib import Path

import pytest

from kernel import Lake
from publish.ahead import derive_ahead
from publish.loader import load
from tests.made import SOURCE, award_release, compiled, package
from tests.opened import opened
from tests.publish.conftest import publisher

PUBLICATION = replace(load("find_a_tender"), records=True)
RELEASES = [award_release(n, odd={"x": f"ask Mr Ed Case of 01632 960{n:03}"}) for n in range(12)]


def test_an_edition_is_the_same_and_its_records_are_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lakes = Lake(tmp_path / "one"), Lake(tmp_path / "other")
    publish_now = publisher(lakes[0], monkeypatch)
    records = compiled(lakes[0], package(*RELEASES))
    found = opened(monkeypatch, "compile")
    derive_ahead(PUBLICATION, lakes[0], [(SOURCE, records)])
    assert len(found) == 1
    editions = [publish_now(*RELEASES, into=lake, publication=PUBLICATION) for lake in lakes]
    assert len(found) == 1 + 4  # the first edition opened none more, the other one for each stage
    assert editions[0].dumps() == editions[1].dumps()
    assert editions[0].notes["summary"]["redacted"]
