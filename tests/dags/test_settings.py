"""What differs between installations is read from the environment, at each task."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dags import settings
from kernel import ConfigError

END = datetime(2026, 3, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TENDERLINE_LAKE", "TENDERLINE_AT"):
        monkeypatch.delenv(name, raising=False)


def test_the_lake_is_in_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    assert settings.lake().root == str(tmp_path / "lake")
    monkeypatch.setenv("TENDERLINE_LAKE", str(tmp_path / "elsewhere"))
    assert settings.lake().root == str(tmp_path / "elsewhere")


def test_the_source_itself_is_asked() -> None:
    source = settings.source("find_a_tender")
    assert source.fetch.url.startswith("https://www.find-tender.service.gov.uk/")
    assert settings.look(source, END) == "20260303T000000Z"


def test_a_stand_in_is_asked_and_its_look_has_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "TENDERLINE_AT", "other=http://127.0.0.1:1, find_a_tender=http://127.0.0.1:8640"
    )
    source = settings.source("find_a_tender")
    assert source.fetch.url.startswith("http://127.0.0.1:8640/")
    assert settings.look(source, END) == "20260303T000000Z-127.0.0.1-8640"


def test_a_stand_in_of_another_source_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENDERLINE_AT", "other=http://127.0.0.1:1,")
    assert settings.source("find_a_tender").fetch.url.startswith("https://")


def test_a_stand_in_without_a_source_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENDERLINE_AT", "http://127.0.0.1:8640")
    with pytest.raises(ConfigError, match="is not source=address"):
        settings.source("find_a_tender")
