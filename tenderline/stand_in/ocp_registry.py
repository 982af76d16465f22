"""A stand-in of the OCP Data Registry: the list of publications and their files in bulk.

It owns routes, redirects and refusals. What a file holds is made elsewhere.
"""

import json
import re
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import parse_qs

from tenderline.stand_in import austender_contracts, ocp_registry_files
from tenderline.stand_in.defects import TRANSFER
from tenderline.stand_in.ocp_registry_files import PUBLICATIONS, Publication
from tenderline.stand_in.server import Server
from tenderline.stand_in.wire import Reply

LIST = "/publications.json"
DOWNLOAD = re.compile(r"/(?:en|es|ru)/publication/(\d{1,9})/download")
CDN = re.compile(r"/downloads/(\w+)/(\d+)/([^/]+)")
NAME = re.compile(r"(full|undated|\d{4})\.(jsonl\.gz|csv\.tar\.gz|xlsx)")
MADE = "jsonl.gz"  # tables and sheets are never there: nobody here asks for them
DJANGO = b"<!DOCTYPE html><html><title>Not Found</title><h1>Not Found</h1></html>"
NOT_FOUND = Reply(404, DJANGO, "text/html; charset=utf-8")
DEFECTS = {
    "file_not_found": "status 404 for every file, as while an export is running",
    "truncated_file": "the gzip file is cut, and so it was stored: the length is right",
    "incomplete_year": "files of a year lack one process in ten; the full file has them",
    "undated": "one process in 25 has no date: it is in no year, but in the file undated",
    "without_cdn": "the file itself with status 200 instead of a redirect",
    **TRANSFER,
}


class StandIn(Server):
    """The Data Registry: two publications, each with three years of two weeks."""

    TITLE = "OCP Data Registry"
    DEFECTS: ClassVar[Mapping[str, str]] = DEFECTS
    PER_DAY = 30  # notices a working day and publication: some 900 processes each in all
    MOST_PER_DAY = austender_contracts.MOST_PER_DAY

    def answer(self, target: str) -> Reply:
        """Answer the list, a download with a redirect, and the place it leads to with the file."""
        path, _, query = target.partition("?")
        if path == LIST:
            return self._list()
        if found := DOWNLOAD.fullmatch(path):
            return self._download(int(found[1]), query)
        if found := CDN.fullmatch(path):
            return self._file(found[1], int(found[2]), found[3])
        return NOT_FOUND

    def _list(self) -> Reply:
        entries = [ocp_registry_files.entry(self.seed, p, self.per_day) for p in PUBLICATIONS]
        body = json.dumps(entries, ensure_ascii=False, separators=(",", ":")).encode()
        return Reply(200, body, headers=(("Access-Control-Allow-Origin", "*"),))

    def _download(self, number: int, query: str) -> Reply:
        known = ocp_registry_files.publication(number)
        name = parse_qs(query).get("name", [""])[0]
        if known is None:
            return NOT_FOUND
        if not NAME.fullmatch(name):
            return _says(400, "The name query string parameter is invalid")
        lines = [] if self.faults.take("file_not_found") else self._lines(known, name)
        if not lines:
            return _says(404, "File not found")
        if self.faults.take("without_cdn"):
            shown = f'attachment; filename="{known.source_id}_{name}"'
            return self._content(name, lines, ("Content-Disposition", shown))
        job = ocp_registry_files.job_of(self.seed, known)
        place = f"{self.url}/downloads/{known.source_id}/{job}/{name}"
        return Reply(302, headers=(("Location", place),))

    def _file(self, source: str, job: int, name: str) -> Reply:
        known = next((p for p in PUBLICATIONS if p.source_id == source), None)
        if known is None or job != ocp_registry_files.job_of(self.seed, known):
            return NOT_FOUND
        lines = self._lines(known, name)
        return self._content(name, lines) if lines else NOT_FOUND

    def _lines(self, known: Publication, name: str) -> list[bytes]:
        """List what is in the file of that name; nothing if there is no such file."""
        stem, _, suffix = name.partition(".")
        if suffix != MADE:
            return []
        undated = self.faults.take("undated")
        releases = ocp_registry_files.compiled(self.seed, known.id, self.per_day, undated=undated)
        return ocp_registry_files.lines(releases, stem)

    def _content(self, name: str, lines: list[bytes], *headers: tuple[str, str]) -> Reply:
        lacking = name[0].isdigit() and self.faults.take("incomplete_year")
        cut = self.faults.take("truncated_file")
        content = ocp_registry_files.packed(lines, lacking=lacking, cut=cut)
        return Reply(200, content, "application/gzip", headers)


def _says(status: int, text: str) -> Reply:
    return Reply(status, text.encode(), "text/plain")
