"""The description of an edition: made once, and said again in every format.

Owns which facts are told and where they come from: the edition's parts, its manifests, the facts of
its publication and sources. Holds no clock: its one date is the end of what the edition covers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

from kernel import Publication, Source, Window, __version__
from publish.formats import Format, format_of
from publish.making import Making
from publish.metadata.shape import Shape
from transforms.tables.answers import answers
from transforms.tables.layout import all_tables

STANDARD = "https://standard.open-contracting.org/1.1/en/"  # what releases conform to
LICENCE_FILE = "LICENSE.md"
AGAIN = ("delta/", "partitioned/")  # under them are changes and pieces of tables, and no tables
KEYWORDS = ("contracts", "OCDS", "open contracting", "public procurement", "tenders")
LANGUAGE = "en"  # of what tenderline writes
ABOUT = (  # what a file is, by its path; the first that fits
    ("json/compiled_full*", "Compiled releases of OCDS, one a line, of all years"),
    ("json/compiled/*", "Compiled releases of OCDS, one a line, by year of the first release"),
    ("json/packages/*", "Releases as an OCDS 1.1 release package, by month of first release"),
    ("json/nonconforming*", "Releases that break the structure of OCDS, as published, one a line"),
    ("json/records/*", "Records with versioned releases as an OCDS 1.1 record package"),
    ("quarantine*", "Releases that could not be used, one a line: which, where and why"),
    ("quality.json", "What was checked, what failed, and the verdict"),
    ("quality.parquet", "Every failure of a check as a row"),
    ("quality_summary.parquet", "Each check's results by buyer and month"),
    ("quality_coverage.parquet", "How often each field of OCDS is filled"),
    ("summary.json", "Counts of every stage: read, published, quarantined, duplicate"),
    ("dictionary.csv", "Every column of every table: meaning, type, codes, how often filled"),
    ("*/sme_share.*", "Share of award value that went to small firms, by buyer and year"),
    ("*/awards_by_supplier.*", "One row for each supplier of each award, all years"),
    ("excel/*", "Awards and suppliers as a workbook"),
    ("partitioned/*", "Rows of one source and year of a large table, as Hive partitions"),
    ("delta/*", "What changed against the previous edition"),
)


@cache
def grains() -> Mapping[str, str]:
    """What a row is of each table that an edition may have."""
    return {name: table.grain for name, table in {**all_tables(), **answers()}.items()}


@dataclass(frozen=True, slots=True)
class File:
    """One file of the edition; `shape` if it is a Parquet table, `local` where it can be read."""

    path: str
    bytes: int
    rows: int
    sha256: str
    local: Path
    shape: Shape | None

    @property
    def format(self) -> Format:
        """Its format."""
        return format_of(self.path)

    @property
    def table(self) -> str:
        """The name of the table it holds, or would if it is one: the file's without its endings."""
        return self.shape.table if self.shape else Path(self.path).name.partition(".")[0]

    @property
    def about(self) -> str:
        """What it is, in a sentence without a full stop."""
        known = (text for pattern, text in ABOUT if fnmatch(self.path, pattern))
        grain = self.shape.grain if self.shape else grains().get(self.table, "")
        told = f"One row is {grain}" if grain else f"{self.table} ({self.format.name})"
        return next(known, told)


@dataclass(frozen=True, slots=True)
class Origin:
    """One source of the edition, the windows it covers, and what the summary tells of it."""

    source: Source
    span: Window
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """The facts of an edition.

    Attributes:
        publication: of which it is one.
        edition: its name.
        previous: the name of the edition before, "" for the first.
        files: in order of their paths.
        origins: its sources, in order.
        extensions: addresses of the extensions that its releases declare, in order.
        summary: see `publish.summary.summarise`.
    """

    publication: Publication
    edition: str
    previous: str
    files: tuple[File, ...]
    origins: tuple[Origin, ...]
    extensions: tuple[str, ...]
    summary: Mapping[str, Any]

    @property
    def title(self) -> str:
        """The title of the edition."""
        return f"{self.publication.title}, edition {self.edition}"

    @property
    def span(self) -> Window:
        """From the first to the last moment that its sources were asked for."""
        spans = [origin.span for origin in self.origins]
        return Window(min(span.start for span in spans), max(span.end for span in spans))

    @property
    def issued(self) -> datetime:
        """The end of what it covers: the date that stands for the edition."""
        return self.span.end

    @property
    def code(self) -> str:
        """The version of tenderline that made it."""
        return __version__

    @property
    def uri(self) -> str:
        """The address of the edition."""
        return f"{self.publication.uri}/{self.edition}"

    def address(self, path: str) -> str:
        """The address of a file of the edition."""
        return f"{self.uri}/{path}"

    @property
    def data(self) -> tuple[File, ...]:
        """The files that hold data."""
        return tuple(file for file in self.files if file.format.data)

    @property
    def tables(self) -> Mapping[str, tuple[File, ...]]:
        """The Parquet files of each table, by its name, in order."""
        found: dict[str, list[File]] = {}
        for file in self.files:
            if file.shape and not file.path.startswith(AGAIN):
                found.setdefault(file.shape.table, []).append(file)
        return {name: tuple(files) for name, files in sorted(found.items())}

    @property
    def schemas(self) -> dict[str, Any]:
        """Of each Parquet file by its path the schema hash, and the types of its columns."""
        return {
            file.path: {
                "sha256": file.shape.sha256,
                "columns": {field.name: field.type for field in file.shape.fields},
            }
            for file in self.files
            if file.shape
        }

    @property
    def notes(self) -> dict[str, Any]:
        """What the edition's manifest notes of it."""
        return {"schemas": self.schemas, "time_range": interval(self.span)}


def interval(window: Window) -> dict[str, str]:
    """The ends of a window as date-times."""
    return {"start": f"{window.start:%FT%TZ}", "end": f"{window.end:%FT%TZ}"}


def describe(making: Making, files: Iterable[File]) -> Description:
    """The description of the edition in the making, whose files so far are `files`."""
    extensions = {
        url
        for manifests in making.conversions.values()
        for manifest in manifests
        for url in manifest.notes["extensions"]
    }
    return Description(
        publication=making.publication,
        edition=making.name,
        previous=making.previous.version if making.previous else "",
        files=tuple(sorted(files, key=lambda file: file.path)),
        origins=tuple(
            Origin(
                source,
                Window.parse(str(manifest.notes["span"])),
                making.summary["sources"][source.id],
            )
            for source, manifest in making.inputs
        ),
        extensions=tuple(sorted(extensions)),
        summary=making.summary,
    )
