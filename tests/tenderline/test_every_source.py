"""One body over all sources: what each needs to be one, and what it does when its system misbehaves.

A source is its facts, its stand-in, its page and its tests; nothing else names it.
"""

import re
import subprocess
import sys
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import orjson
import pytest

from extractors import session
from extractors.loader import FOLDER, load_all
from kernel import SourceChanged, SourceUnavailable
from publish import loader as publications
from tenderline.stand_in import day_of_notices, known, stand_in
from tenderline.stand_in.defects import TRANSFER
from tests.tenderline.every import Came, fetched, lake_in, served
from transforms.convert import RELEASES
from transforms.lines import unpack
from validation.expect import expect

ROOT = Path(__file__).parents[2]
SOURCES = [source.id for source in load_all()]
LINES = 35  # of facts, with their comments and blanks
OWN = [(s, d) for s in SOURCES for d in stand_in(s).DEFECTS if d not in TRANSFER]
SHARED = [(s, d) for s in SOURCES for d in stand_in(s).DEFECTS if d in TRANSFER]
# What no answer shows: an empty window of a system that has such, and a file made without some
# releases. A later look finds the first; the number of days without releases is a check of editions.
# Releases without a date are in a file of no year.
NOT_TO_BE_SEEN = {
    ("find_a_tender", "empty_page"),
    ("ocp_registry", "incomplete_year"),
    ("ocp_registry", "undated"),
}
# Defects that make releases other ones, so that only their number can be compared.
OTHERS = {("contracts_finder", "empty_ocid")}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "BACKOFF", 0.005)


def test_every_source_has_a_stand_in_and_every_stand_in_a_source() -> None:
    assert sorted(known()) == SOURCES


@pytest.mark.parametrize("source_id", SOURCES)
def test_a_source_is_complete(source_id: str) -> None:
    pages = ROOT / "docs" / "sources"
    page = (pages / f"{source_id}.md").read_text("utf-8")
    linked = [pages / name for name in re.findall(r"\]\((\w+\.md)\)", page)]  # of one platform
    page += "".join(path.read_text("utf-8") for path in linked)
    missing = [name for name in stand_in(source_id).DEFECTS if name not in TRANSFER]
    missing = [name for name in missing if f"`{name}`" not in page]
    assert missing == [], "the page tells each switch of the stand-in"
    assert f"({source_id}.md)" in (ROOT / "docs" / "sources" / "README.md").read_text("utf-8")
    assert len((FOLDER / f"{source_id}.toml").read_text("utf-8").splitlines()) <= LINES
    assert source_id in [publication.id for publication in publications.load_all()]
    assert expect(source_id).min_releases > 0


@pytest.mark.parametrize("source_id", SOURCES)
def test_nothing_else_names_a_source(source_id: str) -> None:
    """But for its own files, and for the demonstrations of Find a Tender and the live example."""
    if source_id in {"find_a_tender", "ocds_files"}:  # the first one, and the form of any file
        pytest.skip("it is an example or a default in several places")
    folders = ("dags", "extractors", "kernel", "publish", "transforms", "validation")
    found = subprocess.run(
        ["grep", "-rlw", "--include=*.py", "--include=*.toml", "--include=*.csv", source_id,
         *folders], cwd=ROOT, capture_output=True, text=True, check=False,
    ).stdout.split()  # fmt: skip
    own = {"transforms/ocds/extensions.csv", "transforms/ocds/extended.csv"}  # ids of extensions
    own |= {f"extractors/sources/{source_id}.toml", f"validation/expect/{source_id}.toml"}
    elsewhere = ("/mappings/", "publish/publications/")  # a publication may combine it
    strangers = [
        path for path in found if path not in own and not any(x in path for x in elsewhere)
    ]
    assert strangers == []


@cache
def undisturbed(source_id: str, folder: Path) -> Came:
    with served(source_id) as (source, _):
        return fetched(source, lake_in(folder))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("undisturbed")


@pytest.mark.parametrize("source_id", SOURCES)
def test_a_short_period_is_accounted_for(source_id: str, place: Path) -> None:
    came = undisturbed(source_id, place)
    assert came.error is None
    assert len(came.processes) > 20
    for raw, converted in zip(came.raw, came.converted, strict=True):
        if not any(artifact.path.startswith("file-") for artifact in raw.artifacts):
            assert converted.counts.read == raw.counts.read
        assert converted.counts.read == converted.counts.written + converted.counts.rejected


@pytest.mark.heavy
@pytest.mark.parametrize(("source_id", "defect"), OWN)
def test_a_defect_of_its_own_ends_right(
    source_id: str, defect: str, place: Path, tmp_path: Path
) -> None:
    ends_right(source_id, defect, place, tmp_path)


@pytest.mark.heavy
@pytest.mark.parametrize(("source_id", "defect"), SHARED)
def test_a_defect_of_the_transfer_ends_right(
    source_id: str, defect: str, place: Path, tmp_path: Path
) -> None:
    ends_right(source_id, defect, place, tmp_path)


def ends_right(source_id: str, defect: str, place: Path, folder: Path) -> None:
    """All releases are there; or a hole is listed; or a clear error says what and where."""
    clean = undisturbed(source_id, place)
    with served(source_id, [defect]) as (source, server):
        came = fetched(source, lake_in(folder))
        assert server.requests_served < 40 + 4 * len(source.fetch.each)
    if came.error is not None:
        assert isinstance(came.error, SourceChanged | SourceUnavailable)
        assert came.error.source == source_id
        assert came.error.window
        assert str(came.error)
        return
    if (source_id, defect) in OTHERS:
        assert len(came.processes) == len(clean.processes)
    elif not came.doubts and (source_id, defect) not in NOT_TO_BE_SEEN:
        missing = Counter(clean.processes) - Counter(came.processes)
        whole = not came.processes and came.rejected  # nothing in the answer was of use
        assert whole or missing.total() <= came.rejected - clean.rejected, "lost without a word"
    assert not Counter(came.processes) - Counter(clean.processes) or (source_id, defect) in OTHERS


@pytest.mark.heavy
def test_a_hole_is_filled_from_a_record_package_and_a_single_notice(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    with served("find_a_tender") as (_, server):
        first, other, *_ = day_of_notices(server.seed, date(2026, 3, 2), server.per_day)
        for path in (f"ocdsRecordPackages/{first['ocid']}", f"ocdsReleasePackages/{other['id']}"):
            address = f"{server.url}/api/1.0/{path}"
            command = ["run", "find_a_tender", "--files", address, "--until", "convert"]
            code = "from tenderline.cli import main; main()"
            subprocess.run(
                [sys.executable, "-c", code, *command, "--lake", lake.root], check=True,
                capture_output=True,
            )  # fmt: skip
    held = [lake.manifest(folder) for folder in lake.folders("releases")]
    lines = [line for found in held for line in unpack(lake.load(found, found.artifact(RELEASES)))]
    ids = {orjson.loads(line)["release"]["id"] for line in lines}
    assert {first["id"], other["id"]} <= ids
