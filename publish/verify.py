"""Reads an edition back and compares every byte with what its manifest promises.

Owns the comparison. Works on an edition in the lake and on a copy downloaded anywhere.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
from isal import igzip

from kernel import Artifact, Lake, LakeCorrupt, Manifest
from kernel.workers import cores
from publish.metadata.shape import shape_of

SUMS = "SHA256SUMS"
BLOCK = 1 << 20


def verify(lake: Lake, folder: str) -> Manifest:
    """The manifest of the edition in `folder`, every file of which was read and compared.

    Raises:
        FileNotFoundError: there is no manifest.
        LakeCorrupt: naming the first file that is missing or is not what was written.
    """
    manifest = replace(lake.manifest(folder), folder=folder)
    with ThreadPoolExecutor(cores()) as threads:
        for _ in threads.map(partial(_compare, lake, manifest), manifest.artifacts):
            pass
    _compare_sums(lake, manifest)
    return manifest


def _compare(lake: Lake, manifest: Manifest, artifact: Artifact) -> None:
    """Compare a file with what the manifest promises of it."""
    with lake.local(manifest, artifact) as file:
        rows = _rows(artifact, file)
        _compare_schema(manifest, artifact, file)
    if rows is not None and rows != artifact.rows:
        path = f"{manifest.folder}/{artifact.path}"
        raise LakeCorrupt(f"{rows} rows where {artifact.rows} were written", path=path)


def _rows(artifact: Artifact, file: Path) -> int | None:
    """The rows a reader would find; None where rows are not a file's own."""
    if artifact.path.endswith(".parquet"):
        return int(pq.ParquetFile(file).metadata.num_rows)
    if artifact.path.endswith(".jsonl.gz"):
        with igzip.open(file) as stream:
            pieces = iter(lambda: bytes(stream.read(BLOCK)), b"")
            return sum(piece.count(b"\n") for piece in pieces)
    return None


def _compare_schema(manifest: Manifest, artifact: Artifact, file: Path) -> None:
    """The schema hash of a table, if the edition is of a version that notes them."""
    schemas = manifest.notes.get("schemas")
    if schemas is None or not artifact.path.endswith(".parquet"):
        return
    promised = schemas.get(artifact.path, {}).get("sha256")
    if shape_of(file, artifact.path).sha256 != promised:
        path = f"{manifest.folder}/{artifact.path}"
        raise LakeCorrupt("its columns are not those that the manifest notes", path=path)


def _compare_sums(lake: Lake, manifest: Manifest) -> None:
    promised = {a.path: a.sha256 for a in manifest.artifacts if a.path != SUMS}
    lines = lake.load(manifest, manifest.artifact(SUMS)).decode().splitlines()
    listed = {path: sha256 for sha256, _, path in (line.partition("  ") for line in lines)}
    if listed != promised:
        path = f"{manifest.folder}/{SUMS}"
        raise LakeCorrupt("the list of sums is not the manifest's", path=path)
