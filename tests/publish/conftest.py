from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kernel import Lake, Manifest
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


@contextmanager
def publishing(lake: Lake) -> Iterator[Publisher]:
    """Publishes releases from raw page to edition; Great Expectations has tests of its own."""
    publication = load("find_a_tender")

    def publish_releases(*releases: Any, into: Lake = lake, **more: Any) -> Manifest:
        inputs = [(SOURCE, compiled(into, package(*releases), **more))]
        tables = build_tables(publication, into, inputs)
        previous = latest_edition(into, publication.id)
        quality = check(publication, into, inputs, tables, previous=previous)
        return publish(publication, into, inputs, tables, quality)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check_module, "check_tables", lambda _files: iter(()))
        patch.setattr(check_module, "check_metrics", lambda _frame: iter(()))
        yield publish_releases


@pytest.fixture
def publish_now(lake: Lake) -> Iterator[Publisher]:
    with publishing(lake) as publish_releases:
        yield publish_releases
