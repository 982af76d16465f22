"""Pages of text and tables, written once and rendered as Markdown and as HTML.

Owns the escaping for both. What stands in a page is plain text; a link is a `Link`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlsplit

from validation.page import STYLE
from validation.page import cell as html_cell
from validation.page import table as html_table

SPECIAL = re.compile(r"([\\`*_\[\]<>|#~&$])")  # what begins markup anywhere in Markdown
START = re.compile(r"^([-+=]|[0-9]{1,9}(?=[.)]))")  # what begins a list or heading on a line
SCHEMES = {"http", "https", "mailto"}  # of links; others, such as scripts, stay plain text
MANY = 15  # sections of a page beyond which it begins with a list of them
# Of an address as it is in Markdown and HTML; the rest is percent-encoded.
KEPT = ";/?:@&=+$,#%!'*~-._"


@dataclass(frozen=True, slots=True)
class Link:
    """A link with its text."""

    text: str
    url: str

    @property
    def address(self) -> str:
        """The address, encoded; "" if it is not one that may be followed."""
        return quote(self.url, safe=KEPT) if urlsplit(self.url).scheme in SCHEMES else ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; a cell is text, a whole number or a link."""

    head: Sequence[str]
    rows: Sequence[Sequence["str | int | Link"]]


@dataclass(frozen=True, slots=True)
class Points:
    """A list of points."""

    items: Sequence["str | Link"]


Block = str | Link | Table | Points


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: Sequence[Block]


def markdown(title: str, sections: Iterable[Section]) -> bytes:
    """The page as Markdown."""
    lines = [f"# {md(title)}", ""]
    for section in sections:
        if section.title:
            lines += [f"## {md(section.title)}", ""]
        for block in section.blocks:
            lines += [*_md_block(block), ""]
    return "\n".join(lines).encode()


def _md_block(block: Block) -> Iterator[str]:
    if isinstance(block, Table):
        yield f"| {' | '.join(map(md, block.head))} |"
        yield f"|{'---|' * len(block.head)}"
        yield from (f"| {' | '.join(map(md, row))} |" for row in block.rows)
    elif isinstance(block, Points):
        yield from (f"- {md(item)}" for item in block.items)
    else:
        yield md(block)


def md(value: str | int | Link) -> str:
    """A value as Markdown on one line."""
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Link):
        return f"[{md(value.text)}](<{value.address}>)" if value.address else md(value.text)
    plain = SPECIAL.sub(r"\\\1", " ".join(value.split()))
    return START.sub(_escaped_start, plain)


def _escaped_start(found: re.Match[str]) -> str:
    start = found[0]
    return f"{start}\\" if start.isdigit() else f"\\{start}"


def html(title: str, sections: Iterable[Section]) -> bytes:
    """The page as HTML that loads nothing."""
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>"
    )
    found = [*sections]
    body = [_html_section(section, named=len(found) > MANY) for section in found]
    if len(found) > MANY:  # what is in it, behind what stands before the first heading
        body.insert(0 if found[0].title else 1, _contents(found))
    return f"{head}{''.join(body)}</main></body></html>\n".encode()


def _contents(sections: Iterable[Section]) -> str:
    titles = [section.title for section in sections if section.title]
    links = (f'<a href="#{quote(title)}">{escape(title)}</a>' for title in titles)
    return f"<p>{', '.join(links)}</p>"


def _html_section(section: Section, *, named: bool) -> str:
    title = escape(section.title)
    name = f' id="{title}"' if named else ""
    heading = f"<h2{name}>{title}</h2>" if title else ""
    return heading + "".join(map(_html_block, section.blocks))


def _html_block(block: Block) -> str:
    if isinstance(block, Table):
        return html_table(block.head, [[_html_cell(value) for value in row] for row in block.rows])
    if isinstance(block, Points):
        return f"<ul>{''.join(f'<li>{_inline(item)}</li>' for item in block.items)}</ul>"
    return f"<p>{_inline(block)}</p>"


def _html_cell(value: str | int | Link) -> str | int:
    return html_cell(_inline(value), safe=True) if isinstance(value, Link) else value


def _inline(value: str | Link) -> str:
    if isinstance(value, Link) and value.address:
        return f'<a href="{escape(value.address)}" rel="noopener">{escape(value.text)}</a>'
    return escape(value.text if isinstance(value, Link) else value)
