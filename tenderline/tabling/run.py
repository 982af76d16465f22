"""Files to a folder of tables: read and spilled by ocid, made rows piece by piece, put in order.

Owns the flow, and that memory is bounded by a piece. What is shown is `tenderline.commands`'.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from kernel import __version__
from publish.sheets.csv_text import CsvFile
from publish.sheets.sheet import Form, SheetPart, Sheets
from tenderline.merging.hold import Held
from tenderline.merging.intake import taken_in
from tenderline.merging.output import in_order, write_lines, write_package
from tenderline.merging.place import write_held
from tenderline.merging.tally import Tally
from tenderline.tabling import LINES, RECORDS, VERSIONED
from tenderline.tabling.arrange import arranged
from tenderline.tabling.gather import Compiled, gather
from tenderline.tabling.rows import Gathered, prepare
from tenderline.whole_file import whole_folder
from transforms.tables.groups import ROW_GROUP, Filled
from transforms.tables.layout import all_tables

WORKBOOK = "tables.xlsx"


@dataclass(frozen=True, slots=True)
class Forms:
    """What is written beside Parquet files: CSV files, a workbook, compiled and versioned releases
    as lines, a package of records.
    """

    csv: bool = False
    xlsx: bool = False
    jsonl: bool = False
    versioned: bool = False
    records: bool = False

    @property
    def lines(self) -> list[str]:
        """The names of the files of lines."""
        wanted = ((LINES, self.jsonl), (VERSIONED, self.versioned), (RECORDS, self.records))
        return [name for name, yes in wanted if yes]


PARQUET = Forms()


@dataclass(slots=True)
class Made:
    """What was read, and how many rows each table has.

    `long` counts cells of the workbook that were cut.
    """

    tally: Tally = field(default_factory=Tally)
    gathered: list[Gathered] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    long: int = 0

    def total(self, name: str) -> Counter[str]:
        """The sum of what each piece of work counted: `unheld`, `left_out` or `oddities`."""
        counted: Counter[str] = Counter()
        for each in self.gathered:
            counted.update(getattr(each, name))
        return counted


def make_tables(names: Sequence[str], out: Path, forms: Forms = PARQUET, *, jobs: int = 0) -> Made:
    """Make the tables of the releases in files, into the folder `out`.

    Args:
        names: the paths of files of OCDS data in any form, or `-` for standard input.
        out: a folder that is new or empty.
        forms: what to write beside Parquet files.
        jobs: how many processes share the work; 0 for one a core.

    The same releases give the same bytes, however they are spread over files and in any order.

    Raises:
        ConfigError: a file is not there, or `out` is not empty.
    """
    made = Made()
    with ExitStack() as stack:
        folder = stack.enter_context(whole_folder(out))
        early = None if forms.lines else Compiled
        prepare()
        intake = stack.enter_context(taken_in(names, jobs, ordered=True, early=early))
        made.tally = intake.tally
        keep = intake.held and intake.few and not forms.records
        gathering = partial(gather, lines=forms.lines, keep=keep)
        made.gathered = list(chain.from_iterable(intake.each(gathering)))
        places = [
            (name, [g.folder / name for g in made.gathered if name in g.tables])
            for name, table in all_tables().items()
        ]
        for line_file in (folder / name for name in forms.lines if keep):
            line_file.touch()
            sizes = [each.sizes.get(line_file.name, []) for each in made.gathered]
            write_held(intake.workers, line_file, sizes, line_file.name)
        each = [(n, p, folder, intake.scratch, forms) for n, p in _largest_first(places)]
        writing = intake.workers.each(_write, each, ahead=1)
        first = [*islice(writing, 1)]  # once it is there, the others are under way
        for line_file in (folder / name for name in forms.lines if not keep):
            _write_lines(line_file, made)
        written = dict(chain(first, writing))
        made.rows = {name: written[name][0] for name in all_tables() if name in written}
        if forms.xlsx:
            from tenderline.tabling.workbook import workbook

            parts = [part for name in made.rows for part in written[name][1]]
            made.long = sum(part.tally.long for part in parts)
            workbook(folder / WORKBOOK, parts, intake.scratch)
    return made


def _write_lines(path: Path, made: Made) -> None:
    """Put the lines that are in files, one a process, in order of ocid."""
    lines = in_order([each.lines[path.name] for each in made.gathered])
    with path.open("wb") as stream:
        if path.name == RECORDS:
            last = max((each.joined.last for each in made.gathered), default="")
            write_package(stream, lines, made.tally, last)
        else:
            write_lines(stream, lines)


def _largest_first(places: list[tuple[str, list[Path]]]) -> list[tuple[str, list[Path]]]:
    """The tables that are written, so that none is long that is begun when all else is done."""
    wanted = [(n, found) for n, found in places if found or not all_tables()[n].made]
    return sorted(wanted, key=lambda each: -sum(path.stat().st_size for path in each[1]))


def _write(
    _: Held, name: str, paths: list[Path], folder: Path, scratch: Path, forms: Forms
) -> tuple[str, tuple[int, list[SheetPart]]]:
    """Write one table in each form that is asked for."""
    table = all_tables()[name]
    schema = table.schema({"tenderline": __version__})
    parquet = Filled(folder / f"{name}.parquet", schema, ROW_GROUP, always=not table.made)
    files: list[Any] = [parquet]
    if forms.csv:
        files.append(CsvFile(str(folder / f"{name}.csv"), parquet.schema))
    sheets = Sheets(scratch, name, Form(parquet.schema.names)) if forms.xlsx else None
    if sheets:
        files.append(sheets)
    with ExitStack() as stack:
        for file in files:
            stack.enter_context(closing(file))
        for rows in arranged(paths) if paths else ():
            kept = pa.Table.from_arrays(rows.columns, schema=parquet.schema)
            for file in files:
                file.add(kept)
    return name, (parquet.rows, sheets.parts if sheets else [])
