"""One workbook of all sheets, with a first one that tells what is where.

Owns the form of the file: no clock and no name in it, so that the same rows give the same bytes.
Source: ECMA-376, part 1 (SpreadsheetML) and part 2 (packages).
"""

import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pyarrow as pa

from tenderline.tabling.sheet import BOLD, END, HEAD, NAMESPACE, SheetPart, sheet_rows
from transforms.tables.layout import all_tables

README = "README"
TITLE = 31  # characters of a sheet's name
LEVEL = 1  # of packing: the next ones save a tenth and take twice as long
DATE = (1980, 1, 1, 0, 0, 0)  # the first that a ZIP file knows
BLOCK = 1 << 20
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml"
STYLES = (
    f'{XML}<styleSheet xmlns="{NAMESPACE}"><numFmts count="1">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>\n"
)


def workbook(path: Path, parts: Sequence[SheetPart]) -> None:
    """Write a workbook.

    Args:
        path: where to.
        parts: its sheets after the first, whose files are used up.
    """
    titles = _titles(parts)
    sheets = [README, *titles]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as file:
        for name, text in _frame(sheets).items():
            file.writestr(_entry(name), text)
        file.writestr(_entry(_place(1)), _readme(titles, parts))
        for number, part in enumerate(parts, start=2):
            large = part.path.stat().st_size > zipfile.ZIP64_LIMIT
            entry = _entry(_place(number))
            with (
                part.path.open("rb") as source,
                file.open(entry, "w", force_zip64=large) as target,
            ):
                shutil.copyfileobj(source, target, BLOCK)
            part.path.unlink()


def _titles(parts: Sequence[SheetPart]) -> list[str]:
    """Names of sheets: of the table, a long one cut and numbered, and a further sheet's number."""
    found: list[str] = []
    cut = 0
    for part in parts:
        end = f" {part.number}" if part.number > 1 else ""
        if len(part.table) + len(end) > TITLE:
            cut += 1
            end = f"~{cut}{end}"
        found.append(part.table[: TITLE - len(end)] + end)
    return found


def _readme(titles: Sequence[str], parts: Sequence[SheetPart]) -> bytes:
    """The first sheet: each other, its table, what a row is, and what was cut."""
    head = ("sheet", "table", "rows", "one row is", "key", "cells cut to fit")
    tables = [all_tables()[part.table] for part in parts]
    columns = [
        pa.array(titles, pa.string()),
        pa.array([part.table for part in parts], pa.string()),
        pa.array([part.rows for part in parts], pa.int64()),
        pa.array([table.grain for table in tables], pa.string()),
        pa.array([", ".join(table.key) for table in tables], pa.string()),
        pa.array([part.long for part in parts], pa.int64()),
    ]
    first = pa.table([pa.array([name]) for name in head], names=head)
    body = sheet_rows(pa.table(columns, names=head), 2)[0] if parts else b""
    return HEAD.encode() + sheet_rows(first, 1, BOLD)[0] + body + END.encode()


def _frame(sheets: Sequence[str]) -> Mapping[str, str]:
    """The files around the sheets."""
    numbered = list(enumerate(sheets, start=1))
    types = "".join(_override(f"/{_place(n)}", "worksheet") for n, _ in numbered)
    named = "".join(
        f'<sheet name={quoteattr(title)} sheetId="{n}" r:id="rId{n}"/>' for n, title in numbered
    )
    related = [(f"worksheets/sheet{n}.xml", "worksheet") for n, _ in numbered]
    return {
        "[Content_Types].xml": f'{XML}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f"{_override('/xl/workbook.xml', 'sheet.main')}{_override('/xl/styles.xml', 'styles')}"
        f"{types}</Types>\n",
        "_rels/.rels": _relations([("xl/workbook.xml", "officeDocument")]),
        "xl/workbook.xml": f'{XML}<workbook xmlns="{NAMESPACE}" xmlns:r="{OFFICE}">'
        f"<sheets>{named}</sheets></workbook>\n",
        "xl/_rels/workbook.xml.rels": _relations([*related, ("styles.xml", "styles")]),
        "xl/styles.xml": STYLES,
    }


def _override(name: str, kind: str) -> str:
    return f'<Override PartName="{name}" ContentType="{MAIN}.{kind}+xml"/>'


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    return (
        f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
        + "".join(_relation(n, *each) for n, each in enumerate(targets, start=1))
        + "</Relationships>\n"
    )


def _relation(number: int, target: str, kind: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'


def _place(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
