"""`index.html`: the front page of an edition, for people who never saw the project.

Owns the page. It is whole in itself: no script runs, nothing is loaded from elsewhere, and all that
comes from data is escaped.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from html import escape
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from publish.metadata.chart import Share, chart, shares
from publish.metadata.description import LICENCE_FILE, Description, File, Origin
from validation.page import STYLE, cell, number, table
from validation.report import SAID

SIZES = ("bytes", "kB", "MB", "GB", "TB")
THOUSAND = 1000
TAKE = (  # what one wants to do, and the files for it, by the beginning of their paths
    ("Open it in Excel or LibreOffice: one row for each award and supplier", ("excel/",)),
    ("Ask questions with DuckDB, pandas, R or polars: typed tables", ("parquet/",)),
    ("Read only some years or sources of large tables: Hive partitions", ("partitioned/",)),
    ("Load it into any other software: the same tables as text", ("csv/",)),
    ("Work with the Open Contracting Data Standard", ("json/",)),
    ("See what changed since the edition before", ("delta/",)),
    (
        "Check figures on small and medium-sized enterprises",
        (
            "excel/sme_share",
            "parquet/sme_share",
            "csv/sme_share",
            "json/sme_share",
            "sql/sme_share",
        ),
    ),
)


def index_page(
    told: Description, report: Mapping[str, Any], linked_data: bytes, texts: Iterable[str]
) -> bytes:
    """The page.

    Args:
        told: the description of the edition.
        report: its `quality.json`.
        linked_data: its `schema.org.jsonld`, which may stand in a page as it is.
        texts: names of the files for people, which are linked too.
    """
    title = escape(told.title)
    parts = (
        _what(told),
        _verdict(report),
        "<h2>Which file to take</h2>" + _take(told.files),
        _small_firms(told),
        _about(told, texts),
        "<h2>All files</h2>" + _files(told.files),
    )
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>{STYLE}</style>"
        f'<script type="application/ld+json">{linked_data.decode()}</script></head>'
        f"<body><main><h1>{escape(told.publication.title)}</h1>{''.join(parts)}</main></body>"
        "</html>\n"
    )
    return page.encode()


def _what(told: Description) -> str:
    counts, days = told.summary["counts"], [_days(origin) for origin in told.origins]
    first, last = min(days)[0], max(until for _, until in days)
    made_up = any(source["made_up"] for source in told.summary["sources"].values())
    warning = "<p><strong>Some or all notices are made up, by a stand-in server.</strong></p>"
    rows = [
        (origin.source.title, *map(str, of), origin.told["releases"], origin.told["processes"])
        for origin, of in zip(told.origins, days, strict=True)
    ]  # fmt: skip
    return (
        f"<p>{escape(told.publication.description)}</p>{warning if made_up else ''}"
        f"<p>Edition <strong>{escape(told.edition)}</strong>, of what was published from "
        f"{first} to {last}. {number(counts['read'])} releases were read: "
        f"{number(counts['written'])} are published, {number(counts['rejected'])} are quarantined "
        f"with a reason, {number(counts['merged'])} were exact duplicates.</p>"
        + table(("Source", "first day", "last day", "releases", "processes"), rows)
    )


def _days(origin: Origin) -> tuple[date, date]:
    """The first and the last day that a source was asked for, on its own clock."""
    zone = ZoneInfo(origin.source.fetch.clock)
    last = origin.span.end - timedelta(microseconds=1)
    return origin.span.start.astimezone(zone).date(), last.astimezone(zone).date()


def _verdict(report: Mapping[str, Any]) -> str:
    decision = report["verdict"]["decision"]
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in report["verdict"]["reasons"])
    return (
        f'<h2>Quality at a glance</h2><p class="verdict {escape(decision)}">{SAID[decision]}</p>'
        f"{'<p>Rules that were not kept, with what was found:</p>' if reasons else ''}"
        f"<ul>{reasons}</ul><p>{number(report['failures'])} failures of checks are rows of "
        f"{_link('quality.parquet')}; {_link('quality.html', 'the report')} puts them in order.</p>"
    )


def _take(files: Sequence[File]) -> str:
    rows = []
    for what, starts in TAKE:
        found = [file for file in files if file.path.startswith(starts)]
        if found:
            size = _size(sum(file.bytes for file in found))
            shown = ", ".join(_link(file.path) for file in found[:3])
            more = f" and {len(found) - 3:,} more" if len(found) > 3 else ""  # noqa: PLR2004
            rows.append((what, cell(shown + more, safe=True), size))
    return table(("You want to", "take", "size"), rows)


def _small_firms(told: Description) -> str:
    paths = [file.local for file in told.files if file.table == "sme_share" and file.shape]
    titles = {origin.source.id: origin.source.title for origin in told.origins}
    found = [replace(one, source=titles[one.source]) for one in (shares(paths) if paths else ())]
    if not found:
        return ""
    rows = [_figures(share) for share in found]
    head = ("Source", "Year", "Awards", "of these used", "Their value in pounds", "Lower bound",
            "Upper bound", "Of awards to one supplier", "Value of known size")  # fmt: skip
    return (
        "<h2>Small and medium-sized enterprises</h2><p>The share of award value that went to them, "
        "by the sizes that sources publish of winning suppliers. The truth lies between the "
        "bounds: below, awards all of whose suppliers are small or medium-sized; above, also those "
        "of which one may be. Of awards to one supplier of known size alone the share is exact. "
        "Value of known size is how much of the value the bounds rest on. Frameworks, whose "
        "values are ceilings, and awards without value are "
        f"left out and counted in {_link('parquet/sme_share.parquet')}, which has every buyer; "
        f"{_link('sql/sme_share.sql', 'the query')} makes it again.</p>"
        f"{chart(found)}{table(head, rows)}"
    )


def _figures(share: Share) -> tuple[Any, ...]:
    return (
        share.source, str(share.year), share.awards, share.used, round(share.value),
        f"{share.lower:.1%}", f"{share.upper:.1%}",
        "" if share.single is None else f"{share.single:.1%}", f"{share.known:.1%}",
    )  # fmt: skip


def _files(files: Sequence[File]) -> str:
    rows = (
        (cell(_link(file.path), safe=True), file.about, file.rows, _size(file.bytes),
         cell(f"<code>{escape(file.sha256)}</code>", safe=True))
        for file in files
    )  # fmt: skip
    return table(("File", "What it is", "rows", "size", "SHA-256"), rows)


def _about(told: Description, texts: Iterable[str]) -> str:
    links = ", ".join(_link(name) for name in sorted({*texts, "README.md", "SHA256SUMS"}))
    licence = _link(LICENCE_FILE, told.publication.licence)
    cite = f"{told.publication.publisher}: {told.title}. {told.uri}"
    return (
        f"<h2>Licence and citation</h2><p>Published under {licence}.</p><p>Cite it as: "
        f"{escape(cite)}. An edition never changes; the same name is the same data.</p>"
        f"<p>About this edition: {links}.</p>"
    )


def _link(path: str, text: str = "") -> str:
    return f'<a href="{quote(path)}">{escape(text or path)}</a>'


def _size(size: float) -> str:
    for unit in SIZES:
        if size < THOUSAND or unit == SIZES[-1]:
            break
        size /= THOUSAND
    return f"{size:,.0f}\u00a0{unit}" if unit == SIZES[0] else f"{size:,.1f}\u00a0{unit}"
