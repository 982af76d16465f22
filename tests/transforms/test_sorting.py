"""Lines come out sorted, equal keys as they came, however little of them is held in memory."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transforms import sorting
from transforms.sorting import EACH, Sorter

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
items = st.lists(st.tuples(st.tuples(texts, texts), st.integers(0, 9)), max_size=60)
UNMOVED = [HealthCheck.function_scoped_fixture]


@settings(max_examples=40, deadline=None, suppress_health_check=UNMOVED)
@given(items, st.integers(1, 8))
def test_sorted_as_in_memory(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    given_items: list[tuple[tuple[str, str], int]],
    held: int,
) -> None:
    monkeypatch.setattr(sorting, "FAN", 3)
    folder = tmp_path_factory.mktemp("runs")
    sorter = Sorter(folder, held=held * EACH)
    lines = [(key, b'{"n":%d,"at":%d}' % (n, at)) for at, (key, n) in enumerate(given_items)]
    for key, line in lines:
        sorter.add(key, line)
    assert list(sorter) == sorted(lines, key=lambda item: item[0])


def test_few_files_are_open_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorting, "FAN", 4)
    sorter = Sorter(tmp_path, held=EACH)
    for number in range(500, 0, -1):
        sorter.add((f"{number:04}", ""), b"x")
    assert len(list(tmp_path.iterdir())) < 4 * 5
    assert [key for (key, _), _ in sorter] == [f"{number:04}" for number in range(1, 501)]
