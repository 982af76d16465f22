"""What newer code made takes the place of what older code made, and never the other way round."""

from itertools import permutations

import pytest

from kernel import Lake, Manifest
from tests.made import CHECK, SOURCE, commit_raw, package, release
from transforms import compile as compiling
from transforms import convert as converting
from transforms.compile import compile_records, conversions, records_of
from transforms.convert import convert

VERSIONS = ("2026.9.0", "2026.10.0", "2026.11.0", "2027.1.0")  # in another order as text
WINDOWS = ("20260301T000000Z-20260301T060000Z", "20260301T060000Z-20260301T120000Z")


@pytest.fixture
def by(lake: Lake, monkeypatch: pytest.MonkeyPatch):
    """Convert some windows and compile with the code of a version."""

    def by(code: str, *windows: str) -> Manifest:
        monkeypatch.setattr(converting, "__version__", code)
        monkeypatch.setattr(compiling, "__version__", code)
        for window in windows or WINDOWS[:1]:
            raw = commit_raw(lake, package(release(1 + WINDOWS.index(window))), window=window)
            convert(SOURCE, lake, raw, check=CHECK)
        return compile_records(SOURCE, lake)

    return by


def test_the_conversion_by_the_newest_code_counts(lake: Lake, by) -> None:
    for number, code in enumerate(VERSIONS):
        by(code)
        assert [manifest.code for manifest in conversions(SOURCE.id, lake)] == [code]
        assert len(lake.folders("releases")) == number + 1


@pytest.mark.parametrize("order", list(permutations(VERSIONS[:3])))
def test_the_records_by_the_newest_code_are_found(lake: Lake, by, order: tuple[str, ...]) -> None:
    made = {code: by(code) for code in order}
    assert len(lake.folders("records")) > 1
    assert records_of(SOURCE.id, lake) == made["2026.11.0"]


def test_records_are_newer_with_every_window_converted_anew(lake: Lake, by) -> None:
    old = by("2026.9.0", *WINDOWS)
    for windows in (WINDOWS[1:], WINDOWS):
        newer = by("2026.10.0", *windows)
        assert newer.notes["generation"] == old.notes["generation"] == 2
        assert newer.folder != old.folder
        assert records_of(SOURCE.id, lake) == newer


def test_windows_stay_in_order_whatever_code_converted_them(lake: Lake, by) -> None:
    by("2026.9.0", *WINDOWS)
    by("2026.10.0", WINDOWS[0])
    assert [m.notes["window"] for m in conversions(SOURCE.id, lake)] == list(WINDOWS)
