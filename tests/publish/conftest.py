from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kernel import Lake, Manifest, Publication
from publish.edition import publish
from publish.loader import load
from publish.pointer import latest_edition
from tests.made import SOURCE, compiled, package
from transforms.tables.build import build_tables
from validation import check as check_module
from validation.check import check

Publisher = Callable[..., Manifest]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture
def publish_now(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> Publisher:
    """Publishes releases from raw page to edition; Great Expectations has tests of its own."""
    return publisher(lake, monkeypatch)


def publisher(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> Publisher:
    monkeypatch.setattr(check_module, "check_tables", lambda _files: iter(()))
    monkeypatch.setattr(check_module, "check_metrics", lambda _frame: iter(()))
    known = load("find_a_tender")

    def publish_releases(
        *releases: Any, into: Lake = lake, publication: Publication = known, **more: Any
    ) -> Manifest:
        inputs = [(SOURCE, compiled(into, package(*releases), **more))]
        tables = build_tables(publication, into, inputs)
        previous = latest_edition(into, publication.id)
        quality = check(publication, into, inputs, tables, previous=previous)
        return publish(publication, into, inputs, tables, quality)

    return publish_releases
