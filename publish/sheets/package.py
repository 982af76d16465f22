"""A workbook as a file: sheets that are written already, and what stands around them.

Owns the form of the file: no clock and no name in it, so that the same sheets give the same bytes.
Source: ECMA-376, part 1 (SpreadsheetML) and part 2 (packages).
"""

import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

from publish.sheets.sheet import OFFICE, SheetPart
from publish.sheets.styles import NAMESPACE, STYLES

LEVEL = 1  # of packing: the next ones save a tenth and take twice as long
DATE = (1980, 1, 1, 0, 0, 0)  # the first that a ZIP file knows
BLOCK = 1 << 20
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def write_workbook(path: Path, titles: Sequence[str], parts: Sequence[SheetPart]) -> None:
    """Write a workbook.

    Args:
        path: where to.
        titles: the names of its sheets.
        parts: its sheets, whose files are used up.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as file:
        for name, text in _frame(titles).items():
            file.writestr(_entry(name), text)
        for number, part in enumerate(parts, start=1):
            large = part.path.stat().st_size > zipfile.ZIP64_LIMIT
            entry = _entry(_place(number))
            with (
                part.path.open("rb") as source,
                file.open(entry, "w", force_zip64=large) as target,
            ):
                shutil.copyfileobj(source, target, BLOCK)
            part.path.unlink()
            if part.tally.links:
                related = _relations(_links(part.tally.links))
                file.writestr(_entry(f"xl/worksheets/_rels/sheet{number}.xml.rels"), related)


def _links(links: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    return ((target, "hyperlink", ' TargetMode="External"') for _, target in links)


def _frame(sheets: Sequence[str]) -> Mapping[str, str]:
    """The files around the sheets."""
    numbered = list(enumerate(sheets, start=1))
    types = "".join(_override(f"/{_place(n)}", "worksheet") for n, _ in numbered)
    named = "".join(
        f'<sheet name={quoteattr(title)} sheetId="{n}" r:id="rId{n}"/>' for n, title in numbered
    )
    related = [(f"worksheets/sheet{n}.xml", "worksheet", "") for n, _ in numbered]
    return {
        "[Content_Types].xml": f'{XML}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f"{_override('/xl/workbook.xml', 'sheet.main')}{_override('/xl/styles.xml', 'styles')}"
        f"{types}</Types>\n",
        "_rels/.rels": _relations([("xl/workbook.xml", "officeDocument", "")]),
        "xl/workbook.xml": f'{XML}<workbook xmlns="{NAMESPACE}" xmlns:r="{OFFICE}">'
        f"<sheets>{named}</sheets></workbook>\n",
        "xl/_rels/workbook.xml.rels": _relations([*related, ("styles.xml", "styles", "")]),
        "xl/styles.xml": f"{XML}{STYLES}",
    }


def _override(name: str, kind: str) -> str:
    return f'<Override PartName="{name}" ContentType="{MAIN}.{kind}+xml"/>'


def _relations(targets: Iterator[tuple[str, str, str]] | Sequence[tuple[str, str, str]]) -> str:
    found = "".join(_relation(n, *each) for n, each in enumerate(targets, start=1))
    return f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{found}</Relationships>\n'


def _relation(number: int, target: str, kind: str, more: str) -> str:
    where = quoteattr(target)
    return f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target={where}{more}/>'


def _place(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
