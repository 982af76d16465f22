"""Writes the page on performance, and its pictures, from what was measured.

    python -m benchmarks.page

Owns where what stands. The page's words are in `page.md`, its tables in `told`.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from benchmarks import told
from benchmarks.pictures import Line, Picture, draw
from benchmarks.results import PARTS, Compared, read_measured
from benchmarks.steps import OURS, PEER
from benchmarks.timing import ROOT

FOLDER = "performance"
WORDS = Path(__file__).with_name("page.md")
NOT_MEASURED = "*Not measured yet: `make bench` does it.*"
RELEASES, SECONDS = "releases", "seconds"
PEERS = {"review": "lib-cove-ocds", "compile": "ocdskit", "tables": "flatterer"}
COMMANDS = {
    "review": "validate",
    "compile": "merge",
    "tables": "tables",
    "bulk": "bulk",
    "pipeline": "pipeline",
}
WAYS = {"day": "a day", "anew": "all anew"}
Measured = Mapping[str, Mapping[str, Any]]


def page(measured: Measured) -> str:
    """The page as Markdown; what was not measured yet says so."""
    in_order = {part: measured[part] for part in PARTS if part in measured}
    names = dict.fromkeys(Template(WORDS.read_text()).get_identifiers(), NOT_MEASURED)
    if in_order:
        names["facts"] = told.facts(in_order)
    names |= {"check_seconds": "?", "pipeline_seconds": "?", "day": "some hundred"}
    if found := measured.get("compare"):
        names |= _compared(found)
    if found := measured.get("growth"):
        shown = _links("Growth of {}", "growth-seconds", "growth-memory")
        names["growth"] = told.growth(found["rows"]) + shown
    if found := measured.get("increment"):
        shown = _links("{} of a day and of all anew", "increment-seconds", "increment-bytes")
        names |= {"day": str(found["rows"][0]["day"])}
        names["increment"] = told.increment(found["rows"]) + shown
    return Template(WORDS.read_text()).substitute(names)


def _compared(found: Mapping[str, Any]) -> dict[str, str]:
    """What the comparison gives for the page."""
    compared = Compared(dict(found))
    stages = compared.stages()
    return {
        "corpus": told.corpus(found["about"], compared),
        "steps": told.steps(compared),
        "chains": told.chains(compared),
        "stages": told.stages(compared),
        "memory": told.memory(compared),
        "check_seconds": f"{stages['check']:.1f}",
        "pipeline_seconds": f"{sum(stages.values()):.1f}",
    }


def _links(words: str, *names: str) -> str:
    return "".join(
        f"\n\n![{words.format(name.partition('-')[2])}]({FOLDER}/{name}.svg)" for name in names
    )


def pictures(measured: Measured) -> dict[str, Picture]:
    """The pictures of the parts that were measured, by the names of their files."""
    made = {}
    if found := measured.get("growth"):
        rows = found["rows"]
        made["growth-seconds"] = Picture(
            "Seconds as the corpus grows", RELEASES, SECONDS, [*_grown(rows, SECONDS)]
        )
        made["growth-memory"] = Picture(
            "Memory of the largest process", RELEASES, "MiB", [*_grown(rows, "largest")]
        )
    if found := measured.get("increment"):
        rows = found["rows"]
        made["increment-seconds"] = Picture(
            "A day beside all anew", "releases in the history", SECONDS, _ways(rows, SECONDS, 1)
        )
        made["increment-bytes"] = Picture(
            "Written by a day, and by all anew", "releases in the history", "MB",
            _ways(rows, "bytes", told.MB),
        )  # fmt: skip
    return made


def _grown(rows: Sequence[Mapping[str, Any]], key: str) -> Iterator[Line]:
    for side, names in ((OURS, COMMANDS), (PEER, PEERS)):
        for step, name in names.items():
            at = [row for row in rows if (row["step"], row["side"]) == (step, side)]
            points = sorted((row[RELEASES], row[key]) for row in at)
            if points:
                yield Line(name, points, dashed=side == PEER)


def _ways(rows: Sequence[Mapping[str, Any]], key: str, unit: float) -> list[Line]:
    return [
        Line(name, sorted((r[RELEASES], r[key] / unit) for r in rows if r["way"] == way))
        for way, name in WAYS.items()
    ]


def write_page(out: Path) -> None:
    """Write the page and its pictures.

    Args:
        out: the folder of the page; measurements and pictures are in `performance` under it.
    """
    measured = read_measured(out / FOLDER)
    for name, picture in pictures(measured).items():
        (out / FOLDER / f"{name}.svg").write_text(draw(picture))
    (out / f"{FOLDER}.md").write_text(page(measured))


if __name__ == "__main__":
    write_page(ROOT / "docs")
