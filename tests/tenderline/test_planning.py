"""From the words of a command to windows, servers and the names of looks."""

import json
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from extractors.loader import load
from kernel import ConfigError
from kernel.window import stamp
from tenderline.planning import Planned, Wanted
from tests.made import release

AT = "http://127.0.0.1:8640"


def planned(
    source_id: str, start: str | None = None, end: str | None = None, **more: Any
) -> Planned:
    words = {"replay": None, "base_url": None, "look": None} | more
    with ExitStack() as servers:
        return Wanted(start, end, **words).of(load(source_id), servers)


def test_a_window_that_is_over_has_one_look() -> None:
    found = planned("public_contracts_scotland", "2026-03-10", "2026-03-12")
    [window] = found.windows
    assert window.name == "20260301T000000Z-20260331T230000Z"
    assert found.version(window) == "20260331T230000Z"


def test_a_window_that_is_not_over_has_a_look_for_each_moment() -> None:
    today = datetime.now(UTC)
    found = planned("public_contracts_scotland", f"{today - timedelta(days=1):%F}")
    window = found.windows[-1]
    assert window.end > today
    assert stamp(today) <= found.version(window) <= stamp(datetime.now(UTC))


def test_the_server_is_part_of_the_look() -> None:
    found = planned("nsw_etendering", "2018-03-01", "2018-03-02", base_url=AT)
    assert found.version(found.windows[0]).endswith("-127.0.0.1-8640")
    assert not found.source.lapsed
    other = planned("nsw_etendering", "2018-03-01", "2018-03-02", look="mine")
    assert other.version(other.windows[0]) == "mine"


def test_a_choice_is_part_of_the_look() -> None:
    found = planned("ocp_registry", "2024-05-01", "2024-05-02", each=("128", "39"))
    assert found.source.fetch.each == ("128", "39")
    assert found.version(found.windows[0]) == "20250101T000000Z-128-39"
    usual = planned("ocp_registry", "2024-05-01", "2024-05-02")
    assert usual.version(usual.windows[0]) == "20250101T000000Z"


def test_files_are_a_look_named_by_their_content(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(release(1)))
    found = planned("ocds_files", place=str(tmp_path))
    [window] = found.windows
    assert window.name == "20260301T000000Z-20260302T000000Z"
    version = found.version(window)
    assert found.source.fetch.url == str(tmp_path)
    (tmp_path / "a.json").write_text(json.dumps(release(2, date="2026-03-01T00:00:00Z")))
    assert planned("ocds_files", place=str(tmp_path)).version(window) != version
    span = planned("ocds_files", "2026-01-01", "2026-02-01", place=str(tmp_path)).windows
    assert [each.name for each in span] == ["20260101T000000Z-20260201T000000Z"]


def test_words_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    for words in ({"replay": tmp_path, "base_url": AT}, {"place": "-", "base_url": AT}):
        with pytest.raises(ConfigError, match="give only one of"):
            planned("ocds_files", **words)
    with pytest.raises(ConfigError, match="nothing to choose"):
        planned("find_a_tender", each=("1",))
