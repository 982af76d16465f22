"""The arithmetic of the benchmark, and the page that is written from it."""

import re
from pathlib import Path

import pytest

from benchmarks.page import NOT_MEASURED, page, write_page
from benchmarks.results import CHAINS, Compared, read_measured, sides, write_measured
from tests.benchmarks.measured import measured

CHAIN, BULK = CHAINS["review, compile, tables"]


def compared() -> Compared:
    return Compared(measured()["compare"])


def test_the_ratio_is_the_median_of_the_pairs() -> None:
    ours, _, peer = sides(compared(), ("review",))
    assert ours
    assert peer
    assert ours.times(peer) == (20, 10, 30)  # the medians' own ratio would be 23.3


def test_a_chain_is_summed_pair_by_pair() -> None:
    ours, one, peer = sides(compared(), CHAIN)
    assert [[run.seconds for run in side.runs] for side in (ours, one, peer) if side] == [
        [3, 6], [6, 12], [30, 180],
    ]  # fmt: skip
    assert ours
    assert (ours.median, ours.spread, ours.largest, ours.tree) == (4.5, (3, 6), 50, 70)


def test_a_chain_that_lacks_a_step_is_none() -> None:
    told = measured()["compare"]
    del told["steps"]["tables"]["sides"]["ours"]
    assert Compared(told).chain(CHAIN, "ours") is None
    assert Compared(told).chain(CHAIN, "peer") is not None


def test_one_command_stands_beside_the_chain_of_the_peers() -> None:
    whole, _, _ = sides(compared(), (BULK,))
    assert whole
    peers = compared().chain(CHAIN, "peer")
    assert peers
    line = next(line for line in page(measured()).splitlines() if line.startswith("| one command"))
    assert f"**{whole.times(peers)[0]:.1f}**" in line


def test_stages_are_told_in_their_order() -> None:
    assert list(compared().stages()) == ["convert", "compile", "tables", "check", "publish"]


def test_the_page_tells_what_was_measured() -> None:
    text = page(measured())
    assert NOT_MEASURED not in text
    assert (
        "| review | 1.50 (1.00-2.00) | 3.00 (2.00-4.00) | 35.00 (10.00-60.00) | **20.0** (10.0-30.0) | **10.0** (5.0-15.0) |"
        in text
    )
    assert "The pipeline takes 1.0 times as long." in text
    assert "2 processes because ocdskit stops at them" in text
    assert "| the day's share |".replace("the day's share", "*the day's share*") in text
    assert "10.0%" in text
    assert "25.0%" in text
    assert "a day of 40 releases" in text
    assert not re.search(r"\$[a-z]", text)


def test_a_side_that_was_left_out_has_its_reason() -> None:
    told = measured()
    tables = told["compare"]["steps"]["tables"]
    tables["skipped"]["ours"] = "there is none"
    del tables["sides"]["ours"], tables["sides"]["one core"]
    text = page(told)
    assert "- tables: there is none" in text
    assert "| tables | - | - | 35.00 (10.00-60.00) | - | - |" in text


@pytest.mark.parametrize("part", ["compare", "growth", "increment"])
def test_a_part_that_was_not_measured_says_so(part: str) -> None:
    told = measured()
    del told[part]
    assert NOT_MEASURED in page(told)


def test_the_page_is_the_same_after_the_measurements_were_kept(tmp_path: Path) -> None:
    for name in ("once", "again"):
        write_measured(tmp_path / name / "performance", measured())
        write_page(tmp_path / name)
    written = {path.relative_to(tmp_path / "once") for path in (tmp_path / "once").rglob("*.*")}
    assert {path.suffix for path in written} == {".md", ".json", ".svg"}
    for path in written:
        assert (tmp_path / "once" / path).read_bytes() == (tmp_path / "again" / path).read_bytes()
    assert read_measured(tmp_path / "once" / "performance") == measured()
    links = re.findall(r"\]\((performance/[^)]+)\)", (tmp_path / "once/performance.md").read_text())
    assert len(links) > 4
    assert all((tmp_path / "once" / link).is_file() for link in links)


def test_without_any_measurement_there_is_a_page(tmp_path: Path) -> None:
    assert read_measured(tmp_path) == {}
    assert page({}).count(NOT_MEASURED) > 5
