"""The lake beside a second account of a source: what is missing is told, and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

from extractors.extract import extract
from extractors.loader import load
from extractors.windows import plan
from kernel import Lake, Window
from tenderline.stand_in import stand_in
from transforms.compile import compile_records
from transforms.convert import convert
from validation.admission import checker

MONDAY = Window.parse("20260302T000000Z-20260303T000000Z")
MORNING = Window.parse("20260302T000000Z-20260302T100000Z")
YEAR = Window.parse("20250101T000000Z-20260101T000000Z")
COMMAND = [sys.executable, "-c", "from tenderline.cli import main; main()", "crosscheck"]


def harvest(lake: Lake, source_id: str, url: str, span: Window) -> None:
    source = load(source_id).at(url)
    check = checker(source.fetch.clock, source.ocid_prefix)
    for window in plan(source, span):
        convert(source, lake, extract(source, lake, window, version="look"), check=check)
    compile_records(source, lake)


def crosscheck(lake: Path, *words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [*COMMAND, *words, "--lake", str(lake)], check=False, capture_output=True, text=True
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(("span", "whole"), [(MONDAY, True), (MORNING, False)])
def test_a_day_is_compared_with_the_daily_file(tmp_path: Path, span: Window, whole: bool) -> None:
    with stand_in("contracts_finder")(1, 60, defects=["broken_csv_row"]) as server:
        harvest(Lake(tmp_path), "contracts_finder", server.url, span)
        words = ("contracts_finder", "--from", "2026-03-02", "--at", server.url)
        code, out, err = crosscheck(tmp_path, *words)
    assert err == ""
    day, told, missing, unreadable, *first = out.splitlines()[2].split()
    assert day == "2026-03-02"
    assert int(told) > 20
    assert int(unreadable) > 2
    assert (code, missing == "0") == ((0, True) if whole else (1, False))
    assert bool(first) is not whole


def test_a_source_is_compared_with_a_registry(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    with stand_in("ocp_registry")(1, 6) as server:
        harvest(lake, "ocp_registry", server.url, YEAR)
    with stand_in("find_a_tender")(1, 6) as server:
        harvest(lake, "find_a_tender", server.url, MONDAY)
    code, out, _ = crosscheck(tmp_path, "find_a_tender", "--against", "ocp_registry")
    assert code == 1
    assert "processes in ocp_registry" in out
    assert "ocds-h6vhtk-" in out


def test_what_cannot_be_compared_is_exit_2(tmp_path: Path) -> None:
    for words, said in (
        (("austender", "--from", "2026-03-02"), "no second account"),
        (("contracts_finder",), "give --from DAY"),
        (("contracts_finder", "--from", "soon"), "days such as"),
        (("find_a_tender", "--against", "ocp_registry"), "run it first"),
    ):
        code, _, err = crosscheck(tmp_path, *words)
        assert (code, said in err) == (2, True), err
