"""The pointers of a publication: forward only, whoever moves them, and told apart when broken."""

import json
import random
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from kernel import Artifact, Counts, Lake, LakeCorrupt, Manifest
from kernel.manifest import digest
from publish.pointer import latest_edition, move_latest

VALUE = re.compile(rb': "?([^",\n]+)')
LATEST = "published/some/latest.json"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def edition(lake: Lake, generation: int, name: str = "") -> Manifest:
    """A committed edition of `generation`."""
    name = name or f"2026-08-{generation:02}-00000000"
    return lake.commit(
        Manifest(
            folder=f"published/some/{name}",
            stage="publish",
            subject="some",
            version=name,
            code="1",
            counts=Counts(),
            artifacts=(Artifact("SHA256SUMS", 0, 0, digest(b""), "text/plain"),),
            notes={"generation": generation},
        )
    )


def test_there_is_no_latest_before_the_first(lake: Lake) -> None:
    assert latest_edition(lake, "some") is None


def test_latest_tells_what_a_reader_needs(lake: Lake) -> None:
    first = edition(lake, 3)
    assert move_latest(lake, first) is True
    assert latest_edition(lake, "some") == first
    assert json.loads(lake.store.read(LATEST)) == {
        "publication": "some",
        "edition": first.version,
        "manifest": f"{first.version}/manifest.json",
        "manifest_sha256": digest(lake.store.read(f"{first.folder}/manifest.json")),
        "generation": 3,
    }


def test_latest_moves_forward_and_never_back(lake: Lake) -> None:
    old, new = edition(lake, 3), edition(lake, 4)
    move_latest(lake, old)
    assert move_latest(lake, new) is True
    changes, data = lake.changes, lake.store.read(LATEST)
    assert move_latest(lake, old) is False
    assert move_latest(lake, new) is False
    assert lake.changes == changes
    assert lake.store.read(LATEST) == data


def test_another_edition_of_the_same_records_takes_over(lake: Lake) -> None:
    """Such as one made by newer code."""
    move_latest(lake, edition(lake, 3, "2026-08-03-ffffffff"))
    remade = edition(lake, 3, "2026-08-03-00000000")
    assert move_latest(lake, remade) is True
    assert latest_edition(lake, "some") == remade


def test_generations_are_compared_as_numbers(lake: Lake) -> None:
    ninth, tenth = edition(lake, 9), edition(lake, 10)
    move_latest(lake, tenth)
    assert move_latest(lake, ninth) is False


@pytest.mark.parametrize("seed", range(5))
def test_movers_at_the_same_time_end_on_the_newest(lake: Lake, seed: int) -> None:
    editions = [edition(lake, generation) for generation in range(1, 13)]
    random.Random(seed).shuffle(editions)
    gate, seen = threading.Barrier(len(editions)), []

    def move(one: Manifest) -> None:
        gate.wait()
        move_latest(Lake(lake.root), one)
        seen.append(json.loads(lake.store.read(LATEST))["generation"])

    with ThreadPoolExecutor(len(editions)) as pool:
        list(pool.map(move, editions))
    assert latest_edition(lake, "some") == edition(lake, 12)
    assert max(seen) == 12


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _data: b"",
    "cut short": lambda data: data[:-4],
    "no JSON": lambda _data: b"\x00" * 40,
    "no object": lambda _data: b"[]",
    "no edition": lambda _data: b'{"generation": 3}',
    "no generation": lambda _data: b'{"edition": "2026-08-03-00000000"}',
    "no number": lambda data: data.replace(b'"generation": 3', b'"generation": null'),
}


@pytest.mark.parametrize("breakage", BROKEN)
def test_a_broken_pointer_is_told_and_left_for_a_person(lake: Lake, breakage: str) -> None:
    move_latest(lake, edition(lake, 3))
    broken = BROKEN[breakage](lake.store.read(LATEST))
    lake.store.put(LATEST, broken)
    for act in (lambda: latest_edition(lake, "some"), lambda: move_latest(lake, edition(lake, 4))):
        with pytest.raises(LakeCorrupt, match="the pointer is unreadable") as caught:
            act()
        assert caught.value.path == LATEST
    assert lake.store.read(LATEST) == broken


def test_a_pointer_to_an_edition_that_is_not_there_is_told(lake: Lake) -> None:
    move_latest(lake, replace(edition(lake, 3), version="2026-08-04-00000000"))
    with pytest.raises(LakeCorrupt, match="the pointer leads nowhere") as caught:
        latest_edition(lake, "some")
    assert caught.value.path == LATEST


def test_no_value_of_a_pointer_changes_unseen(lake: Lake) -> None:
    move_latest(lake, edition(lake, 3))
    data = lake.store.read(LATEST)
    places = [at for value in VALUE.finditer(data) for at in range(*value.span(1))]
    assert len(places) > 100
    for place in places:
        lake.store.put(LATEST, data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(LakeCorrupt):
            latest_edition(lake, "some")
