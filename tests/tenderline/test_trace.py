"""The way from an edition back to raw pages: every step is there, and a broken one is named."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from extractors.raw import keep_body
from kernel import ConfigError, Counts, Lake, LakeCorrupt, Manifest, __version__
from kernel.manifest import digest
from publish.edition import publish
from publish.loader import load
from tenderline.command import cli
from tenderline.trace import trace
from tests.made import CHECK, SOURCE, WINDOW, award_release, package
from transforms.compile import compile_records
from transforms.convert import convert
from transforms.tables.build import build_tables
from validation import check as check_module
from validation.check import check

OCID = "ocds-h6vhtk-000002"


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """A lake with an edition of two releases of OCID, one changed under its id, and of another."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check_module, "check_tables", lambda _files: iter(()))
        patch.setattr(check_module, "check_metrics", lambda _frame: iter(()))
        yield _published(Lake(tmp_path_factory.mktemp("lake")))


def _published(made: Lake) -> Lake:
    publication = load(SOURCE.id)
    bodies = [package(award_release(1), award_release(2)), package(award_release(2, 7))]
    folder = f"raw/{SOURCE.id}/{WINDOW}/v1"
    pages = [keep_body(made, folder, f"page-{n:05}", body, 1) for n, body in enumerate(bodies, 1)]
    told = [{"url": f"https://example.org/{n}", "time": f"2026-03-01T07:00:0{n}+00:00",
             "sha256": digest(body)} for n, body in enumerate(bodies)]  # fmt: skip
    raw = made.commit(
        Manifest(
            folder=folder, stage="extract", subject=SOURCE.id, version="v1", code=__version__,
            counts=Counts(read=2, written=2), artifacts=tuple(pages),
            notes={"window": WINDOW, "pages": 2, "doubts": [], "made_up": False}, log=tuple(told),
        )
    )  # fmt: skip
    convert(SOURCE, made, raw, check=CHECK)
    inputs = [(SOURCE, compile_records(SOURCE, made))]
    tables = build_tables(publication, made, inputs)
    quality = check(publication, made, inputs, tables, previous=None)
    publish(publication, made, inputs, tables, quality)
    return made


def test_every_step_of_the_way_is_shown_and_holds(lake: Lake) -> None:
    steps = [*trace(lake, OCID)]
    assert all(step.holds for step in steps)
    kinds = [step.kind for step in steps if step.kind != "table"]
    assert kinds == ["edition", "record", *["release", "conversion", "raw"] * 2]
    tables = [step.told for step in steps if step.kind == "table"]
    assert any(told.startswith("parquet/releases.parquet: rows 2,") for told in tables)
    raws = [step.told for step in steps if step.kind == "raw"]
    assert {told.rpartition(" ")[2] for told in raws} == {
        f"https://example.org/{n}" for n in (0, 1)
    }
    assert all("fetched 2026-03-01T07:00:0" in told for told in raws)
    assert {told.partition(", sha256")[0].rpartition(", ")[2] for told in raws} == {
        "release 1",
        "release 2",
    }


def test_an_altered_raw_page_does_not_hold_and_the_command_says_so(lake: Lake) -> None:
    page = next((Path(lake.root) / "raw").rglob("page-00001-*"))
    good = page.read_bytes()
    page.write_bytes(good[:-1])
    broken = [step for step in trace(lake, OCID) if not step.holds]
    assert [step.kind for step in broken] == ["raw"]
    run = CliRunner().invoke(cli, ["trace", OCID, "--lake", str(lake.root)])
    assert isinstance(run.exception, LakeCorrupt)
    assert "NOT WHAT WAS WRITTEN" in run.output
    page.write_bytes(good)


def test_an_edition_and_a_process_that_are_not_there_are_told(lake: Lake) -> None:
    with pytest.raises(ConfigError, match="no edition 'other'"):
        list(trace(lake, OCID, "other"))
    with pytest.raises(ConfigError, match="ocds-none-1 is not in"):
        list(trace(lake, "ocds-none-1"))
