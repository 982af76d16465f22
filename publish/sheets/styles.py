"""How cells of a workbook look: each style by the number under which cells name it.

Owns fonts and formats of numbers. Source: ECMA-376, part 1, SpreadsheetML styles.
"""

from enum import IntEnum

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


class Style(IntEnum):
    """Numbers of styles, in their order in `STYLES`."""

    PLAIN = 0
    MOMENT = 1
    BOLD = 2
    DATE = 3
    MONEY = 4
    LINK = 5
    WRAP = 6
    TEXT = 7  # text that would be taken for a formula if someone edited the cell


WRAPPED = '<alignment vertical="top" wrapText="1"/>'
# By style: format of numbers, font, and what else.
FORMS = {
    Style.PLAIN: (0, 0, "", ""),
    Style.MOMENT: (164, 0, "", ""),
    Style.BOLD: (0, 1, "", WRAPPED),
    Style.DATE: (165, 0, "", ""),
    Style.MONEY: (4, 0, "", ""),  # 4 is #,##0.00
    Style.LINK: (0, 2, "", ""),
    Style.WRAP: (0, 0, "", WRAPPED),
    Style.TEXT: (0, 0, ' quotePrefix="1"', ""),
}


def _form(number: int, font: int, more: str, inner: str) -> str:
    return (
        f'<xf numFmtId="{number}" fontId="{font}" fillId="0" borderId="0" xfId="0" '
        f'applyNumberFormat="1" applyFont="1" applyAlignment="1"{more}>{inner}</xf>'
    )


STYLES = (
    f'<styleSheet xmlns="{NAMESPACE}"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="3"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font>'
    '<font><u/><sz val="11"/><color rgb="FF0563C1"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    f'<cellXfs count="{len(FORMS)}">{"".join(_form(*FORMS[style]) for style in Style)}</cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>\n"
)
