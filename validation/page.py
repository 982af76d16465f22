"""Pieces of a page: tables, bars, folded parts. Everything is escaped here.

Owns the look. No script, nothing loaded from elsewhere.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from typing import Any

NUMERIC = '<td class="n">'
# In names, where a narrow column may break a line.
BREAKS = re.compile(r"[_./](?=[^\W\d])|(?<=[a-z])(?=[A-Z])")
SHORT = 12  # characters that fit into any column
LONGEST = 500  # rows of a table; the rest is in the data files
STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:0;color:#0b0c0c;background:#fff}
main{max-width:72rem;margin:2rem auto;padding:0 1rem}
h2{margin:2.5rem 0 .5rem;font-size:1.3rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #b1b4b6;vertical-align:top}
td{overflow-wrap:break-word}
td a,td code{overflow-wrap:anywhere}
th{background:#f3f2f1}
code{font-size:.85em;color:#505a5f}
details,.fold{border-bottom:1px solid #b1b4b6;padding:.5rem 0}
summary{cursor:pointer}
.verdict{padding:.8rem 1rem;border-left:.5rem solid;font-size:1.2rem;background:#f3f2f1}
.publish{border-color:#00703c}.publish-with-warnings{border-color:#f47738}
.block{border-color:#d4351c}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.state{display:inline-block;padding:0 .5rem;font-size:.85em;background:#eeefef}
.state.passes{background:#cce2d8}.state.fails{background:#f4cdc6}
meter{width:8rem;height:.8rem;margin-left:.5rem;vertical-align:middle}
.bad::-webkit-meter-optimum-value{background:#d4351c}
.bad::-moz-meter-bar{background:#d4351c}
"""
CODE = re.compile("`([^`<>]+)`")


class Safe(str):
    """Markup made here, which is not escaped again."""

    __slots__ = ()


def cell(markup: str, *, safe: bool = False) -> str:
    """A cell's content; `safe` only for markup made by this module."""
    return Safe(markup) if safe else markup


def table(head: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    """A table; numbers stand right: whole ones, `Decimal`, and floats, which are shares of one.

    Of a long one the first rows are shown.
    """
    body = ["".join(map(_cell, row)) for row in rows]
    if not body:
        return "<p>None.</p>"
    right = [cell.startswith(NUMERIC) for cell in body[0].split("</td>")]
    heads = "".join(
        f"<th{' class=n' * numeric}>{escape(str(name))}</th>"
        for name, numeric in zip(head, right, strict=False)
    )
    more = len(body) - LONGEST
    told = f"<p>And {number(more)} more: see the data files.</p>" if more > 0 else ""
    shown = "".join(f"<tr>{row}</tr>" for row in body[:LONGEST])
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{shown}</tbody></table>{told}"


def _cell(value: Any) -> str:
    if isinstance(value, Safe):
        return f"<td>{value}</td>"
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return f"{NUMERIC}{number(value)}</td>"
    if isinstance(value, float):
        return f"{NUMERIC}{value:.1%}</td>"
    text = escape("" if value is None else str(value))
    if len(text) > SHORT:
        text = BREAKS.sub(lambda sign: f"{sign[0]}<wbr>", text)
    return f"<td>{text}</td>"


def number(value: int | Decimal) -> str:
    """A number with separators."""
    return f"{value:,}"


def prose(text: str) -> str:
    """A sentence, with what stands between backticks as code."""
    return CODE.sub(r"<code>\1</code>", escape(text))


def bar(part: int, whole: int, *, bad: bool = False) -> str:
    """A share as a bar, red where it is `bad`, with its text for those who do not see it."""
    share, look = part / whole if whole else 0.0, ' class="bad"' if bad else ""
    return f'<meter{look} min="0" max="1" value="{share:.4f}">{share:.1%}</meter>'


def details(head: str, body: str) -> str:
    """A part that is folded away; `head` is markup made by this project, values escaped in it."""
    return f"<details><summary>{head}</summary>{body}</details>"
