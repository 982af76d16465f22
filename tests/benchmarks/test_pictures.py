"""The pictures of the page on performance: well formed, labelled, nothing upon another."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from benchmarks.pictures import BESIDE, BOTTOM, LEFT, RIGHT, TOP, Line, Picture, draw

NAMESPACE = "{http://www.w3.org/2000/svg}"
LINES = (
    Line("merge", [(1_000, 0.5), (10_000, 4), (100_000, 39)]),
    Line("a < b & c", [(1_000, 0.51), (100_000, 40)], dashed=True),
    Line("alone", [(2_000, 3)]),
)
PICTURE = Picture("Seconds", "releases", "seconds", LINES)


def drawn(picture: Picture) -> ET.Element:
    return ET.fromstring(draw(picture))


def words(picture: Picture) -> list[str]:
    return [element.text or "" for element in drawn(picture).iter(f"{NAMESPACE}text")]


def test_the_axes_and_lines_are_named_by_text() -> None:
    assert {"Seconds", "releases", "seconds", "merge", "a < b & c", "alone"} <= set(words(PICTURE))


def test_ticks_are_the_decades_that_hold_all_points() -> None:
    ticks = [word for word in words(PICTURE) if re.fullmatch(r"[0-9.,]+", word)]
    assert ticks == ["1,000", "10,000", "100,000", "0.1", "1", "10", "100"]


def test_points_are_where_the_scales_put_them() -> None:
    first = drawn(PICTURE).findall(f"{NAMESPACE}polyline")[0].get("points", "").split()
    xs, ys = zip(*(map(float, point.split(",")) for point in first), strict=True)
    assert (xs[0], xs[2]) == (LEFT, RIGHT)
    assert xs[1] == (LEFT + RIGHT) / 2
    assert BOTTOM > ys[0] > ys[1] > ys[2] > TOP


def test_no_name_of_a_line_stands_upon_another() -> None:
    texts = drawn(PICTURE).iter(f"{NAMESPACE}text")
    heights = sorted(float(t.get("y", "")) for t in texts if float(t.get("x", "")) > RIGHT)
    assert len(heights) == len(LINES)
    assert all(b - a >= BESIDE - 0.1 for a, b in pairwise(heights))


@pytest.mark.parametrize("point", [(1, 1), (1058, 0.003)])
def test_one_point_is_enough(point: tuple[float, float]) -> None:
    (circle,) = drawn(Picture("t", "x", "y", [Line("a", [point])])).iter(f"{NAMESPACE}circle")
    assert LEFT <= float(circle.get("cx", "")) <= RIGHT


def test_colours_follow_the_reader() -> None:
    style = drawn(PICTURE).findtext(f"{NAMESPACE}style") or ""
    assert "prefers-color-scheme: dark" in style
    assert draw(PICTURE) == draw(PICTURE)
