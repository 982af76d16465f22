"""Drives the stage functions for the command line, in one process and without a scheduler.

Owns the order of the stages here; `dags/` owns it under Airflow. Both call the same functions.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from extractors.extract import extract
from extractors.loader import load
from extractors.paging import Page
from extractors.raw import folder_of
from kernel import Lake, Manifest, Publication, Source, Window
from publish import loader
from publish.ahead import derive_ahead
from publish.edition import publish
from publish.pointer import latest_edition
from tenderline.stages import STAGES, Stage
from transforms.compile import compile_records, records_of
from transforms.converting import convert_each
from transforms.tables.build import build_tables
from validation.admission import checker
from validation.check import check


@dataclass(slots=True)
class Run:
    """One run over one lake, as far as the stage `until`.

    `told` is called with a line for every step and by how many steps the work moved on: 1, or 0 for
    a page. `manifests` are what the stages returned, in order; `news` are the folders of the
    editions that this run published and that were not there before.
    """

    lake: Lake
    until: Stage
    told: Callable[[str, int], None]
    manifests: list[Manifest] = field(default_factory=list)
    news: list[str] = field(default_factory=list)

    def source(
        self, source: Source, windows: Sequence[Window], version: Callable[[Window], str]
    ) -> None:
        """Extract, convert and compile `windows` of `source`, as far as `until`.

        `version` names the look at each window.
        """
        self._convert(source, self._raws(source, windows, version))
        self.compile(source)

    def _raws(
        self, source: Source, windows: Sequence[Window], version: Callable[[Window], str]
    ) -> Iterator[Manifest]:
        for number, window in enumerate(windows, start=1):
            self.told(f"{source.id} window {number}/{len(windows)} {window.name}", 1)
            yield self._raw(source, window, version(window))

    def window(self, source: Source, window: Window, version: str) -> None:
        """Extract and convert one window, as far as `until`; `version` names the look at it.

        A window of which the last look left a hole is looked at again.
        """
        self._convert(source, [self._raw(source, window, version)])

    def _convert(self, source: Source, raws: Iterable[Manifest]) -> None:
        """Convert what is extracted as `raws` is gone through, if `until` goes so far."""
        if not self._goes_on("convert"):
            for _ in raws:
                pass
            return
        check_release = checker(source.fetch.clock, source.ocid_prefix)
        for converted in convert_each(source, self.lake, raws, check=check_release):
            self._keep(converted)

    def _raw(self, source: Source, window: Window, version: str) -> Manifest:
        def page_told(page: Page) -> None:
            self.told(f"{source.id} {window.name}: page {page.number}", 0)

        look = self._look(source, window, version)
        return self._keep(extract(source, self.lake, window, version=look, progress=page_told))

    def _look(self, source: Source, window: Window, version: str) -> str:
        """`version`, with a number behind it where the looks of this name all left holes."""
        name, number = version, 1
        while (done := self.lake.committed(folder_of(source, window, name))) and (
            done.notes["doubts"]
        ):
            number += 1
            name = f"{version}-{number}"
        return name

    def compile(self, source: Source) -> None:
        """Bring the records of `source` up to date, if `until` goes so far."""
        if self._goes_on("compile"):
            self.told(f"{source.id} compile", 1)
            self._keep(compile_records(source, self.lake))

    def publications(self, names: Iterable[str]) -> list[Manifest]:
        """Make the next edition of every publication that is named; a source's has its name."""
        found = map(loader.load, names)
        made = (self.publication(each, map(load, each.sources)) for each in found)
        return [edition for edition in made if edition]

    def publication(self, publication: Publication, sources: Iterable[Source]) -> Manifest | None:
        """Make the next edition of `publication`, as far as `until`; None short of publishing."""
        inputs = [(s, r) for s in sources if (r := records_of(s.id, self.lake))]
        if not self._goes_on("tables"):
            return None
        self.told(f"{publication.id} tables", 1)
        if self._goes_on("publish"):
            derive_ahead(publication, self.lake, inputs)
        tables = self._keep(build_tables(publication, self.lake, inputs))
        if not self._goes_on("check"):
            return None
        self.told(f"{publication.id} check", 1)
        previous = latest_edition(self.lake, publication.id)
        quality = check(publication, self.lake, inputs, tables, previous=previous)
        self._keep(quality)
        if not self._goes_on("publish"):
            return None
        self.told(f"{publication.id} publish", 1)
        before = self.lake.changes
        edition = self._keep(publish(publication, self.lake, inputs, tables, quality))
        if self.lake.changes > before:
            self.news.append(edition.folder)
        return edition

    def _goes_on(self, stage: Stage) -> bool:
        return STAGES.index(stage) <= STAGES.index(self.until)

    def _keep(self, manifest: Manifest) -> Manifest:
        self.manifests.append(manifest)
        return manifest
