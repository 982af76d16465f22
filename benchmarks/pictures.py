"""Line pictures as SVG: both axes logarithmic, text selectable, readable on light and dark pages.

Owns the drawing. What is drawn is told by the page. The same points give the same bytes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 560, 46, 340  # of the field; names of lines stand to its right
BESIDE = 16  # pixels between two names of lines
# Of middling lightness, so that they stand out on white and on black; told apart by dashes, too.
COLOURS = ("#2f81d8", "#d2751b", "#2e9e5b", "#a06ad4", "#d1495b", "#7d8590", "#1f9aa8")
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .grid { stroke: #d0d7de; stroke-width: 1; }
  .line { fill: none; stroke-width: 2; }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .grid { stroke: #3d444d; } }
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A named line through points; `dashed` for what is not ours."""

    name: str
    points: Sequence[tuple[float, float]]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture shows: its title, what the axes count, and the lines."""

    title: str
    across: str
    up: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Scale:
    """Whole decades on one axis, from one pixel to another."""

    low: int
    high: int
    start: int
    end: int

    @classmethod
    def of(cls, values: Sequence[float], start: int, end: int) -> "Scale":
        """The decades that hold all values, which are above zero."""
        low = math.floor(math.log10(min(values)))
        high = math.ceil(math.log10(max(values)))
        return cls(low, max(high, low + 1), start, end)

    def at(self, value: float) -> float:
        """The pixel of a value."""
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[tuple[float, str]]:
        """The decades, with what is written beside them."""
        return [(10.0**n, f"{10.0**n:,g}" if n < 0 else f"{10**n:,}")
                for n in range(self.low, self.high + 1)]  # fmt: skip


def draw(picture: Picture) -> str:
    """A picture as the text of an SVG file.

    Args:
        picture: with at least one point; all numbers are above zero.
    """
    points = [point for line in picture.lines for point in line.points]
    across = Scale.of([x for x, _ in points], LEFT, RIGHT)
    up = Scale.of([y for _, y in points], BOTTOM, TOP)
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<title>{escape(picture.title)}</title>",
        f"<style>{STYLE}</style>",
        _text(LEFT, 22, picture.title, "title"),
        *_axes(picture, across, up),
        *_lines(picture.lines, across, up),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _axes(picture: Picture, across: Scale, up: Scale) -> list[str]:
    parts = []
    for value, name in across.ticks():
        x = across.at(value)
        parts += [_rule(x, TOP, x, BOTTOM), _text(x, BOTTOM + 18, name, anchor="middle")]
    for value, name in up.ticks():
        y = up.at(value)
        parts += [_rule(LEFT, y, RIGHT, y), _text(LEFT - 8, y + 4, name, anchor="end")]
    middle, height = (LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2
    turned = f'transform="rotate(-90 16 {height:.1f})"'
    return [
        *parts,
        _text(middle, BOTTOM + 42, picture.across, anchor="middle"),
        _text(16, height, picture.up, anchor="middle", more=turned),
    ]


def _lines(lines: Sequence[Line], across: Scale, up: Scale) -> list[str]:
    ends = [up.at(line.points[-1][1]) for line in lines]
    names = dict(zip(sorted(range(len(lines)), key=ends.__getitem__), _apart(ends), strict=True))
    parts = []
    for number, line in enumerate(lines):
        colour = COLOURS[number % len(COLOURS)]
        dashes = ' stroke-dasharray="6 4"' if line.dashed else ""
        at = [(across.at(x), up.at(y)) for x, y in line.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
        parts.append(f'<polyline class="line" points="{path}" stroke="{colour}"{dashes}/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in at]
        parts.append(
            f'<line x1="{RIGHT + 10}" y1="{names[number]:.1f}" x2="{RIGHT + 30}" '
            f'y2="{names[number]:.1f}" stroke="{colour}" stroke-width="2"{dashes}/>'
        )
        parts.append(_text(RIGHT + 36, names[number] + 4, line.name))
    return parts


def _apart(ends: Sequence[float]) -> list[float]:
    """Heights for names, near the ends of their lines and none upon another, from the top down."""
    placed: list[float] = []
    for end in sorted(ends):
        placed.append(max(end, placed[-1] + BESIDE) if placed else end)
    over = max(0.0, placed[-1] - BOTTOM) if placed else 0.0
    return [height - over for height in placed]


def _text(
    x: float, y: float, words: str, kind: str = "", *, anchor: str = "start", more: str = ""
) -> str:
    klass = f' class="{kind}"' if kind else ""
    turned = f" {more}" if more else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{klass}{turned}>'
        f"{escape(words)}</text>"
    )


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="grid" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'
