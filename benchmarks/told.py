"""The tables of the page on performance, as Markdown, from what was measured.

Owns how numbers are shown. Each function returns the text in the place of one name in `page.md`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.results import CHAINS, Compared, Times, sides
from benchmarks.steps import BULK, MERGES, OURS, PEER
from tenderline.stages import STAGES

Row = Mapping[str, Any]
STEPS = ("review", *MERGES, "tables")
PIPELINE, FLOOR = "pipeline", "floor"
NO_PEER = "-"
MB = 1e6


def facts(measured: Mapping[str, Row]) -> str:
    """On what each part was measured."""
    head = ("part", "day", "machine", "cores", "memory", "system", "Python", "tenderline", "note")
    rows = []
    for part, told in measured.items():
        a = told["about"]
        compiled = "compiled" if a["compiled"] else "not compiled"
        rows.append(
            (part, a["date"] or "not told", a["machine"], a["cores"], f"{a['memory_gib']} GiB",
             a["system"], a["python"], f"{a['tenderline']}, {compiled}", a["note"])
        )  # fmt: skip
    return table(head, rows)


def corpus(about: Row, compared: Compared) -> str:
    """What was read, and by which versions."""
    size, base = compared.told["corpus"], about["base"]
    kind = "made up by the stand-in of a source" if base["made_up"] else "of a real source"
    versions = ", ".join(f"{name} {version}" for name, version in about["peers"].items())
    left = [
        f"{base[key]:,} {words}"
        for key, words in (
            ("unreadable", "texts were left out because they are no usable release"),
            ("inconsistent", "processes because ocdskit stops at them"),
        )
        if base[key]
    ]
    return (
        f"Versions: {versions or 'none, it was run without peers'}.\n\n"
        f"The corpus: {size['releases']:,} releases, {size['bytes'] / MB:.1f} MB of JSON: "
        f"{size['copies']} times {base['releases']:,} releases {kind}, under other ocids"
        f"{'; ' if left else ''}{', '.join(left)}."
    )


def steps(compared: Compared) -> str:
    """Every step by ours and by the peer."""
    head = ("step", "ours", "ours on one core", "peer", "times", "times on one core")
    rows = [_compared(name, sides(compared, (name,))) for name in STEPS]
    return table(head, rows) + _skipped(compared)


def chains(compared: Compared) -> str:
    """All tools one after the other; ours by commands, by one, and as the pipeline."""
    head = ("chain", "ours", "ours on one core", "peers", "times", "times on one core")
    pipeline, alone, _ = sides(compared, (PIPELINE,))
    rows = []
    for name, (parts, bulk) in CHAINS.items():
        ours, one, peer = sides(compared, parts)
        rows.append(_compared(f"commands: {name}", (ours, one, peer)))
        whole, whole_alone, _ = sides(compared, (bulk,))
        rows.append(_compared(f"one command, `bulk`: {name}", (whole, whole_alone, peer)))
        rows.append(_compared(f"the pipeline, beside: {name}", (pipeline, alone, peer)))
    floor, _, _ = sides(compared, (FLOOR,))
    beside = ""
    if floor and pipeline:
        beside = (
            f"\n\nThe floor: {seconds(floor)} s. "
            f"The pipeline takes {floor.times(pipeline)[0]:.1f} times as long."
        )
    return table(head, rows) + beside


def stages(compared: Compared) -> str:
    """What each stage of the pipeline took."""
    found = compared.stages()
    return table(("stage", "seconds"), [(name, f"{took:.2f}") for name, took in found.items()])


def memory(compared: Compared) -> str:
    """The largest process and all processes together, of each step by each side."""
    head = ("step", "ours: largest", "ours: all", "peer: largest", "peer: all")
    rows = []
    for name in (*STEPS, *BULK, PIPELINE, FLOOR):
        found = [compared.times(name, side) for side in (OURS, PEER)]
        cells = [(f"{t.largest:,}", f"{t.tree:,}") if t else (NO_PEER, NO_PEER) for t in found]
        rows.append((name, *cells[0], *cells[1]))
    return table(head, rows)


def growth(rows: Sequence[Row]) -> str:
    """Each step at each size."""
    head = ("releases", "MB", "step", "side", "seconds", "MiB: largest", "MiB: all")
    cells = [
        (f"{row['releases']:,}", f"{row['bytes'] / MB:.1f}", row["step"], row["side"],
         f"{row['seconds']:.1f}", f"{row['largest']:,}", f"{row['tree']:,}")
        for row in rows
    ]  # fmt: skip
    return table(head, cells)


def increment(rows: Sequence[Row]) -> str:
    """A day and all anew at each size of history, and the shares."""
    head = ("releases", "", "seconds", "MB written", "files", "MiB: largest")
    cells: list[tuple[Any, ...]] = []
    for row in rows:
        cells.append(
            (f"{row['releases']:,}", row["way"], f"{row['seconds']:.1f}",
             f"{row['bytes'] / MB:.1f}", row["files"], row["largest"])
        )  # fmt: skip
        if row["way"] == "anew":
            day = next(r for r in rows if r["way"] == "day" and r["releases"] == row["releases"])
            shares = [f"{day[key] / row[key]:.1%}" for key in ("seconds", "bytes")]
            cells.append(("", "*the day's share*", *shares, "", ""))
    return f"{table(head, cells)}\n\nBy stage, in seconds:\n\n{_by_stage(rows)}"


def _by_stage(rows: Sequence[Row]) -> str:
    names = [name for name in STAGES if name in rows[0]["stages"] and name != "convert"]
    cells = [
        (f"{row['releases']:,}", row["way"], *(f"{row['stages'][name]:.2f}" for name in names))
        for row in rows
    ]
    return table(("releases", "", *names), cells)


def seconds(times: Times) -> str:
    """The median and, of several runs, the spread."""
    if len(times.runs) == 1:
        return f"{times.median:.2f}"
    low, high = times.spread
    return f"{times.median:.2f} ({low:.2f}-{high:.2f})"


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _compared(name: str, three: tuple[Times | None, Times | None, Times | None]) -> tuple[str, ...]:
    """A row: what ours, ours on one core and the peer took, and both ratios."""
    ours, one, peer = three
    took = [seconds(times) if times else NO_PEER for times in three]
    return (name, *took, _ratio(ours, peer), _ratio(one, peer))


def _ratio(ours: Times | None, peer: Times | None) -> str:
    if not ours or not peer:
        return NO_PEER
    middle, low, high = ours.times(peer)
    return f"**{middle:.1f}**" + (f" ({low:.1f}-{high:.1f})" if len(ours.runs) > 1 else "")


def _skipped(compared: Compared) -> str:
    reasons = [(name, compared.why(name)) for name in STEPS]
    lines = [f"- {name}: {why}" for name, why in reasons if why]
    return "\n\nNot measured:\n\n" + "\n".join(lines) if lines else ""
