"""`provenance.parquet`: the raw pages that the releases of an edition were read from.

Owns its columns. A release of the table `releases` names its window and page; here stand the looks
at that window, each with the address and the hash of the page. The moment of each request differs
from run to run over the same pages, and no edition does: `tenderline trace` tells it.
"""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from kernel import Artifact, Manifest
from publish.making import Making, Rows
from transforms.tables.groups import ROW_GROUP
from transforms.tables.schema import Column, Table

NAME = "provenance.parquet"
TOLD = (  # name, type, what it means
    ("source", "text", "Procurement system that was asked"),
    ("window", "text", "Extraction window; joins releases.window of the same source"),
    ("page", "integer", "Number of the page within the look at its window; joins releases.page"),
    ("look", "text", "Name of the look at the window: the same window may be asked for again"),
    ("url", "text", "Address that was asked; empty for files that were handed over"),
    ("sha256", "text", "SHA-256 of the page as received"),
    ("file", "text", "Where the page lies in the lake"),
    ("file_sha256", "text", "SHA-256 of that file, which may be packed"),
    ("converter", "text", "Version of tenderline that converted the page"),
)
TABLE = Table(
    name="provenance",
    object="",
    grain="one raw page or file that releases were read from, as one look at a source found it",
    key=("source", "window", "look", "page"),
    columns=tuple(Column(name, kind, "@raw", told) for name, kind, told in TOLD),
    places=(),
)


def write_provenance(making: Making) -> Rows:
    """Write the pages in order of source, window, look and page."""
    metadata = {"edition": making.name, "publication": making.publication.id}
    rows = [row for source, _ in making.inputs for row in _of(making, source.id)]
    table = pa.Table.from_pylist(rows, TABLE.schema(metadata))
    place = making.place(NAME)
    pq.write_table(
        table, place, compression="zstd", write_page_index=True, row_group_size=ROW_GROUP
    )
    return {NAME: table.num_rows}


def _of(making: Making, source_id: str) -> Iterator[dict[str, Any]]:
    for conversion in sorted(making.conversions[source_id], key=lambda each: each.folder):
        for folder in conversion.inputs:
            yield from _pages(source_id, making.lake.manifest(folder), conversion)


def _pages(source_id: str, raw: Manifest, conversion: Manifest) -> Iterator[dict[str, Any]]:
    asked = {str(entry["sha256"])[:12]: entry for entry in raw.log if entry.get("sha256")}
    for page, artifact in enumerate(raw.artifacts, start=1):
        begin = next((part for part in artifact.path.split(".")[0].split("-") if part in asked), "")
        entry = asked.get(begin, {})
        yield {
            "source": source_id,
            "window": conversion.notes["window"],
            "page": page,
            "look": raw.version,
            "url": entry.get("url"),
            "sha256": entry.get("sha256") or _as_received(artifact),
            "file": f"{raw.folder}/{artifact.path}",
            "file_sha256": artifact.sha256,
            "converter": conversion.code,
        }


def _as_received(artifact: Artifact) -> str | None:
    """The hash of a file that no request is logged for; pages were packed when they were kept."""
    return None if artifact.path.startswith("page-") else artifact.sha256
