"""The benchmark runs, without peers and on next to nothing, and writes its page."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import growth
from benchmarks.base import MADE_UP, write_base
from benchmarks.increment import increments
from benchmarks.page import NOT_MEASURED
from benchmarks.peers import Peers
from benchmarks.places import Places
from benchmarks.steps import STEPS
from benchmarks.timing import ROOT
from tenderline.stages import STAGES

pytestmark = pytest.mark.heavy


def test_one_command_measures_and_writes_the_page(tmp_path: Path) -> None:
    options = "--parts compare --per-day 3 --copies 1 --pairs 1"
    command = [sys.executable, "-m", "benchmarks", *options.split(), "--out", str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    told = json.loads((tmp_path / "performance" / "measured.json").read_text())
    for name in STEPS:
        sides = told["compare"]["steps"][name]["sides"]
        assert {*sides} == {"ours", "one core"}
        assert all(taken["seconds"] > 0 for side in sides.values() for taken in side)
    assert {*told["compare"]["stages"][0]} == {*STAGES[1:]}
    text = (tmp_path / "performance.md").read_text()
    assert "- review: run without peers" in text
    assert text.count(NOT_MEASURED) == 2  # growth and increment


def test_growth_is_measured_at_each_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "GROWN", ("review", "compile"))
    write_base(MADE_UP, 3, tmp_path / "base")
    rows = growth.growth(Places(tmp_path / "base", Peers(None, None), tmp_path), [1, 2])
    assert [(row["copies"], row["step"], row["side"]) for row in rows] == [
        (1, "review", "ours"), (1, "compile", "ours"), (2, "review", "ours"), (2, "compile", "ours"),
    ]  # fmt: skip
    assert rows[2]["releases"] == 2 * rows[0]["releases"]
    assert not list(tmp_path.glob("growth-*"))


def test_a_day_is_measured_beside_all_anew(tmp_path: Path) -> None:
    write_base(MADE_UP, 3, tmp_path / "base")
    places = Places(tmp_path / "base", Peers(None, None), tmp_path)
    day, anew = increments(places, [200], 10, "compile")
    assert (day["way"], anew["way"]) == ("day", "anew")
    assert day["releases"] == anew["releases"] > 200
    assert 0 < day["bytes"] <= anew["bytes"]
    assert day["stages"]["compile"] > 0
